/* uthash.h - the real one, for clang-tidy. Its analyzer doesn't see through a removal and
 * thinks of all that may be left as freed: here the rest is anything.
 */
#ifndef TESTS_LINT_UTHASH_H
#define TESTS_LINT_UTHASH_H

#include_next <uthash.h>

#include "lint.h"

#undef HASH_DELETE_HH
#define HASH_DELETE_HH(hh, head, removed) ((head) = lint_rest((head), (removed)))

#endif

/* utlist.h - the real one, for clang-tidy: see uthash.h. */
#ifndef TESTS_LINT_UTLIST_H
#define TESTS_LINT_UTLIST_H

#include_next <utlist.h>

#include "lint.h"

#undef DL_DELETE2
#define DL_DELETE2(head, removed, prev, next) ((head) = lint_rest((head), (removed)))

#undef LL_DELETE2
#define LL_DELETE2(head, removed, next) ((head) = lint_rest((head), (removed)))

#endif

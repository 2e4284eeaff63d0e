/* cmocka.h - the real one, for clang-tidy: what an assertion rules out does not go on. */
#ifndef TESTS_LINT_CMOCKA_H
#define TESTS_LINT_CMOCKA_H

#include_next <cmocka.h>

#include "lint.h"

#undef assert_true
#define assert_true(condition) \
	do { \
		if (!(condition)) \
			lint_stop(); \
	} while (0)

#undef assert_false
#define assert_false(condition) assert_true(!(condition))

#undef assert_non_null
#define assert_non_null(pointer) assert_true((pointer) != NULL)

#undef assert_null
#define assert_null(pointer) assert_true((pointer) == NULL)

#undef fail_msg
#define fail_msg lint_fail

#endif

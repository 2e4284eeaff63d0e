/* unit.h - what every unit test includes: cmocka, in the order it wants. */
#ifndef TESTS_UNIT_H
#define TESTS_UNIT_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* Numbers that went through a few operations in double. */
#define assert_near(a, b) \
	do { \
		double a_ = (a), b_ = (b); \
		if (!(fabs(a_ - b_) <= 1e-9 * (1 + fabs(b_)))) \
			fail_msg("%s is %.17g, not %.17g", #a, a_, b_); \
	} while (0)

#endif

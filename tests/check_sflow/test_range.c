#include "tools/check_sflow/range.h"

#include "tests/sflow/unit.h"

/* What the guidelines say of each range: values that alert, and values that don't. */
static void
as_in_the_guidelines(void **state)
{
	static const struct {
		const char *text;
		double alert[3], quiet[3];
	} table[] = {
	    {"10", {-0.1, 10.1, -INFINITY}, {0, 5, 10}},
	    {"10:", {9.9, -1, -INFINITY}, {10, 11, INFINITY}},
	    {"~:10", {10.1, 11, INFINITY}, {-INFINITY, 0, 10}},
	    {"10:20", {9.9, 20.1, -15}, {10, 15, 20}},
	    {"@10:20", {10, 15, 20}, {9.9, 20.1, -15}},
	    {"@10", {0, 5, 10}, {-0.1, 10.1, 11}},
	    {"@~:0", {0, -1, -INFINITY}, {0.1, 1, 2}},
	    {":10", {-1, 11, 12}, {0, 5, 10}},
	    {"-20:-10", {-21, -9, 0}, {-20, -15, -10}},
	    {"0", {-1, 1, 0.01}, {0, 0, -0.0}},
	    {"1.5e1:2E+1", {14.9, 20.1, 0}, {15, 17, 20}},
	    {".5:+1.", {0.4, 1.1, 0}, {0.5, 0.7, 1}},
	    {"~:", {NAN, NAN, NAN}, {-INFINITY, 0, INFINITY}},
	};
	struct range range;
	size_t i, k;

	(void)state;
	for (i = 0; i < COUNT_OF(table); i++) {
		if (range_parse(table[i].text, &range) != 0)
			fail_msg("%s is refused", table[i].text);
		for (k = 0; k < 3; k++) {
			if (!isnan(table[i].alert[k]) &&
			    !range_alerts(&range, table[i].alert[k]))
				fail_msg("%s: quiet at %g", table[i].text,
				         table[i].alert[k]);
			if (range_alerts(&range, table[i].quiet[k]))
				fail_msg("%s: alerts at %g", table[i].text,
				         table[i].quiet[k]);
		}
		assert_string_equal(range.text, table[i].text);
		assert_false(range.percent);
	}
}

static void
no_ranges(void **state)
{
	static const char *const table[] = {
	    "",     "@",        ":",     "@:",   "~",     "a",      "10a",    "a:10",
	    "10:a", "10:20:30", "20:10", "10:~", "~~:1",  "@@1",    " 10",    "10 ",
	    "1 0",  "0x10",     "nan",   "inf",  "1e999", "1e",     "-",      "+",
	    ".",    "1..2",     "10,5",  "10::", "--1",   "10%:20", "10:20%", "%",
	    "5%%",  "@5%x",     "1e5e5", "~10",
	};
	struct range range;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(table); i++)
		if (range_parse(table[i], &range) == 0)
			fail_msg("\"%s\" is taken", table[i]);
}

static void
percent(void **state)
{
	static const char *const table[] = {"5%", "5%:", "~:5%", "1%:5%", "@1%:5%"};
	struct range range;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(table); i++) {
		assert_int_equal(range_parse(table[i], &range), 0);
		assert_true(range.percent);
	}
	assert_true(range_alerts(&range, 5));
}

static void
none_never_alerts(void **state)
{
	const struct thresholds none = {{.text = NULL}, {.text = NULL}};

	(void)state;
	assert_false(thresholds_are_set(&none));
	assert_int_equal(thresholds_judge(&none, 1e300), CHECK_OK);
	assert_int_equal(thresholds_judge(&none, -1), CHECK_OK);
}

static void
critical_first(void **state)
{
	struct thresholds both;

	(void)state;
	assert_int_equal(range_parse("10", &both.warning), 0);
	assert_int_equal(range_parse("20", &both.critical), 0);
	assert_true(thresholds_are_set(&both));
	assert_int_equal(thresholds_judge(&both, 10), CHECK_OK);
	assert_int_equal(thresholds_judge(&both, 20), CHECK_WARNING);
	assert_int_equal(thresholds_judge(&both, 20.5), CHECK_CRITICAL);
}

static void
the_worse_of_two(void **state)
{
	static const enum check_state order[] = {CHECK_OK, CHECK_UNKNOWN, CHECK_WARNING,
	                                         CHECK_CRITICAL};
	size_t i, k;

	(void)state;
	for (i = 0; i < 4; i++)
		for (k = 0; k < 4; k++)
			assert_int_equal(check_state_worse(order[i], order[k]),
			                 order[i > k ? i : k]);
	assert_string_equal(check_state_name(CHECK_UNKNOWN), "UNKNOWN");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(as_in_the_guidelines),
	    cmocka_unit_test(no_ranges),
	    cmocka_unit_test(percent),
	    cmocka_unit_test(none_never_alerts),
	    cmocka_unit_test(critical_first),
	    cmocka_unit_test(the_worse_of_two),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Numbers as text: they have to be gmond's, so APR's own printf is asked. */
#include "tests/sflow/unit.h"

#include <apr_strings.h>
#include <stdio.h>
#include <stdlib.h>

#include "sflow/format.h"

static struct metric
metric_of(enum metric_type type, const char *format)
{
	return (struct metric){"metric", type,    "",      BOTH,
	                       format,   "group", "title", false};
}

static const char *
text_of(enum metric_type type, const char *format, double number)
{
	static char text[FORMAT_TEXT];
	struct metric metric = metric_of(type, format);
	size_t len = format_number(&metric, number, text);

	assert_int_equal(len, strlen(text));
	return text;
}

static void
whole_numbers(void **state)
{
	(void)state;
	assert_string_equal(text_of(UINT32, "%u", 0), "0");
	assert_string_equal(text_of(UINT32, "%u", 4294967295.0), "4294967295");
	assert_string_equal(text_of(UINT16, "%u", 65535), "65535");
	assert_string_equal(text_of(UINT32, "%08x", 255), "000000ff");
}

static void
halves_go_up(void **state)
{
	(void)state;
	assert_string_equal(text_of(DOUBLE, "%.2f", 0.125), "0.13");
	assert_string_equal(text_of(DOUBLE, "%.0f", 2.5), "3");
	assert_string_equal(text_of(DOUBLE, "%.0f", 0.5), "1");
	assert_string_equal(text_of(DOUBLE, "%.1f", -0.25), "-0.3");
	assert_string_equal(text_of(DOUBLE, "%.2f", 0.995), "0.99");
	assert_string_equal(text_of(DOUBLE, "%.2f", 9.999), "10.00");
}

static void
a_float_is_one(void **state)
{
	(void)state;
	assert_string_equal(text_of(FLOAT, "%.3f", 16777217), "16777216.000");
	assert_string_equal(text_of(DOUBLE, "%.3f", 16777217), "16777217.000");
}

static void
other_formats_and_sizes(void **state)
{
	char expected[FORMAT_TEXT];

	(void)state;
	assert_string_equal(text_of(DOUBLE, "%g", 0.5), "0.5");
	assert_string_equal(text_of(DOUBLE, "%.10f", 0.5), "0.5000000000");
	snprintf(expected, sizeof(expected), "%.6f", 1.7e308);
	assert_string_equal(text_of(DOUBLE, "%.6f", 1.7e308), expected);
	assert_string_equal(text_of(DOUBLE, "%.0f", 1e15), "1000000000000000");
	assert_int_equal(format_decimals(&(struct metric){.format = "%.3f"}), 3);
	assert_int_equal(format_decimals(&(struct metric){.format = "%u"}), 0);
	assert_int_equal(format_decimals(&(struct metric){.format = "%.7f"}), 0);
}

/* Numbers of all sizes, among them many that end in a half. */
static double
some_number(unsigned i)
{
	static const double parts[] = {1, 3, 8, 30, 1000, 1024, 4096, 60000};
	double number = (double)random() / parts[i % COUNT_OF(parts)];

	if (i % 5 == 0)
		number /= 1e6;
	if (i % 7 == 0)
		number *= 10000;
	return i % 11 == 0 ? -number : number;
}

static void
all_is_as_gmond_prints_it(void **state)
{
	static const char *const formats[] = {"%.0f", "%.1f", "%.2f", "%.3f", "%.6f"};
	char expected[FORMAT_TEXT];
	unsigned i;

	(void)state;
	srandom(1);
	for (i = 0; i < 200000; i++) {
		const char *format = formats[i % COUNT_OF(formats)];
		double number = some_number(i);

		apr_snprintf(expected, sizeof(expected), format, number);
		assert_string_equal(text_of(DOUBLE, format, number), expected);
	}
}

/* What is summed up is what can be read. */
static void
rounded_is_what_is_read(void **state)
{
	struct metric metric;
	char format[] = "%.0f";
	unsigned i;

	(void)state;
	srandom(2);
	for (i = 0; i < 100000; i++) {
		double number = some_number(i);
		int decimals = (int)(i % (FORMAT_OF + 1));
		char text[FORMAT_TEXT];

		format[2] = (char)('0' + decimals);
		metric = metric_of(DOUBLE, format);
		format_number(&metric, number, text);
		assert_true(format_rounded(number, decimals) == strtod(text, NULL));
	}
	assert_true(format_rounded(1e300, 2) == 1e300);
}

static const char *
fine_text(enum metric_type type, const char *format, double number)
{
	static char text[FORMAT_TEXT];
	struct metric metric = metric_of(type, format);
	char expected[FORMAT_TEXT];
	double sent = type == FLOAT ? (double)(float)number : number;

	metric.fine = true;
	format_number(&metric, number, text);
	apr_snprintf(expected, sizeof(expected), format_printf(&metric, number), sent);
	assert_string_equal(text, expected); /* so gmond prints it */
	assert_true(format_rounded(sent, format_places(&metric, number)) ==
	            strtod(text, NULL));
	return text;
}

static void
small_numbers_keep_three_digits(void **state)
{
	(void)state;
	assert_string_equal(fine_text(FLOAT, "%.2f", 1 / 300.0), "0.00333");
	assert_string_equal(fine_text(FLOAT, "%.2f", 0.5), "0.500");
	assert_string_equal(fine_text(FLOAT, "%.0f", 1 / 3.0), "0.333");
	assert_string_equal(fine_text(FLOAT, "%.0f", 0), "0");
	assert_string_equal(fine_text(FLOAT, "%.0f", 1.4499), "1.45");
	assert_string_equal(fine_text(FLOAT, "%.0f", -14.49), "-14.5");
	assert_string_equal(fine_text(FLOAT, "%.0f", 9.9999), "10.00");
	assert_string_equal(fine_text(FLOAT, "%.0f", 99.97), "100.0");
	assert_string_equal(fine_text(FLOAT, "%.0f", 100.4), "100");
	assert_string_equal(fine_text(FLOAT, "%.1f", 1.4499), "1.4");
	assert_string_equal(text_of(FLOAT, "%.0f", 1.4499), "1");
	assert_string_equal(fine_text(FLOAT, "%.2f", 0), "0.00");
	assert_string_equal(fine_text(FLOAT, "%.2f", 1), "1.00");
	assert_string_equal(fine_text(FLOAT, "%.2f", 0.9999), "1.000");
	assert_string_equal(fine_text(FLOAT, "%.2f", 12.3456), "12.35");
	assert_string_equal(fine_text(FLOAT, "%.2f", 2.6667e-11), "0.0000000000267");
	assert_string_equal(fine_text(DOUBLE, "%.3f", -0.0123456), "-0.0123");
	assert_string_equal(fine_text(DOUBLE, "%.6f", 0.5), "0.500000");
	assert_string_equal(fine_text(DOUBLE, "%.2f", 1.6e-16), "0.000000000000000160");
	assert_string_equal(fine_text(DOUBLE, "%.2f", 4e-18), "0.000000000000000004");
	assert_string_equal(fine_text(DOUBLE, "%.2f", 1e-300), "0.000000000000000000");
	assert_string_equal(text_of(FLOAT, "%.2f", 1 / 300.0), "0.00");
}

static void
all_small_numbers_are_as_gmond_prints_them(void **state)
{
	double number = 1;
	unsigned i;

	(void)state;
	srandom(3);
	for (i = 0; i < 200000; i++) {
		number *= 0.5 + (double)random() / RAND_MAX;
		if (number < 1e-16 || number > 200)
			number = 1;
		fine_text(i % 2 == 0 ? FLOAT : DOUBLE, i % 3 == 0 ? "%.0f" : "%.2f",
		          number);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(whole_numbers),
	    cmocka_unit_test(halves_go_up),
	    cmocka_unit_test(a_float_is_one),
	    cmocka_unit_test(other_formats_and_sizes),
	    cmocka_unit_test(all_is_as_gmond_prints_it),
	    cmocka_unit_test(rounded_is_what_is_read),
	    cmocka_unit_test(small_numbers_keep_three_digits),
	    cmocka_unit_test(all_small_numbers_are_as_gmond_prints_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

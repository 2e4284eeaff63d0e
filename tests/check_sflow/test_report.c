#include "tools/check_sflow/report.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/check_sflow/scene.h"
#include "tests/sflow/unit.h"
#include "tools/check_sflow/items.h"

#define METRIC(name, value, units, slope) \
	"<METRIC NAME=\"" name "\" VAL=\"" value "\" TYPE=\"float\" UNITS=\"" units \
	"\" TN=\"1\" TMAX=\"60\" DMAX=\"600\" SLOPE=\"" slope "\"/>\n"

/* What comes of a host "h" with these metrics. */
static const char *
report(const char *options, const char *metrics)
{
	static char line[512], host[4096];

	snprintf(line, sizeof(line), "--host h %s", options);
	snprintf(host, sizeof(host), "<HOST NAME=\"h\" TN=\"1\" TMAX=\"20\">%s</HOST>",
	         metrics);
	scene_check(line, scene_cluster(host));
	return scene_output;
}

static void
one_line_and_data(void **state)
{
	(void)state;
	assert_string_equal(
	    report("--metric a -w 5 -c @10:20", METRIC("a", "1.50", "%", "both")),
	    "SFLOW OK - h: a 1.50 % | 'a'=1.50%;5;@10:20\n");
	assert_string_equal(report("--heartbeat -c 9", ""),
	                    "SFLOW OK - h: heard 1 s ago | 'heartbeat'=1s;;9;0\n");
}

/* In the time zone here; the clock is at noon of a day in summer. */
static void
time_of_day(void **state)
{
	(void)state;
	setenv("TZ", "XST-2", 1);
	scene_wall_s = 1782907200; /* 2026-07-01 12:00:00 UTC */
	assert_string_equal(report("--heartbeat -c 9", ""),
	                    "SFLOW OK - h: heard 1 s ago, at 13:59:59 XST | "
	                    "'heartbeat'=1s;;9;0\n");
	scene_check("--host h --heartbeat",
	            scene_cluster("<HOST NAME=\"h\" TN=\"90001\" TMAX=\"20\">"
	                          "<METRIC NAME=\"a\" VAL=\"1\" TYPE=\"float\" "
	                          "UNITS=\"\" TN=\"90000\" TMAX=\"60\" DMAX=\"0\" "
	                          "SLOPE=\"both\"/></HOST>"));
	assert_string_equal(scene_output,
	                    "SFLOW CRITICAL - h: down, last heard 90000 s "
	                    "ago, at 2026-06-30 13:00:00 XST\n");
	/* without metrics its TN may have been moved */
	scene_check("--host h --heartbeat",
	            scene_cluster("<HOST NAME=\"h\" TN=\"90000\" TMAX=\"20\"/>"));
	assert_string_equal(scene_output,
	                    "SFLOW CRITICAL - h: down, last heard 90000 s "
	                    "ago at most\n");
	scene_wall_s = 0;
	unsetenv("TZ");
}

/* Nagios and NRPE read only so much: what alerts is not cut off. */
static void
data_that_alerts_first(void **state)
{
	(void)state;
	assert_string_equal(
	    report("--all-metrics . -w 5 -c 7",
	           METRIC("a", "1", "", "both") METRIC("b", "6", "", "both")
	               METRIC("c", "8", "", "both")),
	    "SFLOW CRITICAL - h: c 8 (critical: 7) | 'c'=8;5;7 'b'=6;5;7 'a'=1;5;7\n"
	    "CRITICAL: c 8 (critical: 7)\nWARNING: b 6 (warning: 5)\n");
	assert_string_equal(
	    report("--metric a --no-perfdata", METRIC("a", "1", "", "both")),
	    "SFLOW OK - h: a 1\n");
}

static void
units_of_the_guidelines(void **state)
{
	static const struct {
		const char *units, *slope, *data;
	} table[] = {
	    {"s", "both", "'a'=1s;;"},        {"sec", "both", "'a'=1s;;"},
	    {"ms", "both", "'a'=1ms;;"},      {"KB", "both", "'a'=1KB;;"},
	    {"GB", "both", "'a'=1GB;;"},      {"Bytes", "both", "'a'=1B;;"},
	    {"bytes/sec", "both", "'a'=1;;"}, {"CPUs", "zero", "'a'=1;;"},
	    {"", "positive", "'a'=1c;;"},     {"%", "positive", "'a'=1%;;"},
	};
	char metric[256];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(table); i++) {
		snprintf(metric, sizeof(metric), METRIC("a", "1", "%s", "%s"),
		         table[i].units, table[i].slope);
		report("--metric a", metric);
		if (strstr(scene_output, table[i].data) == NULL)
			fail_msg("%s: %s", table[i].units, scene_output);
	}
}

static void
texts_that_are_hostile(void **state)
{
	const char *text;

	(void)state;
	text = report("--all-metrics .", METRIC("a|b&#10;c", "1", "x|y", "both")
	                                     METRIC("it's=&#233;", "2", "", "both"));
	assert_string_equal(text, "SFLOW OK - h: a_b_c 1 x_y, it_s=_ 2 | "
	                          "'a_b_c'=1;; 'it_s__'=2;;\n");
	scene_check("--host a|b --heartbeat", scene_cluster(""));
	assert_string_equal(scene_output, "SFLOW UNKNOWN - no host a_b\n");
}

/* Each character but those that the words of Nagios may have; its own words may quote. */
static void
texts_of_any_characters(void **state)
{
	char from[2] = "", text[4];
	int c;

	(void)state;
	for (c = 1; c < 128; c++) {
		bool plain = isalnum(c) || strchr(" ._:/@%+,=-", c) != NULL;

		from[0] = (char)c;
		item_text(text, sizeof(text), from);
		assert_int_equal(text[0], plain ? c : '_');
		assert_int_equal(text[1], '\0');
		plain = plain || strchr("'()?", c) != NULL;
		item_own_text(text, sizeof(text), from);
		assert_int_equal(text[0], plain ? c : '_');
	}
}

/* A character is one "_", however many bytes it has. */
static void
texts_that_are_long(void **state)
{
	char text[8];

	(void)state;
	item_text(text, 5, "abcd\xc3\xa9");
	assert_string_equal(text, "abcd");
	item_text(text, 7, "abcd\xc3\xa9g");
	assert_string_equal(text, "abcd_g");
	item_text(text, 4, "a\x7f\tb");
	assert_string_equal(text, "a__");
}

static void
more_for_who_asks(void **state)
{
	const char *metrics = METRIC("a", "1", "", "both") METRIC("b", "9", "", "both");

	(void)state;
	assert_null(strstr(report("--all-metrics . -w 5", metrics), "OK: "));
	assert_null(strstr(scene_output, "WARNING: "));
	report("--all-metrics . -w 5 -v", metrics);
	assert_non_null(strstr(scene_output, "\nWARNING: b 9 (warning: 5)\nOK: a"));
	report("--all-metrics . -w 5 -vv", metrics);
	assert_non_null(strstr(scene_output, "OK: a 1, 1 s old\n"));
	report("--all-metrics . -w 5 -vvv", metrics);
	assert_non_null(strstr(scene_output, "Asked: 127.0.0.1, 1 hosts, 7 ms\n"));
}

/* Hosts with the longest names that can be, all of them critical. */
static void
never_too_long(void **state)
{
	char *hosts = malloc(2000 * 900), name[600];
	size_t len = 0, i;

	(void)state;
	assert_non_null(hosts);
	memset(name, '\'', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	for (i = 0; i < 2000; i++)
		/* clang-format off */
		len += (size_t)sprintf(
		    hosts + len,
		    "<HOST NAME=\"%zu%s\" TN=\"1\" TMAX=\"20\">"
		    METRIC("a", "9", "", "both") "</HOST>",
		    i, i % 2 == 0 ? name : "");
	/* clang-format on */
	assert_int_equal(scene_check("--cluster c --all-metrics . -c 5 -vvv "
	                             "--top 100 a",
	                             scene_cluster(hosts)),
	                 CHECK_CRITICAL);
	assert_true(strlen(scene_output) <= REPORT_MAX);
	assert_non_null(strstr(scene_output, "2000 of 2000 hosts: "));
	assert_non_null(strstr(scene_output, "more left out\n"));
	free(hosts);
}

static void
a_pipe_that_is_closed(void **state)
{
	FILE *full = fopen("/dev/full", "w");

	(void)state;
	if (full == NULL)
		skip();
	assert_int_equal(report_fault(full, CHECK_UNKNOWN, "x"), -1);
	fclose(full);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(one_line_and_data),
	    cmocka_unit_test(time_of_day),
	    cmocka_unit_test(data_that_alerts_first),
	    cmocka_unit_test(units_of_the_guidelines),
	    cmocka_unit_test(texts_that_are_hostile),
	    cmocka_unit_test(texts_of_any_characters),
	    cmocka_unit_test(texts_that_are_long),
	    cmocka_unit_test(more_for_who_asks),
	    cmocka_unit_test(never_too_long),
	    cmocka_unit_test(a_pipe_that_is_closed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

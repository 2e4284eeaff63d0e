#include "tools/check_sflow/options.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/check_sflow/scene.h"
#include "tests/sflow/unit.h"

static struct options options;

#define assert_wrong(line, reason) \
	do { \
		assert_int_equal(scene_parse(&options, line), CHECK_UNKNOWN); \
		if (strstr(scene_output, reason) == NULL) \
			fail_msg("%s: %s", line, scene_output); \
		assert_memory_equal(scene_output, "SFLOW UNKNOWN - ", 16); \
	} while (0)

static void
take(const char *line)
{
	if (scene_parse(&options, line) != -1)
		fail_msg("%s: %s", line, scene_output);
	assert_string_equal(scene_output, "");
}

static void
by_default(void **state)
{
	(void)state;
	take("--host h --heartbeat");
	assert_string_equal(options.server.host, "127.0.0.1");
	assert_int_equal(options.server.port, 8649);
	assert_int_equal(options.timeout_s, 10);
	assert_int_equal(options.absent, CHECK_UNKNOWN);
	assert_int_equal(options.former, CHECK_UNKNOWN);
	assert_int_equal(options.awaited, CHECK_UNKNOWN);
	assert_int_equal(options.mode, MODE_VALUES);
	assert_false(thresholds_are_set(&options.wishes[0].thresholds));
	assert_true(options_one_host(&options));
	options_free(&options);
}

/* Nagios's words for the state of a host: it stays. */
static void
states_of_hosts(void **state)
{
	static const struct {
		char *words;
		enum check_state is;
	} table[] = {
	    {"UP HARD 0", CHECK_OK},           {"UP SOFT 0", CHECK_OK},
	    {"DOWN SOFT 0", CHECK_OK},         {"DOWN HARD 0", CHECK_CRITICAL},
	    {"DOWN HARD 12", CHECK_CRITICAL},  {"UNREACHABLE HARD 0", CHECK_OK},
	    {"UNREACHABLE SOFT 00", CHECK_OK}, {"UNREACHABLE HARD 1", CHECK_CRITICAL},
	    {"unknown", CHECK_UNKNOWN}};
	static char *const wrong[] = {"UP",        "DOWN HARD",
	                              "UP HARD ",  "PENDING HARD 0",
	                              "UP NONE 0", "DOWN HARD x"};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(table); i++) {
		char *words[] = {"check_sflow", "--host",       "h", "--heartbeat",
		                 "--awaited",   table[i].words, NULL};

		assert_int_equal(options_parse(&options, 6, words, stderr), -1);
		assert_int_equal(options.awaited, table[i].is);
		options_free(&options);
	}
	for (i = 0; i < COUNT_OF(wrong); i++) {
		char *words[] = {"check_sflow", "--host", "h", "--heartbeat",
		                 "--awaited",   wrong[i], NULL};

		assert_int_not_equal(options_parse(&options, 6, words, stdout), -1);
	}
}

static void
each_option(void **state)
{
	(void)state;
	take("-H [::1]:8652 --cluster c --host-regex ^a --ignore-case "
	     "--all-metrics x -w 1 -c 2 --top 3 load_one --any-age "
	     "--absent=warning --former=ok --awaited=critical -t 5 -vvv");
	assert_string_equal(options.server.host, "::1");
	assert_int_equal(options.server.port, 8652);
	assert_string_equal(options.cluster, "c");
	assert_true(options.ignore_case && options.any_age);
	assert_int_equal(options.wishes[0].kind, WISH_PATTERN);
	assert_int_equal(options.top, 3);
	assert_string_equal(options.top_metric, "load_one");
	assert_int_equal(options.absent, CHECK_WARNING);
	assert_int_equal(options.former, CHECK_OK);
	assert_int_equal(options.awaited, CHECK_CRITICAL);
	assert_int_equal(options.timeout_s, 5);
	assert_int_equal(options.verbose, 3);
	options_free(&options);
	take("--cluster c --hosts-down -w 1 -c 10%");
	assert_int_equal(options.mode, MODE_HOSTS_DOWN);
	options_free(&options);
	take("--generate-hosts --output f --except a --except b");
	assert_int_equal(options.mode, MODE_GENERATE);
	assert_string_equal(options.output, "f");
	assert_int_equal(options.except_count, 2);
	options_free(&options);
}

static const char *
warning_of(size_t i)
{
	return options.wishes[i].thresholds.warning.text;
}

static void
thresholds_belong_to_what_is_before(void **state)
{
	(void)state;
	take("--host h --metric a -w 1 --metric b -w 2 -c 3");
	assert_string_equal(warning_of(0), "1");
	assert_null(options.wishes[0].thresholds.critical.text);
	assert_string_equal(warning_of(1), "2");
	options_free(&options);
	take("-w 5 --host h --metric a --metric b -c 3");
	assert_string_equal(warning_of(0), "5");
	assert_null(warning_of(1));
	options_free(&options);
	take("-w 5 --host h --heartbeat --metric a");
	assert_null(warning_of(0)); /* seconds aren't the metric's */
	assert_string_equal(warning_of(1), "5");
	options_free(&options);
	take("-w 5 --host h --heartbeat");
	assert_string_equal(warning_of(0), "5");
	options_free(&options);
}

static void
wrong_thresholds(void **state)
{
	(void)state;
	assert_wrong("--host h --metric a -w 1 -w 2", "already");
	assert_wrong("-c 1 -c 2 --host h --metric a", "already");
	assert_wrong("--host h --metric a -w x", "no range");
	assert_wrong("--host h --metric a -w", "missing");
	assert_wrong("--host h --metric a --metric b -w 1", "a has neither");
	assert_wrong("--host h --metric a -w 5%", "only --hosts-down");
	assert_wrong("--host h --heartbeat -w 5%", "only --hosts-down");
	assert_wrong("--host h --metric a -w 5 -c 3",
	             "-w 5 -c 3: nothing would ever be "
	             "WARNING; where less is worse it is -w 5: -c 3:");
	assert_wrong("-w 5 -c 3 --host h --heartbeat", "-w 5 -c 3:");
	assert_wrong("-w 5 -c 3 --host h --heartbeat", "is it -w 3 -c 5?");
	assert_wrong("--hosts-down -w 20% -c 5%", "-w 20% -c 5%:");
	assert_wrong("-w 5% --host h --metric a", "only --hosts-down");
}

/* Ranges may be in any order, and equal numbers are fine. */
static void
right_thresholds(void **state)
{
	static const char *const pairs[] = {
	    "-w 5: -c 3:",   "-w 3: -c 5:",  "-w @1:3 -c @1:2",
	    "-w ~:5 -c ~:3", "-w 5 -c 5",    "-w 3 -c 5",
	    "-w 5 -c 3:",    "-w ~:-3 -c 5", "-w 5 -c @2:3",
	    "-w=3 -c=5",     "-w 5",         "-c 3"};
	char line[128];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(pairs); i++) {
		snprintf(line, sizeof(line), "--host h --metric a %s", pairs[i]);
		if (scene_parse(&options, line) != -1)
			fail_msg("%s: %s", line, scene_output);
		options_free(&options);
	}
	assert_int_equal(scene_parse(&options, "--hosts-down -w 20% -c 5"), -1);
	options_free(&options);
}

static void
wrong_words(void **state)
{
	(void)state;
	assert_wrong("", "one of --heartbeat");
	assert_wrong("--host h", "one of --heartbeat");
	assert_wrong("--heartbeat", "which host");
	assert_wrong("--host h --host-regex x --heartbeat", "not both");
	assert_wrong("--host h --host i --heartbeat", "twice");
	assert_wrong("--host= --heartbeat", "empty");
	assert_wrong("--host h --heartbeat --heartbeat", "twice");
	assert_wrong("--host h --metric=", "empty");
	assert_wrong("--host h --heartbeat more", "more is no option");
	assert_wrong("more --host h --heartbeat", "more is no option");
	assert_wrong("--nonsense", "--nonsense: there is no such");
	assert_wrong("-x", "-x: there is no such");
	assert_wrong("--host", "missing");
	assert_wrong("--host h --hosts-down", "one host");
	assert_wrong("--hosts-down --heartbeat", "alone");
	assert_wrong("--hosts-down --hosts-down", "alone");
	assert_wrong("--host h --heartbeat --top 3 x", "one host");
	assert_wrong("--generate-hosts --heartbeat", "judges nothing");
	assert_wrong("--generate-hosts -w 1", "judges nothing");
	assert_wrong("--host h --heartbeat --output x", "--generate-hosts");
	assert_wrong("--host h --heartbeat --except x", "--generate-hosts");
}

static void
wrong_values(void **state)
{
	(void)state;
	assert_wrong("-H :1 --host h --heartbeat", "ADDRESS");
	assert_wrong("-H a:99999 --host h --heartbeat", "ADDRESS");
	assert_wrong("-t 0 --host h --heartbeat", "-t 0");
	assert_wrong("-t -5 --host h --heartbeat", "-t -5");
	assert_wrong("-t 10x --host h --heartbeat", "10x");
	assert_wrong("-t 99999999999999999999 --host h --heartbeat", "is not");
	assert_wrong("--former=no --host h --heartbeat", "--former=no is none of");
	assert_wrong("--absent=OK --host h --heartbeat", "none of");
	assert_wrong("--cluster c --hosts-down --top 101 x", "1 to 100");
	assert_wrong("--cluster c --hosts-down --top 5", "metric is missing");
	assert_wrong("--cluster c --hosts-down --top 5 -v", "metric is missing");
	assert_wrong("--cluster c --hosts-down --top 5 a --top 5 b", "twice");
	assert_wrong("--host-regex ( --heartbeat", "(");
	assert_wrong("--host-regex a --all-metrics a --all-metrics (", "(");
}

static void
too_many(void **state)
{
	char line[8000] = "--host h";
	size_t i;

	(void)state;
	for (i = 0; i < OPTIONS_WISHES; i++)
		strcat(line, " --metric a");
	take(line);
	assert_int_equal(options.wish_count, OPTIONS_WISHES);
	options_free(&options);
	strcat(line, " --metric a");
	assert_wrong(line, "more than 64");
}

static void
help_and_version(void **state)
{
	(void)state;
	assert_int_equal(scene_parse(&options, "-h"), CHECK_UNKNOWN);
	assert_non_null(strstr(scene_output, "Examples:"));
	assert_int_equal(scene_parse(&options, "--version"), CHECK_UNKNOWN);
	assert_memory_equal(scene_output, "check_sflow ", 12);
}

/* Each option of the help is one. */
static void
help_is_true(void **state)
{
	char *text, *at, line[64];

	(void)state;
	scene_parse(&options, "-h");
	text = strdup(scene_output);
	assert_non_null(text);
	for (at = strstr(text, "--"); at != NULL; at = strstr(at + 2, "--")) {
		size_t len = strspn(at, "-abcdefghijklmnopqrstuvwxyz");

		snprintf(line, sizeof(line), "%.*s", (int)len, at);
		scene_parse(&options, line);
		if (strstr(scene_output, "there is no such option") != NULL)
			fail_msg("%s", scene_output);
	}
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(by_default),
	    cmocka_unit_test(states_of_hosts),
	    cmocka_unit_test(each_option),
	    cmocka_unit_test(thresholds_belong_to_what_is_before),
	    cmocka_unit_test(wrong_thresholds),
	    cmocka_unit_test(right_thresholds),
	    cmocka_unit_test(wrong_words),
	    cmocka_unit_test(wrong_values),
	    cmocka_unit_test(too_many),
	    cmocka_unit_test(help_and_version),
	    cmocka_unit_test(help_is_true),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

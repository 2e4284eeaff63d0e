#include "tools/sflowget/options.h"

#include <stdlib.h>

#include "tests/sflow/unit.h"

static struct options options;
static char *out_text, *err_text;

/* Words separated by blanks. */
static int
parse(const char *line)
{
	static char copy[256];
	static char *argv[32];
	char *rest = NULL, *word;
	size_t len;
	FILE *out, *err;
	int argc = 0, status;

	free(out_text);
	free(err_text);
	out = open_memstream(&out_text, &len);
	err = open_memstream(&err_text, &len);
	assert_true(out != NULL && err != NULL);
	strcpy(copy, line);
	for (word = strtok_r(copy, " ", &rest); word != NULL;
	     word = strtok_r(NULL, " ", &rest))
		argv[argc++] = word;
	argv[argc] = NULL;
	status = options_is_munin(argv[0])
	             ? options_munin(&options, argc, argv, err)
	             : options_parse(&options, argc, argv, out, err);
	fclose(out);
	fclose(err);
	return status;
}

/* Each error says which option, or word, is wrong, and what would be right. */
static void
errors(void **state)
{
	static const struct {
		const char *line, *says;
	} table[] = {
	    {"sflowget --deadline=x a", "--deadline=x: that is no SECONDS\n"},
	    {"sflowget --daemon x:99999 a",
	     "--daemon=x:99999: that is no HOST[:PORT]\n"},
	    {"sflowget -wx a", "--watch=x: that is no SECONDS\n"},
	    {"sflowget a --port", "--port: its PORT is missing\n"},
	    {"sflowget a -d", "--daemon: its HOST[:PORT] is missing\n"},
	    {"sflowget --watch 5 a", "--watch 5: its SECONDS are joined to it: -w5"},
	    {"sflowget -w 1 a", "--watch 1: "},
	    {"sflowget --jsn a", "--jsn: there is no such option; is it --json?"},
	    {"sflowget --daemn=b a",
	     "--daemn=b: there is no such option; is it --daemon?"},
	    {"sflowget --nothing-like-it a",
	     "--nothing-like-it: there is no such option\n"},
	    {"sflowget --li a", "--li: that is the beginning of several options"},
	    {"sflowget --list=a", "--list takes no value"},
	    {"sflowget -xi a", "-x: there is no such option"},
	    {"sflowget a -ix", "-x: there is no such option"},
	    {"sflowget --json --csv a", "--csv: one kind"},
	    {"sflowget --decode --read f web", "--decode web: "},
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(table); i++) {
		assert_int_equal(parse(table[i].line), STATUS_USAGE);
		if (strstr(err_text, table[i].says) == NULL)
			fail_msg("%s: %s", table[i].line, err_text);
	}
}

/* People write "-w=1" where getopt_long() wants "-w1". */
static void
equals(void **state)
{
	(void)state;
	assert_int_equal(parse("sflowget -w=1 x"), -1);
	assert_near(options.interval_s, 1);
	assert_true(options.watch_paced);
	assert_int_equal(parse("sflowget -d=[::1]:8652 x"), -1);
	assert_string_equal(options.daemon.host, "::1");
	assert_int_equal(parse("sflowget -r=f x"), -1);
	assert_string_equal(options.file, "f");
	assert_int_equal(parse("sflowget -r =f x"), -1);
	assert_string_equal(options.file, "=f");
	assert_int_equal(parse("sflowget --read==f x"), -1);
	assert_string_equal(options.file, "=f");
}

static void
defaults(void **state)
{
	(void)state;
	assert_int_equal(parse("sflowget node1"), -1);
	assert_int_equal(options.task, TASK_VALUES);
	assert_int_equal(options.source, SOURCE_DAEMON);
	assert_string_equal(options.daemon.host, "127.0.0.1");
	assert_int_equal(options.daemon.port, 8649);
	assert_string_equal(options.wanted.agent, "node1");
	assert_int_equal(options.wanted.count, 0);
	assert_ptr_equal(options.output, &output_table);
	assert_near(options.deadline_s, 10);
	assert_false(options.watch);
}

static void
sources(void **state)
{
	(void)state;
	assert_int_equal(parse("sflowget --daemon [::1]:8652 -i node1 a b*"), -1);
	assert_string_equal(options.daemon.host, "::1");
	assert_int_equal(options.daemon.port, 8652);
	assert_true(options.wanted.ignore_case);
	assert_int_equal(options.wanted.count, 2);
	assert_string_equal(options.wanted.metrics[1], "b*");
	assert_int_equal(parse("sflowget --listen 6343 --bind ::1 "
	                       "host_cpu.cpu_user 2:1/host_cpu.cpu_user"),
	                 -1);
	assert_int_equal(options.source, SOURCE_LISTEN);
	assert_int_equal(options.port, 6343);
	assert_near(options.deadline_s, 90);
	assert_false(options.deadline_of_first);
	assert_true(options.raw);
	assert_int_equal(parse("sflowget --read f.pcap x"), -1);
	assert_int_equal(options.port, 6343);
	assert_int_equal(options.wanted.max_age_s, -1);
	assert_int_equal(parse("sflowget --read f.pcap --port=0 --max-age=5 x"), -1);
	assert_int_equal(options.port, 0);
	assert_int_equal(options.wanted.max_age_s, 5);
}

static void
tasks(void **state)
{
	(void)state;
	assert_int_equal(parse("sflowget --list"), -1);
	assert_int_equal(options.task, TASK_AGENTS);
	assert_int_equal(parse("sflowget --list node1"), -1);
	assert_int_equal(options.task, TASK_METRICS);
	assert_int_equal(parse("sflowget --decode --json --read f"), -1);
	assert_int_equal(options.task, TASK_DECODE);
	assert_int_equal(parse("sflowget --decode --listen 1 192.0.2.1"), -1);
	assert_near(options.deadline_s, 90);
	assert_true(options.deadline_of_first);
	assert_int_equal(parse("sflowget --decode --listen 1 --deadline 90"), -1);
	assert_false(options.deadline_of_first);
	assert_int_equal(parse("sflowget --rrd-create f x host_cpu.cpu_user"), -1);
	assert_int_equal(options.task, TASK_RRD_CREATE);
	assert_near(options.interval_s, 60);
}

static void
intervals(void **state)
{
	(void)state;
	unsetenv("COLLECTD_INTERVAL");
	assert_int_equal(parse("sflowget --watch x"), -1);
	assert_near(options.interval_s, 15);
	assert_false(options.watch_paced);
	assert_int_equal(parse("sflowget --watch=0.5 x"), -1);
	assert_near(options.interval_s, 0.5);
	assert_true(options.watch_paced);
	setenv("COLLECTD_INTERVAL", "10.000", 1);
	setenv("COLLECTD_HOSTNAME", "me", 1);
	assert_int_equal(parse("sflowget --watch --collectd"), -1);
	assert_near(options.interval_s, 10);
	assert_string_equal(options.wanted.agent, "me");
	assert_int_equal(parse("sflowget --watch x"), -1);
	assert_near(options.interval_s, 15);
	assert_int_equal(parse("sflowget --step=7 --collectd x"), -1);
	assert_near(options.interval_s, 7);
	unsetenv("COLLECTD_HOSTNAME");
	assert_int_equal(parse("sflowget --collectd"), STATUS_USAGE);
}

static void
told(void **state)
{
	(void)state;
	assert_int_equal(parse("sflowget --help"), STATUS_FOUND);
	assert_non_null(strstr(out_text, "--prometheus"));
	assert_non_null(strstr(out_text, "--rrd-create=FILE"));
	assert_string_equal(err_text, "");
	assert_int_equal(parse("sflowget -V"), STATUS_FOUND);
	assert_memory_equal(out_text, "sflowget ", 9);
}

static void
assert_wrong(const char *line, const char *what)
{
	assert_int_equal(parse(line), STATUS_USAGE);
	if (strstr(err_text, what) == NULL)
		fail_msg("%s: %s", line, err_text);
	assert_string_equal(out_text, "");
}

static void
usage(void **state)
{
	(void)state;
	assert_wrong("sflowget", "which agent");
	assert_wrong("sflowget --nothing x", "--nothing");
	assert_wrong("sflowget x -z", "-z");
	assert_wrong("sflowget --listen", "--listen");
	assert_wrong("sflowget --daemon localhost:99999 x",
	             "--daemon=localhost:99999: that is no HOST");
	assert_wrong("sflowget -d localhost:99999 x", "--daemon=localhost");
	assert_wrong("sflowget --list --json", "--list");
	assert_wrong("sflowget --list --value x", "--list");
	assert_wrong("sflowget --listen 65536 x", "65536");
	assert_wrong("sflowget --listen 1x x", "1x");
	assert_wrong("sflowget --listen 0 x", "0");
	assert_wrong("sflowget --human --csv x", "--human");
	assert_wrong("sflowget --human --list x", "--human");
	assert_wrong("sflowget --csv --json x", "one kind of output");
	assert_wrong("sflowget --listen 1 --read f x", "three sources");
	assert_wrong("sflowget --deadline 0 x", "0");
	assert_wrong("sflowget --deadline 1e9 x", "1e9");
	assert_wrong("sflowget --deadline nan x", "nan");
	assert_wrong("sflowget --max-age -1 x", "-1");
	assert_wrong("sflowget --watch= x", "--watch=");
	assert_wrong("sflowget --bind 192.0.2.1 x", "--bind");
	assert_wrong("sflowget --bind host --listen 1 x", "host");
	assert_wrong("sflowget --port 1 x", "--port");
	assert_wrong("sflowget --cluster c --listen 1 x", "--cluster");
	assert_wrong("sflowget --read f --watch x", "--watch");
	assert_wrong("sflowget --decode", "--decode");
	assert_wrong("sflowget --decode --csv --read f", "--decode");
	assert_wrong("sflowget --decode --read f name", "name");
	assert_wrong("sflowget --rrd x", "--rrd");
	assert_wrong("sflowget --rrd x* a", "--rrd");
	assert_wrong("sflowget --rrd-create f x a*", "--rrd-create");
	assert_wrong("sflowget x host_cpu.cpu_user", "raw");
	assert_wrong("sflowget x */host_cpu.*", "raw");
}

/* munin ---------------------------------------------------------------------------- */

static void
as_plugin(void **state)
{
	(void)state;
	assert_false(options_is_munin("/usr/bin/sflowget"));
	assert_int_equal(parse("/etc/munin/plugins/sflow_a.b_port_swp1 config"), -1);
	assert_string_equal(options.wanted.agent, "a.b");
	assert_string_equal(options.wanted.group, "port_swp1");
	assert_int_equal(options.munin, MUNIN_CONFIG);
	assert_true(options.munin_host);
	options_free(&options);
	setenv("agent", "a_b", 1);
	setenv("metrics", "x y*", 1);
	setenv("daemon", "h:1", 1);
	setenv("host_name", "no", 1);
	assert_int_equal(parse("sflow_a_b_cpu"), -1);
	assert_string_equal(options.wanted.agent, "a_b");
	assert_null(options.wanted.group);
	assert_int_equal(options.wanted.count, 2);
	assert_string_equal(options.wanted.metrics[1], "y*");
	assert_int_equal(options.daemon.port, 1);
	assert_int_equal(options.munin, MUNIN_FETCH);
	assert_false(options.munin_host);
	options_free(&options);
	unsetenv("metrics");
	assert_int_equal(parse("sflow_a_b_cpu"), -1);
	assert_string_equal(options.wanted.group, "cpu");
	options_free(&options);
	unsetenv("agent");
	assert_int_equal(parse("sflow_ suggest"), -1);
	assert_int_equal(options.task, TASK_SUGGEST);
	options_free(&options);
	assert_int_equal(parse("sflow_ autoconf"), -1);
	assert_int_equal(options.task, TASK_AUTOCONF);
	options_free(&options);
	assert_int_equal(parse("sflow_"), STATUS_USAGE);
	options_free(&options);
	setenv("daemon", "h:x", 1);
	assert_int_equal(parse("sflow_a_b"), STATUS_USAGE);
	options_free(&options);
	unsetenv("daemon");
	unsetenv("host_name");
}

static void
as_option(void **state)
{
	(void)state;
	assert_int_equal(parse("sflowget --munin node1 cpu_* config"), -1);
	assert_int_equal(options.munin, MUNIN_CONFIG);
	assert_int_equal(options.wanted.count, 1);
	assert_int_equal(parse("sflowget --munin node1 cpu_*"), -1);
	assert_int_equal(options.munin, MUNIN_FETCH);
	assert_int_equal(parse("sflowget node1 config"), -1);
	assert_int_equal(options.wanted.count, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(defaults),  cmocka_unit_test(errors),
	    cmocka_unit_test(equals),    cmocka_unit_test(sources),
	    cmocka_unit_test(tasks),     cmocka_unit_test(intervals),
	    cmocka_unit_test(told),      cmocka_unit_test(usage),
	    cmocka_unit_test(as_plugin), cmocka_unit_test(as_option),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	free(out_text);
	free(err_text);
	return failed;
}

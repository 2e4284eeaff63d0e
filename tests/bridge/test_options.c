#include "gmetad-bridge/config/options.h"

#include <stdlib.h>

#include "tests/sflow/unit.h"

static struct options options;
static char *out_text, *err_text;

/* Words separated by blanks; the texts that came are kept. */
static int
parse(const char *line)
{
	static char copy[256];
	char *argv[16], *rest = NULL, *word;
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
	status = options_parse(&options, argc, argv, out, err);
	fclose(out);
	fclose(err);
	return status;
}

static void
without_any(void **state)
{
	(void)state;
	assert_int_equal(parse("gmetad-bridge"), -1);
	assert_non_null(strstr(options.config, "/ganglia/gmetad-bridge.conf"));
	assert_false(options.foreground || options.test);
	assert_null(options.pid_file);
}

static void
all_of_them(void **state)
{
	(void)state;
	assert_int_equal(parse("gmetad-bridge -c a -f -t -p b"), -1);
	assert_string_equal(options.config, "a");
	assert_string_equal(options.pid_file, "b");
	assert_true(options.foreground && options.test);
	assert_int_equal(parse("gmetad-bridge --conf=a --foreground --test "
	                       "--pid-file b"),
	                 -1);
	assert_string_equal(options.config, "a");
	assert_string_equal(options.pid_file, "b");
	assert_true(options.foreground && options.test);
	assert_string_equal(out_text, "");
	assert_string_equal(err_text, "");
}

/* For the bridge that runs. */
static void
orders(void **state)
{
	static const char *const wrong[] = {
	    "gmetad-bridge --remove",
	    "gmetad-bridge --rename",
	    "gmetad-bridge --rename a",
	    "gmetad-bridge --rename a --replace-rrds",
	    "gmetad-bridge --rename a b c",
	    "gmetad-bridge --remove a --rename b c",
	    "gmetad-bridge --with-rrds",
	    "gmetad-bridge --rename a b --with-rrds",
	    "gmetad-bridge --remove a --replace-rrds",
	    "gmetad-bridge --cluster c",
	};
	size_t i;

	(void)state;
	assert_int_equal(parse("gmetad-bridge --remove a --with-rrds -c x"), -1);
	assert_string_equal(options.remove, "a");
	assert_string_equal(options.config, "x");
	assert_true(options.with_rrds);
	assert_null(options.rename);
	assert_null(options.cluster);
	assert_int_equal(parse("gmetad-bridge --cluster c --rename a b --replace-rrds"),
	                 -1);
	assert_string_equal(options.rename, "a");
	assert_string_equal(options.rename_to, "b");
	assert_string_equal(options.cluster, "c");
	assert_true(options.replace_rrds);
	assert_null(options.remove);
	for (i = 0; i < COUNT_OF(wrong); i++) {
		if (parse(wrong[i]) != 2)
			fail_msg("%s", wrong[i]);
		assert_ptr_equal(strstr(err_text, "gmetad-bridge: "), err_text);
	}
}

static void
what_is_asked_for(void **state)
{
	static const char *const words[] = {
	    "-c, --conf=FILE", "--foreground", "--test",        "--pid-file=FILE",
	    "--version",       "--help",       "--remove=HOST", "--rename=OLD NEW"};
	size_t i;

	(void)state;
	assert_int_equal(parse("gmetad-bridge --version"), 0);
	assert_ptr_equal(strstr(out_text, "gmetad-bridge "), out_text);
	assert_int_equal(parse("gmetad-bridge -h"), 0);
	for (i = 0; i < COUNT_OF(words); i++)
		assert_non_null(strstr(out_text, words[i]));
	assert_string_equal(err_text, "");
}

static void
what_is_wrong(void **state)
{
	static const char *const cases[][2] = {
	    {"gmetad-bridge -x", "-x: there is no such option"},
	    {"gmetad-bridge -fx", "-x: there is no such option"},
	    {"gmetad-bridge --verbose", "--verbose: there is no such option"},
	    {"gmetad-bridge --test=yes", "-t: there is no such option"},
	    {"gmetad-bridge -c", "-c: its value is missing"},
	    {"gmetad-bridge -f --pid-file", "-p: its value is missing"},
	    {"gmetad-bridge -f file", "file: it is no option"}};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		assert_int_equal(parse(cases[i][0]), 2);
		assert_non_null(strstr(err_text, cases[i][1]));
		assert_non_null(strstr(err_text, "Usage: gmetad-bridge"));
		assert_string_equal(out_text, "");
	}
}

static int
free_texts(void **state)
{
	(void)state;
	free(out_text);
	free(err_text);
	return 0;
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(without_any),   cmocka_unit_test(all_of_them),
	    cmocka_unit_test(orders),        cmocka_unit_test(what_is_asked_for),
	    cmocka_unit_test(what_is_wrong),
	};

	return cmocka_run_group_tests_name("options", tests, NULL, free_texts);
}

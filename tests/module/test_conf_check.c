/* What is said of the module's part of gmond.conf before a gmond reads it. */
#include "gmond-module/conf_check.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/sflow/unit.h"
#include "tests/tools/source_file.h"

static char folder[] = "/tmp/test_conf_check.XXXXXX";
static char said[8192]; /* on stdout, and then on stderr */

static void
path_of(const char *name, char path[256])
{
	snprintf(path, 256, "%s/%s", folder, name);
}

/* Writes a file with that text, with the folder for each "@". */
static void
write_file(const char *name, const char *text)
{
	char path[256];
	FILE *file;

	path_of(name, path);
	file = fopen(path, "w");
	assert_non_null(file);
	for (; *text != '\0'; text++)
		if (*text == '@')
			fputs(folder, file);
		else
			fputc(*text, file);
	assert_int_equal(fclose(file), 0);
}

/* Checks the file, and puts into `said` what is said, with "@" for the folder. */
static unsigned
check_file(const char *name)
{
	char path[256], *out, *err, *at;
	size_t out_len, err_len;
	FILE *to_out = open_memstream(&out, &out_len);
	FILE *to_err = open_memstream(&err, &err_len);
	unsigned faults;

	assert_true(to_out != NULL && to_err != NULL);
	path_of(name, path);
	faults = conf_check(path, to_out, to_err);
	fclose(to_out);
	fclose(to_err);
	assert_true(out_len + err_len < sizeof(said));
	snprintf(said, sizeof(said), "%s%s", out, err);
	free(out);
	free(err);
	while ((at = strstr(said, folder)) != NULL) {
		*at = '@';
		memmove(at + 1, at + strlen(folder), strlen(at + strlen(folder)) + 1);
	}
	return faults;
}

static unsigned
check(const char *text)
{
	write_file("x", text);
	return check_file("x");
}

#define OURS "name = sflow_module path = \"@/modsflow.so\"\n"
#define WITH(params) "modules {\nmodule { " OURS params "}\n}\n"

struct fault_case {
	const char *text, *says;
};

static void
assert_faults(const struct fault_case *cases, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (check(cases[i].text) != 1)
			fail_msg("%s\nhas other faults: %s", cases[i].text, said);
		if (strncmp(said, cases[i].says, strlen(cases[i].says)) != 0)
			fail_msg("%s\nshould begin %s", said, cases[i].says);
		assert_ptr_equal(strchr(said, '\n'), strrchr(said, '\n'));
	}
}

static void
right(void **state)
{
	static const char *const texts[] = {
	    WITH(""),
	    WITH("param port { value = 7000 } param vm { value = 'host' }"),
	    WITH("language = \"C/C++\" enabled = yes param bind { value = \"\" }"),
	    WITH("param names_file { value = \"@/names\" } "
	         "param names { value = \"192.0.2.1 = a\" }"),
	    "modules { module { name = x path = x.so param vm { } } }" WITH(""),
	    WITH("") "collection_group { collect_every = 1\n"
		     "metric { name = sflow_agents } metric { name = load_one } }",
	    WITH("") "udp_recv_channel { port = 8649 }\nsflow { udp_port = 6344 }\n",
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(texts); i++) {
		if (check(texts[i]) != 0)
			fail_msg("%s: %s", texts[i], said);
		assert_string_equal(said, "@/x: the sFlow module in @/x:2 is right\n");
	}
}

/* The installed file. */
static void
installed(void **state)
{
	char *text = source_file("conf.d/sflow.conf.in"), *at;

	(void)state;
	while ((at = strstr(text, "@moduledir@")) != NULL)
		memmove(at + 1, at + strlen("@moduledir@"),
		        strlen(at + strlen("@moduledir@")) + 1);
	if (check(text) != 0)
		fail_msg("%s", said);
	free(text);
}

static void
parameters(void **state)
{
	static const struct fault_case cases[] = {
	    {WITH("param prot { value = 1 }"),
	     "@/x:3: param prot is not known: perhaps port\n"},
	    {WITH("\nparam port {\nvalue = 70000 }"),
	     "@/x:5: param port { value = \"70000\" }: it should be a number, 1 to "
	     "65535\n"},
	    {WITH("/* param vm\n { } */ # }\n// }\nparam vm { value = maybe }"),
	     "@/x:6: param vm { value = \"maybe\" }: it should be prefix, host or no\n"},
	    {WITH("param vm { value = no }\nparam vm { value = host }"),
	     "@/x:4: param vm is there twice, before in @/x:3\n"},
	    {WITH("param names_file { value = \"@/none\" }"),
	     "@/x:3: param names_file { value = \"@/none\" }: it should be a file"},
	    {WITH("param names { value = \"192.0.2.1=a; 192.0.2.2=b\" }"),
	     "@/x:3: param names { value = \"192.0.2.1=a; 192.0.2.2=b\" }: it should "
	     "be ADDRESS = NAME, ADDRESS = NAME, ...; behind the name a; comes "
	     "192.0.2.2\n"},
	    {WITH("param vm { }"), "@/x:3: param vm { }: its value is missing\n"},
	    {WITH("") "param allow { value = \"10.0.0.0/8\" }",
	     "@/x:5: param allow { }: it belongs into module { }\n"},
	    {"modules {\nparam vm { value = no }\nmodule { " OURS "}\n}\n",
	     "@/x:2: param vm { }: it belongs into module { }\n"},
	    {WITH("parm vm { value = no }"),
	     "@/x:3: parm vm { }: in a module, it should be param\n"},
	    {WITH("") "sflow { udp_port = 0 }",
	     "@/x:5: sflow { udp_port = 0 }: it should be a number, 1 to 65535\n"},
	};

	(void)state;
	assert_faults(cases, COUNT_OF(cases));
}

static void
the_module(void **state)
{
	static const struct fault_case cases[] = {
	    {"modules { module { name = sflow_module path = \"@/none.so\" } }",
	     "@/x:1: path = \"@/none.so\": No such file or directory\n"},
	    {"globals { module_dir = \"@\" }\nmodules { module {\nname = sflow_module\n"
	     "path = \"none.so\" } }",
	     "@/x:4: path = \"@/none.so\": No such file or directory\n"},
	    {"\nmodules { module { name = sflow_module } }",
	     "@/x:2: module { }: its path is missing\n"},
	    {"modules { module { name = sflow path = \"@/modsflow.so\" } }",
	     "@/x:1: module { }: its name should be \"sflow_module\"\n"},
	    {WITH("enabled = no"),
	     "@/x:2: module { enabled = no }: gmond does not load it\n"},
	    {WITH("") WITH(""), "@/x:6: a second module { name = \"sflow_module\" }, "
	                        "after @/x:2\n"},
	    {"modules { module { name = other path = \"@/modsflow.so.old\" } }",
	     "@/x:1: there is no module { name = \"sflow_module\" } in it"},
	};

	(void)state;
	assert_faults(cases, COUNT_OF(cases));
	assert_int_equal(check("globals { module_dir = \"@\" }\nmodules { module {\n"
	                       "name = sflow_module path = modsflow.so } }"),
	                 0);
}

static void
around_it(void **state)
{
	static const struct fault_case cases[] = {
	    {WITH("") "collection_group {\nmetric { name = \"sflow_agent\" }\n}",
	     "@/x:6: metric sflow_agent: the module has none of that name: perhaps "
	     "sflow_agents\n"},
	    {WITH("") "collection_group { metric { name = sflow_nonsense_at_all } }",
	     "@/x:5: metric sflow_nonsense_at_all: the module has none of that name\n"},
	    {WITH("") "udp_recv_channel {\nport = 6343\n}",
	     "@/x:6: udp_recv_channel { port = 6343 } takes the sFlow port"},
	    {"udp_recv_channel { port = 7000 }\n" WITH("param port { value = 7000 }"),
	     "@/x:1: udp_recv_channel { port = 7000 } takes the sFlow port"},
	    {WITH("") "glorbs { }",
	     "@/x: gmond can't read it: @/x:5: no such option 'glorbs'"},
	    {WITH("param vm { valeu = no value = no }"),
	     "@/x:3: valeu = \"no\": in a param, it should be value\n"},
	};

	(void)state;
	assert_faults(cases, COUNT_OF(cases));
}

static void
forms(void **state)
{
	static const struct fault_case cases[] = {
	    {"", "@/x:1: nothing is set: the file is empty, or cut\n"},
	    {"/* modules { } */\n# a\n", "@/x:1: nothing is set"},
	    {"modules {\n module {\n", "@/x:2: a { without its }\n"},
	    {WITH("") "\n}", "@/x:6: a } without its {\n"},
	    {WITH("param a { value = \"1 }"), "@/x:3: a \" without its end\n"},
	    {"/* a", "@/x:1: a comment without its end\n"},
	    {"\nmodules { module { name = } }",
	     "@/x:2: name: there should be a value\n"},
	    {"modules\n", "@/x:1: modules: there should be = or { behind it\n"},
	    {"= 1", "@/x:1: a = that nothing belongs to\n"},
	    {"\ninclude (\"@/none\")", "@/x:2: @/none: No such file or directory\n"},
	    {"include (\"@/x\")", "@/x:1: includes in too many includes\n"},
	};

	(void)state;
	assert_faults(cases, COUNT_OF(cases));
	assert_int_equal(check_file("none"), 1);
	assert_string_equal(said, "@/none: No such file or directory\n");
	assert_int_equal(check_file("."), 1);
	assert_string_equal(said, "@/.: Is a directory\n");
}

/* Two faults are two lines; and each is in the file that has it. */
static void
included(void **state)
{
	(void)state;
	write_file("part-1", WITH("param prot { value = 1 }\nparam vm { value = 1 }"));
	assert_int_equal(check("include (\"@/part-*\")\ninclude ('@/nothing-*')\n"), 2);
	assert_string_equal(said,
	                    "@/part-1:3: param prot is not known: perhaps port\n"
	                    "@/part-1:4: param vm { value = \"1\" }: it should be "
	                    "prefix, host or no\n");
	write_file("part-1", WITH(""));
	assert_int_equal(check("include (\"@/part-*\")\n"), 0);
	assert_string_equal(said, "@/x: the sFlow module in @/part-1:2 is right\n");
}

/* A file that was cut is never right, but between two sections. */
static void
cut(void **state)
{
	static const char whole[] = WITH("param vm { value = \"no\" }\n");
	char text[sizeof(whole)];
	size_t len;

	(void)state;
	for (len = 0; len < strlen(whole) - 2; len++) {
		memcpy(text, whole, len);
		text[len] = '\0';
		if (check(text) == 0)
			fail_msg("%s is taken", text);
		if (strchr(said, '\n') == NULL || said[strlen(said) - 1] != '\n')
			fail_msg("%s", said);
	}
	assert_int_equal(check(whole), 0);
}

static int
make(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(folder));
	write_file("modsflow.so", "");
	write_file("names", "192.0.2.2 b\n");
	return 0;
}

static int
clear(void **state)
{
	static const char *const names[] = {"modsflow.so", "names", "x", "part-1"};
	char path[256];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(names); i++) {
		path_of(names[i], path);
		assert_int_equal(remove(path), 0);
	}
	return rmdir(folder);
}

/* Its end is there; it is too long for what a parameter can be. */
static void
long_values(void **state)
{
	static char text[9000];
	struct fault_case one = {text, "@/x:1: too long a word\n"};

	(void)state;
	snprintf(text, sizeof(text), "modules { module { name = \"%0*d\" } }", 8000, 1);
	assert_faults(&one, 1);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(right),       cmocka_unit_test(installed),
	    cmocka_unit_test(parameters),  cmocka_unit_test(the_module),
	    cmocka_unit_test(around_it),   cmocka_unit_test(forms),
	    cmocka_unit_test(included),    cmocka_unit_test(cut),
	    cmocka_unit_test(long_values),
	};

	return cmocka_run_group_tests_name("conf_check", tests, make, clear);
}

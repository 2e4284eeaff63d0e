/* Each kind of fault, with its file and line. */
#include "gmetad-bridge/config/config.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/sflow/unit.h"

struct fault_case {
	const char *text, *fault; /* how the fault begins */
};

static void
check(const struct fault_case *cases, size_t count)
{
	char fault[CONFIG_FAULT];
	size_t i;

	for (i = 0; i < count; i++) {
		if (config_parse(cases[i].text, "x.conf", NULL, fault) != NULL)
			fail_msg("\"%s\" was taken", cases[i].text);
		if (strncmp(fault, cases[i].fault, strlen(cases[i].fault)) != 0)
			fail_msg("%s\nshould begin %s", fault, cases[i].fault);
		assert_null(strpbrk(fault, "\n\t\r"));
	}
}

#define CHECK(cases) check(cases, COUNT_OF(cases))

static void
syntax(void **state)
{
	static const struct fault_case cases[] = {
	    {"xml_port = 1\nporst = 2\n", "x.conf:2: no such option 'porst'"},
	    {"port = 6344\n",
	     "x.conf:1: no such option 'port': it belongs into sflow { }"},
	    {"lower_case = yes\n", "x.conf:1: no such option 'lower_case': it belongs "
	                           "into sflow { } or into rrd { }"},
	    {"cluster a { user = b }",
	     "x.conf:1: no such option 'user': it belongs outside of sections"},
	    {"agents = { }", "x.conf:1: no such option 'agents': it belongs into "
	                     "cluster \"...\" { }"},
	    {"sflow { rrd { } }",
	     "x.conf:1: no such option 'rrd': it belongs outside of sections"},
	    {"sflow { alow = { \"10.0.0.0/8\" } }",
	     "x.conf:1: no such option 'alow': perhaps allow"},
	    {"alow = { \"10.0.0.0/8\" }", "x.conf:1: no such option 'alow': perhaps "
	                                  "allow, which belongs into sflow { }"},
	    {"clutser a { }", "x.conf:1: no such option 'clutser': perhaps cluster"},
	    {"sflow {\n xml_port = 1 }", "x.conf:2: no such option 'xml_port'"},
	    {"# a\n/* b\n */ // c\nporst = 2", "x.conf:4: no such option"},
	    {"grid { name = \"a\\\nb\nc\" }\nx = 1", "x.conf:3: name"},
	    {"xml_port 1", "x.conf:1: missing equal sign"},
	    {"xml_port = ", "x.conf:1: premature end"},
	    {"\nxml_port = { 1 }", "x.conf:2: unexpected token"},
	    {"sflow port = 1", "x.conf:1: missing opening brace"},
	    {"\n\nsflow {\nport = 1", "x.conf:3: a { without its }"},
	    {"cluster \"a\" { }\n}", "x.conf:2: a } without its {"},
	    {"cluster { }", "x.conf:1: missing title"},
	    {"\ngrid { name = \"a\n }", "x.conf:2: a \" without its end"},
	    {"\ngrid { name = 'a\n }", "x.conf:2: a ' without its end"},
	    {"\ngrid { name = \"a\\", "x.conf:2: a \" without its end"},
	    {"\n/* \n", "x.conf:2: a comment without its end"},
	    {"a = \"${B", "x.conf:1: a ${ without its }"},
	    {"a = ${B\n}", "x.conf:1: a ${ without its }"},
	    {"\nsflow { ports = \"\\1\" }", "x.conf:2: \\1 in quotes"},
	    {"sflow { port = 1 * 2 }", "x.conf:1: a * that"},
	    {"trusted_hosts + \"::1\"", "x.conf:1: a + that"},
	    {"xml_port += 1", "x.conf:1: attempt to append"},
	    {"\n\1", "x.conf:2: a control character"},
	    {"{{{{{{{{{{", "x.conf:1: too many braces"},
	    {"\n\"\" = 1", "x.conf:2: the name of a key is missing"},
	    {"sflow { }\n\"sflow|port\" = 1", "x.conf:2: no such option"},
	    {"include (a)", "x.conf:1: it should be include (\"FILE\")"},
	    {"include (\"a\"", "x.conf:1: it should be include"},
	    {"include \"a\"", "x.conf:1: no such option 'include'"},
	    {"sflow { include (\"a\") }", "x.conf:1: no such option 'include'"},
	    {"\ninclude (\"/nowhere/at.all\")", "x.conf:2: /nowhere/at.all: No"},
	};

	(void)state;
	CHECK(cases);
}

static void
numbers(void **state)
{
	static const struct fault_case cases[] = {
	    {"sflow { port = 0 }", "x.conf:1: port = \"0\": it should be a port"},
	    {"sflow { port = 65536 }", "x.conf:1: port"},
	    {"sflow { port = 63x }", "x.conf:1: port"},
	    {"sflow { port = \"\" }", "x.conf:1: port"},
	    {"sflow { port = \" 1\" }", "x.conf:1: port"},
	    {"xml_port = -1", "x.conf:1: xml_port = \"-1\": it should be"},
	    {"xml_port = 99999999999999999999", "x.conf:1: xml_port"},
	    {"sflow { sockets = 0 }", "x.conf:1: sockets"},
	    {"sflow { max_agents = 1000001 }", "x.conf:1: max_agents"},
	    {"sflow { misses = 0 }", "x.conf:1: misses = \"0\": it should be "
	                             "auto, or a number, 1 to 100"},
	    {"sflow { host_dmax = 59 }", "x.conf:1: host_dmax"},
	    {"sflow { rcvbuf = 64MB }", "x.conf:1: rcvbuf"},
	    {"sflow { rcvbuf = M }", "x.conf:1: rcvbuf"},
	    {"sflow { rcvbuf = 2G }", "x.conf:1: rcvbuf"},
	    {"rrd { queue = 1023K }", "x.conf:1: queue = \"1023K\": it should"},
	    {"rrd { queue = 99999999999G }", "x.conf:1: queue"},
	    {"rrd { step = 0 }", "x.conf:1: step"},
	    {"readers = 0", "x.conf:1: readers"},
	    {"reader_timeout = 0", "x.conf:1: reader_timeout"},
	};

	(void)state;
	CHECK(cases);
}

static void
words_and_texts(void **state)
{
	static const struct fault_case cases[] = {
	    {"all_trusted = maybe", "x.conf:1: all_trusted = \"maybe\": it "
	                            "should be yes or no"},
	    {"sflow { vm = yes }", "x.conf:1: vm = \"yes\": it should be prefix"},
	    {"rrd { write = never }", "x.conf:1: write"},
	    {"sflow { accept = { host,\ntokenring } }",
	     "x.conf:2: accept = \"tokenring\": it should be all, default"},
	    {"sflow { multiple = { http, x } }", "x.conf:1: multiple = \"x\""},
	    {"grid { name = \"\" }", "x.conf:1: name"},
	    {"grid { name = \"\303\274\" }", "x.conf:1: name"},
	    {"grid { authority = \"a\tb\" }", "x.conf:1: authority"},
	    {"on_event = true", "x.conf:1: on_event = \"true\": it should be a path"},
	    {"control = run/control",
	     "x.conf:1: control = \"run/control\": it should be a path from the root on"},
	    {"nagios_commands = a.cmd",
	     "x.conf:1: nagios_commands = \"a.cmd\": it should be a path"},
	    {"state = a.db", "x.conf:1: state = \"a.db\": it should be a path"},
	    {"rrd { rootdir = \"\" }", "x.conf:1: rootdir"},
	    {"self { name = \"a/b\" }", "x.conf:1: name = \"a/b\": it should be "
	                                "the name of a host"},
	    {"rrd { umask = 28 }", "x.conf:1: umask = \"28\": it should be an octal "
	                           "number, 0 to 077"},
	    {"rrd { umask = 0122 }", "x.conf:1: umask"},
	    {"rrd { umask = -1 }", "x.conf:1: umask"},
	    {"rrd { rrdcached = unix:run }", "x.conf:1: rrdcached"},
	    {"rrd { rrdcached = \"a:0\" }", "x.conf:1: rrdcached"},
	    {"rrd { rrdcached = \"::1\" }", "x.conf:1: rrdcached"},
	    {"rrd { rrdcached = \"[::1\" }", "x.conf:1: rrdcached"},
	    {"rrd { rrdcached = \"[]:1\" }", "x.conf:1: rrdcached"},
	    {"rrd { rrdcached = \"[a]:1\" }", "x.conf:1: rrdcached"},
	    {"rrd { rrdcached = \"a b\" }", "x.conf:1: rrdcached"},
	    {"summarized_metrics = { \"a\",\n\"(\" }",
	     "x.conf:2: summarized_metrics = \"(\": it should be extended regular "
	     "expressions: "},
	    {"unsummarized_metrics = \"[\"", "x.conf:1: unsummarized_metrics"},
	    {"sflow { ports = \"(\" }", "x.conf:1: ports = \"(\": it should be "
	                                "an extended regular expression: "},
	};

	(void)state;
	CHECK(cases);
}

static void
lists(void **state)
{
	static const struct fault_case cases[] = {
	    {"sflow { allow = { \"10.0.0.0/8\",\n\"10.0.0.0/33\" } }",
	     "x.conf:2: allow = \"10.0.0.0/33\": it should be networks such as "
	     "10.0.0.0/8 or fd00::/8, not 10.0.0.0/33"},
	    {"sflow { deny = \"::1, host.example\" }",
	     "x.conf:1: deny = \"::1, host.example\": it should be networks such "
	     "as 10.0.0.0/8 or fd00::/8, not host.example"},
	    {"trusted_hosts = { localhost }", "x.conf:1: trusted_hosts"},
	    {"sflow { bind = \"eth0\" }", "x.conf:1: bind = \"eth0\": it should "
	                                  "be addresses of this machine, not eth0"},
	    {"xml_bind = { ::1, 1, ::2 }", "x.conf:1: xml_bind = \"1\""},
	    {"\nxml_bind = { ::1,::1,::1,::1,::1,::1,::1,::1,::1,::1,::1,::1,::1,"
	     "::1,::1,::1,\n::1 }\nreaders = 1",
	     "x.conf:3: xml_bind = \"::1 ::1 "},
	    {"sflow { names = \"core-1\" }", "x.conf:1: names = \"core-1\""},
	    {"sflow { names = { \"192.0.2.1 = a\", \"b = c\" } }",
	     "x.conf:1: names = \"b = c\""},
	    {"sflow { names = { \"192.0.2.1=core-1; 192.0.2.2=core-2\" } }",
	     "x.conf:1: names = \"192.0.2.1=core-1; 192.0.2.2=core-2\": it should be "
	     "ADDRESS = NAME, ADDRESS = NAME, ...; behind the name core-1; comes "
	     "192.0.2.2"},
	    {"sflow { names = \"192.0.2.1 = core 1\" }",
	     "x.conf:1: names = \"192.0.2.1 = core 1\": it should be ADDRESS = NAME, "
	     "ADDRESS = NAME, ...; behind the name core comes 1"},
	    {"cluster a {\nagents = {} }", "x.conf:2: agents = \"\": it should"},
	    {"rrd { rra = { \"RRA:AVERAGE:0.5:1:10\",\n\"RRA:AVG:0.5:1:1\" } }",
	     "x.conf:2: rra = \"RRA:AVG:0.5:1:1\": it should be RRA:AVERAGE"},
	    {"rrd { rra = \"RRA:MAX:1:1:1\" }", "x.conf:1: rra"},
	    {"rrd { rra = \"RRA:MAX:.5:1:1\" }", "x.conf:1: rra"},
	    {"rrd { rra = \"RRA:MAX:0.5:0:1\" }", "x.conf:1: rra"},
	    {"rrd { rra = \"RRA:MAX:0.5:1:0\" }", "x.conf:1: rra"},
	    {"rrd { rra = \"RRA:MAX:0.5:1\" }", "x.conf:1: rra"},
	    {"rrd { rra = \"RRA:MAX:0.5:1:1:1\" }", "x.conf:1: rra"},
	    {"rrd { rra = \"RRA:MAX:0.5:1:1000000000\" }", "x.conf:1: rra"},
	};

	(void)state;
	CHECK(cases);
}

static void
sections(void **state)
{
	static const struct fault_case cases[] = {
	    {"sflow { }\nsflow { port = 1 }", "x.conf:2: a second section sflow"},
	    {"rrd { }\n\nrrd {\n}", "x.conf:3: a second section rrd"},
	    {"rrd { step = 15\narchives \"(\" {\nrra = {} } }",
	     "x.conf:2: archives \"(\": it should be an extended regular"},
	    {"rrd {\narchives a { rra = {} }\narchives b {\n}\n}",
	     "x.conf:3: archives: its rra is missing"},
	    {"rrd { archives a { rra = {} }\narchives a { rra = {} } }",
	     "x.conf:2: found duplicate title 'a'"},
	    {"archives a { rra = {} }", "x.conf:1: no such option 'archives'"},
	};

	(void)state;
	CHECK(cases);
}

static void
clusters(void **state)
{
	static const struct fault_case cases[] = {
	    {"cluster a { }\ncluster a { }", "x.conf:2: found duplicate title"},
	    {"cluster a { }\n\ncluster b {\nowner = c }",
	     "x.conf:3: cluster \"b\": it should have agents, for \"a\" has none"},
	    {"cluster v { }\ncluster a { }\n\ncluster b { }\nsflow { vm_cluster = v }",
	     "x.conf:4: cluster \"b\": it should have agents, for \"a\" has none"},
	    {"cluster a {\ngmond_port = 8651 }",
	     "x.conf:2: gmond_port = \"8651\": it is the xml_port of gmetad's"},
	    {"cluster a { gmond_port = 1 }\ncluster b { agents = \"::/0\"\n"
	     "gmond_port = 1 }",
	     "x.conf:3: gmond_port = \"1\": it is the gmond_port of a"},
	    {"cluster a { gmond_port = 1 }\nxml_port = 1",
	     "x.conf:2: xml_port = \"1\": it is the gmond_port of a"},
	    {"xml_port = 1 interactive_port = 1",
	     "x.conf:1: interactive_port = \"1\": it is the xml_port"},
	    {"sflow { vm_cluster = a }",
	     "x.conf:1: vm_cluster = \"a\": there is no such cluster"},
	    {"cluster a { }\nself { cluster = b }",
	     "x.conf:2: cluster = \"b\": there is no such cluster"},
	};

	(void)state;
	CHECK(cases);
}

static void
names_of_clusters(void **state)
{
	static const char *const wrong[] = {
	    "a/b",
	    "",
	    " a",
	    "a ",
	    ".a",
	    "__SummaryInfo__",
	    "a<b",
	    "a>b",
	    "a&b",
	    "a'b",
	    "\303\274",
	    "a\tb",
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
	char fault[CONFIG_FAULT], text[128];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(wrong); i++) {
		snprintf(text, sizeof(text), "\ncluster \"%s\" {\nowner = b }",
		         wrong[i]);
		if (config_parse(text, "x.conf", NULL, fault) != NULL)
			fail_msg("\"%s\" was taken", wrong[i]);
		assert_ptr_equal(strstr(fault, "x.conf:2: cluster \""), fault);
	}
	assert_null(config_parse("cluster 'a\"b' {}", "x.conf", NULL, fault));
}

/* 256 of them have a number, those that were in between, too. */
static void
number_of_clusters(void **state)
{
	char fault[CONFIG_FAULT], text[16384], *at = text;
	struct config *full, *other;
	int i;

	(void)state;
	for (i = 0; i < 257; i++)
		at += sprintf(at, "cluster c%d { agents = \"10.0.0.0/8\" }\n", i);
	assert_null(config_parse(text, "x.conf", NULL, fault));
	assert_non_null(strstr(fault, "x.conf:257: more than 256 clusters"));
	*strstr(text, "cluster c256") = '\0';
	assert_null(config_parse(text, "x.conf", NULL, fault));
	assert_non_null(strstr(fault, "more than 256 clusters"));
	*strstr(text, "cluster c255") = '\0';
	full = config_parse(text, "x.conf", NULL, fault);
	assert_non_null(full);
	assert_int_equal(full->cluster_count, 256);
	assert_null(config_parse("\ncluster d { }", "x.conf", full, fault));
	assert_non_null(strstr(fault, "x.conf:2: cluster \"d\": there were 256"));
	other = config_parse("cluster c7 { }", "x.conf", full, fault);
	assert_non_null(other);
	assert_int_equal(other->clusters[0].number, 7);
	config_release(full);
	config_release(other);
}

static void
nothing_is_set(void **state)
{
	static const struct fault_case cases[] = {
	    {"", "x.conf:1: nothing is set: the file is empty, or cut"},
	    {" \t\r\n\n", "x.conf:3: nothing is set"},
	    {"# sflow { }\n// a = 1\n/* xml_port = 1\n*/", "x.conf:4: nothing is set"},
	    {"include (\"/nowhere/*.conf\")\n", "x.conf:2: nothing is set"},
	};
	static const char *const few[] = {"rrd { }", "xml_port = 0", "user = \"\"",
	                                  "trusted_hosts = {}", "\"xml_port\" = 1"};
	char fault[CONFIG_FAULT];
	struct config *config;
	size_t i;

	(void)state;
	CHECK(cases);
	for (i = 0; i < COUNT_OF(few); i++) {
		config = config_parse(few[i], "x.conf", NULL, fault);
		if (config == NULL)
			fail_msg("%s: %s", few[i], fault);
		config_release(config);
	}
}

static void
twice(void **state)
{
	static const struct fault_case cases[] = {
	    {"xml_port = 1\n\nxml_port = 1", "x.conf:3: xml_port is set twice, before "
	                                     "in line 1"},
	    {"xml_port = 1\n'xml_port' = 1", "x.conf:2: xml_port is set twice"},
	    {"sflow {\n port = 1\n # port = 2\n port\n = 3 }",
	     "x.conf:5: port is set twice, before in line 2"},
	    {"cluster a { owner = b\nowner = c }", "x.conf:2: owner is set twice"},
	    {"trusted_hosts = {}\ntrusted_hosts = {\"::1\"}",
	     "x.conf:2: trusted_hosts is"},
	    {"trusted_hosts = {\"::1\"}\ntrusted_hosts = {}",
	     "x.conf:2: trusted_hosts is"},
	    {"trusted_hosts += {\"::1\"}\ntrusted_hosts = {\"::2\"}",
	     "x.conf:2: trusted_hosts is set twice"},
	    {"rrd { archives a { rra = {}\nrra = {} } }", "x.conf:2: rra is set twice"},
	    {"grid { }\ngrid { }",
	     "x.conf:2: a second section grid { }, after x.conf:1"},
	};
	static const char text[] =
	    "cluster a { owner = x } cluster b { owner = y agents = \"::1\" }\n"
	    "trusted_hosts = { \"::1\" } trusted_hosts += { \"::2\" }\n"
	    "trusted_hosts += { \"::3\" } self { name = a } grid { name = b }\n"
	    "rrd { rra = {} archives a { rra = {} } archives b { rra = {} } }\n";
	char fault[CONFIG_FAULT];
	struct config *config = config_parse(text, "x.conf", NULL, fault);

	(void)state;
	if (config == NULL)
		fail_msg("%s", fault);
	config_release(config);
	CHECK(cases);
}

/* Whether the text of so many bytes ends with a whole key or section, or inside blanks. */
static bool
is_whole(const char *text, size_t len)
{
	int depth = 0;
	bool quoted = false;
	size_t i, quotes = 0;

	while (len > 0 && text[len - 1] == '\n')
		len--;
	for (i = 0; i < len; i++) {
		quoted = quoted != (text[i] == '"');
		quotes += text[i] == '"';
		depth += quoted ? 0 : text[i] == '{' ? 1 : text[i] == '}' ? -1 : 0;
	}
	return len > 0 && depth == 0 && !quoted &&
	       (text[len - 1] == '}' || (text[len - 1] == '"' && quotes == 2));
}

static void
cut(void **state)
{
	static const char whole[] =
	    "state = \"/nowhere/state.db\"\n"
	    "sflow { port = 7000 bind = { 127.0.0.1 } ports = '^a' }\n"
	    "cluster \"a\" { agents = { \"10.0.0.0/8\" } }\n"
	    "rrd { rra = {} archives \"^a\" { rra = { \"RRA:AVERAGE:0.5:1:10\" } } }\n";
	char fault[CONFIG_FAULT], text[sizeof(whole)];
	struct config *config;
	size_t len;

	(void)state;
	for (len = 0; len < sizeof(whole); len++) {
		memcpy(text, whole, len);
		text[len] = '\0';
		config = config_parse(text, "x.conf", NULL, fault);
		if ((config != NULL) != is_whole(text, len))
			fail_msg("%s\nwas %s", text, config != NULL ? "taken" : fault);
		if (config == NULL && strncmp(fault, "x.conf:", 7) != 0)
			fail_msg("%s", fault);
		config_release(config);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(syntax),
	    cmocka_unit_test(numbers),
	    cmocka_unit_test(words_and_texts),
	    cmocka_unit_test(lists),
	    cmocka_unit_test(sections),
	    cmocka_unit_test(clusters),
	    cmocka_unit_test(names_of_clusters),
	    cmocka_unit_test(number_of_clusters),
	    cmocka_unit_test(nothing_is_set),
	    cmocka_unit_test(twice),
	    cmocka_unit_test(cut),
	};

	return cmocka_run_group_tests_name("config_faults", tests, NULL, NULL);
}

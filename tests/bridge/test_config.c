/* What the file says: every key, clusters, reloads, archives, includes. Faults are in
 * test_config_faults.c. */
#include "gmetad-bridge/config/config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "gmetad-bridge/config/config_read.h"
#include "tests/bridge/dump_config.h"
#include "tests/sflow/unit.h"
#include "tests/tools/source_file.h"

static char fault[CONFIG_FAULT];

static struct config *
reload(const char *text, const struct config *before)
{
	struct config *config = config_parse(text, "test.conf", before, fault);

	if (config == NULL)
		fail_msg("%s", fault);
	assert_string_equal(fault, "");
	return config;
}

static struct config *
parse(const char *text)
{
	return reload(text, NULL);
}

static bool
matches(const struct network_list *list, const char *text)
{
	struct address address;

	assert_int_equal(address_parse(text, &address), 0);
	return network_list_match(list, &address);
}

/* Keys -------------------------------------------------------------------------------- */

static void
one_key_and_the_defaults(void **state)
{
	struct config *c = parse("xml_port = 8651");

	(void)state;
	assert_int_equal(c->port, 6343);
	assert_int_equal(c->sockets, 1);
	assert_int_equal(c->rcvbuf, 64 << 20);
	assert_int_equal(c->collector.max_agents, 100000);
	assert_false(c->collector.keep);
	assert_null(c->collector.allow);
	assert_int_equal(c->xml_port, 8651);
	assert_int_equal(c->interactive_port, 8652);
	assert_null(c->trusted);
	assert_false(c->rrd_on);
	assert_string_equal(c->rrd.archives[2], "RRA:AVERAGE:0.5:40:52704");
	assert_null(c->rrd.archives[3]);
	assert_null(c->state);
	assert_null(c->control);
	assert_null(c->on_event);
	assert_null(c->nagios_commands);
	assert_string_equal(c->user, "ganglia");
	assert_int_equal(strncmp(c->authority, "http://", 7), 0);
	assert_int_equal(c->cluster_count, 1);
	assert_string_equal(c->clusters[0].name, "unspecified");
	assert_int_equal(c->clusters[0].gmond_port, 0);
	assert_true(c->clusters[0].all);
	config_release(c);
}

static void
sflow_ports_and_bounds(void **state)
{
	struct config *c =
	    parse("sflow { port = 7000 bind = { \"127.0.0.1\", \"::1\" } sockets = 4\n"
	          "rcvbuf = 1M rate = 500 max_agents = 10 max_sources = 20\n"
	          "max_metrics = 30 host_dmax = 3600 misses = 3 same_address = yes }");

	(void)state;
	assert_int_equal(c->port, 7000);
	assert_int_equal(c->bind_count, 2);
	assert_int_equal(c->bind[0].type, ADDRESS_IPV4);
	assert_int_equal(c->bind[1].type, ADDRESS_IPV6);
	assert_int_equal(c->sockets, 4);
	assert_int_equal(c->rcvbuf, 1 << 20);
	assert_int_equal(c->rate, 500);
	assert_int_equal(c->collector.max_agents, 10);
	assert_int_equal(c->collector.max_sources, 20);
	assert_int_equal(c->collector.max_metrics, 30);
	assert_int_equal(c->collector.host_dmax_ms, 3600000);
	assert_int_equal(c->collector.misses, 3);
	assert_true(c->collector.same_address);
	config_release(c);
}

static void
sflow_what_is_taken(void **state)
{
	struct config *c =
	    parse("sflow { allow = { \"10.0.0.0/8\", \"fd00::/8 192.0.2.1\" }\n"
	          "deny = 10.9.0.0/16 accept = { default, \"ip -vlan\" }\n"
	          "multiple = { http, jvm } vm = host ports = '^swp[0-9]+$'\n"
	          "ports_except = \"9$\" lower_case = true\n"
	          "names = { \"192.0.2.1 = core-1\", \"192.0.2.2 = core-2\" } }");
	const struct collector_config *collector = &c->collector;
	struct address core;

	(void)state;
	assert_true(matches(collector->allow, "10.1.1.1"));
	assert_true(matches(collector->allow, "192.0.2.1"));
	assert_true(matches(collector->allow, "fd00::1"));
	assert_false(matches(collector->allow, "11.1.1.1"));
	assert_true(matches(collector->deny, "10.9.1.1"));
	assert_true(collector->accept[KIND_IP] && collector->accept[KIND_HOST]);
	assert_false(collector->accept[KIND_VLAN]);
	assert_true(collector->multiple[KIND_JVM]);
	assert_false(collector->multiple[KIND_MEMCACHE]);
	assert_int_equal(collector->vm, VM_HOST);
	assert_int_equal(collector->vm_cluster, CLUSTER_OF_AGENT);
	assert_int_equal(regexec(collector->ports, "swp1", 0, NULL, 0), 0);
	assert_int_not_equal(regexec(collector->ports, "eth1", 0, NULL, 0), 0);
	assert_int_equal(regexec(collector->ports_except, "swp9", 0, NULL, 0), 0);
	assert_true(collector->lower_case);
	assert_int_equal(address_parse("192.0.2.2", &core), 0);
	assert_string_equal(name_list_find(collector->names, &core), "core-2");
	config_release(c);
}

static void
readers_and_the_rest(void **state)
{
	struct config *c = parse(
	    "xml_port = 0 interactive_port = 9652 xml_bind = 127.0.0.1\n"
	    "trusted_hosts = { \"192.0.2.20\" } trusted_hosts += { \"fd00::/8\" }\n"
	    "all_trusted = on gzip_output = yes readers = 7 reader_timeout = 9\n"
	    "state = /tmp/a.db user = \"\" syslog = yes\n"
	    "on_event = /bin/true nagios_commands = /n.cmd\n"
	    "control = /run/x/control\n"
	    "grid { name = \"my grid\" authority = http://a.example/g/ }\n"
	    "self { name = me }");

	(void)state;
	assert_int_equal(c->xml_port, 0);
	assert_int_equal(c->interactive_port, 9652);
	assert_int_equal(c->xml_bind_count, 1);
	assert_true(matches(c->trusted, "192.0.2.20"));
	assert_true(matches(c->trusted, "fd00::20"));
	assert_false(matches(c->trusted, "192.0.2.21"));
	assert_true(c->all_trusted && c->gzip && c->syslog);
	assert_int_equal(c->readers, 7);
	assert_int_equal(c->reader_timeout_s, 9);
	assert_string_equal(c->state, "/tmp/a.db");
	assert_true(c->collector.keep);
	assert_null(c->user);
	assert_string_equal(c->on_event, "/bin/true");
	assert_string_equal(c->nagios_commands, "/n.cmd");
	assert_string_equal(c->control, "/run/x/control");
	assert_string_equal(c->grid, "my grid");
	assert_string_equal(c->authority, "http://a.example/g/");
	assert_string_equal(c->self_name, "me");
	config_release(c);
}

static void
rrds(void **state)
{
	struct config *c = parse(
	    "rrd { rootdir = /tmp/rrds step = 30 rrdcached = unix:/run/r.sock\n"
	    "connections = 5 queue = 2G write = always delay = 90 summaries = no\n"
	    "umask = 0027 lower_case = yes rra = { \"RRA:MAX:0.1:2:3\", \"RRA:LAST:0:1:1\" } }");

	(void)state;
	assert_true(c->rrd_on);
	assert_string_equal(c->rrd.rootdir, "/tmp/rrds");
	assert_int_equal(c->rrd.step_s, 30);
	assert_string_equal(c->rrd.rrdcached, "unix:/run/r.sock");
	assert_int_equal(c->rrd.connections, 5);
	assert_true(c->rrd.queue_bytes == (size_t)2 << 30);
	assert_int_equal(c->rrd.write, RRD_ALWAYS);
	assert_int_equal(c->rrd.delay_s, 90);
	assert_false(c->rrd.summaries);
	assert_int_equal(c->rrd.umask, 027);
	assert_true(c->rrd.lower_case);
	assert_string_equal(c->rrd.archives[0], "RRA:MAX:0.1:2:3");
	assert_string_equal(c->rrd.archives[1], "RRA:LAST:0:1:1");
	assert_null(c->rrd.archives[2]);
	config_release(c);
}

/* Elements of a list, and what a second list adds. */
static void
metrics_with_sums(void **state)
{
	struct config *c = parse("summarized_metrics = { '^swp1{1,2}\\.', \"a b\" }\n"
	                         "summarized_metrics += { 'x$' }\n"
	                         "unsummarized_metrics = '^load'");

	(void)state;
	assert_int_equal(c->summarized.count, 3);
	assert_true(config_sums(c, "swp11.bytes_in", true));
	assert_true(config_sums(c, "vm.a b", true));
	assert_true(config_sums(c, "load_x", false));
	assert_false(config_sums(c, "swp2.bytes_in", true));
	assert_false(config_sums(c, "load_one", false));
	assert_true(config_sums(c, "bytes_in", false));
	config_release(c);
}

static void
addresses_of_rrdcached(void **state)
{
	static const char *const good[] = {"unix:/run/rrdcached.sock",
	                                   "/run/rrdcached.sock",
	                                   "localhost",
	                                   "rrd.example:42217",
	                                   "127.0.0.1:1",
	                                   "[::1]",
	                                   "[::1]:42217"};
	struct config *c;
	char text[128];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(good); i++) {
		snprintf(text, sizeof(text), "rrd { rrdcached = \"%s\" }", good[i]);
		c = parse(text);
		assert_string_equal(c->rrd.rrdcached, good[i]);
		config_release(c);
	}
	c = parse("rrd { rrdcached = \"\" }");
	assert_null(c->rrd.rrdcached);
	config_release(c);
}

/* Archives ---------------------------------------------------------------------------- */

static void
archives_of_metrics(void **state)
{
	struct config *c =
	    parse("rrd { archives '^load_' { rra = { \"RRA:MAX:0.5:1:10\" } }\n"
	          "archives '_(in|out)$' { rra = {} }\n"
	          "rra = { \"RRA:LAST:0.5:1:20\" }\n"
	          "archives '^load_five_in' { rra = \"RRA:MIN:0.5:1:30\" } }");

	(void)state;
	assert_string_equal(config_archives(c, "load_one")[0], "RRA:MAX:0.5:1:10");
	assert_string_equal(config_archives(c, "load_five_in")[0], "RRA:MAX:0.5:1:10");
	assert_null(config_archives(c, "swp1.bytes_in"));
	assert_string_equal(config_archives(c, "cpu_idle")[0], "RRA:LAST:0.5:1:20");
	config_release(c);
	c = parse("rrd { rra = {} }");
	assert_null(config_archives(c, "cpu_idle"));
	config_release(c);
	c = parse("rrd { }");
	assert_string_equal(config_archives(c, "cpu_idle")[0],
	                    "RRA:AVERAGE:0.5:1:5856");
	config_release(c);
}

/* Clusters ---------------------------------------------------------------------------- */

static unsigned
cluster_of(const struct config *c, const char *text)
{
	const struct collector_config *collector = &c->collector;
	struct address address;
	size_t i;

	assert_int_equal(address_parse(text, &address), 0);
	for (i = 0; i < collector->cluster_count; i++)
		if (network_list_match(collector->clusters[i].agents, &address))
			return collector->clusters[i].cluster;
	return collector->cluster;
}

static void
clusters_and_their_agents(void **state)
{
	struct config *c =
	    parse("cluster \"web farm\" { agents = { \"10.1.0.0/16\" } owner = ops\n"
	          "latlong = \"N1 E1\" url = http://web.example/ gmond_port = 8659 }\n"
	          "cluster rest { gmond_port = 8660 }\n"
	          "cluster db { agents = \"10.0.0.0/8, fd00::/8\" }\n"
	          "sflow { vm_cluster = db } self { cluster = \"web farm\" }");

	(void)state;
	assert_int_equal(c->cluster_count, 3);
	assert_string_equal(c->clusters[0].name, "web farm");
	assert_string_equal(c->clusters[0].owner, "ops");
	assert_string_equal(c->clusters[0].latlong, "N1 E1");
	assert_string_equal(c->clusters[0].url, "http://web.example/");
	assert_int_equal(c->clusters[0].gmond_port, 8659);
	assert_int_equal(c->clusters[1].gmond_port, 8660);
	assert_string_equal(c->clusters[1].owner, "unspecified");
	assert_false(c->clusters[0].all);
	assert_true(c->clusters[1].all);
	assert_int_equal(cluster_of(c, "10.1.2.3"), c->clusters[0].number);
	assert_int_equal(cluster_of(c, "10.2.2.3"), c->clusters[2].number);
	assert_int_equal(cluster_of(c, "fd00::1"), c->clusters[2].number);
	assert_int_equal(cluster_of(c, "192.0.2.1"), c->clusters[1].number);
	assert_int_equal(c->collector.vm_cluster, c->clusters[2].number);
	assert_int_equal(c->self_cluster, c->clusters[0].number);
	config_release(c);
}

/* Clusters of virtual machines, and of the bridge's own host, need no networks. */
static void
named_clusters_need_no_agents(void **state)
{
	struct config *c = parse("cluster vms { gmond_port = 8660 }\n"
	                         "cluster web { agents = \"10.0.0.0/8\" }\n"
	                         "cluster rest { }\n"
	                         "cluster own { }\n"
	                         "sflow { vm = host vm_cluster = vms }\n"
	                         "self { cluster = own }");

	(void)state;
	assert_int_equal(c->cluster_count, 4);
	assert_true(c->clusters[2].all);
	assert_false(c->clusters[0].all);
	assert_false(c->clusters[3].all);
	assert_int_equal(cluster_of(c, "10.1.2.3"), c->clusters[1].number);
	assert_int_equal(cluster_of(c, "192.0.2.1"), c->clusters[2].number);
	assert_int_equal(c->collector.vm_cluster, c->clusters[0].number);
	assert_int_equal(c->self_cluster, c->clusters[3].number);
	config_release(c);
	/* The only one without networks has the rest, too. */
	c = parse("cluster web { agents = \"10.0.0.0/8\" }\ncluster vms { }\n"
	          "sflow { vm_cluster = vms }");
	assert_int_equal(c->cluster_count, 2);
	assert_int_equal(cluster_of(c, "192.0.2.1"), c->clusters[1].number);
	config_release(c);
	c = parse("cluster vms { }\ncluster own { }\n"
	          "sflow { vm_cluster = vms } self { cluster = own }");
	assert_int_equal(c->cluster_count, 3);
	assert_string_equal(c->clusters[2].name, "unspecified");
	assert_int_equal(cluster_of(c, "192.0.2.1"), c->clusters[2].number);
	config_release(c);
	c = parse("cluster all { }\n"
	          "sflow { vm_cluster = all } self { cluster = all }");
	assert_int_equal(c->cluster_count, 1);
	assert_int_equal(cluster_of(c, "192.0.2.1"), c->clusters[0].number);
	config_release(c);
}

static void
the_rest_has_a_cluster(void **state)
{
	struct config *c = parse("cluster a { agents = \"10.0.0.0/8\" }\n"
	                         "cluster b { agents = \"0.0.0.0/0\" }");

	(void)state;
	assert_int_equal(c->cluster_count, 3);
	assert_string_equal(c->clusters[2].name, "unspecified");
	assert_true(c->clusters[2].all);
	assert_int_equal(c->clusters[2].gmond_port, 0);
	assert_int_equal(cluster_of(c, "::1"), c->clusters[2].number);
	config_release(c);
	c = parse("cluster a { agents = { \"0.0.0.0/0\", \"::/0\" } }");
	assert_int_equal(c->cluster_count, 1);
	assert_int_equal(c->collector.cluster, c->clusters[0].number);
	config_release(c);
	c = parse("cluster unspecified { agents = \"10.0.0.0/8\" }");
	assert_int_equal(c->cluster_count, 1);
	assert_true(c->clusters[0].all);
	config_release(c);
}

static void
numbers_stay_with_names(void **state)
{
	struct config *first = parse("cluster a { agents = \"10.0.0.0/8\" }\n"
	                             "cluster b { agents = \"11.0.0.0/8\" }\n"
	                             "cluster c { }"),
		      *second, *third;
	unsigned a = first->clusters[0].number, b = first->clusters[1].number,
		 rest = first->clusters[2].number;

	(void)state;
	assert_true(a != b && b != rest && a != rest);
	second = reload("cluster d { agents = \"12.0.0.0/8\" } cluster c {}\n"
	                "cluster a { agents = \"10.0.0.0/8\" }",
	                first);
	config_release(first);
	assert_int_equal(second->clusters[2].number, a);
	assert_int_equal(second->clusters[1].number, rest);
	assert_true(second->clusters[0].number != b);
	third = reload("cluster b {}", second);
	config_release(second);
	assert_int_equal(third->clusters[0].number, b);
	config_release(third);
}

/* Files ------------------------------------------------------------------------------- */

static char folder[] = "/tmp/test_config.XXXXXX";

static void
write_file(const char *name, const char *text)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void
remove_file(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_int_equal(unlink(path), 0);
}

static struct config *
load(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return config_load(path, NULL, fault);
}

static void
includes(void **state)
{
	struct config *c;

	(void)state;
	write_file("main.conf", "# one\ninclude (\"a.conf\") /* two */\n"
	                        "include(\"more*.conf\") include ('none*')\n"
	                        "xml_port = 3");
	write_file("a.conf", "grid { name = a }\n");
	write_file("more1.conf", "xml_port = 1 interactive_port = 11");
	write_file("more2.conf", "interactive_port = 12");
	c = load("main.conf");
	if (c == NULL)
		fail_msg("%s", fault);
	assert_string_equal(c->grid, "a");
	assert_int_equal(c->xml_port, 3);
	assert_int_equal(c->interactive_port, 12);
	assert_non_null(strstr(c->path, "/main.conf"));
	config_release(c);
	write_file("more2.conf", "\n\nreaders = none\n");
	assert_null(load("main.conf"));
	assert_non_null(strstr(fault, "/more2.conf:3: readers = \"none\""));
	write_file("more2.conf", "readers = 1\n\nreaders = 2\n");
	assert_null(load("main.conf"));
	assert_non_null(strstr(fault, "/more2.conf:3: readers is set twice"));
	write_file("more2.conf", "");
	write_file("a.conf", "# it includes itself\ninclude (\"a.conf\")");
	assert_null(load("main.conf"));
	assert_non_null(strstr(fault, "/a.conf:2: includes in too many"));
	remove_file("a.conf");
	assert_null(load("main.conf"));
	assert_non_null(strstr(fault, "/main.conf:2: "));
	assert_non_null(strstr(fault, "/a.conf: No such file"));
	remove_file("main.conf");
	remove_file("more1.conf");
	remove_file("more2.conf");
	assert_null(load("main.conf"));
	assert_non_null(strstr(fault, "/main.conf: No such file"));
	assert_null(load("."));
	assert_non_null(strstr(fault, "Is a directory"));
}

static void
names_in_a_file(void **state)
{
	char text[256];
	struct address core;
	struct config *c;

	(void)state;
	snprintf(text, sizeof(text),
	         "sflow {\n names_file = %s/hosts\n"
	         "names = \"192.0.2.1 = here\" }",
	         folder);
	assert_null(config_parse(text, "test.conf", NULL, fault));
	assert_non_null(strstr(fault, "test.conf:2: names_file"));
	write_file("hosts", "192.0.2.1 there\n192.0.2.2 two # a comment\n");
	c = parse(text);
	assert_int_equal(address_parse("192.0.2.2", &core), 0);
	assert_string_equal(name_list_find(c->collector.names, &core), "two");
	assert_int_equal(address_parse("192.0.2.1", &core), 0);
	assert_string_equal(name_list_find(c->collector.names, &core), "here");
	config_release(c);
	write_file("hosts", "192.0.2.1 there\nnonsense\n");
	assert_null(config_parse(text, "test.conf", NULL, fault));
	assert_non_null(strstr(fault, "its line 2"));
	remove_file("hosts");
}

/* After a fault of any kind the next file is read as if nothing had been. */
static void
faults_leave_nothing_behind(void **state)
{
	static const char *const wrong[] = {"xml_port = \"1",
	                                    "a = '",
	                                    "/* ",
	                                    "sflow {",
	                                    "sflow { port = \"x\\9\"",
	                                    "sflow { bind = { \"::1\", "};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(wrong); i++) {
		assert_null(config_parse(wrong[i], "test.conf", NULL, fault));
		config_release(parse("# fine\nxml_port = 5\n"));
	}
}

static void
held_and_released(void **state)
{
	struct config *c = parse("sflow { ports = \"a\" }");

	(void)state;
	assert_ptr_equal(config_hold(c), c);
	config_release(c);
	assert_int_equal(c->xml_port, 8651);
	config_release(c);
	config_release(NULL);
	assert_null(config_hold(NULL));
}

/* The file that is installed ------------------------------------------------------------ */

static char *
installed(void)
{
	return source_file("conf.d/gmetad-bridge.conf");
}

/* Makes keys of the comments that are keys: prose has one blank behind the #. */
static void
uncomment(char *text)
{
	char *at;
	bool first = true; /* on its line */

	for (at = text; *at != '\0'; at++) {
		bool prose = at[1] == '\n' || (at[1] == ' ' && at[2] != ' ');

		if (first && *at == '#' && !prose)
			*at = ' ';
		first = *at == '\n' || (first && (*at == ' ' || *at == '\t'));
	}
}

static void
assert_same(struct config *a, struct config *b)
{
	char *one = dump_config(a), *other = dump_config(b);

	assert_string_equal(one, other);
	free(one);
	free(other);
	config_release(a);
	config_release(b);
}

/* Behind them, the installed file is the empty one. */
#define INSTALLED \
	"cluster \"sflow\" { gmond_port = 8659 } rrd { }\n" \
	"state = \"/var/lib/ganglia/gmetad-bridge.db\"\n" \
	"control = \"/run/gmetad-bridge/control\"\n"

static void
installed_is_the_defaults(void **state)
{
	char *text = installed();

	(void)state;
	assert_same(parse(text), parse(INSTALLED));
	free(text);
}

/* Each key that is shown as a comment is the default, but for what are examples. */
static void
comments_tell_the_defaults(void **state)
{
	char *text = installed();

	(void)state;
	uncomment(text);
	assert_same(
	    parse(text),
	    parse("cluster \"sflow\" { gmond_port = 8659 }\n"
	          "state = \"/var/lib/ganglia/gmetad-bridge.db\"\n"
	          "control = \"/run/gmetad-bridge/control\"\n"
	          "grid { authority = \"http://monitor.example/ganglia/\" }\n"
	          "cluster web { agents = { \"10.1.0.0/16\", \"fd00:1::/32\" }\n"
	          "owner = ops gmond_port = 8660 }\n"
	          "rrd { archives 'a' { rra = { \"RRA:AVERAGE:0.5:1:5856\", "
	          "\"RRA:AVERAGE:0.5:20:26352\" } } archives 'b' { rra = {} } }"));
	free(text);
}

/* Its key, with the "=" behind it. */
static bool
shows(const char *text, const char *name)
{
	const char *at = text;
	size_t len = strlen(name);

	while ((at = strstr(at, name)) != NULL) {
		if (strncmp(at + len, " = ", 3) == 0 &&
		    strchr("#\t\n ", at[-1]) != NULL)
			return true;
		at += len;
	}
	return false;
}

static void
all_keys_are_shown(void **state)
{
	char *text = installed(), *part, heading[32];
	const struct setting *key;
	unsigned section;
	size_t i;

	(void)state;
	for (section = 0; section < SECTION_COUNT; section++) {
		part = text;
		if (section != SECTION_TOP) {
			snprintf(heading, sizeof(heading), "%s%s",
			         config_sections[section].word,
			         section == SECTION_CLUSTER ? " \"" : " ");
			part = strstr(text, heading);
			assert_non_null(part);
		}
		for (i = 0; (key = config_key_at(section, i)) != NULL; i++)
			if (!shows(part, key->name))
				fail_msg("%s is not shown", key->name);
	}
	free(text);
}

/* Whether a line of the manual is the heading of an item for it. */
static bool
has_item(const char *manual, const char *name)
{
	const char *line = manual, *word;
	size_t len = strlen(name);

	while ((line = strstr(line, "\n.It Ic ")) != NULL) {
		line += strlen("\n.It Ic");
		word = strstr(line, name);
		if (word != NULL && word < strchr(line, '\n') && word[-1] == ' ' &&
		    strchr(" \n", word[len]) != NULL)
			return true;
	}
	return false;
}

/* Of a key that several sections have, one item will do. */
static void
all_keys_are_in_the_manual(void **state)
{
	char *text = source_file("man/gmetad-bridge.conf.5");
	const struct setting *key;
	unsigned section;
	size_t i;

	(void)state;
	for (section = 0; section < SECTION_COUNT; section++)
		for (i = 0; (key = config_key_at(section, i)) != NULL; i++)
			if (!has_item(text, key->name))
				fail_msg("%s is not there", key->name);
	free(text);
}

static int
make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) == NULL;
}

static int
remove_folder(void **state)
{
	(void)state;
	return rmdir(folder);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(one_key_and_the_defaults),
	    cmocka_unit_test(sflow_ports_and_bounds),
	    cmocka_unit_test(sflow_what_is_taken),
	    cmocka_unit_test(readers_and_the_rest),
	    cmocka_unit_test(rrds),
	    cmocka_unit_test(metrics_with_sums),
	    cmocka_unit_test(addresses_of_rrdcached),
	    cmocka_unit_test(archives_of_metrics),
	    cmocka_unit_test(clusters_and_their_agents),
	    cmocka_unit_test(named_clusters_need_no_agents),
	    cmocka_unit_test(the_rest_has_a_cluster),
	    cmocka_unit_test(numbers_stay_with_names),
	    cmocka_unit_test(includes),
	    cmocka_unit_test(names_in_a_file),
	    cmocka_unit_test(faults_leave_nothing_behind),
	    cmocka_unit_test(held_and_released),
	    cmocka_unit_test(installed_is_the_defaults),
	    cmocka_unit_test(comments_tell_the_defaults),
	    cmocka_unit_test(all_keys_are_shown),
	    cmocka_unit_test(all_keys_are_in_the_manual),
	};

	return cmocka_run_group_tests_name("config", tests, make_folder, remove_folder);
}

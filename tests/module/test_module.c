/* The module in a gmond that tests can look into: parameters, both ways of
 * delivery, and its threads beside one that prints.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"
#include "gmond-module/ages.h"
#include "gmond-module/parameters.h"
#include "gmond-module/publisher.h"
#include "gmond-module/receiver.h"
#include "tests/module/fake_gmond.h"
#include "tests/tools/capture.h"
#include "tests/tools/source_file.h"
#include "tests/sflow/unit.h"

#define DEADLINE_MS 20000
#define GLOBALS "globals { mute = no deaf = no send_metadata_interval = 0 }\n"

extern mmodule sflow_module;

static char configuration[2048];
static int port;               /* that the module listens on */
static struct capture cluster; /* recorded traffic of five hosts */

/* A socket on loopback with a port that was free. */
static int
bound_socket(int *bound_port)
{
	struct sockaddr_in a = {.sin_family = AF_INET,
	                        .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t len = sizeof(a);
	int s = socket(AF_INET, SOCK_DGRAM, 0);

	assert_int_equal(bind(s, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(getsockname(s, (struct sockaddr *)&a, &len), 0);
	*bound_port = ntohs(a.sin_port);
	return s;
}

static void
send_datagrams(size_t from, size_t to)
{
	struct sockaddr_in a = {.sin_family = AF_INET,
	                        .sin_addr = {htonl(INADDR_LOOPBACK)},
	                        .sin_port = htons((uint16_t)port)};
	int s = socket(AF_INET, SOCK_DGRAM, 0);

	for (; from < to && from < cluster.count; from++)
		sendto(s, cluster.payloads[from].bytes, cluster.payloads[from].len, 0,
		       (struct sockaddr *)&a, sizeof(a));
	close(s);
}

/* gmond with the module: `channels` of gmond.conf, `params` of the module. */
static void
start(const char *channels, const char *params)
{
	int s = bound_socket(&port);

	close(s);
	snprintf(configuration, sizeof(configuration),
	         GLOBALS "%s\nmodules { module { name = \"sflow_module\" "
	                 "path = \"modsflow.so\" param port { value = %d } "
	                 "param rcvbuf { value = 1048576 } %s } }\n",
	         channels, port, params);
	fake_gmond_start(configuration, &sflow_module);
}

#define SEND_CHANNEL "udp_send_channel { host = 127.0.0.1 port = 9 }"

/* Has the handler run, in invented seconds, until the condition holds. */
static int64_t invented_ms;

static void
run_handler(void)
{
	invented_ms += 1000;
	direct_publisher.handler_runs(clock_ms() + invented_ms);
}

/* One of the module's own metrics, which are numbers of 32 bits. */
static uint32_t
own_value(const char *name)
{
	int i;

	for (i = 0; sflow_module.metrics_info[i].name != NULL; i++)
		if (strcmp(sflow_module.metrics_info[i].name, name) == 0)
			return sflow_module.handler(i).uint32;
	fail_msg("there is no metric %s", name);
	return 0;
}

#define AWAIT(condition, step) \
	do { \
		int64_t give_up = clock_ms() + DEADLINE_MS; \
		while (!(condition) && clock_ms() < give_up) { \
			usleep(2000); \
			step; \
		} \
		assert_true(condition); \
	} while (0)

/* Parameters ------------------------------------------------------------------ */

static int
read_params(const char *channels, const char *params, struct parameters *p)
{
	int result;

	start(channels, params);
	result = parameters_read(p, sflow_module.config_file,
	                         sflow_module.module_params_list);
	fake_gmond_end();
	return result;
}

static void
test_good_parameters(void **state)
{
	struct address address;
	struct parameters p;

	(void)state;
	assert_int_equal(
	    read_params("",
	                "param port { value = 7000 } "
	                "param bind { value = \"127.0.0.1 ::1\" } "
	                "param allow { value = \"10.0.0.0/8 fd00::/8\" } "
	                "param deliver { value = channel } "
	                "param max_agents { value = 7 } "
	                "param max_sources { value = 8 } "
	                "param accept { value = \"host, vm\" } "
	                "param multiple_jvm { value = yes } "
	                "param names { value = \"10.0.0.1 = a, fd00::1 b\" } "
	                "param lower_case { value = yes } "
	                "param misses { value = 3 } "
	                "param on_event { value = \"/bin/true\" } "
	                "param nagios_commands { value = \"/n.cmd\" } "
	                "param vm { value = host }",
	                &p),
	    0);
	assert_int_equal(p.port, 7000);
	assert_string_equal(p.bind, "127.0.0.1 ::1");
	assert_non_null(p.collector.allow);
	assert_int_equal(p.deliver, DELIVER_CHANNEL);
	assert_int_equal(p.collector.max_agents, 7);
	assert_int_equal(p.collector.max_sources, 8);
	assert_true(p.collector.accept[KIND_VM]);
	assert_false(p.collector.accept[KIND_HTTP]);
	assert_true(p.collector.multiple[KIND_JVM]);
	assert_int_equal(p.collector.vm, VM_HOST);
	assert_int_equal(p.collector.misses, 3);
	assert_true(p.collector.lower_case);
	assert_string_equal(p.on_event, "/bin/true");
	assert_string_equal(p.nagios_commands, "/n.cmd");
	assert_int_equal(address_parse("fd00::1", &address), 0);
	assert_string_equal(name_list_find(p.collector.names, &address), "b");
	parameters_free(&p);
}

static void
test_accepted_groups(void **state)
{
	static const struct {
		const char *words;
		bool host, vlan, ip, custom;
	} lists[] = {
	    {"default", true, true, false, false},
	    {"default ip", true, true, true, false},
	    {"all", true, true, true, true},
	    {"all -vlan, -host", false, false, true, true},
	    {"-vlan", true, false, false, false},
	    {"ip", false, false, true, false},
	};
	struct parameters p;
	char param[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		snprintf(param, sizeof(param), "param accept { value = \"%s\" }",
		         lists[i].words);
		assert_int_equal(read_params("", param, &p), 0);
		assert_int_equal(p.collector.accept[KIND_HOST], lists[i].host);
		assert_int_equal(p.collector.accept[KIND_VLAN], lists[i].vlan);
		assert_int_equal(p.collector.accept[KIND_IP], lists[i].ip);
		assert_int_equal(p.collector.accept[KIND_CUSTOM], lists[i].custom);
		parameters_free(&p);
	}
}

static void
test_ports_are_regular_expressions(void **state)
{
	struct parameters p;

	(void)state;
	assert_int_equal(read_params("",
	                             "param ports { value = \"^swp\" } "
	                             "param ports_except { value = \"9$\" }",
	                             &p),
	                 0);
	assert_int_equal(regexec(p.collector.ports, "swp9", 0, NULL, 0), 0);
	assert_int_equal(regexec(p.collector.ports_except, "swp1", 0, NULL, 0),
	                 REG_NOMATCH);
	parameters_free(&p);
	assert_int_equal(read_params("", "param ports { value = \"\" }", &p), 0);
	assert_null(p.collector.ports);
	parameters_free(&p);
}

/* In whatever order they are. */
static void
test_names_win_over_those_of_the_file(void **state)
{
	char path[] = "/tmp/test_module.XXXXXX", params[256];
	int fd = mkstemp(path);
	struct address one, two;
	struct parameters p;

	(void)state;
	assert_true(fd >= 0);
	assert_true(dprintf(fd, "10.0.0.1 file\n10.0.0.2 two\n") > 0);
	assert_int_equal(close(fd), 0);
	snprintf(params, sizeof(params),
	         "param names_file { value = \"%s\" } "
	         "param names { value = \"10.0.0.1 = one\" }",
	         path);
	assert_int_equal(read_params("", params, &p), 0);
	unlink(path);
	assert_int_equal(address_parse("10.0.0.1", &one), 0);
	assert_int_equal(address_parse("10.0.0.2", &two), 0);
	assert_string_equal(name_list_find(p.collector.names, &one), "one");
	assert_string_equal(name_list_find(p.collector.names, &two), "two");
	parameters_free(&p);
}

static void
test_bad_parameters(void **state)
{
	static const char *const bad[] = {"port { value = 0 }",
	                                  "port { value = 65536 }",
	                                  "port { value = \"6343x\" }",
	                                  "bind { value = \"10.0.0\" }",
	                                  "allow { value = \"10.0.0.0/33\" }",
	                                  "allow { value = \"10.0.0.0/8 x\" }",
	                                  "deliver { value = both }",
	                                  "rcvbuf { value = \"-1\" }",
	                                  "max_agents { value = 0 }",
	                                  "max_sources { value = \"\" }",
	                                  "max_metrics { value = 0 }",
	                                  "accept { value = \"host hosts\" }",
	                                  "accept { value = \"-\" }",
	                                  "accept { value = \"-all\" }",
	                                  "ports { value = \"(\" }",
	                                  "ports_except { value = \"[\" }",
	                                  "multiple_http { value = 1 }",
	                                  "vm { value = yes }",
	                                  "names { value = \"10.0.0.1\" }",
	                                  "names { value = \"10.0.0 = x\" }",
	                                  "names { value = \"10.0.0.1 = a b\" }",
	                                  "names_file { value = \"/nowhere\" }",
	                                  "lower_case { value = 1 }",
	                                  "misses { value = 0 }",
	                                  "on_event { value = \"true\" }",
	                                  "nagios_commands { value = \"nagios.cmd\" }",
	                                  "prot { value = 6343 }"};
	struct parameters p;
	char param[128];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(param, sizeof(param), "param %s", bad[i]);
		assert_int_equal(read_params("", param, &p), -1);
		parameters_free(&p);
	}
}

static void
test_section_of_gmond(void **state)
{
	struct parameters p;

	(void)state;
	assert_int_equal(read_params("sflow { udp_port = 7001 accept_vm_metrics = no "
	                             "multiple_http_instances = yes }",
	                             "", &p),
	                 0);
	assert_int_equal(p.port, port); /* the param wins */
	assert_false(p.collector.accept[KIND_VM]);
	assert_true(p.collector.accept[KIND_HTTP]);
	assert_true(p.collector.multiple[KIND_HTTP]);
	assert_false(p.collector.multiple[KIND_JVM]);
	parameters_free(&p);
}

static void
test_section_that_says_nothing(void **state)
{
	struct parameters p;

	(void)state;
	assert_int_equal(read_params("sflow { udp_port = 7001 }", "", &p), 0);
	assert_true(p.collector.accept[KIND_VM]);
	assert_true(p.collector.accept[KIND_HTTP]);
	parameters_free(&p);
}

/* Cut to 16 bits it would be another one. */
static void
test_section_with_no_port(void **state)
{
	struct parameters p;

	(void)state;
	assert_int_equal(read_params("sflow { udp_port = 70000 }", "", &p), -1);
	parameters_free(&p);
	assert_int_equal(read_params("sflow { udp_port = 0 }", "", &p), -1);
	parameters_free(&p);
}

/* Seconds that are more than milliseconds can hold. */
static void
test_longest_host_dmax(void **state)
{
	struct parameters p;

	(void)state;
	assert_int_equal(
	    read_params("globals { host_dmax = 9223372036854775807 }", "", &p), 0);
	assert_true(p.collector.host_dmax_ms == INT32_MAX * INT64_C(1000));
	parameters_free(&p);
}

/* What the log says when a parameter is bad; gmond's goes to stderr. */
static void
log_of(const char *param, char *text, size_t size)
{
	struct parameters p;
	FILE *log = tmpfile();
	int was = dup(STDERR_FILENO);
	size_t len;

	assert_non_null(log);
	dup2(fileno(log), STDERR_FILENO);
	assert_int_equal(read_params("", param, &p), -1);
	dup2(was, STDERR_FILENO);
	close(was);
	parameters_free(&p);
	rewind(log);
	len = fread(text, 1, size - 1, log);
	text[len] = '\0';
	fclose(log);
}

static void
test_log_says_what_is_wrong(void **state)
{
	static const struct {
		const char *param, *says;
	} bad[] = {
	    {"param ports { value = \"swp(1\" }",
	     "param ports { value = \"swp(1\" }: it should be an extended "
	     "regular expression: Unmatched ("},
	    {"param ports_except { value = \"[a\" }", "Unmatched ["},
	    {"param accept { value = \"default ips\" }",
	     "all, default, or some of host vm http memcache jvm gpu ip "
	     "interface ethernet lag optics queue vlan wifi infiniband legacy "
	     "switch ovs app vdi energy custom; -NAME leaves one out"},
	    {"param prot { value = 1 }", "param prot is not known: perhaps port"},
	    {"param max_agent { value = 1 }", "param max_agent is not known: perhaps "
	                                      "max_agents"},
	    {"param nothing_like_it { value = 1 }", "nothing_like_it is not known\n"},
	};
	char text[1024];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		log_of(bad[i].param, text, sizeof(text));
		if (strstr(text, bad[i].says) == NULL)
			fail_msg("%s: %s", bad[i].param, text);
	}
}

/* direct ---------------------------------------------------------------------- */

static void
start_direct(void)
{
	start(SEND_CHANNEL, "param deliver { value = direct }");
	assert_int_equal(sflow_module.init(fake_pool), 0);
}

static double
number_of(const char *host, const char *metric)
{
	const Ganglia_value_msg *m = fake_value(host, metric);

	if (m == NULL)
		return -1;
	switch (m->id) {
	case gmetric_float:
		return (double)m->Ganglia_value_msg_u.gf.f;
	case gmetric_double:
		return m->Ganglia_value_msg_u.gd.d;
	case gmetric_ushort:
		return m->Ganglia_value_msg_u.gu_short.us;
	default:
		return m->Ganglia_value_msg_u.gu_int.ui;
	}
}

static void
test_direct_delivers(void **state)
{
	const Ganglia_metadatadef *d;

	(void)state;
	start_direct();
	send_datagrams(0, 60);
	AWAIT(fake_value("node4.example.net", "load_one") != NULL &&
	          fake_value("node2.example.net", "mem_total") != NULL,
	      run_handler());
	assert_int_equal(apr_hash_count(hosts), 5);
	assert_string_equal(fake_host("node4.example.net")->ip, "fd80--4");
	assert_true(number_of("node2.example.net", "mem_total") == 24684084);
	d = &fake_metadata("node2.example.net", "mem_total")
	         ->Ganglia_metadata_msg_u.gfull;
	assert_string_equal(d->metric.type, "double");
	assert_string_equal(d->metric.units, "KB");
	assert_int_equal(d->metric.slope, GANGLIA_SLOPE_ZERO);
	assert_int_equal(d->metric.dmax, 600);
	assert_string_equal(d->metric.metadata.metadata_val[0].data, "memory");
	assert_true(fake_host("node2.example.net")->started > 1000000000);
	sflow_module.cleanup();
	fake_gmond_end();
}

/* While a client has stopped reading nothing is touched, and nothing is lost. */
static void
test_direct_waits_for_dump(void **state)
{
	static const char host[] = "node1.example.net";
	double was;

	(void)state;
	start_direct();
	send_datagrams(0, 60);
	AWAIT(fake_value(host, "contexts") != NULL, run_handler());
	was = number_of(host, "contexts");
	fake_dump_begins();
	send_datagrams(60, 200);
	usleep(100000);
	run_handler();
	run_handler();
	assert_true(number_of(host, "contexts") == was);
	fake_dump_ends();
	AWAIT(number_of(host, "contexts") != was, run_handler());
	sflow_module.cleanup();
	fake_gmond_end();
}

/* A value that is known is written where it is, not made anew. */
static void
test_direct_updates_in_place(void **state)
{
	static const char host[] = "node1.example.net";
	const Ganglia_value_msg *was;
	const char *name;

	(void)state;
	start_direct();
	send_datagrams(0, 60);
	AWAIT(fake_value(host, "load_one") != NULL, run_handler());
	was = fake_value(host, "load_one");
	name = was->Ganglia_value_msg_u.gf.metric_id.name;
	send_datagrams(60, 200);
	AWAIT(number_of(host, "contexts") > 0, run_handler());
	assert_ptr_equal(fake_value(host, "load_one"), was);
	assert_ptr_equal(was->Ganglia_value_msg_u.gf.metric_id.name, name);
	sflow_module.cleanup();
	fake_gmond_end();
}

static struct store_host *
add_host(struct store *store, const char *key, const char *name)
{
	struct store_host *host = store_host_add(store, key, NULL, 0);
	static const uint32_t tag = 2004; /* host_memory */
	static const struct store_instance bare = {"", "", NULL};
	struct derived values[RECORD_FIELDS_MAX] = {{.valid = true, .number = 42}};
	struct store_block *block =
	    store_block_add(host, layout_find(tag, &tag, 1), &bare);

	store_block_set(block, values, 1, (struct store_pace){.interval_s = 30},
	                clock_ms());
	store_host_announce(host, name);
	store_host_heard(host, 1234567890, clock_ms());
	return host;
}

static void
test_direct_removes_who_is_gone(void **state)
{
	struct store *store = store_new(4, 1000);
	struct store_host *host;

	(void)state;
	start(SEND_CHANNEL, "");
	assert_int_equal(direct_publisher.start(store, NULL, fake_pool), 0);
	host = add_host(store, "192.0.2.1", "one");
	add_host(store, "192.0.2.2", "two");
	run_handler();
	assert_int_equal(apr_hash_count(hosts), 2);
	assert_int_equal(fake_host("one")->started, 1234567890);
	store_host_gone(host);
	run_handler();
	assert_null(fake_host("one"));
	assert_non_null(fake_host("two"));
	/* and one that comes again, under another name */
	add_host(store, "192.0.2.1", "uno");
	run_handler();
	assert_true(number_of("uno", "mem_total") == 42);
	store_free(store);
	fake_gmond_end();
}

/* A host that gmond has thrown away, by its host_dmax, is told all anew. */
static void
test_direct_after_gmond_forgot(void **state)
{
	struct store *store = store_new(4, 1000);
	struct store_host *host;

	(void)state;
	start(SEND_CHANNEL, "");
	assert_int_equal(direct_publisher.start(store, NULL, fake_pool), 0);
	host = add_host(store, "192.0.2.1", "one");
	run_handler();
	apr_hash_set(hosts, "192.0.2.1", APR_HASH_KEY_STRING, NULL);
	store_host_heard(host, 0, clock_ms());
	run_handler();
	assert_true(number_of("one", "mem_total") == 42);
	assert_non_null(fake_metadata("one", "mem_total"));
	store_free(store);
	fake_gmond_end();
}

/* Seconds for which gmond shows the host as silent. */
static double
silence_of(const char *host)
{
	return (double)(apr_time_now() - fake_host(host)->last_heard) / 1e6;
}

/* gmond has one TMAX for all: who is up may not pass four of it, however seldom
 * it is heard, also in the eyes of one who read it 35 s ago; the time is set each 10 s.
 * Who is down has to pass it, at once. */
static void
test_direct_shows_up_and_down(void **state)
{
	struct store *store = store_new(4, 1000);
	struct store_host *host;

	(void)state;
	start(SEND_CHANNEL, "");
	assert_int_equal(direct_publisher.start(store, NULL, fake_pool), 0);
	host = add_host(store, "192.0.2.1", "slow");
	run_handler();
	assert_true(silence_of("slow") < 5);
	store_host_heard(host, 0, clock_ms() - 700000); /* and up all the same */
	fake_host("slow")->last_heard -= apr_time_from_sec(700);
	run_handler();
	assert_true(silence_of("slow") > 33 && silence_of("slow") < 37);
	store_host_tick(host, false, 65000, clock_ms());
	run_handler();
	assert_true(silence_of("slow") > 4 * host_tmax);
	store_host_heard(host, 0, clock_ms());
	run_handler();
	assert_true(silence_of("slow") < 5);
	store_free(store);
	fake_gmond_end();
}

/* Seconds for which gmond shows the value of mem_total as not renewed. */
static double
age_on(const char *host)
{
	const struct gmond_metric *metric =
	    apr_hash_get(fake_host(host)->values, "mem_total", APR_HASH_KEY_STRING);

	return (double)(apr_time_now() - metric->last_heard) / 1e6;
}

/* An application that falls silent while its host lives: its values are as old as gmetad
 * takes nothing, until they come again. */
static void
test_direct_shows_what_is_stale(void **state)
{
	struct store *store = store_new(4, 1000);
	struct store_host *host;
	struct store_block *block;
	struct derived value = {.valid = true, .number = 42};
	struct store_pace pace = {.interval_s = 30, .silent_ms = 200000};
	static const uint32_t tag = 2004; /* host_memory */

	(void)state;
	start(SEND_CHANNEL, "");
	assert_int_equal(direct_publisher.start(store, NULL, fake_pool), 0);
	host = store_host_add(store, "192.0.2.1", NULL, 0);
	block = store_block_add(host, layout_find(tag, &tag, 1),
	                        &(struct store_instance){"", "", NULL});
	store_block_set(block, &value, 1, pace, clock_ms() - 50000);
	store_host_announce(host, "one");
	store_host_heard(host, 1234567890, clock_ms());
	store_host_tick(host, true, 65000, clock_ms());
	run_handler();
	assert_true(age_on("one") > 45 && age_on("one") < 60);
	store_block_set(block, &value, 1, pace, clock_ms() - 210000);
	store_host_heard(host, 1234567890, clock_ms());
	run_handler();
	ages_start(store); /* so that it need not wait for the next look */
	run_handler();
	assert_true(age_on("one") > 4 * 300); /* a constant's TMAX, above its DMAX */
	/* a constant that is the same is not delivered again */
	store_block_set(block, &value, 1, pace, clock_ms());
	store_host_heard(host, 1234567890, clock_ms());
	run_handler();
	ages_start(store);
	run_handler();
	assert_true(age_on("one") < 120); /* invented seconds among them */
	store_free(store);
	fake_gmond_end();
}

/* A gmond on that machine is heard, too: its word is not taken back. */
static void
test_direct_beside_another_gmond(void **state)
{
	struct store *store = store_new(4, 1000);
	struct store_host *host;

	(void)state;
	start(SEND_CHANNEL, "");
	assert_int_equal(direct_publisher.start(store, NULL, fake_pool), 0);
	host = add_host(store, "192.0.2.1", "both");
	run_handler();
	store_host_heard(host, 0, clock_ms() - 30000);
	store_host_tick(host, false, 65000, clock_ms());
	fake_host("both")->last_heard = apr_time_now();
	run_handler();
	assert_true(silence_of("both") < 5);
	store_host_gone(host);
	run_handler();
	assert_non_null(fake_host("both"));
	store_free(store);
	fake_gmond_end();
}

/* channel ----------------------------------------------------------------------- */

static bool
receive_value(int s, Ganglia_value_msg *message, bool *is_metadata)
{
	char bytes[2048];
	ssize_t len = recv(s, bytes, sizeof(bytes), 0);
	Ganglia_msg_formats id;
	XDR x;

	if (len <= 0)
		return false;
	xdrmem_create(&x, bytes, (u_int)len, XDR_DECODE);
	xdr_Ganglia_msg_formats(&x, &id);
	xdr_setpos(&x, 0);
	*is_metadata = id == gmetadata_full;
	memset(message, 0, sizeof(*message));
	return *is_metadata || xdr_Ganglia_value_msg(&x, message);
}

/* Waits for a value of the metric; its description must have come before. */
static void
await_value(int s, const char *name, Ganglia_value_msg *message)
{
	struct timeval patience = {.tv_sec = DEADLINE_MS / 1000};
	Ganglia_metric_id *id = &message->Ganglia_value_msg_u.gstr.metric_id;
	size_t described = 0;
	bool is_metadata = false;

	setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	for (;;) {
		assert_true(receive_value(s, message, &is_metadata));
		described += is_metadata;
		if (!is_metadata && strcmp(id->name, name) == 0)
			break;
		if (!is_metadata)
			xdr_free((xdrproc_t)xdr_Ganglia_value_msg, (char *)message);
	}
	assert_true(described > 0);
}

static void
test_channel_sends(void **state)
{
	Ganglia_value_msg message;
	char channel[128];
	int to, s = bound_socket(&to);

	(void)state;
	snprintf(channel, sizeof(channel),
	         "udp_send_channel { host = 127.0.0.1 port = %d }", to);
	start(channel, "param deliver { value = channel }");
	assert_int_equal(sflow_module.init(fake_pool), 0);
	send_datagrams(0, 60);
	await_value(s, "mem_total", &message);
	assert_int_equal(message.id, gmetric_double);
	assert_true(message.Ganglia_value_msg_u.gd.d > 24000000);
	assert_int_equal(message.Ganglia_value_msg_u.gd.metric_id.spoof, TRUE);
	assert_non_null(strstr(message.Ganglia_value_msg_u.gd.metric_id.host, ":node"));
	xdr_free((xdrproc_t)xdr_Ganglia_value_msg, (char *)&message);
	await_value(s, "heartbeat", &message);
	assert_int_equal(message.id, gmetric_uint);
	xdr_free((xdrproc_t)xdr_Ganglia_value_msg, (char *)&message);
	sflow_module.cleanup();
	fake_gmond_end();
	close(s);
}

/* Threads ------------------------------------------------------------------------- */

static atomic_bool ending;

static void *
send_all_the_time(void *unused)
{
	(void)unused;
	while (!atomic_load(&ending)) {
		send_datagrams(0, cluster.count);
		usleep(1000);
	}
	return NULL;
}

static void *
dump_all_the_time(void *total)
{
	while (!atomic_load(&ending)) {
		*(size_t *)total += fake_dump();
		usleep(500);
	}
	return NULL;
}

static void
test_threads(void **state)
{
	pthread_t sender, reader;
	size_t dumped = 0;
	int i;

	(void)state;
	start_direct();
	atomic_store(&ending, false);
	pthread_create(&sender, NULL, send_all_the_time, NULL);
	pthread_create(&reader, NULL, dump_all_the_time, &dumped);
	for (i = 0; i < 300; i++) {
		run_handler();
		sflow_module.handler(i % 10);
		usleep(3000);
	}
	atomic_store(&ending, true);
	pthread_join(sender, NULL);
	pthread_join(reader, NULL);
	assert_true(dumped > 0);
	assert_int_equal(apr_hash_count(hosts), 5);
	assert_int_equal(own_value("sflow_agents"), 5);
	fake_gmond_end(); /* ends the module's threads by itself */
}

/* Start --------------------------------------------------------------------------- */

static void
test_port_of_gmonds_own_collector(void **state)
{
	char channels[256];
	int s = bound_socket(&port);

	(void)state;
	close(s);
	snprintf(channels, sizeof(channels),
	         SEND_CHANNEL " udp_recv_channel { port = %d }", port);
	snprintf(configuration, sizeof(configuration),
	         GLOBALS "%s modules { module { name = \"sflow_module\" param "
	                 "port { value = %d } } }",
	         channels, port);
	fake_gmond_start(configuration, &sflow_module);
	assert_int_equal(sflow_module.init(fake_pool), -1);
	assert_int_equal(own_value("sflow_agents"), 0);
	fake_gmond_end();
}

static void
test_listing_starts_nothing(void **state)
{
	int s;

	(void)state;
	start(SEND_CHANNEL, "");
	signal(SIGTERM, SIG_DFL); /* as in gmond -m */
	assert_int_equal(sflow_module.init(fake_pool), 0);
	s = socket(AF_INET, SOCK_DGRAM, 0);
	assert_int_equal(
	    bind(s,
	         (struct sockaddr *)&(struct sockaddr_in){
		     .sin_family = AF_INET, .sin_port = htons((uint16_t)port)},
	         sizeof(struct sockaddr_in)),
	    0);
	close(s);
	sflow_module.cleanup();
	fake_gmond_end();
}

static void
test_direct_needs_handlers(void **state)
{
	(void)state;
	start("udp_recv_channel { port = 9 }", "param deliver { value = direct }");
	assert_int_equal(sflow_module.init(fake_pool), -1);
	fake_gmond_end();
}

/* gmond collects only what its configuration names, and users read the manual. */
static void
test_own_metrics_are_collected_and_told(void **state)
{
	char *collected = source_file("conf.d/sflow.conf.in");
	char *manual = source_file("man/gmond-sflow.conf.5");
	const Ganglia_25metric *metric;
	char name[100];

	(void)state;
	for (metric = sflow_module.metrics_info; metric->name != NULL; metric++) {
		snprintf(name, sizeof(name), "metric { name = \"%s\"", metric->name);
		if (strstr(collected, name) == NULL)
			fail_msg("%s is not collected", metric->name);
		if (strstr(manual, metric->name) == NULL)
			fail_msg("%s is not in the manual", metric->name);
	}
	free(manual);
	free(collected);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_good_parameters),
	    cmocka_unit_test(test_accepted_groups),
	    cmocka_unit_test(test_ports_are_regular_expressions),
	    cmocka_unit_test(test_names_win_over_those_of_the_file),
	    cmocka_unit_test(test_bad_parameters),
	    cmocka_unit_test(test_log_says_what_is_wrong),
	    cmocka_unit_test(test_section_of_gmond),
	    cmocka_unit_test(test_section_that_says_nothing),
	    cmocka_unit_test(test_section_with_no_port),
	    cmocka_unit_test(test_longest_host_dmax),
	    cmocka_unit_test(test_direct_delivers),
	    cmocka_unit_test(test_direct_waits_for_dump),
	    cmocka_unit_test(test_direct_updates_in_place),
	    cmocka_unit_test(test_direct_removes_who_is_gone),
	    cmocka_unit_test(test_direct_after_gmond_forgot),
	    cmocka_unit_test(test_direct_shows_up_and_down),
	    cmocka_unit_test(test_direct_shows_what_is_stale),
	    cmocka_unit_test(test_direct_beside_another_gmond),
	    cmocka_unit_test(test_channel_sends),
	    cmocka_unit_test(test_port_of_gmonds_own_collector),
	    cmocka_unit_test(test_listing_starts_nothing),
	    cmocka_unit_test(test_direct_needs_handlers),
	    cmocka_unit_test(test_threads),
	    cmocka_unit_test(test_own_metrics_are_collected_and_told),
	};
	const char *top = getenv("abs_top_srcdir");
	char path[4096], error[CAPTURE_ERROR];
	int failed;

	snprintf(path, sizeof(path), "%s/tests/captures/cluster.pcap",
	         top == NULL ? "." : top);
	if (capture_read(path, 0, &cluster, error) != 0) {
		fprintf(stderr, "%s: %s\n", path, error);
		return 99;
	}
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	capture_free(&cluster);
	return failed;
}

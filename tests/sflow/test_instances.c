/* Names of hosts, and what tells instances on one host apart. */
#include "tests/sflow/unit.h"

#include <ctype.h>

#include "tests/sflow/script.h"

#define AGENT "10.80.0.1"
#define HOST "node1"

static void
send_host(struct script *s, struct device *d, const char *name)
{
	assert_int_equal(script_send_host(s, d, name, 0), 0);
	script_publish(s);
	script_pass(s, 30 * SECONDS);
}

static void
send_web(struct script *s, struct device *d, uint32_t gets)
{
	script_begin(s, d);
	wire_http_counters(&s->w, gets);
	assert_int_equal(script_send(s), 0);
}

/* A virtual machine without a name where `name` is NULL. */
static void
send_vm(struct script *s, struct device *d, const char *name, uint8_t uuid,
        uint32_t cpu_ms)
{
	script_begin(s, d);
	if (name != NULL)
		wire_host_descr(&s->w, name, uuid);
	wire_virt_cpu(&s->w, cpu_ms);
	assert_int_equal(script_send(s), 0);
}

static void
send_jvm(struct script *s, struct device *d, const char *name, uint32_t gc)
{
	script_begin(s, d);
	wire_host_descr(&s->w, name, 0);
	wire_virt_cpu(&s->w, gc);
	wire_zeros(&s->w, 2102, 16);
	wire_jvm_statistics(&s->w, gc);
	assert_int_equal(script_send(s), 0);
}

static void
configure(struct script *s, enum vm_hosts vm)
{
	struct collector_config config = collector_defaults;

	config.vm = vm;
	script_configure(s, &config);
}

/* Names of hosts ---------------------------------------------------------- */

static void
name_announces(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);

	script_send_net(s, &d, 0);
	script_publish(s);
	assert_int_equal(s->shown_count, 0);
	script_pass(s, 10 * SECONDS);
	send_host(s, &d, HOST);
	assert_true(script_is_shown(s, HOST));
	assert_string_equal(s->shown[0].key, AGENT);
	assert_int_equal(s->events[EVENT_JOINED], 1);
	assert_string_equal(s->last[EVENT_JOINED].host, HOST);
}

/* Data source 2:1 is the machine, and so is who sends its CPU. */
static void
machine_is_known_by_its_records(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);

	d.class = 0;
	d.index = 7;
	script_begin(s, &d);
	wire_host_descr(&s->w, HOST, 1);
	wire_zeros(&s->w, 2003, 68);
	script_send(s);
	script_publish(s);
	assert_true(script_is_shown(s, HOST));
}

static void
name_of_a_vm_or_jvm_is_not_the_hosts(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);
	struct device vm = script_source(&d, 100000, 3, 100001);
	struct device jvm = script_source(&d, 200001, 3, 200001);

	send_vm(s, &vm, "guest", 7, 0);
	send_jvm(s, &jvm, "tomcat", 0);
	script_pass(s, 10 * SECONDS);
	script_publish(s);
	assert_int_equal(s->events[EVENT_JOINED], 0);
	assert_int_equal(s->shown_count, 0);
	d.sequence = vm.sequence;
	send_host(s, &d, HOST);
	assert_true(script_is_shown(s, HOST));
	assert_false(script_is_shown(s, "guest"));
	assert_false(script_is_shown(s, "tomcat"));
}

static void
agent_without_a_name_is_named_by_its_address(void **state)
{
	static const char *const addresses[] = {AGENT, "fd80::4"};
	static const char *const names[] = {AGENT, "fd80--4"};
	struct script *s = *state;
	size_t i;

	for (i = 0; i < COUNT_OF(addresses); i++) {
		struct device d = script_machine(addresses[i]);

		script_send_net(s, &d, 0);
		script_pass(s, 30 * SECONDS);
		script_send_net(s, &d, 3000);
		script_pass(s, 29 * SECONDS);
		script_publish(s);
		assert_int_equal(s->shown_count, 0);
		script_pass(s, 1 * SECONDS);
		script_publish(s);
		assert_near(script_value(s, names[i], "bytes_in"), 100);
		assert_string_equal(s->last[EVENT_JOINED].host, names[i]);
	}
}

static void
name_follows_the_address(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);

	script_send_net(s, &d, 0);
	script_pass(s, 60 * SECONDS);
	script_send_net(s, &d, 0);
	script_publish(s);
	assert_true(script_is_shown(s, AGENT));
	script_pass(s, 30 * SECONDS);
	send_host(s, &d, HOST); /* at once */
	assert_true(script_is_gone(s, AGENT));
	assert_true(script_is_shown(s, HOST));
	assert_int_equal(s->events[EVENT_RENAMED], 1);
	script_pass(s, 5 * MINUTES);
	script_publish(s);
	assert_int_equal(s->gone_count, 1);
}

static void
rename_needs_two_sightings(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);

	send_host(s, &d, HOST);
	send_host(s, &d, "node2");
	assert_true(script_is_shown(s, HOST));
	assert_int_equal(s->events[EVENT_RENAMED], 0);
	send_host(s, &d, "node2");
	assert_true(script_is_shown(s, "node2"));
	assert_false(script_is_shown(s, HOST));
	assert_true(script_is_gone(s, HOST));
	assert_int_equal(s->gone_count, 1);
	assert_int_equal(s->events[EVENT_RENAMED], 1);
	assert_string_equal(s->last[EVENT_RENAMED].host, "node2");
}

/* The counters are latched: a host that is renamed shows no gap. */
static void
rename_keeps_the_counters(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);
	uint64_t bytes;

	for (bytes = 0; bytes < 12000; bytes += 3000) {
		script_send_host(s, &d, bytes < 6000 ? HOST : "node2", bytes);
		script_publish(s);
		script_pass(s, 30 * SECONDS);
	}
	assert_near(script_value(s, "node2", "bytes_in"), 100);
}

static void
alternating_names_never_rename(void **state)
{
	static const char *const names[] = {HOST, "node2", HOST, "node3"};
	struct script *s = *state;
	struct device d = script_machine(AGENT);
	size_t i;

	for (i = 0; i < 40; i++) {
		send_host(s, &d, names[i % COUNT_OF(names)]);
		assert_true(script_is_shown(s, HOST));
	}
	assert_int_equal(s->events[EVENT_RENAMED], 0);
	assert_int_equal(s->gone_count, 0);
}

static void
empty_name_is_no_name(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);

	send_host(s, &d, "");
	assert_int_equal(s->events[EVENT_JOINED], 0);
	send_host(s, &d, HOST);
	send_host(s, &d, "");
	send_host(s, &d, "");
	assert_true(script_is_shown(s, HOST));
	assert_int_equal(s->events[EVENT_RENAMED], 0);
}

/* Neither is one of a data source that sends nothing else. */
static void
name_alone_makes_no_machine(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);
	struct device other = script_source(&d, 100000, 3, 5);

	script_begin(s, &other);
	wire_host_descr(&s->w, "other", 1);
	assert_int_equal(script_send(s), 0);
	d.sequence = other.sequence;
	send_host(s, &d, HOST);
	assert_int_equal(s->events[EVENT_JOINED], 1);
	assert_string_equal(s->last[EVENT_JOINED].host, HOST);
	assert_false(script_is_shown(s, "other"));
}

static void
name_that_is_cut_is_no_name(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);

	script_begin(s, &d);
	wire_record_begin(&s->w, 2000);
	wire_u32(&s->w, 6); /* short_name */
	wire_bytes(&s->w, "node1", 5);
	wire_record_end(&s->w);
	wire_host_net_io(&s->w, 0, 0);
	assert_int_equal(script_send(s), 0);
	script_publish(s);
	assert_int_equal(s->events[EVENT_JOINED], 0);
	assert_int_equal(collector_stats(s->c)->malformed, 1);
}

static void
two_agents_may_have_one_name(void **state)
{
	struct script *s = *state;
	struct device a = script_machine(AGENT), b = script_machine("10.80.0.2");

	script_send_host(s, &a, HOST, 0);
	script_send_host(s, &b, HOST, 0);
	script_publish(s);
	assert_int_equal(store_count(collector_store(s->c)), 2);
	assert_string_not_equal(s->shown[0].key, s->shown[s->shown_count - 1].key);
}

/* One calls itself what another would be called, to be told apart. */
static void
name_that_tells_apart_may_be_taken(void **state)
{
	static const char *const agents[] = {"10.80.0.1", "10.80.0.2", "10.80.0.3"};
	static const char *const names[] = {"n", "n-10.80.0.3", "n"};
	struct script *s = *state;
	struct device d;
	int i;

	for (i = 0; i < 3; i++) {
		d = script_machine(agents[i]);
		script_send_host(s, &d, names[i], 0);
	}
	script_publish(s);
	assert_true(script_is_shown(s, "n"));
	assert_true(script_is_shown(s, "n-10.80.0.3"));
	assert_true(script_is_shown(s, "n-10.80.0.3-2"));
}

/* The packet's source is not looked at: an agent has several interfaces. */
static void
agent_heard_from_two_addresses_is_one_host(void **state)
{
	static const char *const sources[] = {"192.0.2.1", "fd00::1"};
	struct script *s = *state;
	struct device d = script_machine(AGENT);
	struct address from;
	int i;

	for (i = 0; i < 6; i++) {
		script_begin(s, &d);
		wire_host_descr(&s->w, HOST, 1);
		wire_host_net_io(&s->w, 3000 * (uint64_t)i, 0);
		script_end(s);
		address_parse(sources[i % 2], &from);
		collector_input(s->c, s->w.bytes, s->w.len, &from, s->now);
		script_pass(s, 30 * SECONDS);
	}
	script_publish(s);
	assert_int_equal(store_count(collector_store(s->c)), 1);
	assert_int_equal(s->events[EVENT_RESTARTED], 0);
	assert_near(script_value(s, HOST, "bytes_in"), 100);
}

/* Other structures have names, too, and may stand before it. */
static void
host_descr_names_the_machine_wherever_it_stands(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);

	script_begin(s, &d);
	wire_record_begin(&s->w, 1005);
	wire_string(&s->w, "eth0");
	wire_record_end(&s->w);
	wire_host_descr(&s->w, HOST, 1);
	wire_host_net_io(&s->w, 0, 0);
	assert_int_equal(script_send(s), 0);
	script_publish(s);
	assert_string_equal(s->last[EVENT_JOINED].host, HOST);
}

/* Web servers, memcached, JVMs ------------------------------------------------ */

static void
second_web_server_is_prefixed(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);
	struct device a = script_source(&d, 80, 3, 80);
	struct device b = script_source(&d, 8080, 3, 8080);
	uint32_t i;

	send_host(s, &d, HOST);
	for (i = 0; i < 5; i++) {
		send_web(s, &a, 300 * i);
		send_web(s, &b, 600 * i);
		script_publish(s);
		script_pass(s, 30 * SECONDS);
	}
	assert_near(script_value(s, HOST, "http_meth_get"), 10);
	assert_near(script_value(s, HOST, "8080.http_meth_get"), 20);
	assert_null(script_reading(s, HOST, "80.http_meth_get"));
	assert_int_equal(s->events[EVENT_INSTANCE], 1);
	assert_int_equal(s->last[EVENT_INSTANCE].of.instance.kind, KIND_HTTP);
	assert_string_equal(s->last[EVENT_INSTANCE].of.instance.prefix, "8080");
}

static void
title_has_the_prefix(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);
	struct device a = script_source(&d, 80, 3, 80);
	struct device b = script_source(&d, 8080, 3, 8080);
	const struct store_reading *r;
	uint32_t i;

	send_host(s, &d, HOST);
	for (i = 0; i < 2; i++) {
		send_web(s, &a, 0);
		send_web(s, &b, 0);
		script_pass(s, 30 * SECONDS);
	}
	script_publish(s);
	r = script_reading(s, HOST, "8080.http_meth_get");
	assert_string_equal(r->title, "8080: HTTP Method GET");
	r = script_reading(s, HOST, "http_meth_get");
	assert_string_equal(r->title, "HTTP Method GET");
}

static void
kinds_do_not_share_the_bare_name(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);
	struct device web = script_source(&d, 80, 3, 80);
	struct device cache = script_source(&d, 11211, 3, 11211);

	send_host(s, &d, HOST);
	send_web(s, &web, 0);
	script_begin(s, &cache);
	wire_zeros(&s->w, 2204, 140);
	script_send(s);
	script_publish(s);
	assert_near(script_value(s, HOST, "mc_threads"), 0);
	assert_int_equal(s->events[EVENT_INSTANCE], 0);
}

static void
multiple_http_prefixes_the_first_too(void **state)
{
	struct script *s = *state;
	struct collector_config config = collector_defaults;
	struct device d = script_machine(AGENT);
	struct device web = script_source(&d, 80, 3, 80);
	uint32_t i;

	config.multiple[KIND_HTTP] = true;
	script_configure(s, &config);
	send_host(s, &d, HOST);
	for (i = 0; i < 2; i++) {
		send_web(s, &web, 300 * i);
		script_publish(s);
		script_pass(s, 30 * SECONDS);
	}
	assert_near(script_value(s, HOST, "80.http_meth_get"), 10);
	assert_null(script_reading(s, HOST, "http_meth_get"));
	assert_int_equal(s->events[EVENT_INSTANCE], 0);
}

static void
web_servers_with_one_index_are_told_apart(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);
	struct device webs[3];
	uint32_t i, j;

	send_host(s, &d, HOST);
	for (i = 0; i < 3; i++)
		webs[i] = script_source(&d, 1000 + i, 3, 80);
	for (j = 0; j < 2; j++) {
		for (i = 0; i < 3; i++)
			send_web(s, &webs[i], (i + 1) * 300 * j);
		script_publish(s);
		script_pass(s, 30 * SECONDS);
	}
	assert_near(script_value(s, HOST, "http_meth_get"), 10);
	assert_near(script_value(s, HOST, "80.http_meth_get"), 20);
	assert_near(script_value(s, HOST, "http-1002-3-80.http_meth_get"), 30);
}

/* Whatever else they are: their name would be their machine's. */
static void
web_servers_go_by_their_index(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);
	struct device web;
	uint32_t i, j;

	send_host(s, &d, HOST);
	for (i = 0; i < 2; i++) {
		for (j = 0; j < 2; j++) {
			web = script_source(&d, 80 + j, 3, 80 + j);
			web.sequence = web.sample = 7 + i;
			script_begin(s, &web);
			wire_host_descr(&s->w, j == 0 ? "www" : "shop", 9);
			wire_http_counters(&s->w, 300 * i);
			script_send(s);
		}
		script_pass(s, 30 * SECONDS);
	}
	script_publish(s);
	assert_near(script_value(s, HOST, "http_meth_get"), 10);
	assert_near(script_value(s, HOST, "81.http_meth_get"), 10);
}

/* Its own name, and the resources and workers that stand beside it. */
static void
applications_go_by_their_names(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);
	struct device app;
	uint32_t i, j, row;

	send_host(s, &d, HOST);
	for (i = 0; i < 2; i++) {
		for (j = 0; j < 2; j++) {
			app = script_source(&d, 90 + j, 3, 150000 + j);
			app.sequence = app.sample = 7 + i;
			script_begin(s, &app);
			wire_record_begin(&s->w, 2202);
			wire_string(&s->w, j == 0 ? "db.main" : "a:b");
			for (row = 0; row < 11; row++)
				wire_u32(&s->w, 30 * i * (row + 1));
			wire_record_end(&s->w);
			wire_zeros(&s->w, 2203, 40);
			wire_zeros(&s->w, 2206, 20);
			script_send(s);
		}
		script_pass(s, 30 * SECONDS);
	}
	script_publish(s);
	assert_near(script_value(s, HOST, "db.main.app_success"), 1);
	assert_near(script_value(s, HOST, "a_b.app_unauthorized"), 11);
	assert_near(script_value(s, HOST, "db.main.app_cpu_user"), 0);
	assert_near(script_value(s, HOST, "a_b.app_workers_max"), 0);
	assert_int_equal(s->events[EVENT_INSTANCE], 0);
}

static void
second_jvm_has_its_name_as_prefix(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);
	struct device a = script_source(&d, 200001, 3, 200001);
	struct device b = script_source(&d, 200002, 3, 200002);
	uint32_t i;

	send_host(s, &d, HOST);
	for (i = 0; i < 2; i++) {
		send_jvm(s, &a, "1553@vm", 300 * i);
		send_jvm(s, &b, "tomcat", 600 * i);
		script_publish(s);
		script_pass(s, 30 * SECONDS);
	}
	assert_near(script_value(s, HOST, "jvm_gc_count"), 10);
	assert_near(script_value(s, HOST, "tomcat.jvm_gc_count"), 20);
	assert_near(script_value(s, HOST, "jvm_vcpu_util"), 1);
	/* a JVM is no virtual machine, and its release not the host's */
	assert_null(script_reading(s, HOST, "vcpu_util"));
	assert_null(script_reading(s, HOST, "tomcat.vcpu_util"));
}

static void
release_of_a_jvm_is_not_the_hosts(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);
	struct device jvm = script_source(&d, 200001, 3, 200001);

	send_jvm(s, &jvm, "tomcat", 0);
	script_begin(s, &d);
	wire_record_begin(&s->w, 2000);
	wire_string(&s->w, HOST);
	wire_bytes(&s->w, "0123456789abcdef", 16);
	wire_u64(&s->w, 0);
	wire_string(&s->w, "");
	wire_record_end(&s->w);
	script_send(s);
	script_publish(s);
	assert_string_equal(script_reading(s, HOST, "jvm_release")->text, "6.1.0");
	assert_null(script_reading(s, HOST, "os_release"));
	assert_string_equal(script_reading(s, HOST, "uuid")->text,
	                    "30313233-3435-3637-3839-616263646566");
}

static void
workers_alone_are_not_the_web_servers(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);
	struct device app = script_source(&d, 100000, 3, 150000);

	send_host(s, &d, HOST);
	app.sequence = d.sequence;
	script_begin(s, &app);
	wire_zeros(&s->w, 2206, 20);
	script_send(s);
	script_publish(s);
	assert_null(script_reading(s, HOST, "http_workers_active"));
}

/* Virtual machines ------------------------------------------------------------- */

static void
vms_are_prefixed_by_their_names(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);
	struct device vm = script_source(&d, 1, 3, 100001);
	uint32_t i;

	send_host(s, &d, HOST);
	for (i = 0; i < 2; i++) {
		send_vm(s, &vm, "guest", 7, i * 3000);
		script_publish(s);
		script_pass(s, 30 * SECONDS);
	}
	assert_near(script_value(s, HOST, "guest.vcpu_util"), 10);
	/* the machine's own description stays the machine's */
	assert_null(script_reading(s, HOST, "guest.os_name"));
	assert_int_equal(s->events[EVENT_INSTANCE], 0);
}

static void
vms_with_one_name_are_told_apart(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);
	struct device a = script_source(&d, 1, 3, 100001);
	struct device b = script_source(&d, 1, 3, 100002);
	uint32_t i;

	send_host(s, &d, HOST);
	for (i = 0; i < 2; i++) {
		b.sequence = a.sequence;
		send_vm(s, &a, "guest", 7, i * 3000);
		b.sequence = a.sequence;
		send_vm(s, &b, "guest", 8, i * 6000);
		a.sequence = b.sequence;
		script_publish(s);
		script_pass(s, 30 * SECONDS);
	}
	assert_near(script_value(s, HOST, "guest.vcpu_util"), 10);
	assert_near(script_value(s, HOST, "guest-100002.vcpu_util"), 20);
}

static void
vm_without_a_name_has_its_index(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);
	struct device vm = script_source(&d, 1, 3, 100001);

	send_host(s, &d, HOST);
	send_vm(s, &vm, NULL, 0, 0);
	script_publish(s);
	assert_near(script_value(s, HOST, "100001.vcpu_num"), 2);
}

static void
vm_that_is_renamed_has_another_prefix(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);
	struct device vm = script_source(&d, 1, 3, 100001);
	uint32_t i;

	send_host(s, &d, HOST);
	for (i = 0; i < 4; i++) {
		send_vm(s, &vm, i < 2 ? "old" : "new", 7, i * 3000);
		script_publish(s);
		script_pass(s, 30 * SECONDS);
	}
	assert_near(script_value(s, HOST, "new.vcpu_util"), 10);
	assert_null(script_reading(s, HOST, "old.vcpu_util"));
}

static void
vm_may_be_a_host(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);
	struct device vm = script_source(&d, 1, 3, 100001);
	uint32_t i;

	configure(s, VM_HOST);
	send_host(s, &d, HOST);
	for (i = 0; i < 2; i++) {
		send_vm(s, &vm, "guest", 7, i * 3000);
		script_publish(s);
		script_pass(s, 30 * SECONDS);
	}
	assert_near(script_value(s, "guest", "vcpu_util"), 10);
	assert_string_equal(s->shown[0].key, "07070707-0707-0707-0707-070707070707");
	assert_int_equal(store_count(collector_store(s->c)), 2);
	assert_int_equal(s->events[EVENT_JOINED], 2);
}

static void
vm_host_that_is_renamed_is_another(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);
	struct device vm = script_source(&d, 1, 3, 100001);
	uint32_t i;

	configure(s, VM_HOST);
	for (i = 0; i < 3; i++) {
		send_vm(s, &vm, i < 2 ? "old" : "new", 7, i * 3000);
		script_publish(s);
		script_pass(s, 30 * SECONDS);
	}
	assert_near(script_value(s, "new", "vcpu_util"), 10);
	assert_true(script_is_gone(s, "old"));
	assert_int_equal(s->events[EVENT_RENAMED], 1);
	assert_int_equal(store_count(collector_store(s->c)), 1);
}

static void
vm_host_shows_its_description(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);
	struct device vm = script_source(&d, 1, 3, 100001);

	configure(s, VM_HOST);
	send_host(s, &d, HOST);
	send_vm(s, &vm, "guest", 7, 0);
	script_publish(s);
	assert_string_equal(script_reading(s, "guest", "os_name")->text, "Linux");
	assert_string_equal(script_reading(s, "guest", "vcpu_state")->text, "Running");
}

static void
vm_host_without_uuid_is_keyed_by_where_it_is(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);
	struct device vm = script_source(&d, 1, 3, 100001);

	configure(s, VM_HOST);
	send_vm(s, &vm, NULL, 0, 0);
	script_publish(s);
	assert_string_equal(s->shown[0].key, "10.80.0.1-3-100001");
	assert_string_equal(s->shown[0].host, "10.80.0.1-3-100001");
}

static void
vm_hosts_end_with_their_hypervisor(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);
	struct device vm = script_source(&d, 1, 3, 100001);

	configure(s, VM_HOST);
	send_host(s, &d, HOST);
	send_vm(s, &vm, "guest", 7, 0);
	script_publish(s);
	script_pass(s, 2 * DAYS);
	script_publish(s);
	assert_true(script_is_gone(s, "guest"));
	assert_true(script_is_gone(s, HOST));
	assert_int_equal(s->gone_count, 2);
	assert_int_equal(store_count(collector_store(s->c)), 0);
}

static void
vms_may_be_left_out(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);
	struct device vm = script_source(&d, 1, 3, 100001);
	size_t i;

	configure(s, VM_NO);
	send_host(s, &d, HOST);
	send_vm(s, &vm, "guest", 7, 0);
	script_publish(s);
	for (i = 0; i < s->shown_count; i++)
		assert_null(strstr(s->shown[i].reading.name, "vcpu"));
	assert_int_equal(collector_stats(s->c)->unknown, 0);
	assert_int_equal(collector_stats(s->c)->samples, 2);
}

/* Hostile names ------------------------------------------------------------------ */

static const char *const hostile[] = {
    "\"><CLUSTER NAME=\"",
    "../../../etc/cron.d/x",
    "..",
    "-rf",
    ".ssh",
    "a:b:c",
    "two words",
    "\x1b[2J\n\r\t",
    "m\xc3\xbcller",
    "&amp;",
    "long-name-of-more-than-64-bytes-long-name-of-more-than-64-bytes-long-name"};

static void
assert_harmless(const char *name)
{
	size_t i, len = strlen(name);

	assert_in_range(len, 1, STORE_NAME - 1);
	if (name[0] == '.' || name[0] == '-')
		fail_msg("%s", name);
	for (i = 0; i < len; i++)
		if (!isgraph((unsigned char)name[i]) ||
		    strchr("<>&\"'/:", name[i]) != NULL)
			fail_msg("%s", name);
}

static void
assert_all_harmless(const struct script *s)
{
	size_t i;

	assert_int_not_equal(s->shown_count, 0);
	for (i = 0; i < s->shown_count; i++) {
		const struct store_reading *r = &s->shown[i].reading;

		assert_harmless(s->shown[i].host);
		assert_null(strstr(s->shown[i].host, ".."));
		assert_harmless(s->shown[i].key);
		assert_harmless(r->name);
		if (r->metric.type == STRING)
			assert_null(strpbrk(r->text, "<>&\"'\n\r\t\x1b\xc3"));
	}
}

static void
hostile_names_never_appear_raw(void **state)
{
	struct script *s = *state;
	enum vm_hosts vm;
	size_t i;

	for (vm = VM_PREFIX; vm <= VM_HOST; vm++)
		for (i = 0; i < COUNT_OF(hostile); i++) {
			struct device d = script_machine(AGENT);
			struct device a = script_source(&d, 1, 3, 1);
			struct device b = script_source(&d, 2, 3, 2);

			configure(s, vm);
			send_host(s, &d, hostile[i]);
			send_vm(s, &a, hostile[i], 7, 0);
			send_vm(s, &b, hostile[i], 8, 0);
			script_publish(s);
			assert_all_harmless(s);
		}
}

static void
hostile_release_is_made_harmless(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);

	script_begin(s, &d);
	wire_record_begin(&s->w, 2000);
	wire_string(&s->w, HOST);
	wire_bytes(&s->w, "<\"'&>\n\t\x1b\xc3\xbc/:..-", 16);
	wire_u64(&s->w, 0);
	wire_string(&s->w, "6.1\" VAL=\"<x/>\x1b[2J");
	wire_record_end(&s->w);
	script_send(s);
	script_publish(s);
	assert_all_harmless(s);
	assert_string_equal(script_reading(s, HOST, "os_release")->text,
	                    "6.1_ VAL=__x/__[2J");
}

/* Use after free: detach_all() skips a source that is a host
 * of its own, yet its web server's block is on the agent's host. */
static void
web_server_in_a_vm_host_outlives_the_hosts_rename(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);
	struct device vm = script_source(&d, 1, 3, 100001);
	uint32_t i;

	configure(s, VM_HOST);
	for (i = 0; i < 5; i++) {
		script_begin(s, &vm);
		wire_host_descr(&s->w, "guest", 7);
		wire_virt_cpu(&s->w, 0);
		wire_http_counters(&s->w, 300 * i);
		script_send(s);
		send_host(s, &d, i < 2 ? HOST : "node2");
	}
	assert_near(script_value(s, "node2", "http_meth_get"), 10);
}

/* Two living hosts have one key; when the old hypervisor's
 * source expires, publishers are told that the VM is gone. */
static void
vm_that_moves_stays_itself(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT), e = script_machine("10.80.0.2");
	struct device vm = script_source(&d, 1, 3, 100001);
	struct device moved = script_source(&e, 1, 3, 100009);
	int i;

	configure(s, VM_HOST);
	send_host(s, &d, HOST);
	send_host(s, &e, "node2");
	send_vm(s, &vm, "guest", 7, 0);
	script_publish(s);
	assert_int_equal(store_count(collector_store(s->c)), 3);
	send_vm(s, &moved, "guest", 7, 0);
	script_publish(s);
	assert_int_equal(store_count(collector_store(s->c)), 3);
	for (i = 0; i < 60 * 26; i++) {
		script_send_host(s, &d, HOST, 0);
		script_send_host(s, &e, "node2", 0);
		send_vm(s, &moved, "guest", 7, 0);
		script_pass(s, 1 * MINUTES);
	}
	script_publish(s);
	assert_true(script_is_shown(s, "guest"));
	assert_false(script_is_gone(s, "guest"));
}

/* A leading dash in a host's name. */
static void
address_as_name_has_no_leading_dash(void **state)
{
	static const char *const addresses[] = {"::1", "::", "::ffff:a00:1"};
	struct script *s = *state;
	size_t i;

	for (i = 0; i < COUNT_OF(addresses); i++) {
		struct device d = script_machine(addresses[i]);

		script_configure(s, &collector_defaults);
		script_send_net(s, &d, 0);
		script_pass(s, 60 * SECONDS);
		script_send_net(s, &d, 0);
		script_publish(s);
		assert_int_not_equal(s->shown_count, 0);
		assert_int_not_equal(s->shown[0].host[0], '-');
	}
}

/* */
static void
prefix_that_ends_in_a_dot_makes_no_two(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);
	struct device vm = script_source(&d, 1, 3, 100001);
	size_t i;

	send_host(s, &d, HOST);
	send_vm(s, &vm, "guest.", 7, 0);
	script_publish(s);
	assert_int_not_equal(s->shown_count, 0);
	for (i = 0; i < s->shown_count; i++)
		assert_null(strstr(s->shown[i].reading.name, ".."));
}

/* the last resort of choose_prefix() is not looked up. */
static void
crafted_names_do_not_share_a_prefix(void **state)
{
	static const char *const names[] = {"g", "g-9", "g-1-3-9", "g"};
	static const uint32_t indices[] = {6, 7, 8, 9};
	struct script *s = *state;
	struct device d = script_machine(AGENT), vm;
	unsigned count = 0;
	size_t i;

	send_host(s, &d, HOST);
	for (i = 0; i < COUNT_OF(names); i++) {
		vm = script_source(&d, 1, 3, indices[i]);
		vm.sequence += (uint32_t)i;
		send_vm(s, &vm, names[i], (uint8_t)(i + 1), 0);
	}
	script_publish(s);
	for (i = 0; i < s->shown_count; i++)
		count += strcmp(s->shown[i].reading.name, "g-1-3-9.vcpu_num") == 0;
	assert_int_equal(count, 1);
}

/* memcached's two structures have many metrics in common. The one that came first has
 * them, until it comes no more. */
static void
old_structure_and_its_successor_have_no_one_name(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);
	unsigned i, j, count = 0;

	for (i = 0; i < 30; i++) {
		script_begin(s, &d);
		wire_host_descr(&s->w, HOST, 0);
		if (i < 4)
			wire_zeros(&s->w, 2200, 144);
		wire_zeros(&s->w, 2204, 140);
		assert_int_equal(script_send(s), 0);
		script_publish(s);
		script_pass(s, 30 * SECONDS);
		for (j = 0, count = 0; j < s->shown_count; j++)
			count += strcmp(s->shown[j].reading.name, "mc_threads") == 0;
		assert_true(count <= 1);
		assert_int_equal(script_reading(s, HOST, "mc_rusage_user") != NULL,
		                 i > 0 && i < 4);
	}
	assert_non_null(script_reading(s, HOST, "mc_cmd_touch"));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    TEST(name_announces),
	    TEST(machine_is_known_by_its_records),
	    TEST(name_of_a_vm_or_jvm_is_not_the_hosts),
	    TEST(agent_without_a_name_is_named_by_its_address),
	    TEST(name_follows_the_address),
	    TEST(rename_needs_two_sightings),
	    TEST(rename_keeps_the_counters),
	    TEST(alternating_names_never_rename),
	    TEST(empty_name_is_no_name),
	    TEST(name_alone_makes_no_machine),
	    TEST(name_that_is_cut_is_no_name),
	    TEST(two_agents_may_have_one_name),
	    TEST(name_that_tells_apart_may_be_taken),
	    TEST(agent_heard_from_two_addresses_is_one_host),
	    TEST(host_descr_names_the_machine_wherever_it_stands),
	    TEST(second_web_server_is_prefixed),
	    TEST(title_has_the_prefix),
	    TEST(kinds_do_not_share_the_bare_name),
	    TEST(multiple_http_prefixes_the_first_too),
	    TEST(web_servers_with_one_index_are_told_apart),
	    TEST(web_servers_go_by_their_index),
	    TEST(applications_go_by_their_names),
	    TEST(second_jvm_has_its_name_as_prefix),
	    TEST(release_of_a_jvm_is_not_the_hosts),
	    TEST(workers_alone_are_not_the_web_servers),
	    TEST(vms_are_prefixed_by_their_names),
	    TEST(vms_with_one_name_are_told_apart),
	    TEST(vm_without_a_name_has_its_index),
	    TEST(vm_that_is_renamed_has_another_prefix),
	    TEST(vm_may_be_a_host),
	    TEST(vm_host_that_is_renamed_is_another),
	    TEST(vm_host_shows_its_description),
	    TEST(vm_host_without_uuid_is_keyed_by_where_it_is),
	    TEST(vm_hosts_end_with_their_hypervisor),
	    TEST(vms_may_be_left_out),
	    TEST(hostile_names_never_appear_raw),
	    TEST(hostile_release_is_made_harmless),
	    TEST(web_server_in_a_vm_host_outlives_the_hosts_rename),
	    TEST(vm_that_moves_stays_itself),
	    TEST(address_as_name_has_no_leading_dash),
	    TEST(prefix_that_ends_in_a_dot_makes_no_two),
	    TEST(crafted_names_do_not_share_a_prefix),
	    TEST(old_structure_and_its_successor_have_no_one_name),
	};

	return cmocka_run_group_tests_name("instances", tests, NULL, NULL);
}

/* What the collector says in its events: of which host of which cluster, and when. */
#include "tests/sflow/unit.h"

#include <stdio.h>

#include "tests/sflow/looks.h"

#define WEB 1
#define REST 7
#define VMS 9

static struct network_list *web;

static int
teardown(void **state)
{
	network_list_free(web);
	web = NULL;
	return script_teardown(state);
}

/* Agents of 10.1 are of WEB, others of REST, and virtual machines of VMS. */
static struct collector_config
configure(struct script *s)
{
	static struct cluster_rule rule = {.cluster = WEB};
	struct collector_config config = collector_defaults;
	size_t bad;

	assert_int_equal(network_list_parse("10.1.0.0/16", &web, &bad), 0);
	rule.agents = web;
	config.clusters = &rule;
	config.cluster_count = 1;
	config.cluster = REST;
	config.vm = VM_HOST;
	config.vm_cluster = VMS;
	looks_configure(s, &config);
	return config;
}

/* The first of its kind that waits; those before it are taken out. */
static struct event
event_of(struct script *s, enum event_kind kind)
{
	struct event event;

	do
		assert_true(collector_event(s->c, &event));
	while (event.kind != kind);
	return event;
}

static void
assert_moment(const struct event *event, int64_t when)
{
	assert_true(event->begin_ms == when);
	assert_true(event->last_ms == when);
	assert_true(event->peak_ms == when);
	assert_true(event->end_ms == when);
}

static void
assert_subject(const struct event *event, const char *agent, unsigned cluster,
               const char *host)
{
	char text[ADDRESS_TEXT];

	assert_string_equal(address_text(&event->agent, text), agent);
	assert_int_equal(event->cluster, cluster);
	assert_string_equal(event->host, host);
	assert_string_equal(event->metric, "");
}

/* The next of its kind, which is of now. */
static void
assert_told(struct script *s, enum event_kind kind, const char *agent, unsigned cluster,
            const char *host)
{
	struct event event = event_of(s, kind);

	assert_subject(&event, agent, cluster, host);
	assert_moment(&event, s->now);
}

static void
send_web(struct script *s, struct device *d)
{
	script_begin(s, d);
	wire_http_counters(&s->w, 1);
	script_send(s);
}

static void
hosts_and_virtual_machines(void **state)
{
	struct script *s = *state;
	struct device d = script_machine("10.1.0.1");
	struct device vm = script_source(&d, 100000, 3, 100001);

	configure(s);
	script_send_host(s, &d, "web1", 0);
	assert_told(s, EVENT_JOINED, "10.1.0.1", WEB, "web1");
	looks_send_vm(s, &vm, "guest", 5);
	assert_told(s, EVENT_JOINED, "10.1.0.1", VMS, "guest");
	for (; collector_stats(s->c)->down < 2; s->now += SECONDS)
		collector_tick(s->c, s->now);
	s->now -= SECONDS;
	assert_told(s, EVENT_DOWN, "10.1.0.1", WEB, "web1");
	assert_told(s, EVENT_DOWN, "10.1.0.1", VMS, "guest");
	s->now += MINUTES;
	script_send_host(s, &d, "web1", 0);
	assert_told(s, EVENT_RETURNED, "10.1.0.1", WEB, "web1");
	looks_send_vm(s, &vm, "guest", 5);
	assert_told(s, EVENT_RETURNED, "10.1.0.1", VMS, "guest");
	script_reboot(s, &d);
	script_send_host(s, &d, "web1", 0);
	s->now += 30 * SECONDS; /* so it was no stranger */
	script_send_host(s, &d, "web1", 0);
	assert_told(s, EVENT_RESTARTED, "10.1.0.1", WEB, "web1");
}

static void
virtual_machine_that_moves(void **state)
{
	struct script *s = *state;
	struct device a = script_machine("10.1.0.1");
	struct device b = script_machine("10.2.0.1");
	struct device here = script_source(&a, 100000, 3, 100001);
	struct device there = script_source(&b, 100000, 3, 100007);
	int i;

	configure(s);
	looks_send_vm(s, &here, "guest", 5);
	s->now += 10 * SECONDS;
	looks_send_vm(s, &there, "guest", 5);
	script_pass(s, 6 * MINUTES); /* it is late where it was */
	script_publish(s);           /* and so it is told */
	looks_send_vm(s, &there, "guest", 5);
	assert_told(s, EVENT_MOVED, "10.2.0.1", VMS, "guest");
	for (i = 0; i < 11; i++) { /* for longer than a move takes */
		s->now += 10 * SECONDS;
		looks_send_vm(s, &there, "guest", 5);
		looks_send_vm(s, &here, "guest", 5);
	}
	assert_told(s, EVENT_SAME_UUID, "10.1.0.1", VMS, "guest");
	assert_told(s, EVENT_SAME_NAME, "10.1.0.1", VMS, "guest-10.1.0.1-3-100001");
}

/* Heartbeats are what membership measures. */
static void
values_of_membership(void **state)
{
	struct script *s = *state;
	struct device d = script_machine("10.1.0.1");
	struct event event;
	int64_t heard = 0;
	int i;

	configure(s);
	for (i = 0; i < 10; i++) {
		heard = s->now;
		script_send_host(s, &d, "web1", 0);
		script_pass(s, 30 * SECONDS);
	}
	script_pass(s, 10 * MINUTES);
	event = event_of(s, EVENT_DOWN);
	assert_near(event.values.now, 2);
	assert_near(event.values.peak, 2);
	assert_near(event.values.limit, 2);
	assert_true(event.of.membership.heard_ms == heard);
	assert_int_equal(event.of.membership.interval_ms, 30000);
}

/* A second web server: of the host that has both, and of its agent while it has no
 * name. */
static void
second_instances(void **state)
{
	struct script *s = *state;
	struct device d = script_machine("10.1.0.1");
	struct device other = script_machine("10.1.0.2");
	struct device first, second;
	struct event event;

	configure(s);
	script_send_host(s, &d, "web1", 0);
	first = script_source(&d, 80, 3, 80);
	second = script_source(&d, 8080, 3, 8080);
	send_web(s, &first);
	send_web(s, &second);
	event = event_of(s, EVENT_INSTANCE);
	assert_subject(&event, "10.1.0.1", WEB, "web1");
	assert_string_equal(event.of.instance.prefix, "8080");
	first = script_source(&other, 80, 3, 80);
	second = script_source(&other, 8080, 3, 8080);
	send_web(s, &first);
	send_web(s, &second);
	assert_told(s, EVENT_INSTANCE, "10.1.0.2", EVENT_NO_CLUSTER, "");
}

/* Three names are believed in an hour, each when it is heard twice. */
static void
host_that_changes_its_name_all_the_time(void **state)
{
	static const char *const names[] = {"a", "b", "c", "d", "e"};
	struct script *s = *state;
	struct device d = script_machine("10.1.0.1");
	struct event event;
	size_t i;

	configure(s);
	for (i = 0; i < 2 * COUNT_OF(names); i++)
		script_send_host(s, &d, names[i / 2], 0);
	event = event_of(s, EVENT_FLIPPING);
	assert_subject(&event, "10.1.0.1", WEB, "d");
	assert_false(event.of.flipping.source);
	assert_string_equal(event.of.flipping.name, "e");
}

/* Of ten names the virtual machine has the last one; it is a host itself, and without a
 * place of its own a part of its hypervisor. */
static void
source_that_changes_its_name_all_the_time(void **state)
{
	struct script *s = *state;
	struct collector_config config = configure(s);
	struct device d, vm;
	struct event event;
	char name[16];
	int own, i;

	for (own = 1; own >= 0; own--) {
		config.vm = own ? VM_HOST : VM_PREFIX;
		looks_configure(s, &config);
		d = script_machine("10.1.0.1");
		vm = script_source(&d, 100000, 3, 100001);
		script_send_host(s, &d, "web1", 0);
		vm.sequence = d.sequence;
		for (i = 0; i < 12; i++) {
			snprintf(name, sizeof(name), "guest%d", i);
			looks_send_vm(s, &vm, name, 5);
		}
		event = event_of(s, EVENT_FLIPPING);
		assert_subject(&event, "10.1.0.1", own ? VMS : WEB,
		               own ? "guest10" : "web1");
		assert_int_equal(event.of.flipping.source, !own);
		assert_string_equal(event.of.flipping.name, "guest11");
	}
}

/* An event that is of an agent, and of no host. */
static void
what_is_of_the_agent(void **state)
{
	struct script *s = *state;
	struct device d = script_machine("10.1.0.1");
	struct event event;

	configure(s);
	script_begin(s, &d);
	wire_record_begin(&s->w, 0x1234567);
	wire_u32(&s->w, 0);
	wire_record_end(&s->w);
	script_send(s);
	event = event_of(s, EVENT_UNKNOWN);
	assert_subject(&event, "10.1.0.1", EVENT_NO_CLUSTER, "");
	assert_moment(&event, s->now);
	assert_int_equal(event.of.unknown.tag, 0x1234567);
	assert_string_equal(event.of.unknown.what, "counters");
	s->w.len = 10;
	s->now += SECONDS;
	script_input(s);
	event = event_of(s, EVENT_MALFORMED);
	assert_subject(&event, SCRIPT_PACKET_SOURCE, EVENT_NO_CLUSTER, "");
	assert_moment(&event, s->now);
}

/* Over a restart, before anything is heard. */
static void
when_hosts_are_restored(void **state)
{
	struct collector_saved row = {
	    .name = "node", .shown = "node", .interval_ms = 30000};
	struct script *s = *state;

	configure(s);
	row.heard_ms = s->now + SCRIPT_WALL;
	assert_int_equal(address_parse("10.1.0.1", &row.agent), 0);
	assert_int_equal(collector_restore(s->c, &row, s->now), 0);
	s->now += SECONDS;
	assert_int_equal(address_parse("10.1.0.2", &row.agent), 0);
	assert_int_equal(collector_restore(s->c, &row, s->now), 0);
	assert_told(s, EVENT_SAME_NAME, "10.1.0.2", WEB, "node-10.1.0.2");
}

/* Agents get the name that is configured, which another host has. */
static void
when_names_are_given(void **state)
{
	struct script *s = *state;
	struct collector_config config = configure(s);
	struct device named = script_machine("10.1.0.1");
	struct device other = script_machine("10.1.0.2");
	struct device third = script_machine("10.1.0.3");
	struct name_list *names = name_list_new();

	script_send_host(s, &named, "node", 0);
	script_send_net(s, &other, 0);
	assert_int_equal(name_list_add(names, "10.1.0.2 node\n10.1.0.3 node\n"), 0);
	config.names = names;
	collector_name_all(s->c, s->now);
	assert_told(s, EVENT_JOINED, "10.1.0.1", WEB, "node");
	assert_told(s, EVENT_JOINED, "10.1.0.2", WEB, "10.1.0.2");
	s->now += SECONDS;
	collector_reconfigure(s->c, &config, s->now);
	assert_told(s, EVENT_SAME_NAME, "10.1.0.2", WEB, "node-10.1.0.2");
	s->now += SECONDS;
	script_send_net(s, &third, 0);
	s->now += SECONDS;
	collector_name_all(s->c, s->now);
	assert_told(s, EVENT_SAME_NAME, "10.1.0.3", WEB, "node-10.1.0.3");
	script_configure(s, &collector_defaults);
	name_list_free(names);
}

/* It sent no name for two polling intervals. */
static void
when_the_time_for_a_name_is_over(void **state)
{
	struct script *s = *state;
	struct collector_config config = configure(s);
	struct device named = script_machine("10.1.0.1");
	struct device other = script_machine("10.1.0.2");
	struct name_list *names = name_list_new();

	assert_int_equal(name_list_add(names, "10.1.0.2 node\n"), 0);
	config.names = names;
	collector_reconfigure(s->c, &config, s->now);
	script_send_host(s, &named, "node", 0);
	script_send_net(s, &other, 0);
	s->now += 5 * MINUTES;
	collector_tick(s->c, s->now);
	assert_told(s, EVENT_SAME_NAME, "10.1.0.2", WEB, "node-10.1.0.2");
	script_configure(s, &collector_defaults);
	name_list_free(names);
}

#define TEST_OF_CLUSTERS(test) \
	cmocka_unit_test_setup_teardown(test, script_setup, teardown)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    TEST_OF_CLUSTERS(hosts_and_virtual_machines),
	    TEST_OF_CLUSTERS(virtual_machine_that_moves),
	    TEST_OF_CLUSTERS(values_of_membership),
	    TEST_OF_CLUSTERS(second_instances),
	    TEST_OF_CLUSTERS(host_that_changes_its_name_all_the_time),
	    TEST_OF_CLUSTERS(source_that_changes_its_name_all_the_time),
	    TEST_OF_CLUSTERS(what_is_of_the_agent),
	    TEST_OF_CLUSTERS(when_hosts_are_restored),
	    TEST_OF_CLUSTERS(when_names_are_given),
	    TEST_OF_CLUSTERS(when_the_time_for_a_name_is_over),
	};

	return cmocka_run_group_tests_name("told", tests, NULL, NULL);
}

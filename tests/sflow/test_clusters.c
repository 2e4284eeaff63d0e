/* Who may send, which cluster a host belongs to, and what becomes of the hosts when the
 * configuration changes. */
#include "tests/sflow/unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/sflow/looks.h"
#include "tests/sflow/rack.h"

#define WEB 1
#define NET 2
#define REST 7
#define VMS 9

/* Rules for a test, of at most so many clusters; freed at its end. */
static struct cluster_rule rules[4];
static struct network_list *lists[8];
static size_t list_count;

static struct network_list *
list_of(const char *text)
{
	struct network_list *list;
	size_t bad;

	assert_int_equal(network_list_parse(text, &list, &bad), 0);
	assert_int_not_equal(list_count, COUNT_OF(lists));
	return lists[list_count++] = list;
}

static struct collector_config
config_of(const char *web, const char *net)
{
	struct collector_config config = collector_defaults;

	rules[0] = (struct cluster_rule){list_of(web), WEB};
	rules[1] = (struct cluster_rule){list_of(net), NET};
	config.clusters = rules;
	config.cluster_count = 2;
	config.cluster = REST;
	return config;
}

static int
teardown(void **state)
{
	while (list_count > 0)
		network_list_free(lists[--list_count]);
	return script_teardown(state);
}

#define TEST_OF_CLUSTERS(test) \
	cmocka_unit_test_setup_teardown(test, script_setup, teardown)

static void
reconfigure(struct script *s, const struct collector_config *config)
{
	collector_reconfigure(s->c, config, s->now);
	script_publish(s);
}

/* A machine with a name; 30 s pass. */
static struct device
host(struct script *s, const char *address, const char *name)
{
	struct device d = script_machine(address);

	looks_run(s, &d, name, 30 * SECONDS);
	return d;
}

static struct device
vm_on(struct script *s, const struct device *machine, uint32_t index, const char *name,
      uint8_t uuid)
{
	struct device d = script_source(machine, 100000, 3, index);

	looks_send_vm(s, &d, name, uuid);
	return d;
}

static int
input_from(struct script *s, const char *source)
{
	struct address from;

	assert_int_equal(address_parse(source, &from), 0);
	return collector_input(s->c, s->w.bytes, s->w.len, &from, s->now);
}

/* Who may send ----------------------------------------------------------------------- */

static void
sources_are_allowed_and_denied(void **state)
{
	static const struct {
		const char *from;
		bool taken;
	} cases[] = {
	    {"10.1.0.1", true},  {"10.2.0.1", false}, {"10.2.0.2", true},
	    {"11.0.0.1", false}, {"fd00::1", true},   {"fd00::bad:1", false},
	    {"fe80::1", false},
	};
	struct collector_config config = collector_defaults;
	struct script *s = *state;
	struct device d = script_machine("192.0.2.1");
	size_t i, refused = 0;

	config.allow = list_of("10.0.0.0/8, fd00::/8");
	config.deny = list_of("10.2.0.1 fd00::bad:0/112");
	looks_configure(s, &config);
	for (i = 0; i < COUNT_OF(cases); i++) {
		script_begin(s, &d);
		script_end(s);
		assert_int_equal(input_from(s, cases[i].from),
		                 cases[i].taken ? 0 : COLLECTOR_REFUSED);
		refused += !cases[i].taken;
	}
	assert_int_equal(collector_stats(s->c)->not_allowed, refused);
	assert_int_equal(collector_stats(s->c)->datagrams, COUNT_OF(cases) - refused);
}

/* The newest event of sources that are not allowed, and how many there were. */
static void
assert_refused(struct script *s, size_t events, const char *want)
{
	char text[EVENT_TEXT];

	script_publish(s);
	assert_int_equal(s->events[EVENT_NOT_ALLOWED], events);
	assert_string_equal(event_text(&s->last[EVENT_NOT_ALLOWED], text), want);
}

/* Who is not allowed is told at once, and then once a minute, whoever sends meanwhile. */
static void
who_is_not_allowed_is_told(void **state)
{
	struct collector_config config = collector_defaults;
	struct script *s = *state;
	struct device d = script_machine("192.0.2.1");
	int64_t began;
	char from[32];
	int i;

	config.allow = list_of("10.0.0.0/8, 192.0.2.0/24");
	config.deny = list_of("10.2.0.1");
	config.same_address = true;
	looks_configure(s, &config);
	script_begin(s, &d);
	script_end(s);
	began = s->now;
	input_from(s, "11.0.0.1");
	assert_refused(s, 1,
	               "datagrams from 11.0.0.1 are not allowed: `allow` has no "
	               "network of theirs");
	for (i = 0; i < 59; i++) { /* a second each */
		s->now = began + 1000 * i;
		input_from(s, "11.0.0.2");
		input_from(s, i == 0 ? "11.0.0.3" : "11.0.0.2");
		collector_tick(s->c, s->now);
	}
	script_publish(s);
	assert_int_equal(s->events[EVENT_NOT_ALLOWED], 1);
	collector_tick(s->c, s->now = began + 60000);
	assert_refused(s, 2,
	               "datagrams from 11.0.0.2 and 1 other source are not allowed: "
	               "`allow` has no network of theirs");
	for (i = 0; i < 1000; i++) { /* a stranger with many addresses */
		snprintf(from, sizeof(from), "12.0.%d.%d", i / 250, i % 250);
		input_from(s, from);
	}
	s->now = began + 120000;
	input_from(s, "11.0.0.9");
	assert_refused(s, 3,
	               "datagrams from 12.0.0.0 and 15 or more other sources are not "
	               "allowed: `allow` has no network of theirs");
	collector_tick(s->c, s->now = began + 240000);
	input_from(s, "10.2.0.1");
	assert_refused(s, 4,
	               "datagrams from 10.2.0.1 are not allowed: `deny` has their "
	               "networks");
	input_from(s, "192.0.2.2");
	assert_refused(s, 5,
	               "datagrams from 192.0.2.2 are not allowed: they have another "
	               "agent's address, and same_address is set");
	/* nor is anybody told whom the configuration allows by now */
	input_from(s, "11.0.0.6"); /* is told at once */
	input_from(s, "11.0.0.7");
	config.allow = list_of("10.0.0.0/8, 11.0.0.0/8, 192.0.2.0/24");
	config.deny = NULL;
	config.same_address = false;
	collector_reconfigure(s->c, &config, s->now + 1000);
	collector_tick(s->c, s->now = began + 400000);
	script_publish(s);
	assert_int_equal(s->events[EVENT_NOT_ALLOWED], 6);
}

static void
source_may_have_to_be_the_agent(void **state)
{
	struct collector_config config = collector_defaults;
	struct script *s = *state;
	struct device d = script_machine("192.0.2.1");
	struct device six = script_machine("fd00::1");
	struct device itself = script_machine("127.0.0.1");

	config.same_address = true;
	looks_configure(s, &config);
	script_begin(s, &d);
	script_end(s);
	assert_int_equal(input_from(s, "192.0.2.2"), COLLECTOR_REFUSED);
	assert_int_equal(input_from(s, "fd00::1"), COLLECTOR_REFUSED);
	assert_int_equal(collector_stats(s->c)->agents, 0);
	assert_int_equal(input_from(s, "192.0.2.1"), 0);
	script_begin(s, &six);
	script_end(s);
	assert_int_equal(input_from(s, "fd00::2"), COLLECTOR_REFUSED);
	assert_int_equal(input_from(s, "fd00::1"), 0);
	/* an address that says nothing is no other's */
	script_begin(s, &itself);
	script_end(s);
	assert_int_equal(input_from(s, "192.0.2.1"), COLLECTOR_REFUSED);
	assert_int_equal(collector_stats(s->c)->not_allowed, 4);
	assert_int_equal(collector_stats(s->c)->agents, 2);
}

/* Clusters --------------------------------------------------------------------------- */

static void
first_rule_that_fits_counts(void **state)
{
	static const struct {
		const char *agent;
		unsigned cluster;
	} cases[] = {
	    {"10.1.2.3", WEB}, {"10.2.2.3", NET}, {"192.0.2.1", REST},
	    {"fd00::1", WEB},  {"fd01::1", NET},  {"fe80::1", REST},
	};
	struct collector_config config =
	    config_of("10.1.0.0/16 fd00::/16", "10.0.0.0/8 fd00::/8");
	struct script *s = *state;
	char name[16];
	size_t i;

	looks_configure(s, &config);
	for (i = 0; i < COUNT_OF(cases); i++) {
		snprintf(name, sizeof(name), "h%zu", i);
		host(s, cases[i].agent, name);
		assert_true(looks_there(s, cases[i].cluster, name));
		assert_int_equal(looks_state(s, cases[i].cluster, name).cluster,
		                 cases[i].cluster);
	}
	assert_int_equal(looks_hosts(s, WEB), 2);
	assert_int_equal(looks_hosts(s, NET), 2);
	assert_int_equal(looks_hosts(s, REST), 2);
	assert_int_equal(looks_hosts(s, STORE_ANY_CLUSTER), 6);
}

static void
rule_without_networks_takes_the_rest(void **state)
{
	struct collector_config config = config_of("10.1.0.0/16", "");
	struct script *s = *state;

	assert_null(rules[1].agents);
	looks_configure(s, &config);
	host(s, "10.1.0.1", "a");
	host(s, "192.0.2.1", "b");
	assert_true(looks_there(s, WEB, "a"));
	assert_true(looks_there(s, NET, "b"));
}

static void
names_are_told_apart_within_a_cluster(void **state)
{
	struct collector_config config = config_of("10.1.0.0/16", "10.2.0.0/16");
	struct script *s = *state;

	looks_configure(s, &config);
	host(s, "10.1.0.1", "node");
	host(s, "10.2.0.1", "node");
	host(s, "10.1.0.2", "node");
	assert_true(looks_there(s, WEB, "node"));
	assert_true(looks_there(s, NET, "node"));
	assert_true(looks_there(s, WEB, "node-10.1.0.2"));
	assert_int_equal(s->events[EVENT_SAME_NAME], 1);
}

static void
vms_are_with_their_hypervisor(void **state)
{
	struct collector_config config = config_of("10.1.0.0/16", "10.2.0.0/16");
	struct script *s = *state;
	struct device d;

	config.vm = VM_HOST;
	looks_configure(s, &config);
	d = host(s, "10.2.0.1", "hv");
	vm_on(s, &d, 100001, "guest", 5);
	assert_true(looks_there(s, NET, "guest"));
}

static void
vms_may_have_a_cluster_of_their_own(void **state)
{
	struct collector_config config = config_of("10.1.0.0/16", "10.2.0.0/16");
	struct script *s = *state;
	struct device d;

	config.vm = VM_HOST;
	config.vm_cluster = VMS;
	looks_configure(s, &config);
	d = host(s, "10.2.0.1", "node");
	vm_on(s, &d, 100001, "node", 5);
	assert_true(looks_there(s, NET, "node"));
	assert_true(looks_there(s, VMS, "node"));
	assert_int_equal(s->events[EVENT_SAME_NAME], 0);
	assert_int_equal(looks_hosts(s, NET), 1);
}

/* The place that tells two of one name apart is shortened to what still does. */
static void
vms_of_one_name_on_an_ipv6_hypervisor(void **state)
{
	struct collector_config config = config_of("10.1.0.0/16", "10.2.0.0/16");
	struct script *s = *state;
	struct device d;

	config.vm = VM_HOST;
	looks_configure(s, &config);
	d = host(s, "2001:db8:1111:2222:3333:4444:5555:6666", "hv");
	vm_on(s, &d, 100001, "guest", 0);
	vm_on(s, &d, 100002, "guest", 0);
	vm_on(s, &d, 100003, "guest", 0);
	assert_true(looks_there(s, REST, "guest"));
	assert_true(
	    looks_there(s, REST, "guest-2001-db8-1111-2222-3333-13fc47026a327a7b"));
	assert_true(
	    looks_there(s, REST, "guest-2001-db8-1111-2222-3333-13fc46026a3278c8"));
}

/* A hypervisor is heard of its virtual machines first, before its own name. */
static void
cluster_is_known_before_the_name(void **state)
{
	struct collector_config config = config_of("10.1.0.0/16", "10.2.0.0/16");
	struct script *s = *state;
	struct device d = script_machine("10.2.0.1");

	config.vm = VM_HOST;
	looks_configure(s, &config);
	vm_on(s, &d, 100001, "guest", 5);
	assert_true(looks_there(s, NET, "guest"));
	assert_int_equal(looks_hosts(s, STORE_ANY_CLUSTER), 1);
}

/* Another hypervisor may be in another cluster, where there is one of its name. */
static void
vm_that_moves_goes_to_its_new_hypervisors_cluster(void **state)
{
	struct collector_config config = config_of("10.1.0.0/16", "10.2.0.0/16");
	struct script *s = *state;
	struct device a, b, vm;

	config.vm = VM_HOST;
	looks_configure(s, &config);
	a = host(s, "10.1.0.1", "hv1");
	b = host(s, "10.2.0.1", "hv2");
	vm_on(s, &a, 100001, "guest", 5);
	script_pass(s, 10 * SECONDS);
	vm = vm_on(s, &b, 100007, "guest", 5);
	script_pass(s, 6 * MINUTES); /* it is late where it was */
	looks_send_vm(s, &vm, "guest", 5);
	script_publish(s);
	assert_int_equal(s->events[EVENT_MOVED], 1);
	assert_false(looks_there(s, WEB, "guest"));
	assert_true(looks_there(s, NET, "guest"));
	vm_on(s, &a, 100011, "guest", 11); /* its name is free where it was */
	assert_true(looks_there(s, WEB, "guest"));
	vm_on(s, &b, 100008, "other", 6);
	vm_on(s, &a, 100002, "other", 7);
	script_pass(s, 10 * SECONDS);
	vm = vm_on(s, &a, 100003, "other", 6); /* where there is another "other" */
	script_pass(s, 6 * MINUTES);
	vm_on(s, &a, 100002, "other", 7);
	looks_send_vm(s, &vm, "other", 6);
	script_publish(s);
	assert_int_equal(s->events[EVENT_MOVED], 2);
	assert_false(looks_there(s, NET, "other"));
	assert_true(looks_there(s, WEB, "other"));
	assert_true(looks_there(s, WEB, "other-10.1.0.1-3-100003"));
	assert_int_equal(s->events[EVENT_RENAMED], 1);
	assert_string_equal(s->last[EVENT_RENAMED].of.membership.old_name, "other");
	assert_int_equal(s->events[EVENT_JOINED], 6); /* 2 hypervisors, 4 guests */
	assert_int_equal(looks_hosts(s, STORE_ANY_CLUSTER), 6);
	looks_send_vm(s, &vm, "guest", 5);
	assert_true(looks_there(s, NET, "guest"));
	vm_on(s, &b, 100009, "other", 9); /* its name is free there now */
	assert_true(looks_there(s, NET, "other"));
}

/* Nor do their data sources tell them apart. */
static void
vms_without_uuids_are_told_apart_by_their_sub_agents(void **state)
{
	struct collector_config config = collector_defaults;
	struct script *s = *state;
	struct device machine, one, two;

	config.vm = VM_HOST;
	looks_configure(s, &config);
	machine = host(s, "10.1.0.1", "node");
	one = script_source(&machine, 1, 3, 100);
	two = script_source(&machine, 2, 3, 100);
	looks_send_vm(s, &one, "one", 0);
	looks_send_vm(s, &two, "two", 0);
	assert_string_equal(looks_state(s, 0, "one").key, "10.1.0.1-3-100");
	assert_string_equal(looks_state(s, 0, "two").key, "10.1.0.1-3-100-2");
	looks_send_vm(s, &one, "other", 0);
	assert_string_not_equal(looks_state(s, 0, "other").key,
	                        looks_state(s, 0, "two").key);
}

/* Another configuration: clusters ----------------------------------------------------- */

static void
hosts_go_over_to_their_new_cluster(void **state)
{
	struct collector_config config = config_of("10.1.0.0/16", "10.2.0.0/16");
	struct script *s = *state;
	struct store_host *held;
	struct store_state seen;

	looks_configure(s, &config);
	host(s, "10.1.0.1", "a");
	host(s, "10.2.0.1", "b");
	host(s, "10.3.0.1", "c");
	held = store_find(collector_store(s->c), WEB, "a");
	config = config_of("10.1.9.0/24", "10.1.0.0/16 10.3.0.0/16");
	reconfigure(s, &config);
	assert_true(looks_there(s, NET, "a"));
	assert_true(looks_there(s, REST, "b"));
	assert_true(looks_there(s, NET, "c"));
	assert_false(looks_there(s, WEB, "a"));
	assert_int_equal(looks_hosts(s, STORE_ANY_CLUSTER), 3);
	store_lock(held, &seen); /* it is the same host, with its values */
	store_unlock(held);
	store_release(held);
	assert_int_equal(seen.cluster, NET);
	assert_int_not_equal(looks_values(s, NET, "a"), 0);
	assert_int_equal(s->events[EVENT_RENAMED] + s->events[EVENT_GONE], 0);
	host(s, "10.1.9.1", "new"); /* and newcomers by the new rules */
	assert_true(looks_there(s, WEB, "new"));
	host(s, "10.1.0.77", "a");
	assert_true(looks_there(s, NET, "a-10.1.0.77"));
	host(s, "192.0.2.3", "a"); /* where nobody has the name any more */
	assert_true(looks_there(s, REST, "a"));
}

static void
host_is_called_otherwise_where_its_name_is_taken(void **state)
{
	struct collector_config config = config_of("10.1.0.0/16", "10.2.0.0/16");
	struct script *s = *state;
	struct device d, other;

	looks_configure(s, &config);
	d = host(s, "10.1.0.1", "node");
	looks_run(s, &d, "node", 30 * SECONDS);
	other = host(s, "10.2.0.1", "node");
	looks_run(s, &other, "node", 30 * SECONDS);
	other = host(s, "10.2.0.2", "old");
	looks_run(s, &other, "old", 30 * SECONDS);
	script_pass(s, 30 * MINUTES);
	assert_false(looks_state(s, WEB, "node").up);
	config = config_of("10.9.0.0/16", "10.1.0.0/16 10.2.0.0/16");
	reconfigure(s, &config);
	assert_int_equal(looks_hosts(s, NET), 3);
	assert_true(looks_there(s, NET, "node"));
	assert_true(looks_there(s, NET, "node-10.1.0.1"));
	assert_int_equal(s->events[EVENT_RENAMED], 1);
	assert_string_equal(s->last[EVENT_RENAMED].host, "node-10.1.0.1");
	assert_string_equal(s->last[EVENT_RENAMED].of.membership.old_name, "node");
	assert_false(looks_state(s, NET, "node-10.1.0.1").up);
	assert_true(looks_state(s, NET, "node-10.1.0.1").heard_ms ==
	            SCRIPT_START + 30 * SECONDS);
	assert_int_not_equal(looks_state(s, NET, "node-10.1.0.1").started_s, 0);
	looks_run(s, &d, "node", 60 * SECONDS);
	assert_true(looks_state(s, NET, "node-10.1.0.1").up);
	assert_true(looks_has(s, NET, "node-10.1.0.1", "bytes_in"));
	assert_int_equal(s->events[EVENT_RETURNED], 1);
	host(s, "10.9.0.1", "node"); /* the old name is free in the old cluster */
	assert_true(looks_there(s, WEB, "node"));
}

/* Neither was in the other's way at the end. */
static void
hosts_of_one_name_may_change_places(void **state)
{
	struct collector_config config = config_of("10.1.0.0/16", "10.2.0.0/16");
	struct script *s = *state;

	looks_configure(s, &config);
	host(s, "10.1.0.1", "node");
	host(s, "10.2.0.1", "node");
	config = config_of("10.2.0.0/16", "10.1.0.0/16");
	reconfigure(s, &config);
	assert_int_equal(s->events[EVENT_RENAMED], 0);
	assert_string_equal(looks_state(s, WEB, "node").key, "10.2.0.1");
	assert_string_equal(looks_state(s, NET, "node").key, "10.1.0.1");
	host(s, "10.1.0.2", "node"); /* both names are still taken */
	host(s, "10.2.0.2", "node");
	assert_true(looks_there(s, NET, "node-10.1.0.2"));
	assert_true(looks_there(s, WEB, "node-10.2.0.2"));
}

static void
host_without_a_name_goes_over_too(void **state)
{
	struct collector_config config = config_of("10.1.0.0/16", "10.2.0.0/16");
	struct script *s = *state;
	struct device d = script_machine("10.1.0.1");

	looks_configure(s, &config);
	script_send_net(s, &d, 1000);
	config = config_of("10.2.0.0/16", "10.1.0.0/16");
	reconfigure(s, &config);
	assert_int_equal(looks_hosts(s, STORE_ANY_CLUSTER), 0);
	looks_run(s, &d, "late", 30 * SECONDS);
	assert_true(looks_there(s, NET, "late"));
	assert_int_equal(looks_hosts(s, STORE_ANY_CLUSTER), 1);
}

static void
vms_go_over_with_their_hypervisor(void **state)
{
	struct collector_config config = config_of("10.1.0.0/16", "10.2.0.0/16");
	struct script *s = *state;
	struct device a, b;

	config.vm = VM_HOST;
	looks_configure(s, &config);
	a = host(s, "10.1.0.1", "hv1");
	b = host(s, "10.2.0.1", "hv2");
	vm_on(s, &a, 100001, "guest", 5);
	vm_on(s, &a, 100002, "same", 6);
	vm_on(s, &b, 100001, "same", 7);
	script_pass(s, 30 * MINUTES);
	config = config_of("10.9.0.0/16", "10.1.0.0/16 10.2.0.0/16");
	config.vm = VM_HOST;
	reconfigure(s, &config);
	assert_int_equal(looks_hosts(s, WEB), 0);
	assert_int_equal(looks_hosts(s, NET), 5);
	assert_false(looks_state(s, NET, "guest").up); /* silent as it was */
	assert_true(looks_there(s, NET, "same"));
	assert_true(looks_there(s, NET, "same-10.1.0.1-3-100002"));
	assert_false(looks_state(s, NET, "same-10.1.0.1-3-100002").up);
	assert_int_equal(s->events[EVENT_RENAMED], 1);
	config.vm_cluster = VMS;
	reconfigure(s, &config);
	assert_int_equal(looks_hosts(s, NET), 2);
	assert_int_equal(looks_hosts(s, VMS), 3);
	vm_on(s, &a, 100001, "guest", 5);
	assert_true(looks_state(s, VMS, "guest").up);
	assert_int_equal(s->events[EVENT_RENAMED], 1);
}

/* Another configuration: what is shown ------------------------------------------------ */

/* The bridge calls itself so from now on. */
static void
vm_gives_a_name_that_gets_reserved_away(void **state)
{
	struct collector_config config = collector_defaults;
	struct script *s = *state;
	struct device machine;

	config.vm = VM_HOST;
	looks_configure(s, &config);
	machine = host(s, "10.1.0.1", "node");
	vm_on(s, &machine, 1, "bridge", 1);
	assert_true(looks_there(s, 0, "bridge"));
	config.reserved = "bridge";
	reconfigure(s, &config);
	assert_false(looks_there(s, 0, "bridge"));
	assert_true(looks_there(s, 0, "bridge-10.1.0.1-3-1"));
	assert_int_equal(s->events[EVENT_RENAMED], 1);
}

static void
vms_are_hosts_or_not(void **state)
{
	struct collector_config config = collector_defaults;
	struct script *s = *state;
	struct device d, vm;

	looks_configure(s, &config);
	d = host(s, "10.1.0.1", "hv");
	vm = vm_on(s, &d, 100001, "guest", 5);
	assert_true(looks_has(s, 0, "hv", "guest.vcpu_num"));
	config.vm = VM_HOST;
	reconfigure(s, &config);
	assert_false(looks_has(s, 0, "hv", "guest.vcpu_num"));
	script_pass(s, 30 * SECONDS);
	looks_send_vm(s, &vm, "guest", 5);
	assert_false(looks_has(s, 0, "hv", "guest.vcpu_num"));
	assert_true(looks_has(s, 0, "guest", "vcpu_num"));
	assert_true(looks_has(s, 0, "guest", "vcpu_util")); /* no gap */
	config.vm = VM_PREFIX;
	reconfigure(s, &config);
	assert_false(looks_there(s, 0, "guest"));
	script_pass(s, 30 * SECONDS);
	looks_send_vm(s, &vm, "guest", 5);
	assert_true(looks_has(s, 0, "hv", "guest.vcpu_util"));
	assert_int_equal(looks_hosts(s, 0), 1);
	config.vm = VM_NO;
	reconfigure(s, &config);
	assert_false(looks_has(s, 0, "hv", "guest.vcpu_num"));
	looks_send_vm(s, &vm, "guest", 5);
	assert_false(looks_has(s, 0, "hv", "guest.vcpu_num"));
	assert_false(looks_there(s, 0, "guest"));
	config.vm = VM_HOST;
	reconfigure(s, &config);
	looks_send_vm(s, &vm, "guest", 5);
	assert_true(looks_there(s, 0, "guest"));
}

static void
ports_are_chosen_anew(void **state)
{
	struct collector_config config = collector_defaults;
	struct script *s = *state;
	struct rack r = new_rack();
	regex_t only, not ;

	assert_int_equal(regcomp(&only, "^swp[12]$", REG_EXTENDED), 0);
	assert_int_equal(regcomp(&not, "^swp2$", REG_EXTENDED), 0);
	looks_configure(s, &config);
	rounds_of(s, &r, 3);
	assert_true(looks_has(s, 0, AGENT, "swp1.bytes_in"));
	assert_true(looks_has(s, 0, AGENT, "swp3.bytes_in"));
	config.ports = &only;
	reconfigure(s, &config);
	assert_true(looks_has(s, 0, AGENT, "swp1.bytes_in"));
	assert_false(looks_has(s, 0, AGENT, "swp3.bytes_in"));
	rounds_of(s, &r, 1);
	assert_true(looks_has(s, 0, AGENT, "swp2.bytes_in"));
	assert_false(looks_has(s, 0, AGENT, "swp3.bytes_in"));
	config.ports_except = &not ;
	reconfigure(s, &config);
	assert_false(looks_has(s, 0, AGENT, "swp2.bytes_in"));
	config.ports = config.ports_except = NULL;
	reconfigure(s, &config);
	rounds_of(s, &r, 1);
	assert_true(looks_has(s, 0, AGENT, "swp1.bytes_in"));
	assert_true(looks_has(s, 0, AGENT, "swp2.bytes_in"));
	assert_true(looks_has(s, 0, AGENT, "swp4.bytes_in"));
	regfree(&only);
	regfree(&not );
}

static void
send_web(struct script *s, struct device *d)
{
	script_begin(s, d);
	wire_http_counters(&s->w, d->sample * 10);
	assert_int_equal(script_send(s), 0);
}

/* Two web servers: the first has no prefix, unless "multiple" asks for it. */
static void
instances_are_called_as_is_asked_for(void **state)
{
	struct collector_config config = collector_defaults;
	struct script *s = *state;
	struct device d, a, b;
	int i;

	looks_configure(s, &config);
	d = host(s, "10.1.0.1", "node");
	looks_run(s, &d, "node", 30 * SECONDS);
	a = script_source(&d, 7, 3, 80);
	b = script_source(&d, 7, 3, 8080);
	for (i = 0; i < 3; i++) {
		b.sequence = a.sequence;
		send_web(s, &a);
		script_pass(s, 10 * SECONDS);
		b.sequence = a.sequence;
		send_web(s, &b);
		a.sequence = b.sequence;
		script_pass(s, 10 * SECONDS);
	}
	assert_true(looks_has(s, 0, "node", "http_meth_get"));
	assert_true(looks_has(s, 0, "node", "8080.http_meth_get"));
	config.accept[KIND_OVS] = false; /* it is nothing to them */
	reconfigure(s, &config);
	assert_true(looks_has(s, 0, "node", "http_meth_get"));
	config.multiple[KIND_HTTP] = true;
	reconfigure(s, &config);
	assert_false(looks_has(s, 0, "node", "http_meth_get"));
	assert_false(looks_has(s, 0, "node", "8080.http_meth_get"));
	assert_true(looks_has(s, 0, "node", "bytes_in"));
	send_web(s, &a);
	assert_true(looks_has(s, 0, "node", "80.http_meth_get"));
	assert_false(looks_has(s, 0, "node", "http_meth_get"));
}

static void
what_is_not_accepted_any_more_goes(void **state)
{
	struct collector_config config = collector_defaults;
	struct script *s = *state;
	struct device d, web;

	looks_configure(s, &config);
	d = host(s, "10.1.0.1", "node");
	web = script_source(&d, 7, 3, 80);
	send_web(s, &web);
	script_pass(s, 30 * SECONDS);
	send_web(s, &web);
	assert_true(looks_has(s, 0, "node", "http_meth_get"));
	config.accept[KIND_HTTP] = false;
	reconfigure(s, &config);
	assert_false(looks_has(s, 0, "node", "http_meth_get"));
	assert_int_not_equal(looks_values(s, 0, "node"), 0);
	script_pass(s, 30 * SECONDS);
	send_web(s, &web);
	assert_false(looks_has(s, 0, "node", "http_meth_get"));
	config.accept[KIND_HTTP] = true;
	reconfigure(s, &config);
	script_pass(s, 30 * SECONDS);
	send_web(s, &web);
	assert_true(looks_has(s, 0, "node", "http_meth_get"));
}

static void
names_are_given_anew(void **state)
{
	struct collector_config config = collector_defaults;
	struct name_list *first = name_list_new(), *second = name_list_new();
	struct script *s = *state;
	struct device d = script_machine("10.1.0.1");
	int i;

	assert_int_equal(name_list_add(first, "10.1.0.1 switch1\n"), 0);
	assert_int_equal(name_list_add(second, "10.1.0.1 Switch2\n"
	                                       "10.1.0.2 other\n"),
	                 0);
	config.lower_case = true;
	looks_configure(s, &config);
	host(s, "10.1.0.2", "itself");
	host(s, "10.1.0.3", "switch2"); /* in the way */
	for (i = 0; i < 4; i++) {
		script_send_net(s, &d, d.sample * 1000);
		script_pass(s, 30 * SECONDS);
	}
	assert_true(looks_there(s, 0, "10.1.0.1"));
	config.names = first;
	reconfigure(s, &config);
	assert_int_equal(s->events[EVENT_RENAMED], 1);
	script_send_net(s, &d, d.sample * 1000);
	assert_true(looks_there(s, 0, "switch1"));
	assert_false(looks_there(s, 0, "10.1.0.1"));
	reconfigure(s, &config);
	assert_true(looks_there(s, 0, "switch1"));
	config.names = second;
	reconfigure(s, &config);
	script_send_net(s, &d, d.sample * 1000);
	assert_true(looks_there(s, 0, "switch2-10.1.0.1"));
	assert_int_equal(s->events[EVENT_RENAMED], 2);
	reconfigure(s, &config);
	assert_true(looks_there(s, 0, "switch2-10.1.0.1"));
	assert_true(looks_there(s, 0, "itself"));
	config.names = NULL;
	reconfigure(s, &config);
	assert_true(looks_there(s, 0, "switch2-10.1.0.1"));
	assert_int_equal(s->events[EVENT_RENAMED], 2);
	name_list_free(first);
	name_list_free(second);
}

/* No sample of a switch that is down would bring it back. */
static void
host_that_is_down_is_shown_by_its_new_name(void **state)
{
	struct collector_config config = collector_defaults;
	struct name_list *names = name_list_new();
	struct script *s = *state;
	struct device d = script_machine("10.1.0.1");
	struct store_state was;
	int i;

	assert_int_equal(name_list_add(names, "10.1.0.1 switch1\n"), 0);
	looks_configure(s, &config);
	for (i = 0; i < 4; i++) {
		script_send_net(s, &d, d.sample * 1000);
		script_pass(s, 30 * SECONDS);
	}
	script_pass(s, 10 * MINUTES);
	was = looks_state(s, 0, "10.1.0.1");
	assert_false(was.up);
	config.names = names;
	reconfigure(s, &config);
	assert_true(looks_there(s, 0, "switch1"));
	assert_false(looks_state(s, 0, "switch1").up);
	assert_int_equal(looks_state(s, 0, "switch1").heard_ms, was.heard_ms);
	assert_int_equal(looks_state(s, 0, "switch1").started_s, was.started_s);
	name_list_free(names);
}

/* Another configuration: bounds -------------------------------------------------------- */

static void
bounds_below_what_is_there_are_for_newcomers(void **state)
{
	struct collector_config config = collector_defaults;
	struct script *s = *state;
	struct device d[8];
	struct device more;
	char name[16], address[16];
	int i, round;

	looks_configure(s, &config);
	for (i = 0; i < 8; i++) {
		snprintf(name, sizeof(name), "n%d", i);
		snprintf(address, sizeof(address), "10.1.0.%d", i + 1);
		d[i] = script_machine(address);
		script_send_host(s, &d[i], name, 0);
	}
	config.max_agents = 2;
	config.max_metrics = 1;
	config.max_sources = 1;
	reconfigure(s, &config);
	more = script_machine("10.1.0.99");
	assert_int_equal(script_send_host(s, &more, "more", 0), COLLECTOR_REFUSED);
	config.max_metrics = 1000;
	reconfigure(s, &config);
	for (round = 0; round < 3; round++) {
		script_pass(s, 30 * SECONDS);
		for (i = 0; i < 8; i++) {
			snprintf(name, sizeof(name), "m%d", i);
			snprintf(address, sizeof(address), "10.1.0.%d", i + 1);
			d[i].address = address;
			assert_int_equal(
			    script_send_host(s, &d[i], name, d[i].sample * 100), 0);
		}
	}
	script_publish(s);
	assert_int_equal(looks_hosts(s, 0), 8);
	assert_int_equal(s->events[EVENT_RENAMED], 8); /* and had room */
	assert_true(looks_there(s, 0, "m7"));
	assert_true(looks_has(s, 0, "m7", "bytes_in"));
	config.max_agents = 9;
	config.max_sources = 10;
	reconfigure(s, &config);
	assert_int_equal(script_send_host(s, &more, "more", 0), 0);
	assert_int_equal(looks_hosts(s, 0), 9);
}

static void
hosts_that_are_silent_go_by_the_new_bound(void **state)
{
	struct collector_config config = collector_defaults;
	struct script *s = *state;
	struct device d = script_machine("10.1.0.1");

	looks_configure(s, &config);
	looks_run(s, &d, "node", 5 * MINUTES);
	script_pass(s, 2 * HOURS);
	assert_true(looks_there(s, 0, "node"));
	config.host_dmax_ms = HOURS;
	reconfigure(s, &config);
	script_pass(s, 30 * SECONDS);
	script_publish(s);
	assert_false(looks_there(s, 0, "node"));
	assert_int_equal(s->events[EVENT_GONE], 1);
}

/* Others ------------------------------------------------------------------------------ */

/* Its virtual machines are hosts, so it is not one that nobody was told of. */
static void
hypervisor_without_a_host_is_not_forgotten(void **state)
{
	struct collector_config config = collector_defaults;
	struct script *s = *state;
	struct device d = script_machine("10.1.0.1"), vm;
	int i;

	config.vm = VM_HOST;
	looks_configure(s, &config);
	vm = vm_on(s, &d, 100001, "guest", 5);
	for (i = 0; i < 5; i++) {
		script_pass(s, 30 * SECONDS);
		looks_send_vm(s, &vm, "guest", 5);
	}
	script_pass(s, 1 * HOURS);
	script_publish(s);
	assert_true(looks_there(s, 0, "guest"));
	assert_false(looks_state(s, 0, "guest").up);
	assert_int_equal(s->events[EVENT_GONE], 0);
	script_pass(s, 24 * HOURS);
	script_publish(s);
	assert_false(looks_there(s, 0, "guest"));
	assert_int_equal(s->events[EVENT_GONE], 1);
	assert_int_equal(collector_stats(s->c)->agents, 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    TEST_OF_CLUSTERS(sources_are_allowed_and_denied),
	    TEST_OF_CLUSTERS(who_is_not_allowed_is_told),
	    TEST_OF_CLUSTERS(source_may_have_to_be_the_agent),
	    TEST_OF_CLUSTERS(first_rule_that_fits_counts),
	    TEST_OF_CLUSTERS(rule_without_networks_takes_the_rest),
	    TEST_OF_CLUSTERS(names_are_told_apart_within_a_cluster),
	    TEST_OF_CLUSTERS(vms_are_with_their_hypervisor),
	    TEST_OF_CLUSTERS(vms_may_have_a_cluster_of_their_own),
	    TEST_OF_CLUSTERS(vms_without_uuids_are_told_apart_by_their_sub_agents),
	    TEST_OF_CLUSTERS(cluster_is_known_before_the_name),
	    TEST_OF_CLUSTERS(vm_that_moves_goes_to_its_new_hypervisors_cluster),
	    TEST_OF_CLUSTERS(hosts_go_over_to_their_new_cluster),
	    TEST_OF_CLUSTERS(host_is_called_otherwise_where_its_name_is_taken),
	    TEST_OF_CLUSTERS(hosts_of_one_name_may_change_places),
	    TEST_OF_CLUSTERS(host_without_a_name_goes_over_too),
	    TEST_OF_CLUSTERS(vms_go_over_with_their_hypervisor),
	    TEST_OF_CLUSTERS(vm_gives_a_name_that_gets_reserved_away),
	    TEST_OF_CLUSTERS(vms_are_hosts_or_not),
	    TEST_OF_CLUSTERS(ports_are_chosen_anew),
	    TEST_OF_CLUSTERS(instances_are_called_as_is_asked_for),
	    TEST_OF_CLUSTERS(what_is_not_accepted_any_more_goes),
	    TEST_OF_CLUSTERS(names_are_given_anew),
	    TEST_OF_CLUSTERS(host_that_is_down_is_shown_by_its_new_name),
	    TEST_OF_CLUSTERS(bounds_below_what_is_there_are_for_newcomers),
	    TEST_OF_CLUSTERS(hosts_that_are_silent_go_by_the_new_bound),
	    TEST_OF_CLUSTERS(hypervisor_without_a_host_is_not_forgotten),
	    TEST_OF_CLUSTERS(vms_of_one_name_on_an_ipv6_hypervisor),
	};

	return cmocka_run_group_tests_name("clusters", tests, NULL, NULL);
}

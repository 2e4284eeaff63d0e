/* Which port or VLAN a record is about, where its data source does not say it. */
#include "tests/sflow/unit.h"

#include <stdio.h>

#include "tests/sflow/rack.h"

#define VLAN_COUNTERS 5

/* A data source of the switch that sends what is said of several ports. */
struct carrier {
	struct rack r;
	uint32_t class, index, sample;
};

static struct carrier
new_carrier(uint32_t class, uint32_t index)
{
	return (struct carrier){.r = new_rack(), .class = class, .index = index};
}

static void
begin(struct script *s, struct carrier *k)
{
	begin_other(s, &k->r, k->class, k->index, k->sample++);
}

static void
pass(struct script *s, struct carrier *k, uint32_t seconds)
{
	script_publish(s);
	script_pass(s, seconds * SECONDS);
	count_on(&k->r, seconds);
}

static void
put_ports(struct script *s, struct carrier *k, size_t from, size_t to)
{
	for (; from < to; from++)
		put_if_counters(&s->w, &k->r.ports[from]);
}

static void
put_names(struct script *s, struct carrier *k, size_t from, size_t to)
{
	for (; from < to; from++)
		put_name(&s->w, k->r.ports[from].name);
}

static void
put_vlan(struct wire *w, uint32_t id, uint64_t octets)
{
	wire_record_begin(w, VLAN_COUNTERS);
	wire_u32(w, id);
	wire_u64(w, octets);
	wire_u32(w, 0);
	wire_u32(w, 0);
	wire_u32(w, 0);
	wire_u32(w, 0);
	wire_record_end(w);
}

static void
assert_all_ports(struct script *s, const char *const names[PORTS])
{
	char metric[64];
	int i;

	for (i = 0; i < PORTS; i++) {
		snprintf(metric, sizeof(metric), "%s.bytes_in", names[i]);
		assert_near(script_value(s, HOST, metric), 1000 * (i + 1));
	}
	assert_near(script_value(s, HOST, "bytes_in"), 10000);
}

static const char *const by_name[PORTS] = {"swp1", "swp2", "swp3", "swp4"};
static const char *const by_index[PORTS] = {"1", "2", "3", "4"};

/* Names behind each port, behind all, and before each. */
static void
names_belong_to_the_ports_beside_them(void **state)
{
	struct script *s = *state;
	struct carrier k;
	int way, round;
	size_t i;

	for (way = 0; way < 3; way++) {
		script_configure(s, &collector_defaults);
		k = new_carrier(2, 1);
		for (round = 0; round < 4; round++) {
			begin(s, &k);
			for (i = 0; i < PORTS && way != 1; i++) {
				if (way == 2)
					put_names(s, &k, i, i + 1);
				put_ports(s, &k, i, i + 1);
				if (way == 0)
					put_names(s, &k, i, i + 1);
			}
			if (way == 1) {
				put_ports(s, &k, 0, PORTS);
				put_names(s, &k, 0, PORTS);
			}
			script_send(s);
			pass(s, &k, 30);
		}
		assert_all_ports(s, by_name);
		assert_int_equal(s->c->stats.refused, 0);
	}
}

/* Some ports have no name: then those belong to a name that come before it. */
static void
names_of_some_ports_are_not_others(void **state)
{
	static const char *const mixed[PORTS] = {"1", "swp2", "3", "swp4"};
	struct script *s = *state;
	struct carrier k = new_carrier(0, 0);
	int round;

	for (round = 0; round < 4; round++) {
		begin(s, &k);
		put_ports(s, &k, 0, 2);
		put_names(s, &k, 1, 2);
		put_ports(s, &k, 2, 4);
		put_names(s, &k, 3, 4);
		script_send(s);
		pass(s, &k, 30);
	}
	assert_all_ports(s, mixed);
}

/* In turn, in datagrams of their own: by a source that is no port, and by one that is,
 * and has another ifIndex or one of theirs. */
static void
ports_that_come_in_turn_are_told_apart(void **state)
{
	static const struct {
		uint32_t class, index;
	} sources[] = {{0, 0}, {0, 77}, {0, 3}, {2, 1}, {2, 9}, {3, 5}, {1, 1}};
	struct script *s = *state;
	struct carrier k;
	size_t i, port;
	int round;

	for (i = 0; i < COUNT_OF(sources); i++) {
		script_configure(s, &collector_defaults);
		k = new_carrier(sources[i].class, sources[i].index);
		for (round = 0; round < 5; round++) {
			for (port = 0; port < PORTS; port++) {
				begin(s, &k);
				put_ports(s, &k, port, port + 1);
				script_send(s);
				pass(s, &k, 5);
			}
			pass(s, &k, 10);
			begin(s, &k);
			put_ports(s, &k, 0, 0);
			script_send(s);
		}
		show_all(s);
		assert_all_ports(s, by_index);
		assert_int_equal(s->events[EVENT_DOWN], 0);
	}
}

/* As a switch sends it that has other numbers for data sources. After a reboot it may
 * be another one. */
static void
source_of_one_port_keeps_its_name(void **state)
{
	struct script *s = *state;
	struct carrier k = new_carrier(0, 9);
	int round;

	for (round = 0; round < 6; round++) {
		if (round == 3) {
			reboot(s, &k.r);
			k.sample = 0;
			k.r.ports[0].index = 501;
		}
		begin(s, &k);
		put_ports(s, &k, 0, 1);
		script_send(s);
		pass(s, &k, 30);
		show_all(s);
		assert_false(has(s, "1.speed"));
		assert_false(has(s, "501.speed"));
		assert_true(round < 2 || has(s, "9.speed"));
	}
	assert_near(script_value(s, HOST, "9.bytes_in"), 1000);
}

/* What was one port for a while is told apart without a rate that is none's. */
static void
second_port_of_a_source_makes_no_spike(void **state)
{
	struct script *s = *state;
	struct carrier k = new_carrier(0, 9);
	size_t i;
	int round;

	for (round = 0; round < 10; round++) {
		begin(s, &k);
		put_ports(s, &k, (size_t)(round > 4 ? round % 2 : 0),
		          (size_t)(round > 4 ? round % 2 : 0) + 1);
		script_send(s);
		pass(s, &k, 30);
		for (i = 0; i < s->shown_count; i++)
			if (strstr(s->shown[i].reading.name, "bytes_in"))
				assert_true(s->shown[i].reading.number <= 3001);
	}
	assert_near(script_value(s, HOST, "2.bytes_in"), 2000);
	show_all(s);
	assert_near(script_value(s, HOST, "1.bytes_in"), 1000);
	assert_false(has(s, "9.speed"));
}

static void
records_of_a_machine_beside_those_of_its_ports(void **state)
{
	struct script *s = *state;
	struct carrier k = new_carrier(2, 1);
	int round;

	for (round = 0; round < 4; round++) {
		begin(s, &k);
		wire_host_descr(&s->w, "node1", 1);
		wire_zeros(&s->w, 2003, 68);
		put_ports(s, &k, 0, 2);
		put_names(s, &k, 0, 2);
		script_send(s);
		pass(s, &k, 30);
	}
	assert_near(script_value(s, "node1", "swp1.bytes_in"), 1000);
	assert_near(script_value(s, "node1", "swp2.bytes_in"), 2000);
	assert_near(script_value(s, "node1", "bytes_in"), 3000);
	assert_false(script_is_shown(s, "swp1"));
	assert_int_equal(agent_interval_ms(agents_first(&s->c->agents)), 30000);
}

/* A stranger makes as many as `max_sources` lets it, and each record is counted. */
static void
ports_of_a_source_are_bounded(void **state)
{
	struct collector_config config = collector_defaults;
	struct script *s = *state;
	struct carrier k = new_carrier(0, 0);
	uint32_t i, n = 0;

	config.max_sources = 100;
	script_configure(s, &config);
	for (i = 0; i < 20; i++) {
		begin(s, &k);
		for (n = 0; n < 40; n++) {
			k.r.ports[0].index = 1 + 40 * i + n;
			put_ports(s, &k, 0, 1);
		}
		script_send(s);
	}
	assert_int_equal(agents_source_count(&s->c->agents), 100);
	assert_int_equal(s->c->stats.refused, 800 - 99);
	script_publish(s);
	assert_true(s->events[EVENT_AT_BOUND] > 0);
}

/* Ports that fall silent go; the others of the same data source stay. */
static void
silent_port_of_a_source_is_forgotten(void **state)
{
	struct script *s = *state;
	struct carrier k = new_carrier(2, 1);
	int round;

	for (round = 0; round < 40; round++) {
		begin(s, &k);
		put_ports(s, &k, 0, round < 5 ? 2 : 1);
		script_send(s);
		pass(s, &k, 30);
	}
	show_all(s);
	assert_false(has(s, "2.speed"));
	assert_near(script_value(s, HOST, "bytes_in"), 1000);
	assert_int_equal(agents_source_count(&s->c->agents), 2);
}

static void
what_comes_again_is_counted(void **state)
{
	struct script *s = *state;
	struct carrier k = new_carrier(0, 1);
	int round;

	for (round = 0; round < 3; round++) {
		begin(s, &k);
		put_ports(s, &k, 0, 1);
		wire_zeros(&s->w, ETHERNET_COUNTERS, 52);
		wire_zeros(&s->w, ETHERNET_COUNTERS, 52);
		put_ports(s, &k, 0, 1);
		wire_zeros(&s->w, SFLOW_TAG(9999, 1), 4);
		wire_zeros(&s->w, SFLOW_TAG(9999, 1), 4);
		script_send(s);
		pass(s, &k, 30);
	}
	assert_near(script_value(s, HOST, "1.bytes_in"), 1000);
	assert_int_equal(s->c->stats.refused, 6);
	assert_int_equal(s->c->stats.unknown, 6);
}

static void
vlans_are_told_by_their_records(void **state)
{
	struct script *s = *state;
	struct carrier k = new_carrier(2, 1);
	uint64_t i;

	for (i = 0; i < 4; i++) {
		begin(s, &k);
		put_vlan(&s->w, 10, 30000 * i);
		put_vlan(&s->w, 20, 60000 * i);
		put_vlan(&s->w, UINT32_MAX, 90000 * i);
		script_send(s);
		begin_other(s, &k.r, 1, 30, (uint32_t)i);
		put_vlan(&s->w, 31, 120000 * i);
		script_send(s);
		pass(s, &k, 30);
	}
	assert_near(script_value(s, HOST, "vlan10.vlan_bytes"), 1000);
	assert_near(script_value(s, HOST, "vlan20.vlan_bytes"), 2000);
	assert_near(script_value(s, HOST, "1.vlan_bytes"), 3000);
	assert_near(script_value(s, HOST, "vlan30.vlan_bytes"), 4000);
}

/* A datagram that comes twice, or late, is no news of any port. */
static void
overtaken_and_doubled_ports_are_stale(void **state)
{
	struct script *s = *state;
	struct carrier k = new_carrier(2, 1);
	struct wire kept = {.len = 0};
	int round;

	for (round = 0; round < 6; round++) {
		begin(s, &k);
		put_ports(s, &k, 0, 2);
		script_end(s);
		script_input(s);
		if (kept.len != 0)
			script_input_wire(s, &kept);
		kept = s->w;
		script_input_wire(s, &kept);
		pass(s, &k, 30);
		if (round > 2)
			assert_near(script_value(s, HOST, "1.bytes_in"), 1000);
	}
	assert_int_equal(s->c->stats.refused, 0);
}

/* Sub-agents ---------------------------------------------------------------------- */

#define SUB_AGENTS 3

/* Port 1 of each sub-agent, which counts by itself. */
static void
round_of_sub_agents(struct script *s, struct rack r[SUB_AGENTS],
                    const int order[SUB_AGENTS])
{
	int i;

	for (i = 0; i < SUB_AGENTS; i++) {
		send_port(s, &r[order[i]], &r[order[i]].ports[0]);
		script_pass(s, 1 * SECONDS);
	}
	script_publish(s);
	script_pass(s, 27 * SECONDS);
	for (i = 0; i < SUB_AGENTS; i++)
		count_on(&r[i], 30);
}

static void
new_sub_agents(struct rack r[SUB_AGENTS], const char *name)
{
	uint32_t i;

	for (i = 0; i < SUB_AGENTS; i++) {
		r[i] = new_rack();
		r[i].d.sub_agent = i;
		r[i].ports[0].name = name;
		r[i].ports[0].per_s = 1000 * (i + 1);
	}
}

static void
sub_agents_have_the_same_names_in_any_order(void **state)
{
	static const int orders[][SUB_AGENTS] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
	                                         {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
	static const char *const names[] = {NULL, "eth0"};
	struct script *s = *state;
	struct rack r[SUB_AGENTS];
	char metric[64];
	size_t i, name;
	int round, sub;

	for (i = 0; i < 2 * COUNT_OF(orders); i++) {
		name = i % 2;
		script_configure(s, &collector_defaults);
		new_sub_agents(r, names[name]);
		for (round = 0; round < 4; round++) {
			round_of_sub_agents(s, r, orders[i / 2]);
			assert_false(has(s, "1.bytes_in"));
			assert_false(has(s, "eth0.bytes_in"));
			assert_false(has(s, "eth0-1.bytes_in"));
		}
		for (sub = 0; sub < SUB_AGENTS; sub++) {
			snprintf(metric, sizeof(metric), "%s-%d-0-1.bytes_in",
			         name == 1 ? "eth0" : "interface", sub);
			assert_near(script_value(s, HOST, metric), 1000 * (sub + 1));
		}
	}
}

/* Line cards number their ports through: nothing is to be told apart. */
static void
ports_of_sub_agents_that_differ_keep_their_names(void **state)
{
	static const int order[SUB_AGENTS] = {2, 0, 1};
	struct script *s = *state;
	struct rack r[SUB_AGENTS];
	uint32_t i;
	int round;

	new_sub_agents(r, NULL);
	for (i = 0; i < SUB_AGENTS; i++)
		r[i].ports[0].index = i + 1;
	for (round = 0; round < 4; round++)
		round_of_sub_agents(s, r, order);
	assert_near(script_value(s, HOST, "1.bytes_in"), 1000);
	assert_near(script_value(s, HOST, "2.bytes_in"), 2000);
	assert_near(script_value(s, HOST, "3.bytes_in"), 3000);
}

/* One comes late, and goes again: no chart has two ports. */
static void
late_sub_agent_takes_no_chart(void **state)
{
	struct script *s = *state;
	struct rack r[SUB_AGENTS];
	size_t i;
	int round;

	new_sub_agents(r, NULL);
	for (round = 0; round < 60; round++) {
		send_port(s, &r[1], &r[1].ports[0]);
		if (round >= 5 && round < 10)
			send_port(s, &r[0], &r[0].ports[0]);
		script_publish(s);
		for (i = 0; i < s->shown_count; i++)
			if (strcmp(s->shown[i].reading.name, "1.bytes_in") == 0)
				assert_in_range(round, 1, 6);
		script_pass(s, 30 * SECONDS);
		count_on(&r[0], 30);
		count_on(&r[1], 30);
	}
	assert_near(script_value(s, HOST, "interface-1-0-1.bytes_in"), 2000);
}

/* Datagrams of sub-agents that nobody knows, in its name, take no name and no total. */
static void
check_strange_sub_agents(struct script *s, int datagrams, int64_t apart)
{
	struct rack r[SUB_AGENTS];
	int round, i;

	script_configure(s, &collector_defaults);
	new_sub_agents(r, NULL);
	for (round = 0; round < 20; round++) {
		send_port(s, &r[0], &r[0].ports[0]);
		script_publish(s);
		if (round > 2) {
			assert_near(script_value(s, HOST, "1.bytes_in"), 1000);
			assert_near(script_value(s, HOST, "bytes_in"), 1000);
		}
		script_pass(s, 10 * SECONDS);
		for (i = 0; round % 4 == 2 && i < datagrams; i++) {
			r[2].d.sub_agent = 2 + (uint32_t)round;
			send_port(s, &r[2], &r[2].ports[0]);
			script_pass(s, apart);
		}
		script_publish(s);
		assert_false(has(s, "1.ifSpeed") || has(s, "interface-0-0-1.bytes_in"));
		script_pass(s, 20 * SECONDS - (round % 4 == 2 ? datagrams * apart : 0));
		count_on(&r[0], 30);
		count_on(&r[2], 1);
	}
}

static void
strange_sub_agent_takes_no_name(void **state)
{
	check_strange_sub_agents(*state, 1, 0);
	check_strange_sub_agents(*state, 2, 300);
	check_strange_sub_agents(*state, 3, 2500);
}

/* Guests whose ports have numbers of their own, and a port of the machine itself, which
 * is called what it is called. */
static void
ports_of_two_carriers_are_two(void **state)
{
	struct script *s = *state;
	struct carrier one = new_carrier(3, 5), two = new_carrier(3, 6);
	struct carrier own = new_carrier(0, 2);
	int round;

	for (round = 0; round < 5; round++) {
		two.r.d = one.r.d;
		begin(s, &two);
		put_ports(s, &two, 1, 2);
		script_send(s);
		one.r.d = two.r.d;
		begin(s, &one);
		put_ports(s, &one, 0, 2);
		script_send(s);
		if (round > 1) {
			own.r.d = one.r.d;
			begin(s, &own);
			put_ports(s, &own, 1, 2);
			script_send(s);
			one.r.d = own.r.d;
		}
		pass(s, &one, 30);
		count_on(&two.r, 60);
		count_on(&own.r, 90);
	}
	assert_near(script_value(s, HOST, "1.bytes_in"), 1000);
	assert_near(script_value(s, HOST, "2-100000-3-5.bytes_in"), 2000);
	assert_near(script_value(s, HOST, "2-100000-3-6.bytes_in"), 4000);
	assert_near(script_value(s, HOST, "2.bytes_in"), 6000);
}

/* One port of a sample begins again: its neighbours have counted on, though they have
 * counted so little until then that it can't be told by their counters. */
static void
port_of_a_source_is_reset_alone(void **state)
{
	struct script *s = *state;
	struct carrier k = new_carrier(2, 1);
	int round, i;

	for (i = 0; i < PORTS; i++)
		k.r.ports[i].in = k.r.ports[i].out = 0;
	for (round = 0; round < 4; round++) {
		begin(s, &k);
		put_ports(s, &k, 0, PORTS);
		script_send(s);
		pass(s, &k, 30);
	}
	k.r.ports[1].in = k.r.ports[1].out = 500;
	begin(s, &k);
	put_ports(s, &k, 0, PORTS);
	script_send(s);
	script_publish(s);
	assert_near(script_value(s, HOST, "1.bytes_in"), 1000);
	assert_null(script_reading(s, HOST, "2.bytes_in"));
	assert_near(script_value(s, HOST, "3.bytes_in"), 3000);
	assert_near(script_value(s, HOST, "4.bytes_in"), 4000);
	assert_int_equal(collector_stats(s->c)->resets, 1);
}

/* All ports in one datagram, or half of them in each; of those of the first half every
 * second one gets lost, with three datagrams of something else, and is counted once. */
static void
lost_samples_are_of_the_carrier(void **state)
{
	struct script *s = *state;
	struct carrier k;
	size_t way, half;
	int round;

	for (way = 1; way <= 2; way++) {
		script_configure(s, &collector_defaults);
		k = new_carrier(2, 1);
		for (round = 0; round < 24; round++)
			for (half = 0; half < way; half++) {
				begin(s, &k);
				put_ports(s, &k, half * 2, half * 2 + PORTS / way);
				script_end(s);
				if (half > 0 || round < 4 || round % 2 == 0)
					script_input(s);
				else
					k.r.d.sequence += 3;
				pass(s, &k, 10 / (uint32_t)way);
			}
		show_all(s);
		assert_near(script_value(s, HOST, "1.bytes_in"), 1000);
		assert_near(script_value(s, HOST, "4.bytes_in"), 4000);
		assert_int_equal(agent_interval_ms(agents_first(&s->c->agents)), 10000);
		assert_int_equal(s->events[EVENT_DOWN], 0);
		for (round = 0; round < 2; round++) {
			begin(s, &k);
			script_send(s);
			script_pass(s, 30 * SECONDS);
		}
		assert_int_equal(s->c->stats.datagrams_lost, 40);
		assert_int_equal(s->c->stats.samples_lost, 10);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(names_belong_to_the_ports_beside_them),
	    TEST(names_of_some_ports_are_not_others),
	    TEST(ports_that_come_in_turn_are_told_apart),
	    TEST(source_of_one_port_keeps_its_name),
	    TEST(second_port_of_a_source_makes_no_spike),
	    TEST(records_of_a_machine_beside_those_of_its_ports),
	    TEST(ports_of_a_source_are_bounded),
	    TEST(silent_port_of_a_source_is_forgotten),
	    TEST(what_comes_again_is_counted),
	    TEST(vlans_are_told_by_their_records),
	    TEST(overtaken_and_doubled_ports_are_stale),
	    TEST(sub_agents_have_the_same_names_in_any_order),
	    TEST(ports_of_sub_agents_that_differ_keep_their_names),
	    TEST(late_sub_agent_takes_no_chart),
	    TEST(strange_sub_agent_takes_no_name),
	    TEST(ports_of_two_carriers_are_two),
	    TEST(port_of_a_source_is_reset_alone),
	    TEST(lost_samples_are_of_the_carrier),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Totals count once what the records of several ports tell of the same packets. */
#include "tests/sflow/unit.h"

#include <regex.h>

#include "tests/sflow/rack.h"

static void
name_ports(struct rack *r, const char *a, const char *b, const char *c, const char *d)
{
	const char *const names[PORTS] = {a, b, c, d};
	size_t i;

	for (i = 0; i < PORTS; i++)
		r->ports[i].name = names[i];
}

/* All totals, from the first on, are `bytes_in`. */
static void
assert_totals(struct script *s, struct rack *r, double bytes_in)
{
	unsigned told = 0;
	int i;

	for (i = 0; i < 8; i++) {
		round_of(s, r);
		if (!has(s, "bytes_in"))
			continue;
		told++;
		assert_near(script_value(s, HOST, "bytes_in"), bytes_in);
		assert_near(script_value(s, HOST, "bytes_out"), 2 * bytes_in);
		assert_near(script_value(s, HOST, "pkts_in"), bytes_in / 100);
	}
	assert_in_range(told, 4, 8);
}

/* Ports 1 and 2 have together what 3 has, and 4 more than 3. */
static void
totals_by_names(void **state)
{
	static const struct {
		const char *names[PORTS];
		double bytes_in;
	} cases[] = {
	    {{"eth0", "eth1", "bond0", "eth2"}, 7000},
	    {{"eth0", "eth1", "team0", "eth2"}, 7000},
	    {{"eth0", "eth1", "Po7", "eth2"}, 7000},
	    {{"eth0", "eth1", "Port-channel7", "eth2"}, 7000},
	    {{"eth0", "eth1", "Eth-Trunk1", "eth2"}, 7000},
	    {{"eth0", "eth1", "BAGG1", "eth2"}, 7000},
	    {{"eth0", "eth1", "Bridge-Aggregation1", "eth2"}, 7000},
	    {{"eth0", "eth1", "Route-Aggregation1.5", "eth2"}, 7000},
	    {{"eth0", "eth1", "RAGG1", "eth2"}, 7000},
	    {{"eth0", "eth1", "channel-group1", "eth2"}, 7000},
	    {{"eth0", "eth1", "PortChannel0001", "eth2"}, 7000},
	    {{"eth0", "eth1", "bundle1", "eth2"}, 7000},
	    {{"eth0", "eth1", "Bundle-Ether1", "eth2"}, 7000},
	    {{"BAGG1", "eth1", "eth2", "eth3"}, 10000},
	    {{"lo", "eth1", "eth2", "eth3"}, 9000},
	    {{"lo0", "Loopback1", "eth2", "eth3"}, 7000},
	    {{"lo", "eth1", "bond0", "eth2"}, 9000}, /* is no member */
	    {{"lo-1", "loc1", "local", "loopback"}, 10000},
	    {{"Ethernet1/1", "Ethernet1/2", "Ethernet1", "eth2"}, 10000},
	    {{"eth1:10", "eth2", "eth1", "eth3"}, 10000}, /* is called as Ethernet1/1 */
	    {{"eth0", "eth1", "eth2", "eth3"}, 10000},    /* by chance */
	    {{"eth0", "eth1", "port3", "eth2"}, 10000},
	    {{"bond0", "eth1", "eth2", "eth3"}, 10000}, /* its members aren't there */
	    {{"eth0", "eth1", "eth2", "bond0"}, 6000},
	    {{"eth0.10", "eth0.20", "eth0", "eth1"}, 7000},
	    {{"ge-0/0/0.0", "eth1", "ge-0/0/0", "eth2"}, 9000},
	    {{"eth0.10", "eth1", "eth2", "eth3"}, 10000}, /* nor is what is below */
	    {{"1.1", "1.2", "1", "eth3"}, 10000},
	    {{"vlan10", "vlan20", "eth0", "eth1"}, 7000},
	    {{"vlan10", "eth1", "eth2", "vlan40"}, 5000},
	    {{"vlan10", "eth1", "eth2", "eth3"}, 10000},
	    {{"bond0.7", "eth1", "bond0", "eth2"}, 9000}, /* 2 has not what 3 has */
	};
	struct script *s = *state;
	struct rack r;
	size_t i;

	for (i = 0; i < COUNT_OF(cases); i++) {
		script_configure(s, &collector_defaults);
		r = new_rack();
		name_ports(&r, cases[i].names[0], cases[i].names[1], cases[i].names[2],
		           cases[i].names[3]);
		assert_totals(s, &r, cases[i].bytes_in);
	}
}

/* 32-bit packets of a bond of 200 Gbit/s may have wrapped once more, those of its members
 * can't have. */
static void
bond_of_which_the_packets_are_not_known(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();
	int i;

	name_ports(&r, "eth0", "eth1", "bond0", "eth2");
	for (i = 0; i < 3; i++) {
		r.ports[i].speed = (i < 2 ? 100 : 200) * GIGABIT;
		r.ports[i].per_s = (i < 2 ? 4 : 8) * UINT64_C(1000000000);
	}
	assert_totals(s, &r, 8000004000.0);
	assert_false(has(s, "bond0.pkts_out"));
	assert_near(script_value(s, HOST, "pkts_out"), 160000080);
}

/* A bond counts again as soon as its members are gone. */
static void
bond_counts_without_its_members(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();

	name_ports(&r, "eth0", "eth1", "bond0", "eth2");
	assert_totals(s, &r, 7000);
	r.ports[0].mute = r.ports[1].mute = true;
	rounds_of(s, &r, 60);
	assert_near(script_value(s, HOST, "bytes_in"), 7000);
}

/* A VLAN interface counts when what is below it is called otherwise. */
static void
names_are_looked_at_again(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();

	name_ports(&r, "eth0.10", "eth1", "eth0", "eth2");
	assert_totals(s, &r, 9000);
	r.ports[2].name = "eth9";
	rounds_of(s, &r, 4);
	assert_near(script_value(s, HOST, "bytes_in"), 10000);
	r.ports[1].name = "eth9.20";
	rounds_of(s, &r, 4);
	assert_near(script_value(s, HOST, "bytes_in"), 8000);
}

static void
administrator_leaves_ports_out(void **state)
{
	struct collector_config config = collector_defaults;
	struct script *s = *state;
	struct rack r = new_rack();
	regex_t except;

	assert_int_equal(regcomp(&except, "^(br|swp2$)|^4$", REG_EXTENDED | REG_NOSUB),
	                 0);
	config.totals_except = &except;
	script_configure(s, &config);
	name_ports(&r, "br0", "swp2", "swp22", NULL);
	assert_totals(s, &r, 3000);
	assert_near(script_value(s, HOST, "swp2.bytes_in"), 2000);
	config.totals_except = NULL;
	collector_reconfigure(s->c, &config, s->now);
	rounds_of(s, &r, 4);
	assert_near(script_value(s, HOST, "bytes_in"), 10000);
	regfree(&except);
}

/* What a service access point counts, its port counts. */
static void
parts_of_a_data_source_count_as_its_port(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();
	uint32_t sample = 0;
	int round;

	r.ports[0].type = 1;
	r.ports[1].type = 1;
	for (round = 0; round < 5; round++) {
		begin_other(s, &r, 0, 3, sample++);
		put_if_counters(&s->w, &r.ports[2]);
		put_if_counters(&s->w, &r.ports[0]);
		put_if_counters(&s->w, &r.ports[1]);
		script_send(s);
		script_publish(s);
		script_pass(s, 30 * SECONDS);
		count_on(&r, 30);
	}
	assert_near(script_value(s, HOST, "1.bytes_in"), 1000);
	assert_near(script_value(s, HOST, "bytes_in"), 3000);
}

/* Sub-agents ---------------------------------------------------------------------- */

#define THREADS 4

/* Port 1 is sent by one sub-agent after the other, ten seconds apart. Those before
 * `from` have ended. */
struct threads {
	struct rack r;
	struct device d[THREADS];
	size_t from;
};

static struct threads
new_threads(void)
{
	struct threads t = {.r = new_rack()};
	uint32_t i;

	for (i = 0; i < THREADS; i++) {
		t.d[i] = t.r.d;
		t.d[i].sub_agent = i;
		t.r.ports[i].name = NULL;
	}
	return t;
}

static void
round_of_threads(struct script *s, struct threads *t)
{
	size_t i;

	for (i = t->from; i < THREADS; i++) {
		t->r.d = t->d[i];
		send_port(s, &t->r, &t->r.ports[0]);
		t->d[i] = t->r.d;
		script_publish(s);
		script_pass(s, 10 * SECONDS);
		count_on(&t->r, 10);
		if (has(s, "bytes_in"))
			assert_near(script_value(s, HOST, "bytes_in"), 1000);
	}
}

static void
threads_report_one_port(void **state)
{
	struct script *s = *state;
	struct threads t = new_threads();
	int round;

	for (round = 0; round < 6; round++)
		round_of_threads(s, &t);
	show_all(s);
	assert_near(script_value(s, HOST, "bytes_in"), 1000);
	assert_near(script_value(s, HOST, "interface-3-0-1.bytes_in"), 1000);
	t.from = 2; /* the one that counts has ended, and another */
	for (round = 0; round < 30; round++)
		round_of_threads(s, &t);
	show_all(s);
	assert_near(script_value(s, HOST, "bytes_in"), 1000);
}

/* They begin with the same counters, or soon after, and one clock. */
static void
ports_of_line_cards_all_count(void **state)
{
	static const uint64_t apart[] = {0, 1, 1000000};
	static const uint64_t per_s[][3] = {
	    {1000, 2000, 3000}, {3000, 2000, 1000}, {1000, 1000, 1000}};
	struct script *s = *state;
	struct rack r[3];
	size_t i, j, k;
	int round;

	for (k = 0; k < COUNT_OF(apart) * COUNT_OF(per_s); k++) {
		const uint64_t *rates = per_s[k % COUNT_OF(per_s)];

		if (k == 5)
			continue; /* nobody could tell these from one port */
		script_configure(s, &collector_defaults);
		for (i = 0; i < 3; i++) {
			r[i] = new_rack();
			r[i].d.sub_agent = (uint32_t)i;
			r[i].ports[0].name = NULL;
			r[i].ports[0].in += i * apart[k / COUNT_OF(per_s)];
			r[i].ports[0].per_s = rates[i];
		}
		for (round = 0; round < 8; round++) {
			for (i = 0; i < 3; i++) {
				send_port(s, &r[i], &r[i].ports[0]);
				script_publish(s);
				if (has(s, "bytes_in"))
					assert_near(
					    script_value(s, HOST, "bytes_in"),
					    (double)(rates[0] + rates[1] + rates[2]));
			}
			script_pass(s, 30 * SECONDS);
			for (j = 0; j < 3; j++)
				count_on(&r[j], 30);
		}
		show_all(s);
		assert_true(has(s, "bytes_in"));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(totals_by_names),
	    TEST(bond_of_which_the_packets_are_not_known),
	    TEST(bond_counts_without_its_members),
	    TEST(names_are_looked_at_again),
	    TEST(administrator_leaves_ports_out),
	    TEST(parts_of_a_data_source_count_as_its_port),
	    TEST(threads_report_one_port),
	    TEST(ports_of_line_cards_all_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

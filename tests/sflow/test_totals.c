/* The totals over a switch's ports: all of them, and each once. */
#include "tests/sflow/unit.h"

#include "tests/sflow/rack.h"

static void
totals_are_those_of_all_ports(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();
	int i;

	rounds_of(s, &r, 3);
	for (i = 0; i < 3; i++) {
		assert_near(script_value(s, HOST, "bytes_in"), 10000);
		assert_near(script_value(s, HOST, "bytes_out"), 20000);
		assert_near(script_value(s, HOST, "pkts_in"), 100);
		assert_near(script_value(s, HOST, "pkts_out"), 200);
		round_of(s, &r);
	}
	assert_string_equal(script_reading(s, HOST, "bytes_in")->metric.units,
	                    "bytes/sec");
}

/* Every total that is told, from the very first, is that of all ports. */
static void
totals_never_dip(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();
	unsigned told = 0;
	int i;

	for (i = 0; i < 40; i++) {
		r.ports[i * 7 % PORTS].mute = i % 3 == 0; /* lost on the way */
		round_of(s, &r);
		r.ports[i * 7 % PORTS].mute = false;
		if (!has(s, "bytes_in"))
			continue;
		told++;
		assert_near(script_value(s, HOST, "bytes_in"), 10000);
	}
	assert_in_range(told, 15, 39);
}

/* Each is told of a while after the one before it: a total is that of all ports
 * which are there, and never of some of them. */
static void
ports_that_are_added_make_no_dip(void **state)
{
	static const double wanted[PORTS] = {1000, 3000, 6000, 10000};
	struct script *s = *state;
	struct rack r = new_rack();
	double last = 0, total;
	size_t i;
	int round;

	for (i = 1; i < PORTS; i++)
		r.ports[i].mute = true;
	for (i = 0; i < PORTS; i++) {
		r.ports[i].mute = false;
		for (round = 0; round < 4; round++) {
			round_of(s, &r);
			if (!has(s, "bytes_in"))
				continue;
			total = script_value(s, HOST, "bytes_in");
			if (total != last)
				assert_near(total, wanted[i]);
			last = total;
		}
		assert_near(last, wanted[i]);
	}
}

/* How often it polls is not known before its second sample. */
static void
switch_that_polls_slowly_tells_no_partial_totals(void **state)
{
	static const uint32_t pauses[] = {60, 90, 270, 870};
	struct script *s = *state;
	struct rack r;
	size_t i;
	int round;

	for (i = 0; i < COUNT_OF(pauses); i++) {
		script_configure(s, &collector_defaults);
		r = new_rack();
		for (round = 0; round < 6; round++) {
			struct port *p;

			for (p = r.ports; p < r.ports + PORTS; p++) {
				send_port(s, &r, p);
				script_publish(s);
				if (has(s, "bytes_in"))
					assert_near(script_value(s, HOST, "bytes_in"),
					            10000);
				script_pass(s, 5 * SECONDS);
				count_on(&r, 5);
			}
			script_pass(s, pauses[i] * SECONDS);
			count_on(&r, pauses[i]);
		}
	}
}

/* Nothing is heard of the switch, shorter or longer than anything is kept. */
static void
outage_makes_no_dip(void **state)
{
	static const uint32_t minutes[] = {1, 2, 5, 9, 11, 60};
	struct script *s = *state;
	struct rack r = new_rack();
	size_t i;
	int round;

	rounds_of(s, &r, 4);
	for (i = 0; i < COUNT_OF(minutes); i++) {
		script_pass(s, minutes[i] * MINUTES);
		count_on(&r, minutes[i] * 60);
		for (round = 0; round < 3 * PORTS; round++) {
			send_port(s, &r, &r.ports[round % PORTS]);
			script_publish(s);
			if (has(s, "bytes_in"))
				assert_near(script_value(s, HOST, "bytes_in"), 10000);
			script_pass(s, 7 * SECONDS);
			count_on(&r, 7);
		}
		assert_true(has(s, "bytes_in"));
	}
}

/* A reboot resets all ports, and the first samples after it are lost. */
static void
reboot_makes_no_dip(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();
	int i;

	rounds_of(s, &r, 4);
	reboot(s, &r);
	for (i = 0; i < 6; i++) {
		r.ports[3].mute = i < 2;
		r.ports[1].mute = i == 1;
		round_of(s, &r);
		if (has(s, "bytes_in"))
			assert_near(script_value(s, HOST, "bytes_in"), 10000);
	}
	assert_true(has(s, "bytes_in"));
}

static void
port_that_falls_silent_counts_no_more(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();

	rounds_of(s, &r, 4);
	r.ports[3].mute = true;
	rounds_of(s, &r, 2);
	assert_false(has(s, "bytes_in"));
	rounds_of(s, &r, 2);
	assert_near(script_value(s, HOST, "bytes_in"), 6000);
	r.ports[3].mute = false;
	rounds_of(s, &r, 3);
	assert_near(script_value(s, HOST, "bytes_in"), 10000);
}

/* The sum that waited for it is found as time passes, and comes without a datagram. */
static void
totals_without_a_silent_port_are_told_at_once(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();
	size_t i;

	rounds_of(s, &r, 4);
	r.ports[3].mute = true;
	rounds_of(s, &r, 2);
	for (i = 0; i < 3; i++) {
		send_port(s, &r, &r.ports[i]);
		script_pass(s, 5 * SECONDS);
		count_on(&r, 5);
	}
	script_publish(s);
	for (i = 0; i < 11 && !has(s, "bytes_in"); i++) {
		script_pass(s, SECONDS);
		script_publish(s);
	}
	assert_near(script_value(s, HOST, "bytes_in"), 6000);
}

/* The network is down for ten minutes: the first ports that are heard again are
 * not all. */
static void
outage_makes_no_partial_totals(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();
	struct port *p;
	unsigned told = 0;
	int round;

	rounds_of(s, &r, 4);
	script_pass(s, 10 * MINUTES);
	count_on(&r, 600);
	for (round = 0; round < 5; round++) {
		for (p = r.ports; p < r.ports + PORTS; p++) {
			send_port(s, &r, p);
			script_pass(s, 12 * SECONDS);
			count_on(&r, 12);
			script_publish(s);
			if (!has(s, "bytes_in"))
				continue;
			told++;
			assert_near(script_value(s, HOST, "bytes_in"), 10000);
		}
	}
	assert_in_range(told, 4, 5);
}

static void
port_that_was_reset_delays_the_totals(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();

	rounds_of(s, &r, 4);
	r.ports[1].in = 0;
	round_of(s, &r);
	assert_false(has(s, "bytes_in"));
	round_of(s, &r);
	assert_near(script_value(s, HOST, "bytes_in"), 10000);
}

static void
port_that_counts_no_octets_does_not_hold_up_the_totals(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();

	r.ports[0].in = r.ports[0].out = UINT64_MAX;
	r.ports[0].per_s = 0;
	rounds_of(s, &r, 4);
	assert_near(script_value(s, HOST, "bytes_in"), 9000);
}

/* It is heard, but of something else. */
static void
port_without_counters_does_not_hold_up_the_totals(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();
	int i;

	rounds_of(s, &r, 4);
	r.ports[3].mute = true;
	for (i = 0; i < 8; i++) {
		begin_port(s, &r, &r.ports[3]);
		put_name(&s->w, "swp4");
		wire_zeros(&s->w, ETHERNET_COUNTERS, 52);
		script_send(s);
		round_of(s, &r);
	}
	assert_near(script_value(s, HOST, "bytes_in"), 6000);
}

/* Its agent clears the counters whenever it has read them. */
static void
port_that_is_reset_each_time_does_not_hold_up_the_totals(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();
	unsigned told = 0;
	int i;

	r.ports[3].per_s = 0;
	for (i = 0; i < 20; i++) {
		r.ports[3].in = 1000000 - 10 * (unsigned)i;
		round_of(s, &r);
		if (!has(s, "bytes_in"))
			continue;
		told++;
		assert_near(script_value(s, HOST, "bytes_in"), 6000);
	}
	assert_in_range(told, 14, 19); /* all but the first few */
}

/* Its samples are numbered downwards: so they don't count its polls. */
static void
port_whose_samples_are_numbered_oddly_is_counted(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();
	unsigned i;

	for (i = 0; i < 20; i++) {
		r.ports[3].samples = 1000 - 10 * i;
		round_of(s, &r);
		if (has(s, "bytes_in"))
			assert_near(script_value(s, HOST, "bytes_in"), 10000);
	}
	assert_true(has(s, "bytes_in"));
}

static void
port_that_counts_octets_no_more_is_left_out(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();

	rounds_of(s, &r, 4);
	assert_near(script_value(s, HOST, "bytes_in"), 10000);
	r.ports[0].in = UINT64_MAX;
	r.ports[0].per_s = 0;
	rounds_of(s, &r, 2);
	assert_near(script_value(s, HOST, "bytes_in"), 9000);
	assert_near(script_value(s, HOST, "bytes_out"), 18000);
}

/* Once more in an instant, from which no rate can be made. */
static void
port_that_comes_twice_makes_no_dip(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();
	struct port *p;

	rounds_of(s, &r, 4);
	for (p = r.ports; p < r.ports + PORTS; p++) {
		send_port(s, &r, p);
		if (p < &r.ports[PORTS - 1]) {
			s->now += 10;
			send_port(s, &r, p);
		}
	}
	script_publish(s);
	assert_true(fabs(script_value(s, HOST, "bytes_in") - 10000) < 1500);
}

static void
lag_is_not_counted_twice(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();

	r.ports[3].type = LAG;
	rounds_of(s, &r, 4);
	assert_near(script_value(s, HOST, "bytes_in"), 6000);
	assert_near(script_value(s, HOST, "swp4.bytes_in"), 4000);
}

/* A Linux bond is Ethernet by its type: its members tell. */
static void
aggregate_that_ports_name_is_not_counted(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();

	r.ports[0].aggregate = r.ports[1].aggregate = 4;
	r.ports[3].aggregate = 4; /* itself */
	rounds_of(s, &r, 4);
	assert_near(script_value(s, HOST, "bytes_in"), 6000);
	assert_false(has(s, "swp1.lag_port")); /* not accepted by default */
	r.ports[0].aggregate = r.ports[1].aggregate = 0;
	r.ports[3].aggregate = 0;
	rounds_of(s, &r, 6);
	assert_near(script_value(s, HOST, "bytes_in"), 10000);
}

/* It comes between those that it is made of. */
static void
aggregate_is_never_counted_while_it_is_one(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();
	int i;

	r.ports[0].aggregate = r.ports[3].aggregate = 2;
	rounds_of(s, &r, 3);
	for (i = 0; i < 4; i++) {
		assert_near(script_value(s, HOST, "bytes_in"), 8000);
		round_of(s, &r);
	}
}

/* It had told its rate already, when another port said what it is. */
static void
port_that_becomes_an_aggregate_makes_no_dip(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();
	int i;

	rounds_of(s, &r, 4);
	r.ports[1].aggregate = 1;
	for (i = 0; i < 4; i++) {
		round_of(s, &r);
		assert_near(script_value(s, HOST, "bytes_in"), 9000);
	}
}

/* IEEE 802.1AX: one that is in no LAG may be attached to itself. */
static void
port_that_is_its_own_aggregate_is_counted(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();
	uint32_t i;

	for (i = 0; i < PORTS; i++)
		r.ports[i].aggregate = i + 1;
	rounds_of(s, &r, 4);
	assert_near(script_value(s, HOST, "bytes_in"), 10000);
}

static void
interfaces_made_of_others_are_not_counted(void **state)
{
	static const uint32_t types[] = {24,  53,  131, 135, 136, 137,
	                                 150, 161, 166, 209, 246};
	struct script *s = *state;
	struct rack r;
	size_t i;

	for (i = 0; i < COUNT_OF(types); i++) {
		script_configure(s, &collector_defaults);
		r = new_rack();
		r.ports[1].type = types[i];
		rounds_of(s, &r, 4);
		assert_near(script_value(s, HOST, "bytes_in"), 8000);
	}
}

static void
machine_that_tells_its_totals_is_believed(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();
	struct device machine;
	int i;

	rounds_of(s, &r, 4);
	assert_near(script_value(s, HOST, "bytes_in"), 10000);
	for (i = 0; i < 4; i++) {
		r.d.class = 2;
		r.d.index = 1;
		machine = r.d;
		machine.sample = (uint32_t)i;
		script_send_net(s, &machine, 77 * 30 * (uint64_t)i);
		r.d.sequence = machine.sequence;
		round_of(s, &r);
	}
	assert_near(script_value(s, HOST, "bytes_in"), 77);
	show_all(s);
	assert_int_equal(count_of(s, "bytes_in"), 1);
}

/* Its own totals and those of its ports are never there both, until the next port comes. */
static void
machine_has_one_total_of_a_name(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();
	struct device machine;
	unsigned i;

	rounds_of(s, &r, 4);
	machine = script_source(&r.d, r.d.sub_agent, 2, 1);
	machine.sequence = r.d.sequence;
	for (i = 0; i < 2; i++) {
		script_send_net(s, &machine, 77 * 30 * i);
		script_pass(s, 30 * SECONDS);
	}
	show_all(s);
	assert_int_equal(count_of(s, "bytes_in"), 1);
	assert_near(script_value(s, HOST, "bytes_in"), 77);
}

/* And before any port has told anything. */
static void
send_machine(struct script *s, struct rack *r, const char *name, uint32_t i,
             bool totals)
{
	begin_other(s, r, 2, 1, i);
	if (name != NULL)
		wire_host_descr(&s->w, name, 1);
	if (totals)
		wire_host_net_io(&s->w, 30 * 77 * (uint64_t)i, 0);
	script_send(s);
}

/* In the very datagram, and not when the ports' next sum would be due. */
static void
totals_are_never_there_twice(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();
	uint32_t i;

	rounds_of(s, &r, 4);
	for (i = 0; i < 3; i++) {
		send_machine(s, &r, NULL, i, true);
		show_all(s);
		assert_in_range(count_of(s, "bytes_in"), 0, 1);
		script_pass(s, 30 * SECONDS);
		count_on(&r, 30);
	}
	assert_near(script_value(s, HOST, "bytes_in"), 77);
}

static void
machine_that_tells_its_totals_first_is_believed(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();
	uint32_t i;

	for (i = 0; i < 8; i++) {
		send_machine(s, &r, NULL, i, true);
		round_of(s, &r);
		if (has(s, "bytes_in"))
			assert_near(script_value(s, HOST, "bytes_in"), 77);
		assert_in_range(count_of(s, "bytes_in"), 0, 1);
	}
	assert_near(script_value(s, HOST, "pkts_out"), 0);
	assert_near(script_value(s, HOST, "swp1.bytes_in"), 1000);
	rounds_of(s, &r, 25); /* it does not any more */
	assert_near(script_value(s, HOST, "bytes_in"), 10000);
}

/* An agent that has no data source but ports. */
static void
machine_that_speaks_as_a_port_has_no_prefix(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();
	uint32_t i;

	for (i = 0; i < 4; i++) {
		begin_other(s, &r, 0, 77, i);
		wire_zeros(&s->w, 2003, 68);
		wire_host_net_io(&s->w, 30 * 77 * (uint64_t)i, 0);
		script_send(s);
		round_of(s, &r);
	}
	show_all(s);
	assert_near(script_value(s, HOST, "load_one"), 0);
	assert_near(script_value(s, HOST, "bytes_in"), 77);
	assert_false(has(s, "77.load_one"));
}

/* A port's name beside the machine's own counters. */
static void
name_of_a_port_is_not_the_hosts(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();
	uint32_t i;

	for (i = 0; i < 4; i++) {
		begin_other(s, &r, 2, 1, i);
		put_name(&s->w, "eth0");
		wire_host_net_io(&s->w, 0, 0);
		script_send(s);
		round_of(s, &r);
	}
	assert_true(script_is_shown(s, HOST));
	assert_false(script_is_shown(s, "eth0"));
}

/* A switch that has a name, and gets another. */
static void
renamed_switch_keeps_its_ports_and_totals(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();
	const char *name = "sw1";
	uint32_t i;

	for (i = 0; i < 8; i++) {
		send_machine(s, &r, name, i, false);
		round_of(s, &r);
		if (i >= 2 && script_is_shown(s, "sw1"))
			assert_near(script_value(s, "sw1", "bytes_in"), 10000);
		if (i == 3)
			name = "sw2";
	}
	assert_true(script_is_gone(s, "sw1"));
	assert_near(script_value(s, "sw2", "bytes_in"), 10000);
	assert_near(script_value(s, "sw2", "swp4.bytes_in"), 4000);
	show_all(s);
	assert_near(script_value(s, "sw2", "swp4.speed"), GIGABIT);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    TEST(totals_are_those_of_all_ports),
	    TEST(totals_never_dip),
	    TEST(ports_that_are_added_make_no_dip),
	    TEST(switch_that_polls_slowly_tells_no_partial_totals),
	    TEST(outage_makes_no_dip),
	    TEST(reboot_makes_no_dip),
	    TEST(port_that_falls_silent_counts_no_more),
	    TEST(totals_without_a_silent_port_are_told_at_once),
	    TEST(outage_makes_no_partial_totals),
	    TEST(port_that_was_reset_delays_the_totals),
	    TEST(port_that_counts_no_octets_does_not_hold_up_the_totals),
	    TEST(port_without_counters_does_not_hold_up_the_totals),
	    TEST(port_that_is_reset_each_time_does_not_hold_up_the_totals),
	    TEST(port_whose_samples_are_numbered_oddly_is_counted),
	    TEST(port_that_counts_octets_no_more_is_left_out),
	    TEST(port_that_comes_twice_makes_no_dip),
	    TEST(lag_is_not_counted_twice),
	    TEST(aggregate_that_ports_name_is_not_counted),
	    TEST(aggregate_is_never_counted_while_it_is_one),
	    TEST(port_that_becomes_an_aggregate_makes_no_dip),
	    TEST(port_that_is_its_own_aggregate_is_counted),
	    TEST(interfaces_made_of_others_are_not_counted),
	    TEST(machine_that_tells_its_totals_is_believed),
	    TEST(totals_are_never_there_twice),
	    TEST(machine_has_one_total_of_a_name),
	    TEST(machine_that_tells_its_totals_first_is_believed),
	    TEST(machine_that_speaks_as_a_port_has_no_prefix),
	    TEST(name_of_a_port_is_not_the_hosts),
	    TEST(renamed_switch_keeps_its_ports_and_totals),
	};

	return cmocka_run_group_tests_name("totals", tests, NULL, NULL);
}

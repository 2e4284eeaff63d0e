/* Polls that are sent as several datagrams: whose these are, in what order they come, how
 * often, and what is lost of them. As scripts of invented time. */
#include "tests/sflow/unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/sflow/rack.h"

#undef AGENT
#define AGENT "172.17.0.1"
#define FIRST "198.51.100.9"
#define SECOND "203.0.113.7"
#define HOLD 16

/* A switch whose ports all count `per_s`, and datagrams of it that are not sent yet. */
struct burst {
	struct device d;
	const char *from;
	uint64_t per_s, base;
	double pace; /* of its clock */
	uint32_t samples[PORTS + 1];
	struct wire held[HOLD];
	int count;
};

static struct burst
burst(const char *from, uint64_t per_s)
{
	return (struct burst){
	    .d = script_machine(AGENT), .from = from, .per_s = per_s, .pace = 1};
}

static const struct collector_stats *
stats(const struct script *s)
{
	return collector_stats(s->c);
}

static struct wire *
begin(const struct script *s, struct burst *b, uint32_t tag, uint32_t port)
{
	struct wire *w = &b->held[b->count++];
	double up = (double)(s->now - b->d.booted_ms) * b->pace;

	wire_datagram_begin(w, b->d.address, b->d.sub_agent, ++b->d.sequence,
	                    (uint32_t)(int64_t)up);
	wire_sample_begin(w, tag, ++b->samples[tag == WIRE_FLOW ? 0 : port], 0, port);
	return w;
}

/* Makes a datagram of a port's counters. */
static void
make(const struct script *s, struct burst *b, uint32_t port)
{
	struct wire *w = begin(s, b, WIRE_COUNTERS, port);
	uint64_t octets = b->base + b->per_s * (uint64_t)s->now / 1000;
	struct port p = {.index = port,
	                 .type = ETHERNET,
	                 .speed = GIGABIT,
	                 .in = octets,
	                 .out = octets};

	put_if_counters(w, &p);
	wire_sample_end(w);
	wire_datagram_end(w);
}

static void
make_flow(const struct script *s, struct burst *b)
{
	struct wire *w = begin(s, b, WIRE_FLOW, 1);

	wire_sample_end(w);
	wire_datagram_end(w);
}

static void
give(struct script *s, const struct burst *b, int number)
{
	s->from = b->from;
	script_input_wire(s, &b->held[number]);
}

/* Makes and gives a poll of so many ports, a millisecond apart. */
static void
poll(struct script *s, struct burst *b, int ports)
{
	int i;

	b->count = 0;
	for (i = 0; i < ports; i++)
		make(s, b, (uint32_t)i + 1);
	for (i = 0; i < ports; i++) {
		give(s, b, i);
		s->now++;
	}
}

/* Whether the port has a rate now; it must be the right one. */
static bool
is_right(struct script *s, const struct burst *b, const char *host, const char *metric)
{
	double rate = script_value(s, host, metric);

	if (!isnan(rate))
		assert_near(rate, (double)b->per_s);
	return !isnan(rate);
}

/* Whose they are -------------------------------------------------------------------------- */

/* The datagrams of the first poll come within a moment: that they stop then doesn't mean
 * that their sender has ended. */
static void
check_many(struct script *s, int64_t clocks_apart)
{
	static const char *const from[] = {FIRST, SECOND, "192.0.2.1", "192.0.2.2"};
	struct burst many[4];
	char host[4][TEXT_SIZE];
	int i, n, shown = 0;

	script_configure(s, &collector_defaults);
	for (i = 0; i < 4; i++) {
		many[i] = burst(from[i], 1000 * (uint64_t)(i + 1));
		many[i].base = UINT64_C(4000000) * (uint64_t)i;
		many[i].d.booted_ms -= i * clocks_apart;
		many[i].d.sequence = (uint32_t)(100 * i + 5);
		snprintf(host[i], sizeof(host[i]), "%s-%s", AGENT, from[i]);
	}
	for (n = 0; n < 30; n++)
		for (i = 0; i < 4; i++) {
			poll(s, &many[i], 2);
			script_publish(s);
			if (n > 12)
				shown += is_right(s, &many[i], host[i], "1.bytes_in");
			script_pass(s, 5 * SECONDS);
		}
	assert_int_equal(shown, 17 * 4);
	assert_int_equal(stats(s)->agents, 4);
	assert_int_equal(s->events[EVENT_RESTARTED], 0);
	assert_int_equal(s->events[EVENT_DOWN], 0);
}

static void
many_switches_of_one_address_are_many(void **state)
{
	check_many(*state, 1 * SECONDS);
	check_many(*state, 1000 * SECONDS);
}

/* The clock of the first one counts hundredths: so what it sent last seems old. */
static void
slow_clock_goes_on(void **state)
{
	struct script *s = *state;
	struct burst a = burst(FIRST, 1000), b = burst(SECOND, 2000);
	int n;

	a.pace = 0.1;
	b.d.sequence = 5000;
	for (n = 0; n < 3; n++) {
		poll(s, &a, 1);
		script_pass(s, 20 * SECONDS);
		poll(s, &b, 1);
		script_pass(s, 10 * SECONDS);
	}
	assert_int_equal(stats(s)->agents, 2);
}

/* Started by one power supply, and polled in the same moment: all numbers are equal. A
 * duplicate has the same uptime, too. */
static void
same_number_at_another_uptime_is_no_duplicate(void **state)
{
	struct script *s = *state;
	struct burst a = burst(FIRST, 1000), b = burst(SECOND, 2000);
	int n;

	b.d.booted_ms += 1000;
	for (n = 0; n < 5; n++) {
		poll(s, &a, 1);
		poll(s, &b, 1);
		script_pass(s, 20 * SECONDS);
	}
	assert_int_equal(stats(s)->agents, 2);
	assert_int_equal(s->events[EVENT_DOWN], 0);
}

/* Numbers that follow each other by chance: each datagram is of the nearer clock. */
static void
datagram_is_of_the_nearer_clock(void **state)
{
	struct script *s = *state;
	struct burst a = burst(FIRST, 1000), b = burst(FIRST, 2000);
	double rate;
	int n;

	b.base = UINT64_C(6000000000);
	b.d.booted_ms -= 100 * SECONDS;
	a.d.sequence = 499;
	b.d.sequence = 500;
	for (n = 0; n < 90; n++) {
		poll(s, n % 2 == 0 ? &a : &b, 1);
		script_publish(s);
		rate = script_value(s, AGENT, "1.bytes_in");
		assert_true(isnan(rate) || (rate > 990 && rate < 2010));
		script_pass(s, n % 2 == 0 ? 300 : 20 * SECONDS - 300);
	}
	assert_int_equal(stats(s)->agents, 1);
	assert_int_equal(s->events[EVENT_RESTARTED], 0);
}

/* A clock that is set back between two polls: its numbers go on. It is decided with the
 * second datagram, though the next poll was early. */
static void
clock_set_back_is_decided_at_once(void **state)
{
	struct script *s = *state;
	struct burst a = burst(FIRST, 1000);
	int n;

	for (n = 0; n < 20; n++) {
		poll(s, &a, 1);
		script_pass(s, 20 * SECONDS);
	}
	script_publish(s);
	s->now -= 18 * SECONDS;
	a.d.booted_ms += 30 * SECONDS;
	poll(s, &a, 1);
	script_pass(s, 20 * SECONDS);
	poll(s, &a, 1);
	script_publish(s);
	assert_true(is_right(s, &a, AGENT, "1.bytes_in"));
	assert_int_equal(s->events[EVENT_DOWN], 0);
	assert_int_equal(s->events[EVENT_RESTARTED], 0);
}

/* A standby of another clock takes the address over, soon after the last poll. */
static void
standby_is_believed_before_it_seems_down(void **state)
{
	struct script *s = *state;
	struct burst a = burst(FIRST, 1000), b = burst(FIRST, 2000);
	int n;

	b.base = UINT64_C(6000000000);
	b.d.booted_ms += 1800 * SECONDS;
	b.d.sequence = 90000;
	for (n = 0; n < 20; n++) {
		script_pass(s, 30 * SECONDS);
		poll(s, &a, 1);
	}
	script_publish(s);
	script_pass(s, 12 * SECONDS);
	poll(s, &b, 1);
	script_pass(s, 30 * SECONDS);
	poll(s, &b, 1);
	script_publish(s);
	assert_true(is_right(s, &b, AGENT, "1.bytes_in"));
	assert_int_equal(s->events[EVENT_DOWN], 0);
}

/* Packet samples come from a thread with another clock. They have no counters, so those of
 * their data source go on. */
static void
packet_samples_of_another_clock_reset_nothing(void **state)
{
	struct script *s = *state;
	struct burst a = burst(FIRST, 1000), b = burst(FIRST, 0);
	int n, shown = 0;

	b.d.booted_ms -= 8 * SECONDS;
	b.d.sequence = 90000;
	for (n = 0; n < 30; n++) {
		poll(s, &a, 2);
		script_publish(s);
		if (n > 5)
			shown += is_right(s, &a, AGENT, "1.bytes_in");
		script_pass(s, 4 * SECONDS);
		b.count = 0;
		make_flow(s, &b);
		give(s, &b, 0);
		script_pass(s, 16 * SECONDS);
	}
	assert_int_equal(shown, 24);
}

/* The agent begins again while its clock goes on, and its counters come before its packet
 * samples, or after them: that costs one interval. */
static void
check_restart_of_the_agent(struct script *s, bool flows_first)
{
	struct burst a = burst(FIRST, 1000);
	int n, shown = 0;

	script_configure(s, &collector_defaults);
	for (n = 0; n < 40; n++) {
		if (n == 20) {
			a.d.sequence = 0;
			memset(a.samples, 0, sizeof(a.samples));
		}
		if (flows_first) {
			a.count = 0;
			make_flow(s, &a);
			give(s, &a, 0);
			s->now += 5 * SECONDS;
		}
		poll(s, &a, 1);
		script_publish(s);
		if (n > 10)
			shown += is_right(s, &a, AGENT, "1.bytes_in");
		script_pass(s, 5 * SECONDS);
		if (!flows_first) {
			a.count = 0;
			make_flow(s, &a);
			give(s, &a, 0);
			script_pass(s, 5 * SECONDS);
		}
	}
	assert_int_equal(shown, 28);
	assert_int_equal(s->events[EVENT_RESTARTED], 1);
}

static void
flows_that_begin_again_cost_no_more(void **state)
{
	check_restart_of_the_agent(*state, false);
	check_restart_of_the_agent(*state, true);
}

/* Their order ------------------------------------------------------------------------------ */

/* The datagrams of a poll overtake each other, and polls are 30 s apart. */
static void
check_reordered(struct script *s, const int order[4])
{
	struct burst a = burst(FIRST, 1000);
	int n, i;

	script_configure(s, &collector_defaults);
	for (n = 0; n < 20; n++) {
		a.count = 0;
		for (i = 0; i < 4; i++)
			make(s, &a, (uint32_t)i + 1);
		for (i = 0; i < 4; i++) {
			give(s, &a, order[n % 2 == 0 ? i : 3 - i]);
			s->now++;
		}
		script_pass(s, 30 * SECONDS - 4);
	}
	assert_int_equal(stats(s)->datagrams_lost, 0);
	assert_int_equal(stats(s)->samples_lost, 0);
}

static void
first_of_a_poll_may_be_overtaken(void **state)
{
	static const int orders[][4] = {{1, 0, 2, 3}, {3, 2, 1, 0}, {2, 0, 3, 1}};
	size_t i;

	for (i = 0; i < COUNT_OF(orders); i++)
		check_reordered(*state, orders[i]);
}

/* Two threads number together, and one takes its number before it looks at the clock. */
static void
number_may_be_older_than_the_clock(void **state)
{
	struct script *s = *state;
	struct burst a = burst(FIRST, 1000);
	int n;

	for (n = 0; n < 20; n++) {
		a.count = 0;
		s->now++;
		make(s, &a, 1); /* a millisecond later than the next number */
		s->now--;
		make(s, &a, 2);
		give(s, &a, 1);
		s->now++;
		give(s, &a, 0);
		script_pass(s, 20 * SECONDS - 1);
	}
	assert_in_range(stats(s)->datagrams_lost, 0, 1); /* the first */
	assert_int_equal(s->events[EVENT_SAME_ADDRESS], 0);
}

/* A data source that tells of its VLANs in turn: each sample is news, also where it was
 * overtaken by one of another VLAN. */
static void
overtaken_vlan_is_news(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);
	struct wire held[3];
	int n, i, shown = 0;

	for (n = 0; n < 10; n++) {
		for (i = 0; i < 3; i++) {
			struct wire *w = &held[i];

			wire_datagram_begin(w, AGENT, d.sub_agent, ++d.sequence,
			                    (uint32_t)(s->now - d.booted_ms));
			wire_sample_begin(w, WIRE_COUNTERS, ++d.sample, 0, 3);
			wire_record_begin(w, 5);
			wire_u32(w, (uint32_t)(i + 1) * 10);
			wire_u64(w, (uint64_t)s->now / 1000 * (uint64_t)(i + 1) * 100);
			for (int word = 0; word < 4; word++)
				wire_u32(w, 0);
			wire_record_end(w);
			wire_sample_end(w);
			wire_datagram_end(w);
		}
		for (i = 2; i >= 0; i--)
			script_input_wire(s, &held[i]);
		script_publish(s);
		if (n > 1) {
			assert_near(script_value(s, AGENT, "vlan10.vlan_bytes"), 100);
			assert_near(script_value(s, AGENT, "vlan20.vlan_bytes"), 200);
			assert_near(script_value(s, AGENT, "vlan30.vlan_bytes"), 300);
			shown++;
		}
		for (i = 0; i < 3; i++) /* and duplicates are none */
			script_input_wire(s, &held[i]);
		script_publish(s);
		assert_true(isnan(script_value(s, AGENT, "vlan10.vlan_bytes")));
		script_pass(s, 20 * SECONDS);
	}
	assert_int_equal(shown, 8);
}

/* How often -------------------------------------------------------------------------------- */

/* The counters of a port come in two samples, one after the other. */
static void
check_in_parts(struct script *s, int64_t apart, unsigned downs)
{
	struct burst a = burst(FIRST, 1000);
	int n;

	script_configure(s, &collector_defaults);
	for (n = 0; n < 40; n++) {
		poll(s, &a, 1);
		s->now += apart;
		poll(s, &a, 1);
		script_pass(s, 20 * SECONDS - apart);
	}
	script_publish(s);
	assert_in_range(s->events[EVENT_DOWN], 0, downs);
	script_pass(s, 60 * SECONDS); /* it ends */
	script_publish(s);
	assert_in_range(s->events[EVENT_DOWN], 1, downs + 1);
}

static void
polls_in_parts_are_no_outage(void **state)
{
	check_in_parts(*state, 1, 0);
	check_in_parts(*state, 300, 0);
	check_in_parts(*state, 1000, 1); /* once, before it is known */
	check_in_parts(*state, 5000, 1);
}

/* Sends a sample of a machine's own counters. */
static void
send_machine(struct script *s, struct device *d)
{
	s->from = SECOND;
	script_send_net(s, d, (uint64_t)s->now);
}

/* Some samples of a machine, by another sub-agent: a few are no pace. */
static void
check_few(struct script *s, int samples, int64_t apart, unsigned downs)
{
	struct burst a = burst(FIRST, 1000);
	struct device b = script_machine(AGENT);
	int n, i, few;

	script_configure(s, &collector_defaults);
	b.sub_agent = 7;
	for (n = 0; n < 60; n++) {
		few = n == 9 || n == 29 ? samples : 0;
		poll(s, &a, 1);
		script_pass(s, 10 * SECONDS);
		for (i = 0; i < few; i++) {
			script_pass(s, apart);
			send_machine(s, &b);
		}
		script_pass(s, 20 * SECONDS - few * apart);
	}
	script_publish(s);
	assert_int_equal(s->events[EVENT_DOWN], downs);
	assert_int_equal(s->events[EVENT_RETURNED], downs);
	script_pass(s, 75 * SECONDS); /* it ends */
	script_publish(s);
	assert_int_equal(s->events[EVENT_DOWN], downs + 1);
}

static void
few_samples_are_no_pace(void **state)
{
	check_few(*state, 1, 300, 0);
	check_few(*state, 3, 300, 0);
	check_few(*state, 5, 1000, 0);
	check_few(*state, 9, 2000, 0);
}

/* A machine's own counters come more often than the ports': they are expected as long as
 * they come, and when they have ended, the ports are. */
static void
pace_ends_with_its_source(void **state)
{
	struct script *s = *state;
	struct burst a = burst(FIRST, 1000);
	struct device b = script_machine(AGENT);
	int n;

	b.sub_agent = 7;
	for (n = 0; n < 60; n++) {
		if (n % 3 == 0)
			poll(s, &a, 1);
		if (n < 30)
			send_machine(s, &b);
		script_pass(s, 20 * SECONDS);
	}
	script_publish(s);
	assert_in_range(s->events[EVENT_DOWN], 0, 1); /* it may have been all of it */
	assert_int_equal(s->events[EVENT_LATE], 1);
	script_pass(s, 120 * SECONDS);
	script_publish(s);
	assert_int_equal(s->events[EVENT_LATE], 2);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    TEST(many_switches_of_one_address_are_many),
	    TEST(slow_clock_goes_on),
	    TEST(same_number_at_another_uptime_is_no_duplicate),
	    TEST(datagram_is_of_the_nearer_clock),
	    TEST(clock_set_back_is_decided_at_once),
	    TEST(standby_is_believed_before_it_seems_down),
	    TEST(packet_samples_of_another_clock_reset_nothing),
	    TEST(flows_that_begin_again_cost_no_more),
	    TEST(first_of_a_poll_may_be_overtaken),
	    TEST(number_may_be_older_than_the_clock),
	    TEST(overtaken_vlan_is_news),
	    TEST(polls_in_parts_are_no_outage),
	    TEST(few_samples_are_no_pace),
	    TEST(pace_ends_with_its_source),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

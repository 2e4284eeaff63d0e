/* Who sent a datagram, and when: clocks and numbers that go on, begin again, count
 * something else, or are another sender's. Mostly as scripts of invented time. */
#include "tests/sflow/unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "sflow/collector/collector_internal.h"
#include "sflow/collector/track.h"
#include "tests/sflow/script.h"

#define AGENT "172.17.0.1"
#define FIRST "198.51.100.9"
#define SECOND "203.0.113.7"

static const struct collector_stats *
stats(const struct script *s)
{
	return collector_stats(s->c);
}

/* The time between two datagrams ------------------------------------------------------ */

static const struct datagram_track known = {.pace_known = true};

/* What track_interval_ms() says of clocks that moved by so much. */
static double
moved(uint32_t uptime_before, uint32_t uptime, int64_t arrival)
{
	return track_interval_ms(&known, uptime_before + uptime, uptime_before,
	                         1000000 + arrival, 1000000);
}

static void
agents_clock_is_taken_where_it_moves_plausibly(void **state)
{
	(void)state;
	assert_near(moved(1001, 30000, 30000), 30000);
	assert_near(moved(1001, 29990, 30750), 29990);
	assert_near(moved(1001, 30000, 34000), 30000);
	/* wrap after 49.7 days */
	assert_near(moved(0xffffff01, 30000, 30010), 30000);
	/* whole seconds at one end only */
	assert_near(moved(1000, 30500, 30000), 30500);
}

static void
else_arrival_is_taken(void **state)
{
	(void)state;
	assert_near(moved(1001, 0, 30000), 30000);             /* stands still */
	assert_near(moved(1001, 5u * 86400000, 30000), 30000); /* days */
	assert_near(moved(500000001, (uint32_t)-400000000, 30000), 30000);
	assert_near(moved(1001, 30, 30000), 30000); /* in seconds */
}

static void
whole_second_clocks_are_coarser_than_arrival(void **state)
{
	(void)state;
	assert_near(moved(2000, 6000, 5006), 5006);
	assert_near(moved(2000, 30000, 30400), 30400);
	/* held up on its way by more than a second */
	assert_near(moved(2000, 30000, 32500), 30000);
}

static void
arrivals_in_one_moment(void **state)
{
	(void)state;
	assert_near(moved(1001, 30000, 0), 30000);
	assert_near(moved(1001, 3000, 1), 3000);
	assert_near(moved(1001, 0, 0), 0);
	assert_near(moved(1001, (uint32_t)-5, 0), 0);
	assert_near(moved(1001, (uint32_t)-5, -10), 0);
}

/* The datagrams were held up on their way, and come together:
 * the agent's clock is right, and arrival makes a spike of 15 to 300 times. */
static void
bunched_arrivals_are_not_believed(void **state)
{
	static const int64_t arrivals[] = {100, 500, 2000};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(arrivals); i++)
		assert_near(moved(1001, 30000, arrivals[i]), 30000);
}

/* An uptime in hundredths, or in seconds: until its pace is known, the longer time. */
static void
slow_clock_makes_no_spike(void **state)
{
	const struct datagram_track unknown = {.heard = true};
	const struct datagram_track off = {.off_pace = true, .pace_known = true};

	(void)state;
	assert_near(track_interval_ms(&unknown, 2001, 1001, 10000, 0), 10000);
	assert_near(track_interval_ms(&unknown, 1006, 1001, 5000, 0), 5000);
	assert_near(track_interval_ms(&unknown, 31001, 1001, 32000, 0), 30000);
	assert_near(track_interval_ms(&off, 10001, 1001, 10000, 0), 10000);
	assert_near(track_interval_ms(&off, 10001, 1001, 0, 0), 0);
}

/* Senders -------------------------------------------------------------------------------- */

/* A sender with a counter that goes at a rate of its own. */
struct sender {
	struct device d;
	const char *from;
	const char *name;
	double per_s;
	int64_t ahead_ms; /* of its clock, in the unit that it counts in */
	double pace;      /* of its clock; 0: 1 */
};

static struct sender
sender(const char *from, const char *name, double per_s)
{
	return (struct sender){
	    .d = script_machine(AGENT), .from = from, .name = name, .per_s = per_s};
}

static void
build(struct script *s, struct sender *a)
{
	double up = (double)(s->now - a->d.booted_ms);
	uint64_t bytes = (uint64_t)(a->per_s * (double)s->now / 1000);

	if (a->pace != 0)
		up *= a->pace;
	wire_datagram_begin(&s->w, a->d.address, a->d.sub_agent, ++a->d.sequence,
	                    (uint32_t)((int64_t)up + a->ahead_ms));
	wire_sample_begin(&s->w, WIRE_COUNTERS_EXPANDED, ++a->d.sample, a->d.class,
	                  a->d.index);
	if (a->name != NULL)
		wire_host_descr(&s->w, a->name, 1);
	wire_host_net_io(&s->w, bytes, 0);
	script_end(s);
}

static void
send_as(struct script *s, struct sender *a)
{
	build(s, a);
	s->from = a->from;
	script_input(s);
}

/* Sends, publishes, and returns the rate of the host that the sender is. */
static double
rate_of(struct script *s, struct sender *a)
{
	send_as(s, a);
	script_publish(s);
	return script_value(s, a->name, "bytes_in");
}

/* Sends so often that the rate is known, and is right each time. */
static void
polls(struct script *s, struct sender *a, int64_t interval, int count)
{
	for (; count > 0; count--) {
		script_pass(s, interval);
		assert_near(rate_of(s, a), a->per_s);
	}
}

/* Two clocks under one address ----------------------------------------------------------- */

/* Every rate that is shown is one that a sender has. */
static void
two_in_turn(struct script *s, struct sender *a, struct sender *b, int64_t interval,
            int rounds, int right[2])
{
	double rate;

	right[0] = right[1] = 0;
	for (; rounds > 0; rounds--) {
		rate = rate_of(s, a);
		if (!isnan(rate))
			assert_near(rate, a->per_s);
		right[0] += !isnan(rate);
		script_pass(s, interval / 3);
		rate = rate_of(s, b);
		if (!isnan(rate))
			assert_near(rate, b->per_s);
		right[1] += !isnan(rate);
		script_pass(s, interval - interval / 3);
	}
}

static void
check_two_sources(struct script *s, int64_t interval, int64_t booted_apart,
                  int32_t numbers_apart)
{
	struct sender a = sender(FIRST, "left", 1000);
	struct sender b = sender(SECOND, "right", 2000000);
	char text[EVENT_TEXT];
	int right[2];

	script_configure(s, &collector_defaults);
	b.d.booted_ms -= booted_apart;
	b.d.sequence += (uint32_t)numbers_apart;
	two_in_turn(s, &a, &b, interval, 20, right);
	assert_in_range(right[0], 17, 19);
	assert_in_range(right[1], 17, 19);
	assert_int_equal(s->events[EVENT_SAME_ADDRESS], 1);
	event_text(&s->last[EVENT_SAME_ADDRESS], text);
	assert_non_null(strstr(text, FIRST));
	assert_non_null(strstr(text, SECOND));
	assert_int_equal(s->events[EVENT_RESTARTED], 0);
	assert_int_equal(s->events[EVENT_DOWN], 0);
	assert_int_equal(stats(s)->agents, 2);
	assert_int_equal(stats(s)->datagrams_lost, 0);
}

static void
two_clocks_of_two_sources_are_two_agents(void **state)
{
	static const int64_t apart[] = {4000 * SECONDS, -4000 * SECONDS, 40 * DAYS,
	                                20 * SECONDS, -20 * SECONDS};
	static const int32_t numbers[] = {4000, -90, 0, 1, 3, -1};
	struct script *s = *state;
	size_t i, j;

	for (i = 0; i < COUNT_OF(apart); i++)
		for (j = 0; j < COUNT_OF(numbers); j++) {
			check_two_sources(s, 30 * SECONDS, apart[i], numbers[j]);
			check_two_sources(s, 3 * SECONDS, apart[i], numbers[j]);
			check_two_sources(s, 300 * SECONDS, apart[i], numbers[j]);
		}
}

/* Started by the same power supply, in the same second. */
static void
twins_of_two_sources_are_two_agents(void **state)
{
	struct script *s = *state;

	check_two_sources(s, 20 * SECONDS, 0, 0);
	check_two_sources(s, 20 * SECONDS, 300, 5);
	check_two_sources(s, 20 * SECONDS, -300, -5);
}

/* Behind one address translator: nothing tells them apart. */
static void
two_clocks_of_one_source_give_no_deltas(void **state)
{
	struct script *s = *state;
	struct sender a = sender(FIRST, "left", 1000);
	struct sender b = sender(FIRST, "left", 2000000);
	int right[2];

	b.d.booted_ms -= 4000 * SECONDS;
	b.d.sequence += 1234;
	two_in_turn(s, &a, &b, 30 * SECONDS, 20, right);
	assert_in_range(right[0] + right[1], 0, 2); /* before it is known */
	assert_int_equal(s->events[EVENT_SAME_ADDRESS], 1);
	assert_int_equal(s->events[EVENT_RESTARTED], 0);
	assert_int_equal(s->events[EVENT_DOWN], 0);
	assert_int_equal(stats(s)->agents, 1);
}

/* Five machines, all 172.17.0.1. */
static void
check_many(struct script *s, bool sources, unsigned *shown)
{
	static const char *const from[] = {FIRST, SECOND, "192.0.2.1", "192.0.2.2",
	                                   "192.0.2.3"};
	static const char *const names[] = {"a", "b", "c", "d", "e"};
	struct sender many[5];
	unsigned i, n;
	double rate;

	script_configure(s, &collector_defaults);
	for (i = 0; i < 5; i++) {
		many[i] = sender(from[sources ? i : 0], names[i], 1000 * (i + 1));
		many[i].d.booted_ms -= i * 777 * SECONDS;
		many[i].d.sequence += i * 99;
	}
	*shown = 0;
	for (n = 0; n < 50; n++)
		for (i = 0; i < 5; i++) {
			rate = rate_of(s, &many[i]);
			if (!isnan(rate))
				assert_near(rate, many[i].per_s);
			*shown += n > 20 && !isnan(rate);
			script_pass(s, 6 * SECONDS);
		}
	assert_int_equal(s->events[EVENT_RESTARTED], 0);
	assert_int_equal(s->events[EVENT_DOWN], 0);
	assert_int_equal(s->events[EVENT_SAME_ADDRESS], sources ? 4 : 1);
}

static void
many_of_one_address_are_many(void **state)
{
	struct script *s = *state;
	unsigned shown;

	check_many(s, true, &shown);
	assert_int_equal(shown, 29 * 5);
	assert_int_equal(stats(s)->agents, 5);
	check_many(s, false, &shown);
	assert_int_equal(stats(s)->agents, 1);
}

/* Without names of their own, they are told apart by the source, whoever comes first. */
static void
two_without_names_are_named_by_their_source(void **state)
{
	struct script *s = *state;
	struct sender a = sender(FIRST, NULL, 1000);
	struct sender b = sender(SECOND, NULL, 2000);
	int i;

	b.d.booted_ms -= 4000 * SECONDS;
	for (i = 0; i < 10; i++)
		send_as(s, &a), script_pass(s, 30 * SECONDS);
	script_publish(s);
	assert_string_equal(s->last[EVENT_JOINED].host, AGENT);
	for (i = 0; i < 10; i++) {
		send_as(s, &a);
		send_as(s, &b);
		script_pass(s, 30 * SECONDS);
	}
	script_publish(s);
	assert_near(script_value(s, AGENT "-" FIRST, "bytes_in"), 1000);
	assert_near(script_value(s, AGENT "-" SECOND, "bytes_in"), 2000);
	script_pass(s, 2 * DAYS); /* and both end */
	script_publish(s);
	assert_int_equal(stats(s)->agents, 0);
	send_as(s, &b);
	assert_int_equal(stats(s)->agents, 1);
}

static void
one_agent_with_two_addresses_is_one(void **state)
{
	struct script *s = *state;
	struct sender a = sender(FIRST, "node", 1000);
	int i;

	send_as(s, &a);
	for (i = 0; i < 30; i++) {
		a.from = i % 2 ? FIRST : SECOND;
		polls(s, &a, 20 * SECONDS, 1);
	}
	assert_int_equal(s->events[EVENT_SAME_ADDRESS], 0);
	assert_int_equal(stats(s)->agents, 1);
}

/* And some are lost, where the sources change or elsewhere: what comes has right rates. Each
 * source sends `each` in turn. */
static void
check_two_addresses(struct script *s, int each, unsigned lost_of_eight,
                    unsigned undecided)
{
	struct sender a = sender(FIRST, "node", 1000);
	unsigned lost = 0, seed = 7;
	double rate;
	int i;

	script_configure(s, &collector_defaults);
	for (i = 0; i < 200; i++) {
		a.from = i / each % 2 ? SECOND : FIRST;
		script_pass(s, 10 * SECONDS);
		seed = seed * 1103515245 + 12345;
		if (i > 2 && seed / 65536 % 8 < lost_of_eight) {
			a.d.sequence++;
			a.d.sample++;
			lost++;
			continue;
		}
		rate = rate_of(s, &a);
		assert_true(isnan(rate) || fabs(rate - 1000) < 1);
	}
	a.from = FIRST;
	script_pass(s, 10 * SECONDS);
	send_as(s, &a);
	script_pass(s, 20 * SECONDS);
	send_as(s, &a);
	assert_int_equal(stats(s)->agents, 1);
	assert_int_equal(s->events[EVENT_SAME_ADDRESS], 0);
	assert_int_equal(s->events[EVENT_RESTARTED], 0);
	assert_in_range(stats(s)->undecided, 0, undecided);
	assert_int_equal(stats(s)->datagrams_lost, lost);
}

static void
one_agent_with_two_addresses_may_lose_some(void **state)
{
	static const int each[] = {1, 2, 5, 20};
	size_t i;

	for (i = 0; i < COUNT_OF(each); i++) {
		check_two_addresses(*state, each[i], 0, 0);
		check_two_addresses(*state, each[i], 1, 1);
		check_two_addresses(*state, each[i], 3, 2);
	}
}

static void
address_that_says_nothing_is_the_packets(void **state)
{
	static const char *const addresses[] = {"0.0.0.0", "127.0.0.1", "127.8.9.10",
	                                        "::", "::1"};
	struct script *s = *state;
	struct sender a = sender(FIRST, "left", 1000);
	struct sender b = sender(SECOND, "right", 2000);
	size_t i;
	int right[2];

	for (i = 0; i < COUNT_OF(addresses); i++) {
		script_configure(s, &collector_defaults);
		a.d.address = b.d.address = addresses[i];
		two_in_turn(s, &a, &b, 30 * SECONDS, 5, right);
		assert_int_equal(right[0] + right[1], 8);
		assert_int_equal(s->events[EVENT_SAME_ADDRESS], 0);
		assert_int_equal(stats(s)->agents, 2);
	}
}

/* One of two senders sends again what it has sent before, and the other one goes on in the
 * numbers of that, as a clock of another unit may do: what waited is not compared with it. */
static void
what_waited_is_not_compared_with_another_clock(void **state)
{
	struct script *s = *state;
	struct sender a = sender(FIRST, "node", 1000);
	struct sender b = sender(FIRST, "node", 1e6);
	struct wire again;

	b.ahead_ms = INT64_C(17) * 86400 * SECONDS;
	send_as(s, &a);
	polls(s, &a, 20 * SECONDS, 4);
	again = s->w;
	script_pass(s, 10 * SECONDS);
	b.d.sequence = a.d.sequence - 1;
	b.d.sample = a.d.sample - 1;
	send_as(s, &b);
	script_pass(s, 10 * SECONDS);
	send_as(s, &a);
	script_pass(s, 30 * SECONDS);
	assert_int_equal(script_input_wire(s, &again), 0);
	script_pass(s, 30 * SECONDS);
	script_publish(s);
	assert_true(isnan(rate_of(s, &b)));
	polls(s, &b, 30 * SECONDS, 3);
}

/* Strangers ------------------------------------------------------------------------------- */

static void
send_empty(struct script *s, uint32_t sequence, uint32_t uptime)
{
	wire_datagram_begin(&s->w, AGENT, 100000, sequence, uptime);
	wire_datagram_end(&s->w);
	assert_int_equal(s->w.len, 28);
	script_input(s);
}

static void
empty_datagrams_in_its_name_take_nothing_away(void **state)
{
	static const uint32_t uptimes[] = {0, 1, 1000, 0x7fffffff, 0xffffffff};
	struct script *s = *state;
	struct sender a = sender(FIRST, "node", 1000);
	uint32_t i;

	send_as(s, &a);
	for (i = 0; i < 100; i++) {
		polls(s, &a, 20 * SECONDS, 3);
		s->from = i % 2 ? FIRST : SECOND;
		send_empty(s, i % 3 ? i : 1, uptimes[i % 5] + i * 60000);
	}
	assert_int_equal(s->events[EVENT_RESTARTED], 0);
	assert_int_equal(s->events[EVENT_DOWN] + s->events[EVENT_LATE], 0);
	assert_int_equal(stats(s)->stale + stats(s)->datagrams_lost, 0);
	assert_int_equal(stats(s)->undecided, 100);
}

/* Nor do they where they come first: one that says nothing is not the agent. */
static void
empty_datagrams_before_it_take_nothing_away(void **state)
{
	struct script *s = *state;
	struct sender a = sender(FIRST, "node", 1000);
	uint32_t i;

	for (i = 0; i < 20; i++) {
		s->from = SECOND;
		send_empty(s, 500 + i, 70000 + i * 60000);
		script_pass(s, 10 * SECONDS);
		if (i == 0)
			send_as(s, &a);
		polls(s, &a, 25 * SECONDS, 2);
	}
	assert_int_equal(stats(s)->agents, 1);
	assert_int_equal(stats(s)->undecided, 19);
	assert_int_equal(s->events[EVENT_SAME_ADDRESS], 0);
	assert_int_equal(s->events[EVENT_RESTARTED], 0);
}

/* Not even with the sender's clock and its next number; nor with a clock that is ahead, before
 * the pace of the sender's is known. */
static void
check_exact_empty(struct script *s, const char *from, int64_t interval, int before,
                  int64_t ahead_ms, uint32_t number)
{
	struct sender a = sender(FIRST, "node", 1000);

	script_configure(s, &collector_defaults);
	send_as(s, &a);
	polls(s, &a, interval, before);
	script_pass(s, interval / 2);
	s->from = from;
	send_empty(s, a.d.sequence + number,
	           (uint32_t)(s->now - a.d.booted_ms + ahead_ms));
	script_pass(s, interval - interval / 2);
	assert_near(rate_of(s, &a), 1000);
	polls(s, &a, interval, 5);
	assert_int_equal(s->events[EVENT_RESTARTED], 0);
	assert_int_equal(s->events[EVENT_DOWN] + s->events[EVENT_LATE], 0);
	assert_int_equal(stats(s)->agents, 1);
	assert_int_equal(stats(s)->datagrams_lost, 0);
}

static void
empty_datagram_of_the_next_number_takes_nothing_away(void **state)
{
	static const int64_t ahead[] = {-9000, -900, 0, 900, 4000, 70000, 4000000};
	static const uint32_t numbers[] = {0, 1, 2, 7, 40, 90, 100000, (uint32_t)-1};
	size_t i, j;
	int before;

	for (i = 0; i < COUNT_OF(ahead); i++)
		for (j = 0; j < COUNT_OF(numbers); j++)
			for (before = 5; before <= 20; before += 15) {
				check_exact_empty(*state, SECOND, 10 * SECONDS, before,
				                  ahead[i], numbers[j]);
				check_exact_empty(*state, FIRST, 30 * SECONDS, before,
				                  ahead[i], numbers[j]);
			}
}

/* A sample with the next number, and a clock that is ahead: that it may be of a smaller unit
 * is no reason before it is fast. */
static void
sample_of_the_next_number_costs_one_interval(void **state)
{
	static const int64_t ahead[] = {70 * SECONDS, 130 * SECONDS};
	struct script *s = *state;
	struct sender a, b;
	size_t i;
	int n, shown;

	for (i = 0; i < COUNT_OF(ahead); i++) {
		script_configure(s, &collector_defaults);
		a = sender(FIRST, "node", 1000);
		send_as(s, &a);
		polls(s, &a, 30 * SECONDS, 5);
		script_pass(s, 25 * SECONDS);
		b = a;
		b.ahead_ms = ahead[i];
		send_as(s, &b);
		script_pass(s, 5 * SECONDS);
		script_publish(s);
		for (n = shown = 0; n < 5; n++) {
			shown += !isnan(rate_of(s, &a));
			script_pass(s, 30 * SECONDS);
		}
		assert_in_range(shown, 4, 5);
		assert_int_equal(s->events[EVENT_DOWN], 0);
		assert_int_equal(s->events[EVENT_RESTARTED], 0);
	}
}

/* Three samples in the name of each agent, in a row. */
static void
samples_in_its_name_call_nobody_down(void **state)
{
	static const int64_t pauses[] = {0, 10, 1000, 2500};
	struct script *s = *state;
	struct sender a, b;
	size_t i;
	int j, k;

	for (k = 0; k < 2; k++)
		for (i = 0; i < COUNT_OF(pauses); i++) {
			script_configure(s, &collector_defaults);
			a = sender(FIRST, "node", 1000);
			b = sender(k ? FIRST : SECOND, "node", 9e9);
			b.d.sequence = b.d.sample = 0;
			send_as(s, &a);
			polls(s, &a, 30 * SECONDS, 10);
			b.d.booted_ms = s->now;
			for (j = 0; j < 3; j++) {
				s->now += pauses[i];
				send_as(s, &b);
			}
			script_pass(s, 30 * SECONDS - 3 * pauses[i]);
			send_as(s, &a);
			polls(s, &a, 30 * SECONDS, 10);
			assert_int_equal(s->events[EVENT_DOWN], 0);
			assert_int_equal(s->events[EVENT_LATE], 0);
			assert_int_equal(stats(s)->agents, 1);
		}
}

/* Nor do they make a second agent of an address, or give the first one another name. */
static void
samples_in_its_name_rename_nobody(void **state)
{
	static const int64_t pauses[] = {1, 11, 31, 61};
	struct script *s = *state;
	struct sender a, b;
	size_t i;
	int n;

	for (i = 0; i < COUNT_OF(pauses); i++) {
		script_configure(s, &collector_defaults);
		a = sender(FIRST, NULL, 1000);
		b = sender(SECOND, NULL, 9e9);
		b.d.booted_ms = s->now;
		b.d.sequence = b.d.sample = 0;
		for (n = 0; n < 600; n++) {
			if (n % 30 == 0)
				send_as(s, &a);
			if (n >= 305 && n < 305 + 3 * pauses[i] &&
			    (n - 305) % pauses[i] == 0)
				send_as(s, &b);
			script_pass(s, 1 * SECONDS);
		}
		script_publish(s);
		assert_int_equal(s->events[EVENT_SAME_ADDRESS], 0);
		assert_int_equal(s->events[EVENT_RENAMED], 0);
		assert_int_equal(s->events[EVENT_DOWN], 0);
		assert_int_equal(stats(s)->agents, 1);
	}
}

/* Of a sender that is silent, a stranger's datagram is a heartbeat. */
static void
newcomer_is_a_heartbeat_where_nothing_else_comes(void **state)
{
	struct script *s = *state;
	struct sender a = sender(FIRST, "node", 1000);
	struct sender b = sender(FIRST, "node", 5000);

	send_as(s, &a);
	polls(s, &a, 30 * SECONDS, 10);
	b.d.booted_ms -= 9000 * SECONDS;
	script_pass(s, 5 * SECONDS);
	send_as(s, &b);
	script_pass(s, 61 * SECONDS);
	script_publish(s);
	assert_int_equal(s->events[EVENT_DOWN], 1);
	assert_near(rate_of(s, &b), 5000); /* it has begun again, twice heard */
	assert_int_equal(s->events[EVENT_RETURNED], 1);
}

/* Any clock, number and source: agents are bounded, and nothing that waits is lost. */
static void
whatever_comes_is_bounded(void **state)
{
	static const char *const sources[] = {FIRST, SECOND, "2001:db8::1"};
	struct script *s = *state;
	struct collector_config config = collector_defaults;
	struct sender a[6];
	unsigned i, n;

	config.max_agents = 3;
	script_configure(s, &config);
	srand(1);
	for (i = 0; i < COUNT_OF(a); i++) {
		a[i] = sender(sources[i % 3], i % 2 ? "node" : NULL, 1000);
		a[i].d.sub_agent = i / 4;
	}
	for (n = 0; n < 20000; n++) {
		i = (unsigned)rand() % COUNT_OF(a);
		switch (rand() % 40) {
		case 0:
			a[i].d.booted_ms = s->now - rand() % 100000;
			break;
		case 1:
			a[i].d.sequence = (uint32_t)rand() % 100;
			break;
		case 2:
			a[i].from = sources[rand() % 3];
			break;
		case 3:
			script_pass(s, rand() % 60 * SECONDS);
			break;
		case 4:
			send_empty(s, (uint32_t)rand(), (uint32_t)rand());
		}
		send_as(s, &a[i]);
		s->now += rand() % 1000;
		script_publish(s);
		assert_in_range(stats(s)->agents, 1, 3);
		assert_in_range(s->c->agents.kept, 0, 3);
	}
	s->gone_count = 0;
	script_pass(s, 3 * DAYS);
	assert_int_equal(stats(s)->agents, 0);
	assert_int_equal(s->c->agents.kept, 0);
	assert_int_equal(s->c->agents.apart, 0);
}

/* Restarts ---------------------------------------------------------------------------------- */

/* After `away` the device is back, and is first heard a while later. */
static void
check_restart(struct script *s, int64_t interval, int64_t away, bool reboot)
{
	struct sender a = sender(FIRST, "node", 1000);

	script_configure(s, &collector_defaults);
	send_as(s, &a);
	polls(s, &a, interval, 12);
	script_pass(s, away);
	if (reboot)
		a.d.booted_ms = s->now - 300;
	a.d.sequence = a.d.sample = 0;
	assert_true(isnan(rate_of(s, &a)));
	polls(s, &a, interval, 5);
	assert_int_equal(s->events[EVENT_RESTARTED], 1);
	assert_int_equal(s->events[EVENT_JOINED], 1);
	assert_int_equal(stats(s)->samples_lost + stats(s)->resets, 0);
}

static void
restart_loses_one_interval(void **state)
{
	static const int64_t intervals[] = {1000, 5000, 20000, 60000, 300000};
	struct script *s = *state;
	size_t i;

	for (i = 0; i < COUNT_OF(intervals); i++) {
		check_restart(s, intervals[i], intervals[i], true);
		check_restart(s, intervals[i], intervals[i] / 4, true);
		check_restart(s, intervals[i], intervals[i] * 7, true);
		check_restart(s, intervals[i], intervals[i], false);
		check_restart(s, intervals[i], intervals[i] / 4, false);
	}
}

/* However rarely it is polled, and whenever it is heard again: for m of its intervals it is
 * waited for. */
static void
restart_at_slow_polling_is_not_down(void **state)
{
	static const int64_t intervals[] = {300, 600, 900, 3600};
	static const int away[] = {5, 20, 50, 80, 105, 120};
	struct script *s = *state;
	struct sender a;
	int64_t interval;
	unsigned downs;
	size_t i, j;
	int n;

	for (i = 0; i < COUNT_OF(intervals); i++)
		for (j = 0; j < COUNT_OF(away); j++) {
			script_configure(s, &collector_defaults);
			interval = intervals[i] * SECONDS;
			a = sender(FIRST, "node", 1000);
			for (n = 0; n < 6; n++) {
				send_as(s, &a);
				if (n < 5)
					script_pass(s, interval);
			}
			script_publish(s);
			downs = s->events[EVENT_DOWN]; /* before it is known */
			script_pass(s, interval * away[j] / 100);
			a.d.booted_ms = s->now - interval * (away[j] % 50) / 100;
			a.d.sequence = a.d.sample = 0;
			for (n = 0; n < 4; n++) {
				send_as(s, &a);
				script_pass(s, interval);
			}
			script_publish(s);
			assert_int_equal(s->events[EVENT_DOWN], downs);
		}
}

/* It has another packet source then, and was heard for less than a minute before. */
static void
restart_with_another_source_loses_one_interval(void **state)
{
	static const int64_t intervals[] = {1000, 5000, 20000};
	static const int before[] = {8, 59, 100};
	struct script *s = *state;
	struct sender a;
	size_t i, j;

	for (i = 0; i < COUNT_OF(intervals); i++)
		for (j = 0; j < COUNT_OF(before); j++) {
			script_configure(s, &collector_defaults);
			a = sender(FIRST, "node", 1000);
			send_as(s, &a);
			polls(s, &a, intervals[i], before[j]);
			script_pass(s, intervals[i]);
			s->now += 200;
			a.d.booted_ms = s->now - 900;
			a.d.sequence = a.d.sample = 0;
			a.from = SECOND;
			assert_true(isnan(rate_of(s, &a)));
			polls(s, &a, intervals[i], 5);
			assert_int_equal(s->events[EVENT_DOWN], 0);
			assert_int_equal(stats(s)->agents, 1);
		}
}

/* Its clock is set ahead by an hour, or by a day: that is no restart. */
static void
clock_that_is_set_loses_one_interval(void **state)
{
	static const int64_t intervals[] = {1000, 30000, 300000};
	struct script *s = *state;
	struct sender a;
	size_t i;

	for (i = 0; i < COUNT_OF(intervals); i++) {
		script_configure(s, &collector_defaults);
		a = sender(FIRST, "node", 1000);
		send_as(s, &a);
		polls(s, &a, intervals[i], 100);
		a.d.booted_ms -= i % 2 ? 1 * HOURS : 1 * DAYS;
		script_pass(s, intervals[i]);
		assert_true(isnan(rate_of(s, &a)));
		polls(s, &a, intervals[i], 100);
		assert_int_equal(s->events[EVENT_RESTARTED], 0);
		assert_int_equal(s->events[EVENT_DOWN], 0);
	}
}

/* A copy of a datagram that comes some seconds, or minutes, later is no news. */
static void
late_duplicate_is_no_news(void **state)
{
	static const int64_t later[] = {1000, 7000, 15000, 110000};
	struct script *s = *state;
	struct sender a = sender(FIRST, "node", 1000);
	struct wire copy;
	size_t i;

	send_as(s, &a);
	for (i = 0; i < COUNT_OF(later); i++) {
		polls(s, &a, 120 * SECONDS, 5);
		copy = s->w;
		s->now += later[i];
		script_input_wire(s, &copy);
		script_publish(s);
		assert_int_equal(s->shown_count, 0);
		s->now += 120 * SECONDS - later[i];
		assert_near(rate_of(s, &a), 1000);
	}
	assert_int_equal(s->events[EVENT_RESTARTED], 0);
}

/* A network that repeats a datagram for minutes is no second sender. */
static void
one_datagram_that_comes_again_and_again(void **state)
{
	struct script *s = *state;
	struct sender a = sender(FIRST, "node", 1000);
	struct wire again;
	int i;

	send_as(s, &a);
	again = s->w;
	polls(s, &a, 60 * SECONDS, 3);
	for (i = 0; i < 5; i++) {
		script_pass(s, 20 * SECONDS);
		script_input_wire(s, &again);
		polls(s, &a, 40 * SECONDS, 1);
	}
	assert_int_equal(s->events[EVENT_SAME_ADDRESS], 0);
}

/* It sends the same number and the same uptime all the time. */
static void
sender_without_numbers_and_clock_is_heard(void **state)
{
	struct script *s = *state;
	struct sender a = sender(FIRST, "node", 1000);
	double rate;
	int i;

	a.pace = 1e-12;
	for (i = 0; i < 10; i++) {
		a.d.sequence = a.d.sample = 6;
		rate = rate_of(s, &a);
		if (i > 0)
			assert_near(rate, 1000);
		script_pass(s, 30 * SECONDS);
	}
	assert_int_equal(s->events[EVENT_RESTARTED], 0);
}

/* A stop of the program's machine: what was sent meanwhile comes at once. Our clock goes
 * on, or stands still. */
static void
backlog_is_of_the_same_clock(void **state)
{
	struct script *s = *state;
	struct sender a = sender(FIRST, "node", 1000);
	struct wire held[30];
	int i, still;
	double rate;

	for (still = 0; still < 2; still++) {
		script_configure(s, &collector_defaults);
		a = sender(FIRST, "node", 1000);
		send_as(s, &a);
		polls(s, &a, 1 * SECONDS, 100);
		for (i = 0; i < 25; i++) {
			s->now += 1000;
			build(s, &a);
			held[i] = s->w;
		}
		if (still) {
			s->now -= 25000;
			a.d.booted_ms -= 25000;
		}
		for (i = 0; i < 25; i++) {
			script_input_wire(s, &held[i]);
			script_publish(s);
			rate = script_value(s, "node", "bytes_in");
			assert_true(isnan(rate) || fabs(rate - 1000) < 1000);
		}
		a.per_s = 0; /* its counter goes on by its own clock */
		for (i = 0; i < 20; i++) {
			script_pass(s, 1 * SECONDS);
			send_as(s, &a);
		}
		script_publish(s);
		assert_int_equal(s->events[EVENT_RESTARTED], 0);
		assert_int_equal(s->events[EVENT_SAME_ADDRESS], 0);
		assert_int_equal(stats(s)->undecided, 0);
	}
}

/* A network that sends an old datagram again and again, while the agent is silent, and then
 * its latest one: the old one's clock stands still because it is the same datagram, and says
 * nothing of the agent's. */
static void
datagram_that_comes_again_has_no_pace(void **state)
{
	struct script *s = *state;
	struct sender a = sender(FIRST, "node", 1000);
	struct wire sent[4];
	double rate;
	int i;

	a.d.booted_ms = s->now - 3600 * SECONDS;
	for (i = 0; i < 4; i++) {
		build(s, &a);
		sent[i] = s->w;
		script_input_wire(s, &sent[i]);
		script_pass(s, 30 * SECONDS);
	}
	for (i = 0; i < 9; i++) {
		script_input_wire(s, &sent[i < 8 ? 0 : 3]);
		script_publish(s);
		rate = script_value(s, "node", "bytes_in");
		assert_true(isnan(rate) || rate <= 1001);
		script_pass(s, i < 7 ? 30 * SECONDS : 500);
	}
}

/* Any number may come in a late datagram: what is between it and the latest ones is not
 * counted, which would take seconds, nor known. */
static void
numbers_are_known_of_the_latest(void **state)
{
	struct numbers n;
	uint32_t i;

	(void)state;
	numbers_begin(&n);
	for (i = 0; i < 100; i++)
		numbers_advance(&n, 1000 + 10 * i, 10); /* to 2000 */
	assert_int_equal(numbers_missing(&n, 1990, 2000), 9);
	assert_int_equal(numbers_missing(&n, 1000, 2000), 900);
	assert_int_equal(numbers_missing(&n, 2000, 1990), 0);
	assert_int_equal(numbers_missing(&n, 2000, 2000), 0);
	assert_int_equal(numbers_missing(&n, 1990, 1990 + NUMBERS_KNOWN + 1), 0);
	assert_int_equal(numbers_missing(&n, 1990, 1990 + (UINT32_MAX / 2)), 0);
	assert_int_equal(numbers_missing(&n, UINT32_MAX, INT32_MAX), 0);
}

/* What numbers count ---------------------------------------------------------------------- */

/* A datagram with the samples of four of a switch's ports. */
static void
send_ports(struct script *s, struct device *d, uint32_t first, uint32_t sample,
           uint32_t step)
{
	uint32_t i;

	wire_datagram_begin(&s->w, d->address, 0, ++d->sequence,
	                    (uint32_t)(s->now - d->booted_ms));
	for (i = 0; i < 4; i++) {
		wire_sample_begin(&s->w, WIRE_COUNTERS, sample + i * step, 0,
		                  first + i);
		wire_record_begin(&s->w, 1);
		wire_u32(&s->w, first + i);
		wire_u32(&s->w, 6);
		wire_u64(&s->w, 1000000000);
		wire_u32(&s->w, 1);
		wire_u32(&s->w, 3);
		wire_u64(&s->w, (uint64_t)s->now);
		wire_bytes(&s->w, (const uint8_t[56]){0}, 56);
		wire_record_end(&s->w);
		wire_sample_end(&s->w);
	}
	wire_datagram_end(&s->w);
}

/* Over all ports, constant, or per port; one datagram of twelve gets lost now and then. */
static void
sample_numbers_may_count_anything(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);
	uint32_t way, round, port, sample;

	for (way = 0; way < 4; way++) {
		script_configure(s, &collector_defaults);
		d = script_machine(AGENT);
		for (round = 0; round < 40; round++) {
			for (port = 1; port <= 48; port += 4) {
				sample = way == 0   ? round * 48 + port
				         : way == 1 ? 7
				         : way == 2 ? round + 1
				                    : round * 4000 + port;
				send_ports(s, &d, port, sample, way == 0 || way == 3);
				if (port != 13 || round % 8 != 7)
					script_input(s);
				s->now += 40;
			}
			script_pass(s, 30 * SECONDS - 480);
			script_publish(s);
			if (round > 2)
				assert_near(script_value(s, AGENT, "1.bytes_in"), 1000);
		}
		assert_int_equal(s->events[EVENT_DOWN], 0);
		assert_int_equal(s->events[EVENT_LATE], 0);
		assert_int_equal(stats(s)->datagrams_lost, 4);
		assert_in_range(stats(s)->samples_lost, way == 1 ? 0 : 4, 192);
	}
}

/* A port that is made anew: its number goes back to near 0. Where it does so all the
 * time, it counts something else. */
static void
sample_numbers_that_jump_at_most_polls_count_something_else(void **state)
{
	struct script *s = *state;
	struct sender a = sender(FIRST, "node", 1000);
	uint32_t i;
	double rate;

	send_as(s, &a);
	polls(s, &a, 20 * SECONDS, 5);
	script_pass(s, 20 * SECONDS);
	a.d.sample = 0;
	assert_true(isnan(rate_of(s, &a)));
	polls(s, &a, 20 * SECONDS, 5);
	for (i = 0; i < 20; i++) {
		a.d.sample = i % 2 ? 1000 + i : i;
		script_pass(s, 20 * SECONDS);
		rate = rate_of(s, &a);
		if (i > 2)
			assert_near(rate, 1000);
	}
}

static void
two_sequences_of_one_clock_are_one_agent(void **state)
{
	static const uint32_t others[] = {100000, 1, 50, 90};
	struct script *s = *state;
	struct sender a;
	uint32_t number, own;
	size_t i;
	int j;

	for (i = 0; i < COUNT_OF(others); i++) {
		script_configure(s, &collector_defaults);
		a = sender(FIRST, "node", 1000);
		number = others[i];
		send_as(s, &a);
		for (j = 0; j < 20 * 15; j++) {
			own = a.d.sequence;
			script_pass(s, 2 * SECONDS);
			wire_datagram_begin(&s->w, AGENT, 100000, number++,
			                    (uint32_t)(s->now - a.d.booted_ms));
			wire_sample_begin(&s->w, WIRE_FLOW, number, 2, 1);
			wire_sample_end(&s->w);
			wire_datagram_end(&s->w);
			script_input(s);
			a.d.sequence = own;
			s->now += 15;
			if (j % 15 == 14)
				assert_near(rate_of(s, &a), 1000);
		}
		assert_int_equal(s->events[EVENT_RESTARTED], 0);
		assert_int_equal(s->events[EVENT_DOWN], 0);
	}
}

/* 30 % of the datagrams are 100 ms late. */
static void
reordering_is_no_loss(void **state)
{
	struct script *s = *state;
	struct sender a = sender(FIRST, "node", 1000);
	static struct wire late[1000];
	int64_t due[1000];
	unsigned first = 0, last = 0, i, seed = 1;

	for (i = 0; i < 1000; i++) {
		for (; first < last && due[first] <= s->now; first++)
			script_input_wire(s, &late[first]);
		build(s, &a);
		s->from = FIRST;
		seed = seed * 1103515245 + 12345;
		if (seed / 65536 % 10 < 3) {
			due[last] = s->now + 100;
			late[last++] = s->w;
		} else {
			script_input(s);
		}
		s->now += 30;
		if (i % 33 == 0)
			collector_tick(s->c, s->now);
	}
	for (; first < last; first++)
		script_input_wire(s, &late[first]);
	script_pass(s, 60 * SECONDS);
	send_as(s, &a);
	assert_int_equal(stats(s)->datagrams_lost, 0);
	assert_int_equal(stats(s)->samples_lost, 0);
}

/* Some are late by more than what is waited for: that is no other clock. */
static void
late_ones_are_of_the_same_clock(void **state)
{
	static const int64_t delays[] = {11000, 20000, 60000};
	struct script *s = *state;
	struct sender a;
	static struct wire late[2000];
	int64_t due[2000];
	size_t k;
	unsigned first, last, i, seed = 3, right;

	for (k = 0; k < COUNT_OF(delays); k++) {
		script_configure(s, &collector_defaults);
		a = sender(FIRST, "node", 1000);
		first = last = right = 0;
		for (i = 0; i < 8 * 300; i++) {
			s->from = FIRST;
			for (; first < last && due[first] <= s->now; first++)
				script_input_wire(s, &late[first]);
			build(s, &a);
			seed = seed * 1103515245 + 12345;
			if (i > 800 && i < 1300 && seed / 65536 % 10 < 3) {
				due[last] = s->now + delays[k];
				late[last++] = s->w;
			} else {
				script_input(s);
			}
			s->now += 125;
			if (i % 8 != 7)
				continue;
			script_publish(s);
			right += isnan(script_value(s, "node", "bytes_in")) ? 0 : 1;
		}
		assert_in_range(right, 295, 300);
		assert_int_equal(s->events[EVENT_SAME_ADDRESS], 0);
		assert_int_equal(s->events[EVENT_RESTARTED], 0);
		assert_int_equal(stats(s)->undecided, 0);
	}
}

/* Some of the samples get lost, and others are late by less than is waited for: of one source,
 * or of several. All that is lost is counted, and no more. */
static void
check_lost_among_late(struct script *s, uint32_t sources, uint32_t late_of_ten)
{
	static struct wire late[1000];
	int64_t due[1000];
	struct device d = script_machine(AGENT);
	uint32_t numbers[8] = {0};
	unsigned first = 0, last = 0, lost = 0, i, seed = 5;

	script_configure(s, &collector_defaults);
	s->from = FIRST;
	for (i = 0; i < 1000 + 400; i++) {
		for (; first < last && due[first] <= s->now; first++)
			script_input_wire(s, &late[first]);
		seed = seed * 1103515245 + 12345;
		wire_datagram_begin(&s->w, AGENT, d.sub_agent, ++d.sequence,
		                    (uint32_t)(s->now - d.booted_ms));
		wire_sample_begin(&s->w, WIRE_FLOW,
		                  ++numbers[seed / 65536 / 256 % sources], 0,
		                  1 + seed / 65536 / 256 % sources);
		wire_sample_end(&s->w);
		wire_datagram_end(&s->w);
		seed = seed * 1103515245 + 12345;
		if (i > 100 && i < 1000 && seed / 65536 % 100 < 5) {
			lost++;
		} else if (i < 1000 && seed / 65536 / 100 % 10 < late_of_ten) {
			due[last] = s->now + 120;
			late[last++] = s->w;
		} else {
			script_input(s);
		}
		s->now += 50;
	}
	assert_int_equal(stats(s)->datagrams_lost, lost);
	assert_int_equal(stats(s)->samples_lost, lost);
}

static void
samples_that_are_lost_among_late_ones_are_counted(void **state)
{
	uint32_t sources, late;

	for (sources = 1; sources <= 8; sources++)
		for (late = 0; late <= 3; late++)
			check_lost_among_late(*state, sources, late);
}

/* Evenly: two of three each quarter of a second are a rate that is steady. */
static void
loss_is_a_steady_rate(void **state)
{
	struct script *s = *state;
	struct sender a = sender(FIRST, "node", 1000);
	uint64_t was = 0, is;
	int i;

	for (i = 0; i < 400; i++) {
		a.d.sequence += 2;
		a.d.sample += 2;
		send_as(s, &a);
		s->now += 250;
		if (i % 8 != 7)
			continue;
		is = stats(s)->samples_lost;
		if (i > 120)
			assert_in_range(is - was, 14, 18); /* in 2 s */
		was = is;
	}
}

/* What really got lost among late ones is counted, when it is too late for it to come. */
static void
loss_is_counted_after_a_while(void **state)
{
	struct script *s = *state;
	struct sender a = sender(FIRST, "node", 1000);
	int i;

	for (i = 0; i < 100; i++) {
		if (i % 10 == 5) {
			a.d.sequence++;
			a.d.sample++;
		}
		send_as(s, &a);
		s->now += 1000;
	}
	assert_in_range(stats(s)->datagrams_lost, 7, 9);
	script_pass(s, 30 * SECONDS);
	send_as(s, &a);
	assert_int_equal(stats(s)->datagrams_lost, 10);
	assert_int_equal(stats(s)->samples_lost, 10);
}

/* However long it is, and how little was heard before, or since the pace is measured anew. */
static void
outage_is_lost(void **state)
{
	static const struct outage {
		int64_t interval;
		int before;
		uint32_t missing;
	} outages[] = {{30000, 2, 100},   {30000, 3, 160},   {30000, 7, 65},
	               {30000, 9, 100},   {1000, 30, 3600},  {1000, 4196, 300},
	               {1000, 4203, 300}, {300000, 12, 288}, {10000, 2, 8640}};
	struct script *s = *state;
	struct sender a;
	size_t i;
	int n;

	for (i = 0; i < COUNT_OF(outages); i++) {
		const struct outage *o = &outages[i];

		script_configure(s, &collector_defaults);
		a = sender(FIRST, "node", 1000);
		for (n = 0; n < o->before + 5; n++) {
			if (n == o->before) {
				s->now += o->missing * o->interval;
				a.d.sequence += o->missing;
				a.d.sample += o->missing;
			}
			send_as(s, &a);
			s->now += o->interval;
		}
		s->now += 30 * SECONDS;
		send_as(s, &a);
		assert_int_equal(stats(s)->datagrams_lost, o->missing);
	}
}

/* What no outage can be is none. */
static void
jump_is_no_outage(void **state)
{
	static const uint32_t jumps[] = {1000, 100000, 2000000000};
	struct script *s = *state;
	struct sender a;
	size_t i;
	int n, before;

	for (i = 0; i < COUNT_OF(jumps); i++)
		for (before = 1; before < 40; before += 6) {
			script_configure(s, &collector_defaults);
			a = sender(FIRST, "node", 1000);
			for (n = 0; n < before + 5; n++) {
				if (n == before)
					a.d.sequence += jumps[i];
				send_as(s, &a);
				script_pass(s, 20 * SECONDS);
			}
			assert_int_equal(stats(s)->datagrams_lost, 0);
			assert_int_equal(s->events[EVENT_RESTARTED], 0);
		}
}

/* Clocks -------------------------------------------------------------------------------------- */

/* Uptimes in hundredths, seconds and microseconds, and one that stands still; with late
 * datagrams and lost ones. */
static void
clocks_of_other_units_are_not_used(void **state)
{
	static const double paces[] = {0.1, 0.001, 1000, 1e-9};
	static const int64_t intervals[] = {1, 5, 10, 30, 300};
	struct script *s = *state;
	struct sender a;
	size_t i, j;
	int n, right;
	double rate;

	for (i = 0; i < COUNT_OF(paces); i++)
		for (j = 0; j < COUNT_OF(intervals); j++) {
			script_configure(s, &collector_defaults);
			a = sender(FIRST, "node", 1000);
			a.d.booted_ms = s->now;
			a.ahead_ms = 1000001;
			a.pace = paces[i];
			send_as(s, &a);
			for (n = right = 0; n < 100; n++) {
				script_pass(s, intervals[j] * SECONDS);
				rate = rate_of(s, &a);
				if (!isnan(rate))
					assert_near(rate, 1000);
				right += !isnan(rate);
			}
			assert_in_range(right, paces[i] > 1 ? 30 : 100, 100);
			assert_int_equal(s->events[EVENT_RESTARTED], 0);
			assert_int_equal(s->events[EVENT_DOWN], 0);
		}
}

/* Open vSwitch and others, polled each second. */
static void
clock_of_whole_seconds_is_coarser_than_arrival(void **state)
{
	struct script *s = *state;
	struct sender a = sender(FIRST, "node", 1000);
	int i;
	double rate;

	a.d.booted_ms = s->now - 3600 * SECONDS;
	for (i = 0; i < 200; i++) {
		a.ahead_ms = -((s->now - a.d.booted_ms) % 1000);
		rate = rate_of(s, &a);
		if (i > 0)
			assert_near(rate, 1000);
		script_pass(s, 1000);
		s->now += i % 7 * 40 - 120 + (i == 0);
	}
	assert_int_equal(s->events[EVENT_DOWN], 0);
}

/* Half a percent off, for a day: one agent all the time. */
static void
clocks_may_drift(void **state)
{
	static const double paces[] = {0.95, 0.995, 1.005, 1.05};
	struct script *s = *state;
	struct sender a;
	size_t i;
	int n;

	for (i = 0; i < COUNT_OF(paces); i++) {
		script_configure(s, &collector_defaults);
		a = sender(FIRST, "node", 1000);
		a.pace = paces[i];
		for (n = 0; n < 1000; n++) {
			if (n % 50 == 7)
				a.d.sequence += 3, a.d.sample += 3;
			send_as(s, &a);
			script_pass(s, 60 * SECONDS);
		}
		script_publish(s);
		assert_int_equal(stats(s)->undecided, 0);
		assert_int_equal(s->events[EVENT_RESTARTED], 0);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(agents_clock_is_taken_where_it_moves_plausibly),
	    cmocka_unit_test(else_arrival_is_taken),
	    cmocka_unit_test(whole_second_clocks_are_coarser_than_arrival),
	    cmocka_unit_test(arrivals_in_one_moment),
	    cmocka_unit_test(bunched_arrivals_are_not_believed),
	    cmocka_unit_test(slow_clock_makes_no_spike),
	    TEST(two_clocks_of_two_sources_are_two_agents),
	    TEST(twins_of_two_sources_are_two_agents),
	    TEST(two_clocks_of_one_source_give_no_deltas),
	    TEST(many_of_one_address_are_many),
	    TEST(two_without_names_are_named_by_their_source),
	    TEST(one_agent_with_two_addresses_is_one),
	    TEST(one_agent_with_two_addresses_may_lose_some),
	    TEST(address_that_says_nothing_is_the_packets),
	    TEST(what_waited_is_not_compared_with_another_clock),
	    TEST(empty_datagrams_in_its_name_take_nothing_away),
	    TEST(empty_datagrams_before_it_take_nothing_away),
	    TEST(empty_datagram_of_the_next_number_takes_nothing_away),
	    TEST(sample_of_the_next_number_costs_one_interval),
	    TEST(samples_in_its_name_call_nobody_down),
	    TEST(samples_in_its_name_rename_nobody),
	    TEST(newcomer_is_a_heartbeat_where_nothing_else_comes),
	    TEST(whatever_comes_is_bounded),
	    TEST(restart_loses_one_interval),
	    TEST(restart_at_slow_polling_is_not_down),
	    TEST(restart_with_another_source_loses_one_interval),
	    TEST(clock_that_is_set_loses_one_interval),
	    TEST(late_duplicate_is_no_news),
	    TEST(one_datagram_that_comes_again_and_again),
	    TEST(sender_without_numbers_and_clock_is_heard),
	    TEST(backlog_is_of_the_same_clock),
	    TEST(datagram_that_comes_again_has_no_pace),
	    cmocka_unit_test(numbers_are_known_of_the_latest),
	    TEST(sample_numbers_may_count_anything),
	    TEST(sample_numbers_that_jump_at_most_polls_count_something_else),
	    TEST(two_sequences_of_one_clock_are_one_agent),
	    TEST(reordering_is_no_loss),
	    TEST(late_ones_are_of_the_same_clock),
	    TEST(samples_that_are_lost_among_late_ones_are_counted),
	    TEST(loss_is_a_steady_rate),
	    TEST(loss_is_counted_after_a_while),
	    TEST(outage_is_lost),
	    TEST(jump_is_no_outage),
	    TEST(clocks_of_other_units_are_not_used),
	    TEST(clock_of_whole_seconds_is_coarser_than_arrival),
	    TEST(clocks_may_drift),
	};

	return cmocka_run_group_tests_name("arrival", tests, NULL, NULL);
}

/* Scripts of invented time: what agents send, and what comes of it. Names,
 * instances and virtual machines are in test_instances.c. */
#include "tests/sflow/unit.h"

#include <stdio.h>

#include "sflow/collector/agents.h"
#include "tests/sflow/script.h"

#define AGENT "10.80.0.1"
#define HOST "node1"

/* Bytes that came in per second, by the last publication. */
static double
rate(struct script *s)
{
	return script_value(s, HOST, "bytes_in");
}

static const struct collector_stats *
stats(const struct script *s)
{
	return collector_stats(s->c);
}

/* An agent that is known, and has sent `bytes_in`. */
static struct device
known(struct script *s, uint64_t bytes_in)
{
	struct device d = script_machine(AGENT);

	assert_int_equal(script_send_host(s, &d, HOST, bytes_in), 0);
	script_publish(s);
	return d;
}

/* Sends and publishes; returns the rate. */
static double
send_and_publish(struct script *s, struct device *d, uint64_t bytes_in)
{
	assert_int_equal(script_send_host(s, d, HOST, bytes_in), 0);
	script_publish(s);
	return rate(s);
}

/* Rates ------------------------------------------------------------------- */

static void
first_sample_gives_gauges_only(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);

	script_begin(s, &d);
	wire_host_descr(&s->w, HOST, 1);
	wire_host_net_io(&s->w, 1000000, 0);
	wire_record_begin(&s->w, 2004);
	wire_u64(&s->w, UINT64_C(1) << 40);
	wire_bytes(&s->w, (const uint8_t[64]){0}, 64);
	wire_record_end(&s->w);
	assert_int_equal(script_send(s), 0);
	script_publish(s);
	assert_true(isnan(rate(s)));
	assert_near(script_value(s, HOST, "mem_total"), 1073741824);
	assert_string_equal(script_reading(s, HOST, "os_name")->text, "Linux");
}

static void
second_sample_gives_rates(void **state)
{
	struct script *s = *state;
	struct device d = known(s, 1000);

	script_pass(s, 20 * SECONDS);
	assert_near(send_and_publish(s, &d, 3000), 100);
	script_pass(s, 30 * SECONDS);
	assert_near(send_and_publish(s, &d, 9000), 200);
}

static void
loss_is_counted_and_the_rate_is_right(void **state)
{
	struct script *s = *state;
	struct device d = known(s, 0);

	script_pass(s, 90 * SECONDS);
	d.sequence += 2;
	d.sample += 2;
	assert_near(send_and_publish(s, &d, 9000), 100);
	assert_int_equal(stats(s)->datagrams_lost, 0); /* they may come yet */
	script_pass(s, 30 * SECONDS);
	assert_near(send_and_publish(s, &d, 12000), 100);
	assert_int_equal(stats(s)->samples_lost, 2);
	assert_int_equal(stats(s)->datagrams_lost, 2);
	assert_int_equal(s->events[EVENT_RESTARTED], 0);
}

static void
sequences_wrap(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);

	d.sequence = d.sample = 0xfffffffe;
	script_send_host(s, &d, HOST, 0);
	script_pass(s, 30 * SECONDS);
	assert_near(send_and_publish(s, &d, 3000), 100);
	assert_int_equal(d.sequence, 0);
	assert_int_equal(stats(s)->samples_lost, 0);
	assert_int_equal(s->events[EVENT_RESTARTED], 0);
}

static void
counter_of_32_bits_wraps(void **state)
{
	struct script *s = *state;
	struct device d = known(s, 0xffffff00);

	script_pass(s, 30 * SECONDS);
	send_and_publish(s, &d, UINT64_C(0x100000b00));
	assert_near(rate(s), (0xb00 + 0x100) / 30.0);
	/* the packets are as many, in 32 bits */
	assert_near(script_value(s, HOST, "pkts_in"), (0xb00 + 0x100) / 30.0);
	assert_int_equal(stats(s)->resets, 0);
}

static void
reset_gives_nothing_and_then_goes_on(void **state)
{
	struct script *s = *state;
	struct device d = known(s, 500000);

	script_pass(s, 30 * SECONDS);
	assert_true(isnan(send_and_publish(s, &d, 100)));
	assert_true(isnan(script_value(s, HOST, "pkts_in")));
	assert_int_equal(stats(s)->resets, 1);
	script_pass(s, 30 * SECONDS);
	assert_near(send_and_publish(s, &d, 3100), 100);
	assert_int_equal(stats(s)->resets, 1);
}

static void
unsupported_counters_are_absent(void **state)
{
	struct script *s = *state;
	struct device d = known(s, UINT64_MAX);

	script_pass(s, 30 * SECONDS);
	send_and_publish(s, &d, UINT64_MAX);
	assert_true(isnan(rate(s)));
	assert_true(isnan(script_value(s, HOST, "pkts_in")));
	assert_near(script_value(s, HOST, "bytes_out"), 0);
	assert_int_equal(stats(s)->resets, 0);
}

/* The agent starts to know its counter: its first value is no delta. */
static void
counter_that_becomes_supported(void **state)
{
	struct script *s = *state;
	struct device d = known(s, UINT64_MAX);

	script_pass(s, 30 * SECONDS);
	assert_true(isnan(send_and_publish(s, &d, 5000)));
	script_pass(s, 30 * SECONDS);
	assert_near(send_and_publish(s, &d, 8000), 100);
}

static void
record_that_loses_its_tail_is_latched(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);
	static const size_t lengths[] = {80, 68, 68};
	static const bool rates[] = {false, false, true};
	size_t i;

	for (i = 0; i < COUNT_OF(lengths); i++) {
		script_begin(s, &d);
		wire_host_descr(&s->w, HOST, 1);
		wire_zeros(&s->w, 2003, lengths[i]);
		script_send(s);
		script_publish(s);
		assert_int_equal(!isnan(script_value(s, HOST, "cpu_user")), rates[i]);
		assert_near(script_value(s, HOST, "load_one"), 0);
		assert_true(isnan(script_value(s, HOST, "cpu_steal")));
		script_pass(s, 30 * SECONDS);
	}
}

/* The interval is the agent's: the datagram was late. */
static void
late_datagram_does_not_bend_the_rate(void **state)
{
	struct script *s = *state;
	struct device d = known(s, 0);

	script_pass(s, 30 * SECONDS);
	script_begin(s, &d);
	wire_host_net_io(&s->w, 3000, 0);
	script_end(s);
	s->now += 2 * SECONDS;
	script_input(s);
	script_publish(s);
	assert_near(rate(s), 100);
}

/* Restarts ---------------------------------------------------------------- */

static void
restart_latches(void **state)
{
	struct script *s = *state;
	struct device d = known(s, 0);

	script_pass(s, 30 * SECONDS);
	script_reboot(s, &d);
	/* more than before, so that no reset hides what the restart does */
	assert_true(isnan(send_and_publish(s, &d, 1000000)));
	assert_int_equal(s->events[EVENT_RESTARTED], 1);
	assert_int_equal(stats(s)->samples_lost, 0);
	assert_int_equal(stats(s)->resets, 0);
	script_pass(s, 30 * SECONDS);
	assert_near(send_and_publish(s, &d, 1003000), 100);
	assert_int_equal(s->events[EVENT_RESTARTED], 1);
}

/* hsflowd was restarted, the device was not. */
static void
restart_without_a_reboot_latches(void **state)
{
	struct script *s = *state;
	struct device d = known(s, 0);

	script_pass(s, 30 * SECONDS);
	d.sequence = d.sample = 0;
	assert_true(isnan(send_and_publish(s, &d, 1000000)));
	assert_int_equal(s->events[EVENT_RESTARTED], 1);
}

/* The sequence was low enough to look like a gap; the clock tells. */
static void
restart_is_seen_by_the_clock_alone(void **state)
{
	struct script *s = *state;
	struct device d = known(s, 0);

	script_pass(s, 30 * SECONDS);
	d.booted_ms = s->now - 2000;
	d.sequence += 7;
	assert_true(isnan(send_and_publish(s, &d, 1000000)));
	assert_int_equal(s->events[EVENT_RESTARTED], 1);
	assert_int_equal(stats(s)->samples_lost, 0);
}

static void
restart_latches_all_sources_of_the_sub_agent(void **state)
{
	struct script *s = *state;
	struct device d = known(s, 0);
	struct device web = script_source(&d, 100000, 3, 80);

	web.sequence = d.sequence;
	script_begin(s, &web);
	wire_http_counters(&s->w, 10);
	script_send(s);
	d.sequence = web.sequence;
	script_pass(s, 30 * SECONDS);
	script_reboot(s, &d);
	send_and_publish(s, &d, 0);
	script_pass(s, 1 * SECONDS);
	web.booted_ms = d.booted_ms;
	web.sequence = d.sequence;
	script_begin(s, &web); /* its own number goes on */
	wire_http_counters(&s->w, 500);
	script_send(s);
	script_publish(s);
	assert_true(isnan(script_value(s, HOST, "http_meth_get")));
	assert_int_equal(s->events[EVENT_RESTARTED], 1);
}

/* The data source was made anew, in a datagram that is in order. */
static void
source_that_begins_again_is_latched_alone(void **state)
{
	struct script *s = *state;
	struct device d = known(s, 0);

	script_pass(s, 30 * SECONDS);
	d.sample = 0;
	assert_true(isnan(send_and_publish(s, &d, 1000000)));
	assert_int_equal(s->events[EVENT_RESTARTED], 0);
	script_pass(s, 30 * SECONDS);
	assert_near(send_and_publish(s, &d, 1003000), 100);
}

static void
uptime_wrap_is_no_restart(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);
	uint32_t started;

	d.booted_ms = SCRIPT_START - (INT64_C(1) << 32) + 10 * SECONDS;
	send_and_publish(s, &d, 0);
	started = s->started_s;
	script_pass(s, 30 * SECONDS);
	assert_near(send_and_publish(s, &d, 3000), 100);
	assert_int_equal(s->events[EVENT_RESTARTED], 0);
	assert_int_equal(s->started_s, started);
}

static void
clock_set_back_a_little_is_no_restart(void **state)
{
	struct script *s = *state;
	struct device d = known(s, 0);

	script_pass(s, 1 * SECONDS);
	d.booted_ms += 3 * SECONDS;
	assert_near(send_and_publish(s, &d, 3000), 3000);
	assert_int_equal(s->events[EVENT_RESTARTED], 0);
}

/* Order --------------------------------------------------------------------- */

static void
duplicate_changes_nothing(void **state)
{
	struct script *s = *state;
	struct device d = known(s, 0);
	uint64_t samples = stats(s)->samples;

	s->now += 5;
	script_input(s);
	script_publish(s);
	assert_int_equal(s->shown_count, 0);
	assert_int_equal(stats(s)->stale, 1);
	assert_int_equal(stats(s)->samples, samples);
	assert_int_equal(s->events[EVENT_RESTARTED], 0);
	script_pass(s, 30 * SECONDS - 5);
	assert_near(send_and_publish(s, &d, 3000), 100);
	assert_int_equal(stats(s)->samples_lost, 0);
}

static void
overtaken_datagram_changes_nothing(void **state)
{
	struct script *s = *state;
	struct device d = known(s, 0);
	struct wire overtaken;

	script_pass(s, 1 * SECONDS);
	script_begin(s, &d);
	wire_host_net_io(&s->w, 100, 0);
	script_end(s);
	overtaken = s->w;
	script_pass(s, 1 * SECONDS);
	assert_near(send_and_publish(s, &d, 200), 100);
	s->now += 20;
	script_input_wire(s, &overtaken);
	script_publish(s);
	assert_int_equal(s->shown_count, 0);
	assert_int_equal(stats(s)->stale, 1);
	assert_int_equal(s->events[EVENT_RESTARTED], 0);
	script_pass(s, 1 * SECONDS - 20);
	assert_near(send_and_publish(s, &d, 300), 100);
}

/* What was overtaken holds another data source's sample: that is news. */
static void
overtaken_sample_of_another_source_is_used(void **state)
{
	struct script *s = *state;
	struct device d = known(s, 0);
	struct device web = script_source(&d, 100000, 3, 80);
	struct wire overtaken;

	script_begin(s, &web);
	wire_http_counters(&s->w, 1000);
	script_send(s);
	script_pass(s, 30 * SECONDS);
	script_begin(s, &web);
	wire_http_counters(&s->w, 1300);
	script_end(s);
	overtaken = s->w;
	d.sequence = web.sequence;
	s->now += 10;
	send_and_publish(s, &d, 3001);
	s->now += 10;
	script_input_wire(s, &overtaken);
	script_publish(s);
	assert_near(script_value(s, HOST, "http_meth_get"), 10);
	assert_int_equal(stats(s)->stale, 0);
	assert_int_equal(s->events[EVENT_RESTARTED], 0);
}

static void
first_sample_of_one_source_spoils_no_other(void **state)
{
	struct script *s = *state;
	struct device d = known(s, 0);
	struct device web = script_source(&d, 100000, 3, 80);

	script_pass(s, 15 * SECONDS);
	script_begin(s, &web);
	wire_http_counters(&s->w, 1000);
	script_send(s);
	script_pass(s, 15 * SECONDS);
	d.sequence = web.sequence;
	assert_near(send_and_publish(s, &d, 3000), 100);
	script_pass(s, 15 * SECONDS);
	web.sequence = d.sequence;
	script_begin(s, &web);
	wire_http_counters(&s->w, 1300);
	script_send(s);
	script_publish(s);
	assert_near(script_value(s, HOST, "http_meth_get"), 10);
}

static void
sub_agents_have_sequences_of_their_own(void **state)
{
	struct script *s = *state;
	struct device d = known(s, 0);
	struct device web = script_source(&d, 80, 3, 80);

	web.sequence = 5;
	web.booted_ms = SCRIPT_START - 100;
	script_begin(s, &web);
	wire_http_counters(&s->w, 1000);
	script_send(s);
	script_pass(s, 30 * SECONDS);
	assert_near(send_and_publish(s, &d, 3000), 100);
	script_begin(s, &web);
	wire_http_counters(&s->w, 1300);
	script_send(s);
	script_publish(s);
	assert_near(script_value(s, HOST, "http_meth_get"), 10);
	assert_int_equal(s->events[EVENT_RESTARTED], 0);
	assert_int_equal(stats(s)->samples_lost, 0);
	assert_int_equal(stats(s)->agents, 1);
}

static void
same_index_of_two_classes_is_two_sources(void **state)
{
	struct script *s = *state;
	struct device d = known(s, 0);
	struct device port = script_source(&d, 100000, 0, 1);

	script_begin(s, &port);
	wire_http_counters(&s->w, 5);
	script_send(s);
	d.sequence = port.sequence;
	script_pass(s, 30 * SECONDS);
	assert_near(send_and_publish(s, &d, 3000), 100);
}

static void
ipv6_agents_are_agents(void **state)
{
	struct script *s = *state;
	struct device d = script_machine("fd80::4");

	script_send_host(s, &d, HOST, 0);
	script_pass(s, 30 * SECONDS);
	assert_near(send_and_publish(s, &d, 3000), 100);
	assert_string_equal(s->shown[0].key, "fd80--4");
}

static void
flow_samples_are_heard_but_have_no_values(void **state)
{
	struct script *s = *state;
	struct device d = known(s, 0);

	script_pass(s, 30 * SECONDS);
	wire_datagram_begin(&s->w, AGENT, 100000, ++d.sequence,
	                    (uint32_t)(s->now - d.booted_ms));
	wire_sample_begin(&s->w, WIRE_FLOW_EXPANDED, 1, 2, 1);
	wire_zeros(&s->w, 2003, 80); /* as a flow record it is another thing */
	wire_sample_end(&s->w);
	wire_datagram_end(&s->w);
	script_input(s);
	script_publish(s);
	assert_int_equal(s->shown_count, 0);
	assert_int_equal(stats(s)->samples, 2);
	assert_int_equal(stats(s)->flow_samples, 1);
	assert_int_equal(stats(s)->unknown, 0);
}

/* Intervals and expiry ------------------------------------------------------ */

static void
check_interval(struct script *s, int64_t interval_s, unsigned tmax, unsigned dmax)
{
	struct device d;
	int i;

	script_configure(s, &collector_defaults);
	d = known(s, 0);
	for (i = 0; i < 5; i++) {
		script_pass(s, interval_s * SECONDS);
		send_and_publish(s, &d, 0);
	}
	assert_int_equal(script_reading(s, HOST, "bytes_in")->tmax_s, tmax);
	assert_int_equal(script_reading(s, HOST, "bytes_in")->dmax_s, dmax);
}

static void
tmax_and_dmax_follow_the_interval(void **state)
{
	struct script *s = *state;

	check_interval(s, 1, 60, 600);
	check_interval(s, 20, 60, 600);
	check_interval(s, 30, 60, 600);
	check_interval(s, 60, 120, 1200);
	check_interval(s, 300, 600, 6000);
}

static void
interval_is_learned_across_losses(void **state)
{
	struct script *s = *state;
	struct device d = known(s, 0);
	int i;

	for (i = 0; i < 6; i++) {
		script_pass(s, 60 * SECONDS);
		d.sequence++;
		d.sample++;
		script_pass(s, 60 * SECONDS);
		send_and_publish(s, &d, 0);
	}
	assert_int_equal(script_reading(s, HOST, "bytes_in")->tmax_s, 120);
}

static void
interval_does_not_flap_under_jitter(void **state)
{
	static const int64_t jitter[] = {0, 9000, -9000, 12000, -12000, 3000, -8000};
	struct script *s = *state;
	struct device d = known(s, 0);
	unsigned tmax;
	int i;

	script_pass(s, 60 * SECONDS);
	send_and_publish(s, &d, 0);
	tmax = script_reading(s, HOST, "bytes_in")->tmax_s;
	for (i = 0; i < 100; i++) {
		script_pass(s, 60 * SECONDS + jitter[i % 7]);
		send_and_publish(s, &d, 0);
		assert_int_equal(script_reading(s, HOST, "bytes_in")->tmax_s, tmax);
	}
	assert_int_equal(tmax, 120);
}

static void
one_odd_interval_is_not_believed(void **state)
{
	struct script *s = *state;
	struct device d = known(s, 0);
	int i;

	for (i = 0; i < 20; i++) {
		script_pass(s, i == 10 ? 2 * SECONDS : 60 * SECONDS);
		send_and_publish(s, &d, 0);
		if (i > 3)
			assert_int_equal(script_reading(s, HOST, "bytes_in")->tmax_s,
			                 120);
	}
}

static void
silent_source_expires(void **state)
{
	struct script *s = *state;
	struct device d = known(s, 0);
	struct device web = script_source(&d, 80, 3, 80);
	int i;

	script_begin(s, &web);
	wire_http_counters(&s->w, 5);
	script_send(s);
	for (i = 0; i < 25; i++) {
		script_pass(s, 30 * SECONDS);
		send_and_publish(s, &d, 0);
	}
	script_begin(s, &web); /* with what it had before, it would be a rate */
	wire_http_counters(&s->w, 5000);
	script_send(s);
	script_publish(s);
	assert_true(isnan(script_value(s, HOST, "http_meth_get")));
	assert_int_equal(s->events[EVENT_GONE], 0);
	assert_int_equal(s->events[EVENT_INSTANCE], 0);
}

static void
silent_host_is_gone_after_dmax(void **state)
{
	struct script *s = *state;
	struct device d = known(s, 0);

	script_pass(s, 30 * SECONDS);
	send_and_publish(s, &d, 0);
	script_pass(s, 30 * SECONDS);
	send_and_publish(s, &d, 0);
	script_pass(s, 1 * DAYS);
	script_publish(s);
	assert_int_equal(s->gone_count, 0);
	script_pass(s, 20 * SECONDS);
	script_publish(s);
	assert_int_equal(s->gone_count, 1);
	assert_string_equal(s->gone[0], HOST);
	assert_int_equal(s->events[EVENT_GONE], 1);
	assert_string_equal(s->last[EVENT_GONE].host, HOST);
	assert_int_equal(stats(s)->agents, 0);
	assert_int_equal(store_count(collector_store(s->c)), 0);
	assert_true(isnan(send_and_publish(s, &d, 1000000)));
	assert_true(script_is_shown(s, HOST));
	assert_int_equal(s->events[EVENT_JOINED], 2);
}

static void
host_heard_briefly_is_gone_sooner(void **state)
{
	struct script *s = *state;

	known(s, 0);
	script_pass(s, 11 * MINUTES);
	script_publish(s);
	assert_int_equal(s->gone_count, 0);
	script_pass(s, 20 * SECONDS);
	script_publish(s);
	assert_int_equal(s->gone_count, 1);
}

/* Bounds ---------------------------------------------------------------------- */

static void
send_many(struct script *s, struct device *devices, char addresses[][ADDRESS_TEXT],
          size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (devices[i].address == NULL) {
			snprintf(addresses[i], ADDRESS_TEXT, "10.0.0.%zu", i + 1);
			devices[i] = script_machine(addresses[i]);
		}
		script_send_net(s, &devices[i], 100 * (uint64_t)s->now / 1000);
	}
}

static void
newcomers_are_refused_at_the_bound(void **state)
{
	struct script *s = *state;
	struct collector_config config = collector_defaults;
	struct device devices[5] = {{0}};
	char addresses[5][ADDRESS_TEXT];

	config.max_agents = 3;
	script_configure(s, &config);
	send_many(s, devices, addresses, 5);
	assert_int_equal(stats(s)->agents, 3);
	assert_int_equal(stats(s)->refused, 2);
	assert_int_equal(script_send_net(s, &devices[4], 0), COLLECTOR_REFUSED);
	script_pass(s, 60 * SECONDS);
	send_many(s, devices, addresses, 5);
	script_pass(s, 1 * SECONDS);
	script_publish(s);
	assert_near(script_value(s, "10.0.0.1", "bytes_in"), 100);
	assert_near(script_value(s, "10.0.0.3", "bytes_in"), 100);
	assert_false(script_is_shown(s, "10.0.0.4"));
	assert_int_equal(s->events[EVENT_AT_BOUND], 5);
}

static void
who_is_gone_makes_room(void **state)
{
	struct script *s = *state;
	struct collector_config config = collector_defaults;
	struct device d = script_machine("10.0.0.9");
	struct device devices[3] = {{0}};
	char addresses[3][ADDRESS_TEXT];
	int round;

	config.max_agents = 3;
	script_configure(s, &config);
	for (round = 0; round < 5; round++) {
		send_many(s, devices, addresses, 3);
		assert_int_equal(script_send_net(s, &d, 0), COLLECTOR_REFUSED);
		script_pass(s, 2 * DAYS);
		script_publish(s);
		assert_int_equal(s->gone_count, 3 * (size_t)round + 3);
		assert_int_equal(script_send_net(s, &d, 0), 0);
		script_pass(s, 2 * DAYS);
		s->gone_count--;
		script_publish(s);
		assert_int_equal(stats(s)->agents, 0);
	}
}

static void
sources_are_bounded_per_agent(void **state)
{
	struct script *s = *state;
	struct collector_config config = collector_defaults;
	struct device d = script_machine(AGENT), port;
	uint32_t i;

	config.max_sources = 4;
	script_configure(s, &config);
	script_send_host(s, &d, HOST, 0);
	for (i = 1; i <= 10; i++) {
		port = script_source(&d, 100000, 0, i);
		script_send_net(s, &port, 0);
		d.sequence = port.sequence;
	}
	assert_int_equal(stats(s)->refused, 7);
	script_pass(s, 30 * SECONDS);
	assert_near(send_and_publish(s, &d, 3000), 100);
	assert_in_range(s->events[EVENT_AT_BOUND], 1, 7);
}

static void
sub_agents_are_bounded_per_agent(void **state)
{
	struct script *s = *state;
	struct collector_config config = collector_defaults;
	struct device d = script_machine(AGENT), other;
	uint32_t i;

	config.max_sources = 4;
	script_configure(s, &config);
	script_send_host(s, &d, HOST, 0);
	for (i = 1; i <= 10; i++) {
		other = script_source(&d, i, 0, i);
		assert_int_equal(script_send_net(s, &other, 0),
		                 i <= 3 ? 0 : COLLECTOR_REFUSED);
	}
	script_pass(s, 30 * SECONDS);
	assert_near(send_and_publish(s, &d, 3000), 100);
}

static void
expired_sources_make_room(void **state)
{
	struct script *s = *state;
	struct collector_config config = collector_defaults;
	struct device d = script_machine(AGENT), other;
	uint32_t i, round;

	config.max_sources = 4;
	script_configure(s, &config);
	for (round = 0; round < 5; round++) {
		for (i = 0; i < 3; i++) {
			other = script_source(&d, 1000 * round + i, 0, i);
			assert_int_equal(script_send_net(s, &other, 0), 0);
		}
		for (i = 0; i < 45; i++) {
			script_send_host(s, &d, HOST, 0);
			script_pass(s, 30 * SECONDS);
		}
	}
	assert_int_equal(stats(s)->refused, 0);
}

static void
only_allowed_packet_sources_are_heard(void **state)
{
	struct script *s = *state;
	struct collector_config config = collector_defaults;
	struct network_list *others, *ours;
	struct device d = script_machine(AGENT);
	size_t bad;

	network_list_parse("10.0.0.0/8", &others, &bad);
	network_list_parse("192.0.2.0/24", &ours, &bad);
	config.allow = others; /* the agent's address does not count */
	script_configure(s, &config);
	assert_int_equal(script_send_net(s, &d, 0), COLLECTOR_REFUSED);
	assert_int_equal(stats(s)->not_allowed, 1);
	assert_int_equal(stats(s)->agents, 0);
	config.allow = ours;
	script_configure(s, &config);
	assert_int_equal(script_send_net(s, &d, 0), 0);
	network_list_free(others);
	network_list_free(ours);
}

static void
what_is_not_accepted_is_left_out(void **state)
{
	struct script *s = *state;
	struct collector_config config = collector_defaults;
	struct device d = script_machine(AGENT);

	config.accept[KIND_HTTP] = false;
	script_configure(s, &config);
	script_begin(s, &d);
	wire_host_descr(&s->w, HOST, 1);
	wire_http_counters(&s->w, 5);
	wire_zeros(&s->w, 2206, 20);
	wire_zeros(&s->w, 2004, 72);
	script_send(s);
	script_publish(s);
	assert_true(isnan(script_value(s, HOST, "http_workers_active")));
	assert_near(script_value(s, HOST, "mem_free"), 0);
	assert_int_equal(stats(s)->unknown, 0);
}

/* What is malformed or unknown ------------------------------------------------ */

/* It gives what is whole of it, and is told of once. */
static void
short_record_gives_its_whole_fields(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);
	int i;

	for (i = 0; i < 3; i++) {
		script_begin(s, &d);
		wire_host_descr(&s->w, HOST, 1);
		wire_zeros(&s->w, 2003, 66); /* short_cpu */
		wire_zeros(&s->w, 2004, 72);
		wire_zeros(&s->w, 2006, 3); /* not even one field */
		assert_int_equal(script_send(s), 0);
		script_publish(s);
		script_pass(s, 30 * SECONDS);
	}
	assert_int_equal(stats(s)->malformed, 6);
	assert_int_equal(s->events[EVENT_MALFORMED], 0);
	assert_int_equal(s->events[EVENT_SHORT], 2);
	assert_near(script_value(s, HOST, "load_one"), 0);
	assert_near(script_value(s, HOST, "cpu_user"), 0);
	assert_near(script_value(s, HOST, "interrupts"), 0);
	assert_true(isnan(script_value(s, HOST, "contexts")));
	assert_true(isnan(script_value(s, HOST, "bytes_in")));
	assert_near(script_value(s, HOST, "mem_free"), 0);
}

static void
malformed_sample_costs_itself(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);

	script_begin(s, &d);
	wire_host_descr(&s->w, HOST, 1);
	wire_zeros(&s->w, 2004, 72);
	wire_zeros(&s->w, 2003, 80);
	wire_patch(&s->w, s->w.record_at, 0x7ffffff0);
	wire_sample_end(&s->w);
	wire_sample_begin(&s->w, WIRE_COUNTERS, 1, 3, 80);
	wire_http_counters(&s->w, 5);
	wire_zeros(&s->w, 2206, 20);
	assert_int_equal(script_send(s), 0);
	script_publish(s);
	assert_int_equal(stats(s)->malformed, 1);
	assert_near(script_value(s, HOST, "mem_free"), 0);
	assert_near(script_value(s, HOST, "http_workers_active"), 0);
}

static void
short_sample_header_costs_the_sample(void **state)
{
	struct script *s = *state;
	struct device d = known(s, 0);

	script_pass(s, 30 * SECONDS);
	script_begin(s, &d);
	wire_host_net_io(&s->w, 3000, 0);
	wire_sample_end(&s->w);
	wire_u32(&s->w, WIRE_COUNTERS); /* short_header */
	wire_u32(&s->w, 4);
	wire_u32(&s->w, 1);
	s->w.samples++;
	wire_datagram_end(&s->w);
	assert_int_equal(script_input(s), 0);
	script_publish(s);
	assert_near(rate(s), 100);
	assert_int_equal(stats(s)->malformed, 1);
	assert_int_equal(s->last[EVENT_MALFORMED].of.malformed.error, DATAGRAM_HEADER);
}

static void
sample_beyond_the_end_leaves_those_before_it(void **state)
{
	struct script *s = *state;
	struct device d = known(s, 0);

	script_pass(s, 30 * SECONDS);
	script_begin(s, &d);
	wire_host_net_io(&s->w, 3000, 0);
	script_end(s);
	wire_patch(&s->w, s->w.samples_at, 2);
	assert_int_equal(script_input(s), DATAGRAM_SAMPLE);
	script_publish(s);
	assert_near(rate(s), 100);
	assert_int_equal(stats(s)->malformed, 1);
}

static void
malformed_datagrams_are_counted(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);

	script_begin(s, &d);
	wire_host_net_io(&s->w, 0, 0);
	script_end(s);
	s->w.len = 24; /* short_header */
	assert_int_equal(script_input(s), DATAGRAM_SHORT);
	wire_patch(&s->w, 0, 4);
	assert_int_equal(script_input(s), DATAGRAM_VERSION);
	script_publish(s);
	assert_int_equal(stats(s)->malformed, 2);
	assert_int_equal(stats(s)->datagrams, 0);
	assert_int_equal(stats(s)->agents, 0);
	assert_int_equal(s->events[EVENT_MALFORMED], 2);
	assert_int_equal(s->last[EVENT_MALFORMED].of.malformed.error, DATAGRAM_VERSION);
}

static void
unknown_formats_are_told_of_once(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);
	int i;

	for (i = 0; i < 3; i++) {
		script_begin(s, &d);
		wire_host_descr(&s->w, HOST, 1);
		wire_zeros(&s->w, SFLOW_TAG(9999, 7), 12);
		wire_zeros(&s->w, 2004, 72);
		wire_sample_end(&s->w);
		wire_sample_begin(&s->w, SFLOW_TAG(4300, 9), 0, 0, 0);
		wire_u32(&s->w, 0);
		assert_int_equal(script_send(s), 0);
		script_publish(s);
		assert_near(script_value(s, HOST, "mem_free"), 0);
		script_pass(s, 30 * SECONDS);
	}
	assert_int_equal(stats(s)->unknown, 6);
	assert_int_equal(s->events[EVENT_UNKNOWN], 2);
	d = script_machine("10.80.0.2"); /* another agent is told of, too */
	script_begin(s, &d);
	wire_zeros(&s->w, SFLOW_TAG(9999, 7), 12);
	script_send(s);
	script_publish(s);
	assert_int_equal(s->events[EVENT_UNKNOWN], 3);
	assert_int_equal(s->last[EVENT_UNKNOWN].of.unknown.tag, SFLOW_TAG(9999, 7));
}

static void
unknown_formats_are_bounded(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);
	unsigned i;

	for (i = 0; i < 1000; i++) {
		script_begin(s, &d);
		wire_zeros(&s->w, SFLOW_TAG(9999, i), 4);
		script_send(s);
		script_publish(s);
	}
	assert_int_equal(stats(s)->unknown, 1000);
	assert_int_equal(s->events[EVENT_UNKNOWN], AGENT_UNKNOWN_MAX);
}

static void
many_records_in_a_sample_are_bounded(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);
	unsigned i;

	script_begin(s, &d);
	wire_host_descr(&s->w, HOST, 1);
	for (i = 0; i < 500; i++)
		wire_zeros(&s->w, SFLOW_TAG(9999, i), 0);
	wire_zeros(&s->w, 2004, 72);
	assert_int_equal(script_send(s), 0);
	assert_int_equal(stats(s)->refused, 1);
	assert_in_range(stats(s)->unknown, 1, 499);
}

/* The same structure twice in a sample: the first counts. */
static void
second_record_of_a_tag_is_ignored(void **state)
{
	struct script *s = *state;
	struct device d = known(s, 0);

	script_pass(s, 30 * SECONDS);
	script_begin(s, &d);
	wire_host_net_io(&s->w, 3000, 0);
	wire_host_net_io(&s->w, 999999, 0);
	script_send(s);
	script_publish(s);
	assert_near(rate(s), 100);
}

static void
flood_of_events_is_bounded(void **state)
{
	struct script *s = *state;
	struct event event;
	unsigned i, count = 0;
	struct device d = script_machine(AGENT);

	for (i = 0; i < 1000; i++) {
		wire_datagram_begin(&s->w, AGENT, 0, 0, 0);
		s->w.len = 10;
		script_input(s);
	}
	script_send_host(s, &d, HOST, 0);
	while (collector_event(s->c, &event))
		count++;
	assert_in_range(count, 2, 33);
	assert_int_equal(event.kind, EVENT_JOINED); /* the flood hid it not */
	assert_int_equal(stats(s)->malformed, 1000);
	assert_false(collector_event(s->c, &event));
}

/* What is delivered ------------------------------------------------------------ */

/* A sample with a constant (mem_total) and a value that varies (mem_free). */
static void
send_memory(struct script *s, struct device *d, uint64_t total)
{
	script_begin(s, d);
	wire_host_descr(&s->w, HOST, 1);
	wire_record_begin(&s->w, 2004);
	wire_u64(&s->w, total);
	wire_bytes(&s->w, (const uint8_t[64]){0}, 64);
	wire_record_end(&s->w);
	script_send(s);
	script_publish(s);
}

static void
constants_are_delivered_when_they_change(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);

	send_memory(s, &d, 1024);
	assert_near(script_value(s, HOST, "mem_total"), 1);
	script_pass(s, 30 * SECONDS);
	send_memory(s, &d, 1024);
	assert_true(isnan(script_value(s, HOST, "mem_total")));
	assert_null(script_reading(s, HOST, "os_name"));
	assert_near(script_value(s, HOST, "mem_free"), 0);
	script_pass(s, 30 * SECONDS);
	send_memory(s, &d, 2048);
	assert_near(script_value(s, HOST, "mem_total"), 2);
}

/* Half of its TMAX of 300 s; of a value's metadata, half of its DMAX. */
static void
what_is_about_to_expire_is_delivered_again(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);
	int64_t age;

	send_memory(s, &d, 1024);
	assert_true(script_reading(s, HOST, "mem_free")->describe);
	assert_int_equal(script_reading(s, HOST, "mem_total")->tmax_s, 300);
	for (age = 30; age <= 600; age += 30) {
		script_pass(s, 30 * SECONDS);
		send_memory(s, &d, 1024);
		assert_int_equal(!isnan(script_value(s, HOST, "mem_total")),
		                 age % 150 == 0);
		assert_int_equal(script_reading(s, HOST, "mem_free")->describe,
		                 age % 300 == 0);
	}
}

static void
started_and_boottime_hold_still(void **state)
{
	static const int64_t jitter[] = {0, 900, -900, 1900, -300, 1200};
	struct script *s = *state;
	struct device d = script_machine(AGENT);
	const struct store_reading *boot;
	double boottime = 0;
	uint32_t started = 0;
	size_t i;

	for (i = 0; i < COUNT_OF(jitter) * 6; i++) {
		script_begin(s, &d);
		wire_host_descr(&s->w, HOST, 1);
		wire_record_begin(&s->w, 2003);
		wire_bytes(&s->w, (const uint8_t[28]){0}, 28);
		wire_u32(&s->w, (uint32_t)((s->now + 500) / 1000));
		wire_bytes(&s->w, (const uint8_t[36]){0}, 36);
		wire_record_end(&s->w);
		script_end(s);
		s->now += 1000 + jitter[i % COUNT_OF(jitter)];
		script_input(s);
		script_publish(s);
		boot = script_reading(s, HOST, "boottime");
		if (i == 0) {
			boottime = boot->number;
			started = s->started_s;
		}
		if (boot != NULL)
			assert_near(boot->number, boottime);
		assert_int_equal(s->started_s, started);
		script_pass(s, 30 * SECONDS - jitter[i % COUNT_OF(jitter)]);
	}
}

static void
reboot_moves_started(void **state)
{
	struct script *s = *state;
	struct device d = known(s, 0);
	uint32_t started = s->started_s;

	assert_int_equal(started, (SCRIPT_WALL + d.booted_ms) / 1000);
	script_pass(s, 30 * SECONDS);
	script_reboot(s, &d);
	send_and_publish(s, &d, 0);
	assert_int_equal(s->started_s, (SCRIPT_WALL + d.booted_ms) / 1000);
}

/* A day of 1,000 agents: nothing is lost, refused or restarted. */
static void
day_of_a_thousand_agents(void **state)
{
	struct script *s = *state;
	static struct device devices[1000];
	static char addresses[1000][ADDRESS_TEXT];
	int64_t t;
	size_t i;

	for (i = 0; i < COUNT_OF(devices); i++) {
		snprintf(addresses[i], ADDRESS_TEXT, "10.1.%zu.%zu", i / 250, i % 250);
		devices[i] = script_machine(addresses[i]);
	}
	for (t = 0; t < 1 * DAYS; t += 300 * SECONDS) {
		for (i = 0; i < COUNT_OF(devices); i++)
			script_send_host(s, &devices[i], addresses[i],
			                 (uint64_t)t / 10);
		script_pass(s, 300 * SECONDS);
		if (store_waiting(s->feed) != 1000)
			fail_msg("hosts are missing at %d s", (int)(t / 1000));
	}
	assert_int_equal(stats(s)->agents, 1000);
	assert_int_equal(stats(s)->samples, 288000);
	assert_int_equal(stats(s)->samples_lost + stats(s)->refused, 0);
	assert_int_equal(stats(s)->stale + stats(s)->resets, 0);
}

static void
datagrams_that_were_held_up_make_no_spike(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);
	struct wire held_up;

	script_send_host(s, &d, HOST, 0);
	script_pass(s, 30 * SECONDS);
	script_begin(s, &d);
	wire_host_net_io(&s->w, 3000, 0);
	script_end(s);
	held_up = s->w;
	script_pass(s, 30 * SECONDS);
	script_input_wire(s, &held_up);
	s->now += 500;
	script_send_net(s, &d, 6000);
	script_publish(s);
	if (script_value(s, HOST, "bytes_in") > 150)
		fail_msg("a spike: %g", script_value(s, HOST, "bytes_in"));
}

/* a duplicate is no heartbeat, whatever is in it. */
static void
duplicate_of_an_unknown_sample_changes_nothing(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);
	struct store_host *host;
	struct store_info info;

	script_send_host(s, &d, HOST, 0);
	wire_datagram_begin(&s->w, AGENT, 100000, ++d.sequence,
	                    (uint32_t)(s->now - d.booted_ms));
	wire_sample_begin(&s->w, SFLOW_TAG(4300, 9), 0, 0, 0);
	wire_sample_end(&s->w);
	wire_datagram_end(&s->w);
	script_input(s);
	s->now += 1000;
	script_input(s);
	host = store_take(s->feed);
	store_host_info(host, &info);
	assert_int_equal(info.heard_ms, s->now - 1000);
	assert_int_equal(collector_stats(s->c)->unknown, 1);
}

/* polled every 15 minutes, it is a newcomer each time. */
static void
slow_agent_is_known_after_all(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);
	int i;

	for (i = 0; i < 6; i++) {
		script_send_host(s, &d, HOST, 900 * 100 * (uint64_t)i);
		script_publish(s);
		script_pass(s, 15 * MINUTES);
	}
	assert_near(script_value(s, HOST, "bytes_in"), 100);
}

/* a datagram from before the restart comes just behind the
 * first one after it: it is taken for the next, with a hundred lost, and the
 * one after it for another restart. */
static void
datagram_from_before_the_restart_changes_nothing(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);
	struct wire before;

	script_send_host(s, &d, HOST, 0);
	script_pass(s, 30 * SECONDS);
	script_begin(s, &d);
	wire_host_net_io(&s->w, 3000, 0);
	script_end(s);
	before = s->w;
	script_reboot(s, &d);
	script_send_host(s, &d, HOST, 5000);
	s->now += 20;
	script_input_wire(s, &before);
	script_pass(s, 30 * SECONDS);
	script_send_host(s, &d, HOST, 8002);
	script_publish(s);
	assert_int_equal(s->events[EVENT_RESTARTED], 1);
	assert_int_equal(collector_stats(s->c)->samples_lost, 0);
	assert_near(script_value(s, HOST, "bytes_in"), 100);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    TEST(first_sample_gives_gauges_only),
	    TEST(second_sample_gives_rates),
	    TEST(loss_is_counted_and_the_rate_is_right),
	    TEST(sequences_wrap),
	    TEST(counter_of_32_bits_wraps),
	    TEST(reset_gives_nothing_and_then_goes_on),
	    TEST(unsupported_counters_are_absent),
	    TEST(counter_that_becomes_supported),
	    TEST(record_that_loses_its_tail_is_latched),
	    TEST(late_datagram_does_not_bend_the_rate),
	    TEST(restart_latches),
	    TEST(restart_without_a_reboot_latches),
	    TEST(restart_is_seen_by_the_clock_alone),
	    TEST(restart_latches_all_sources_of_the_sub_agent),
	    TEST(source_that_begins_again_is_latched_alone),
	    TEST(uptime_wrap_is_no_restart),
	    TEST(clock_set_back_a_little_is_no_restart),
	    TEST(duplicate_changes_nothing),
	    TEST(overtaken_datagram_changes_nothing),
	    TEST(overtaken_sample_of_another_source_is_used),
	    TEST(first_sample_of_one_source_spoils_no_other),
	    TEST(sub_agents_have_sequences_of_their_own),
	    TEST(same_index_of_two_classes_is_two_sources),
	    TEST(ipv6_agents_are_agents),
	    TEST(flow_samples_are_heard_but_have_no_values),
	    TEST(tmax_and_dmax_follow_the_interval),
	    TEST(interval_is_learned_across_losses),
	    TEST(interval_does_not_flap_under_jitter),
	    TEST(one_odd_interval_is_not_believed),
	    TEST(silent_source_expires),
	    TEST(silent_host_is_gone_after_dmax),
	    TEST(host_heard_briefly_is_gone_sooner),
	    TEST(newcomers_are_refused_at_the_bound),
	    TEST(who_is_gone_makes_room),
	    TEST(sources_are_bounded_per_agent),
	    TEST(sub_agents_are_bounded_per_agent),
	    TEST(expired_sources_make_room),
	    TEST(only_allowed_packet_sources_are_heard),
	    TEST(what_is_not_accepted_is_left_out),
	    TEST(short_record_gives_its_whole_fields),
	    TEST(malformed_sample_costs_itself),
	    TEST(short_sample_header_costs_the_sample),
	    TEST(sample_beyond_the_end_leaves_those_before_it),
	    TEST(malformed_datagrams_are_counted),
	    TEST(unknown_formats_are_told_of_once),
	    TEST(unknown_formats_are_bounded),
	    TEST(many_records_in_a_sample_are_bounded),
	    TEST(second_record_of_a_tag_is_ignored),
	    TEST(flood_of_events_is_bounded),
	    TEST(constants_are_delivered_when_they_change),
	    TEST(what_is_about_to_expire_is_delivered_again),
	    TEST(started_and_boottime_hold_still),
	    TEST(reboot_moves_started),
	    TEST(day_of_a_thousand_agents),
	    TEST(datagrams_that_were_held_up_make_no_spike),
	    TEST(duplicate_of_an_unknown_sample_changes_nothing),
	    TEST(slow_agent_is_known_after_all),
	    TEST(datagram_from_before_the_restart_changes_nothing),
	};

	return cmocka_run_group_tests_name("collector", tests, NULL, NULL);
}

/* Resets, wraps, and what can't be true, over the records of a sample. */
#include "tests/sflow/unit.h"

#include <stdio.h>

#include "tests/sflow/rack.h"

#define KEPT 20 /* words of a record */

/* A machine that sends host_net_io, host_memory, http_counters and virt_cpu by words; 0:
 * that record is not sent. */
struct words {
	uint32_t tag;
	uint32_t word[KEPT];
	size_t count;
};

static void
put(struct wire *w, const struct words *r)
{
	size_t i;

	wire_record_begin(w, r->tag);
	for (i = 0; i < r->count; i++)
		wire_u32(w, r->word[i]);
	wire_record_end(w);
}

/* A poll of some records, 30 s after the one before. */
static void
poll(struct script *s, struct device *d, struct words *records, size_t count)
{
	size_t i;

	script_pass(s, 30 * SECONDS);
	script_begin(s, d);
	wire_host_descr(&s->w, "web1", 1);
	for (i = 0; i < count; i++)
		put(&s->w, &records[i]);
	assert_int_equal(script_send(s), 0);
	script_publish(s);
}

static double
value(const struct script *s, const char *metric)
{
	return script_value(s, "web1", metric);
}

static unsigned
resets(const struct script *s)
{
	return (unsigned)collector_stats(s->c)->resets;
}

static struct words
http(uint32_t gets)
{
	struct words r = {.tag = 2201, .count = 15};

	r.word[1] = r.word[10] = gets; /* GET, 2xx */
	return r;
}

/* bytes_in has two words. */
static struct words
net(uint64_t bytes_in)
{
	struct words r = {.tag = 2006, .count = 10};

	r.word[0] = (uint32_t)(bytes_in >> 32);
	r.word[1] = (uint32_t)bytes_in;
	return r;
}

/* Pages in and out, the 15th and 16th words of host_memory; the other two are zero. */
static struct words
memory(uint32_t page_in, uint32_t page_out)
{
	struct words r = {.tag = 2004, .count = 16};

	r.word[14] = page_in;
	r.word[15] = page_out;
	return r;
}

/* host_memory has 18 words. */
static void
put_memory(struct script *s, struct device *d, struct words m, uint64_t bytes_in)
{
	struct words n = net(bytes_in);

	script_pass(s, 30 * SECONDS);
	script_begin(s, d);
	wire_host_descr(&s->w, "web1", 1);
	put(&s->w, &n);
	m.tag = 2004;
	wire_record_begin(&s->w, m.tag);
	for (size_t i = 0; i < m.count; i++)
		wire_u32(&s->w, m.word[i]);
	wire_u64(&s->w, 0); /* swapped in and out */
	wire_record_end(&s->w);
	assert_int_equal(script_send(s), 0);
	script_publish(s);
}

/* Two counters that count the same wrap at once, at the rate that they had. */
static void
counters_may_wrap_at_once(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);
	uint32_t gets = UINT32_MAX - 1000000;
	int i;

	for (i = 0; i < 5; i++, gets += 600000) {
		struct words r = http(gets);

		poll(s, &d, &r, 1);
		if (i > 0)
			assert_near(value(s, "http_meth_get"), 20000);
	}
	assert_int_equal(resets(s), 0);
}

static void
counters_that_fall_at_once_were_reset(void **state)
{
	static const uint32_t falls[] = {3000000000u, 4000000000u, 4294000000u};
	struct script *s = *state;
	struct device d = script_machine(AGENT);
	size_t i;

	for (i = 0; i < COUNT_OF(falls); i++) {
		struct words r[] = {http(falls[i]), http(falls[i] + 300), http(5),
		                    http(305)};

		d.sample = 0; /* the web server alone begins again */
		d = script_machine(AGENT);
		script_configure(s, &collector_defaults);
		poll(s, &d, &r[0], 1);
		poll(s, &d, &r[1], 1);
		assert_near(value(s, "http_meth_get"), 10);
		poll(s, &d, &r[2], 1);
		assert_true(isnan(value(s, "http_meth_get")));
		assert_true(isnan(value(s, "http_meth_put")));
		poll(s, &d, &r[3], 1);
		assert_near(value(s, "http_meth_get"), 10);
		assert_int_equal(resets(s), 1);
	}
}

/* The first delta of all: nobody knows a rate yet. */
static void
fall_without_a_rate_holds_back_its_record(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);

	put_memory(s, &d, memory(3000000000u, 7), 1000000);
	put_memory(s, &d, memory(5, 8), 1003000);
	assert_true(isnan(value(s, "page_in")));
	assert_true(isnan(value(s, "page_out")));
	assert_near(value(s, "bytes_in"), 100);
	put_memory(s, &d, memory(305, 308), 1006000);
	assert_near(value(s, "page_in"), 10);
	assert_near(value(s, "bytes_in"), 100);
}

/* A sum over interfaces falls when one goes; what was reset shows by its own counters. */
static void
fall_of_64_bits_is_not_that_of_what_went_on(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);

	put_memory(s, &d, memory(1000, 1000), 1000000000);
	put_memory(s, &d, memory(1030, 1060), 1000003000);
	assert_near(value(s, "page_in"), 1);
	put_memory(s, &d, memory(1060, 1120), 900000000);
	assert_true(isnan(value(s, "bytes_in")));
	assert_near(value(s, "page_in"), 1);
	/* but these may have begun again */
	put_memory(s, &d, memory(1200, 2400), 800000000);
	assert_true(isnan(value(s, "bytes_in")));
	assert_true(isnan(value(s, "page_in")));
	assert_true(isnan(value(s, "page_out")));
	put_memory(s, &d, memory(1230, 2430), 800003000);
	assert_near(value(s, "page_in"), 1);
	assert_near(value(s, "bytes_in"), 100);
}

/* A record that falls at every poll spoils others twice, and then no more. */
static void
record_that_resets_at_most_polls_is_alone(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);
	uint64_t bytes = 1000000000;
	int i;

	for (i = 0; i < 8; i++, bytes -= 1000) {
		uint32_t pages = i == 0 ? 0 : 100u << (2 * i);

		put_memory(s, &d, memory(pages, 0), bytes);
		assert_true(isnan(value(s, "bytes_in")));
		if (i > 3) /* 3/4 of them are new: they can't show that they went on */
			assert_near(value(s, "page_in"), 0.75 * pages / 30);
	}
}

static void
reading_between_was_wrong(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);
	uint64_t bytes = UINT64_C(1) << 50;
	int i;

	for (i = 0; i < 3; i++, bytes += 3000)
		put_memory(s, &d, memory(1000, 0), bytes);
	assert_near(value(s, "bytes_in"), 100);
	put_memory(s, &d, memory(1000, 0), 0);
	assert_true(isnan(value(s, "bytes_in")));
	put_memory(s, &d, memory(1000, 0), 0); /* twice */
	bytes += 6000;
	put_memory(s, &d, memory(1000, 0), bytes);
	assert_true(isnan(value(s, "bytes_in")));
	assert_true(isnan(value(s, "pkts_in")));
	assert_near(value(s, "page_in"), 0);
	put_memory(s, &d, memory(1000, 0), bytes + 3000);
	assert_near(value(s, "bytes_in"), 100);
}

/* A young process that begins again is soon where it was. If it was 0 for one poll, it counts
 * twice as much after that, and what it had. */
static void
what_begins_again_once_has_values(void **state)
{
	static const uint32_t gets[][5] = {
	    {100, 400, 250, 550, 850},      {100, 400, 0, 1000, 1300},
	    {10, 310, 0, 910, 1210},        {10, 310, 300, 600, 900},
	    {1000, 1300, 1200, 1500, 1800}, {100, 400, 250, 900, 1200}};
	struct script *s = *state;
	size_t i, j;

	for (i = 0; i < COUNT_OF(gets); i++) {
		const char *metric = i % 2 == 0 ? "http_meth_get" : "bytes_in";
		struct device d = script_machine(AGENT);

		script_configure(s, &collector_defaults);
		for (j = 0; j < COUNT_OF(gets[i]); j++) {
			struct words r =
			    i % 2 == 0 ? http(gets[i][j]) : net(gets[i][j]);

			poll(s, &d, &r, 1);
			if (j == 2 || (j == 3 && i != 0 && i != 3))
				assert_true(isnan(value(s, metric)));
			else if (j > 0)
				assert_near(value(s, metric), 10);
		}
		assert_int_equal(resets(s), 1);
	}
}

/* What has begun again at every second poll is soon where it was. That it was 0 for one poll
 * shows by its rate. */
static void
what_begins_again_and_again_has_values(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);
	struct words r;
	int i;

	for (i = 0; i < 12; i++) {
		r = http(i % 2 == 0 ? 150 : 450);
		poll(s, &d, &r, 1);
		if (i % 2 == 0)
			assert_true(isnan(value(s, "http_meth_get")));
		else
			assert_near(value(s, "http_meth_get"), 10);
	}
	for (i = 0; i < 6; i++) {
		r = http(i == 2 || i == 4 ? 0 : 100000 + 300 * (uint32_t)i);
		poll(s, &d, &r, 1);
		assert_int_equal(isnan(value(s, "http_meth_get")), i > 1);
	}
}

/* Four CPUs in host_cpu, a quarter of whose time went to each of user and system. */
static struct words
cpu(uint32_t user, uint32_t wait)
{
	struct words r = {.tag = 2003, .count = 20};

	r.word[5] = 4;
	r.word[8] = r.word[10] = user;
	r.word[11] = 2 * user;
	r.word[12] = wait;
	r.word[16] = user / 10; /* context switches */
	return r;
}

/* A kernel takes back time that CPUs waited: nothing was reset. */
static void
time_of_cpus_may_be_taken_back(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);
	uint32_t user = 3000000, wait = 100000;
	int i;

	for (i = 0; i < 12; i++, user += 30000) {
		struct words r = cpu(user, wait);

		wait = i % 3 == 2 ? wait - 1600 : wait + 1000;
		poll(s, &d, &r, 1);
		if (i == 0)
			continue;
		assert_int_equal(isnan(value(s, "cpu_wio")), i % 3 == 0);
		assert_true(fabs(value(s, "cpu_user") - 25) < 0.3);
		assert_true(fabs(value(s, "cpu_idle") - 50) < 0.5);
		assert_near(value(s, "contexts"), 100);
	}
	assert_int_equal(resets(s), 0);
}

/* But not as much as that, nor so much of what it was. */
static void
fall_of_cpu_time_may_be_a_reset(void **state)
{
	static const uint32_t waits[][2] = {{2000000, 1800000}, {10000, 8000}};
	struct script *s = *state;
	size_t i;

	for (i = 0; i < COUNT_OF(waits); i++) {
		struct words r[] = {cpu(3000000, waits[i][0]),
		                    cpu(3030000, waits[i][1]),
		                    cpu(3060000, waits[i][1] + 100000)};
		struct device d = script_machine(AGENT);

		script_configure(s, &collector_defaults);
		poll(s, &d, &r[0], 1);
		poll(s, &d, &r[1], 1);
		assert_true(isnan(value(s, "cpu_user")));
		assert_true(isnan(value(s, "contexts")));
		assert_int_equal(resets(s), 1);
	}
}

/* What is missing of a record that is short is not 0. What older agents don't have is. */
static void
shares_are_of_all(void **state)
{
	static const size_t counts[] = {9, 11, 14, 15, 17};
	struct script *s = *state;
	size_t i;

	for (i = 0; i < COUNT_OF(counts); i++) {
		struct words r[] = {cpu(3000000, 0), cpu(3030000, 0)};
		struct device d = script_machine(AGENT);

		script_configure(s, &collector_defaults);
		r[0].count = r[1].count = counts[i];
		poll(s, &d, &r[0], 1);
		poll(s, &d, &r[1], 1);
		if (counts[i] < 15)
			assert_true(isnan(value(s, "cpu_user")));
		else
			assert_near(value(s, "cpu_user"), 25);
		assert_int_equal(isnan(value(s, "contexts")), counts[i] < 17);
	}
}

/* Soon after a reset counters are again where they were, if that was not much. */
static void
reset_of_a_young_counter_is_soon_over(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);

	put_memory(s, &d, memory(0, 0), 3000);
	put_memory(s, &d, memory(0, 0), 2900);
	put_memory(s, &d, memory(0, 0), 302900);
	assert_near(value(s, "bytes_in"), 10000);
}

/* Ports -------------------------------------------------------------------------- */

/* One port, 30 s on, with this much more. */
static void
poll_port(struct script *s, struct rack *r, uint64_t in, uint32_t pkts)
{
	r->ports[0].in += in;
	r->ports[0].pkts_in += pkts;
	script_pass(s, 30 * SECONDS);
	send_port(s, r, &r->ports[0]);
	script_publish(s);
}

static void
begin_rack(struct script *s, struct rack *r, uint64_t speed)
{
	int i;

	*r = new_rack();
	r->ports[0].speed = speed;
	for (i = 0; i < 4; i++)
		poll_port(s, r, 3000, 30);
	assert_near(script_value(s, HOST, "swp1.pkts_in"), 1);
}

static void
octets_beyond_the_line_once(void **state)
{
	struct script *s = *state;
	struct rack r;

	begin_rack(s, &r, GIGABIT);
	poll_port(s, &r, UINT64_C(1) << 40, 30);
	assert_false(has(s, "swp1.bytes_in"));
	assert_false(has(s, "swp1.util_in"));
	assert_false(has(s, "bytes_in"));
	assert_near(script_value(s, HOST, "swp1.pkts_in"), 1);
	assert_near(script_value(s, HOST, "pkts_in"), 1);
	assert_near(script_value(s, HOST, "swp1.bytes_out"), 0);
	poll_port(s, &r, 3000, 30);
	assert_near(script_value(s, HOST, "swp1.bytes_in"), 100);
	assert_near(script_value(s, HOST, "bytes_in"), 100);
	assert_true(has(s, "swp1.util_in"));
	assert_int_equal(s->events[EVENT_SPEED], 0);
}

static void
octets_beyond_the_line_twice(void **state)
{
	struct script *s = *state;
	struct rack r;
	int i;

	begin_rack(s, &r, GIGABIT / 100);
	for (i = 0; i < 4; i++) {
		poll_port(s, &r, 30000000000, 30);
		assert_int_equal(has(s, "swp1.bytes_in"), i > 0);
		assert_int_equal(has(s, "bytes_in"), i > 0);
		assert_false(has(s, "swp1.util_in"));
		assert_int_equal(has(s, "swp1.util_out"), i == 0);
	}
	assert_near(script_value(s, HOST, "swp1.bytes_in"), 1e9);
	poll_port(s, &r, 3000, 30);
	assert_near(script_value(s, HOST, "swp1.bytes_in"), 100);
	assert_false(has(s, "swp1.util_in"));
	assert_int_equal(s->events[EVENT_SPEED], 1);
	assert_string_equal(s->last[EVENT_SPEED].of.speed.port, "swp1");
	r.ports[0].speed = 10 * GIGABIT; /* another one may be right */
	poll_port(s, &r, 30000000000, 30);
	assert_near(script_value(s, HOST, "swp1.util_in"), 80);
}

/* A switch that reads its counters every 60 s, polled every 30: 80 % look like 160 %, and
 * 0. But 105 % may be jitter. */
static void
line_is_never_more_than_full(void **state)
{
	struct script *s = *state;
	struct rack r;
	int i;

	begin_rack(s, &r, GIGABIT);
	for (i = 0; i < 8; i++) {
		uint64_t bytes = i % 2 == 0 ? UINT64_C(6000000000) : 0;

		poll_port(s, &r, bytes, 30);
		assert_near(script_value(s, HOST, "swp1.bytes_in"), (double)bytes / 30);
		assert_near(script_value(s, HOST, "bytes_in"), (double)bytes / 30);
		assert_int_equal(has(s, "swp1.util_in"), bytes == 0);
		assert_true(has(s, "swp1.util_out"));
	}
	assert_int_equal(s->events[EVENT_SPEED], 0);
	poll_port(s, &r, UINT64_C(3940000000), 30);
	assert_near(script_value(s, HOST, "swp1.util_in"), 394 / 3.75);
	poll_port(s, &r, UINT64_C(4140000000), 30);
	assert_false(has(s, "swp1.util_in"));
	assert_near(script_value(s, HOST, "swp1.bytes_in"), 138000000);
}

/* Bursts, with less between them: that is no wrong reading either. Long after one, another
 * may be. */
static void
octets_beyond_the_line_now_and_then(void **state)
{
	struct script *s = *state;
	struct rack r;
	int i;

	begin_rack(s, &r, GIGABIT / 100);
	for (i = 0; i < 20; i++) {
		bool burst = i == 0 || i == 10 || i == 15;

		poll_port(s, &r, burst ? 30000000000 : 3000, 30);
		assert_int_equal(has(s, "swp1.bytes_in"), i != 0 && i != 10);
		assert_int_equal(has(s, "swp1.util_in"), i < 15 && !burst);
		assert_int_equal(s->events[EVENT_SPEED], i >= 15);
	}
	assert_int_equal(s->events[EVENT_SPEED], 1);
}

/* Nor has a reading with such octets packets that the line can't carry: 1,488,095 a second,
 * or twice as many. */
static void
packets_beyond_the_line(void **state)
{
	struct script *s = *state;
	struct rack r;

	begin_rack(s, &r, GIGABIT);
	poll_port(s, &r, UINT64_C(1) << 40, 30 * 2976000);
	assert_near(script_value(s, HOST, "swp1.pkts_in"), 2976000);
	script_configure(s, &collector_defaults);
	begin_rack(s, &r, GIGABIT);
	poll_port(s, &r, UINT64_C(1) << 40, 30 * 2977000);
	assert_false(has(s, "swp1.ucast_in"));
	assert_false(has(s, "swp1.pkts_in"));
	assert_false(has(s, "pkts_in"));
	assert_near(script_value(s, HOST, "swp1.multicast_in"), 0);
}

static void
virtual_ports_have_no_line(void **state)
{
	static const char *const names[] = {"tap0", "veth12ab", "vnet3", "sap-1"};
	struct script *s = *state;
	struct rack r;
	size_t i;

	for (i = 0; i < COUNT_OF(names); i++) {
		char metric[64];

		script_configure(s, &collector_defaults);
		begin_rack(s, &r, GIGABIT / 100);
		r.ports[0].name = names[i];
		r.ports[0].type = i == 3 ? 53 : ETHERNET;
		poll_port(s, &r, 3000, 30);
		poll_port(s, &r, 30000000000, 30);
		snprintf(metric, sizeof(metric), "%s.bytes_in", names[i]);
		assert_near(script_value(s, HOST, metric), 1e9);
		snprintf(metric, sizeof(metric), "%s.util_in", names[i]);
		assert_false(has(s, metric));
		assert_int_equal(s->events[EVENT_SPEED], 1);
		s->events[EVENT_SPEED] = 0;
	}
}

static void
speeds_that_are_given(void **state)
{
	struct collector_config config = collector_defaults;
	struct port_speeds *speeds = port_speeds_parse("10.90.0.*/swp1 = 10G");
	struct script *s = *state;
	struct rack r;

	assert_non_null(speeds);
	config.speeds = speeds;
	script_configure(s, &config);
	begin_rack(s, &r, UINT32_MAX);
	poll_port(s, &r, 30000000000, 30);
	assert_near(script_value(s, HOST, "swp1.util_in"), 80);
	show_all(s);
	assert_near(script_value(s, HOST, "swp1.speed"), 1e10);
	config.speeds = NULL;
	collector_reconfigure(s->c, &config, s->now);
	port_speeds_free(speeds);
	poll_port(s, &r, 30000000000, 30);
	assert_false(has(s, "swp1.util_in"));
}

static void
speed_that_says_nothing(void **state)
{
	struct script *s = *state;
	struct rack r;

	begin_rack(s, &r, UINT32_MAX);
	show_all(s);
	assert_false(has(s, "swp1.speed"));
	assert_false(has(s, "swp1.util_in"));
	assert_true(has(s, "swp1.bytes_in"));
}

/* 400 Gbit/s, half of it used: 3e9 packets, or 7.3e9, or 11.6e9. */
static void
packets_may_have_wrapped_once_more(void **state)
{
	static const uint64_t speeds[] = {400 * GIGABIT, 0, UINT32_MAX, UINT64_MAX};
	struct script *s = *state;
	struct rack r;
	size_t i;

	for (i = 0; i < COUNT_OF(speeds); i++) {
		script_configure(s, &collector_defaults);
		begin_rack(s, &r, speeds[i]);
		poll_port(s, &r, UINT64_C(750000000000), 3000000000u);
		assert_false(has(s, "swp1.ucast_in"));
	}
	assert_false(has(s, "swp1.ucast_in"));
	assert_false(has(s, "swp1.pkts_in"));
	assert_false(has(s, "pkts_in"));
	assert_near(script_value(s, HOST, "bytes_in"), 2.5e10);
	assert_near(script_value(s, HOST, "swp1.multicast_in"), 0);
	/* so few octets leave one answer */
	poll_port(s, &r, UINT64_C(240000000000), 3000000000u);
	assert_near(script_value(s, HOST, "swp1.ucast_in"), 1e8);
	assert_near(script_value(s, HOST, "pkts_in"), 1e8);
}

/* 100 Gbit/s can't carry 2^32 more in the time. */
static void
line_leaves_one_answer(void **state)
{
	struct script *s = *state;
	struct rack r;

	begin_rack(s, &r, 100 * GIGABIT);
	poll_port(s, &r, UINT64_C(330000000000), 330000000);
	assert_near(script_value(s, HOST, "swp1.ucast_in"), 1.1e7);
}

/* What was counted last is of 1,000 octets. As large ones leave one answer, or as many; but
 * half a percent more may be by chance 2^32 more of 64 octets. */
static void
last_packets_leave_one_answer(void **state)
{
	struct script *s = *state;
	struct rack r;

	begin_rack(s, &r, 400 * GIGABIT);
	poll_port(s, &r, UINT64_C(100000000000), 100000000);
	poll_port(s, &r, UINT64_C(400000000000), 402000000);
	assert_near(script_value(s, HOST, "swp1.ucast_in"), 4.02e8 / 30);
	poll_port(s, &r, UINT64_C(750000000000), 403000000);
	assert_near(script_value(s, HOST, "swp1.ucast_in"), 4.03e8 / 30);
	poll_port(s, &r, UINT64_C(750000000000), 406000000);
	assert_false(has(s, "swp1.ucast_in"));
	poll_port(s, &r, UINT64_C(100000000000), 100000000);
	assert_near(script_value(s, HOST, "swp1.ucast_in"), 1e8 / 30);
	poll_port(s, &r, UINT64_C(400000000000), 403000000);
	assert_false(has(s, "swp1.ucast_in"));
}

/* 100 Gbit/s: 5 % of 1,500 octets, and then 99 % of 64, which are 4.42e9 packets. */
static void
packets_may_be_a_25th_of_the_size(void **state)
{
	struct script *s = *state;
	struct rack r;

	begin_rack(s, &r, 100 * GIGABIT);
	poll_port(s, &r, UINT64_C(18750000000), 12500000);
	assert_near(script_value(s, HOST, "swp1.ucast_in"), 1.25e7 / 30);
	poll_port(s, &r, UINT64_C(282857142848), 124747059);
	assert_false(has(s, "swp1.ucast_in"));
	assert_near(script_value(s, HOST, "swp1.multicast_in"), 0);
}

/* 9e9 packets of 64 octets, twice, after 2.3e8 of them: what was counted then is not of the
 * octets that came last. */
static void
packets_and_octets_of_two_polls_say_nothing(void **state)
{
	struct script *s = *state;
	struct rack r;
	int i;

	begin_rack(s, &r, 400 * GIGABIT);
	for (i = 0; i < 5; i++) {
		poll_port(s, &r, UINT64_C(15000000000), 230000000);
		assert_near(script_value(s, HOST, "swp1.ucast_in"), 2.3e8 / 30);
		poll_port(s, &r, UINT64_C(580000000000), 410065408);
		assert_false(has(s, "swp1.ucast_in"));
		poll_port(s, &r, UINT64_C(580000000000), 410065408);
		assert_false(has(s, "swp1.ucast_in"));
		assert_near(script_value(s, HOST, "swp1.multicast_in"), 0);
		/* as large as at first, and so many octets leave no other answer */
		poll_port(s, &r, UINT64_C(26000000000), 400000000);
		assert_near(script_value(s, HOST, "swp1.ucast_in"), 4e8 / 30);
	}
}

/* The octets may have been more packets, but those of 1,500 bytes were known before. */
static void
size_of_packets_is_remembered(void **state)
{
	struct script *s = *state;
	struct rack r;

	begin_rack(s, &r, 400 * GIGABIT);
	poll_port(s, &r, UINT64_C(150000000000), 100000000);
	assert_near(script_value(s, HOST, "swp1.ucast_in"), 1e8 / 30);
	poll_port(s, &r, UINT64_C(900000000000), 800000000);
	assert_false(has(s, "swp1.ucast_in"));
	poll_port(s, &r, UINT64_C(450000000000), 300000000);
	assert_near(script_value(s, HOST, "swp1.ucast_in"), 1e7);
}

/* Numbers of samples that count something else go back to near 0 every few polls: once that
 * is known, only counters that fall show that the port began again. */
static void
sample_numbers_may_go_back_often(void **state)
{
	static const uint32_t every[] = {3, 4, 10, 16, 256};
	struct script *s = *state;
	uint32_t polls;
	size_t i;

	for (i = 0; i < COUNT_OF(every); i++) {
		struct rack r = new_rack();
		unsigned lost = 0;

		script_configure(s, &collector_defaults);
		for (polls = 0; polls < 4 * every[i] + 4; polls++) {
			r.ports[0].samples = polls % every[i];
			poll_port(s, &r, 3000, 30);
			lost += !has(s, "swp1.bytes_in");
		}
		assert_in_range(lost, 2, 3); /* the first two, and at the first jump */
		r.ports[0].samples = 0;
		r.ports[0].in = 0;
		r.ports[0].pkts_in +=
		    1000; /* the port begins again, all its packets are new */
		poll_port(s, &r, 9000, 30);
		assert_false(has(s, "swp1.bytes_in"));
		assert_false(has(s, "swp1.pkts_in"));
		r.ports[0].samples = 1;
		poll_port(s, &r, 3000, 30);
		assert_near(script_value(s, HOST, "swp1.bytes_in"), 100);
	}
}

/* Also if the counters that fell could have wrapped. Where numbers go on, they did. */
static void
counters_fall_where_sample_numbers_go_back(void **state)
{
	struct script *s = *state;
	struct device d;
	uint32_t jump;
	int i;

	for (jump = 0; jump < 2; jump++) {
		script_configure(s, &collector_defaults);
		d = script_machine(AGENT);
		for (i = 0; i < 12; i++) {
			struct words r = http(0U - 6100000 + 600000 * (uint32_t)i);

			if (i == 5 || (i == 11 && jump))
				d.sample = 0;
			poll(s, &d, &r, 1);
			if (i > 0)
				assert_int_equal(isnan(value(s, "http_meth_get")),
				                 i == 5 || (i == 11 && jump));
		}
		assert_int_equal(resets(s), jump);
	}
}

/* Octets of 32 bits ----------------------------------------------------------------- */

/* A port of 32 bits behind its octets; what it shows is right, or it shows nothing. */
static unsigned
narrow_port(struct script *s, uint64_t speed, uint64_t per_poll, uint32_t pkts,
            int polls)
{
	struct rack r = new_rack();
	uint64_t real = 3000000000u;
	unsigned told = 0;
	int i;

	r.ports[0].speed = speed;
	for (i = 0; i < polls; i++, real += per_poll) {
		r.ports[0].in = (uint32_t)real;
		poll_port(s, &r, 0, pkts);
		if (i == 0)
			continue;
		if (i > 1 || pkts == 0)
			assert_near(script_value(s, HOST, "swp1.pkts_in"), pkts / 30.0);
		if (!has(s, "swp1.bytes_in"))
			continue;
		assert_near(script_value(s, HOST, "swp1.bytes_in"),
		            (double)per_poll / 30);
		told++;
	}
	return told;
}

static void
octets_may_have_32_bits(void **state)
{
	struct script *s = *state;

	/* 1 Gbit/s, 30 %: no interval is lost */
	assert_int_equal(narrow_port(s, GIGABIT, 1125000000, 1125000, 40), 38);
	assert_int_equal(resets(s), 0);
	script_configure(s, &collector_defaults);
	/* so many packets have more octets than the counter shows */
	assert_int_equal(narrow_port(s, 3 * GIGABIT, 10000000000, 100000000, 20), 18);
	script_configure(s, &collector_defaults);
	/* 10 Gbit/s: 1.5e9, or 2^32 more. A wrap shows it, and then there are no octets */
	assert_int_equal(narrow_port(s, 10 * GIGABIT, 1500000000, 1500000, 20), 0);
	assert_false(has(s, "bytes_in"));
	assert_int_equal(resets(s), 0);
}

/* One way falls, the other was above 2^32 before; or packets fall with it; or there were not
 * so many; or the line does not carry so much. */
static void
octets_that_fall_may_be_reset(void **state)
{
	static const struct {
		uint64_t out, speed, before, now;
		uint32_t pkts_before, pkts_now;
	} cases[] = {
	    {UINT64_C(1) << 33, GIGABIT, 3000000000u, 2000000000, 3000000, 6000000},
	    {0, GIGABIT, 3000000000u, 2000000000, 3000000, 2000000},
	    {0, GIGABIT, 3000000000u, 2000000000, 3000000, 3001000},
	    {0, GIGABIT, 3000000000u, 2000000000, 3000000, 3000000},
	    {0, GIGABIT / 10, 3000000000u, 2000000000, 3000000, 6000000},
	    {0, GIGABIT, 1500000, 1000000, 1000, 2000},
	};
	struct script *s = *state;
	size_t i, j;

	for (i = 0; i < COUNT_OF(cases); i++) {
		struct rack r = new_rack();

		script_configure(s, &collector_defaults);
		r.ports[0].speed = cases[i].speed;
		r.ports[0].out = cases[i].out;
		r.ports[0].in = cases[i].before;
		r.ports[0].pkts_in = cases[i].pkts_before;
		for (j = 0; j < 4; j++)
			poll_port(s, &r, 0, 0);
		poll_port(s, &r, cases[i].now - cases[i].before,
		          cases[i].pkts_now - cases[i].pkts_before);
		assert_false(has(s, "swp1.bytes_in"));
		assert_false(has(s, "swp1.pkts_in"));
		assert_int_equal(resets(s), 1);
	}
}

/* Slow counters after an outage: only those that may have wrapped have no value. */
static void
gap_hides_wraps_of_fast_counters(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(AGENT);
	struct words m = memory(0, 0);
	int i;

	for (i = 0; i < 6; i++) {
		put_memory(s, &d, m, 1000);
		m.word[14] += 300000000; /* 1e7 a second */
		m.word[15] += 3000;
	}
	assert_near(value(s, "page_in"), 1e7);
	script_pass(s, 10 * MINUTES);
	m.word[14] += 1705032704; /* of 6e9 */
	m.word[15] += 60000;
	put_memory(s, &d, m, 1000);
	assert_true(isnan(value(s, "page_in")));
	assert_near(value(s, "page_out"), 63000 / 630.0);
	m.word[14] += 300000000;
	put_memory(s, &d, m, 1000);
	assert_near(value(s, "page_in"), 1e7);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    TEST(counters_may_wrap_at_once),
	    TEST(counters_that_fall_at_once_were_reset),
	    TEST(fall_without_a_rate_holds_back_its_record),
	    TEST(fall_of_64_bits_is_not_that_of_what_went_on),
	    TEST(record_that_resets_at_most_polls_is_alone),
	    TEST(reading_between_was_wrong),
	    TEST(what_begins_again_once_has_values),
	    TEST(what_begins_again_and_again_has_values),
	    TEST(time_of_cpus_may_be_taken_back),
	    TEST(fall_of_cpu_time_may_be_a_reset),
	    TEST(shares_are_of_all),
	    TEST(reset_of_a_young_counter_is_soon_over),
	    TEST(octets_beyond_the_line_once),
	    TEST(octets_beyond_the_line_twice),
	    TEST(line_is_never_more_than_full),
	    TEST(octets_beyond_the_line_now_and_then),
	    TEST(packets_beyond_the_line),
	    TEST(virtual_ports_have_no_line),
	    TEST(speeds_that_are_given),
	    TEST(speed_that_says_nothing),
	    TEST(packets_may_have_wrapped_once_more),
	    TEST(line_leaves_one_answer),
	    TEST(last_packets_leave_one_answer),
	    TEST(packets_may_be_a_25th_of_the_size),
	    TEST(packets_and_octets_of_two_polls_say_nothing),
	    TEST(size_of_packets_is_remembered),
	    TEST(sample_numbers_may_go_back_often),
	    TEST(counters_fall_where_sample_numbers_go_back),
	    TEST(octets_may_have_32_bits),
	    TEST(octets_that_fall_may_be_reset),
	    TEST(gap_hides_wraps_of_fast_counters),
	};

	return cmocka_run_group_tests_name("readings", tests, NULL, NULL);
}

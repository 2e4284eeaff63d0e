#include "tests/sflow/unit.h"

#include <stdio.h>

#include "sflow/format.h"
#include "sflow/wire/datagram.h"
#include "tests/sflow/script.h"

#define AGENT "10.91.0.1"
#define HOST "node1"

#define RTMETRIC SFLOW_TAG(4300, 1002)
#define RTFLOW SFLOW_TAG(4300, 1003)
#define DISCARDED_PACKET SFLOW_TAG(0, 5)

enum { TEXTS, COUNTER32, COUNTER64, GAUGE32, GAUGE64, FLOAT32, FLOAT64 };

static void
begin_set(struct script *s, struct device *d, const char *set, uint32_t count)
{
	wire_datagram_begin(&s->w, d->address, d->sub_agent, ++d->sequence,
	                    (uint32_t)(s->now - d->booted_ms));
	wire_sample_begin(&s->w, RTMETRIC, 0, 0, 0);
	wire_string(&s->w, set);
	wire_u32(&s->w, count);
}

static void
put_metric(struct script *s, const char *name, uint32_t type)
{
	wire_string(&s->w, name);
	wire_u32(&s->w, type);
}

static void
put_number(struct script *s, const char *name, uint32_t type, uint32_t number)
{
	put_metric(s, name, type);
	if (type == COUNTER64 || type == GAUGE64)
		wire_u64(&s->w, number);
	else
		wire_u32(&s->w, number);
}

static void
put_double(struct script *s, const char *name, double number)
{
	uint64_t bits;

	memcpy(&bits, &number, sizeof(bits));
	put_metric(s, name, FLOAT64);
	wire_u64(&s->w, bits);
}

/* A set of one metric. */
static void
send_one(struct script *s, struct device *d, const char *set, const char *name,
         uint32_t type, uint32_t number)
{
	begin_set(s, d, set, 1);
	put_number(s, name, type, number);
	script_send(s);
}

/* The machine tells its name. */
static struct device
named_machine(struct script *s)
{
	struct device d = script_machine(AGENT);

	script_send_host(s, &d, HOST, 0);
	return d;
}

/* And its own metrics are accepted. */
static struct device
accepted_machine(struct script *s)
{
	struct collector_config config = collector_defaults;

	config.accept[KIND_CUSTOM] = true;
	script_configure(s, &config);
	return named_machine(s);
}

/* A set of one counter, each 30 seconds, which grows by ten a second. */
static void
count_on(struct script *s, struct device *d, uint32_t from, int polls)
{
	int i;

	for (i = 0; i < polls; i++) {
		send_one(s, d, "set", "x", COUNTER32, from + 300 * (uint32_t)i);
		script_pass(s, 2 * SECONDS);
		script_input(s); /* once more */
		script_pass(s, 28 * SECONDS);
	}
	script_publish(s);
}

static void
each_type_has_its_value(void **state)
{
	struct script *s = *state;
	struct device d;
	uint32_t i;

	d = accepted_machine(s);
	for (i = 0; i < 2; i++) {
		begin_set(s, &d, "mysql", 7);
		put_metric(s, "version", TEXTS);
		wire_string(&s->w, "8.0 <x>");
		put_number(s, "queries", COUNTER32, 4294967290u + i * 300);
		put_number(s, "bytes", COUNTER64, 1000 * i);
		put_number(s, "threads", GAUGE32, 12);
		put_number(s, "memory", GAUGE64, 77);
		put_metric(s, "load", FLOAT32);
		wire_f32(&s->w, -0.5f);
		put_double(s, "ratio", 0.125);
		script_send(s);
		script_pass(s, 30 * SECONDS);
	}
	script_publish(s);
	assert_string_equal(script_reading(s, HOST, "mysql.version")->text, "8.0 _x_");
	assert_near(script_value(s, HOST, "mysql.queries"), 10);
	assert_near(script_value(s, HOST, "mysql.bytes"), 1000 / 30.0);
	assert_near(script_value(s, HOST, "mysql.threads"), 12);
	assert_near(script_value(s, HOST, "mysql.memory"), 77);
	assert_near(script_value(s, HOST, "mysql.load"), -0.5);
	assert_near(script_value(s, HOST, "mysql.ratio"), 0.125);
	assert_string_equal(script_reading(s, HOST, "mysql.load")->title,
	                    "mysql: load");
	assert_string_equal(script_reading(s, HOST, "mysql.load")->group, "custom");
}

static void
small_numbers_are_not_0(void **state)
{
	static const struct {
		double number;
		const char *text;
	} shown[] = {{0.0000001, "0.000000100"}, {-0.00000000352, "-0.00000000352"},
	             {0.000123, "0.000123"},     {0.125, "0.125000"},
	             {12.5, "12.500000"},        {0, "0.000000"}};
	struct script *s = *state;
	struct device d = accepted_machine(s);
	char text[FORMAT_TEXT];
	size_t i;

	for (i = 0; i < COUNT_OF(shown); i++) {
		const struct store_reading *r;

		begin_set(s, &d, "job", 1);
		put_double(s, "ratio", shown[i].number);
		script_send(s);
		script_publish(s);
		r = script_reading(s, HOST, "job.ratio");
		assert_non_null(r);
		format_number(&r->metric, r->number, text);
		assert_string_equal(text, shown[i].text);
		script_pass(s, 30 * SECONDS);
	}
}

static void
not_accepted_is_not_unknown(void **state)
{
	struct script *s = *state;
	struct device d = named_machine(s);

	send_one(s, &d, "set", "x", GAUGE32, 1);
	script_publish(s);
	assert_null(script_reading(s, HOST, "set.x"));
	assert_int_equal(collector_stats(s->c)->unknown, 0);
}

static void
packets_are_not_unknown(void **state)
{
	static const uint32_t tags[] = {RTFLOW, DISCARDED_PACKET};
	struct script *s = *state;
	struct device d = named_machine(s);
	size_t i;

	for (i = 0; i < COUNT_OF(tags); i++) {
		wire_datagram_begin(&s->w, AGENT, d.sub_agent, ++d.sequence,
		                    (uint32_t)(s->now - d.booted_ms));
		wire_sample_begin(&s->w, tags[i], 0, 0, 0);
		wire_u32(&s->w, 7);
		script_send(s);
	}
	assert_int_equal(collector_stats(s->c)->unknown, 0);
	assert_int_equal(collector_stats(s->c)->malformed, 0);
}

static void
names_are_made_harmless(void **state)
{
	struct script *s = *state;
	struct device d = accepted_machine(s);

	send_one(s, &d, "../a b", "<x>/\"", GAUGE32, 5);
	script_publish(s);
	assert_near(script_value(s, HOST, "_._a_b._x___"), 5);
}

/* Both are cut, and are then one set, and one metric of it. */
static void
long_names_are_cut(void **state)
{
	static const char same[] =
	    "a-name-of-more-than-64-bytes-a-name-of-more-than-64-bytes-a-name-";
	struct script *s = *state;
	struct device d = accepted_machine(s);
	char set[160], name[160];
	uint32_t i;

	for (i = 1; i <= 2; i++) {
		snprintf(set, sizeof(set), "%s-set-%u", same, i);
		snprintf(name, sizeof(name), "%s-%u", same, i);
		send_one(s, &d, set, name, GAUGE32, i);
	}
	script_publish(s);
	snprintf(name, sizeof(name), "%.64s.%.64s", same, same);
	assert_near(script_value(s, HOST, name), 2);
	assert_int_equal(script_reading(s, HOST, name)->describe, true);
	assert_int_equal(collector_stats(s->c)->malformed, 0);
}

static void
numbers_that_are_none_give_nothing(void **state)
{
	struct script *s = *state;
	struct device d = accepted_machine(s);

	begin_set(s, &d, "set", 6);
	put_double(s, "nan", (double)NAN);
	put_double(s, "infinite", (double)INFINITY);
	put_metric(s, "narrow", FLOAT32);
	wire_f32(&s->w, -INFINITY);
	put_number(s, "unknown", GAUGE32, UINT32_MAX);
	put_double(s, "good", -1);
	put_metric(s, "fine", FLOAT32); /* unknown in other structures */
	wire_f32(&s->w, -1.0f);
	script_send(s);
	script_publish(s);
	assert_null(script_reading(s, HOST, "set.nan"));
	assert_null(script_reading(s, HOST, "set.infinite"));
	assert_null(script_reading(s, HOST, "set.narrow"));
	assert_null(script_reading(s, HOST, "set.unknown"));
	assert_near(script_value(s, HOST, "set.good"), -1);
	assert_near(script_value(s, HOST, "set.fine"), -1);
}

/* The same name twice in a sample: no time has passed between the two. */
static void
metric_that_comes_twice_makes_no_spike(void **state)
{
	struct script *s = *state;
	struct device d = accepted_machine(s);
	uint32_t i;

	for (i = 0; i < 3; i++) {
		begin_set(s, &d, "set", 2);
		put_number(s, "x", COUNTER32, 300 * i);
		put_number(s, "x", COUNTER32, 300 * i + 100);
		script_send(s);
		script_publish(s);
		script_pass(s, 30 * SECONDS);
	}
	assert_near(script_value(s, HOST, "set.x"), 200 / 30.0);
}

static void
what_comes_before_the_fault_is_kept(void **state)
{
	struct script *s = *state;
	struct device d = accepted_machine(s);

	begin_set(s, &d, "set", 3);
	put_number(s, "good", GAUGE32, 5);
	put_number(s, "strange", 99, 5);
	put_number(s, "behind", GAUGE32, 5);
	script_send(s);
	script_publish(s);
	assert_near(script_value(s, HOST, "set.good"), 5);
	assert_null(script_reading(s, HOST, "set.behind"));
	assert_int_equal(collector_stats(s->c)->malformed, 1);
}

/* What is behind the last metric that is whole, at each length. */
static void
sets_that_are_cut_short_are_malformed(void **state)
{
	struct script *s = *state;
	struct device d = accepted_machine(s);
	size_t start, len;

	for (len = 0; len < 8 + 16 + 20; len++) {
		begin_set(s, &d, "set", 2);
		start = s->w.len - 12;
		put_number(s, "good", GAUGE32, (uint32_t)len);
		put_number(s, "cut", COUNTER64, 5);
		s->w.len = start + len;
		script_send(s);
		assert_int_equal(collector_stats(s->c)->malformed, len + 1);
	}
	script_publish(s);
	assert_near(script_value(s, HOST, "set.good"), (double)len - 1);
	assert_null(script_reading(s, HOST, "set.cut"));
}

static void
lying_counts_and_empty_names_are_malformed(void **state)
{
	struct script *s = *state;
	struct device d = accepted_machine(s);

	begin_set(s, &d, "set", UINT32_MAX);
	put_number(s, "good", GAUGE32, 5);
	script_send(s);
	assert_int_equal(collector_stats(s->c)->malformed, 1);
	send_one(s, &d, "", "x", GAUGE32, 5);
	send_one(s, &d, "set", "", GAUGE32, 5);
	assert_int_equal(collector_stats(s->c)->malformed, 3);
}

/* Of one name in one set, the second displaces the first. */
static void
type_that_changes_within_a_set(void **state)
{
	struct script *s = *state;
	struct device d = accepted_machine(s);
	int i;

	for (i = 0; i < 3; i++) {
		begin_set(s, &d, "set", 3);
		put_number(s, "x", GAUGE32, 5);
		put_number(s, "x", COUNTER32, 6);
		put_number(s, "x", GAUGE64, 7);
		script_send(s);
		script_pass(s, 30 * SECONDS);
		script_publish(s);
		assert_near(script_value(s, HOST, "set.x"), 7);
	}
}

static void
duplicate_changes_nothing(void **state)
{
	struct script *s = *state;
	struct device d = accepted_machine(s);

	count_on(s, &d, 7, 3);
	assert_near(script_value(s, HOST, "set.x"), 10);
}

/* It has no number but its datagram's. */
static void
overtaken_datagram_changes_nothing(void **state)
{
	struct script *s = *state;
	struct device d = accepted_machine(s);
	struct wire overtaken;
	uint32_t i;

	for (i = 0; i < 4; i++) {
		begin_set(s, &d, "set", 1);
		put_number(s, "x", COUNTER32, 300 * i);
		script_end(s);
		if (i == 2)
			overtaken = s->w;
		else
			script_input(s);
		if (i == 3)
			script_input_wire(s, &overtaken);
		script_pass(s, 1 * SECONDS);
	}
	script_publish(s);
	assert_near(script_value(s, HOST, "set.x"), 300);
	assert_int_equal(s->events[EVENT_RESTARTED], 0);
}

static void
restart_is_no_spike(void **state)
{
	struct script *s = *state;
	struct device d = accepted_machine(s);

	count_on(s, &d, 4000000000u, 3);
	script_reboot(s, &d);
	count_on(s, &d, 5, 1);
	assert_null(script_reading(s, HOST, "set.x"));
	count_on(s, &d, 305, 1);
	assert_near(script_value(s, HOST, "set.x"), 10);
}

/* It was a number, and is a text now; more often than there is room for all that
 * it ever was. */
static void
metric_may_change_its_type(void **state)
{
	struct script *s = *state;
	struct device d;
	int i;

	d = accepted_machine(s);
	for (i = 0; i < 100; i++) {
		send_one(s, &d, "set", "x", GAUGE32, 5);
		script_publish(s);
		assert_near(script_value(s, HOST, "set.x"), 5);
		script_pass(s, 30 * SECONDS);
		begin_set(s, &d, "set", 1);
		put_metric(s, "x", TEXTS);
		wire_string(&s->w, "five");
		script_send(s);
		script_publish(s);
		assert_string_equal(script_reading(s, HOST, "set.x")->text, "five");
		script_pass(s, 30 * SECONDS);
	}
}

static void
sets_are_told_apart(void **state)
{
	struct script *s = *state;
	struct device d, other;

	d = accepted_machine(s);
	other = script_source(&d, 7, 0, 0);
	send_one(s, &d, "a", "x", GAUGE32, 1);
	send_one(s, &d, "b", "x", GAUGE32, 2);
	send_one(s, &other, "a", "x", GAUGE32, 3);
	script_publish(s);
	assert_near(script_value(s, HOST, "a.x"), 1);
	assert_near(script_value(s, HOST, "b.x"), 2);
	assert_near(script_value(s, HOST, "a-2.x"), 3);
}

static void
sets_of_an_agent_are_bounded(void **state)
{
	struct script *s = *state;
	struct device d;
	char set[16];
	int i;

	d = accepted_machine(s);
	for (i = 0; i < 40; i++) {
		snprintf(set, sizeof(set), "set%d", i);
		send_one(s, &d, set, "x", GAUGE32, 1);
	}
	script_publish(s);
	assert_near(script_value(s, HOST, "set31.x"), 1);
	assert_null(script_reading(s, HOST, "set32.x"));
	assert_int_equal(collector_stats(s->c)->refused, 8);
	send_one(s, &d, "set3", "x", GAUGE32, 2); /* who is there goes on */
	script_publish(s);
	assert_near(script_value(s, HOST, "set3.x"), 2);
}

/* A set that is silent for its DMAX is no more, and makes room. */
static void
old_sets_make_room(void **state)
{
	struct script *s = *state;
	struct device d = accepted_machine(s);
	char set[16];
	int i;

	for (i = 0; i < 32; i++) {
		snprintf(set, sizeof(set), "set%d", i);
		send_one(s, &d, set, "x", GAUGE32, 1);
	}
	for (i = 0; i < 25; i++) {
		script_pass(s, 30 * SECONDS);
		send_one(s, &d, "set7", "x", GAUGE32, 7);
	}
	send_one(s, &d, "new", "x", GAUGE32, 8);
	script_publish(s);
	assert_near(script_value(s, HOST, "new.x"), 8);
	assert_near(script_value(s, HOST, "set7.x"), 7);
	assert_null(script_reading(s, HOST, "set6.x"));
	assert_int_equal(collector_stats(s->c)->refused, 0);
}

static void
send_many(struct script *s, struct device *d, int from, int to)
{
	char name[16];
	int i;

	for (i = from; i < to; i++) {
		snprintf(name, sizeof(name), "x%d", i);
		send_one(s, d, "set", name, GAUGE32, (uint32_t)i);
	}
}

static void
metrics_of_a_set_are_bounded_and_old_ones_make_room(void **state)
{
	struct script *s = *state;
	struct device d;
	int i;

	d = accepted_machine(s);
	send_many(s, &d, 0, 70);
	assert_int_equal(collector_stats(s->c)->refused, 6);
	for (i = 0; i < 80; i++) { /* longer than anybody keeps a value */
		script_pass(s, 30 * SECONDS);
		send_many(s, &d, 0, 1);
	}
	send_many(s, &d, 100, 101);
	script_publish(s);
	assert_near(script_value(s, HOST, "set.x100"), 100);
	assert_near(script_value(s, HOST, "set.x0"), 0);
	assert_int_equal(collector_stats(s->c)->refused, 6);
}

/* The publisher has read it, and the agent goes. */
static void
readings_outlive_their_metrics(void **state)
{
	struct script *s = *state;
	struct store_reading readings[DELIVERIES_READ];
	struct store_host *host;
	struct device d;
	size_t i, n;

	d = accepted_machine(s);
	send_one(s, &d, "set", "x", GAUGE32, 5);
	host = store_take(s->feed);
	n = deliveries_read(&s->deliveries, host, s->now, readings);
	script_pass(s, 3 * DAYS);
	for (i = 0; i < n; i++) {
		assert_true(strlen(readings[i].metric.name) > 0);
		assert_true(strlen(readings[i].metric.title) > 0);
		assert_true(strlen(readings[i].metric.format) > 0);
	}
	store_done(s->feed, host);
}

static void
no_sample_on_the_wire_is_of_the_class_of_customs(void **state)
{
	struct script *s = *state;
	struct device d, liar;

	d = accepted_machine(s);
	send_one(s, &d, "set", "x", GAUGE32, 5);
	liar = script_source(&d, d.sub_agent, UINT32_MAX, 0);
	liar.sequence = d.sequence;
	script_send_net(s, &liar, 5);
	assert_int_equal(collector_stats(s->c)->malformed, 1);
}

/* "a" with "b.c", and "a.b" with "c": the first has the name, as long as it comes. */
static void
metrics_of_two_sets_have_no_one_name(void **state)
{
	struct script *s = *state;
	struct device d = accepted_machine(s);
	int i;

	for (i = 0; i < 3; i++) {
		send_one(s, &d, "a", "b.c", GAUGE32, 5);
		send_one(s, &d, "a.b", "c", GAUGE32, 6);
		script_pass(s, 30 * SECONDS);
		script_publish(s);
		assert_near(script_value(s, HOST, "a.b.c"), 5);
	}
	assert_int_equal(collector_stats(s->c)->refused, 3);
	for (i = 0; i < 25; i++) {
		send_one(s, &d, "a.b", "c", GAUGE32, 6);
		script_pass(s, 30 * SECONDS);
	}
	script_publish(s);
	assert_near(script_value(s, HOST, "a.b.c"), 6);
	send_one(s, &d, "a", "b.c", GAUGE32, 5);
	send_one(s, &d, "a", "b", GAUGE32, 7);
	script_publish(s);
	assert_near(script_value(s, HOST, "a.b"), 7);
	assert_true(isnan(script_value(s, HOST, "a.b.c")));
}

/* Nor has one that is called like a port's. */
static void
metric_of_a_port_keeps_its_name(void **state)
{
	struct script *s = *state;
	struct device d = accepted_machine(s), port;
	size_t i, j, count = 0;

	port = script_source(&d, d.sub_agent, 0, 7);
	for (i = 0; i < 3; i++) {
		port.sequence = d.sequence;
		script_begin(s, &port);
		wire_zeros(&s->w, 1, 88);
		wire_record_begin(&s->w, 1005);
		wire_string(&s->w, "eth1.10");
		wire_record_end(&s->w);
		script_send(s);
		d.sequence = port.sequence;
		send_one(s, &d, "eth1", "10.bytes_in", GAUGE32, 5);
		script_pass(s, 30 * SECONDS);
		script_publish(s);
		for (j = 0; j < s->shown_count; j++)
			count +=
			    strcmp(s->shown[j].reading.name, "eth1.10.bytes_in") == 0;
	}
	assert_int_equal(count, 2); /* the port's first sample gives no rate */
	assert_near(script_value(s, HOST, "eth1.10.bytes_in"), 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    TEST(each_type_has_its_value),
	    TEST(small_numbers_are_not_0),
	    TEST(not_accepted_is_not_unknown),
	    TEST(packets_are_not_unknown),
	    TEST(names_are_made_harmless),
	    TEST(long_names_are_cut),
	    TEST(numbers_that_are_none_give_nothing),
	    TEST(metric_that_comes_twice_makes_no_spike),
	    TEST(what_comes_before_the_fault_is_kept),
	    TEST(sets_that_are_cut_short_are_malformed),
	    TEST(lying_counts_and_empty_names_are_malformed),
	    TEST(type_that_changes_within_a_set),
	    TEST(duplicate_changes_nothing),
	    TEST(overtaken_datagram_changes_nothing),
	    TEST(restart_is_no_spike),
	    TEST(metric_may_change_its_type),
	    TEST(sets_are_told_apart),
	    TEST(metrics_of_two_sets_have_no_one_name),
	    TEST(metric_of_a_port_keeps_its_name),
	    TEST(sets_of_an_agent_are_bounded),
	    TEST(old_sets_make_room),
	    TEST(metrics_of_a_set_are_bounded_and_old_ones_make_room),
	    TEST(readings_outlive_their_metrics),
	    TEST(no_sample_on_the_wire_is_of_the_class_of_customs),
	};

	return cmocka_run_group_tests_name("custom", tests, NULL, NULL);
}

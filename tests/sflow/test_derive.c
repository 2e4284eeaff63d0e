#include "tests/sflow/unit.h"

#include "sflow/wire/derive.h"

#define U32_ALL UINT64_C(0xffffffff)

static const struct names two_names = {2, (const char *const[]){"zero", "one"}, 0};

/* clang-format off */
#define ROW(type_, formula_, scale_, partner_, metric_) \
	{.name = "field", .type = FIELD_##type_, .formula = formula_, \
	 .scale = scale_, .partner = partner_, .names = &two_names, \
	 .metric = {.name = "metric", .type = metric_}}
/* clang-format on */

/* What derive() makes of a record of `count` rows in 30 seconds, of what is
 * remembered of the one before. */
struct trial {
	const struct field *fields;
	size_t count;
	uint64_t now[8], before[8];
	bool first;           /* there is no before */
	bool believed;        /* all counters that fell are taken as wrapped */
	uint64_t untrue;      /* rows whose deltas may not be used */
	double interval_ms;   /* 0: 30 s */
	uint64_t cpus;        /* of the machine */
	struct deltas deltas; /* what deltas_take() gave */
	bool steady;          /* no counter fell */
	uint64_t beyond;      /* what derive() returned */
	struct derived out[8];
};

static void
run(struct trial *t)
{
	struct layout layout = {.fields = t->fields, .count = t->count};
	struct field_value values[8] = {{0}};
	uint64_t delta[8];
	uint8_t latch[64];
	struct derive_input in = {.layout = &layout,
	                          .now = values,
	                          .present = t->count,
	                          .interval_ms =
	                              t->interval_ms == 0 ? 30000 : t->interval_ms,
	                          .wall_s = 1600000000,
	                          .machine_cpus = t->cpus};
	size_t i;

	for (i = 0; i < t->count; i++)
		values[i].number = t->before[i];
	latch_write(&layout, values, t->count, latch);
	for (i = 0; i < t->count; i++)
		values[i].number = t->now[i];
	memset(t->out, 0xaa, sizeof(t->out));
	t->deltas.delta = delta;
	deltas_take(&layout, values, latch, t->count, &t->deltas);
	t->deltas.untrue = t->untrue;
	t->steady = t->believed || (t->deltas.back | t->deltas.doubt) == 0;
	if (!t->first && t->steady && in.interval_ms >= INTERVAL_LEAST_MS)
		in.deltas = &t->deltas;
	t->beyond = derive(&in, t->out);
}

/* One row alone, `before` and `now`. */
static struct derived
one(const struct field *field, uint64_t before, uint64_t now)
{
	struct trial t = {
	    .fields = field, .count = 1, .now = {now}, .before = {before}};

	run(&t);
	return t.out[0];
}

static const struct field rate32 = ROW(U32, RATE, 1, 0, FLOAT);
static const struct field rate64 = ROW(U64, RATE, 1, 0, FLOAT);

static void
rate_is_per_second(void **state)
{
	static const struct field power = ROW(U32, RATE, 0.001, 0, FLOAT);

	(void)state;
	assert_near(one(&rate32, 100, 400).number, 10);
	assert_near(one(&rate64, UINT64_C(1) << 40, (UINT64_C(1) << 40) + 30).number,
	            1);
	assert_near(one(&power, 0, 6000000).number, 200);
	assert_true(one(&rate32, 7, 7).valid);
	assert_near(one(&rate32, 7, 7).number, 0);
}

/* Which of a row's counters fell. */
static struct deltas
taken(const struct field *field, uint64_t before, uint64_t now)
{
	struct trial t = {
	    .fields = field, .count = 1, .now = {now}, .before = {before}};

	run(&t);
	return t.deltas;
}

static void
counter_of_32_bits_that_fell_is_in_doubt(void **state)
{
	struct trial t = {.fields = &rate32,
	                  .count = 1,
	                  .now = {0x2c},
	                  .before = {0xffffff00},
	                  .believed = true};

	(void)state;
	run(&t);
	assert_true(t.deltas.doubt == 1);
	assert_near(t.out[0].number, 10);
	assert_true(taken(&rate32, 100, 99).doubt == 1);
	assert_true(taken(&rate32, 0, 0x80000000).doubt == 1);
	assert_true(taken(&rate32, 0, 0x7fffffff).doubt == 0);
	assert_true(taken(&rate32, 0, 0x7fffffff).valid == 1);
}

static void
counter_of_64_bits_that_fell_was_reset(void **state)
{
	(void)state;
	assert_true(taken(&rate64, 100, 99).back == 1);
	assert_true(taken(&rate64, UINT64_MAX - 1, 0).back == 1);
	assert_true(taken(&rate64, 0, UINT64_MAX - 1).back == 0);
	assert_true(taken(&rate64, 0, UINT64_MAX - 1).doubt == 0);
}

/* Without deltas there are gauges. */
static void
reset_leaves_the_gauges(void **state)
{
	static const struct field fields[] = {ROW(U32, RATE, 1, 0, FLOAT),
	                                      ROW(U64, RATE, 1, 0, FLOAT),
	                                      ROW(U32, GAUGE, 1, 0, UINT32)};
	struct trial t = {
	    .fields = fields, .count = 3, .now = {200, 50, 7}, .before = {100, 100, 9}};

	(void)state;
	run(&t);
	assert_false(t.steady);
	assert_false(t.out[0].valid);
	assert_false(t.out[1].valid);
	assert_true(t.out[2].valid);
	assert_near(t.out[2].number, 7);
}

static void
all_ones_are_unsupported(void **state)
{
	static const struct field gauge = ROW(U32, GAUGE, 1, 0, UINT32);
	static const struct field gauge64 = ROW(U64, GAUGE, 1, 0, DOUBLE);
	static const struct field since = ROW(U32, SINCE, 1, 0, UINT32);

	(void)state;
	assert_false(one(&rate32, 100, U32_ALL).valid);
	assert_false(one(&rate32, U32_ALL, 100).valid);
	assert_false(one(&rate32, U32_ALL, U32_ALL).valid);
	assert_false(one(&rate64, 100, UINT64_MAX).valid);
	assert_false(one(&rate64, UINT64_MAX, UINT64_MAX).valid);
	assert_false(one(&rate64, U32_ALL, U32_ALL).valid); /* the agent has 32 bits */
	assert_true(one(&rate64, U32_ALL, U32_ALL + UINT64_C(1)).valid);
	assert_true(one(&rate64, 100, U32_ALL).valid);
	assert_false(one(&gauge, 0, U32_ALL).valid);
	assert_false(one(&gauge64, 0, UINT64_MAX).valid);
	assert_true(one(&gauge64, 0, U32_ALL).valid);
	assert_false(one(&since, 0, U32_ALL).valid);
}

/* An unsupported counter is no reset of those beside it. */
static void
unsupported_row_leaves_the_others(void **state)
{
	static const struct field fields[] = {ROW(U32, RATE, 1, 0, FLOAT),
	                                      ROW(U32, RATE, 1, 0, FLOAT)};
	struct trial t = {
	    .fields = fields, .count = 2, .now = {5, 400}, .before = {U32_ALL, 100}};

	(void)state;
	run(&t);
	assert_true(t.steady);
	assert_false(t.out[0].valid);
	assert_true(t.out[1].valid);
	assert_near(t.out[1].number, 10);
}

static void
no_before_gives_gauges_only(void **state)
{
	static const struct field fields[] = {
	    ROW(U32, RATE, 1, 0, FLOAT),     ROW(U32, SHARE, 1, 0, FLOAT),
	    ROW(U32, SUBSHARE, 1, 0, FLOAT), ROW(U32, BUSY, 1, 0, FLOAT),
	    ROW(U32, RATIO, 1, -4, FLOAT),   ROW(U32, GAUGE, 1, 0, UINT32)};
	struct trial t = {
	    .fields = fields, .count = 6, .first = true, .now = {1, 1, 1, 1, 1, 42}};
	size_t i;

	(void)state;
	run(&t);
	assert_true(t.steady);
	for (i = 0; i < 5; i++)
		assert_false(t.out[i].valid);
	assert_near(t.out[5].number, 42);
}

static void
no_interval_gives_no_rates(void **state)
{
	static const double intervals[] = {-1, 1e-9, 1, INTERVAL_LEAST_MS - 1};
	struct trial t = {.fields = &rate32, .count = 1, .now = {1000}};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(intervals); i++) {
		t.interval_ms = intervals[i];
		run(&t);
		assert_true(t.steady);
		assert_false(t.out[0].valid);
	}
	t.interval_ms = INTERVAL_LEAST_MS;
	run(&t);
	assert_near(t.out[0].number, 10000);
}

/* user, idle, steal, guest: guest is in user already. */
static const struct field shares[] = {
    ROW(U32, SHARE, 1, 0, FLOAT), ROW(U32, SHARE, 1, 0, FLOAT),
    ROW(U32, SHARE, 1, 0, FLOAT), ROW(U32, SUBSHARE, 1, 0, FLOAT)};

static void
shares_are_of_their_sum(void **state)
{
	struct trial t = {.fields = shares,
	                  .count = 4,
	                  .now = {1100, 2600, 300, 50},
	                  .before = {1000, 2000}};

	(void)state;
	run(&t);
	assert_near(t.out[0].number, 10);
	assert_near(t.out[1].number, 60);
	assert_near(t.out[2].number, 30);
	assert_near(t.out[3].number, 5);
}

static void
shares_of_nothing_are_zero(void **state)
{
	struct trial t = {
	    .fields = shares, .count = 4, .now = {9, 9, 9, 9}, .before = {9, 9, 9, 9}};
	size_t i;

	(void)state;
	run(&t);
	for (i = 0; i < 4; i++) {
		assert_true(t.out[i].valid);
		assert_near(t.out[i].number, 0);
	}
}

static void
unsupported_share_is_not_in_the_sum(void **state)
{
	struct trial t = {
	    .fields = shares, .count = 4, .now = {100, 300, U32_ALL, U32_ALL}};

	(void)state;
	run(&t);
	assert_near(t.out[0].number, 25);
	assert_near(t.out[1].number, 75);
	assert_false(t.out[2].valid);
	assert_false(t.out[3].valid);
}

/* Nor is a part of it more than it, but for what was counted between two looks. */
static void
part_is_not_more_than_the_sum(void **state)
{
	struct trial t = {
	    .fields = shares, .count = 4, .now = {300, 700, 0, 1050}, .before = {0}};

	(void)state;
	run(&t);
	assert_true(t.out[3].valid);
	t.now[3] = 1200;
	run(&t);
	assert_false(t.out[3].valid);
	assert_near(t.out[0].number, 30);
	t.now[0] = t.now[1] = 0;
	run(&t);
	assert_false(t.out[3].valid);
}

/* A record of an older agent ends before steal and guest. */
static void
record_without_its_tail(void **state)
{
	struct trial t = {.fields = shares, .count = 2, .now = {100, 300}};

	(void)state;
	run(&t);
	assert_near(t.out[0].number, 25);
	assert_near(t.out[1].number, 75);
}

static void
busy_is_in_percent_of_the_interval(void **state)
{
	static const struct field busy = ROW(U32, BUSY, 1, 0, FLOAT);

	(void)state;
	assert_near(one(&busy, 1000, 4000).number, 10);
	assert_near(one(&busy, 0, 120000).number, 400); /* of four CPUs */
}

static void
ratio_is_of_two_deltas(void **state)
{
	static const struct field fields[] = {ROW(U32, RATE, 1, 0, FLOAT),
	                                      ROW(U32, RATIO, 1, -1, FLOAT)};
	struct trial t = {
	    .fields = fields, .count = 2, .now = {110, 1045}, .before = {100, 1000}};

	(void)state;
	run(&t);
	assert_near(t.out[1].number, 4.5);
	t.now[0] = 100; /* no reads: no time per read */
	run(&t);
	assert_true(t.out[1].valid);
	assert_near(t.out[1].number, 0);
	t.now[0] = U32_ALL;
	run(&t);
	assert_false(t.out[1].valid);
}

static void
percent_is_of_the_partner(void **state)
{
	static const struct field fields[] = {ROW(U64, PERCENT, 1, 1, FLOAT),
	                                      ROW(U64, GAUGE, 1, 0, DOUBLE)};
	struct trial t = {
	    .fields = fields, .count = 2, .first = true, .now = {256, 1024}};

	(void)state;
	run(&t);
	assert_near(t.out[0].number, 25);
	t.now[1] = 0;
	run(&t);
	assert_false(t.out[0].valid);
	t.now[1] = UINT64_MAX;
	run(&t);
	assert_false(t.out[0].valid);
	t.now[0] = UINT64_MAX;
	t.now[1] = 1024;
	run(&t);
	assert_false(t.out[0].valid);
}

static uint64_t
bits(float number)
{
	uint32_t word;

	memcpy(&word, &number, sizeof(word));
	return word;
}

static void
floats_are_finite_and_positive(void **state)
{
	static const struct field load = ROW(F32, GAUGE, 1, 0, FLOAT);

	(void)state;
	assert_near(one(&load, 0, bits(1.5f)).number, 1.5);
	assert_true(one(&load, 0, bits(0.0f)).valid);
	assert_false(one(&load, 0, bits(-1.0f)).valid);
	assert_false(one(&load, 0, bits(NAN)).valid);
	assert_false(one(&load, 0, bits(INFINITY)).valid);
	assert_false(one(&load, 0, bits(-INFINITY)).valid);
	assert_false(one(&load, 0, U32_ALL).valid);
}

static void
gauges_are_scaled_and_in_range(void **state)
{
	static const struct field kb = ROW(U64, GAUGE, 1.0 / 1024, 0, DOUBLE);
	static const struct field cpus = ROW(U32, GAUGE, 1, 0, UINT16);
	static const struct field part = ROW(PCT, GAUGE, 0.01, 0, FLOAT);

	(void)state;
	assert_near(one(&kb, 0, UINT64_C(1) << 40).number, 1073741824);
	assert_true(one(&cpus, 0, 65535).valid);
	assert_false(one(&cpus, 0, 65536).valid);
	assert_near(one(&part, 0, 4321).number, 43.21);
	assert_false(one(&part, 0, U32_ALL).valid);
	assert_false(one(&part, 0, 0x80000000).valid);
}

static void
since_counts_back_from_the_wall_clock(void **state)
{
	static const struct field since = ROW(U32, SINCE, 1, 0, UINT32);

	(void)state;
	assert_near(one(&since, 0, 86400).number, 1600000000 - 86400);
	assert_true(one(&since, 0, 1600000000).valid);
	assert_false(one(&since, 0, 1600000001).valid);
}

static void
names_out_of_range_give_nothing(void **state)
{
	static const struct field named = ROW(U32, NAMED, 1, 0, STRING);

	(void)state;
	assert_string_equal(one(&named, 0, 0).text, "zero");
	assert_string_equal(one(&named, 0, 1).text, "one");
	assert_false(one(&named, 0, 2).valid);
	assert_false(one(&named, 0, U32_ALL).valid);
}

static void
texts_are_made_harmless(void **state)
{
	static const struct field fields[] = {ROW(STRING, TEXT, 1, 0, STRING),
	                                      ROW(STRING, TEXT, 1, 0, STRING),
	                                      ROW(UUID, TEXT, 1, 0, STRING)};
	struct layout layout = {.fields = fields, .count = 3};
	struct field_value now[] = {
	    {.number = 5, .bytes = (const uint8_t *)"<6.1>"},
	    {.number = 0, .bytes = (const uint8_t *)""},
	    {.number = 16, .bytes = (const uint8_t *)"0123456789abcdef"}};
	struct derive_input in = {.layout = &layout, .now = now, .present = 3};
	struct derived out[3];

	(void)state;
	assert_true(derive(&in, out) == 0);
	assert_string_equal(out[0].text, "_6.1_");
	assert_false(out[1].valid);
	assert_string_equal(out[2].text, "30313233-3435-3637-3839-616263646566");
}

static void
addresses_and_numbers_become_texts(void **state)
{
	static const struct field fields[] = {ROW(MAC, TEXT, 1, 0, STRING),
	                                      ROW(U64, TEXT, 1, 0, STRING),
	                                      ROW(U64, TEXT, 1, 0, STRING)};
	struct layout layout = {.fields = fields, .count = 3};
	struct field_value now[] = {
	    {.number = 6, .bytes = (const uint8_t *)"\x02\x00\xff\x0a\x80\x01"},
	    {.number = UINT64_C(0xabc0000000000001)},
	    {.number = 0}};
	struct derive_input in = {.layout = &layout, .now = now, .present = 3};
	struct derived out[3];

	(void)state;
	assert_true(derive(&in, out) == 0);
	assert_string_equal(out[0].text, "02:00:ff:0a:80:01");
	assert_string_equal(out[1].text, "abc0000000000001");
	assert_string_equal(out[2].text, "0000000000000000");
}

static void
bytes_have_no_unsupported_value(void **state)
{
	static const struct field byte = ROW(U8, GAUGE, 1, 0, UINT32);

	(void)state;
	assert_true(one(&byte, 0, 255).valid);
	assert_near(one(&byte, 0, 255).number, 255);
}

static const struct names port_states = {
    4, (const char *const[]){"down", "up", "testing", "both"}, 3};

static void
bits_that_do_not_count_are_left_out(void **state)
{
	static const struct field status = {.type = FIELD_U32,
	                                    .formula = NAMED,
	                                    .names = &port_states,
	                                    .metric = {.type = STRING}};

	(void)state;
	assert_string_equal(one(&status, 0, 3).text, "both");
	assert_string_equal(one(&status, 0, 0x101).text, "up");
	assert_false(one(&status, 0, U32_ALL).valid);
}

static void
flags_are_named_where_they_are_set(void **state)
{
	static const struct field flags = {.type = FIELD_U8,
	                                   .formula = FLAGS,
	                                   .names = &port_states,
	                                   .metric = {.type = STRING}};

	(void)state;
	assert_string_equal(one(&flags, 0, 0).text, "none");
	assert_string_equal(one(&flags, 0, 1).text, "down");
	assert_string_equal(one(&flags, 0, 0xff).text, "down,up,testing,both");
	assert_string_equal(one(&flags, 0, 0xf4).text, "testing");
}

static void
signed_numbers_are_signed(void **state)
{
	static const struct field tenths = ROW(I32, GAUGE, 0.1, 0, FLOAT);

	(void)state;
	assert_near(one(&tenths, 0, (uint32_t)-155).number, -15.5);
	assert_near(one(&tenths, 0, U32_ALL).number, -0.1);
	assert_near(one(&tenths, 0, 155).number, 15.5);
	assert_false(one(&tenths, 0, INT32_MAX).valid);
}

static struct derived
of_double(double number)
{
	static const struct field wide = ROW(F64, GAUGE, 1, 0, DOUBLE);
	uint64_t bits;

	memcpy(&bits, &number, sizeof(bits));
	return one(&wide, 0, bits);
}

static void
doubles_are_finite(void **state)
{
	(void)state;
	assert_near(of_double(-1).number, -1);
	assert_near(of_double(1e300).number, 1e300);
	assert_false(of_double((double)NAN).valid);
	assert_false(of_double((double)INFINITY).valid);
}

static void
busy_and_ratio_are_scaled(void **state)
{
	static const struct field us = ROW(U32, BUSY, 0.001, 0, FLOAT);
	static const struct field fields[] = {ROW(U32, DELTA, 0, 0, FLOAT),
	                                      ROW(U32, RATIO, 100, -1, FLOAT)};
	struct trial t = {
	    .fields = fields, .count = 2, .now = {400, 20}, .before = {0, 10}};

	(void)state;
	assert_near(one(&us, 0, 3000000).number, 10);
	run(&t);
	assert_false(t.out[0].valid);
	assert_near(t.out[1].number, 2.5);
}

static void
sum_is_of_what_is_counted(void **state)
{
	static const struct field fields[] = {
	    ROW(U32, RATE, 1, 0, FLOAT), ROW(U32, RATE, 1, 0, FLOAT),
	    ROW(U32, RATE, 1, 0, FLOAT), ROW(U32, SUM, 1, -3, FLOAT)};
	struct trial t = {
	    .fields = fields, .count = 4, .now = {300, U32_ALL, 600, 600}};

	(void)state;
	run(&t);
	assert_near(t.out[3].number, 30);
	t.now[0] = U32_ALL; /* the first has to be there */
	run(&t);
	assert_false(t.out[3].valid);
}

static void
load_is_of_the_speed(void **state)
{
	static const struct field fields[] = {ROW(U64, GAUGE, 1, 0, DOUBLE),
	                                      ROW(U64, LOAD, 1, -1, FLOAT)};
	struct trial t = {.fields = fields, .count = 2, .now = {1000000, 937500}};

	(void)state;
	run(&t);
	assert_near(t.out[1].number, 25);
	t.now[0] = 0;
	run(&t);
	assert_false(t.out[1].valid);
	t.now[0] = UINT64_MAX;
	run(&t);
	assert_false(t.out[1].valid);
}

/* Half the range, and more: a reset, unless the octets carry them. */
static void
octets_tell_a_wrap_from_a_reset(void **state)
{
	static const struct field fields[] = {ROW(U64, RATE, 1, 0, FLOAT),
	                                      ROW(U32, RATE, 1, -1, FLOAT)};
	struct trial t = {.fields = fields,
	                  .count = 2,
	                  .now = {UINT64_C(60) * 3000000000u, 3000000000u}};

	(void)state;
	run(&t);
	assert_true(t.steady);
	assert_near(t.out[1].number, 1e8);
	t.now[0] -= 60;
	run(&t);
	assert_false(t.steady);
	t.now[0] = UINT64_MAX; /* nobody knows */
	run(&t);
	assert_false(t.steady);
}

/* One frame of 60 bytes more, and there may have been 2^32 packets more. */
static void
octets_leave_several_answers(void **state)
{
	static const struct field fields[] = {
	    ROW(U64, RATE, 1, 0, FLOAT), ROW(U32, RATE, 1, -1, FLOAT),
	    ROW(U32, RATE, 1, -2, FLOAT), ROW(U32, SUM, 1, -2, FLOAT)};
	struct trial t = {.fields = fields,
	                  .count = 4,
	                  .now = {60 * ((UINT64_C(1) << 32) + 900), 900, 1000}};

	(void)state;
	run(&t);
	assert_true(t.deltas.several == 2);
	assert_near(t.out[3].number, 1900 / 30.0);
	t.untrue = 2;
	run(&t);
	assert_true(t.out[0].valid && t.out[2].valid);
	assert_false(t.out[1].valid);
	assert_false(t.out[3].valid); /* it would lack a part */
}

static void
load_beyond_the_speed_is_none(void **state)
{
	static const struct field fields[] = {ROW(U64, GAUGE, 1, 0, DOUBLE),
	                                      ROW(U64, RATE, 1, 0, FLOAT),
	                                      ROW(U64, LOAD, 1, -2, FLOAT)};
	struct trial t = {.fields = fields, .count = 3, .now = {8000, 60000, 60000}};

	(void)state;
	run(&t);
	assert_true(t.beyond == 0);
	assert_false(t.out[2].valid);
	t.now[1] = t.now[2] = 33000;
	run(&t);
	assert_true(t.beyond == 0);
	assert_near(t.out[2].number, 110);
	t.now[1] = t.now[2] = 60031;
	run(&t);
	assert_true(t.beyond == 4);
	assert_false(t.out[2].valid);
	assert_true(t.out[1].valid);
}

#define CPU_ROW(formula_, partner_) \
	{ \
		.name = "field", .type = FIELD_U32, .formula = formula_, .scale = 1, \
		.partner = partner_, .cpu = true, .metric = { \
			.name = "metric", \
			.type = FLOAT \
		} \
	}

/* 1 s of jitter, or 10 %, whichever is more. */
static void
cpu_time_is_of_so_many_cpus(void **state)
{
	static const struct field fields[] = {CPU_ROW(BUSY, 1),
	                                      ROW(U32, GAUGE, 1, 0, UINT32)};
	struct trial t = {.fields = fields, .count = 2, .now = {66000, 2}};

	(void)state;
	run(&t);
	assert_near(t.out[0].number, 220);
	t.now[0] = 66001;
	run(&t);
	assert_false(t.out[0].valid);
	assert_true(t.out[1].valid);
	t.interval_ms = 2000;
	t.now[0] = 6000;
	run(&t);
	assert_near(t.out[0].number, 300);
	t.now[0] = 6001;
	run(&t);
	assert_false(t.out[0].valid);
}

static void
cpu_time_without_cpus_is_the_machines(void **state)
{
	static const struct field fields[] = {CPU_ROW(BUSY, 1),
	                                      ROW(U32, GAUGE, 1, 0, UINT32)};
	struct trial t = {.fields = fields, .count = 2, .now = {132001, 0}, .cpus = 4};

	(void)state;
	run(&t);
	assert_false(t.out[0].valid);
	t.now[1] = U32_ALL;
	run(&t);
	assert_false(t.out[0].valid);
	t.count = 1; /* the record ends before it */
	run(&t);
	assert_false(t.out[0].valid);
	t.now[0]--;
	run(&t);
	assert_near(t.out[0].number, 440);
	t.cpus = 0; /* nobody knows */
	t.now[0] = 1000000;
	run(&t);
	assert_true(t.out[0].valid);
}

static struct trial
memory(uint64_t used, uint64_t limit)
{
	static const struct field fields[] = {
	    ROW(U64, PERCENT, 1, 1, FLOAT),
	    {.type = FIELD_U64,
	     .formula = GAUGE,
	     .scale = 1,
	     .limit = true,
	     .metric = {.name = "limit", .type = DOUBLE}}};
	struct trial t = {.fields = fields, .count = 2, .now = {used, limit}};

	run(&t);
	return t;
}

static void
memory_limits_may_be_none(void **state)
{
	static const struct field limit = {.type = FIELD_U64,
	                                   .formula = GAUGE,
	                                   .scale = 1,
	                                   .limit = true,
	                                   .metric = {.name = "limit", .type = DOUBLE}};
	static const uint64_t none[] = {0,
	                                UINT64_MAX,
	                                INT64_MAX,
	                                INT64_MAX - 4095,
	                                INT64_MAX - 65535,
	                                INT64_MAX & ~UINT64_C(1023),
	                                INT64_MAX / 1024,
	                                UINT64_C(1) << 52,
	                                999};
	struct trial t;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(none); i++) {
		t = memory(1000, none[i]);
		assert_false(t.out[0].valid);
		assert_false(t.out[1].valid);
	}
	t = memory(1000, 1000);
	assert_near(t.out[0].number, 100);
	assert_near(t.out[1].number, 1000);
	t = memory(UINT64_MAX, 1000);
	assert_false(t.out[0].valid);
	assert_true(t.out[1].valid);
	assert_true(one(&limit, 0, 0).valid);
	assert_false(one(&limit, 0, INT64_MAX / 1024).valid);
	assert_true(one(&limit, 0, UINT64_C(1) << 51).valid);
}

/* The partner of a row may be behind the end of a record that is short. */
static void
rows_that_are_not_there_are_not_used(void **state)
{
	static const struct field fields[] = {ROW(U64, PERCENT, 1, 1, FLOAT),
	                                      ROW(U64, GAUGE, 1, 0, DOUBLE)};
	struct layout layout = {.fields = fields, .count = 2};
	struct field_value values[] = {{1, NULL}, {4, NULL}};
	struct derive_input in = {.layout = &layout, .now = values, .present = 1};
	struct derived out[2];

	(void)state;
	memset(out, 0xaa, sizeof(out));
	assert_true(derive(&in, out) == 0);
	assert_false(out[0].valid);
	assert_false(out[1].valid);
	in.present = 2;
	derive(&in, out);
	assert_near(out[0].number, 25);
}

static void
latch_holds_what_deltas_need(void **state)
{
	static const struct field rows[] = {
	    ROW(U32, GAUGE, 1, 0, UINT32),   ROW(U64, RATE, 1, 0, FLOAT),
	    ROW(STRING, TEXT, 1, 0, STRING), ROW(U32, BUSY, 1, 0, FLOAT),
	    ROW(U32, SUM, 1, -1, FLOAT),     ROW(U32, SHARE, 1, 0, FLOAT),
	};
	struct layout layout = {.fields = rows, .count = COUNT_OF(rows)};
	const struct field_value values[] = {{1, NULL}, {UINT64_MAX - 2, NULL},
	                                     {3, NULL}, {U32_ALL, NULL},
	                                     {5, NULL}, {0x12345678, NULL}};
	uint64_t before[COUNT_OF(rows) + 1];
	uint8_t latch[16 + 1];
	size_t i;

	(void)state;
	assert_int_equal(latch_size(&layout), 16);
	memset(latch, 0xaa, sizeof(latch));
	latch_write(&layout, values, COUNT_OF(rows), latch);
	assert_int_equal(latch[16], 0xaa);
	memset(before, 0xaa, sizeof(before));
	latch_read(&layout, latch, COUNT_OF(rows), before);
	for (i = 0; i < COUNT_OF(rows); i++)
		assert_true(before[i] == (i % 2 == 0 ? 0 : values[i].number));
	memset(latch, 0xaa, sizeof(latch));
	latch_write(&layout, values, 4, latch); /* an older agent's record */
	assert_int_equal(latch[12], 0xaa);
	memset(before, 0xaa, sizeof(before));
	latch_read(&layout, latch, 4, before);
	assert_true(before[3] == U32_ALL);
	assert_true(before[4] == UINT64_C(0xaaaaaaaaaaaaaaaa));
}

/* No counter has a number that the latch would cut. */
static void
latch_holds_the_counters_of_the_table(void **state)
{
	struct field_value values[RECORD_FIELDS_MAX] = {0};
	uint64_t before[RECORD_FIELDS_MAX];
	uint8_t latch[RECORD_FIELDS_MAX * 8];
	size_t i, row;

	(void)state;
	for (i = 0; i < layouts_count; i++) {
		const struct layout *l = &layouts[i];

		for (row = 0; row < l->count; row++)
			values[row].number = l->fields[row].type == FIELD_U64
			                         ? UINT64_MAX - row
			                         : U32_ALL - row;
		assert_in_range(latch_size(l), 0, sizeof(latch));
		latch_write(l, values, l->count, latch);
		memset(before, 0xff, sizeof(before));
		latch_read(l, latch, l->count, before);
		for (row = 0; row < l->count; row++)
			assert_true(before[row] == 0 ||
			            before[row] == values[row].number);
		for (row = 0; row < l->count; row++)
			assert_true(before[row] == 0 ||
			            l->fields[row].type == FIELD_U32 ||
			            l->fields[row].type == FIELD_U64);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(latch_holds_what_deltas_need),
	    cmocka_unit_test(latch_holds_the_counters_of_the_table),
	    cmocka_unit_test(rate_is_per_second),
	    cmocka_unit_test(counter_of_32_bits_that_fell_is_in_doubt),
	    cmocka_unit_test(counter_of_64_bits_that_fell_was_reset),
	    cmocka_unit_test(reset_leaves_the_gauges),
	    cmocka_unit_test(all_ones_are_unsupported),
	    cmocka_unit_test(unsupported_row_leaves_the_others),
	    cmocka_unit_test(no_before_gives_gauges_only),
	    cmocka_unit_test(no_interval_gives_no_rates),
	    cmocka_unit_test(shares_are_of_their_sum),
	    cmocka_unit_test(shares_of_nothing_are_zero),
	    cmocka_unit_test(unsupported_share_is_not_in_the_sum),
	    cmocka_unit_test(part_is_not_more_than_the_sum),
	    cmocka_unit_test(record_without_its_tail),
	    cmocka_unit_test(busy_is_in_percent_of_the_interval),
	    cmocka_unit_test(ratio_is_of_two_deltas),
	    cmocka_unit_test(percent_is_of_the_partner),
	    cmocka_unit_test(floats_are_finite_and_positive),
	    cmocka_unit_test(gauges_are_scaled_and_in_range),
	    cmocka_unit_test(since_counts_back_from_the_wall_clock),
	    cmocka_unit_test(names_out_of_range_give_nothing),
	    cmocka_unit_test(texts_are_made_harmless),
	    cmocka_unit_test(addresses_and_numbers_become_texts),
	    cmocka_unit_test(bytes_have_no_unsupported_value),
	    cmocka_unit_test(bits_that_do_not_count_are_left_out),
	    cmocka_unit_test(flags_are_named_where_they_are_set),
	    cmocka_unit_test(signed_numbers_are_signed),
	    cmocka_unit_test(doubles_are_finite),
	    cmocka_unit_test(busy_and_ratio_are_scaled),
	    cmocka_unit_test(sum_is_of_what_is_counted),
	    cmocka_unit_test(load_is_of_the_speed),
	    cmocka_unit_test(octets_tell_a_wrap_from_a_reset),
	    cmocka_unit_test(octets_leave_several_answers),
	    cmocka_unit_test(load_beyond_the_speed_is_none),
	    cmocka_unit_test(cpu_time_is_of_so_many_cpus),
	    cmocka_unit_test(cpu_time_without_cpus_is_the_machines),
	    cmocka_unit_test(memory_limits_may_be_none),
	    cmocka_unit_test(rows_that_are_not_there_are_not_used),
	};

	return cmocka_run_group_tests_name("derive", tests, NULL, NULL);
}

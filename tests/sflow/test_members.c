/* The heartbeat's rules, in invented time. */
#include "sflow/collector/members.h"
#include "tests/sflow/unit.h"

static void
test_misses_follow_loss(void **state)
{
	(void)state;
	assert_int_equal(misses_for_loss(0), 2);
	assert_int_equal(misses_for_loss(0.0009), 2);
	assert_int_equal(misses_for_loss(0.002), 3);
	assert_int_equal(misses_for_loss(0.009), 3);
	assert_int_equal(misses_for_loss(0.011), 4);
	assert_int_equal(misses_for_loss(0.05), 5);
	assert_int_equal(misses_for_loss(1), 5);
}

/* What is lost in a row asks for more patience, but a host that ends is found within five
 * minutes where it can be. */
static void
test_losses_in_a_row(void **state)
{
	struct member m;
	struct rhythm r = {0};
	int i;

	(void)state;
	assert_int_equal(misses_for_losses(0.01, 0.5, 30), 15);
	assert_int_equal(misses_for_losses(0.01, 0.001, 30), 4);
	assert_int_equal(misses_for_losses(0.01, 0.9, 30), 30);
	member_init(&m, 0.01, 0);
	for (i = 0; i < 20; i++)
		rhythm_learn(&r, 30000, 0);
	member_expect(&m, &r);
	assert_int_equal(member_misses_for(&m, 0.01, 0), 4);
	assert_int_equal(member_misses_for(&m, 0.01, 0.66), 9);
	m.interval_ms = 1000;
	assert_int_equal(member_misses_for(&m, 0.01, 0.66), 24);
	m.interval_ms = 300000;
	assert_int_equal(member_misses_for(&m, 0.01, 0.66), 5);
}

static void
test_losses_in_a_row_are_measured(void **state)
{
	double again = 0;
	int i;

	(void)state;
	for (i = 0; i < 1000; i++)
		again = again_measure(again, 3, 0.02);
	assert_true(again > 0.64 && again < 0.68);
	again = again_measure(again, 6, 0.02); /* an outage */
	again = again_measure(again, 0, 0.02);
	assert_true(again > 0.64 && again < 0.68);
	for (i = 0; i < 1000; i++)
		again = again_measure(again, 1, 0.02);
	assert_true(again < 0.001);
}

static void
test_dead_server_at_30_s(void **state)
{
	struct rhythm r = {0};
	struct member m;
	int64_t now = 0;
	int i;

	(void)state;
	member_init(&m, 0, now);
	for (i = 0; i < 10; i++) {
		now += 30000;
		rhythm_learn(&r, 30000, 0);
		member_expect(&m, &r);
		assert_int_equal(member_heard(&m, 0, now), MEMBER_SAME);
	}
	assert_int_equal(member_tick(&m, 0, now + 34999), MEMBER_SAME);
	assert_int_equal(member_tick(&m, 0, now + 38000), MEMBER_IS_LATE);
	assert_int_equal(member_tick(&m, 0, now + 38001), MEMBER_SAME);
	assert_int_equal(member_tick(&m, 0, now + 64999), MEMBER_SAME);
	assert_int_equal(member_tick(&m, 0, now + 67500), MEMBER_IS_DOWN);
	assert_int_equal(member_missed(&m, now + 67500), 2);
	assert_int_equal(member_tick(&m, 0, now + 100000), MEMBER_SAME);
	assert_int_equal(member_heard(&m, 3, now + 120000), MEMBER_RETURNED);
	assert_int_equal(m.state, MEMBER_UP);
}

/* Without jitter, at 30 s: 65 s, as the design says. */
static void
test_65_seconds(void **state)
{
	struct rhythm r = {0};
	struct member m;
	int i;

	(void)state;
	member_init(&m, 0, 0);
	for (i = 0; i < 40; i++)
		rhythm_learn(&r, 30000, 0);
	member_expect(&m, &r);
	assert_int_equal(member_late_at(&m), 35000);
	assert_int_equal(member_down_at(&m, 0), 65000);
	assert_int_equal(member_down_at(&m, 4), 125000);
}

static void
test_never_heard_again(void **state)
{
	struct member m;

	(void)state;
	member_init(&m, 0, 1000); /* one datagram: it may poll slowly */
	assert_int_equal(member_down_at(&m, 0), 651000);
}

static void
test_rhythm_of_jitter(void **state)
{
	static const int gaps[] = {4200, 4800, 6000, 5400, 3600, 6000, 4200};
	struct rhythm r = {0};
	int i;

	(void)state;
	for (i = 0; i < 70; i++)
		rhythm_learn(&r, gaps[i % 7], 0);
	assert_in_range(r.interval_ms, 4500, 5400);
	assert_in_range(r.jitter_ms, 400, 1200);
	assert_in_range(r.interval_s, 4, 6);
}

static void
test_rhythm_of_losses(void **state)
{
	struct rhythm r = {0};

	(void)state;
	rhythm_learn(&r, 10000, 0);
	rhythm_learn(&r, 40000, 3);
	rhythm_learn(&r, 10000, 0);
	assert_in_range(r.interval_ms, 9900, 10100);
}

static void
test_rhythm_changes(void **state)
{
	struct rhythm r = {0};
	int i;

	(void)state;
	rhythm_learn(&r, 10000, 0);
	rhythm_learn(&r, 10000, 0);
	rhythm_learn(&r, 60000, 0); /* once is an accident */
	assert_in_range(r.interval_ms, 9900, 10100);
	for (i = 0; i < 24; i++)
		rhythm_learn(&r, 10000, 0);
	rhythm_learn(&r, 60000, 0);
	assert_in_range(r.interval_ms, 9900, 10100);
	rhythm_learn(&r, 60000, 0); /* twice is another polling */
	assert_int_equal(r.interval_ms, 60000);
	assert_int_equal(r.interval_s, 60);
	for (i = 0; i < 4; i++) {
		assert_int_equal(r.interval_ms, 60000);
		rhythm_learn(&r, 5000, 0);
	}
	assert_int_equal(r.interval_ms, 5000);
}

/* The samples of a poll come at several times: what comes between the polls is the
 * interval. */
static void
test_rhythm_of_polls_in_parts(void **state)
{
	static const int gaps[][3] = {
	    {300, 19700, 0}, {5000, 15000, 0}, {1000, 1000, 18000}, {2, 2, 29996}};
	struct member m;
	size_t i;
	int n;

	(void)state;
	for (i = 0; i < sizeof(gaps) / sizeof(gaps[0]); i++) {
		struct rhythm r = {0};
		uint32_t most = 0;

		for (n = 0; n < 3; n++)
			most = gaps[i][n] > (int)most ? (uint32_t)gaps[i][n] : most;
		member_init(&m, 0, 0);
		for (n = 0; n < 60; n++) {
			rhythm_learn(&r, gaps[i][n % 3], 0);
			member_expect(&m, &r);
			if (n > 3)
				assert_true(member_down_at(&m, 0) > most);
		}
		assert_in_range(r.interval_ms, most * 9 / 10, most * 11 / 10);
	}
}

/* A number from -1 to 1, the same ones in each run. */
static double
random_off(void)
{
	static uint32_t random = 1;

	random = random * 1664525 + 1013904223;
	return random / 2147483648.0 - 1;
}

/* Polls by a schedule, each up to 40 % of the interval too early or too late: so there are
 * intervals of a fifth, and of nearly two. None is another polling, also of the first. */
static void
test_rhythm_that_jitters(void **state)
{
	struct rhythm r;
	struct member m;
	double off, before, each;
	int host, n;

	(void)state;
	for (host = 0; host < 300; host++) {
		r = (struct rhythm){0};
		member_init(&m, 0, 0);
		before = random_off();
		for (n = 0; n < 1000; n++) {
			off = random_off();
			each = 30000 * (1 + 0.4 * (off - before));
			before = off;
			assert_true((double)member_down_at(&m, 0) > each);
			rhythm_learn(&r, each, 0);
			member_expect(&m, &r);
		}
		/* and it is down in its own time */
		assert_in_range(m.interval_ms, 20000, 60000);
		assert_true(member_down_at(&m, 0) < 180000);
	}
}

/* Of the first two intervals little is known: the next may be much longer. */
static void
test_rhythm_of_first_intervals(void **state)
{
	struct rhythm r = {0};
	struct member m;
	int i;

	(void)state;
	member_init(&m, 0, 0);
	rhythm_learn(&r, 10000, 0);
	member_expect(&m, &r);
	assert_int_equal(member_down_at(&m, 0), 80000);
	rhythm_learn(&r, 30000, 0);
	member_expect(&m, &r);
	assert_int_equal(member_down_at(&m, 0), 90000);
	for (i = 0; i < 10; i++)
		rhythm_learn(&r, 30000, 0);
	member_expect(&m, &r);
	assert_int_equal(member_down_at(&m, 0), 65000);
}

static void
test_rhythm_of_nonsense(void **state)
{
	struct rhythm r = {0};

	(void)state;
	rhythm_learn(&r, 0, 0);
	rhythm_learn(&r, -5, 0);
	rhythm_learn(&r, 1e300, 0);
	rhythm_learn(&r, 30000, UINT32_MAX);
	assert_int_equal(r.interval_ms, 0);
	rhythm_learn(&r, 86400000.0 * 20, 0); /* days are possible */
	assert_int_equal(r.interval_s, 86400 * 20);
}

/* An agent that restarts may poll less often than before. */
static void
test_restart_forgets_rhythm(void **state)
{
	struct rhythm r = {0};
	struct member m;

	(void)state;
	rhythm_learn(&r, 5000, 0);
	rhythm_restart(&r);
	member_init(&m, 0, 0);
	member_expect(&m, &r);
	assert_int_equal(m.interval_ms, INTERVAL_UNKNOWN_MS);
	assert_int_equal(r.interval_s, 5); /* of TMAX and DMAX */
}

/* Nor are a few datagrams in a row after a restart an interval. */
static void
test_burst_after_a_restart_is_no_rhythm(void **state)
{
	struct rhythm r = {0};
	int i;

	(void)state;
	rhythm_learn(&r, 30000, 0);
	rhythm_restart(&r);
	for (i = 0; i < 14; i++)
		rhythm_learn(&r, 1000, 0);
	assert_int_equal(r.interval_ms, 0);
	rhythm_learn(&r, 1000, 0);
	rhythm_learn(&r, 1000, 0);
	assert_int_equal(r.interval_ms, 1000);
}

/* Numbers may count something else: the time says how many were lost. */
static void
test_lost_by_the_rhythm(void **state)
{
	struct rhythm r = {0};

	(void)state;
	assert_int_equal(rhythm_lost(&r, 60000, 48), 0);
	rhythm_learn(&r, 30000, 0);
	assert_int_equal(rhythm_lost(&r, 31000, 48), 0);
	assert_int_equal(rhythm_lost(&r, 59000, 48), 1);
	assert_int_equal(rhythm_lost(&r, 121000, 48), 3);
	assert_int_equal(rhythm_lost(&r, 121000, 2), 2);
	assert_int_equal(rhythm_lost(&r, 1, 2), 0);
}

static void
test_loss_is_measured(void **state)
{
	struct member m;
	int i;

	(void)state;
	member_init(&m, 0, 0);
	for (i = 0; i < 10000; i++)
		member_heard(&m, i % 20 == 0, i);
	assert_true(m.loss > 0.03 && m.loss < 0.07);
	assert_int_equal(m.misses, 5);
	for (i = 0; i < 30000; i++)
		member_heard(&m, 0, i);
	assert_true(m.loss < 0.0001);
	assert_int_equal(m.misses, 2);
}

/* Nobody listened before: what was to come until then was not missed. */
static void
test_nothing_is_missed_before_the_watch(void **state)
{
	struct rhythm r = {.interval_ms = 30000};
	struct member m;

	(void)state;
	member_init(&m, 0, 1000000);
	member_expect(&m, &r);
	m.heard_ms = 100000;
	assert_int_equal(member_late_at(&m), 1035000);
	assert_int_equal(member_down_at(&m, 0), 1065000);
	assert_int_equal(member_missed(&m, 1000000), 0);
	assert_int_equal(member_tick(&m, 0, 1034999), MEMBER_SAME);
	assert_int_equal(member_tick(&m, 0, 1035000), MEMBER_IS_LATE);
	assert_int_equal(member_tick(&m, 0, 1065000), MEMBER_IS_DOWN);
	assert_int_equal(member_missed(&m, 1065000), 2);
	member_heard(&m, 0, 1070000); /* and then as always */
	assert_int_equal(member_down_at(&m, 0), 1135000);
	assert_int_equal(member_missed(&m, 1134999), 1);
	assert_int_equal(member_missed(&m, 1135000), 2);
}

static void
test_watch_may_begin_before_time_does(void **state)
{
	struct rhythm r = {.interval_ms = 30000};
	struct member m;

	(void)state;
	member_init(&m, 0, -50000);
	member_expect(&m, &r);
	m.heard_ms = -900000;
	assert_int_equal(member_tick(&m, 0, 14999), MEMBER_IS_LATE);
	assert_int_equal(member_missed(&m, -60000), 0);
	assert_int_equal(member_tick(&m, 0, 15000), MEMBER_IS_DOWN);
}

/* What was learned before a restart, and is believed at once. */
/* Of a host that was heard twice before the restart little is known; but it was there. */
static void
test_young_rhythm_begins_again(void **state)
{
	struct rhythm was = {0}, r = {0};

	(void)state;
	rhythm_learn(&was, 1000, 0);
	rhythm_begin(&r, was.interval_ms, was.jitter_ms);
	assert_int_equal(rhythm_silence(&was, 2), 62000);
	assert_int_equal(rhythm_silence(&r, 2), 3000);
}

static void
test_rhythm_begins_as_it_was(void **state)
{
	struct rhythm r = {.shorter_ms = 7};
	struct member m;
	int i;

	(void)state;
	rhythm_begin(&r, 300000, 5000);
	assert_int_equal(r.interval_ms, 300000);
	assert_int_equal(r.jitter_ms, 5000);
	assert_int_equal(r.interval_s, 300);
	assert_int_equal(r.shorter_ms, 0);
	member_init(&m, 0, 0);
	member_expect(&m, &r);
	assert_int_equal(member_down_at(&m, 2), 650000);
	for (i = 0; i < 4; i++) {
		assert_int_equal(r.interval_ms, 300000);
		rhythm_learn(&r, 30000, 0);
	}
	assert_int_equal(r.interval_ms, 30000);
	assert_int_equal(r.interval_s, 30);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_misses_follow_loss),
	    cmocka_unit_test(test_losses_in_a_row),
	    cmocka_unit_test(test_losses_in_a_row_are_measured),
	    cmocka_unit_test(test_dead_server_at_30_s),
	    cmocka_unit_test(test_65_seconds),
	    cmocka_unit_test(test_never_heard_again),
	    cmocka_unit_test(test_rhythm_of_jitter),
	    cmocka_unit_test(test_rhythm_of_losses),
	    cmocka_unit_test(test_rhythm_changes),
	    cmocka_unit_test(test_rhythm_of_polls_in_parts),
	    cmocka_unit_test(test_rhythm_that_jitters),
	    cmocka_unit_test(test_rhythm_of_first_intervals),
	    cmocka_unit_test(test_rhythm_of_nonsense),
	    cmocka_unit_test(test_restart_forgets_rhythm),
	    cmocka_unit_test(test_burst_after_a_restart_is_no_rhythm),
	    cmocka_unit_test(test_lost_by_the_rhythm),
	    cmocka_unit_test(test_loss_is_measured),
	    cmocka_unit_test(test_nothing_is_missed_before_the_watch),
	    cmocka_unit_test(test_watch_may_begin_before_time_does),
	    cmocka_unit_test(test_rhythm_begins_as_it_was),
	    cmocka_unit_test(test_young_rhythm_begins_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Who sent a datagram, and when. */
#include "tests/sflow/unit.h"

#include "sflow/collector/track.h"

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
	assert_near(moved(1001, 0, 30000), 30000);           /* stands still */
	assert_near(moved(1001, 5u * 86400000, 30000), 30000); /* days */
	assert_near(moved(500000001, (uint32_t)-400000000, 30000), 30000);
	assert_near(moved(1001, 30, 30000), 30000);          /* in seconds */
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
	};

	return cmocka_run_group_tests_name("arrival", tests, NULL, NULL);
}

/* Whether a program could hear, in invented time. */
#include "common/listening.h"
#include "tests/sflow/unit.h"

#define NOW INT64_C(1000000)

static void
ticks_as_usual(void **state)
{
	struct listening l = {0};
	int64_t since, now;

	(void)state;
	assert_false(listening_tick(&l, 500, 100, NOW, &since)); /* the first */
	for (now = NOW + 1000; now < NOW + 100000; now += 1000)
		assert_false(listening_tick(&l, l.received + 100, 100, now, &since));
	assert_false(listening_tick(&l, l.received, 100, now + 3000, &since));
	assert_true(l.lost == 0);
}

static void
stopped_for_a_minute(void **state)
{
	struct listening l = {0};
	int64_t since;

	(void)state;
	listening_tick(&l, 100, 0, NOW, &since);
	assert_true(listening_tick(&l, 200, 0, NOW + 60000, &since));
	assert_int_equal(since, NOW);
	assert_false(listening_tick(&l, 300, 0, NOW + 61000, &since));
}

/* A shorter time is enough where something was lost in it. */
static void
stopped_and_dropped(void **state)
{
	struct listening l = {0};
	int64_t since;

	(void)state;
	listening_tick(&l, 100, 0, NOW, &since);
	assert_true(listening_tick(&l, 200, 1, NOW + 2500, &since));
	assert_false(listening_tick(&l, 300, 1, NOW + 5000, &since));
}

static void
most_are_dropped(void **state)
{
	struct listening l = {0};
	int64_t since;

	(void)state;
	listening_tick(&l, 100, 0, NOW, &since);
	assert_false(listening_tick(&l, 200, 100, NOW + 1000, &since));
	assert_true(l.lost == 0.5);
	assert_true(listening_tick(&l, 300, 300, NOW + 2000, &since));
	assert_int_equal(since, NOW + 1000);
}

/* What is lost lately is forgotten within minutes. */
static void
losses_fade(void **state)
{
	struct listening l = {0};
	int64_t since, now;

	(void)state;
	listening_tick(&l, 0, 0, NOW, &since);
	listening_tick(&l, 90, 10, NOW + 1000, &since);
	assert_true(l.lost == 0.1);
	for (now = NOW + 2000; now <= NOW + 301000; now += 1000)
		listening_tick(&l, l.received + 100, 10, now, &since);
	assert_true(l.lost > 0.036 && l.lost < 0.038);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(ticks_as_usual),
	    cmocka_unit_test(stopped_for_a_minute),
	    cmocka_unit_test(stopped_and_dropped),
	    cmocka_unit_test(most_are_dropped),
	    cmocka_unit_test(losses_fade),
	};

	return cmocka_run_group_tests_name("listening", tests, NULL, NULL);
}

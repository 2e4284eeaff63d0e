/* Events that wait for a slow receiver. */
#include "common/event_waiting.h"

#include <stdio.h>

#include "tests/sflow/unit.h"

#define MAX 40

static struct event_waiting waiting;

static int
setup(void **state)
{
	(void)state;
	waiting = (struct event_waiting){.max = MAX};
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	event_waiting_free(&waiting);
	return waiting.count != 0 || waiting.by_key != NULL;
}

static void
add(enum event_kind kind, const char *host)
{
	struct event event = {.kind = kind};

	strncpy(event.host, host, TEXT_SIZE - 1);
	event_waiting_add(&waiting, &event, 7);
}

static void
add_many(enum event_kind kind, const char *host, unsigned count)
{
	char name[32];
	unsigned i;

	for (i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "%s%u", host, i);
		add(kind, name);
	}
}

static void
assert_next(enum event_kind kind, const char *host)
{
	const struct waiting_event *next = event_waiting_next(&waiting);

	assert_non_null(next);
	assert_string_equal(next->event.host, host);
	assert_int_equal(next->event.kind, kind);
	assert_int_equal(next->wall_offset_ms, 7);
	event_waiting_remove(&waiting);
}

/* Of a host that was removed nobody is told that it died. */
static void
removed_while_its_death_waits(void **state)
{
	(void)state;
	add(EVENT_DOWN, "a");
	add(EVENT_DOWN, "b");
	add(EVENT_REMOVED, "a");
	assert_next(EVENT_DOWN, "b");
	assert_next(EVENT_REMOVED, "a");
	assert_null(event_waiting_next(&waiting));
}

static void
deaths_then_returns_then_the_rest(void **state)
{
	(void)state;
	add(EVENT_JOINED, "a");
	add(EVENT_RETURNED, "b");
	add(EVENT_DOWN, "c");
	add(EVENT_RENAMED, "a");
	add(EVENT_DOWN, "d");
	add(EVENT_RETURNED, "e");
	assert_next(EVENT_DOWN, "c");
	assert_next(EVENT_DOWN, "d");
	assert_next(EVENT_RETURNED, "b");
	assert_next(EVENT_RETURNED, "e");
	assert_next(EVENT_JOINED, "a");
	assert_next(EVENT_RENAMED, "a");
	assert_null(event_waiting_next(&waiting));
}

static void
newest_state_of_a_host(void **state)
{
	(void)state;
	add(EVENT_JOINED, "a");
	add(EVENT_LATE, "a"); /* says less */
	add(EVENT_DOWN, "b");
	add(EVENT_RETURNED, "b");
	add(EVENT_DOWN, "c");
	add(EVENT_GONE, "c");
	add(EVENT_JOINED, "d");
	add(EVENT_GONE, "d");
	add(EVENT_RENAMED, "b"); /* is no state */
	assert_next(EVENT_RETURNED, "b");
	assert_next(EVENT_GONE, "c");
	assert_next(EVENT_JOINED, "a");
	assert_next(EVENT_GONE, "d");
	assert_next(EVENT_RENAMED, "b");
	assert_int_equal(waiting.left_out, 0);
}

/* Two clusters may have hosts of one name. */
static void
hosts_of_two_clusters(void **state)
{
	struct event event = {.kind = EVENT_DOWN, .host = "a", .cluster = 1};

	(void)state;
	event_waiting_add(&waiting, &event, 7);
	event.cluster = 2;
	event_waiting_add(&waiting, &event, 7);
	assert_int_equal(waiting.count, 2);
}

static void
one_for_each_host(void **state)
{
	(void)state;
	waiting.one_per_host = true;
	add(EVENT_RENAMED, "a");
	add(EVENT_DOWN, "a");
	assert_next(EVENT_DOWN, "a");
	assert_null(event_waiting_next(&waiting));
}

static void
the_rest_makes_way(void **state)
{
	(void)state;
	add_many(EVENT_JOINED, "new", MAX + 2);
	assert_int_equal(waiting.left_out, 2);
	add(EVENT_RETURNED, "b");
	add(EVENT_DOWN, "c");
	assert_int_equal(waiting.count, MAX);
	assert_int_equal(waiting.left_out, 4);
	assert_next(EVENT_DOWN, "c");
	assert_next(EVENT_RETURNED, "b");
	assert_next(EVENT_JOINED, "new2"); /* the oldest went */
}

static void
returns_make_way_for_deaths(void **state)
{
	(void)state;
	add_many(EVENT_RETURNED, "back", MAX);
	add(EVENT_JOINED, "new");
	assert_int_equal(waiting.left_out, 1);
	add_many(EVENT_DOWN, "dead", MAX);
	assert_int_equal(waiting.left_out, 1 + MAX);
	assert_true(event_waiting_is_full(&waiting));
	add(EVENT_DOWN, "one more");
	assert_int_equal(waiting.left_out, 2 + MAX);
	assert_next(EVENT_DOWN, "dead0");
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    TEST(deaths_then_returns_then_the_rest),
	    TEST(removed_while_its_death_waits),
	    TEST(newest_state_of_a_host),
	    TEST(hosts_of_two_clusters),
	    TEST(one_for_each_host),
	    TEST(the_rest_makes_way),
	    TEST(returns_make_way_for_deaths),
	};

	return cmocka_run_group_tests_name("event_waiting", tests, NULL, NULL);
}

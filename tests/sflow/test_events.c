/* The events that wait: how many, and in which order they come. */
#include "tests/sflow/unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "sflow/collector/events.h"

static const struct address agent = {ADDRESS_IPV4, {192, 0, 2, 1}};

/* realloc() of the library's: for tests without memory. */
static bool no_memory;
void *__real_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size);

void *
__wrap_realloc(void *old, size_t size)
{
	return no_memory ? NULL : __real_realloc(old, size);
}

static int
setup(void **state)
{
	*state = calloc(1, sizeof(struct event_queue));
	return *state != NULL ? 0 : -1;
}

static int
teardown(void **state)
{
	no_memory = false;
	events_free(*state);
	free(*state);
	return 0;
}

static void
tell(struct event_queue *q, enum event_kind kind, unsigned number)
{
	events_tell(q, kind, &agent)->begin_ms = number;
}

static void
assert_next(struct event_queue *q, enum event_kind kind, unsigned number)
{
	struct event event;

	assert_true(events_next(q, &event));
	assert_int_equal(event.kind, kind);
	assert_int_equal(event.begin_ms, number);
}

static void
assert_empty(struct event_queue *q)
{
	struct event event;

	assert_false(events_next(q, &event));
}

/* Also where its place was used before. */
static void
what_is_not_filled_in_is_zero(void **state)
{
	struct event_queue *q = *state;
	struct event event, want;

	memset(&want, 0, sizeof(want));
	want.kind = EVENT_LATE;
	want.agent = agent;
	want.cluster = EVENT_NO_CLUSTER;
	memset(events_tell(q, EVENT_DOWN, &agent)->host, 'x', TEXT_SIZE - 1);
	assert_true(events_next(q, &event));
	events_tell(q, EVENT_LATE, &agent);
	assert_true(events_next(q, &event));
	assert_memory_equal(&event, &want, sizeof(want));
	assert_empty(q);
}

/* Of each kind as many as its row says, while the other kinds are as full. */
static void
bounds(void **state)
{
	struct event_queue *q = *state;
	unsigned kind, i;

	for (kind = 0; kind < EVENT_KIND_COUNT; kind++)
		for (i = 0; i < event_kinds[kind].waiting_max + 100; i++)
			tell(q, kind, i);
	for (kind = 0; kind < EVENT_KIND_COUNT; kind++)
		for (i = 0; i < event_kinds[kind].waiting_max; i++)
			assert_next(q, kind, i);
	assert_empty(q);
}

/* One that is fetched makes room for one of its kind. */
static void
room_again(void **state)
{
	struct event_queue *q = *state;
	unsigned i, max = (unsigned)event_kinds[EVENT_MALFORMED].waiting_max;

	for (i = 0; i < max; i++)
		tell(q, EVENT_MALFORMED, i);
	tell(q, EVENT_MALFORMED, 1000); /* dropped */
	assert_next(q, EVENT_MALFORMED, 0);
	tell(q, EVENT_MALFORMED, 1001);
	tell(q, EVENT_MALFORMED, 1002); /* dropped */
	for (i = 1; i < max; i++)
		assert_next(q, EVENT_MALFORMED, i);
	assert_next(q, EVENT_MALFORMED, 1001);
	assert_empty(q);
}

/* More come while they are fetched: first faster, then slower than they are. */
static void
order(void **state)
{
	struct event_queue *q = *state;
	unsigned told = 0, fetched = 0, round, i;

	for (round = 0; round < 400; round++) {
		for (i = 0; i < 10; i++)
			tell(q, told % 2 ? EVENT_JOINED : EVENT_DOWN, told), told++;
		for (i = 0; i < (round < 200 ? 2 : 18); i++) {
			assert_next(q, fetched % 2 ? EVENT_JOINED : EVENT_DOWN,
			            fetched);
			fetched++;
		}
	}
	assert_int_equal(fetched, told);
	assert_empty(q);
}

/* What was told without memory is lost, and nothing else. */
static void
without_memory(void **state)
{
	struct event_queue *q = *state;
	unsigned i, had = 0;
	struct event event;

	no_memory = true;
	tell(q, EVENT_DOWN, 0);
	assert_empty(q);
	no_memory = false;
	tell(q, EVENT_DOWN, 1);
	no_memory = true;
	for (i = 2; i < 1000; i++)
		tell(q, EVENT_DOWN, i);
	while (events_next(q, &event))
		assert_int_equal(event.begin_ms, ++had);
	assert_in_range(had, 1, 998);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    TEST(what_is_not_filled_in_is_zero),
	    TEST(bounds),
	    TEST(room_again),
	    TEST(order),
	    TEST(without_memory),
	};

	return cmocka_run_group_tests_name("events", tests, NULL, NULL);
}

/* The rate limit, on an invented clock. */
#include "tests/sflow/unit.h"

#include "gmetad-bridge/ingest/limit.h"

#define SOURCES 4 /* few, so that the bound is near */
#define START INT64_C(5000000)

static int
setup(void **state)
{
	*state = limit_new(SOURCES);
	return *state == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	limit_free(*state);
	return 0;
}

static struct address
source(uint32_t number)
{
	struct address address = {.type = ADDRESS_IPV4, .bytes = {10}};

	memcpy(address.bytes + 1, &number, 3);
	return address;
}

/* How many of so many datagrams at once are within the rate. */
static unsigned
burst(struct limit *limit, uint32_t number, unsigned datagrams, unsigned rate,
      int64_t now)
{
	struct address from = source(number);
	unsigned allowed = 0;

	while (datagrams-- > 0)
		allowed += limit_allows(limit, &from, rate, now);
	return allowed;
}

static void
test_burst(void **state)
{
	assert_int_equal(burst(*state, 1, 1000, 100, START), 200);
	assert_int_equal(burst(*state, 2, 1000, 1, START), LIMIT_BURST);
}

static void
test_rate(void **state)
{
	unsigned allowed = 0;
	int64_t now;

	burst(*state, 1, 1000, 100, START);
	for (now = START + 1; now <= START + 10000; now++)
		allowed += burst(*state, 1, 3, 100, now);
	assert_int_equal(allowed, 1000);
}

/* A rate that is no multiple of a thousand per second loses nothing to rounding. */
static void
test_fractions(void **state)
{
	unsigned allowed = 0;
	int64_t now;

	burst(*state, 1, 1000, 7, START);
	for (now = START + 1; now <= START + 100000; now++)
		allowed += burst(*state, 1, 1, 7, now);
	assert_int_equal(allowed, 700);
}

static void
test_bucket_does_not_run_over(void **state)
{
	burst(*state, 1, 1000, 100, START);
	assert_int_equal(burst(*state, 1, 1000, 100, START + INT64_C(1000000000000)),
	                 200);
}

static void
test_largest_rate(void **state)
{
	unsigned rate = UINT32_MAX;

	assert_int_equal(burst(*state, 1, 5000, rate, START), 5000);
	assert_int_equal(burst(*state, 1, 5000, rate, START + 1), 5000);
	assert_int_equal(burst(*state, 1, 5000, rate, INT64_MAX), 5000);
}

/* Time of another thread may be some ms ago. */
static void
test_clock_steps_back(void **state)
{
	burst(*state, 1, 1000, 100, START);
	assert_int_equal(burst(*state, 1, 1000, 100, START - 5000), 0);
	assert_int_equal(burst(*state, 1, 1000, 100, START + 10), 1);
}

static void
test_another_rate(void **state)
{
	burst(*state, 1, 1, 1000, START); /* 1999 are left */
	assert_int_equal(burst(*state, 1, 1000, 50, START), 100);
	assert_int_equal(burst(*state, 1, 1000, 200, START + 100), 20);
}

static void
test_sources_are_apart(void **state)
{
	struct address four = source(1), six = source(1);

	six.type = ADDRESS_IPV6;
	assert_int_equal(burst(*state, 1, 1000, 100, START), 200);
	assert_int_equal(burst(*state, 2, 1000, 100, START), 200);
	assert_false(limit_allows(*state, &four, 100, START));
	assert_true(limit_allows(*state, &six, 100, START));
	assert_int_equal(limit_count(*state), 3);
}

/* Each of these has a bucket that is not full, and keeps it. */
static void
test_newcomers_share_at_the_bound(void **state)
{
	uint32_t i;

	for (i = 1; i <= SOURCES; i++)
		burst(*state, i, 150, 100, START);
	assert_int_equal(burst(*state, 101, 150, 100, START), 150);
	assert_int_equal(burst(*state, 102, 150, 100, START), 50);
	assert_int_equal(burst(*state, 103, 150, 100, START), 0);
	for (i = 1; i <= SOURCES; i++)
		assert_int_equal(burst(*state, i, 150, 100, START), 50);
	assert_int_equal(limit_count(*state), SOURCES);
}

/* The first to go is who was silent for longest, as soon as its bucket is full. */
static void
test_silent_gives_way(void **state)
{
	uint32_t i;

	for (i = 1; i <= SOURCES; i++)
		burst(*state, i, 200, 100, START + i);
	burst(*state, 1, 200, 100, START + 1000); /* so 2 is the oldest */
	assert_int_equal(burst(*state, 9, 200, 100, START + 2002), 200);
	/* 9 has a bucket of its own, that is empty now */
	assert_int_equal(burst(*state, 9, 200, 100, START + 2002), 0);
	/* 3 is not full yet, so 2 shares */
	assert_int_equal(burst(*state, 2, 300, 100, START + 2002), 200);
	assert_int_equal(burst(*state, 10, 1, 100, START + 2002), 0);
	assert_int_equal(burst(*state, 3, 200, 100, START + 2002), 199);
	assert_int_equal(limit_count(*state), SOURCES);
}

/* A million addresses that a stranger invents: who sends at its pace all the while
 * is not harmed, and the table stays as it is. */
static void
test_flood_of_addresses(void **state)
{
	struct limit *limit = limit_new(1024);
	int64_t now = START;
	uint32_t i;

	(void)state;
	assert_non_null(limit);
	for (i = 0; i < 1000000; i++) {
		now += i % 100 == 0;
		burst(limit, 1000 + i, 1, 100, now);
		if (i % 1000 == 0)
			assert_int_equal(burst(limit, 1, 1, 100, now), 1);
	}
	assert_int_equal(limit_count(limit), 1024);
	limit_free(limit);
}

static void
test_no_room_at_all(void **state)
{
	struct limit *limit = limit_new(0);

	(void)state;
	assert_non_null(limit);
	assert_int_equal(burst(limit, 1, 300, 100, START), 200);
	assert_int_equal(burst(limit, 2, 300, 100, START + 10), 1);
	limit_free(limit);
	limit_free(NULL);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_burst),
	    TEST(test_rate),
	    TEST(test_fractions),
	    TEST(test_bucket_does_not_run_over),
	    TEST(test_largest_rate),
	    TEST(test_clock_steps_back),
	    TEST(test_another_rate),
	    TEST(test_sources_are_apart),
	    TEST(test_newcomers_share_at_the_bound),
	    TEST(test_silent_gives_way),
	    TEST(test_flood_of_addresses),
	    TEST(test_no_room_at_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

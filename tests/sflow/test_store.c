#include "tests/sflow/unit.h"

#include <stdio.h>

#include "gmond-module/deliveries.h"
#include "sflow/store/store.h"

#define NOW INT64_C(1000000)
#define INTERVAL_S 30

/* A constant, a value that varies, one made from the clock, and a text. */
static const struct field fields[] = {
    {.name = "constant",
     .type = FIELD_U32,
     .formula = GAUGE,
     .scale = 1,
     .metric = {"constant", UINT32, "", ZERO, "%u", "group", "A constant", false}},
    {.name = "varies",
     .type = FIELD_U32,
     .formula = GAUGE,
     .scale = 1,
     .metric = {"varies", DOUBLE, "KB", BOTH, "%.0f", "group", "A value", false}},
    {.name = "since",
     .type = FIELD_U32,
     .formula = SINCE,
     .scale = 1,
     .metric = {"since", UINT32, "s", ZERO, "%u", "group", "A time", false}},
    {.name = "text",
     .type = FIELD_STRING,
     .formula = TEXT,
     .scale = 1,
     .metric = {"text", STRING, "", ZERO, "%s", "group", "A text", false}},
    {.name = "raw", .type = FIELD_U32},
};

static const struct layout layout = {
    .name = "test", .kind = KIND_HOST, .fields = fields, .count = COUNT_OF(fields)};

static void
set(struct store_block *block, double constant, double varies, double since,
    const char *text, int64_t now)
{
	struct derived values[COUNT_OF(fields)] = {{.valid = true, .number = constant},
	                                           {.valid = true, .number = varies},
	                                           {.valid = true, .number = since},
	                                           {.valid = text != NULL}};

	if (text != NULL)
		strcpy(values[3].text, text);
	store_block_set(block, values, COUNT_OF(values),
	                (struct store_pace){.interval_s = INTERVAL_S}, now);
}

static struct store_block *
add_block(struct store_host *host, const struct layout *of, const char *prefix)
{
	struct store_instance instance = {prefix, "", NULL};

	return store_block_add(host, of, &instance);
}

/* A host that is announced, with a block of values. */
static struct store_host *
add(struct store *store, const char *name, struct store_block **block)
{
	struct store_host *host = store_host_add(store, name, NULL, 0);

	assert_non_null(host);
	*block = add_block(host, &layout, "");
	assert_non_null(*block);
	set(*block, 1, 2, 3, "four", NOW);
	store_host_announce(host, name);
	return host;
}

static struct deliveries deliveries; /* of the test's store */
static struct store_feed *feed;

/* What one host that is taken has to deliver. */
static struct store_reading readings[DELIVERIES_READ];

static size_t
take_and_read(int64_t now)
{
	struct store_host *host = store_take(feed);
	size_t n;

	assert_non_null(host);
	n = deliveries_read(&deliveries, host, now, readings);
	store_done(feed, host);
	return n;
}

static const struct store_reading *
find(const char *name, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(readings[i].name, name) == 0)
			return &readings[i];
	return NULL;
}

static int
setup(void **state)
{
	*state = store_new(4, 1000);
	if (*state == NULL)
		return -1;
	if (!deliveries_open(&deliveries, *state))
		return -1;
	feed = deliveries.feed;
	return 0;
}

static int
teardown(void **state)
{
	store_free(*state);
	return 0;
}

static void
host_is_seen_when_it_is_announced(void **state)
{
	struct store *store = *state;
	struct store_host *host = store_host_add(store, "10.0.0.1", NULL, 0);
	struct store_info info;

	store_host_heard(host, 5, NOW);
	assert_null(store_take(feed));
	assert_int_equal(store_waiting(feed), 0);
	assert_false(store_host_announced(host));
	store_host_announce(host, "node1");
	assert_true(store_host_announced(host));
	assert_int_equal(store_waiting(feed), 1);
	assert_ptr_equal(store_take(feed), host);
	store_host_info(host, &info);
	assert_string_equal(info.key, "10.0.0.1");
	assert_string_equal(info.name, "node1");
	assert_false(info.gone);
	assert_int_equal(info.heard_ms, NOW);
	assert_int_equal(info.started_s, 5);
	store_done(feed, host);
	assert_null(store_take(feed));
}

static void
values_are_read_once(void **state)
{
	struct store *store = *state;
	struct store_block *block;
	struct store_host *host = add(store, "node1", &block);
	size_t n = take_and_read(NOW);

	assert_int_equal(n, 4);
	assert_near(find("constant", n)->number, 1);
	assert_near(find("varies", n)->number, 2);
	assert_near(find("since", n)->number, 3);
	assert_string_equal(find("text", n)->text, "four");
	assert_true(find("varies", n)->describe);
	assert_string_equal(find("varies", n)->title, "A value");
	assert_int_equal(find("varies", n)->heard_ms, NOW);
	store_host_heard(host, 0, NOW);
	assert_int_equal(take_and_read(NOW), 0);
}

static void
hosts_come_in_the_order_of_their_news(void **state)
{
	struct store *store = *state;
	struct store_block *block;
	struct store_host *a = add(store, "a", &block);
	struct store_host *b = add(store, "b", &block);

	store_host_heard(a, 0, NOW); /* it is queued already */
	assert_int_equal(store_waiting(feed), 2);
	assert_ptr_equal(store_take(feed), a);
	store_host_heard(a, 0, NOW); /* and now behind b */
	store_done(feed, a);
	assert_ptr_equal(store_take(feed), b);
	store_done(feed, b);
	assert_ptr_equal(store_take(feed), a);
	store_done(feed, a);
	assert_null(store_take(feed));
}

static void
host_that_is_given_back_comes_first(void **state)
{
	struct store *store = *state;
	struct store_block *block;
	struct store_host *a = add(store, "a", &block);
	struct store_host *b = add(store, "b", &block);

	assert_ptr_equal(store_take(feed), a);
	store_again(feed, a);
	assert_int_equal(store_waiting(feed), 2);
	assert_ptr_equal(store_take(feed), a);
	store_host_heard(a, 0, NOW);
	store_again(feed, a); /* twice in the queue it is not */
	assert_int_equal(store_waiting(feed), 2);
	assert_ptr_equal(store_take(feed), b);
	store_done(feed, b);
	assert_ptr_equal(store_take(feed), a);
	assert_int_equal(deliveries_read(&deliveries, a, NOW, readings), 4);
	store_done(feed, a);
	assert_null(store_take(feed));
}

/* Takes a host that has to be gone, and lets it go. */
static void
take_gone(const char *name)
{
	struct store_host *host = store_take(feed);
	struct store_info info;

	assert_non_null(host);
	store_host_info(host, &info);
	assert_true(info.gone);
	assert_string_equal(info.name, name);
	store_done(feed, host);
}

static void
gone_host_is_delivered_once(void **state)
{
	struct store *store = *state;
	struct store_block *block;
	struct store_host *host = add(store, "node1", &block);

	take_and_read(NOW);
	store_host_gone(host);
	assert_int_equal(store_count(store), 0);
	take_gone("node1");
	assert_null(store_take(feed));
	store_host_gone(NULL);
}

static void
host_may_be_gone_while_it_waits(void **state)
{
	struct store *store = *state;
	struct store_block *block;

	store_host_gone(add(store, "node1", &block));
	assert_int_equal(store_waiting(feed), 1);
	take_gone("node1");
	assert_null(store_take(feed));
}

static void
host_may_be_gone_while_it_is_taken(void **state)
{
	struct store *store = *state;
	struct store_block *block;
	struct store_host *host = add(store, "node1", &block);

	assert_ptr_equal(store_take(feed), host);
	store_host_gone(host);
	assert_int_equal(deliveries_read(&deliveries, host, NOW, readings), 4);
	store_done(feed, host);
	take_gone("node1");
	assert_null(store_take(feed));
}

static void
gone_host_may_be_given_back(void **state)
{
	struct store *store = *state;
	struct store_block *block;
	struct store_host *host = add(store, "node1", &block);

	take_and_read(NOW);
	store_host_gone(host);
	assert_ptr_equal(store_take(feed), host);
	store_again(feed, host);
	take_gone("node1");
	assert_null(store_take(feed));
}

static void
host_that_nobody_knew_goes_silently(void **state)
{
	struct store *store = *state;
	struct store_host *host = store_host_add(store, "10.0.0.1", NULL, 0);

	add_block(host, &layout, "");
	store_host_gone(host);
	assert_int_equal(store_count(store), 0);
	assert_null(store_take(feed));
}

static void
hosts_are_bounded_with_those_that_are_gone(void **state)
{
	struct store *store = *state;
	struct store_host *hosts[4];
	struct store_block *block;
	char name[16];
	int i;

	for (i = 0; i < 4; i++) {
		snprintf(name, sizeof(name), "n%d", i);
		hosts[i] = add(store, name, &block);
	}
	assert_null(store_host_add(store, "n4", NULL, 0));
	for (i = 0; i < 4; i++)
		store_host_gone(hosts[i]);
	assert_int_equal(store_count(store), 0);
	assert_null(store_host_add(store, "n4", NULL, 0)); /* nobody was told yet */
	take_gone("n0");
	assert_non_null(store_host_add(store, "n4", NULL, 0));
	assert_null(store_host_add(store, "n5", NULL, 0));
	assert_int_equal(store_count(store), 1);
}

static void
forgotten_values_are_delivered_again(void **state)
{
	struct store *store = *state;
	struct store_block *block;
	struct store_host *host = add(store, "node1", &block);

	take_and_read(NOW);
	store_host_heard(host, 0, NOW + 1);
	assert_ptr_equal(store_take(feed), host);
	assert_int_equal(deliveries_read(&deliveries, host, NOW + 1, readings), 0);
	store_news_again(feed, host);
	assert_int_equal(deliveries_read(&deliveries, host, NOW + 1, readings), 4);
	assert_true(readings[0].describe);
	assert_int_equal(readings[0].heard_ms, NOW);
	assert_int_equal(deliveries_read(&deliveries, host, NOW + 1, readings), 0);
	store_done(feed, host);
}

/* Whoever has lost the values would show these for another DMAX. */
static void
expired_values_are_not_delivered(void **state)
{
	struct store *store = *state;
	struct store_block *block;
	struct store_host *host = add(store, "node1", &block);
	int64_t expired = NOW + store_dmax(INTERVAL_S) * INT64_C(1000) + 1;
	size_t n;

	take_and_read(NOW);
	store_host_heard(host, 0, expired);
	assert_ptr_equal(store_take(feed), host);
	store_news_again(feed, host);
	assert_int_equal(deliveries_read(&deliveries, host, expired - 1, readings), 4);
	store_news_again(feed, host);
	assert_int_equal(deliveries_read(&deliveries, host, expired, readings), 0);
	store_done(feed, host);
	set(block, 1, 2, 3, "four", expired);
	store_host_heard(host, 0, expired);
	n = take_and_read(expired);
	assert_int_equal(n, 4);
	while (n > 0)
		assert_true(readings[--n].describe);
}

static void
constants_wait_until_they_change(void **state)
{
	struct store *store = *state;
	struct store_block *block;
	struct store_host *host = add(store, "node1", &block);
	size_t n;

	take_and_read(NOW);
	set(block, 1, 2, 4, "four", NOW + 30000);
	store_host_heard(host, 0, NOW + 30000);
	n = take_and_read(NOW + 30000);
	assert_int_equal(n, 1); /* it varies, though it is the same */
	assert_false(find("varies", n)->describe);
	set(block, 7, 2, 9, "five", NOW + 60000);
	store_host_heard(host, 0, NOW + 60000);
	n = take_and_read(NOW + 60000);
	assert_int_equal(n, 4);
	assert_near(find("constant", n)->number, 7);
	assert_near(find("since", n)->number, 9);
	assert_string_equal(find("text", n)->text, "five");
}

static void
value_that_is_not_there_is_not_touched(void **state)
{
	struct store *store = *state;
	struct store_block *block;
	struct store_reading r;
	struct derived none[COUNT_OF(fields)] = {{.valid = false}};

	add(store, "node1", &block);
	take_and_read(NOW);
	store_block_set(block, none, COUNT_OF(none),
	                (struct store_pace){.interval_s = INTERVAL_S}, NOW + 30000);
	assert_true(store_block_peek(block, 1, &r));
	assert_near(r.number, 2);
	assert_int_equal(r.heard_ms, NOW);
	assert_false(store_block_peek(block, 4, &r));
}

static void
blocks_have_prefixes_and_go(void **state)
{
	struct store *store = *state;
	struct store_block *bare, *prefixed;
	struct store_host *host = add(store, "node1", &bare);
	size_t n;

	prefixed = add_block(host, &layout, "8080");
	set(prefixed, 5, 6, 7, NULL, NOW);
	n = take_and_read(NOW);
	assert_int_equal(n, 7);
	assert_near(find("8080.constant", n)->number, 5);
	assert_string_equal(find("8080.constant", n)->title, "8080: A constant");
	assert_null(find("8080.text", n));
	store_block_remove(bare);
	store_block_remove(NULL);
	set(prefixed, 5, 6, 7, NULL, NOW);
	store_host_heard(host, 0, NOW);
	assert_int_equal(take_and_read(NOW), 1);
}

/* The longest prefix and title that there may be. */
static void
longest_names_fit(void **state)
{
	static const char longest[] =
	    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
	static const struct field row = {
	    .name = "long",
	    .type = FIELD_U32,
	    .formula = GAUGE,
	    .scale = 1,
	    .metric = {longest, UINT32, "", BOTH, "%u", "group", longest, false}};
	static const struct layout rows = {.fields = &row, .count = 1};
	struct derived value = {.valid = true, .number = 1};
	struct store *store = *state;
	struct store_host *host = store_host_add(store, longest, NULL, 0);
	struct store_block *block = add_block(host, &rows, longest);

	assert_int_equal(strlen(longest), TEXT_SIZE - 1);
	store_block_set(block, &value, 1, (struct store_pace){.interval_s = INTERVAL_S},
	                NOW);
	store_host_announce(host, longest);
	assert_int_equal(take_and_read(NOW), 1);
	assert_int_equal(strlen(readings[0].name), 64 + 1 + 64);
	assert_int_equal(strlen(readings[0].title), 64 + 2 + 64);
}

static void
many_values_come_in_portions(void **state)
{
	struct store *store = *state;
	struct store_block *block;
	struct store_host *host = add(store, "node1", &block);
	size_t i, n, total = 0, portions = 0;

	for (i = 0; i < 40; i++) {
		char prefix[24];

		snprintf(prefix, sizeof(prefix), "%zu", i);
		set(add_block(host, &layout, prefix), 1, 2, 3, "x", NOW);
	}
	assert_ptr_equal(store_take(feed), host);
	for (; (n = deliveries_read(&deliveries, host, NOW, readings)) > 0;
	     portions++) {
		assert_in_range(n, 1, DELIVERIES_READ);
		total += n;
	}
	store_done(feed, host);
	assert_int_equal(total, 41 * 4);
	assert_int_equal(portions, 3);
}

static void
metadata_is_described_on_request_too(void **state)
{
	struct store *store = *state;
	struct store_block *block;
	struct store_host *host;
	size_t n;

	deliveries.describe_s = 60;
	host = add(store, "node1", &block);
	take_and_read(NOW);
	set(block, 1, 2, 3, "four", NOW + 59999);
	store_host_heard(host, 0, NOW + 59999);
	n = take_and_read(NOW + 59999);
	assert_false(find("varies", n)->describe);
	set(block, 1, 2, 3, "four", NOW + 60000);
	store_host_heard(host, 0, NOW + 60000);
	n = take_and_read(NOW + 60000);
	assert_true(find("varies", n)->describe);
}

static void
tmax_and_dmax_are_gmonds_at_least(void **state)
{
	(void)state;
	assert_int_equal(store_tmax(1, BOTH), 60);
	assert_int_equal(store_tmax(30, BOTH), 60);
	assert_int_equal(store_tmax(31, BOTH), 62);
	assert_int_equal(store_tmax(30, ZERO), 300);
	assert_int_equal(store_dmax(30), 600);
	assert_int_equal(store_dmax(300), 6000);
}

/* Whatever is in it, and wherever it is, when the program ends. */
static void
store_is_freed_with_all_that_is_in_it(void **state)
{
	struct store *store = *state;
	struct store_block *block;
	struct store_host *taken = add(store, "taken", &block);

	store_take(feed);
	store_host_gone(add(store, "gone", &block));
	add(store, "waiting", &block);
	add_block(store_host_add(store, "unnamed", NULL, 0), &layout, "x");
	assert_non_null(taken);
	store_free(NULL);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    TEST(host_is_seen_when_it_is_announced),
	    TEST(values_are_read_once),
	    TEST(hosts_come_in_the_order_of_their_news),
	    TEST(host_that_is_given_back_comes_first),
	    TEST(gone_host_is_delivered_once),
	    TEST(host_may_be_gone_while_it_waits),
	    TEST(host_may_be_gone_while_it_is_taken),
	    TEST(gone_host_may_be_given_back),
	    TEST(host_that_nobody_knew_goes_silently),
	    TEST(hosts_are_bounded_with_those_that_are_gone),
	    TEST(forgotten_values_are_delivered_again),
	    TEST(expired_values_are_not_delivered),
	    TEST(constants_wait_until_they_change),
	    TEST(value_that_is_not_there_is_not_touched),
	    TEST(blocks_have_prefixes_and_go),
	    TEST(longest_names_fit),
	    TEST(many_values_come_in_portions),
	    TEST(metadata_is_described_on_request_too),
	    TEST(tmax_and_dmax_are_gmonds_at_least),
	    TEST(store_is_freed_with_all_that_is_in_it),
	};

	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}

/* What is new of values, for each of several feeds; and values that another thread than
 * the hosts' own adds. */
#include "tests/sflow/unit.h"

#include "sflow/store/store.h"

#define NOW INT64_C(1000000)
#define INTERVAL_S 30

static const struct field fields[] = {
    {.name = "number",
     .type = FIELD_U32,
     .formula = GAUGE,
     .scale = 1,
     .metric = {"number", DOUBLE, "", BOTH, "%.0f", "group", "A number", false}},
    {.name = "text",
     .type = FIELD_STRING,
     .formula = TEXT,
     .scale = 1,
     .metric = {"text", STRING, "", ZERO, "%s", "group", "A text", false}},
};

static const struct layout layout = {
    .name = "test", .kind = KIND_HOST, .fields = fields, .count = COUNT_OF(fields)};
static const struct store_instance bare = {"", "", NULL};

/* A store with two feeds, and a host with one block. */
struct rig {
	struct store *store;
	struct store_feed *one, *other;
	struct store_host *host;
	struct store_block *block;
};

static int
setup(void **state)
{
	static struct rig rig;

	rig.store = store_new(4, 100);
	assert_non_null(rig.store);
	rig.one = store_feed(rig.store);
	rig.other = store_feed(rig.store);
	assert_non_null(rig.one);
	assert_non_null(rig.other);
	rig.host = store_host_add(rig.store, "10.0.0.1", NULL, 0);
	rig.block = store_block_add(rig.host, &layout, &bare);
	store_host_announce(rig.host, "node1");
	*state = &rig;
	return 0;
}

static int
teardown(void **state)
{
	struct rig *rig = *state;

	store_free(rig->store);
	return 0;
}

/* A text of NULL doesn't come. */
static void
set(struct rig *rig, double number, const char *text, unsigned interval_s, int64_t now)
{
	struct derived values[COUNT_OF(fields)] = {{.valid = true, .number = number},
	                                           {.valid = text != NULL}};

	if (text != NULL)
		strcpy(values[1].text, text);
	store_block_set(rig->block, values, COUNT_OF(values),
	                (struct store_pace){.interval_s = interval_s}, now);
	store_host_news(rig->host);
}

/* What is new of the number and the text, which this feed takes with that. */
struct seen {
	enum store_news number, text;
};

static struct seen
take(struct rig *rig, struct store_feed *feed)
{
	struct store_host *host = store_take(feed);
	struct seen seen = {STORE_OLD, STORE_OLD};
	struct store_state state;
	struct store_value value;
	struct store_look look;
	enum store_news news;

	assert_ptr_equal(host, rig->host);
	store_lock(host, &state);
	store_look_at_news(&look, feed, host);
	while (store_look_next_news(&look, &value, &news))
		*(value.row == 0 ? &seen.number : &seen.text) = news;
	store_unlock(host);
	store_done(feed, host);
	return seen;
}

static void
assert_seen(struct rig *rig, struct store_feed *feed, enum store_news number,
            enum store_news text)
{
	struct seen seen = take(rig, feed);

	assert_int_equal(seen.number, number);
	assert_int_equal(seen.text, text);
	assert_null(store_take(feed));
}

static void
values_are_the_same_or_others(void **state)
{
	struct rig *rig = *state;

	set(rig, 1, "a", INTERVAL_S, NOW);
	assert_seen(rig, rig->one, STORE_FIRST, STORE_FIRST);
	set(rig, 1, "a", INTERVAL_S, NOW + 1);
	assert_seen(rig, rig->one, STORE_SAME, STORE_SAME);
	set(rig, 2, "b", INTERVAL_S, NOW + 2);
	assert_seen(rig, rig->one, STORE_CHANGED, STORE_CHANGED);
	set(rig, 3, NULL, INTERVAL_S, NOW + 3);
	assert_seen(rig, rig->one, STORE_CHANGED, STORE_OLD);
}

/* What was not looked at is not lost, whatever comes after it. */
static void
more_news_stays(void **state)
{
	struct rig *rig = *state;

	set(rig, 1, "a", INTERVAL_S, NOW);
	set(rig, 2, "a", INTERVAL_S, NOW + 1);
	set(rig, 2, "a", INTERVAL_S, NOW + 2);
	assert_seen(rig, rig->one, STORE_FIRST, STORE_FIRST);
	set(rig, 2, "a", INTERVAL_S, NOW + 3);
	set(rig, 3, "b", INTERVAL_S, NOW + 4);
	set(rig, 3, "b", INTERVAL_S, NOW + 5);
	assert_seen(rig, rig->one, STORE_CHANGED, STORE_CHANGED);
}

static void
another_pace_is_as_the_first_time(void **state)
{
	struct rig *rig = *state;

	set(rig, 1, "a", INTERVAL_S, NOW);
	take(rig, rig->one);
	set(rig, 1, NULL, 2 * INTERVAL_S, NOW + 1);
	assert_seen(rig, rig->one, STORE_FIRST, STORE_OLD);
	/* the text comes at that pace for the first time */
	set(rig, 1, "a", 2 * INTERVAL_S, NOW + 2);
	assert_seen(rig, rig->one, STORE_SAME, STORE_FIRST);
}

static void
value_that_was_gone_is_as_the_first_time(void **state)
{
	struct rig *rig = *state;
	int64_t later = NOW + store_dmax(INTERVAL_S) * INT64_C(1000) + 1;

	set(rig, 1, "a", INTERVAL_S, NOW);
	take(rig, rig->one);
	set(rig, 1, NULL, INTERVAL_S, NOW + 1000);
	set(rig, 1, NULL, INTERVAL_S, later);
	set(rig, 1, "a", INTERVAL_S, later + 1);
	assert_seen(rig, rig->one, STORE_SAME, STORE_FIRST);
}

/* Each at its own pace, as if there were no other. */
static void
feeds_have_their_own_news(void **state)
{
	struct rig *rig = *state;

	set(rig, 1, "a", INTERVAL_S, NOW);
	assert_seen(rig, rig->one, STORE_FIRST, STORE_FIRST);
	set(rig, 2, "a", INTERVAL_S, NOW + 1);
	assert_seen(rig, rig->one, STORE_CHANGED, STORE_SAME);
	assert_seen(rig, rig->other, STORE_FIRST, STORE_FIRST);
	set(rig, 2, "a", INTERVAL_S, NOW + 2);
	assert_seen(rig, rig->other, STORE_SAME, STORE_SAME);
	store_news_again(rig->other, rig->host);
	store_host_news(rig->host);
	assert_seen(rig, rig->one, STORE_SAME, STORE_SAME);
	assert_seen(rig, rig->other, STORE_FIRST, STORE_FIRST);
}

static void
each_feed_hears_that_a_host_is_gone(void **state)
{
	struct rig *rig = *state;
	struct store_feed *feeds[] = {rig->one, rig->other};
	struct store_info info;
	size_t i;

	store_host_gone(rig->host);
	for (i = 0; i < COUNT_OF(feeds); i++) {
		/* It is in memory as long as one doesn't know. */
		assert_ptr_equal(store_take(feeds[i]), rig->host);
		store_host_info(rig->host, &info);
		assert_true(info.gone);
		store_done(feeds[i], rig->host);
		assert_null(store_take(feeds[i]));
	}
	assert_int_equal(store_count(rig->store), 0);
}

static void
feeds_are_bounded(void **state)
{
	struct store *store = store_new(4, 100);
	size_t i;

	(void)state;
	for (i = 0; i < STORE_FEEDS_MAX; i++)
		assert_non_null(store_feed(store));
	assert_null(store_feed(store));
	store_free(store);
}

/* A prediction's, say: of one row that is made at run time, in a host that is held. */
static void
others_add_values_of_their_own(void **state)
{
	static const struct field row = {.formula = GAUGE,
	                                 .scale = 1,
	                                 .metric = {"foretold", DOUBLE, "", BOTH,
	                                            "%.0f", "group", "Foretold",
	                                            false}};
	struct rig *rig = *state;
	struct layout *one = layout_new(KIND_HOST, &row);
	struct store_host *host = store_find(rig->store, 0, "node1");
	struct derived value = {.valid = true, .number = 5};
	struct store_reading reading;
	struct store_block *block;

	assert_ptr_equal(host, rig->host);
	block = store_block_add(host, one, &bare);
	store_block_set(block, &value, 1, (struct store_pace){.interval_s = INTERVAL_S},
	                NOW);
	store_host_news(host);
	assert_true(store_block_peek(block, 0, &reading));
	assert_string_equal(reading.name, "foretold");
	assert_true(reading.number == 5);
	assert_seen(rig, rig->one, STORE_FIRST, STORE_OLD);
	/* The host goes, the block and its layout stay until it is released. */
	store_host_gone(host);
	store_done(rig->one, store_take(rig->one));
	store_done(rig->other, store_take(rig->other));
	assert_true(store_block_peek(block, 0, &reading));
	store_block_remove(block);
	store_release(host);
	layout_free(one);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    TEST(values_are_the_same_or_others),
	    TEST(more_news_stays),
	    TEST(another_pace_is_as_the_first_time),
	    TEST(value_that_was_gone_is_as_the_first_time),
	    TEST(feeds_have_their_own_news),
	    TEST(each_feed_hears_that_a_host_is_gone),
	    TEST(feeds_are_bounded),
	    TEST(others_add_values_of_their_own),
	};

	return cmocka_run_group_tests_name("feeds", tests, NULL, NULL);
}

/* Visitors of hosts, each at its own pace. */
#include "tests/sflow/unit.h"

#include "gmetad-bridge/steps/walk.h"

#define NOW INT64_C(1000000)

static const struct field fields[] = {
    {.name = "one",
     .type = FIELD_U32,
     .formula = GAUGE,
     .scale = 1,
     .metric = {"one", DOUBLE, "", BOTH, "%.0f", "group", "One", false}},
    {.name = "two",
     .type = FIELD_U32,
     .formula = GAUGE,
     .scale = 1,
     .metric = {"two", DOUBLE, "", BOTH, "%.0f", "group", "Two", false}},
};

static const struct layout layout = {
    .name = "test", .kind = KIND_HOST, .fields = fields, .count = COUNT_OF(fields)};

/* What the visitors saw: the hosts' names, and the metrics behind them. */
static char each_step[200], each_second[200];

static void
note(char *text, const char *word)
{
	strcat(strcat(text, text[0] != '\0' ? " " : ""), word);
}

static bool
step_host(const struct store_state *host, int64_t now)
{
	assert_true(now >= NOW);
	note(each_step, host->name);
	return host->up;
}

static void
step_value(const struct store_value *value)
{
	note(each_step, value->metric->name);
}

static bool
second_host(const struct store_state *host, int64_t now)
{
	assert_true(now >= NOW);
	note(each_second, host->name);
	return true;
}

static void
second_value(const struct store_value *value)
{
	note(each_second, value->metric->name);
}

static void
second_gone(const char *key)
{
	note(each_second, "gone:");
	note(each_second, key);
}

static const struct walk_visitor of_steps = {
    .pace = WALK_EACH_STEP, .host = step_host, .value = step_value};
static const struct walk_visitor of_seconds = {.pace = WALK_EACH_SECOND,
                                               .host = second_host,
                                               .value = second_value,
                                               .gone = second_gone};
static const struct walk_visitor *const both[] = {&of_steps, &of_seconds};

struct rig {
	struct store *store;
	struct walk walk;
};

static int
setup(void **state)
{
	static struct rig rig;

	rig.store = store_new(8, 100);
	assert_non_null(rig.store);
	assert_true(walk_open(&rig.walk, rig.store, both, COUNT_OF(both)));
	each_step[0] = each_second[0] = '\0';
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

/* A host with a block for both values. */
struct known {
	struct store_host *host;
	struct store_block *block;
};

static struct known
add(struct rig *rig, const char *name)
{
	static const struct store_instance bare = {"", "", NULL};
	struct known known;

	known.host = store_host_add(rig->store, name, NULL, 0);
	known.block = store_block_add(known.host, &layout, &bare);
	store_host_announce(known.host, name);
	return known;
}

/* The host is heard, with so many of its values. */
static void
hear(struct known known, size_t count)
{
	static const struct derived values[] = {{.valid = true, .number = 1},
	                                        {.valid = true, .number = 2}};

	store_block_set(known.block, values, count,
	                (struct store_pace){.interval_s = 30}, NOW);
	store_host_heard(known.host, 0, NOW);
}

static void
assert_seconds(struct rig *rig, const char *expected)
{
	each_second[0] = '\0';
	walk_second(&rig->walk, NOW);
	assert_string_equal(each_second, expected);
}

static void
steps_have_all_hosts_with_all_values(void **state)
{
	struct rig *rig = *state;

	hear(add(rig, "a"), 2);
	hear(add(rig, "b"), 1);
	walk_step(&rig->walk, NOW);
	assert_string_equal(each_step, "a one two b one");
	each_step[0] = '\0';
	walk_step(&rig->walk, NOW + 1000);
	assert_string_equal(each_step, "a one two b one");
	assert_string_equal(each_second, "");
}

static void
visitor_need_not_want_values(void **state)
{
	struct rig *rig = *state;
	struct known a = add(rig, "a");

	hear(a, 2);
	store_host_tick(a.host, false, 60000, NOW + 100000);
	walk_step(&rig->walk, NOW + 100000);
	assert_string_equal(each_step, "a");
}

static void
seconds_have_what_is_new(void **state)
{
	struct rig *rig = *state;
	struct known a = add(rig, "a");

	hear(a, 2);
	hear(add(rig, "b"), 2);
	assert_seconds(rig, "a one two b one two");
	assert_seconds(rig, "");
	hear(a, 1);
	assert_seconds(rig, "a one");
	/* a step takes nothing of it away, */
	hear(a, 2);
	walk_step(&rig->walk, NOW);
	assert_seconds(rig, "a one two");
	/* and that a host is down is news without values */
	store_host_tick(a.host, false, 60000, NOW + 100000);
	assert_seconds(rig, "a");
	assert_string_equal(each_step, "a one two b one two");
}

static void
seconds_hear_of_hosts_that_are_gone(void **state)
{
	struct rig *rig = *state;
	struct known a = add(rig, "a");

	hear(a, 2);
	store_host_gone(a.host);
	assert_seconds(rig, "gone: a");
	assert_seconds(rig, "");
	walk_step(&rig->walk, NOW);
	assert_string_equal(each_step, "");
	assert_int_equal(store_count(rig->store), 0);
}

/* Where nobody visits each second, the store has no queue, which would cost. */
static void
steps_alone_take_no_feed(void **state)
{
	struct store *store = store_new(8, 100);
	struct walk walk;
	size_t i;

	(void)state;
	assert_true(walk_open(&walk, store, both, 1));
	assert_null(walk.feed);
	walk_second(&walk, NOW);
	for (i = 0; i < STORE_FEEDS_MAX; i++)
		assert_non_null(store_feed(store));
	assert_false(walk_open(&walk, store, both, COUNT_OF(both)));
	store_free(store);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    TEST(steps_have_all_hosts_with_all_values),
	    TEST(visitor_need_not_want_values),
	    TEST(seconds_have_what_is_new),
	    TEST(seconds_hear_of_hosts_that_are_gone),
	    TEST(steps_alone_take_no_feed),
	};

	return cmocka_run_group_tests_name("walk", tests, NULL, NULL);
}

/* The store for readers: any thread walks over the hosts, finds one, and looks at its
 * values, while another fills it. */
#include "tests/sflow/unit.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "sflow/store/store.h"
#include "tests/sflow/script.h"

#define NOW INT64_C(1000000)
#define INTERVAL_S 30
#define DMAX_MS INT64_C(600000)
#define DAY_MS INT64_C(86400000)
#define CLUSTER 3
#define ELSEWHERE 4

/* Memory that is not there when a test wants it so. */
static bool no_memory;

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);

void *
__wrap_calloc(size_t count, size_t size)
{
	return no_memory ? NULL : __real_calloc(count, size);
}

static const struct field fields[] = {
    {.name = "raw", .type = FIELD_U32},
    {.name = "number",
     .type = FIELD_U32,
     .formula = GAUGE,
     .scale = 1,
     .metric = {"number", DOUBLE, "KB", BOTH, "%.0f", "group", "A number", false}},
    {.name = "text",
     .type = FIELD_STRING,
     .formula = TEXT,
     .scale = 1,
     .metric = {"text", STRING, "", ZERO, "%s", "words", "A text", false}},
    {.name = "other",
     .type = FIELD_U32,
     .formula = GAUGE,
     .scale = 1,
     .metric = {"other", UINT32, "", BOTH, "%u", "group", "Another", false}},
};

#define NUMBER 1
#define TEXT_ROW 2
#define OTHER 3

static const struct layout layout = {
    .name = "test", .kind = KIND_HOST, .fields = fields, .count = COUNT_OF(fields)};

static const struct store_instance bare = {"", "", NULL};

/* Values of the rows that are not NAN, or NULL. */
static void
set(struct store_block *block, double number, const char *text, double other,
    int64_t now)
{
	struct derived values[COUNT_OF(fields)] = {
	    {.valid = true, .number = 99},
	    {.valid = !isnan(number), .number = number},
	    {.valid = text != NULL},
	    {.valid = !isnan(other), .number = other}};

	if (text != NULL)
		strcpy(values[TEXT_ROW].text, text);
	store_block_set(block, values, COUNT_OF(values),
	                (struct store_pace){.interval_s = INTERVAL_S}, now);
}

static struct store_block *
add_block(struct store_host *host, const struct store_instance *instance)
{
	struct store_block *block = store_block_add(host, &layout, instance);

	assert_non_null(block);
	return block;
}

static struct store_host *
add_silent(struct store *store, unsigned cluster, const char *name)
{
	struct store_host *host = store_host_add(store, name, NULL, cluster);

	assert_non_null(host);
	store_host_announce(host, name);
	assert_true(store_host_announced(host));
	return host;
}

static struct store_host *
add(struct store *store, const char *name, struct store_block **block)
{
	struct store_host *host = add_silent(store, CLUSTER, name);

	*block = add_block(host, &bare);
	set(*block, 1, "one", 2, NOW);
	store_host_heard(host, 0, NOW);
	return host;
}

static bool
is_called(struct store_host *host, const char *name)
{
	struct store_state state;

	store_lock(host, &state);
	store_unlock(host);
	return strcmp(state.name, name) == 0;
}

/* Hosts that a walk over that cluster meets. */
static size_t
walk(struct store *store, unsigned cluster)
{
	struct store_walk walk = {0};
	struct store_host *host;
	size_t n = 0;

	for (; (host = store_next(store, &walk, cluster)) != NULL; n++)
		store_release(host);
	return n;
}

static bool
is_there(struct store *store, unsigned cluster, const char *name)
{
	struct store_host *host = store_find(store, cluster, name);
	bool right = host != NULL && is_called(host, name);

	assert_true(host == NULL || right);
	store_release(host);
	return right;
}

/* How many values a look at the host gives; the last of that row is kept. */
static size_t
look(struct store_host *host, const struct metric *metric, int64_t now,
     struct store_value *kept)
{
	struct store_state state;
	struct store_value value;
	struct store_look at;
	size_t n = 0;

	store_lock(host, &state);
	store_look(&at, host, now);
	for (; store_look_next(&at, &value); n++)
		if (value.metric == metric)
			*kept = value;
	assert_false(store_look_next(&at, &value));
	store_unlock(host);
	return n;
}

static size_t
count_values(struct store_host *host, int64_t now)
{
	struct store_value value;

	return look(host, NULL, now, &value);
}

static int
setup(void **state)
{
	no_memory = false;
	*state = store_new(2000, 1000);
	return *state == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	no_memory = false;
	store_free(*state);
	return 0;
}

/* Hosts ------------------------------------------------------------------------------ */

static void
empty_store_has_nothing(void **state)
{
	struct store_walk walk = {0};

	assert_null(store_next(*state, &walk, STORE_ANY_CLUSTER));
	assert_null(store_next(*state, &walk, STORE_ANY_CLUSTER));
	assert_null(store_find(*state, CLUSTER, "a"));
	store_release(NULL);
}

static void
host_is_met_when_it_is_announced(void **state)
{
	struct store *store = *state;
	struct store_host *host = store_host_add(store, "key", NULL, CLUSTER);

	assert_int_equal(walk(store, STORE_ANY_CLUSTER), 0);
	assert_false(is_there(store, CLUSTER, "a"));
	assert_false(is_there(store, CLUSTER, "key"));
	store_host_announce(host, "a");
	assert_int_equal(walk(store, STORE_ANY_CLUSTER), 1);
	assert_true(is_there(store, CLUSTER, "a"));
	store_host_gone(host);
	assert_int_equal(walk(store, STORE_ANY_CLUSTER), 0);
	assert_false(is_there(store, CLUSTER, "a"));
	assert_int_equal(store_count(store), 0);
}

static void
host_is_found_by_its_cluster_and_whole_name(void **state)
{
	static const char longest[] =
	    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
	struct store *store = *state;

	add_silent(store, CLUSTER, "node1");
	add_silent(store, ELSEWHERE, "node1");
	add_silent(store, CLUSTER, longest);
	assert_true(is_there(store, CLUSTER, "node1"));
	assert_true(is_there(store, ELSEWHERE, "node1"));
	assert_true(is_there(store, CLUSTER, longest));
	assert_false(is_there(store, 0, "node1"));
	assert_false(is_there(store, CLUSTER, "node"));
	assert_false(is_there(store, CLUSTER, "node11"));
	assert_false(is_there(store, CLUSTER, "NODE1"));
	assert_false(is_there(store, CLUSTER, ""));
	assert_false(is_there(store, ELSEWHERE, longest));
	assert_null(store_find(store, CLUSTER,
	                       "0123456789abcdef0123456789abcdef"
	                       "0123456789abcdef0123456789abcdef0"));
}

/* More slots than a walk looks at in one go, most of them of another cluster, or
 * empty. */
static void
walk_meets_all_hosts_of_a_cluster_once(void **state)
{
	static struct store_host *hosts[1500];
	struct store *store = *state;
	char name[16];
	size_t i;

	for (i = 0; i < COUNT_OF(hosts); i++) {
		snprintf(name, sizeof(name), "n%zu", i);
		hosts[i] =
		    add_silent(store, i % 700 == 600 ? ELSEWHERE : CLUSTER, name);
	}
	assert_int_equal(walk(store, CLUSTER), 1498);
	assert_int_equal(walk(store, ELSEWHERE), 2);
	assert_int_equal(walk(store, STORE_ANY_CLUSTER), 1500);
	assert_int_equal(walk(store, 0), 0);
	for (i = 0; i < COUNT_OF(hosts); i++)
		if (i != 1 && i != 1499)
			store_host_gone(hosts[i]);
	assert_int_equal(walk(store, STORE_ANY_CLUSTER), 2);
	assert_int_equal(store_count(store), 2);
	add_silent(store, CLUSTER, "new"); /* in the place of another */
	assert_int_equal(walk(store, CLUSTER), 3);
}

static void
walk_goes_on_while_hosts_come_and_go(void **state)
{
	struct store *store = *state;
	struct store_host *a = add_silent(store, CLUSTER, "a");
	struct store_host *b = add_silent(store, CLUSTER, "b");
	struct store_host *met;
	struct store_walk walk = {0};

	add_silent(store, CLUSTER, "c");
	met = store_next(store, &walk, CLUSTER);
	assert_true(is_called(met, "a"));
	store_host_gone(a);
	assert_true(is_called(met, "a"));
	store_release(met);
	add_silent(store, CLUSTER, "d"); /* where a was: behind the walk */
	store_host_gone(b);
	add_silent(store, CLUSTER, "e"); /* where b was: before it */
	met = store_next(store, &walk, CLUSTER);
	assert_true(is_called(met, "e"));
	store_release(met);
	met = store_next(store, &walk, CLUSTER);
	assert_true(is_called(met, "c"));
	store_release(met);
	assert_null(store_next(store, &walk, CLUSTER));
}

/* A document has no name twice, whoever takes the name of a host that was met. */
static void
walk_meets_a_name_once(void **state)
{
	struct store *store = *state;
	struct store_host *a = add_silent(store, CLUSTER, "a");
	struct store_host *b = add_silent(store, CLUSTER, "b");
	struct store_host *c = add_silent(store, CLUSTER, "c"), *met;
	struct store_walk walk = {.names_once = true};

	add_silent(store, CLUSTER, "d");
	met = store_next(store, &walk, CLUSTER);
	assert_true(is_called(met, "a"));
	store_release(met);
	store_host_gone(a);
	assert_true(store_host_rename(b, "a"));
	store_host_gone(c);
	add_silent(store, CLUSTER, "c"); /* where c was */
	met = store_next(store, &walk, CLUSTER);
	assert_true(is_called(met, "d"));
	store_release(met);
	assert_null(store_next(store, &walk, CLUSTER));
	walk = (struct store_walk){.names_once = true};
	met = store_next(store, &walk, CLUSTER);
	assert_false(is_called(met, "b"));
	store_release(met);
}

static void
host_is_moved_to_another_cluster(void **state)
{
	struct store *store = *state;
	struct store_state seen;
	struct store_block *block;
	struct store_host *host = add(store, "a", &block);
	struct store_host *held = store_find(store, CLUSTER, "a");

	store_host_move(host, CLUSTER);
	assert_true(is_there(store, CLUSTER, "a"));
	store_host_move(host, ELSEWHERE);
	assert_false(is_there(store, CLUSTER, "a"));
	assert_true(is_there(store, ELSEWHERE, "a"));
	assert_int_equal(walk(store, CLUSTER), 0);
	assert_int_equal(walk(store, ELSEWHERE), 1);
	store_lock(held, &seen);
	assert_int_equal(seen.cluster, ELSEWHERE);
	assert_string_equal(seen.name, "a");
	store_unlock(held);
	assert_int_equal(count_values(held, NOW), 3);
	store_release(held);
	host = store_host_add(store, "b", NULL, CLUSTER);
	store_host_move(host, ELSEWHERE); /* before it has a name */
	store_host_announce(host, "b");
	assert_true(is_there(store, ELSEWHERE, "b"));
	assert_false(is_there(store, CLUSTER, "b"));
}

static void
host_that_is_held_stays_when_it_is_gone(void **state)
{
	struct store *store = *state;
	struct store_block *block;
	struct store_host *host = add(store, "a", &block);
	struct store_host *first = store_find(store, CLUSTER, "a");
	struct store_host *second = store_find(store, CLUSTER, "a");

	assert_ptr_equal(first, host);
	assert_ptr_equal(second, host);
	store_host_gone(host);
	assert_int_equal(store_count(store), 0);
	assert_int_equal(walk(store, STORE_ANY_CLUSTER), 0);
	assert_false(is_there(store, CLUSTER, "a"));
	assert_true(is_called(first, "a"));
	assert_int_equal(count_values(first, NOW), 3);
	store_release(first);
	assert_int_equal(count_values(second, NOW), 3);
	store_release(second);
}

/* Another has its name and its place meanwhile. */
static void
host_that_is_held_is_none_of_its_successors(void **state)
{
	struct store *store = *state;
	struct store_block *block;
	struct store_host *old = add(store, "a", &block);
	struct store_host *held = store_find(store, CLUSTER, "a"), *found;
	struct store_host *new;

	store_host_gone(old);
	new = add(store, "a", &block);
	set(block, 5, "five", 5, NOW);
	found = store_find(store, CLUSTER, "a");
	assert_ptr_equal(found, new);
	assert_ptr_not_equal(found, held);
	store_release(found);
	store_release(held);
	assert_true(is_there(store, CLUSTER, "a"));
	assert_int_equal(store_count(store), 1);
	store_host_gone(new);
}

/* It can't be, but for want of memory, or by an administrator's wish. */
static void
two_hosts_of_one_name_are_both_there(void **state)
{
	struct store *store = *state;
	struct store_host *first = add_silent(store, CLUSTER, "a");
	struct store_host *second = add_silent(store, CLUSTER, "a");

	assert_int_equal(walk(store, CLUSTER), 2);
	assert_true(is_there(store, CLUSTER, "a"));
	store_host_gone(first);
	assert_true(is_there(store, CLUSTER, "a"));
	first = add_silent(store, CLUSTER, "a");
	store_host_gone(second);
	assert_true(is_there(store, CLUSTER, "a"));
	store_host_gone(first);
	assert_false(is_there(store, CLUSTER, "a"));
}

static void
state_is_told(void **state)
{
	struct store *store = *state;
	struct store_state seen;
	struct address address;
	struct store_host *host, *held;

	assert_int_equal(address_parse("192.0.2.7", &address), 0);
	host = store_host_add(store, "192.0.2.7", &address, CLUSTER);
	store_host_announce(host, "node7");
	store_host_heard(host, 1600000000, NOW);
	store_host_tick(host, true, 95000, NOW + 1);
	held = store_find(store, CLUSTER, "node7");
	store_lock(held, &seen);
	store_unlock(held);
	assert_string_equal(seen.key, "192.0.2.7");
	assert_string_equal(seen.name, "node7");
	assert_memory_equal(&seen.address, &address, sizeof(address));
	assert_int_equal(seen.cluster, CLUSTER);
	assert_true(seen.up);
	assert_int_equal(seen.heard_ms, NOW);
	assert_int_equal(seen.down_after_ms, 95000);
	assert_int_equal(seen.started_s, 1600000000);
	store_host_tick(host, false, 95000, NOW + 2);
	store_lock(held, &seen);
	store_unlock(held);
	assert_false(seen.up);
	assert_int_equal(seen.heard_ms, NOW);
	store_release(held);
	store_host_gone(host);
	host = add_silent(store, CLUSTER, "vm");
	store_lock(host, &seen);
	store_unlock(host);
	assert_int_equal(seen.address.type, ADDRESS_UNKNOWN);
}

/* A store with a feed may have readers, too. */
static void
host_is_held_while_its_feed_lets_it_go(void **state)
{
	struct store *store = store_new(4, 100);
	struct store_feed *feed = store_feed(store);
	struct store_block *block;
	struct store_host *host = add(store, "a", &block);
	struct store_host *held = store_find(store, CLUSTER, "a");

	(void)state;
	assert_ptr_equal(store_take(feed), host);
	store_done(feed, host);
	store_host_gone(host);
	assert_false(is_there(store, CLUSTER, "a"));
	assert_ptr_equal(store_take(feed), host);
	store_done(feed, host);
	assert_null(store_take(feed));
	assert_int_equal(count_values(held, NOW), 3);
	store_release(held);
	store_free(store);
}

/* There is room for another one as soon as nobody holds it. */
static void
host_that_is_gone_is_kept_for_nobody(void **state)
{
	struct store *store = *state;
	struct store_block *block;
	struct store_host *held;

	store_bound(store, 1, 1000);
	store_host_gone(add(store, "a", &block));
	add(store, "b", &block);
	held = store_find(store, CLUSTER, "b");
	store_host_gone(held);
	assert_null(store_host_add(store, "c", NULL, CLUSTER));
	store_release(held);
	add(store, "c", &block);
}

static void
bounds_are_changed_for_newcomers(void **state)
{
	struct store *store = *state;
	struct store_block *block;
	struct store_host *host = add(store, "a", &block);

	add_silent(store, CLUSTER, "b");
	store_bound(store, 1, 3);
	assert_null(store_host_add(store, "c", NULL, CLUSTER));
	assert_null(store_block_add(host, &layout, &bare));
	assert_int_equal(count_values(host, NOW), 3);
	assert_int_equal(walk(store, CLUSTER), 2);
	store_bound(store, 3, 6);
	add_silent(store, CLUSTER, "c");
	assert_null(store_host_add(store, "d", NULL, CLUSTER));
	block = add_block(host, &bare);
	assert_null(store_block_add(host, &layout, &bare));
	store_block_remove(block);
	add_block(host, &bare);
}

static void
host_is_announced_again_when_there_was_no_memory(void **state)
{
	struct store *store = *state;
	struct store_host *host = store_host_add(store, "key", NULL, CLUSTER);

	no_memory = true;
	store_host_announce(host, "a");
	assert_null(store_find(store, CLUSTER, "a"));
	assert_null(store_host_add(store, "other", NULL, CLUSTER));
	assert_null(store_block_add(host, &layout, &bare));
	no_memory = false;
	assert_false(store_host_announced(host));
	assert_int_equal(walk(store, CLUSTER), 0);
	store_host_move(host, ELSEWHERE);
	store_host_announce(host, "a");
	assert_true(is_there(store, ELSEWHERE, "a"));
}

/* The collector does so with its next tick. */
static void
host_that_could_not_be_announced_is_with_the_next_tick(void **state)
{
	struct collector_config config = collector_defaults;
	struct device d = script_machine("10.1.0.1");
	struct script *s = calloc(1, sizeof(*s));
	struct store *store;

	(void)state;
	assert_non_null(s);
	script_configure_unpublished(s, &config);
	store = collector_store(s->c);
	script_send_net(s, &d, 0);
	no_memory = true;
	script_send_host(s, &d, "node", 0);
	no_memory = false;
	assert_int_equal(walk(store, STORE_ANY_CLUSTER), 0);
	script_pass(s, 1 * SECONDS);
	assert_true(is_there(store, 0, "node"));
	collector_free(s->c);
	free(s);
}

/* Values ----------------------------------------------------------------------------- */

static void
values_are_looked_at(void **state)
{
	struct store_block *block;
	struct store_host *host = add(*state, "a", &block);
	struct store_value v;

	assert_int_equal(look(host, &fields[NUMBER].metric, NOW, &v), 3);
	assert_near(v.number, 1);
	assert_string_equal(v.prefix, "");
	assert_string_equal(v.part, "");
	assert_null(v.group);
	assert_int_equal(v.heard_ms, NOW);
	assert_int_equal(v.tmax_s, 60);
	assert_int_equal(v.dmax_s, 600);
	look(host, &fields[TEXT_ROW].metric, NOW, &v);
	assert_string_equal(v.text, "one");
	assert_int_equal(v.tmax_s, 300);
	set(block, 7, "two", (double)NAN, NOW + 1000);
	assert_int_equal(look(host, &fields[TEXT_ROW].metric, NOW, &v), 3);
	assert_string_equal(v.text, "two");
	look(host, &fields[NUMBER].metric, NOW, &v);
	assert_near(v.number, 7);
	assert_int_equal(v.heard_ms, NOW + 1000);
	look(host, &fields[OTHER].metric, NOW, &v);
	assert_near(v.number, 2);
	assert_int_equal(v.heard_ms, NOW);
}

static void
what_never_came_is_not_there(void **state)
{
	struct store_host *host = add_silent(*state, CLUSTER, "a");
	struct store_block *block;

	assert_int_equal(count_values(host, NOW), 0);
	block = add_block(host, &bare);
	assert_int_equal(count_values(host, NOW), 0);
	set(block, (double)NAN, NULL, 1, NOW);
	assert_int_equal(count_values(host, NOW), 1);
	set(add_block(host, &bare), 1, NULL, (double)NAN, NOW);
	assert_int_equal(count_values(host, NOW), 2);
	store_block_remove(block);
	assert_int_equal(count_values(host, NOW), 1);
}

static void
values_have_names_titles_and_groups(void **state)
{
	static const struct store_instance lane = {"swp1", "lane2", "port"};
	static const struct store_instance server = {"8080", "", NULL};
	struct store_host *host = add_silent(*state, CLUSTER, "a");
	struct store_block *block = add_block(host, &lane);
	char text[STORE_NAME];
	struct store_value v;

	set(block, 1, NULL, (double)NAN, NOW);
	assert_int_equal(look(host, &fields[NUMBER].metric, NOW, &v), 1);
	assert_int_equal(store_value_name(&v, text), 17);
	assert_string_equal(text, "swp1.lane2.number");
	assert_int_equal(store_value_title(&v, text), 20);
	assert_string_equal(text, "swp1 lane2: A number");
	assert_int_equal(store_value_group(&v, text), 9);
	assert_string_equal(text, "port swp1");
	store_block_remove(block);
	block = add_block(host, &server);
	set(block, 1, NULL, (double)NAN, NOW);
	look(host, &fields[NUMBER].metric, NOW, &v);
	store_value_name(&v, text);
	assert_string_equal(text, "8080.number");
	store_value_title(&v, text);
	assert_string_equal(text, "8080: A number");
	store_value_group(&v, text);
	assert_string_equal(text, "group");
	store_block_remove(block);
	set(add_block(host, &bare), 1, NULL, (double)NAN, NOW);
	look(host, &fields[NUMBER].metric, NOW, &v);
	assert_int_equal(store_value_name(&v, text), 6);
	assert_string_equal(text, "number");
	store_value_title(&v, text);
	assert_string_equal(text, "A number");
}

static void
old_values_are_left_out(void **state)
{
	struct store_block *block;
	struct store_host *host = add(*state, "a", &block);

	assert_int_equal(count_values(host, NOW - 5000), 3);
	assert_int_equal(count_values(host, NOW + DMAX_MS), 3);
	assert_int_equal(count_values(host, NOW + DMAX_MS + 1), 0);
	assert_int_equal(count_values(host, NOW + 49 * DAY_MS), 0);
	assert_int_equal(count_values(host, NOW + 50 * DAY_MS), 0);
	set(block, 1, NULL, (double)NAN, NOW + DMAX_MS);
	assert_int_equal(count_values(host, NOW + DMAX_MS), 3);
	assert_int_equal(count_values(host, NOW + DMAX_MS + 1), 1);
	assert_int_equal(count_values(host, NOW + 2 * DMAX_MS), 1);
}

/* A row that comes no more beside others that do: its time has 32 bits. */
static void
old_value_is_never_new_again(void **state)
{
	struct store_block *block;
	struct store_host *host = add(*state, "a", &block);
	int64_t now;

	for (now = NOW; now < NOW + 51 * DAY_MS; now += 250000) {
		set(block, (double)now, NULL, (double)NAN, now);
		assert_int_equal(count_values(host, now), now <= NOW + DMAX_MS ? 3 : 1);
	}
	set(block, 1, "one", 2, now);
	assert_int_equal(count_values(host, now), 3);
}

/* The same of a whole block, which is silent, and then has less to tell. */
static void
old_value_is_not_new_after_a_long_silence(void **state)
{
	struct store_block *block;
	struct store_host *host = add(*state, "a", &block);
	int64_t now = NOW + (INT64_C(1) << 32);

	assert_int_equal(count_values(host, now), 0);
	set(block, 1, NULL, (double)NAN, now);
	assert_int_equal(count_values(host, now), 1);
	assert_int_equal(count_values(host, now + 1000), 1);
}

/* Rows that an older agent's structure does not have are never told. */
static void
old_value_goes_in_a_shorter_structure(void **state)
{
	struct derived values[NUMBER + 1] = {{.valid = false},
	                                     {.valid = true, .number = 8}};
	struct store_block *block;
	struct store_host *host = add(*state, "a", &block);
	int64_t now = NOW + (INT64_C(1) << 32);

	store_block_set(block, values, COUNT_OF(values),
	                (struct store_pace){.interval_s = INTERVAL_S}, now);
	assert_int_equal(count_values(host, now), 1);
}

/* The clock begins when the machine does, and what is restored is older. */
static void
time_may_be_negative(void **state)
{
	struct store *store = *state;
	struct store_block *block;
	struct store_state seen;
	struct store_host *host = add(store, "a", &block);
	struct store_value v;
	int64_t now = -(INT64_C(1) << 32) - 500;

	set(block, 1, "one", 1, now);
	set(block, 2, NULL, 2, now + 1000);
	store_host_heard(host, 0, now + 1000);
	assert_int_equal(look(host, &fields[TEXT_ROW].metric, now + 1000, &v), 3);
	assert_true(v.heard_ms == now);
	assert_int_equal(look(host, &fields[NUMBER].metric, now + DMAX_MS + 1, &v), 2);
	assert_true(v.heard_ms == now + 1000);
	assert_int_equal(count_values(host, NOW), 0);
	store_lock(host, &seen);
	store_unlock(host);
	assert_true(seen.heard_ms == now + 1000);
}

static void
shorter_interval_makes_values_older(void **state)
{
	struct derived values[COUNT_OF(fields)] = {
	    [NUMBER] = {.valid = true, .number = 1}};
	struct store_block *block;
	struct store_host *host = add(*state, "a", &block);
	struct store_value v;

	store_block_set(block, values, COUNT_OF(values),
	                (struct store_pace){.interval_s = 600}, NOW);
	assert_int_equal(look(host, &fields[NUMBER].metric, NOW + 2 * DMAX_MS, &v), 3);
	assert_int_equal(v.tmax_s, 1200);
	assert_int_equal(v.dmax_s, 12000);
	store_block_set(block, values, COUNT_OF(values),
	                (struct store_pace){.interval_s = INTERVAL_S},
	                NOW + 2 * DMAX_MS);
	assert_int_equal(count_values(host, NOW + 2 * DMAX_MS), 1);
}

/* Of a source that was late once, and is expected more rarely from then on. */
static void
longer_interval_brings_no_value_back(void **state)
{
	struct derived values[COUNT_OF(fields)] = {
	    [NUMBER] = {.valid = true, .number = 1}};
	struct store_block *block, *other;
	struct store_host *a = add(*state, "a", &block), *b = add(*state, "b", &other);
	int64_t expired = NOW + DMAX_MS + 1;

	store_block_set(other, values, COUNT_OF(values),
	                (struct store_pace){.interval_s = 600}, expired - 1);
	assert_int_equal(count_values(b, expired - 1), 3);
	assert_int_equal(count_values(a, expired), 0);
	store_block_set(block, values, COUNT_OF(values),
	                (struct store_pace){.interval_s = 600}, expired);
	assert_int_equal(count_values(a, expired), 1);
}

static void
stale_values_are_not_good_again_by_another_pace(void **state)
{
	struct store_pace pace = {.interval_s = INTERVAL_S, .silent_ms = 65000};
	struct derived values[COUNT_OF(fields)] = {
	    [NUMBER] = {.valid = true, .number = 1}};
	struct store_block *block;
	struct store_host *host = add(*state, "a", &block);
	struct store_value v;

	store_block_set(block, values, COUNT_OF(values), pace, NOW);
	look(host, &fields[TEXT_ROW].metric, NOW + 65001, &v);
	assert_true(v.stale);
	pace.silent_ms = 90000;
	store_block_set(block, values, COUNT_OF(values), pace, NOW + 65000);
	look(host, &fields[TEXT_ROW].metric, NOW + 65001, &v);
	assert_false(v.stale); /* it was not yet */
	assert_int_equal(count_values(host, NOW + 90001), 3);
	pace.silent_ms = 300000;
	store_block_set(block, values, COUNT_OF(values), pace, NOW + 90001);
	assert_int_equal(count_values(host, NOW + 90001), 1);
}

static void
texts_are_looked_at_until_they_are_no_more(void **state)
{
	struct store_block *block;
	struct store_host *host = add(*state, "a", &block);
	struct store_value v;
	int64_t now = NOW + 2 * DMAX_MS;

	set(block, 1, NULL, 1, now);
	assert_int_equal(count_values(host, now), 2);
	set(block, 1, "one", 1, now + 1);
	assert_int_equal(look(host, &fields[TEXT_ROW].metric, now + 1, &v), 3);
	assert_string_equal(v.text, "one");
	assert_int_equal(v.heard_ms, now + 1);
}

/* Columns ---------------------------------------------------------------------------- */

struct cell {
	double number;
	uint32_t word;
};

static struct store_column *
column(struct store *store, bool with_blocks)
{
	struct store_column_options options = {.cell_size = sizeof(struct cell),
	                                       .with_blocks = with_blocks};
	struct store_column *c = store_column(store, &options);

	assert_non_null(c);
	return c;
}

/* The cell of that row's value in the last block; NULL without memory. */
static struct cell *
cell_of(struct store_host *host, size_t row, const struct store_column *column)
{
	struct store_state state;
	struct store_value value;
	struct store_look at;
	struct cell *cell = NULL;

	store_lock(host, &state);
	store_look(&at, host, NOW);
	while (store_look_next(&at, &value))
		if (value.row == row)
			cell = store_cell(column, &value);
	store_unlock(host);
	return cell;
}

static void
assert_cell(const struct cell *cell, double number, uint32_t word)
{
	assert_non_null(cell);
	assert_near(cell->number, number);
	assert_int_equal(cell->word, word);
}

static void
cells_stay(struct store *store, const struct store_column *c)
{
	struct store_block *block, *second;
	struct store_host *host = add(store, "a", &block);
	struct cell *number = cell_of(host, NUMBER, c);
	struct cell *other = cell_of(host, OTHER, c);

	assert_ptr_not_equal(number, other);
	assert_int_equal((uintptr_t)number % sizeof(uint64_t), 0);
	assert_cell(number, 0, 0);
	assert_cell(other, 0, 0);
	assert_cell(cell_of(host, TEXT_ROW, c), 0, 0);
	*number = (struct cell){5, 6};
	set(block, 3, "three", 3, NOW + 1000);
	assert_ptr_equal(cell_of(host, NUMBER, c), number);
	assert_cell(number, 5, 6);
	assert_cell(other, 0, 0);
	second = add_block(host, &bare); /* cells of its own */
	set(second, 1, NULL, (double)NAN, NOW);
	assert_cell(cell_of(host, NUMBER, c), 0, 0);
	store_block_remove(second);
	assert_ptr_equal(cell_of(host, NUMBER, c), number);
	store_host_gone(host);
}

static void
cells_are_zero_at_first_and_stay(void **state)
{
	cells_stay(*state, column(*state, false));
}

static void
so_do_those_that_come_with_blocks(void **state)
{
	cells_stay(*state, column(*state, true));
}

static void
cells_outlive_their_values(void **state)
{
	struct store_column *c = column(*state, false);
	struct store_block *block;
	struct store_host *host = add(*state, "a", &block);
	int64_t later = NOW + 2 * DMAX_MS;

	cell_of(host, OTHER, c)->word = 6;
	set(block, 1, "one", (double)NAN, later);
	assert_null(cell_of(host, OTHER, c));
	set(block, 1, "one", 1, later + 1);
	assert_cell(cell_of(host, OTHER, c), 0, 6);
}

static void
values_are_told_without_memory_for_cells(void **state)
{
	struct store_column *when_asked = column(*state, false);
	struct store_column *with_blocks = column(*state, true);
	struct store_block *block;
	struct store_host *host = add(*state, "a", &block);
	struct store_value v;

	no_memory = true;
	assert_int_equal(look(host, &fields[NUMBER].metric, NOW, &v), 3);
	assert_null(cell_of(host, NUMBER, when_asked));
	assert_cell(cell_of(host, NUMBER, with_blocks), 0, 0);
	no_memory = false;
	assert_cell(cell_of(host, NUMBER, when_asked), 0, 0);
}

/* Each user has cells of his own, of his size. */
static void
columns_do_not_touch_each_other(void **state)
{
	static const size_t sizes[STORE_COLUMNS_MAX] = {1, 8, 3, 16, 40, 5, 4, 24};
	struct store_column *columns[STORE_COLUMNS_MAX];
	struct store_state seen;
	struct store_value value;
	struct store_look at;
	struct store_block *block;
	struct store_host *host;
	size_t i, j;

	for (i = 0; i < STORE_COLUMNS_MAX; i++) {
		struct store_column_options options = {sizes[i], i % 2 == 0};

		columns[i] = store_column(*state, &options);
		assert_non_null(columns[i]);
	}
	host = add(*state, "a", &block);
	store_lock(host, &seen);
	store_look(&at, host, NOW);
	while (store_look_next(&at, &value))
		for (i = 0; i < STORE_COLUMNS_MAX; i++)
			memset(store_cell(columns[i], &value),
			       (int)(10 * value.row + i), sizes[i]);
	store_look(&at, host, NOW);
	while (store_look_next(&at, &value))
		for (i = 0; i < STORE_COLUMNS_MAX; i++)
			for (j = 0; j < sizes[i]; j++)
				assert_int_equal(((unsigned char *)store_cell(
						     columns[i], &value))[j],
				                 10 * value.row + i);
	store_unlock(host);
}

static void
columns_are_bounded_and_come_before_hosts(void **state)
{
	static const struct store_column_options options = {.cell_size = 8};
	struct store_host *host;
	size_t i;

	host = store_host_add(*state, "key", NULL, CLUSTER);
	assert_null(store_column(*state, &options));
	store_host_gone(host);
	for (i = 0; i < STORE_COLUMNS_MAX; i++)
		assert_non_null(store_column(*state, &options));
	assert_null(store_column(*state, &options));
}

/* Threads ---------------------------------------------------------------------------- */

#define RUN_MS 700 /* of real time */
#define ROUNDS_LEAST 300
#define HOSTS 30
#define BLOCKS 3

struct crowd {
	struct store *store;
	struct store_column *column;
	struct store_host *hosts[HOSTS];
	struct store_block *blocks[HOSTS][BLOCKS];
	atomic_bool ended;
	atomic_ullong looked; /* values */
};

static int64_t
real_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
host_comes(struct crowd *c, size_t i)
{
	char name[16];

	snprintf(name, sizeof(name), "h%zu", i);
	c->hosts[i] = store_host_add(c->store, name, NULL, i % 2);
	if (c->hosts[i] == NULL)
		abort(); /* cmocka is for the main thread only */
	store_host_announce(c->hosts[i], name);
}

static void
host_goes(struct crowd *c, size_t i)
{
	store_host_gone(c->hosts[i]);
	c->hosts[i] = NULL;
	memset(c->blocks[i], 0, sizeof(c->blocks[i]));
}

static void
fill_block(struct crowd *c, size_t i, size_t b, unsigned round)
{
	static const struct store_instance instance = {"x", "", "port"};
	char text[16];

	snprintf(text, sizeof(text), "%u", round);
	if (c->blocks[i][b] == NULL)
		c->blocks[i][b] =
		    store_block_add(c->hosts[i], &layout, b == 0 ? &bare : &instance);
	else if ((round + i + b) % 11 == 0) {
		store_block_remove(c->blocks[i][b]);
		c->blocks[i][b] = NULL;
	}
	if (c->blocks[i][b] != NULL)
		set(c->blocks[i][b], round, text, round, round);
}

static void *
fill(void *arg)
{
	struct crowd *c = arg;
	int64_t until = real_ms() + RUN_MS;
	unsigned round;
	size_t i, b;

	for (round = 1; round < ROUNDS_LEAST || real_ms() < until; round++)
		for (i = 0; i < HOSTS; i++) {
			if (c->hosts[i] == NULL)
				host_comes(c, i);
			else if ((round + i) % 13 == 0)
				host_goes(c, i);
			if (c->hosts[i] == NULL)
				continue;
			for (b = 0; b < BLOCKS; b++)
				fill_block(c, i, b, round);
			store_host_heard(c->hosts[i], round, round);
			store_host_tick(c->hosts[i], round % 3 != 0, round, round);
			store_host_move(c->hosts[i], (round + i) % 2);
		}
	atomic_store(&c->ended, true);
	return NULL;
}

/* What is set is set for all rows at once, as far as a reader sees: both numbers and
 * the text of a block are of one round. */
static void
check_host(struct crowd *c, struct store_host *host)
{
	struct store_state state;
	struct store_value v;
	struct store_look at;
	double number = 0;
	char text[STORE_NAME];

	store_lock(host, &state);
	store_look(&at, host, 0);
	while (store_look_next(&at, &v)) {
		if (v.metric == &fields[NUMBER].metric)
			number = v.number;
		else if ((v.text != NULL ? atof(v.text) : v.number) != number)
			abort();
		((struct cell *)store_cell(c->column, &v))->word++;
		store_value_name(&v, text);
		store_value_group(&v, text);
		atomic_fetch_add(&c->looked, 1);
	}
	if (state.name[0] != 'h' || strcmp(state.name, state.key) != 0)
		abort();
	store_unlock(host);
}

static void *
walk_always(void *arg)
{
	struct crowd *c = arg;
	unsigned cluster = 0;

	do {
		struct store_walk walk = {0};
		struct store_host *host;

		cluster = (cluster + 1) % 3;
		while ((host = store_next(c->store, &walk,
		                          cluster == 2 ? STORE_ANY_CLUSTER
		                                       : cluster)) != NULL) {
			check_host(c, host);
			store_release(host);
		}
		if (store_count(c->store) > HOSTS)
			abort();
	} while (!atomic_load(&c->ended));
	return NULL;
}

static void *
find_always(void *arg)
{
	struct crowd *c = arg;
	struct store_host *held = NULL, *host;
	unsigned i = 0;
	char name[16];

	do {
		snprintf(name, sizeof(name), "h%u", i++ % HOSTS);
		host = store_find(c->store, i % 2, name);
		if (host == NULL)
			continue;
		if (!is_called(host, name))
			abort();
		if (held != NULL)
			check_host(c, held); /* it may be gone by now */
		store_release(held);
		held = host;
	} while (!atomic_load(&c->ended));
	store_release(held);
	return NULL;
}

static void
many_readers_go_together_with_filling(void **state)
{
	void *(*const bodies[])(void *) = {fill, walk_always, walk_always, find_always};
	struct crowd c = {.store = *state, .column = column(*state, false)};
	pthread_t threads[COUNT_OF(bodies)];
	size_t i;

	for (i = 0; i < COUNT_OF(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, bodies[i], &c), 0);
	for (i = 0; i < COUNT_OF(threads); i++)
		pthread_join(threads[i], NULL);
	assert_int_not_equal(atomic_load(&c.looked), 0);
}

#define TEST_OF_STORE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    TEST_OF_STORE(empty_store_has_nothing),
	    TEST_OF_STORE(host_is_met_when_it_is_announced),
	    TEST_OF_STORE(host_is_found_by_its_cluster_and_whole_name),
	    TEST_OF_STORE(walk_meets_all_hosts_of_a_cluster_once),
	    TEST_OF_STORE(walk_goes_on_while_hosts_come_and_go),
	    TEST_OF_STORE(walk_meets_a_name_once),
	    TEST_OF_STORE(host_is_moved_to_another_cluster),
	    TEST_OF_STORE(host_that_is_held_stays_when_it_is_gone),
	    TEST_OF_STORE(host_that_is_held_is_none_of_its_successors),
	    TEST_OF_STORE(two_hosts_of_one_name_are_both_there),
	    TEST_OF_STORE(state_is_told),
	    TEST_OF_STORE(host_is_held_while_its_feed_lets_it_go),
	    TEST_OF_STORE(host_that_is_gone_is_kept_for_nobody),
	    TEST_OF_STORE(bounds_are_changed_for_newcomers),
	    TEST_OF_STORE(host_is_announced_again_when_there_was_no_memory),
	    TEST_OF_STORE(host_that_could_not_be_announced_is_with_the_next_tick),
	    TEST_OF_STORE(values_are_looked_at),
	    TEST_OF_STORE(what_never_came_is_not_there),
	    TEST_OF_STORE(values_have_names_titles_and_groups),
	    TEST_OF_STORE(old_values_are_left_out),
	    TEST_OF_STORE(old_value_is_never_new_again),
	    TEST_OF_STORE(old_value_is_not_new_after_a_long_silence),
	    TEST_OF_STORE(old_value_goes_in_a_shorter_structure),
	    TEST_OF_STORE(time_may_be_negative),
	    TEST_OF_STORE(shorter_interval_makes_values_older),
	    TEST_OF_STORE(longer_interval_brings_no_value_back),
	    TEST_OF_STORE(stale_values_are_not_good_again_by_another_pace),
	    TEST_OF_STORE(texts_are_looked_at_until_they_are_no_more),
	    TEST_OF_STORE(cells_are_zero_at_first_and_stay),
	    TEST_OF_STORE(so_do_those_that_come_with_blocks),
	    TEST_OF_STORE(cells_outlive_their_values),
	    TEST_OF_STORE(values_are_told_without_memory_for_cells),
	    TEST_OF_STORE(columns_do_not_touch_each_other),
	    TEST_OF_STORE(columns_are_bounded_and_come_before_hosts),
	    TEST_OF_STORE(many_readers_go_together_with_filling),
	};

	return cmocka_run_group_tests_name("readers", tests, NULL, NULL);
}

/* The bridge's metrics of itself, as readers of the store see them. */
#include "tests/sflow/unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "gmetad-bridge/counters.h"
#include "gmetad-bridge/ingest/ingest.h"
#include "gmetad-bridge/own.h"

#define NOW INT64_C(1000000)
#define WALL INT64_C(1700000000000)
#define CLUSTER 3

static int locked;
static struct store *store;
static struct collector_stats stats;
static struct config config;
static char name[] = "bridge.example", other_name[] = "other.example";

/* In place of ingest.c's. */
void
ingest_lock(void)
{
	locked++;
}

void
ingest_unlock(void)
{
	locked--;
}

static int
start(void **state)
{
	(void)state;
	memset(&counters, 0, sizeof(counters));
	memset(&stats, 0, sizeof(stats));
	config = (struct config){.self_name = name, .self_cluster = CLUSTER};
	store = store_new(4, 1000);
	own_start(store, &config, &stats);
	return store == NULL;
}

static int
stop(void **state)
{
	(void)state;
	own_stop();
	store_free(store);
	return locked;
}

/* Fills in what readers see of the metric; false where there is none. The texts of
 * the value are the table's. */
static bool
look(const char *metric, struct store_value *value)
{
	struct store_host *host = store_find(store, CLUSTER, "bridge.example");
	struct store_state at;
	struct store_look look;
	char at_hand[STORE_NAME];
	bool found = false;

	assert_non_null(host);
	store_lock(host, &at);
	store_look(&look, host, NOW);
	while (!found && store_look_next(&look, value)) {
		store_value_name(value, at_hand);
		found = strcmp(at_hand, metric) == 0;
	}
	store_unlock(host);
	store_release(host);
	return found;
}

static void
assert_value(const char *metric, double number)
{
	struct store_value value;

	if (!look(metric, &value))
		fail_msg("%s is not there", metric);
	assert_near(value.number, number);
}

static void
assert_no_value(const char *metric)
{
	struct store_value value;

	assert_false(look(metric, &value));
}

static struct store_state
state_of(unsigned cluster, const char *called)
{
	struct store_host *host = store_find(store, cluster, called);
	struct store_state at;

	assert_non_null(host);
	store_lock(host, &at);
	store_unlock(host);
	store_release(host);
	return at;
}

static void
values_as_they_stand(void **state)
{
	(void)state;
	atomic_store(&stats.agents, 7);
	atomic_store(&stats.late, 2);
	counter_add(&counters.readers, 5);
	counter_add(&counters.rrd_queued, UINT64_C(5000000000));
	assert_int_equal(store_count(store), 0);
	own_tick(NOW, WALL);
	assert_int_equal(store_count(store), 1);
	assert_value("sflow_agents", 7);
	assert_value("sflow_hosts_late", 2);
	assert_value("bridge_readers", 5);
	assert_value("bridge_rrd_queued", 5e9);
	assert_value("bridge_hosts", 1);
	assert_no_value("sflow_datagrams"); /* a rate takes two numbers */
	assert_no_value("bridge_cpu");
	assert_no_value("sflow_values"); /* the module's alone */
}

static void
rates_are_of_the_time_between(void **state)
{
	(void)state;
	atomic_store(&stats.datagrams, 1000);
	counter_add(&counters.kernel_drops, 3);
	own_tick(NOW, WALL);
	atomic_store(&stats.datagrams, 2000);
	atomic_store(&stats.datagrams_lost, 20);
	atomic_store(&stats.events, 2);
	counter_add(&counters.kernel_drops, 5);
	counter_add(&counters.steps_missed, 1);
	own_tick(NOW + 1000, WALL + 1000); /* too early */
	assert_no_value("sflow_datagrams");
	own_tick(NOW + 10000, WALL + 10000);
	assert_value("sflow_datagrams", 100);
	assert_value("bridge_datagrams_lost", 2);
	assert_value("sflow_events", 12); /* a minute */
	assert_value("sflow_kernel_drops", 0.5);
	assert_value("bridge_steps_missed", 6);
	own_tick(NOW + 15000, WALL + 15000);
	assert_value("sflow_datagrams", 0);
}

/* The clock of the processor can't be invented, but what it says is of this world. */
static void
processor_and_memory(void **state)
{
	struct store_value value;
	volatile unsigned work;

	(void)state;
	own_tick(NOW, WALL);
	for (work = 0; work < 20000000; work++)
		;
	own_tick(NOW + 100000, WALL + 100000);
	assert_true(look("bridge_cpu", &value));
	assert_true(value.number > 0 && value.number < 100);
	assert_true(look("bridge_memory", &value));
	assert_true(value.number > 100 && value.number < 64e6);
	assert_string_equal(value.metric->units, "KB");
}

static void
host_lives_while_it_ticks(void **state)
{
	struct store_state at;

	(void)state;
	own_tick(NOW, WALL + 1);
	own_tick(NOW + 1000, WALL + 4000); /* the wall clock was set */
	at = state_of(CLUSTER, "bridge.example");
	assert_true(at.up);
	assert_int_equal(at.heard_ms, NOW + 1000);
	assert_int_equal(at.started_s, WALL / 1000);
	assert_int_equal(at.down_after_ms, 80000);
	assert_string_equal(at.key, OWN_KEY);
	assert_int_equal(at.address.type, ADDRESS_UNKNOWN);
}

static void
another_cluster_and_name(void **state)
{
	(void)state;
	own_tick(NOW, WALL);
	config.self_cluster = 5;
	own_reload(&config);
	own_tick(NOW + 1000, WALL);
	assert_null(store_find(store, CLUSTER, "bridge.example"));
	assert_true(state_of(5, "bridge.example").up);
	config.self_name = other_name;
	own_reload(&config);
	own_tick(NOW + 2000, WALL);
	assert_null(store_find(store, 5, "bridge.example"));
	assert_true(state_of(5, "other.example").up);
	assert_int_equal(store_count(store), 1);
}

static void
not_wanted(void **state)
{
	(void)state;
	own_tick(NOW, WALL);
	config.self_name = NULL;
	own_reload(&config);
	own_tick(NOW + 1000, WALL);
	assert_int_equal(store_count(store), 0);
	config.self_name = name;
	own_reload(&config);
	own_tick(NOW + 2000, WALL);
	assert_int_equal(store_count(store), 1);
	assert_no_value("sflow_datagrams");
	own_stop();
	assert_int_equal(store_count(store), 0);
	own_tick(NOW + 3000, WALL); /* nothing is started */
}

static void
room_that_comes_later(void **state)
{
	struct store_host *hosts[4];
	char key[8];
	unsigned i;

	(void)state;
	for (i = 0; i < COUNT_OF(hosts); i++) {
		snprintf(key, sizeof(key), "%u", i);
		hosts[i] = store_host_add(store, key, NULL, 0);
		assert_non_null(hosts[i]);
	}
	own_tick(NOW, WALL);
	assert_int_equal(store_count(store), COUNT_OF(hosts));
	store_host_gone(hosts[0]);
	own_tick(NOW + 1000, WALL);
	assert_int_equal(state_of(CLUSTER, "bridge.example").heard_ms, NOW + 1000);
}

/* Each name once, and everything that a reader prints is there. */
static void
rows_are_whole(void **state)
{
	struct store_host *host;
	struct store_state at;
	struct store_look look_at;
	struct store_value value;
	char names[64][STORE_NAME];
	size_t n = 0, i;

	(void)state;
	own_tick(NOW, WALL);
	own_tick(NOW + 5000, WALL);
	host = store_find(store, CLUSTER, "bridge.example");
	store_lock(host, &at);
	assert_true(at.confirmed); /* so it has RRDs */
	store_look(&look_at, host, NOW + 5000);
	for (; store_look_next(&look_at, &value); n++) {
		assert_true(n < COUNT_OF(names));
		store_value_name(&value, names[n]);
		for (i = 0; i < n; i++)
			assert_string_not_equal(names[n], names[i]);
		assert_true(value.metric->units[0] != '\0');
		assert_true(value.metric->title[0] != '\0');
		assert_int_equal(value.tmax_s, 60);
		if (strncmp(names[n], "sflow_", 6) == 0)
			assert_string_equal(value.metric->group, "sflow");
		else
			assert_string_equal(value.metric->group, "bridge");
	}
	store_unlock(host);
	store_release(host);
	assert_int_equal(n, 13 + 20);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(values_as_they_stand),     TEST(rates_are_of_the_time_between),
	    TEST(processor_and_memory),     TEST(host_lives_while_it_ticks),
	    TEST(another_cluster_and_name), TEST(not_wanted),
	    TEST(room_that_comes_later),    TEST(rows_are_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The sums over hosts, as gmetad makes them. */
#include "tests/sflow/unit.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "gmetad-bridge/steps/summary.h"
#include "gmetad-bridge/steps/sums.h"
#include "sflow/collector/collector.h"
#include "tests/bridge/grid.h"

static struct summary_builder *builder;

static const struct metric load = {"load", FLOAT, "%",    BOTH,
                                   "%.2f", "cpu", "Load", false};
static const struct metric cpus = {"cpus", UINT16, "CPUs", ZERO,
                                   "%u",   "cpu",  "CPUs", false};
static const struct metric name = {"name", STRING, "",     ZERO,
                                   "%s",   "cpu",  "Name", false};

static void
add(unsigned cluster, const struct metric *metric, const char *prefix, double number)
{
	struct store_value value = {.metric = metric,
	                            .prefix = prefix,
	                            .part = "",
	                            .number = number,
	                            .text = ""};

	summary_value(builder, cluster, &value);
}

static const struct summary_metric *
find(const struct summary *summary, const char *metric)
{
	size_t i;

	assert_non_null(summary);
	for (i = 0; i < summary->count; i++)
		if (strcmp(summary->metrics[i]->name, metric) == 0)
			return summary->metrics[i];
	return NULL;
}

static void
assert_sum(const struct summary *summary, const char *metric, const char *expected,
           unsigned hosts)
{
	const struct summary_metric *m = find(summary, metric);
	char text[SUMMARY_TEXT];

	assert_non_null(m);
	assert_int_equal(summary_text(m, text), strlen(expected));
	assert_string_equal(text, expected);
	assert_int_equal(m->hosts, hosts);
}

static int
setup(void **state)
{
	(void)state;
	builder = summary_builder_new(2);
	return builder == NULL;
}

static int
teardown(void **state)
{
	(void)state;
	summary_builder_free(builder);
	return 0;
}

static void
sums_of_clusters_and_grid(void **state)
{
	const struct summaries *all;

	(void)state;
	summary_host(builder, 0, true);
	add(0, &load, "", 1.5);
	add(0, &cpus, "", 4);
	add(0, &name, "", 0);
	summary_host(builder, 0, true);
	add(0, &load, "", 2.25);
	summary_host(builder, 0, false);
	summary_host(builder, 1, true);
	add(1, &cpus, "", 60000);
	add(1, &cpus, "", 60000);
	summary_publish(builder, 1700000000);
	all = summaries_hold();
	assert_int_equal(all->count, 2);
	assert_int_equal(all->made_s, 1700000000);
	assert_sum(summaries_find(all, 0), "load", "3.75", 2);
	assert_sum(summaries_find(all, 0), "cpus", "4", 1);
	assert_null(find(summaries_find(all, 0), "name"));
	assert_int_equal(summaries_find(all, 0)->up, 2);
	assert_int_equal(summaries_find(all, 0)->down, 1);
	assert_sum(summaries_find(all, 1), "cpus", "120000", 2);
	assert_null(find(summaries_find(all, 1), "load"));
	assert_null(summaries_find(all, 2));
	assert_sum(&all->summaries[2], "cpus", "120004", 3);
	assert_sum(&all->summaries[2], "load", "3.75", 2);
	assert_int_equal(all->summaries[2].up, 3);
	assert_int_equal(all->summaries[2].down, 1);
	summaries_release(all);
}

/* gmetad adds what it has read. */
static void
what_is_shown_is_added(void **state)
{
	const struct summaries *all;
	int i;

	(void)state;
	for (i = 0; i < 100; i++)
		add(0, &load, "", 0.0049);
	add(0, &load, "", 0.125);
	summary_publish(builder, 1);
	all = summaries_hold();
	assert_sum(summaries_find(all, 0), "load", "0.13", 101);
	summaries_release(all);
}

/* One error in 300 s on a thousand hosts; and what a few have is below 1, too. */
static void
small_rates_are_added(void **state)
{
	static const struct metric errs = {"errs", FLOAT,     "errors/sec", BOTH,
	                                   "%.2f", "network", "Errors",     true};
	const struct summaries *all;
	int i;

	(void)state;
	for (i = 0; i < 1000; i++)
		add(0, &errs, "", 1 / 300.0);
	for (i = 0; i < 3; i++)
		add(1, &errs, "", 1 / 300.0);
	summary_publish(builder, 1);
	all = summaries_hold();
	assert_sum(summaries_find(all, 0), "errs", "3.33", 1000);
	assert_sum(summaries_find(all, 1), "errs", "0.00999", 3);
	summaries_release(all);
}

static void
prefixes_are_names_of_their_own(void **state)
{
	const struct summary_metric *m;
	const struct summaries *all;

	(void)state;
	add(0, &load, "swp1", 1);
	add(0, &load, "swp2", 2);
	add(0, &load, "swp1", 3);
	add(0, &load, "", 4);
	summary_publish(builder, 1);
	all = summaries_hold();
	assert_sum(summaries_find(all, 0), "swp1.load", "4.00", 2);
	assert_sum(summaries_find(all, 0), "swp2.load", "2.00", 1);
	assert_sum(summaries_find(all, 0), "load", "4.00", 1);
	m = find(summaries_find(all, 0), "swp1.load");
	assert_string_equal(m->title, "swp1: Load");
	assert_string_equal(m->metric->title, "Load");
	assert_string_equal(m->group, "cpu");
	assert_string_equal(m->metric->units, "%");
	summaries_release(all);
}

/* Metrics that agents name are freed, and others come to be in their place. */
static void
another_metric_in_the_same_place(void **state)
{
	char text[] = "first";
	struct metric metric = load;
	const struct summaries *all;

	(void)state;
	metric.name = metric.title = text;
	add(0, &metric, "", 1);
	strcpy(text, "other");
	add(0, &metric, "", 2);
	add(0, &metric, "", 2);
	memset(text, 'x', sizeof(text) - 1);
	summary_publish(builder, 1);
	all = summaries_hold();
	assert_sum(summaries_find(all, 0), "first", "1.00", 1);
	assert_sum(summaries_find(all, 0), "other", "4.00", 2);
	assert_string_equal(find(summaries_find(all, 0), "other")->title, "other");
	summaries_release(all);
}

/* Equal names of different places are one sum. */
static void
same_name_elsewhere(void **state)
{
	struct metric copy = load;
	const struct summaries *all;

	(void)state;
	add(0, &load, "", 1);
	add(0, &copy, "", 1);
	add(0, &load, "", 1);
	summary_publish(builder, 1);
	all = summaries_hold();
	assert_sum(summaries_find(all, 0), "load", "3.00", 3);
	summaries_release(all);
}

static void
names_are_bounded(void **state)
{
	const struct summaries *all;
	char prefix[32];
	int i;

	(void)state;
	for (i = 0; i < SUMMARY_METRICS_MAX + 100; i++) {
		snprintf(prefix, sizeof(prefix), "vm%d", i);
		add(0, &load, prefix, 1);
		add(1, &load, prefix + 1, 1);
	}
	add(0, &load, "", 7);
	add(0, &load, "vm0", 1);
	summary_publish(builder, 1);
	all = summaries_hold();
	assert_int_equal(summaries_find(all, 0)->count,
	                 SUMMARY_METRICS_MAX - SUMMARY_METRICS_KEPT + 1);
	assert_sum(summaries_find(all, 0), "load", "7.00", 1);
	assert_sum(summaries_find(all, 0), "vm0.load", "2.00", 2);
	assert_int_equal(all->summaries[2].count,
	                 SUMMARY_METRICS_MAX - SUMMARY_METRICS_KEPT + 1);
	assert_sum(&all->summaries[2], "load", "7.00", 1);
	summaries_release(all);
}

static void
each_step_begins_anew(void **state)
{
	const struct summaries *before, *after;

	(void)state;
	add(0, &load, "", 1);
	summary_publish(builder, 1);
	before = summaries_hold();
	add(1, &load, "", 2);
	summary_publish(builder, 2);
	after = summaries_hold();
	assert_int_equal(summaries_find(after, 0)->count, 0);
	assert_sum(summaries_find(after, 1), "load", "2.00", 1);
	assert_sum(summaries_find(before, 0), "load", "1.00", 1);
	summaries_release(before);
	summaries_release(after);
	summaries_release(NULL);
}

static void
clusters_that_come_later(void **state)
{
	const struct summaries *all;

	(void)state;
	summary_host(builder, 200, true);
	add(200, &load, "", 2);
	add(CLUSTERS_MAX, &load, "", 2);
	summary_host(builder, UINT32_MAX, true);
	summary_publish(builder, 1);
	all = summaries_hold();
	assert_int_equal(all->count, 201);
	assert_sum(summaries_find(all, 200), "load", "2.00", 1);
	assert_int_equal(summaries_find(all, 199)->count, 0);
	summaries_release(all);
}

/* Readers hold and let go while sums are published. */
static atomic_bool stop;

static void *
read_all(void *argument)
{
	while (!atomic_load(&stop)) {
		const struct summaries *all = summaries_hold();

		if (all != NULL && all->summaries[0].count == 1)
			*(double *)argument += all->summaries[0].metrics[0]->sum;
		summaries_release(all);
	}
	return NULL;
}

static void
readers_beside_the_builder(void **state)
{
	pthread_t threads[2];
	double seen[2] = {0, 0};
	int i;

	(void)state;
	atomic_store(&stop, false);
	for (i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, read_all, &seen[i]),
		                 0);
	for (i = 0; i < 500; i++) {
		add(0, &load, "", 1);
		summary_publish(builder, i);
	}
	atomic_store(&stop, true);
	for (i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
}

/* An application that is silent while its host lives has no place in sums. */
static void
stale_values_are_not_added(void **state)
{
	struct config config = {.cluster_count = 1};
	struct store_state host = {.cluster = 0, .up = true};
	struct store_value value = {
	    .metric = &load, .prefix = "", .part = "", .number = 1};
	const struct summaries *all;

	(void)state;
	assert_int_equal(sums_start(&config, 1), 0);
	assert_true(sums_visitor.host(&host, 1000));
	sums_visitor.value(&value);
	value.stale = true;
	assert_true(sums_visitor.host(&host, 1000));
	sums_visitor.value(&value);
	sums_publish(2);
	all = summaries_hold();
	assert_sum(&all->summaries[0], "load", "1.00", 1);
	assert_int_equal(all->summaries[0].up, 2);
	summaries_release(all);
	sums_stop();
}

/* Which metrics are summed up ------------------------------------------------------ */

/* A store with one host: a switch's own values, and those of a port. */
static struct store *
store_of_switch(void)
{
	struct store *store = grid_store();

	assert_non_null(store);
	assert_int_equal(sums_open(store), 0);
	grid_block(grid_host(store, 0, "node1", 1), "swp1", "", NULL, 2, GRID_NOW);
	return store;
}

static struct config *
config_of(const char *text)
{
	char fault[CONFIG_FAULT];
	struct config *config = config_parse(text, "x.conf", NULL, fault);

	if (config == NULL)
		fail_msg("%s", fault);
	return config;
}

/* Returns the names that have sums with this configuration, in all of these steps. */
static void
assert_summed(struct store *store, const char *text, const char *expected)
{
	static const struct walk_visitor *const visitors[] = {&sums_visitor};
	struct config *config = config_of(text);
	const struct summaries *all;
	char names[512];
	struct walk walk;
	size_t i;
	int step;

	assert_true(walk_open(&walk, store, visitors, 1));
	sums_configure(config);
	for (step = 0; step < 3; step++) {
		walk_step(&walk, GRID_NOW);
		sums_publish(step);
		all = summaries_hold();
		*names = '\0';
		for (i = 0; i < all->summaries[0].count; i++)
			snprintf(names + strlen(names), sizeof(names) - strlen(names),
			         " %s", all->summaries[0].metrics[i]->name);
		assert_int_equal(all->summaries[all->count].count,
		                 all->summaries[0].count);
		assert_string_equal(names, expected);
		summaries_release(all);
	}
	sums_configure(NULL);
	config_release(config);
}

static void
which_metrics_have_sums(void **state)
{
	struct store *store = store_of_switch();
	struct config none = {.cluster_count = 1};

	(void)state;
	assert_int_equal(sums_start(&none, 1), 0);
	assert_summed(store, "unsummarized_metrics = {}", " count load size");
	assert_summed(store, "summarized_metrics = { '.' }",
	              " count load size swp1.count swp1.load swp1.size");
	assert_summed(store, "summarized_metrics = { '^swp[0-9]{1,2}\\.load$' }",
	              " count load size swp1.load");
	assert_summed(store, "unsummarized_metrics = { '^lo', 'ze$' }", " count");
	assert_summed(store,
	              "unsummarized_metrics = { '.' }\n"
	              "summarized_metrics = { '^size$', 'swp1.count' }",
	              " size swp1.count");
	sums_stop();
	store_free(store);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(sums_of_clusters_and_grid),
	    TEST(what_is_shown_is_added),
	    TEST(small_rates_are_added),
	    TEST(prefixes_are_names_of_their_own),
	    TEST(another_metric_in_the_same_place),
	    TEST(same_name_elsewhere),
	    TEST(names_are_bounded),
	    TEST(each_step_begins_anew),
	    TEST(clusters_that_come_later),
	    TEST(readers_beside_the_builder),
	    TEST(stale_values_are_not_added),
	    TEST(which_metrics_have_sums),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

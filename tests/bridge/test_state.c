/* Hosts over a restart: what is written, and what of it comes back. */
#include "tests/sflow/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "gmetad-bridge/counters.h"
#include "tests/bridge/fake_collector.h"

static uint64_t
saved(void)
{
	return counter_get(&counters.state_saved);
}

/* Writes what the collector has, in one round. */
static void
save_all(void)
{
	struct state *s = fake_open();

	assert_int_equal(state_save_round(s, NOW), 0);
	state_close(s);
}

static void
every_field_comes_back(void **state)
{
	static struct collector before;
	struct state *s;
	unsigned i;

	(void)state;
	fake_hosts(20);
	before = fake;
	save_all();
	assert_int_equal(saved(), 20);
	fake_restart();
	s = fake_open();
	assert_int_equal(fake.restored, 20);
	for (i = 0; i < 20; i++)
		assert_same(fake_find(i + 1), &before.host[i]);
	assert_int_equal(state_save_round(s, NOW), 0);
	assert_int_equal(saved(), 20); /* nothing has changed */
	state_close(s);
	assert_int_equal(counter_get(&counters.state_failed), 0);
}

/* A machine comes after its agent, and of each kind first who was heard last. */
static void
order_of_restoring(void **state)
{
	size_t i;

	(void)state;
	fake_hosts(12);
	save_all();
	fake_restart();
	state_close(fake_open());
	assert_int_equal(fake.restored, 12);
	for (i = 1; i < fake.count; i++) {
		const struct collector_saved *a = &fake.host[i - 1];
		const struct collector_saved *b = &fake.host[i];

		assert_true(a->machine <= b->machine);
		if (a->machine == b->machine)
			assert_true(a->heard_ms >= b->heard_ms);
	}
}

static void
more_than_a_batch(void **state)
{
	(void)state;
	fake_hosts(1500);
	save_all();
	assert_int_equal(saved(), 1500);
	fake_restart();
	state_close(fake_open());
	assert_int_equal(fake.restored, 1500);
}

static void
what_has_changed(void **state)
{
	struct state *s = fake_open();
	struct collector_saved *host;

	(void)state;
	fake_hosts(6);
	assert_int_equal(state_save_round(s, NOW), 0);
	fake_sql(fake_path, "UPDATE hosts SET jitter = 7");
	host = &fake.host[2];
	assert_true(host->machine);
	strcpy(host->shown, "renamed.example");
	host->down = !host->down;
	fake.unsaved[2] = true;
	assert_int_equal(state_save_round(s, NOW), 0);
	assert_int_equal(saved(), 7);
	assert_int_equal(fake_sql(fake_path, "SELECT count(*) FROM hosts"), 6);
	assert_int_equal(fake_sql(fake_path, "SELECT count(*) FROM hosts "
	                                     "WHERE jitter = 7"),
	                 5);
	assert_int_equal(fake_sql(fake_path, "SELECT started FROM hosts WHERE "
	                                     "shown = 'renamed.example'"),
	                 3);
	state_close(s);
}

static void
gone_is_deleted(void **state)
{
	struct state *s = fake_open();
	unsigned i;

	(void)state;
	fake_hosts(6);
	assert_int_equal(state_save_round(s, NOW), 0);
	for (i = 1; i <= 2; i++) { /* an agent and a machine; only keys count */
		struct collector_saved key = fake.host[i];

		fake.host[i] =
		    (struct collector_saved){.gone = true,
		                             .machine = key.machine,
		                             .agent = key.agent,
		                             .sub_agent = key.sub_agent,
		                             .source_class = key.source_class,
		                             .source_index = key.source_index};
		fake.unsaved[i] = true;
	}
	assert_int_equal(state_save_round(s, NOW), 0);
	state_close(s);
	fake_restart();
	state_close(fake_open());
	assert_int_equal(fake.restored, 4);
	assert_null(fake_find(2));
	assert_null(fake_find(3));
}

/* What the collector does not take is out of the file after the next round. */
static void
refused_is_deleted(void **state)
{
	struct state *s;

	(void)state;
	fake_hosts(6);
	save_all();
	fake_restart();
	fake.refuses[4] = true;
	s = fake_open();
	assert_int_equal(fake.restored, 5);
	assert_int_equal(fake.refused, 1);
	assert_int_equal(state_save_round(s, NOW), 0);
	state_close(s);
	fake_restart();
	state_close(fake_open());
	assert_int_equal(fake.restored, 5);
	assert_int_equal(fake.refused, 0);
}

/* By hand, with what the column would take. */
static void
senseless_rows(void **state)
{
	/* clang-format off */
	static const char *const faults[] = {
	    "agent = x'0a0000'", "agent = x''", "agent = 'text'", "agent = 7",
	    "agent = zeroblob(17)", "agent = zeroblob(1000000)",
	    "machine = 2", "machine = 'yes'", "machine = -1",
	    "machine = 1", /* without a UUID */
	    "sub_agent = 1", /* of an agent */
	    "source_index = 4294967296", "source_class = -1",
	    "name = zeroblob(4)", "name = hex(zeroblob(33))",
	    "shown = ''", "shown = hex(zeroblob(500000))", "shown = zeroblob(9)",
	    "first = -1", "first = 'then'", "first = heard + 1",
	    "heard = -5", "heard = 9223372036854775807", "heard = 1e300",
	    "started = -1", "started = 4294967296", "started = 'x'",
	    "interval = -30000", "interval = 1 << 40", "jitter = -1",
	    "jitter = 0.5", "loss = -0.1", "loss = 1.1", "loss = 9e999",
	    "loss = 'much'", "down = 2", "down = 'no'"};
	/* clang-format on */
	char sql[200];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(faults); i++) {
		fake_restart();
		fake_hosts(5);
		unlink(fake_path);
		save_all();
		snprintf(sql, sizeof(sql), "UPDATE hosts SET %s WHERE started = 2",
		         faults[i]);
		fake_sql(fake_path, sql);
		fake_restart();
		state_close(fake_open());
		if (fake.restored != 4 || fake_find(2) != NULL)
			fail_msg("%s: %zu hosts", faults[i], fake.restored);
		assert_non_null(strstr(fake_line, "and 1 that make no sense"));
	}
}

static void
senseless_machines(void **state)
{
	static const char *const faults[] = {"uuid = NULL", "uuid = x'0102'",
	                                     "uuid = 'sixteen bytes---'", "machine = 0",
	                                     "sub_agent = -1"};
	struct state *s;
	char sql[200];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(faults); i++) {
		fake_restart();
		fake_hosts(5);
		unlink(fake_path);
		save_all();
		snprintf(sql, sizeof(sql), "UPDATE hosts SET %s WHERE started = 3",
		         faults[i]);
		fake_sql(fake_path, sql);
		fake_restart();
		s = fake_open();
		if (fake.restored != 4 || fake_find(3) != NULL)
			fail_msg("%s: %zu hosts", faults[i], fake.restored);
		assert_int_equal(state_save_round(s, NOW), 0);
		state_close(s);
		assert_int_equal(fake_sql(fake_path, "SELECT count(*) FROM hosts"), 4);
	}
}

static void
hostile_names(void **state)
{
	(void)state;
	fake_hosts(3);
	save_all();
	fake_sql(fake_path, "UPDATE hosts SET shown = '../<a href=\"x\">', "
	                    "name = '__SummaryInfo__' WHERE started = 1");
	fake_restart();
	state_close(fake_open());
	assert_int_equal(fake.restored, 3);
	assert_string_equal(fake_find(1)->shown, "_.__a_href=_x__");
	assert_string_equal(fake_find(1)->name, "__SummaryInfo_-");
}

static void
nobody_else_may_read_it(void **state)
{
	struct stat status;

	(void)state;
	save_all();
	assert_int_equal(stat(fake_path, &status), 0);
	assert_int_equal(status.st_mode & 07, 0);
	assert_int_equal(status.st_mode & 0700, 0600);
}

/* Without a thread, too; and all is in the file itself. */
static void
stop_saves(void **state)
{
	struct state *s = fake_open();
	char wal[sizeof(fake_path) + 8];
	struct stat status;

	(void)state;
	fake_hosts(5);
	state_stop(s);
	assert_int_equal(saved(), 5);
	snprintf(wal, sizeof(wal), "%s-wal", fake_path);
	assert_int_equal(stat(wal, &status), 0);
	assert_int_equal(status.st_size, 0);
	state_close(s);
	state_close(NULL);
}

/* The thread's rounds are two seconds apart, so this takes as long. */
static void
thread_saves(void **state)
{
	const struct timespec nap = {.tv_nsec = 10000000};
	struct state *s = fake_open();

	(void)state;
	fake_hosts(300);
	assert_int_equal(state_start(s), 0);
	while (atomic_load(&fake.saves) < 3 || saved() < 300)
		nanosleep(&nap, NULL);
	state_stop(s);
	assert_int_equal(saved(), 600);      /* once more, for when they were heard */
	assert_int_equal(state_start(s), 0); /* again */
	state_stop(s);
	state_close(s);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fake_begin, fake_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(every_field_comes_back),
	    TEST(order_of_restoring),
	    TEST(more_than_a_batch),
	    TEST(what_has_changed),
	    TEST(gone_is_deleted),
	    TEST(refused_is_deleted),
	    TEST(senseless_rows),
	    TEST(senseless_machines),
	    TEST(hostile_names),
	    TEST(nobody_else_may_read_it),
	    TEST(stop_saves),
	    TEST(thread_saves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

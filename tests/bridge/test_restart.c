/* The collector's hosts over a restart, through the file: who lived is up, who died
 * meanwhile is down, and everybody has the name that he had. */
#include "tests/sflow/unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "gmetad-bridge/state/state.h"
#include "tests/bridge/fake_bridge.h"
#include "tests/sflow/script.h"

#define CLUSTER 0

static struct config *config;

/* A collector of an empty bridge, at `now` of the machine's clock. */
static void
begin_collector(struct script *s, int64_t now)
{
	struct collector_config settings = collector_defaults;

	settings.keep = true;
	settings.vm = VM_HOST;
	script_configure_unpublished(s, &settings);
	s->now = now;
}

static int
setup(void **state)
{
	char fault[CONFIG_FAULT];

	if (fake_folder() != 0 || script_setup(state) != 0)
		return -1;
	config = config_parse("cluster one { }", "/nowhere/test.conf", NULL, fault);
	assert_non_null(config);
	assert_int_equal(config->clusters[0].number, CLUSTER);
	begin_collector(*state, SCRIPT_START);
	return 0;
}

static int
teardown(void **state)
{
	script_teardown(state);
	config_release(config);
	return fake_folder_remove();
}

static struct state *
open_state(struct script *s)
{
	struct state *file = state_open(fake_path, &database_migrations, s->c, config,
	                                s->now, SCRIPT_WALL);

	assert_non_null(file);
	assert_true(fake_lines <= 1);
	fake_lines = 0;
	return file;
}

/* The bridge is killed, and starts again after so many ms. */
static struct state *
restart(struct script *s, struct state *file, int64_t after_ms)
{
	assert_int_equal(state_save_round(file, s->now), 0);
	state_close(file);
	begin_collector(s, s->now + after_ms);
	return open_state(s);
}

/* Both machines, or the first `count` of them, send every 30 s. */
static void
send_for(struct script *s, struct device *machines, unsigned count, int64_t ms)
{
	char name[16];
	unsigned i;

	for (; ms > 0; ms -= 30 * SECONDS) {
		for (i = 0; i < count; i++) {
			snprintf(name, sizeof(name), "node%u", i + 1);
			script_send_host(s, &machines[i], name, 1000);
		}
		script_pass(s, 30 * SECONDS);
	}
}

static struct store_state
look(const struct script *s, const char *name)
{
	struct store_host *host = store_find(collector_store(s->c), CLUSTER, name);
	struct store_state at;

	if (host == NULL)
		fail_msg("%s is not there", name);
	store_lock(host, &at);
	store_unlock(host);
	store_release(host);
	return at;
}

static bool
is_there(const struct script *s, const char *name)
{
	struct store_host *host = store_find(collector_store(s->c), CLUSTER, name);

	store_release(host);
	return host != NULL;
}

static void
lived_and_died(void **state)
{
	struct script *s = *state;
	struct state *file = open_state(s);
	struct device machines[2] = {script_machine("10.80.0.1"),
	                             script_machine("10.80.0.2")};

	send_for(s, machines, 2, 10 * MINUTES);
	assert_true(look(s, "node1").up);
	file = restart(s, file, 1 * MINUTES);
	assert_true(look(s, "node1").up); /* before either was heard */
	assert_true(look(s, "node2").up);
	send_for(s, machines, 1, 5 * MINUTES);
	script_publish(s);
	assert_true(look(s, "node1").up);
	assert_false(look(s, "node2").up);
	assert_int_equal(s->events[EVENT_DOWN], 1);
	assert_int_equal(s->events[EVENT_RETURNED], 0);
	assert_string_equal(s->last[EVENT_DOWN].host, "node2");
	state_close(file);
}

static void
down_stays_down(void **state)
{
	struct script *s = *state;
	struct state *file = open_state(s);
	struct device machines[2] = {script_machine("10.80.0.1"),
	                             script_machine("2001:db8::2")};

	send_for(s, machines, 2, 10 * MINUTES);
	send_for(s, machines, 1, 10 * MINUTES);
	assert_false(look(s, "node2").up);
	file = restart(s, file, 10 * SECONDS);
	assert_false(look(s, "node2").up);
	send_for(s, machines, 1, 2 * MINUTES);
	script_publish(s);
	assert_int_equal(s->events[EVENT_DOWN], 0); /* no news */
	send_for(s, machines, 2, 1 * MINUTES);
	script_publish(s);
	assert_true(look(s, "node2").up);
	assert_int_equal(s->events[EVENT_RETURNED], 1);
	state_close(file);
}

static void
silent_for_too_long(void **state)
{
	struct script *s = *state;
	struct state *file = open_state(s);
	struct device machine = script_machine("10.80.0.1");

	send_for(s, &machine, 1, 5 * MINUTES);
	file = restart(s, file, 2 * DAYS);
	assert_false(is_there(s, "node1"));
	assert_int_equal(fake_sql(fake_path, "SELECT count(*) FROM hosts"), 1);
	assert_int_equal(state_save_round(file, s->now), 0);
	assert_int_equal(fake_sql(fake_path, "SELECT count(*) FROM hosts"), 0);
	state_close(file);
}

/* Of one that is gone nothing is left, and the other one is not disturbed. */
static void
gone_meanwhile(void **state)
{
	struct script *s = *state;
	struct state *file = open_state(s);
	struct device machines[2] = {script_machine("10.80.0.1"),
	                             script_machine("10.80.0.2")};

	send_for(s, machines, 2, 5 * MINUTES);
	assert_int_equal(state_save_round(file, s->now), 0);
	assert_int_equal(fake_sql(fake_path, "SELECT count(*) FROM hosts"), 2);
	send_for(s, machines, 1, 25 * HOURS);
	assert_int_equal(state_save_round(file, s->now), 0);
	assert_int_equal(fake_sql(fake_path, "SELECT count(*) FROM hosts"), 1);
	file = restart(s, file, 10 * SECONDS);
	assert_true(look(s, "node1").up);
	state_close(file);
}

static void
virtual_machine(void **state)
{
	struct script *s = *state;
	struct state *file = open_state(s);
	struct device machine = script_machine("10.80.0.1");
	struct device vm = script_source(&machine, 1, 3, 100001);
	uint32_t i;

	for (i = 0; i < 5; i++) {
		script_send_host(s, &machine, "node1", 1000);
		script_begin(s, &vm);
		wire_host_descr(&s->w, "guest", 7);
		wire_virt_cpu(&s->w, i * 3000);
		script_send(s);
		script_pass(s, 30 * SECONDS);
	}
	assert_true(look(s, "guest").up);
	file = restart(s, file, 10 * SECONDS);
	assert_true(look(s, "guest").up);
	assert_string_equal(look(s, "guest").key,
	                    "07070707-0707-0707-0707-070707070707");
	assert_true(look(s, "node1").up);
	send_for(s, &machine, 1, 5 * MINUTES);
	assert_false(look(s, "guest").up);
	state_close(file);
}

/* Nothing is written while nothing changes: that a host was heard is no change. */
static void
heartbeats_are_not_written(void **state)
{
	struct script *s = *state;
	struct state *file = open_state(s);
	struct device machine = script_machine("10.80.0.1");

	send_for(s, &machine, 1, 10 * MINUTES);
	assert_int_equal(state_save_round(file, s->now), 0);
	fake_sql(fake_path, "UPDATE hosts SET jitter = 77777");
	send_for(s, &machine, 1, 2 * MINUTES);
	assert_int_equal(state_save_round(file, s->now), 0);
	assert_int_equal(fake_sql(fake_path, "SELECT jitter FROM hosts"), 77777);
	state_close(file);
}

/* What the administrator has renamed and removed, and what agents were called before. */
static void
names(void **state)
{
	struct script *s = *state;
	struct state *file = open_state(s);
	struct device machines[2] = {script_machine("10.80.0.1"),
	                             script_machine("10.80.0.2")};
	struct store_former former;

	send_for(s, machines, 2, 10 * MINUTES);
	assert_int_equal(collector_rename_host(s->c, CLUSTER, "node1", "www", s->now),
	                 0);
	send_for(s, machines, 1, 10 * MINUTES);
	assert_int_equal(collector_remove_host(s->c, CLUSTER, "node2", s->now), 0);
	assert_int_equal(state_save_round(file, s->now), 0);
	assert_int_equal(fake_sql(fake_path, "SELECT count(*) FROM hosts"), 1);
	assert_int_equal(fake_sql(fake_path, "SELECT count(*) FROM names"), 3);
	file = restart(s, file, 1 * MINUTES);
	assert_true(look(s, "www").up);
	assert_false(is_there(s, "node2"));
	assert_true(
	    store_former_find(collector_store(s->c), CLUSTER, "node1", &former));
	assert_string_equal(former.is, "www");
	assert_true(
	    store_former_find(collector_store(s->c), CLUSTER, "node2", &former));
	assert_string_equal(former.is, "");
	send_for(s, machines, 2, 5 * MINUTES);
	script_publish(s);
	assert_true(look(s, "www").up);
	assert_true(look(s, "node2").up);
	assert_false(is_there(s, "node1"));
	assert_int_equal(s->events[EVENT_RENAMED], 0);
	assert_int_equal(collector_rename_host(s->c, CLUSTER, "www", "node1", s->now),
	                 0);
	file = restart(s, file, 1 * MINUTES);
	assert_true(look(s, "node1").up);
	assert_int_equal(collector_renamings(s->c, NULL, 0), 0);
	assert_int_equal(
	    fake_sql(fake_path, "SELECT count(*) FROM names WHERE former = 0"), 0);
	state_close(file);
}

/* A renaming outlives the host. */
static void
renamed_and_gone(void **state)
{
	struct script *s = *state;
	struct state *file = open_state(s);
	struct device machine = script_machine("10.80.0.1");

	send_for(s, &machine, 1, 10 * MINUTES);
	assert_int_equal(collector_rename_host(s->c, CLUSTER, "node1", "www", s->now),
	                 0);
	script_pass(s, 2 * DAYS);
	assert_false(is_there(s, "www"));
	file = restart(s, file, 1 * MINUTES);
	send_for(s, &machine, 1, 2 * MINUTES);
	assert_true(is_there(s, "www"));
	assert_false(is_there(s, "node1"));
	state_close(file);
}

/* Somebody has written into the file. What makes no sense is left out, and what is of a
 * cluster that there isn't stays. */
static void
names_that_make_no_sense(void **state)
{
	static const char *const rows[] = {
	    "1, 'one', 0, 'a', '../../etc'", "2, 'one', 0, 'b', ''",
	    "3, 'one', 2, 'c', 'd'",         "4, 'one', 0, x'6162', 'd'",
	    "5, 'one', 1, '', 'd'",          "6, 'one', 0, 'e', 'a b'",
	    "7, 'two', 0, 'f', 'g'",         "8, 'one', 0, 'h', 'i'"};
	struct collector_renaming list[2];
	struct script *s = *state;
	struct state *file = open_state(s);
	char sql[256];
	size_t i;

	state_close(file);
	for (i = 0; i < COUNT_OF(rows); i++) {
		snprintf(sql, sizeof(sql),
		         "INSERT INTO names (number, cluster, former, "
		         "name, shown) VALUES (%s)",
		         rows[i]);
		fake_sql(fake_path, sql);
	}
	begin_collector(s, s->now);
	file = state_open(fake_path, &database_migrations, s->c, config, s->now,
	                  SCRIPT_WALL);
	assert_int_equal(collector_renamings(s->c, list, 2), 1);
	assert_string_equal(list[0].is, "i");
	assert_int_equal(store_former_version(collector_store(s->c)), 0);
	assert_non_null(strstr(fake_line, "6 that make no sense"));
	fake_lines = 0;
	assert_int_equal(state_save_round(file, s->now), 0);
	state_close(file);
	assert_int_equal(fake_sql(fake_path, "SELECT count(*) FROM names"), 2);
}

#undef TEST
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(lived_and_died),
	    TEST(down_stays_down),
	    TEST(silent_for_too_long),
	    TEST(gone_meanwhile),
	    TEST(virtual_machine),
	    TEST(heartbeats_are_not_written),
	    TEST(names),
	    TEST(renamed_and_gone),
	    TEST(names_that_make_no_sense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

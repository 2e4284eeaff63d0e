/* Values into RRDs by the real rrdcached. */
#include "tests/bridge/rrd_daemon.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "gmetad-bridge/counters.h"
#include "gmetad-bridge/rrd/rrd_connection.h"
#include "gmetad-bridge/rrd/rrd_sink.h"

static const char *const host_values[] = {"1700000010:1.5", "1700000025:2",
                                          "1700000040:2.5"};
static const char *const sum_values[] = {"1700000010:3.0:2", "1700000025:4.0:2",
                                         "1700000040:5.0:2"};

/* Three steps of a host and of sums. */
static void
write_steps(struct rig *rig)
{
	unsigned step;

	for (step = 0; step < 3; step++) {
		rig_value(rig, "my web", "node1", "m", step, host_values[step] + 11, 0);
		rig_value(rig, NULL, NULL, "m", step,
		          step == 0   ? "3.0"
		          : step == 1 ? "4.0"
		                      : "5.0",
		          2);
		rrd_flush(rig->rrd, &rig->chunk);
		rig_wait(rrd_updates, 2 * (step + 1));
	}
}

static void
check_steps(const struct rig *rig)
{
	char path[160];

	assert_count(rrd_updates, 6);
	assert_count(rrd_created, 2);
	assert_count(rrd_failed, 0);
	assert_count(rrd_dropped, 0);
	snprintf(path, sizeof(path), "%s/reference", rig->folder);
	rig_reference(path, false, rig->config.rrd.archives, host_values, 3);
	rig_assert_same(rig, "my web/node1/m.rrd", path);
	rig_reference(path, true, rig->config.rrd.archives, sum_values, 3);
	rig_assert_same(rig, "__SummaryInfo__/m.rrd", path);
}

/* All steps go through the rrdcached that was started as `pid`, and into its files. */
static void
assert_steps_by(struct rig *rig, pid_t pid, char *address)
{
	assert_true(pid > 0);
	rig->config.rrd.rrdcached = address;
	rig_start(rig);
	write_steps(rig);
	rig_stop(rig);
	end_rrdcached(pid, SIGTERM);
	check_steps(rig);
}

static void
test_unix_socket(void **state)
{
	struct rig *rig = *state;
	char address[128];
	pid_t pid;

	snprintf(address, sizeof(address), "unix:%s", rig->socket);
	pid = start_rrdcached(rig, address, "-R", "-F");
	assert_steps_by(rig, pid, address);
}

static void
test_tcp(void **state)
{
	struct rig *rig = *state;
	char address[128];
	pid_t pid = -1;
	int i;

	for (i = 0; i < 5 && pid < 0; i++) {
		snprintf(address, sizeof(address), "127.0.0.1:%u", free_port());
		pid = start_rrdcached(rig, address, "-R", "-F");
	}
	assert_steps_by(rig, pid, address);
}

/* Without -R it makes no folders, with -P maybe no files: then we do. */
static void
test_made_here(void **state)
{
	struct rig *rig = *state;
	pid_t pid = start_rrdcached(rig, rig->socket, "-P", "BATCH,UPDATE,FLUSH");

	assert_steps_by(rig, pid, rig->socket);
}

static void
test_made_here_without_folders(void **state)
{
	struct rig *rig = *state;
	pid_t pid = start_rrdcached(rig, rig->socket, "-w", "300");

	assert_steps_by(rig, pid, rig->socket);
}

/* What it refuses for good is counted, and said why. */
static void
test_refused(void **state)
{
	struct rig *rig = *state;
	pid_t pid = start_rrdcached(rig, rig->socket, "-R", "-F");
	char path[160], other[96];
	FILE *f;

	assert_true(pid > 0);
	snprintf(path, sizeof(path), "%s/web", rig->root);
	f = fopen(path, "w"); /* in the place of a folder */
	assert_non_null(f);
	fclose(f);
	rig->config.rrd.rrdcached = rig->socket;
	rig_start(rig);
	rig_value(rig, "web", "node1", "m", 0, "1", 0);
	rig_value(rig, "db", "node1", "m", 0, "1", 0);
	rig_stop(rig);
	assert_count(rrd_failed, 1);
	assert_count(rrd_updates, 1);
	assert_true(rig_logged("web/node1/m.rrd"));

	snprintf(other, sizeof(other), "%s/elsewhere", rig->folder);
	rig->config.rrd.rootdir = other; /* not below its folder */
	rig_start(rig);
	rig_value(rig, "db", "node1", "m", 1, "1", 0);
	rig_stop(rig);
	assert_count(rrd_failed, 2);
	assert_true(
	    rig_logged("db/node1/m.rrd: rrdcached's base folder (-b, and -B) is not "
	               "our rootdir"));
	assert_true(rig_logged("m.rrd: Permission denied)"));
	end_rrdcached(pid, SIGTERM);
}

/* A socket that permits too little: what is missing is said. */
static void
assert_not_permitted(struct rig *rig, const char *permitted, const char *said)
{
	pid_t pid = start_rrdcached(rig, rig->socket, "-P", permitted);

	assert_true(pid > 0);
	rig->config.rrd.rrdcached = rig->socket;
	rig_start(rig);
	rig_value(rig, "db", "node1", "m", 0, "1", 0);
	rrd_flush(rig->rrd, &rig->chunk);
	rrd_stop(rig->rrd, clock_ms() + 500);
	rig->rrd = NULL;
	end_rrdcached(pid, SIGTERM);
	assert_int_equal(
	    counter_get(&counters.rrd_failed) + counter_get(&counters.rrd_dropped), 1);
	assert_true(rig_logged(said));
	assert_true(rig_logged("the bridge needs BATCH, UPDATE and CREATE"));
}

static void
test_no_batch(void **state)
{
	assert_not_permitted(*state, "UPDATE,CREATE",
	                     "(-1 Permission denied.); values wait");
}

static void
test_no_update(void **state)
{
	assert_not_permitted(*state, "BATCH,CREATE", "db/node1/m.rrd: this socket");
}

/* It sees another folder than we do, as in a container: it has none of our files. */
static void
test_other_folder(void **state)
{
	struct rig *rig = *state;
	pid_t pid = start_rrdcached(rig, rig->socket, "-R", "-F");
	char other[160];

	assert_true(pid > 0);
	snprintf(other, sizeof(other), "%s/elsewhere", rig->folder);
	assert_int_equal(mkdir(other, 0755), 0);
	rig->config.rrd.rootdir = other;
	rig->config.rrd.rrdcached = rig->socket;
	rig_start(rig);
	rig_value(rig, "db", "node1", "m", 0, "1", 0);
	rig_value(rig, "db", "node2", "m", 0, "1", 0);
	rig_stop(rig);
	end_rrdcached(pid, SIGTERM);
	assert_count(rrd_failed, 2);
	assert_count(rrd_updates, 0);
	assert_true(rig_logged("is not our rootdir"));
}

/* Of a line of several values those that are too old are refused, the others not. */
static void
test_too_old(void **state)
{
	static const char *const values[] = {"1700000010:1", "1700000025:2",
	                                     "1700000040:3", "1700000055:4"};
	struct rig *rig = *state;
	pid_t pid = start_rrdcached(rig, rig->socket, "-R", "-F");

	assert_true(pid > 0);
	rig->config.rrd.rrdcached = rig->socket;
	rig_start(rig);
	rig_value(rig, "web", "node1", "m", 0, "1", 0);
	rig_value(rig, "web", "node1", "m", 1, "2", 0);
	rrd_flush(rig->rrd, &rig->chunk);
	rig_wait(rrd_updates, 2);
	rig_line(rig, values, 4);
	rig_value(rig, "web", "node1", "other", 0, "1", 0);
	rig_stop(rig);
	end_rrdcached(pid, SIGTERM);
	assert_count(rrd_failed, 2);
	assert_count(rrd_updates, 5);
	rig_assert_line(rig, values, 4);
}

/* It is killed and comes back: what came meanwhile is written then. */
static void
test_killed(void **state)
{
	struct rig *rig = *state;
	pid_t pid = start_rrdcached(rig, rig->socket, "-R", "-F");
	unsigned step;
	char text[16];

	assert_true(pid > 0);
	rig->config.rrd.rrdcached = rig->socket;
	rig->config.rrd.connections = 3;
	rig_start(rig);
	rig_value(rig, "web", "node1", "m", 0, "0", 0);
	rrd_flush(rig->rrd, &rig->chunk);
	rig_wait(rrd_updates, 1);
	end_rrdcached(pid, SIGKILL);
	for (step = 1; step < 10; step++) {
		snprintf(text, sizeof(text), "%u", step);
		rig_value(rig, "web", "node1", "m", step, text, 0);
		rig_value(rig, "web", "node2", "m", step, text, 0);
		rrd_flush(rig->rrd, &rig->chunk);
	}
	unlink(rig->socket);
	pid = start_rrdcached(rig, rig->socket, "-R", "-F");
	assert_true(pid > 0);
	rig_stop(rig);
	end_rrdcached(pid, SIGTERM);
	assert_count(rrd_updates, 19);
	assert_count(rrd_failed, 0);
	assert_count(rrd_dropped, 0);
	assert_true(rig_exists(rig, "web/node2/m.rrd"));
	assert_true(rig_logged("values wait"));
}

static void
test_addresses(void **state)
{
	struct rig *rig = *state;
	char longest[300];

	(void)rig;
	assert_false(rrdcached_answers("/nowhere/at/all"));
	assert_false(rrdcached_answers("unix:"));
	assert_false(rrdcached_answers(""));
	assert_false(rrdcached_answers("127.0.0.1:port"));
	assert_false(rrdcached_answers("[::1"));
	assert_false(rrdcached_answers("[::1]:1"));
	assert_false(rrdcached_answers("127.0.0.1:1"));
	memset(longest, 'x', sizeof(longest) - 1);
	longest[0] = '/';
	longest[sizeof(longest) - 1] = '\0';
	assert_false(rrdcached_answers(longest));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_begin, rig_end)
	const struct CMUnitTest tests[] = {
	    TEST(test_unix_socket),  TEST(test_tcp),
	    TEST(test_made_here),    TEST(test_made_here_without_folders),
	    TEST(test_refused),      TEST(test_too_old),
	    TEST(test_no_batch),     TEST(test_no_update),
	    TEST(test_other_folder), TEST(test_killed),
	    TEST(test_addresses),
	};

	return cmocka_run_group_tests_name("rrdcached", tests, NULL, NULL);
}

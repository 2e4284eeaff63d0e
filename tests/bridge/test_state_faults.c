/* The file of hosts when it is locked, not there, on a full disk, or when the process
 * that writes it is killed. */
#include "tests/sflow/unit.h"

#include <errno.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gmetad-bridge/counters.h"
#include "tests/bridge/fake_collector.h"
#include "tests/bridge/fake_disk.h"

#define AGAIN_MS 10000 /* after which a file that can't be opened is tried again */

/* Locked, or not to be had -------------------------------------------------------------- */

static sqlite3 *
lock_file(const char *sql)
{
	sqlite3 *handle;

	assert_int_equal(sqlite3_open(fake_path, &handle), SQLITE_OK);
	assert_int_equal(sqlite3_exec(handle, sql, NULL, NULL, NULL), SQLITE_OK);
	return handle;
}

static const char exclusive[] = "PRAGMA locking_mode = EXCLUSIVE;"
				"BEGIN EXCLUSIVE; UPDATE hosts SET down = 0";

static void
locked_at_the_start(void **state)
{
	sqlite3 *other;
	struct state *s;

	(void)state;
	fake_file(10);
	other = lock_file(exclusive);
	s = fake_open();
	assert_int_equal(fake.restored, 0);
	assert_int_equal(fake_lines, 1);
	assert_non_null(strstr(fake_line, "locked"));
	fake.refuses[5] = true; /* heard meanwhile, or too old */
	assert_int_equal(state_save_round(s, NOW + 2000), -1); /* too early */
	assert_int_equal(state_save_round(s, NOW + AGAIN_MS), -1);
	assert_int_equal(fake_lines, 1);
	assert_int_equal(counter_get(&counters.state_failed), 2);
	sqlite3_close(other);
	assert_int_equal(state_save_round(s, NOW + 2 * AGAIN_MS - 1), -1);
	assert_int_equal(state_save_round(s, NOW + 2 * AGAIN_MS), 0);
	assert_int_equal(fake.restored, 9);
	assert_int_equal(fake_rows(), 9); /* as the collector has it */
	state_close(s);
	assert_int_equal(access(fake_bad, F_OK), -1);
}

static void
locked_meanwhile(void **state)
{
	struct state *s = fake_open();
	sqlite3 *other;

	(void)state;
	fake_hosts(5);
	assert_int_equal(state_save_round(s, NOW), 0);
	other = lock_file("BEGIN IMMEDIATE");
	fake_hosts(5);
	assert_int_equal(state_save_round(s, NOW + 2000), -1);
	assert_int_equal(counter_get(&counters.state_failed), 1);
	assert_int_equal(counter_get(&counters.state_saved), 5);
	sqlite3_close(other);
	assert_int_equal(state_save_round(s, NOW + 4000), 0);
	assert_int_equal(counter_get(&counters.state_saved), 10);
	assert_int_equal(fake_rows(), 10);
	state_close(s);
}

/* A reader holds nobody up, nor does it for long at the end. */
static void
read_meanwhile(void **state)
{
	struct state *s;
	sqlite3 *other;

	(void)state;
	fake_file(5);
	s = fake_open();
	other = lock_file("BEGIN; SELECT * FROM hosts");
	fake.unsaved[1] = true;
	assert_int_equal(state_save_round(s, NOW + 2000), 0);
	state_stop(s);
	state_close(s);
	sqlite3_close(other);
	assert_int_equal(counter_get(&counters.state_failed), 0);
}

static void
no_folder(void **state)
{
	char path[sizeof(fake_path) + 8];
	struct state *s;
	int64_t now;

	(void)state;
	fake_file(1);
	snprintf(path, sizeof(path), "%s/db", fake_path); /* below a file */
	s = state_open(path, &database_migrations, &fake, NULL, NOW, WALL - NOW);
	assert_non_null(s);
	fake_hosts(3);
	for (now = NOW; now < NOW + 60000; now += 2000)
		assert_int_equal(state_save_round(s, now), -1);
	assert_int_equal(fake_lines, 1);
	assert_non_null(strstr(fake_line, "Not a directory"));
	assert_int_equal(counter_get(&counters.state_failed), 6);
	state_stop(s);
	state_close(s);
}

static void
folder_that_comes(void **state)
{
	char folder[sizeof(fake_path) + 8], path[sizeof(folder) + 8];
	struct state *s;

	(void)state;
	snprintf(folder, sizeof(folder), "%s.d", fake_path);
	snprintf(path, sizeof(path), "%s/db", folder);
	s = state_open(path, &database_migrations, &fake, NULL, NOW, WALL - NOW);
	fake_hosts(3);
	assert_int_equal(state_save_round(s, NOW + AGAIN_MS), -1);
	assert_int_equal(mkdir(folder, 0700), 0);
	assert_int_equal(state_save_round(s, NOW + 2 * AGAIN_MS), 0);
	assert_int_equal(fake_lines, 2); /* that it is not there, that it is */
	state_close(s);
	assert_int_equal(fake_sql(path, "SELECT count(*) FROM hosts"), 3);
	unlink(path);
	assert_int_equal(rmdir(folder), 0);
}

static void
not_a_file(void **state)
{
	struct state *s;
	struct stat status;

	(void)state;
	assert_int_equal(mkdir(fake_path, 0700), 0);
	s = fake_open();
	assert_non_null(strstr(fake_line, "it is no file"));
	assert_int_equal(state_save_round(s, NOW + AGAIN_MS), -1);
	state_close(s);
	assert_int_equal(rmdir(fake_path), 0); /* still there */
	s = state_open("/dev/null", &database_migrations, &fake, NULL, NOW, WALL - NOW);
	assert_int_equal(state_save_round(s, NOW), -1);
	state_close(s);
	assert_int_equal(stat("/dev/null", &status), 0);
	assert_true(S_ISCHR(status.st_mode));
}

static void
removed_meanwhile(void **state)
{
	struct state *s = fake_open();

	(void)state;
	fake_hosts(7);
	assert_int_equal(state_save_round(s, NOW), 0);
	assert_int_equal(unlink(fake_path), 0);
	assert_int_equal(state_save_round(s, NOW + 2000), 0);
	assert_int_equal(fake_rows(), 7);
	assert_int_equal(fake.refused, 0);
	state_close(s);
}

/* A full disk -------------------------------------------------------------------------- */

static void
full_disk(void **state)
{
	struct state *s = fake_open();
	size_t i;

	(void)state;
	fake_hosts(300);
	assert_int_equal(state_save_round(s, NOW), 0);
	for (i = 0; i < 300; i++) {
		fake.host[i].jitter_ms = 9;
		fake.unsaved[i] = i % 2 == 0;
	}
	fail_writes(ENOSPC);
	assert_int_equal(state_save_round(s, NOW + 2000), -1);
	assert_non_null(strstr(fake_line, "full"));
	assert_int_equal(state_save_round(s, NOW + 4000), -1); /* not yet */
	assert_int_equal(counter_get(&counters.state_failed), 1);
	assert_int_equal(state_save_round(s, NOW + 2000 + AGAIN_MS), -1);
	assert_int_equal(counter_get(&counters.state_failed), 2);
	fail_writes(0);
	assert_int_equal(fake_rows(), 300); /* as it was */
	assert_int_equal(fake_sql(fake_path, "SELECT count(*) FROM hosts WHERE "
	                                     "jitter = 9"),
	                 0);
	assert_int_equal(state_save_round(s, NOW + 2000 + 2 * AGAIN_MS), 0);
	assert_int_equal(fake_sql(fake_path, "SELECT count(*) FROM hosts WHERE "
	                                     "jitter = 9"),
	                 300);
	state_close(s);
}

/* A host that went while nothing could be written is not in the file, either. */
static void
gone_on_a_full_disk(void **state)
{
	struct state *s = fake_open();
	struct address agent;

	(void)state;
	fake_hosts(3);
	assert_int_equal(state_save_round(s, NOW), 0);
	fail_writes(ENOSPC);
	agent = fake.host[1].agent;
	fake.host[1] = (struct collector_saved){.gone = true, .agent = agent};
	fake.unsaved[1] = true;
	assert_int_equal(state_save_round(s, NOW + 2000), -1);
	fail_writes(0);
	assert_int_equal(state_save_round(s, NOW + 2000 + AGAIN_MS), 0);
	assert_int_equal(fake_rows(), 2);
	state_close(s);
}

static void
full_disk_at_the_start(void **state)
{
	struct state *s;

	(void)state;
	fail_writes(ENOSPC);
	s = fake_open();
	fake_hosts(3);
	assert_int_equal(state_save_round(s, NOW + AGAIN_MS), -1);
	assert_int_equal(fake_lines, 1);
	fail_writes(0);
	assert_int_equal(state_save_round(s, NOW + 2 * AGAIN_MS), 0);
	assert_int_equal(fake_rows(), 3);
	assert_int_equal(access(fake_bad, F_OK), -1);
	state_close(s);
}

/* Then the file is opened anew; and what has been restored once is not a second time,
 * for it may have gone since. */
static void
broken_disk(void **state)
{
	struct state *s;

	(void)state;
	fake_file(5);
	s = fake_open();
	assert_int_equal(fake.restored, 5);
	fake.count = 4; /* it went */
	fake.unsaved[0] = true;
	fail_writes(EIO);
	assert_int_equal(state_save_round(s, NOW), -1);
	assert_int_equal(state_save_round(s, NOW + AGAIN_MS), -1);
	fail_writes(0);
	assert_int_equal(state_save_round(s, NOW + 2 * AGAIN_MS), 0);
	assert_int_equal(fake.restored, 5);
	assert_int_equal(fake.refused, 0);
	assert_int_equal(fake_rows(), 4);
	state_close(s);
}

/* Killed ------------------------------------------------------------------------------- */

#define KILLS 20
#define KILL_HOSTS 300

/* Every round gives all hosts its number, and tells when it has saved that. */
static void __attribute__((noreturn)) save_until_killed(int fd, uint32_t round)
{
	struct state *s = fake_open();
	size_t i;

	if (fake.count == 0)
		fake_hosts(KILL_HOSTS);
	for (;;) {
		round++;
		for (i = 0; i < fake.count; i++) {
			fake.host[i].interval_ms = round;
			fake.unsaved[i] = true;
		}
		if (state_save_round(s, NOW) != 0 ||
		    write(fd, &round, sizeof(round)) != sizeof(round))
			_exit(1);
	}
}

/* Kills it after some reports, wherever it is then. Returns the last report. */
static uint32_t
run_and_kill(uint32_t round, unsigned reports)
{
	int fds[2], status;
	pid_t child;

	assert_int_equal(pipe(fds), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		close(fds[0]);
		save_until_killed(fds[1], round);
	}
	close(fds[1]);
	while (reports-- > 0)
		assert_int_equal(read(fds[0], &round, sizeof(round)), sizeof(round));
	assert_int_equal(kill(child, SIGKILL), 0);
	while (read(fds[0], &round, sizeof(round)) == sizeof(round))
		; /* what it told before it died */
	close(fds[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	return round;
}

static void
killed(void **state)
{
	uint32_t round = 0;
	unsigned i, k;

	(void)state;
	for (k = 0; k < KILLS; k++) {
		round = run_and_kill(round, 1 + k * 7 % 5);
		fake_restart();
		state_close(fake_open());
		assert_int_equal(fake.restored, KILL_HOSTS);
		assert_true(fake.host[0].interval_ms == round ||
		            fake.host[0].interval_ms == round + 1);
		for (i = 1; i < fake.count; i++) /* all of a round, or nothing */
			assert_int_equal(fake.host[i].interval_ms,
			                 fake.host[0].interval_ms);
		round = fake.host[0].interval_ms;
		assert_int_equal(access(fake_bad, F_OK), -1);
		fake_restart();
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fake_begin, fake_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(locked_at_the_start), TEST(locked_meanwhile),
	    TEST(read_meanwhile),      TEST(no_folder),
	    TEST(folder_that_comes),   TEST(not_a_file),
	    TEST(removed_meanwhile),   TEST(full_disk),
	    TEST(gone_on_a_full_disk), TEST(full_disk_at_the_start),
	    TEST(broken_disk),         TEST(killed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The file of a newer program: it stays as it is, whatever state it is in, and nothing is
 * saved until it is gone. */
#include "tests/sflow/unit.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gmetad-bridge/counters.h"
#include "tests/bridge/fake_collector.h"
#include "tests/bridge/fake_disk.h"
#include "tests/bridge/fake_versions.h"

#define AGAIN_MS 10000    /* after which a file that can't be opened is tried again */
#define HEADER_VERSION 63 /* the last byte of the version in a file's header */

static const char *const suffixes[] = {"", "-wal", "-shm", "-journal", ".bad"};
#define SUFFIXES COUNT_OF(suffixes)

static const char *
path_of(size_t suffix)
{
	static char path[sizeof(fake_path) + 16];

	snprintf(path, sizeof(path), "%s%s", fake_path, suffixes[suffix]);
	return path;
}

/* All that is in the folder, as it was at some time. */
static struct {
	bool there;
	struct stat status;
	uint8_t *bytes;
	size_t len;
} before[SUFFIXES];

static void
forget_files(void)
{
	size_t i;

	for (i = 0; i < SUFFIXES; i++)
		free(before[i].bytes);
	memset(before, 0, sizeof(before));
}

static int
end(void **state)
{
	forget_files();
	return fake_end(state);
}

static void
remember_files(void)
{
	size_t i;

	forget_files();
	for (i = 0; i < SUFFIXES; i++) {
		if (stat(path_of(i), &before[i].status) != 0)
			continue;
		before[i].there = true;
		before[i].bytes = read_file(path_of(i), &before[i].len);
	}
}

/* What SQLite has in shared memory is no part of what was saved. */
static void
assert_same_files(bool but_shared)
{
	struct stat status;
	uint8_t *bytes;
	size_t i, len;

	for (i = 0; i < SUFFIXES; i++) {
		if (but_shared && strcmp(suffixes[i], "-shm") == 0)
			continue;
		if (stat(path_of(i), &status) != 0) {
			assert_false(before[i].there);
			continue;
		}
		assert_true(before[i].there);
		assert_int_equal(status.st_ino, before[i].status.st_ino);
		assert_int_equal(status.st_mode, before[i].status.st_mode);
		assert_memory_equal(&status.st_mtim, &before[i].status.st_mtim,
		                    sizeof(status.st_mtim));
		bytes = read_file(path_of(i), &len);
		assert_int_equal(len, before[i].len);
		assert_memory_equal(bytes, before[i].bytes, len);
		free(bytes);
	}
}

/* A file of version 1, with which a newer program has worked. */
static const struct database_migrations *
make_newer(void)
{
	const struct database_migrations *later = fake_later(add_table, NULL);

	fake_file_1();
	state_close(fake_open_with(later));
	assert_restored_1();
	fake_restart();
	fake_lines = 0;
	return later;
}

static sqlite3 *
open_beside(const char *sql)
{
	sqlite3 *handle;

	assert_int_equal(sqlite3_open(fake_path, &handle), SQLITE_OK);
	assert_int_equal(sqlite3_exec(handle, sql, NULL, NULL, NULL), SQLITE_OK);
	return handle;
}

/* As the newer program leaves the file when it is killed: much of it is in the log. */
static void
kill_newer(const char *sql)
{
	sqlite3 *newer = open_beside(sql);
	uint8_t *bytes, *log;
	size_t len, log_len;
	char wal[sizeof(fake_path) + 8];

	snprintf(wal, sizeof(wal), "%s-wal", fake_path);
	bytes = read_file(fake_path, &len);
	log = read_file(wal, &log_len);
	sqlite3_close(newer);
	write_file(fake_path, bytes, len);
	write_file(wal, log, log_len);
	assert_true(log_len > 4096);
	free(bytes);
	free(log);
}

static uint8_t
version_in_header(void)
{
	size_t len;
	uint8_t *bytes = read_file(fake_path, &len), version;

	assert_true(len > HEADER_VERSION);
	version = bytes[HEADER_VERSION];
	free(bytes);
	return version;
}

/* There is one line, and it says both versions and what to do. */
static void
assert_told(void)
{
	char want[100];

	assert_int_equal(fake_lines, 1);
	snprintf(want, sizeof(want),
	         "it is of version %d, and this "
	         "gmetad-bridge knows none above %d. Nothing is saved",
	         database_migrations.count + 1, database_migrations.count);
	assert_non_null(strstr(fake_line, want));
	assert_non_null(strstr(fake_line, fake_path));
}

/* A life of the bridge beside it. */
static void
assert_runs_without(void)
{
	struct state *s = fake_open();
	int64_t now;

	assert_told();
	assert_int_equal(fake.restored, 0);
	assert_int_equal(counter_get(&counters.state_open), 0);
	fake_hosts(3);
	for (now = NOW; now < NOW + 3 * AGAIN_MS; now += 2000)
		assert_int_equal(state_save_round(s, now), -1);
	state_stop(s);
	state_close(s);
	assert_told();
	assert_int_equal(counter_get(&counters.state_failed), 1 + 2 + 1);
	assert_int_equal(counter_get(&counters.state_saved), 0);
	fake_restart();
}

/* Left as it is ---------------------------------------------------------------------- */

static void
gone_back(void **state)
{
	const struct database_migrations *later = make_newer();

	(void)state;
	remember_files();
	assert_runs_without();
	assert_same_files(false);
	state_close(fake_open_with(later)); /* upgraded once more */
	assert_restored_1();
}

/* A file system without write-ahead logs. */
static void
with_a_journal(void **state)
{
	(void)state;
	make_newer();
	fake_sql(fake_path, "PRAGMA journal_mode = DELETE");
	remember_files();
	assert_runs_without();
	assert_same_files(false);
}

/* Nobody but the newer program can tell what is damaged in it. */
static void
damaged(void **state)
{
	const char garbage[] = "garbage where the table should be";
	int fd;

	(void)state;
	make_newer();
	fd = open(fake_path, O_WRONLY | O_CLOEXEC);
	assert_int_equal(pwrite(fd, garbage, sizeof(garbage), 4096), sizeof(garbage));
	close(fd);
	remember_files();
	assert_runs_without();
	assert_same_files(false);
}

static void
killed(void **state)
{
	const struct database_migrations *later = make_newer();

	(void)state;
	kill_newer("INSERT INTO notes VALUES (1, 'in the log')");
	assert_int_equal(version_in_header(), later->count);
	remember_files();
	assert_runs_without();
	assert_same_files(false);
	state_close(fake_open_with(later));
	assert_restored_1();
	assert_int_equal(fake_sql(fake_path, "SELECT count(*) FROM notes WHERE "
	                                     "note = 'in the log'"),
	                 1);
}

/* It has just brought the file up to date; the file itself does not say so yet. */
static void
killed_after_its_migration(void **state)
{
	const struct database_migrations *later = fake_later(add_table, NULL);
	char sql[500];

	(void)state;
	fake_file_1();
	state_close(fake_open());
	fake_restart();
	fake_lines = 0;
	snprintf(sql, sizeof(sql), "BEGIN; %s; PRAGMA user_version = %d; COMMIT",
	         add_table, later->count);
	kill_newer(sql);
	assert_int_equal(version_in_header(), database_migrations.count);
	remember_files();
	assert_runs_without();
	assert_same_files(true);
	state_close(fake_open_with(later));
	assert_restored_1();
	assert_schema_of_new(later);
}

static void
in_use(void **state)
{
	const struct database_migrations *later = make_newer();
	sqlite3 *newer = open_beside("INSERT INTO notes VALUES (1, 'before')");

	(void)state;
	remember_files();
	assert_runs_without();
	assert_same_files(true);
	assert_int_equal(sqlite3_exec(newer,
	                              "INSERT INTO notes VALUES "
	                              "(2, 'after')",
	                              NULL, NULL, NULL),
	                 SQLITE_OK);
	sqlite3_close(newer);
	state_close(fake_open_with(later));
	assert_restored_1();
}

/* Until it is gone ------------------------------------------------------------------- */

static void
removed(void **state)
{
	struct state *s;

	(void)state;
	make_newer();
	s = fake_open();
	fake_hosts(3);
	assert_int_equal(state_save_round(s, NOW + AGAIN_MS), -1);
	assert_told();
	assert_int_equal(unlink(fake_path), 0);
	assert_int_equal(state_save_round(s, NOW + 2 * AGAIN_MS), 0);
	assert_int_equal(fake_lines, 2);
	assert_non_null(strstr(fake_line, "is open now"));
	assert_int_equal(counter_get(&counters.state_open), 1);
	assert_int_equal(fake_rows(), 3);
	state_close(s);
	assert_int_equal(counter_get(&counters.state_open), 0);
}

/* By the copy that was made before the upgrade. */
static void
replaced(void **state)
{
	struct state *s;

	(void)state;
	make_newer();
	s = fake_open();
	assert_told();
	fake_file_1();
	assert_int_equal(state_save_round(s, NOW + AGAIN_MS), 0);
	assert_restored_1();
	assert_int_equal(fake_rows(), FILE_1_HOSTS);
	state_close(s);
}

/* That it is newer is told even when another fault has been told before. */
static void
locked_before(void **state)
{
	struct state *s;
	sqlite3 *newer;

	(void)state;
	fake_file_1();
	newer = open_beside("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
	s = fake_open();
	assert_int_equal(fake_lines, 1);
	assert_non_null(strstr(fake_line, "can't be opened"));
	sqlite3_close(newer);
	state_close(fake_open_with(fake_later(add_table, NULL)));
	assert_restored_1();
	fake_restart();
	fake_lines = 0;
	assert_int_equal(state_save_round(s, NOW + AGAIN_MS), -1);
	assert_told();
	assert_int_equal(state_save_round(s, NOW + 2 * AGAIN_MS), -1);
	assert_told();
	state_close(s);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fake_begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(gone_back),
	    TEST(with_a_journal),
	    TEST(damaged),
	    TEST(killed),
	    TEST(killed_after_its_migration),
	    TEST(in_use),
	    TEST(removed),
	    TEST(replaced),
	    TEST(locked_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

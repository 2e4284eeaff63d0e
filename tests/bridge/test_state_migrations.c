/* The file of an older version: it is brought up to date with all that is in it, or
 * stays as it was, whatever happens in the middle. */
#include "tests/sflow/unit.h"

#include <errno.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gmetad-bridge/counters.h"
#include "tests/bridge/fake_collector.h"
#include "tests/bridge/fake_disk.h"
#include "tests/bridge/fake_versions.h"

#define AGAIN_MS 10000 /* after which a file that can't be opened is tried again */

static long long
version(void)
{
	return fake_sql(fake_path, "PRAGMA user_version");
}

/* Whether there is what add_table makes. */
static long long
has_notes(void)
{
	return fake_sql(fake_path, "SELECT count(*) FROM sqlite_master WHERE "
	                           "name = 'notes'");
}

static void
assert_not_aside(void)
{
	assert_int_equal(access(fake_bad, F_OK), -1);
}

/* Brought up to date ----------------------------------------------------------------- */

static void
file_of_version_1(void **state)
{
	struct state *s;

	(void)state;
	fake_file_1();
	s = fake_open();
	assert_restored_1();
	assert_int_equal(fake_lines, 1);
	assert_non_null(strstr(fake_line, "10 hosts are restored"));
	assert_int_equal(state_save_round(s, NOW), 0);
	state_close(s);
	assert_schema_of_new(&database_migrations);
	assert_not_aside();
}

static void
one_more_table(void **state)
{
	const struct database_migrations *later = fake_later(add_table, NULL);
	struct state *s;

	(void)state;
	fake_file_1();
	s = fake_open_with(later);
	assert_restored_1();
	assert_int_equal(state_save_round(s, NOW), 0);
	state_close(s);
	assert_schema_of_new(later);
	assert_int_equal(fake_sql(fake_path, "SELECT count(*) FROM notes"),
	                 FILE_1_HOSTS);
	fake_restart();
	state_close(fake_open_with(later)); /* nothing is done again */
	assert_restored_1();
	assert_int_equal(fake_sql(fake_path, "SELECT count(*) FROM notes"),
	                 FILE_1_HOSTS);
	assert_not_aside();
}

/* Two versions at once, and one after the other. */
static void
two_versions(void **state)
{
	(void)state;
	fake_file_1();
	state_close(fake_open_with(fake_later(add_table, add_column)));
	assert_restored_1();
	assert_schema_of_new(fake_later(add_table, add_column));
	fake_restart();
	fake_file_1();
	state_close(fake_open_with(fake_later(add_table, NULL)));
	fake_restart();
	state_close(fake_open_with(fake_later(add_table, add_column)));
	assert_restored_1();
	assert_schema_of_new(fake_later(add_table, add_column));
	assert_not_aside();
}

static void
new_file(void **state)
{
	const struct database_migrations *later = fake_later(add_table, add_column);
	struct state *s = fake_open_with(later);

	(void)state;
	fake_hosts(3);
	assert_int_equal(state_save_round(s, NOW), 0);
	state_close(s);
	fake_restart();
	state_close(fake_open_with(later));
	assert_int_equal(fake.restored, 3);
	assert_int_equal(version(), database_migrations.count + 2);
}

/* What fails ------------------------------------------------------------------------- */

/* The file, and nothing beside it. */
static void
assert_as_before(const uint8_t *before, size_t before_len)
{
	static const char *const beside[] = {"-wal", "-shm", "-journal", ".bad"};
	char path[sizeof(fake_path) + 16];
	uint8_t *bytes;
	size_t len, i;

	bytes = read_file(fake_path, &len);
	assert_int_equal(len, before_len);
	assert_memory_equal(bytes, before, len);
	free(bytes);
	for (i = 0; i < COUNT_OF(beside); i++) {
		snprintf(path, sizeof(path), "%s%s", fake_path, beside[i]);
		assert_int_equal(access(path, F_OK), -1);
	}
}

/* The bridge runs without it, and tries again. */
static void
assert_fails(const struct database_migrations *later)
{
	char want[80];
	struct state *s;
	int64_t now;

	fake_lines = 0;
	s = fake_open_with(later);
	fake_hosts(3);
	for (now = NOW; now < NOW + 3 * AGAIN_MS; now += 2000)
		assert_int_equal(state_save_round(s, now), -1);
	state_stop(s);
	state_close(s);
	assert_int_equal(fake.restored, 0);
	assert_int_equal(fake_lines, 1);
	snprintf(want, sizeof(want),
	         "can't be brought from version 1 to %d: ", later->count);
	assert_non_null(strstr(fake_line, want));
	assert_non_null(strstr(fake_line, "Nothing is saved meanwhile"));
}

static void
second_fails(void **state)
{
	static const char *const faults[] = {
	    add_table, /* once more */
	    "this is no SQL",
	    "ALTER TABLE hosts RENAME COLUMN absent TO other",
	    ("UPDATE hosts SET agent = x'0a4d0001', machine = 0, sub_agent = 0, "
	     "source_class = 0, source_index = 0"),
	    "DELETE FROM hosts; DROP TABLE notes; SELECT * FROM absent",
	    "DELETE FROM hosts; INSERT INTO hosts (agent) VALUES (NULL)"};
	uint8_t *before;
	size_t len, i;

	(void)state;
	fake_file_1();
	before = read_file(fake_path, &len);
	for (i = 0; i < COUNT_OF(faults); i++) {
		fake_restart();
		assert_fails(fake_later(add_table, faults[i]));
		assert_as_before(before, len);
	}
	free(before);
	assert_int_equal(counter_get(&counters.state_failed), 4 * i);
	fake_restart();
	state_close(fake_open_with(fake_later(add_table, add_column)));
	assert_restored_1();
}

/* A new file is made by the same statements, and stays empty when one of them fails. */
static void
new_file_fails(void **state)
{
	const struct database_migrations *later =
	    fake_later(add_table, "this is no SQL");
	struct state *s = fake_open_with(later);

	(void)state;
	assert_int_equal(fake_lines, 1);
	assert_non_null(strstr(fake_line, "it can't be made: near"));
	assert_int_equal(state_save_round(s, NOW + AGAIN_MS), -1);
	state_close(s);
	assert_int_equal(fake_lines, 1);
	assert_not_aside();
	assert_int_equal(version(), 0);
	assert_int_equal(has_notes(), 0);
	state_close(fake_open());
	assert_schema_of_new(&database_migrations);
}

static void
locked(void **state)
{
	const struct database_migrations *later = fake_later(add_table, NULL);
	struct state *s;
	sqlite3 *other;

	(void)state;
	fake_file_1();
	assert_int_equal(sqlite3_open(fake_path, &other), SQLITE_OK);
	assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL),
	                 SQLITE_OK);
	s = fake_open_with(later);
	assert_int_equal(fake.restored, 0);
	assert_non_null(strstr(fake_line, "locked"));
	sqlite3_close(other);
	assert_int_equal(version(), 1);
	assert_int_equal(has_notes(), 0);
	assert_int_equal(state_save_round(s, NOW + AGAIN_MS), 0);
	assert_restored_1();
	state_close(s);
	assert_schema_of_new(later);
	assert_not_aside();
}

/* In the middle ---------------------------------------------------------------------- */

/* The disk takes so many writes and no more, until there is room. Returns whether one
 * was refused. */
static bool
fill_disk_after(unsigned writes, int reason, const struct database_migrations *later)
{
	struct state *s;
	bool refused;

	fake_restart();
	fake_file_1();
	fail_writes_after(writes, reason);
	s = fake_open_with(later);
	refused = failed_writes() > 0;
	fail_writes(0);
	if (fake.restored == 0) {
		assert_true(refused);
		assert_int_equal(version(), 1);
		assert_int_equal(has_notes(), 0);
		assert_int_equal(fake_rows(), FILE_1_HOSTS);
		assert_int_equal(state_save_round(s, NOW + AGAIN_MS), 0);
	}
	assert_restored_1();
	state_close(s);
	assert_schema_of_new(later);
	assert_not_aside();
	return refused;
}

static void
full_disk(void **state)
{
	static const int reasons[] = {ENOSPC, EIO};
	const struct database_migrations *later = fake_later(add_table, add_column);
	unsigned writes;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(reasons); i++) {
		writes = 0;
		while (fill_disk_after(writes, reasons[i], later))
			writes++;
		assert_true(writes >= 5); /* among them pages of the migration */
	}
}

/* A program that opens the file dies in a write. Returns whether it did. */
static bool
die_after(unsigned writes, const struct database_migrations *later)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		die_after_writes(writes);
		state_close(fake_open_with(later));
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFSIGNALED(status))
		assert_int_equal(WTERMSIG(status), SIGKILL);
	else
		assert_int_equal(status, 0);
	return WIFSIGNALED(status);
}

/* Fails the test unless all that is in the file is of one of the two versions. Returns
 * which one. */
static long long
look_at_half(int from, int to)
{
	long long is = version();

	assert_true(is == from || is == to);
	assert_int_equal(has_notes(), is == to);
	if (is > 0)
		assert_int_equal(fake_rows(), from > 0 ? FILE_1_HOSTS : 0);
	return is;
}

/* From a file of version 1, or from none. SQLite repairs the file when it is opened next:
 * that is by the bridge or, with `look`, by the test. */
static void
die_in_each_write(bool from_file, bool look)
{
	const struct database_migrations *later = fake_later(add_table, add_column);
	int from = from_file ? 1 : 0;
	unsigned writes, before = 0;

	for (writes = 0;; writes++) {
		fake_restart();
		unlink(fake_path);
		if (from_file)
			fake_file_1();
		if (!die_after(writes, later))
			break;
		if (look)
			before += look_at_half(from, later->count) == from;
		state_close(fake_open_with(later));
		if (from_file)
			assert_restored_1();
		assert_schema_of_new(later);
		assert_not_aside();
	}
	if (look) /* both have been */
		assert_true(before > 0 && before < writes);
	assert_true(writes > 0);
}

static void
killed(void **state)
{
	(void)state;
	die_in_each_write(true, false);
	die_in_each_write(true, true);
}

static void
killed_in_a_new_file(void **state)
{
	(void)state;
	die_in_each_write(false, false);
	die_in_each_write(false, true);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fake_begin, fake_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(file_of_version_1),
	    TEST(one_more_table),
	    TEST(two_versions),
	    TEST(new_file),
	    TEST(second_fails),
	    TEST(new_file_fails),
	    TEST(locked),
	    TEST(full_disk),
	    TEST(killed),
	    TEST(killed_in_a_new_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The file of hosts when it is damaged, or not ours: never a crash, and always a file
 * that serves in the end. */
#include "tests/sflow/unit.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/bridge/fake_collector.h"
#include "tests/bridge/fake_disk.h"

#define AGAIN_MS 10000 /* after which a file that can't be opened is tried again */

/* Whatever the file was: it can be opened, three hosts saved, and restored. */
static void
assert_usable(void)
{
	struct state *s = fake_open();
	size_t restored = fake.restored;

	fake_restart();
	fake_hosts(3);
	state_stop(s);
	state_close(s);
	fake_restart();
	state_close(fake_open());
	assert_true(fake.restored >= 3 && fake.restored <= restored + 3);
	assert_non_null(fake_find(3));
	assert_int_equal(fake_sql(fake_path, "SELECT count(*) FROM "
	                                     "pragma_integrity_check "
	                                     "WHERE integrity_check = 'ok'"),
	                 1);
}

/* It is neither used nor put aside. */
static void
assert_left(const uint8_t *before, size_t before_len)
{
	uint8_t *after;
	size_t len;

	unlink(fake_bad);
	state_close(fake_open());
	assert_int_equal(fake.restored, 0);
	assert_non_null(strstr(fake_line, "is left as it is"));
	after = read_file(fake_path, &len);
	assert_int_equal(len, before_len);
	assert_memory_equal(after, before, len);
	free(after);
	assert_int_equal(access(fake_bad, F_OK), -1);
}

/* Damaged ---------------------------------------------------------------------------- */

static void
garbage(void **state)
{
	uint8_t bytes[5000], *aside;
	struct state *s;
	size_t i, len;

	(void)state;
	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 7 + i / 256);
	write_file(fake_path, bytes, sizeof(bytes));
	s = fake_open();
	assert_int_equal(fake_lines, 1);
	assert_non_null(strstr(fake_line, "put aside as"));
	assert_int_equal(state_save_round(s, NOW), 0);
	assert_int_equal(fake_lines, 1);
	state_close(s);
	aside = read_file(fake_bad, &len);
	assert_int_equal(len, sizeof(bytes));
	assert_memory_equal(aside, bytes, len);
	free(aside);
}

static size_t
size_of(const char *suffix)
{
	char path[sizeof(fake_path) + 16];
	size_t len;

	snprintf(path, sizeof(path), "%s%s", fake_path, suffix);
	free(read_file(path, &len));
	return len;
}

/* None takes the place of another one, until there are nine. */
static void
garbage_again_and_again(void **state)
{
	static const char bytes[] = "nothing that anybody would take for a database, "
				    "each time a byte more";
	size_t i;

	(void)state;
	for (i = 0; i < 12; i++) {
		write_file(fake_path, bytes, 40 + i);
		assert_usable();
		unlink(fake_path);
	}
	assert_int_equal(size_of(".bad"), 40);
	assert_int_equal(size_of(".bad.2"), 41);
	assert_int_equal(size_of(".bad.8"), 47);
	assert_int_equal(size_of(".bad.9"), 51);
}

/* What is beside a file that is put aside is not taken for the new one's. */
static void
garbage_with_a_log(void **state)
{
	char wal[sizeof(fake_path) + 8], bad[sizeof(fake_path) + 16];
	size_t len;

	(void)state;
	snprintf(wal, sizeof(wal), "%s-journal", fake_path);
	write_file(wal, "journal of old", 14);
	snprintf(wal, sizeof(wal), "%s-wal", fake_path);
	write_file(wal, "log of old", 10);
	write_file(fake_path, "not a database, and longer than some header of it", 49);
	assert_usable();
	free(read_file(fake_bad, &len));
	assert_int_equal(len, 49);
	snprintf(bad, sizeof(bad), "%s-journal", fake_bad);
	unlink(bad);
}

static void
empty_file(void **state)
{
	(void)state;
	write_file(fake_path, "", 0);
	assert_usable();
	assert_int_equal(access(fake_bad, F_OK), -1);
}

static void
truncated(void **state)
{
	uint8_t *bytes;
	size_t len, at;

	(void)state;
	fake_file(400);
	bytes = read_file(fake_path, &len);
	assert_true(len > 20000);
	for (at = 1; at < len; at += at < 4200 ? 379 : 4096 - 5) {
		unlink(fake_bad);
		write_file(fake_path, bytes, at);
		fake_restart();
		state_close(fake_open());
		assert_true(fake.restored == 0 || access(fake_bad, F_OK) == -1);
		fake_restart();
		assert_usable();
	}
	free(bytes);
}

/* In the header each byte, else some: never a crash, and always a file that serves
 * in the end, unless it looks like one of a newer version. */
static void
flipped(void **state)
{
	uint8_t *bytes;
	size_t len, at;

	(void)state;
	fake_file(100);
	bytes = read_file(fake_path, &len);
	for (at = 0; at < len; at += at < 220 ? 1 : 131) {
		bytes[at] ^= (uint8_t)(1 + at * 5 % 255);
		write_file(fake_path, bytes, len);
		fake_restart();
		if (at >= 60 && at < 64) /* user_version */
			assert_left(bytes, len);
		else
			assert_usable();
		bytes[at] ^= (uint8_t)(1 + at * 5 % 255);
	}
	free(bytes);
}

/* The log of a process that was killed, with damage. */
static void
flipped_log(void **state)
{
	char wal[sizeof(fake_path) + 8];
	uint8_t *bytes, *log;
	size_t len, log_len, at;
	struct state *s;

	(void)state;
	snprintf(wal, sizeof(wal), "%s-wal", fake_path);
	fake_file(50);
	s = fake_open();
	fake_restart();
	fake_hosts(100);
	assert_int_equal(state_save_round(s, NOW), 0);
	bytes = read_file(fake_path, &len);
	log = read_file(wal, &log_len);
	state_close(s);
	assert_true(log_len > 4096);
	for (at = 0; at < log_len; at += at < 60 ? 1 : 499) {
		log[at] ^= 0x55;
		write_file(fake_path, bytes, len);
		write_file(wal, log, log_len);
		log[at] ^= 0x55;
		fake_restart();
		assert_usable();
	}
	free(bytes);
	free(log);
}

/* Damage that comes while it is open is met sooner or later, at the next start at the
 * latest. */
static void
damaged_while_open(void **state)
{
	struct state *s;
	int64_t now = NOW;
	uint8_t zeros[4096] = {0};
	int fd, i;

	(void)state;
	fake_file(400);
	s = fake_open();
	assert_int_equal(fake.restored, 400);
	fd = open(fake_path, O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	for (i = 0; i < 8; i++)
		assert_int_equal(pwrite(fd, zeros, sizeof(zeros), i * 4096),
		                 sizeof(zeros));
	close(fd);
	for (i = 0; i < 5; i++) {
		memset(fake.unsaved, true, sizeof(fake.unsaved));
		state_save_round(s, now += AGAIN_MS);
	}
	state_stop(s);
	state_close(s);
	fake_restart();
	assert_usable();
}

/* Not ours --------------------------------------------------------------------------- */

static void
foreign_database(void **state)
{
	(void)state;
	fake_sql(fake_path, "CREATE TABLE hosts (a, b); INSERT INTO hosts "
	                    "VALUES (1, 2), (3, 4)");
	assert_usable();
	assert_int_equal(fake_sql(fake_bad, "SELECT count(*) FROM hosts"), 2);
}

/* With the very same table. */
static void
another_programs_file(void **state)
{
	(void)state;
	fake_file(4);
	fake_sql(fake_path, "PRAGMA application_id = 5");
	state_close(fake_open());
	assert_int_equal(fake.restored, 0);
	assert_int_equal(fake_sql(fake_bad, "SELECT count(*) FROM hosts"), 4);
}

/* Versions begin with 1. */
static void
no_version(void **state)
{
	(void)state;
	fake_file(4);
	fake_sql(fake_path, "PRAGMA user_version = 0");
	state_close(fake_open());
	assert_int_equal(fake.restored, 0);
	assert_int_equal(fake_sql(fake_bad, "SELECT count(*) FROM hosts"), 4);
	assert_int_equal(fake_rows(), 0);
	unlink(fake_bad);
	fake_sql(fake_path, "PRAGMA user_version = -1");
	assert_usable();
	assert_int_equal(fake_sql(fake_bad, "PRAGMA user_version"), -1);
}

static void
other_columns(void **state)
{
	(void)state;
	fake_file(4);
	fake_sql(fake_path, "ALTER TABLE hosts DROP COLUMN loss");
	assert_usable();
	assert_int_equal(fake_sql(fake_bad, "SELECT count(*) FROM hosts"), 4);
	fake_file(4);
	fake_sql(fake_path, "DROP TABLE hosts");
	assert_usable();
}

/* Other columns, while it is open. */
static void
altered_while_open(void **state)
{
	struct state *s;

	(void)state;
	fake_file(4);
	s = fake_open();
	fake_sql(fake_path, "DROP TABLE hosts");
	fake.unsaved[0] = true;
	assert_int_equal(state_save_round(s, NOW), -1);
	assert_int_equal(state_save_round(s, NOW + AGAIN_MS), 0);
	assert_int_equal(fake_rows(), 4);
	state_close(s);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fake_begin, fake_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(garbage),
	    TEST(garbage_again_and_again),
	    TEST(garbage_with_a_log),
	    TEST(empty_file),
	    TEST(truncated),
	    TEST(flipped),
	    TEST(flipped_log),
	    TEST(damaged_while_open),
	    TEST(foreign_database),
	    TEST(another_programs_file),
	    TEST(no_version),
	    TEST(other_columns),
	    TEST(altered_while_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

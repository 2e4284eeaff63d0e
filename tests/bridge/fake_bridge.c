#include "tests/bridge/fake_bridge.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "gmetad-bridge/counters.h"
#include "gmetad-bridge/ingest/ingest.h"
#include "gmetad-bridge/log.h"
#include "tests/sflow/unit.h"

char fake_line[1024];
unsigned fake_lines;
atomic_llong fake_now;
bool fake_locked;
char fake_path[256];
char fake_bad[sizeof(fake_path) + 8];

static char folder[64];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void
ingest_lock(void)
{
	pthread_mutex_lock(&lock);
	fake_locked = true;
}

void
ingest_unlock(void)
{
	fake_locked = false;
	pthread_mutex_unlock(&lock);
}

int64_t
clock_ms(void)
{
	return atomic_load(&fake_now);
}

static void __attribute__((format(printf, 1, 0))) tell(const char *format, va_list args)
{
	vsnprintf(fake_line, sizeof(fake_line), format, args);
	fake_lines++;
}

void
log_line(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	tell(format, args);
	va_end(args);
}

bool
log_limited(struct log_limit *limit, int64_t now, const char *format, ...)
{
	va_list args;

	(void)now;
	limit->lines++;
	va_start(args, format);
	tell(format, args);
	va_end(args);
	return true;
}

static void
remove_files(void)
{
	static const char *const suffixes[] = {
	    "", "-wal", "-shm", "-journal", ".bad", ".bad-wal", ".bad-shm"};
	char path[sizeof(fake_path) + 16];
	size_t i;

	for (i = 0; i < COUNT_OF(suffixes); i++) {
		snprintf(path, sizeof(path), "%s%s", fake_path, suffixes[i]);
		unlink(path);
	}
	for (i = 2; i <= 9; i++) {
		snprintf(path, sizeof(path), "%s.%zu", fake_bad, i);
		unlink(path);
	}
}

int
fake_folder(void)
{
	memset(&counters, 0, sizeof(counters));
	fake_lines = 0;
	strcpy(folder, "/tmp/test_state.XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(fake_path, sizeof(fake_path), "%s/bridge.db", folder);
	snprintf(fake_bad, sizeof(fake_bad), "%s.bad", fake_path);
	return 0;
}

int
fake_folder_remove(void)
{
	remove_files();
	return rmdir(folder);
}

long long
fake_sql(const char *path, const char *sql)
{
	sqlite3_stmt *statement = NULL;
	const char *next = sql;
	sqlite3 *handle = NULL;
	long long number = 0;

	assert_int_equal(sqlite3_open(path, &handle), SQLITE_OK);
	while (*next != '\0') {
		assert_int_equal(
		    sqlite3_prepare_v2(handle, next, -1, &statement, &next), SQLITE_OK);
		while (sqlite3_step(statement) == SQLITE_ROW)
			number = sqlite3_column_int64(statement, 0);
		assert_int_equal(sqlite3_finalize(statement), SQLITE_OK);
	}
	sqlite3_close(handle);
	return number;
}

#include "gmetad-bridge/state/database.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gmetad-bridge/state/database_internal.h"
#include "sflow/wire/cursor.h"

#define BUSY_MS 250
#define FILE_MODE 0640
#define ASIDE_MOST 9 /* files that are put aside */

/* The header of each file (SQLite's "Database File Format", 1.3): offsets and sizes. */
#define HEADER_MAGIC "SQLite format 3"
#define HEADER_VERSION 60 /* where user_version begins */
#define HEADER_BETWEEN 4  /* bytes between that and application_id */
#define HEADER_READ 72    /* where application_id ends */

/* Opening -------------------------------------------------------------------------- */

/* Runs a statement that gives one value, such as a pragma. Returns SQLite's code. The
 * caller finalizes *answer. */
static int
ask(sqlite3 *handle, const char *sql, sqlite3_stmt **answer)
{
	int code = sqlite3_prepare_v2(handle, sql, -1, answer, NULL);

	if (code == SQLITE_OK)
		code = sqlite3_step(*answer);
	return code == SQLITE_ROW ? SQLITE_OK : code;
}

static int
ask_number(sqlite3 *handle, const char *sql, int64_t *number)
{
	sqlite3_stmt *answer = NULL;
	int code = ask(handle, sql, &answer);

	if (code == SQLITE_OK)
		*number = sqlite3_column_int64(answer, 0);
	sqlite3_finalize(answer);
	return code;
}

/* Sets *same to whether the answer is this word. */
static int
ask_word(sqlite3 *handle, const char *sql, const char *word, bool *same)
{
	sqlite3_stmt *answer = NULL;
	int code = ask(handle, sql, &answer);
	const char *text = NULL;

	if (code == SQLITE_OK)
		text = (const char *)sqlite3_column_text(answer, 0);
	*same = text != NULL && strcmp(text, word) == 0;
	sqlite3_finalize(answer);
	return code;
}

static enum database_fault
fault_of(int code)
{
	switch (code & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_FULL:
	case SQLITE_NOMEM:
		return DATABASE_WAIT;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return DATABASE_DAMAGED;
	default:
		return DATABASE_REOPEN;
	}
}

/* Where opening a file puts what it has found. */
struct finding {
	enum database_fault *fault;
	char *text;
};

static int __attribute__((format(printf, 3, 4)))
found(struct finding *finding, enum database_fault fault, const char *format, ...)
{
	va_list args;

	*finding->fault = fault;
	va_start(args, format);
	vsnprintf(finding->text, DATABASE_FAULT, format, args);
	va_end(args);
	return -1;
}

static int
found_code(struct finding *finding, sqlite3 *handle, int code)
{
	enum database_fault fault = fault_of(code);

	/* A statement that fails does so because of the file's schema. */
	if (code == SQLITE_ERROR || code == SQLITE_TOOBIG)
		fault = DATABASE_DAMAGED;
	return found(finding, fault, "%s",
	             handle != NULL ? sqlite3_errmsg(handle) : sqlite3_errstr(code));
}

/* Makes the file where it isn't there. SQLite itself would make it readable for all. */
static int
make_file(const char *path, struct finding *finding)
{
	struct stat status;
	int fd;

	if (stat(path, &status) == 0 && !S_ISREG(status.st_mode))
		return found(finding, DATABASE_REOPEN, "it is no file");
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);
	if (fd >= 0)
		close(fd);
	else if (errno != EEXIST)
		return found(finding, DATABASE_REOPEN, "%s", strerror(errno));
	return 0;
}

/* Sets options so that a hostile file can't run code by its schema or crash SQLite. */
static int
distrust(sqlite3 *handle)
{
	sqlite3_busy_timeout(handle, BUSY_MS);
	sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	return sqlite3_exec(handle,
	                    "PRAGMA trusted_schema = OFF;"
	                    "PRAGMA cell_size_check = ON",
	                    NULL, NULL, NULL);
}

static int
found_newer(struct finding *finding, int64_t version,
            const struct database_migrations *migrations)
{
	return found(finding, DATABASE_NEWER,
	             "it is of version %lld, and this gmetad-bridge knows none "
	             "above %d",
	             (long long)version, migrations->count);
}

/* Looks at the first bytes of the file for a newer version. They are read with SQLite's
 * own call, but without its locks: any other way of reading a file with a write-ahead
 * log makes files beside it, and may write to it. */
static int
check_header(sqlite3 *handle, const struct database_migrations *migrations,
             struct finding *finding)
{
	uint8_t bytes[HEADER_READ];
	struct cursor header = cursor_of(bytes, sizeof(bytes));
	sqlite3_file *file = NULL;
	int32_t version;

	sqlite3_file_control(handle, "main", SQLITE_FCNTL_FILE_POINTER, &file);
	if (file == NULL || file->pMethods == NULL ||
	    file->pMethods->xRead(file, bytes, sizeof(bytes), 0) != SQLITE_OK ||
	    memcmp(bytes, HEADER_MAGIC, sizeof(HEADER_MAGIC)) != 0)
		return 0; /* it is new or damaged, which is found out later */
	cursor_take(&header, HEADER_VERSION);
	version = (int32_t)cursor_u32(&header);
	cursor_take(&header, HEADER_BETWEEN);
	if (cursor_u32(&header) != DATABASE_APPLICATION || version <= migrations->count)
		return 0;
	return found_newer(finding, version, migrations);
}

/* Finds out whether the file is this program's, and of which version; 0: it is empty.
 * The version may be only in the write-ahead log. The log of a newer version stays,
 * too. */
static int
check_identity(sqlite3 *handle, const struct database_migrations *migrations,
               int64_t *version, struct finding *finding)
{
	int64_t application = 0, things = 0;
	int code = ask_number(handle, "PRAGMA user_version", version);

	if (code == SQLITE_OK)
		code = ask_number(handle, "PRAGMA application_id", &application);
	if (code == SQLITE_OK && *version == 0 && application == 0)
		code =
		    ask_number(handle, "SELECT count(*) FROM sqlite_master", &things);
	if (code != SQLITE_OK)
		return found_code(finding, handle, code);
	if (*version == 0 && application == 0 && things == 0)
		return 0;
	if (application != DATABASE_APPLICATION)
		return found(finding, DATABASE_DAMAGED, "it is another program's");
	if (*version < 1)
		return found(finding, DATABASE_DAMAGED,
		             "there is no version %lld of it", (long long)*version);
	if (*version <= migrations->count)
		return 0;
	sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	return found_newer(finding, *version, migrations);
}

/* Checks the whole file with integrity_check. quick_check does not look at the order of
 * keys, and takes as long (a twentieth of a second for 100,000 hosts). */
static int
check_pages(sqlite3 *handle, const char *path, struct finding *finding)
{
	bool fine;
	int code = ask_word(handle, "PRAGMA integrity_check(1)", "ok", &fine);

	if (code != SQLITE_OK)
		return found_code(finding, handle, code);
	if (!fine)
		return found(finding, DATABASE_DAMAGED, "its check failed");
	if (!sqlite3_db_readonly(handle, "main"))
		return 0;
	/* SQLite only reads a file of a format that it does not know. */
	return found(finding,
	             access(path, W_OK) == 0 ? DATABASE_DAMAGED : DATABASE_REOPEN,
	             "it can't be written");
}

/* Sets a write-ahead log. Where that is impossible (on some network file systems), each
 * transaction waits for the disk instead. */
static int
set_journal(sqlite3 *handle)
{
	bool wal;
	int code = ask_word(handle, "PRAGMA journal_mode = WAL", "wal", &wal);

	if (code != SQLITE_OK)
		return code;
	return sqlite3_exec(handle,
	                    wal ? "PRAGMA synchronous = NORMAL;"
	                          "PRAGMA journal_size_limit = 4194304"
	                        : "PRAGMA synchronous = FULL",
	                    NULL, NULL, NULL);
}

static int
migrate_once(sqlite3 *handle, const char *sql, int64_t to)
{
	char mark[64];
	int code = sqlite3_exec(handle, sql, NULL, NULL, NULL);

	if (code != SQLITE_OK)
		return code;
	snprintf(mark, sizeof(mark), "PRAGMA user_version = %lld", (long long)to);
	return sqlite3_exec(handle, mark, NULL, NULL, NULL);
}

/* Brings the file up to date in one transaction. The version is read again, because
 * another bridge may have done so meanwhile. On a fault the transaction stays open;
 * closing the file rolls it back. */
static int
migrate_all(sqlite3 *handle, const struct database_migrations *migrations)
{
	int64_t version = 0;
	int code = sqlite3_exec(handle, "BEGIN IMMEDIATE", NULL, NULL, NULL);

	if (code == SQLITE_OK)
		code = ask_number(handle, "PRAGMA user_version", &version);
	for (; code == SQLITE_OK && version < migrations->count; version++)
		code = migrate_once(handle, migrations->sql[version], version + 1);
	if (code == SQLITE_OK)
		code = sqlite3_exec(handle, "COMMIT", NULL, NULL, NULL);
	return code;
}

/* Brings the file from `version` to the program's. Where that fails the file is as it
 * was, so a fault of the statements is not taken for a damaged file. */
static int
migrate(sqlite3 *handle, const struct database_migrations *migrations, int64_t version,
        struct finding *finding)
{
	int code;

	if (version == migrations->count)
		return 0;
	code = migrate_all(handle, migrations);
	if (code == SQLITE_OK)
		return 0;
	if (version == 0)
		return found(finding, fault_of(code), "it can't be made: %s",
		             sqlite3_errmsg(handle));
	return found(finding, fault_of(code),
	             "it can't be brought from version %lld to %d: %s",
	             (long long)version, migrations->count, sqlite3_errmsg(handle));
}

static int
open_and_check(struct database *db, const char *path,
               const struct database_migrations *migrations, struct finding *finding)
{
	int64_t version = 0;
	int code;

	if (make_file(path, finding) != 0)
		return -1;
	code = sqlite3_open_v2(path, &db->handle, SQLITE_OPEN_READWRITE, NULL);
	if (code != SQLITE_OK)
		return found_code(finding, db->handle, code);
	if (check_header(db->handle, migrations, finding) != 0)
		return -1;
	code = distrust(db->handle);
	if (code != SQLITE_OK)
		return found_code(finding, db->handle, code);
	if (check_identity(db->handle, migrations, &version, finding) != 0 ||
	    check_pages(db->handle, path, finding) != 0)
		return -1;
	code = set_journal(db->handle);
	if (code != SQLITE_OK)
		return found_code(finding, db->handle, code);
	if (migrate(db->handle, migrations, version, finding) != 0)
		return -1;
	code = database_prepare(db);
	if (code == SQLITE_OK)
		code = database_prepare_names(db);
	return code == SQLITE_OK ? 0 : found_code(finding, db->handle, code);
}

struct database *
database_open(const char *path, const struct database_migrations *migrations,
              enum database_fault *fault, char text[DATABASE_FAULT])
{
	struct finding finding = {fault, text};
	struct database *db = calloc(1, sizeof(*db));

	if (db == NULL) {
		found(&finding, DATABASE_REOPEN, "%s", strerror(ENOMEM));
		return NULL;
	}
	if (open_and_check(db, path, migrations, &finding) == 0)
		return db;
	database_close(db);
	return NULL;
}

void
database_close(struct database *db)
{
	if (db == NULL)
		return;
	database_finalize(db);
	sqlite3_close(db->handle);
	free(db);
}

/* Writes the name under which the file is put aside: PATH.bad, or, where there is one
 * already, PATH.bad.2 and so on. The last one makes way: somebody has to look at the first
 * ones, and a disk that damages files all the time is not to be filled. Returns 0, or -1
 * with errno. */
static int
choose_aside(const char *path, char aside[DATABASE_PATH])
{
	int number = 1, len = snprintf(aside, DATABASE_PATH, "%s.bad", path);

	while (len < DATABASE_PATH && access(aside, F_OK) == 0 && number < ASIDE_MOST)
		len = snprintf(aside, DATABASE_PATH, "%s.bad.%d", path, ++number);
	if (len < DATABASE_PATH)
		return 0;
	errno = ENAMETOOLONG;
	return -1;
}

/* Renames PATH with this suffix to the other name with it. Where there is no such file, an
 * old one of the new name is removed. */
static int
move(const char *path, const char *aside, const char *suffix)
{
	char from[DATABASE_PATH], to[DATABASE_PATH];

	if (snprintf(from, sizeof(from), "%s%s", path, suffix) >= DATABASE_PATH ||
	    snprintf(to, sizeof(to), "%s%s", aside, suffix) >= DATABASE_PATH) {
		errno = ENAMETOOLONG;
		return -1;
	}
	if (rename(from, to) == 0)
		return 0;
	return errno == ENOENT && (unlink(to) == 0 || errno == ENOENT) ? 0 : -1;
}

int
database_put_aside(const char *path, char aside[DATABASE_PATH])
{
	if (choose_aside(path, aside) != 0)
		return -1;
	/* The file itself goes last, so that the other files never stand beside a new
	 * file of its name. */
	if (move(path, aside, "-journal") != 0 || move(path, aside, "-wal") != 0 ||
	    move(path, aside, "-shm") != 0)
		return -1;
	return move(path, aside, "");
}

/* Transactions --------------------------------------------------------------------- */

static int
run(struct database *db, const char *sql)
{
	return sqlite3_exec(db->handle, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : -1;
}

int
database_begin(struct database *db)
{
	return run(db, "BEGIN IMMEDIATE");
}

int
database_clear(struct database *db)
{
	return run(db, "DELETE FROM hosts");
}

int
database_commit(struct database *db)
{
	return run(db, "COMMIT");
}

/* After some faults SQLite has rolled back already. */
void
database_rollback(struct database *db)
{
	if (!sqlite3_get_autocommit(db->handle))
		run(db, "ROLLBACK");
}

void
database_checkpoint(struct database *db)
{
	sqlite3_wal_checkpoint_v2(db->handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL,
	                          NULL);
}

enum database_fault
database_fault(struct database *db, char text[DATABASE_FAULT])
{
	snprintf(text, DATABASE_FAULT, "%s", sqlite3_errmsg(db->handle));
	return fault_of(sqlite3_errcode(db->handle));
}

bool
database_moved(struct database *db)
{
	int moved = 0;

	sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
	return moved != 0;
}

/* database.h - the file in which hosts are kept over a restart: SQLite, a table with a
 * row for each host, and one of names that hosts have, or had. It does not log, and has no
 * clock and no thread; state.c has those.
 *
 * The file has a write-ahead log and synchronous = NORMAL. So committed transactions
 * outlive the process, however it ends. A power cut may lose the last minutes, but
 * never a part of a transaction.
 */
#ifndef BRIDGE_DATABASE_H
#define BRIDGE_DATABASE_H

#include <stdbool.h>
#include <stddef.h>

#include "sflow/collector/collector.h"

struct database;

#define DATABASE_FAULT 256

/* What to do about a fault. */
enum database_fault {
	DATABASE_WAIT,    /* locked, or a full disk: try again, without closing it */
	DATABASE_REOPEN,  /* close it; open it again later */
	DATABASE_DAMAGED, /* or another program's: put it aside, and make a new one */
	DATABASE_NEWER    /* of a newer version of this program: leave it as it is */
};

/* The statements in sql[N] bring a file from version N to N + 1. Version 0 is an empty
 * file, so a new file is made by the same statements that bring an old one up to
 * date. */
struct database_migrations {
	const char *const *sql;
	int count; /* also the version that the program reads and writes */
};

extern const struct database_migrations database_migrations; /* the bridge's */

/* Opens the file, makes it where it isn't there, and checks all of it. A file of an
 * older version is brought up to date in one transaction, so where that fails the file
 * is as it was. A file of a newer version and its log are only read. Returns NULL on a
 * fault, and then *fault says what to do, and `text` what is wrong. `migrations` stays
 * the caller's, and is only used during the call. */
struct database *database_open(const char *path,
                               const struct database_migrations *migrations,
                               enum database_fault *fault, char text[DATABASE_FAULT]);
void database_close(struct database *db);

#define DATABASE_PATH 4096 /* bytes of a path */

/* Renames the file, which must not be open, and the files that SQLite has beside it, to
 * PATH.bad, or to PATH.bad.2 ... PATH.bad.9 where there is such a file already; the last one
 * is replaced. The name is in `aside`. Returns 0, or -1 with errno. */
int database_put_aside(const char *path, char aside[DATABASE_PATH]);

/* Reads the next host: first agents, then machines; of each, those heard last come
 * first. Returns 1; 0 when there are no more; -1 on a fault. Rows with values that the
 * program does not write are left out, and counted in *senseless. */
int database_next(struct database *db, struct collector_saved *saved,
                  size_t *senseless);

/* A name that hosts of a cluster have by themselves, and by which they are shown; or, if it
 * is a former one, what it is called now; "": it was removed. */
struct database_name {
	char cluster[TEXT_SIZE];
	bool former;
	char name[TEXT_SIZE];
	char shown[TEXT_SIZE];
};

/* Reads the next name, in the order of their numbers. Returns as database_next() does. */
int database_next_name(struct database *db, struct database_name *name,
                       size_t *senseless);

/* A transaction. Each function returns 0, or -1 on a fault, after which the caller
 * rolls back. */
int database_begin(struct database *db);
int database_clear(struct database *db); /* removes all hosts */
int database_put(struct database *db, const struct collector_saved *saved);
int database_remove(struct database *db, const struct collector_saved *saved);
int database_clear_names(struct database *db, const char *cluster);
int database_put_name(struct database *db, const struct database_name *name,
                      int64_t number);
int database_commit(struct database *db);
void database_rollback(struct database *db);

/* Writes the write-ahead log into the file and onto the disk, unless another process
 * reads it. */
void database_checkpoint(struct database *db);

/* Tells the last fault. */
enum database_fault database_fault(struct database *db, char text[DATABASE_FAULT]);

/* Whether the file has been removed or renamed while it is open. */
bool database_moved(struct database *db);

#endif

/* database.h - the file in which hosts are kept over a restart: SQLite, one table,
 * a row for each host. No log, no clock, no thread; state.c has those.
 *
 * The file has a write-ahead log and synchronous = NORMAL. So what is committed
 * outlives the process, however it ends; a power cut may take the last minutes,
 * but leaves no half of a transaction.
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
	DATABASE_WAIT,    /* locked, or a full disk: try again with the same */
	DATABASE_REOPEN,  /* close it; open it again later */
	DATABASE_DAMAGED, /* or not ours: put it aside, and begin anew */
	DATABASE_NEWER    /* a newer program has made it: leave it as it is */
};

/* How a file comes from one version to the next: the statements in sql[N] bring it from
 * version N to N + 1. Version 0 is a file with nothing in it, so a new file is made by
 * the same statements that bring an old one up to date. */
struct database_migrations {
	const char *const *sql;
	int count; /* also the version that the program reads and writes */
};

extern const struct database_migrations database_migrations; /* the bridge's */

/* Opens the file, makes it where it isn't there, and checks all of it. A file of an
 * older version is brought up to date in one transaction: where that fails, whenever
 * it fails, the file is as it was. A file of a newer version is only looked at: it
 * and its log stay as they are, byte by byte. NULL on a fault, and then `text` says
 * which one. `migrations` is the caller's, and used until it returns. */
struct database *database_open(const char *path,
                               const struct database_migrations *migrations,
                               enum database_fault *fault,
                               char text[DATABASE_FAULT]);
void database_close(struct database *db);

/* Renames the file, which nobody has open, and what SQLite has beside it, to
 * PATH.bad. Returns 0, or -1 with errno. */
int database_put_aside(const char *path);

/* Reads the next host: machines after agents, those heard last come first. Returns
 * 1; 0 when there are no more, -1 on a fault. Rows that make no sense are left
 * out, and counted in `*senseless`. */
int database_next(struct database *db, struct collector_saved *saved,
                  size_t *senseless);

/* A transaction. Each returns 0, or -1 on a fault; then roll back. */
int database_begin(struct database *db);
int database_clear(struct database *db); /* removes all hosts */
int database_put(struct database *db, const struct collector_saved *saved);
int database_remove(struct database *db, const struct collector_saved *saved);
int database_commit(struct database *db);
void database_rollback(struct database *db);

/* All of the write-ahead log into the file, and onto the disk, where nobody else
 * reads it. */
void database_checkpoint(struct database *db);

/* The last fault. */
enum database_fault database_fault(struct database *db,
                                   char text[DATABASE_FAULT]);

/* Whether somebody has removed or renamed the file under us. */
bool database_moved(struct database *db);

#endif

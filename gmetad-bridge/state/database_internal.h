/* database_internal.h - between database.c, which opens, checks and closes the file,
 * database_migrations.c, which makes its table, and database_rows.c, which reads and
 * writes it.
 */
#ifndef BRIDGE_DATABASE_INTERNAL_H
#define BRIDGE_DATABASE_INTERNAL_H

#include <sqlite3.h>

#include "gmetad-bridge/state/database.h"

/* Which program's file it is. */
#define DATABASE_APPLICATION 0x73466c6f /* "sFlo" */

struct database {
	sqlite3 *handle;
	sqlite3_stmt *put, *remove, *read;
};

/* Returns SQLite's code. */
int database_prepare(struct database *db);

#endif

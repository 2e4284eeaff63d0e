/* database_internal.h - between database.c, which opens, checks and closes the file,
 * and database_rows.c, which knows what is in it.
 */
#ifndef BRIDGE_DATABASE_INTERNAL_H
#define BRIDGE_DATABASE_INTERNAL_H

#include <sqlite3.h>

#include "gmetad-bridge/state/database.h"

/* Which program's file it is, and which version of the schema. */
#define DATABASE_APPLICATION 0x73466c6f /* "sFlo" */
#define DATABASE_VERSION 1

struct database {
	sqlite3 *handle;
	sqlite3_stmt *put, *remove, *read;
};

/* Both return SQLite's codes. */
int database_create_table(struct database *db);
int database_prepare(struct database *db);

#endif

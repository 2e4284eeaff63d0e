/* database_internal.h - what these files share: database.c, which opens, checks and
 * closes the file, database_migrations.c, which makes its tables, and database_rows.c and
 * database_names.c, which read and write the rows.
 */
#ifndef BRIDGE_DATABASE_INTERNAL_H
#define BRIDGE_DATABASE_INTERNAL_H

#include <sqlite3.h>

#include "gmetad-bridge/state/database.h"

/* SQLite's application_id in the file: the file is this program's. */
#define DATABASE_APPLICATION 0x73466c6f /* "sFlo" */

struct database {
	sqlite3 *handle;
	sqlite3_stmt *put, *remove, *read;
	sqlite3_stmt *put_name, *remove_names, *read_name;
};

/* Prepares the statements. Returns SQLite's code. */
int database_prepare(struct database *db);
int database_prepare_names(struct database *db);

/* database_statements.c: ends all statements that were prepared. */
void database_finalize(struct database *db);

/* Executes a statement, and resets it for the next row. Returns 0, or -1 on a fault. */
int database_step(sqlite3_stmt *statement);

/* Reads the next row that `get` can make sense of; others are counted in *senseless. Returns
 * 1; 0 after the last row, and the statement is reset then; or -1 on a fault. */
int database_next_row(sqlite3_stmt *read, bool (*get)(sqlite3_stmt *row, void *to),
                      void *to, size_t *senseless);

#endif

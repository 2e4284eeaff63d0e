/* What reads and writes of all rows have in common. */
#include "gmetad-bridge/state/database_internal.h"

void
database_finalize(struct database *db)
{
	sqlite3_finalize(db->put);
	sqlite3_finalize(db->remove);
	sqlite3_finalize(db->read);
	sqlite3_finalize(db->put_name);
	sqlite3_finalize(db->remove_names);
	sqlite3_finalize(db->read_name);
}

int
database_step(sqlite3_stmt *statement)
{
	int code = sqlite3_step(statement);

	sqlite3_reset(statement);
	sqlite3_clear_bindings(statement);
	return code == SQLITE_DONE ? 0 : -1;
}

int
database_next_row(sqlite3_stmt *read, bool (*get)(sqlite3_stmt *row, void *to),
                  void *to, size_t *senseless)
{
	int code;

	while ((code = sqlite3_step(read)) == SQLITE_ROW) {
		if (get(read, to))
			return 1;
		(*senseless)++;
	}
	sqlite3_reset(read);
	return code == SQLITE_DONE ? 0 : -1;
}

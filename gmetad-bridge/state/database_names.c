#include <string.h>

#include "gmetad-bridge/state/database_internal.h"

/* The columns of the table of names, in the order of struct database_name. */
enum { CLUSTER, FORMER, NAME, SHOWN };

int
database_prepare_names(struct database *db)
{
	static const char put[] = "INSERT OR REPLACE INTO names (number, cluster, "
				  "former, name, shown) VALUES (?1, ?2, ?3, ?4, ?5)";
	static const char delete[] = "DELETE FROM names WHERE cluster = ?1";
	static const char read[] =
	    "SELECT cluster, former, name, shown FROM names ORDER BY number";
	const struct {
		const char *sql;
		sqlite3_stmt **statement;
	} all[] = {
	    {put, &db->put_name}, {delete, &db->remove_names}, {read, &db->read_name}};
	int code = SQLITE_OK;
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]) && code == SQLITE_OK; i++)
		code = sqlite3_prepare_v3(db->handle, all[i].sql, -1,
		                          SQLITE_PREPARE_PERSISTENT, all[i].statement,
		                          NULL);
	return code;
}

/* Reads a text that was written as it is: a name that text_name() would change is none. */
static bool
get_text(sqlite3_stmt *row, int column, char text[TEXT_SIZE])
{
	const void *bytes;
	size_t len;

	if (sqlite3_column_type(row, column) != SQLITE_TEXT)
		return false;
	bytes = sqlite3_column_text(row, column);
	len = (size_t)sqlite3_column_bytes(row, column);
	if (bytes == NULL || len >= TEXT_SIZE || memchr(bytes, '\0', len) != NULL)
		return false;
	memcpy(text, bytes, len);
	text[len] = '\0';
	return true;
}

static bool
is_name(const char *text)
{
	char harmless[TEXT_SIZE];

	text_name((const uint8_t *)text, strlen(text), harmless);
	return text[0] != '\0' && strcmp(text, harmless) == 0;
}

static bool
get_name(sqlite3_stmt *row, void *to)
{
	struct database_name *name = to;
	int64_t former = sqlite3_column_int64(row, FORMER);

	name->former = former == 1;
	return sqlite3_column_type(row, FORMER) == SQLITE_INTEGER &&
	       (former == 0 || former == 1) && get_text(row, CLUSTER, name->cluster) &&
	       get_text(row, NAME, name->name) && is_name(name->name) &&
	       get_text(row, SHOWN, name->shown) &&
	       (is_name(name->shown) || (name->former && name->shown[0] == '\0'));
}

int
database_next_name(struct database *db, struct database_name *name, size_t *senseless)
{
	return database_next_row(db->read_name, get_name, name, senseless);
}

int
database_clear_names(struct database *db, const char *cluster)
{
	sqlite3_bind_text(db->remove_names, 1, cluster, -1, SQLITE_STATIC);
	return database_step(db->remove_names);
}

int
database_put_name(struct database *db, const struct database_name *name, int64_t number)
{
	sqlite3_bind_int64(db->put_name, 1, number);
	sqlite3_bind_text(db->put_name, 2 + CLUSTER, name->cluster, -1, SQLITE_STATIC);
	sqlite3_bind_int(db->put_name, 2 + FORMER, name->former);
	sqlite3_bind_text(db->put_name, 2 + NAME, name->name, -1, SQLITE_STATIC);
	sqlite3_bind_text(db->put_name, 2 + SHOWN, name->shown, -1, SQLITE_STATIC);
	return database_step(db->put_name);
}

#include <stdint.h>
#include <string.h>

#include "gmetad-bridge/state/database_internal.h"
#include "sflow/text.h"

#define LAST_MS INT64_C(253402300799000) /* the end of the year 9999 */

/* The columns of the table that database_migrations.c makes. */
#define KEY "agent, machine, sub_agent, source_class, source_index"
#define OTHERS \
	"uuid, name, shown, first, heard, started, interval, jitter, " \
	"loss, down"

/* Numbers of the columns, in the order of KEY and OTHERS. */
/* clang-format off */
enum {
	AGENT, MACHINE, SUB_AGENT, SOURCE_CLASS, SOURCE_INDEX, KEY_COUNT,
	UUID = KEY_COUNT, NAME, SHOWN, FIRST, HEARD, STARTED, INTERVAL, JITTER,
	LOSS, DOWN
};
/* clang-format on */

int
database_prepare(struct database *db)
{
	static const char put[] =
	    "INSERT OR REPLACE INTO hosts (" KEY ", " OTHERS ") VALUES "
	    "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)";
	static const char delete[] =
	    "DELETE FROM hosts WHERE (" KEY ") = (?1, ?2, ?3, ?4, ?5)";
	static const char read[] = "SELECT " KEY ", " OTHERS " FROM hosts "
				   "ORDER BY machine, heard DESC";
	const struct {
		const char *sql;
		sqlite3_stmt **statement;
	} all[] = {{put, &db->put}, {delete, &db->remove}, {read, &db->read}};
	int code = SQLITE_OK;
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]) && code == SQLITE_OK; i++)
		code = sqlite3_prepare_v3(db->handle, all[i].sql, -1,
		                          SQLITE_PREPARE_PERSISTENT, all[i].statement,
		                          NULL);
	return code;
}

/* Reading -------------------------------------------------------------------------- */

static bool
get_number(sqlite3_stmt *row, int column, int64_t most, int64_t *number)
{
	if (sqlite3_column_type(row, column) != SQLITE_INTEGER)
		return false;
	*number = sqlite3_column_int64(row, column);
	return *number >= 0 && *number <= most;
}

static bool
get_u32(sqlite3_stmt *row, int column, uint32_t *number)
{
	int64_t n;

	if (!get_number(row, column, UINT32_MAX, &n))
		return false;
	*number = (uint32_t)n;
	return true;
}

static bool
get_flag(sqlite3_stmt *row, int column, bool *flag)
{
	int64_t n;

	if (!get_number(row, column, 1, &n))
		return false;
	*flag = n == 1;
	return true;
}

static bool
get_name(sqlite3_stmt *row, int column, char name[TEXT_SIZE])
{
	const uint8_t *bytes;
	size_t len;

	if (sqlite3_column_type(row, column) != SQLITE_TEXT)
		return false;
	bytes = sqlite3_column_text(row, column);
	len = (size_t)sqlite3_column_bytes(row, column);
	if (bytes == NULL || len >= TEXT_SIZE)
		return false;
	text_name(bytes, len, name);
	return true;
}

static bool
get_address(sqlite3_stmt *row, int column, struct address *address)
{
	const void *bytes;
	size_t len;

	if (sqlite3_column_type(row, column) != SQLITE_BLOB)
		return false;
	bytes = sqlite3_column_blob(row, column);
	len = (size_t)sqlite3_column_bytes(row, column);
	if (bytes == NULL || (len != 4 && len != 16))
		return false;
	memset(address, 0, sizeof(*address));
	address->type = len == 4 ? ADDRESS_IPV4 : ADDRESS_IPV6;
	memcpy(address->bytes, bytes, len);
	return true;
}

static bool
get_uuid(sqlite3_stmt *row, int column, uint8_t uuid[16])
{
	const void *bytes;

	if (sqlite3_column_type(row, column) != SQLITE_BLOB)
		return false;
	bytes = sqlite3_column_blob(row, column);
	if (bytes == NULL || sqlite3_column_bytes(row, column) != 16)
		return false;
	memcpy(uuid, bytes, 16);
	return true;
}

static bool
get_key(sqlite3_stmt *row, struct collector_saved *s)
{
	if (!get_address(row, AGENT, &s->agent) ||
	    !get_flag(row, MACHINE, &s->machine) ||
	    !get_u32(row, SUB_AGENT, &s->sub_agent) ||
	    !get_u32(row, SOURCE_CLASS, &s->source_class) ||
	    !get_u32(row, SOURCE_INDEX, &s->source_index))
		return false;
	if (s->machine)
		return get_uuid(row, UUID, s->uuid);
	return s->sub_agent == 0 && s->source_class == 0 && s->source_index == 0;
}

static bool
get_loss(sqlite3_stmt *row, double *loss)
{
	if (sqlite3_column_type(row, LOSS) != SQLITE_FLOAT)
		return false;
	*loss = sqlite3_column_double(row, LOSS);
	return *loss >= 0 && *loss <= 1;
}

/* Reads a row. Returns false when it has values that the program does not write. */
static bool
get_host(sqlite3_stmt *row, void *to)
{
	struct collector_saved *s = to;

	memset(s, 0, sizeof(*s));
	return get_key(row, s) && get_name(row, NAME, s->name) &&
	       get_name(row, SHOWN, s->shown) && s->shown[0] != '\0' &&
	       get_number(row, FIRST, LAST_MS, &s->first_ms) &&
	       get_number(row, HEARD, LAST_MS, &s->heard_ms) &&
	       s->first_ms <= s->heard_ms && get_u32(row, STARTED, &s->started_s) &&
	       get_u32(row, INTERVAL, &s->interval_ms) &&
	       get_u32(row, JITTER, &s->jitter_ms) && get_loss(row, &s->loss) &&
	       get_flag(row, DOWN, &s->down);
}

int
database_next(struct database *db, struct collector_saved *saved, size_t *senseless)
{
	return database_next_row(db->read, get_host, saved, senseless);
}

/* Writing -------------------------------------------------------------------------- */

static void
bind_key(sqlite3_stmt *to, const struct collector_saved *s)
{
	int len = s->agent.type == ADDRESS_IPV4 ? 4 : 16;

	sqlite3_bind_blob(to, AGENT + 1, s->agent.bytes, len, SQLITE_STATIC);
	sqlite3_bind_int(to, MACHINE + 1, s->machine);
	sqlite3_bind_int64(to, SUB_AGENT + 1, s->machine ? s->sub_agent : 0);
	sqlite3_bind_int64(to, SOURCE_CLASS + 1, s->machine ? s->source_class : 0);
	sqlite3_bind_int64(to, SOURCE_INDEX + 1, s->machine ? s->source_index : 0);
}

static void
bind_others(sqlite3_stmt *to, const struct collector_saved *s)
{
	if (s->machine)
		sqlite3_bind_blob(to, UUID + 1, s->uuid, 16, SQLITE_STATIC);
	else
		sqlite3_bind_null(to, UUID + 1);
	sqlite3_bind_text(to, NAME + 1, s->name, -1, SQLITE_STATIC);
	sqlite3_bind_text(to, SHOWN + 1, s->shown, -1, SQLITE_STATIC);
	sqlite3_bind_int64(to, FIRST + 1, s->first_ms);
	sqlite3_bind_int64(to, HEARD + 1, s->heard_ms);
	sqlite3_bind_int64(to, STARTED + 1, s->started_s);
	sqlite3_bind_int64(to, INTERVAL + 1, s->interval_ms);
	sqlite3_bind_int64(to, JITTER + 1, s->jitter_ms);
	sqlite3_bind_double(to, LOSS + 1, s->loss);
	sqlite3_bind_int(to, DOWN + 1, s->down);
}

int
database_put(struct database *db, const struct collector_saved *saved)
{
	bind_key(db->put, saved);
	bind_others(db->put, saved);
	return database_step(db->put);
}

int
database_remove(struct database *db, const struct collector_saved *saved)
{
	bind_key(db->remove, saved);
	return database_step(db->remove);
}

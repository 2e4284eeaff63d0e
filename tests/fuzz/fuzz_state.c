/* fuzz_state - a state.db with rows that the bridge did not write: by another hand, of a
 * disk that lies, of a version that nobody has.
 *
 * An input is a byte of options (run.h), and rows. A row is a byte, whose lowest bit says
 * of which table, and a value for each of its columns. A value is a byte: its upper three
 * bits say what it is, an enum value_kind, the others which one, or how long it is. The rows
 * are restored as state.c does. After that an agent whose address rows may have sends some
 * datagrams, time passes, and all is saved.
 */
#include "tests/fuzz/fuzz.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gmetad-bridge/state/database_internal.h"
#include "gmetad-bridge/state/state_names.h"
#include "tests/fuzz/rules.h"
#include "tests/fuzz/run.h"

#define HOST_COLUMNS 15
#define NAME_COLUMNS 5
#define ROWS_MOST 64
#define SAVED 8
#define HOUR_MS INT64_C(3600000)
#define DAYS_MS INT64_C(200000000)

const char fuzz_name[] = "state";

enum value_kind {
	VALUE_SENSIBLE, /* as the program writes it */
	VALUE_INTEGER,  /* an extreme one */
	VALUE_REAL,
	VALUE_TEXT, /* so many bytes that follow */
	VALUE_BLOB,
	VALUE_NULL,
	VALUE_LONG, /* a text of eight times as many letters */
	VALUE_ANY   /* an integer of eight bytes that follow */
};

struct input {
	const uint8_t *at, *end;
};

static uint8_t
next_byte(struct input *in)
{
	return in->at < in->end ? *in->at++ : 0;
}

/* The file -------------------------------------------------------------------------- */

static void
must(int code)
{
	if (code != SQLITE_OK && code != SQLITE_DONE)
		abort();
}

static void
open_file(struct database *db)
{
	int i;

	memset(db, 0, sizeof(*db));
	must(sqlite3_open(":memory:", &db->handle));
	for (i = 0; i < database_migrations.count; i++)
		must(sqlite3_exec(db->handle, database_migrations.sql[i], NULL, NULL,
		                  NULL));
	must(database_prepare(db));
	must(database_prepare_names(db));
}

static void
close_file(struct database *db)
{
	database_finalize(db);
	must(sqlite3_close(db->handle));
}

/* Rows ------------------------------------------------------------------------------ */

/* Of the columns of hosts: addresses of run.h's senders, and one more. */
static void
bind_sensible_host(sqlite3_stmt *to, int column, unsigned which, int64_t wall_ms)
{
	static const uint8_t agents[4][4] = {
	    {10, 80, 0, 1}, {10, 80, 0, 2}, {192, 0, 2, 1}, {10, 80, 0, 1}};
	static const uint8_t uuids[4][16] = {{0}, {1}, {2}, {1}};
	static const char *const names[] = {"node1", "node2", "", "Node1"};
	const int64_t numbers[] = {[1] = which & 1,
	                           [2] = which / 2 & 1,
	                           [3] = which / 4 & 3,
	                           [4] = which & 7,
	                           [8] = wall_ms - HOUR_MS * which,
	                           [9] = wall_ms - 1000 * (which & 7),
	                           [10] = wall_ms / 1000,
	                           [11] = 10000 * (which & 3),
	                           [12] = 100 * which,
	                           [14] = which & 1};

	if (column == 0)
		sqlite3_bind_blob(to, 1, agents[which & 3], 4, SQLITE_STATIC);
	else if (column == 5)
		sqlite3_bind_blob(to, 6, uuids[which & 3], 16, SQLITE_STATIC);
	else if (column == 6 || column == 7)
		sqlite3_bind_text(to, column + 1,
		                  names[column == 6 ? which & 3 : which & 1], -1,
		                  SQLITE_STATIC);
	else if (column == 13)
		sqlite3_bind_double(to, 14, which / 31.0);
	else
		sqlite3_bind_int64(to, column + 1, numbers[column]);
}

static void
bind_sensible_name(sqlite3_stmt *to, int column, unsigned which)
{
	static const char *const names[] = {"node1", "node2", "db1", "Node1"};

	if (column == 0 || column == 2)
		sqlite3_bind_int64(to, column + 1, column == 2 ? which & 1 : which);
	else
		sqlite3_bind_text(to, column + 1,
		                  column == 1 ? "web" : names[which & 3], -1,
		                  SQLITE_STATIC);
}

static void
bind_any(sqlite3_stmt *to, int at, enum value_kind kind, unsigned which,
         struct input *in)
{
	static const int64_t integers[] = {INT64_MIN,
	                                   INT64_MAX,
	                                   -1,
	                                   0,
	                                   1,
	                                   2,
	                                   INT32_MAX,
	                                   INT32_MIN,
	                                   UINT32_MAX,
	                                   INT64_C(1) << 32,
	                                   INT64_C(253402300799000),
	                                   INT64_C(253402300799001),
	                                   INT64_MAX / 2,
	                                   1000,
	                                   600000,
	                                   UINT32_MAX - 1};
	static const double reals[] = {0, 1, -0.0, 1.0000001, -1, 1e308, 0.5, 1e-310};
	char letters[8 * 32];
	size_t left = (size_t)(in->end - in->at), len = which < left ? which : left;
	uint64_t any = 0;
	int i;

	switch (kind) {
	case VALUE_INTEGER:
		sqlite3_bind_int64(to, at, integers[which & 15]);
		break;
	case VALUE_REAL:
		sqlite3_bind_double(to, at, which < 8 ? reals[which] : HUGE_VAL);
		break;
	case VALUE_TEXT:
	case VALUE_BLOB:
		if (kind == VALUE_TEXT)
			sqlite3_bind_text(to, at, (const char *)in->at, (int)len,
			                  SQLITE_TRANSIENT);
		else
			sqlite3_bind_blob(to, at, in->at, (int)len, SQLITE_TRANSIENT);
		in->at += len;
		break;
	case VALUE_LONG:
		memset(letters, 'a', sizeof(letters));
		sqlite3_bind_text(to, at, letters, (int)(8 * which), SQLITE_TRANSIENT);
		break;
	case VALUE_ANY:
		for (i = 0; i < 8; i++)
			any = any << 8 | next_byte(in);
		sqlite3_bind_int64(to, at, (int64_t)any);
		break;
	default:
		sqlite3_bind_null(to, at);
	}
}

/* Puts a row into one of the tables. One that SQLite itself refuses is none. */
static void
put_row(struct database *db, struct input *in, int64_t wall_ms)
{
	bool name = (next_byte(in) & 1) != 0;
	sqlite3_stmt *to = name ? db->put_name : db->put;
	int column, columns = name ? NAME_COLUMNS : HOST_COLUMNS;

	for (column = 0; column < columns; column++) {
		uint8_t byte = next_byte(in);
		enum value_kind kind = (enum value_kind)(byte >> 5);

		if (kind != VALUE_SENSIBLE)
			bind_any(to, column + 1, kind, byte & 31, in);
		else if (name)
			bind_sensible_name(to, column, byte & 31);
		else
			bind_sensible_host(to, column, byte & 31, wall_ms);
	}
	sqlite3_step(to);
	sqlite3_reset(to);
	sqlite3_clear_bindings(to);
}

/* What is restored ------------------------------------------------------------------ */

static void
restore(struct run *r, struct database *db, struct state_names *names)
{
	struct collector_saved saved;
	size_t senseless = 0;

	if (state_names_restore(names, db, &senseless) != 0)
		fuzz_broken("rows can be read", "names");
	while (database_next(db, &saved, &senseless) > 0) {
		rules_saved(&saved);
		collector_restore(r->c, &saved, r->now);
	}
}

static void
look_at_all(const struct run *r)
{
	struct store *store = collector_store(r->c);
	struct store_walk walk = {0};
	struct store_host *host;
	struct store_state state;

	while ((host = store_next(store, &walk, STORE_ANY_CLUSTER)) != NULL) {
		store_lock(host, &state);
		store_unlock(host);
		rules_name(state.name, TEXT_SIZE - 1);
		rules_name(state.key, TEXT_SIZE - 1);
		if (state.heard_ms > r->now)
			fuzz_broken("a host was heard in the past", state.name);
		store_release(host);
	}
}

/* Some polls of an agent and another one, and as often nothing. */
static void
live_on(struct run *r)
{
	static const uint8_t steps[] = {0x60, 1, 0, 0x60, 1, 4, 0x60, 1, 0, 0xc0, 1, 0};
	const uint8_t *at = steps;

	while (run_next(r, &at, steps + sizeof(steps))) {
		run_drain(r);
		look_at_all(r);
	}
}

static void
save(const struct run *r, struct database *db, struct state_names *names)
{
	struct collector_saved saved[SAVED];
	size_t i, n;

	if (state_names_save(names, db) != 0)
		fuzz_broken("names are saved", "names");
	while ((n = collector_save(r->c, saved, SAVED)) > 0)
		for (i = 0; i < n; i++) {
			if (saved[i].gone) {
				must(database_remove(db, &saved[i]));
				continue;
			}
			rules_saved(&saved[i]);
			must(database_put(db, &saved[i]));
		}
}

/* What is saved in another file makes sense to the next program. */
static void
save_all(const struct run *r, struct state_names *names)
{
	struct collector_saved saved;
	struct database_name name;
	struct database db;
	size_t senseless = 0;

	open_file(&db);
	collector_unsaved(r->c);
	state_names_unsaved(names);
	save(r, &db, names);
	while (database_next(&db, &saved, &senseless) > 0)
		rules_saved(&saved);
	while (database_next_name(&db, &name, &senseless) > 0)
		rules_name(name.name, TEXT_SIZE - 1);
	if (senseless > 0)
		fuzz_broken("what is saved makes sense", "rows");
	close_file(&db);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct config *config;
	struct input in = {data, data + size};
	struct state_names names;
	struct database db;
	char fault[CONFIG_FAULT];
	struct run r;
	int rows;

	if (config == NULL)
		config = config_parse("cluster \"web\" { agents = \"10.0.0.0/8\" }\n",
		                      "fuzz.conf", NULL, fault);
	if (config == NULL)
		abort();
	run_configure(&r, next_byte(&in));
	r.config.keep = true;
	run_begin(&r);
	state_names_init(&names, r.c, config);
	open_file(&db);
	for (rows = 0; in.at < in.end && rows < ROWS_MOST; rows++)
		put_row(&db, &in, r.wall_ms + r.now);
	restore(&r, &db, &names);
	look_at_all(&r);
	live_on(&r);
	save(&r, &db, &names);
	save_all(&r, &names);
	r.now += DAYS_MS;
	collector_tick(r.c, r.now);
	if (store_count(collector_store(r.c)) != 0)
		fuzz_broken("what is silent goes", "store_count");
	collector_free(r.c);
	state_names_free(&names);
	close_file(&db);
	return 0;
}

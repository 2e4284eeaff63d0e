/* state.h - keeps what the bridge knows of its hosts over a restart, in an SQLite file.
 *
 * Every two seconds a thread asks the collector for the hosts that have changed, and
 * writes them in one transaction. So after a crash the file is at most a few seconds
 * old, and consistent.
 */
#ifndef BRIDGE_STATE_H
#define BRIDGE_STATE_H

#include "gmetad-bridge/config/config.h"
#include "gmetad-bridge/state/database.h"
#include "sflow/collector/collector.h"

struct state;

/* Opens the file, makes it where it isn't there, brings it up to date where it is of an
 * older version, and restores its hosts into the collector, whose wall clock it sets.
 * These faults have a line in the log, and are no reason to fail:
 *   - A damaged file, or one of another program, is renamed to ".bad", and a new one is
 *     made.
 *   - A file that is locked, or can't be written or brought up to date, stays as it is,
 *     and is tried again later.
 *   - A file of a newer version stays as it is, and nothing is saved while it is there.
 *     This is tried again later, too.
 * `migrations` (the bridge's are &database_migrations) and the collector stay the
 * caller's, and must live until state_close(). `config` has the clusters, whose hosts'
 * names are kept, too; NULL: these are not kept. NULL without memory. */
struct state *state_open(const char *path, const struct database_migrations *migrations,
                         struct collector *collector, const struct config *config,
                         int64_t now, int64_t wall_offset_ms);

/* Takes the clusters of another configuration. For any thread. */
void state_reload(struct state *state, const struct config *config);

/* Starts the thread. Returns 0, or -1 with a line in the log. */
int state_start(struct state *state);

/* Ends the thread, if there is one, and saves all hosts. */
void state_stop(struct state *state);

/* Closes the file without saving, and frees `state`. NULL is fine. */
void state_close(struct state *state);

/* Does what the thread does every two seconds; for tests, and programs without the
 * thread. Saves the hosts that have changed, in one transaction; a file that could not
 * be opened is tried again every ten seconds. Returns 0, or -1 when nothing was saved:
 * that is counted and logged, and the hosts are saved in the next round that
 * succeeds. For any thread. */
int state_save_round(struct state *state, int64_t now);

#endif

/* state.h - what the bridge knows of its hosts over a restart, in SQLite.
 *
 * A thread asks the collector every two seconds for what has changed, and writes it
 * in one transaction; so after a crash it is at most a few seconds old, and never
 * half of something.
 */
#ifndef BRIDGE_STATE_H
#define BRIDGE_STATE_H

#include "gmetad-bridge/state/database.h"
#include "sflow/collector/collector.h"

struct state;

/* Opens the file, makes it where it isn't there, brings it up to date where it is of an
 * older version, and restores its hosts into the collector, whose wall clock it sets.
 * A file that is damaged, or of another program, is put aside (".bad") and begun anew,
 * with a line in the log; one that is locked, or can't be written or brought up to
 * date, stays as it is and is tried again later. One of a newer version is not touched,
 * with a line in the log: nothing is saved until it is gone, or another one is in its
 * place, which is looked for later, too. `migrations` (those of the bridge:
 * &database_migrations) and the collector stay the caller's, and in use until
 * state_close(). NULL without memory. */
struct state *state_open(const char *path,
                         const struct database_migrations *migrations,
                         struct collector *collector, int64_t now,
                         int64_t wall_offset_ms);

/* Starts its thread: 0, or -1 with a line in the log. And ends it, if there is one,
 * and saves all that has changed. */
int state_start(struct state *state);
void state_stop(struct state *state);

/* Closes the file, saves nothing, and frees it. NULL is fine. */
void state_close(struct state *state);

/* What the thread does every two seconds, for those who have none: saves what has
 * changed, in one transaction; where the file could not be opened, tries again
 * every ten seconds. Returns 0, or -1 when nothing was saved: then it is counted
 * and logged, and all hosts are saved by the next round that can. */
int state_save_round(struct state *state, int64_t now);

#endif

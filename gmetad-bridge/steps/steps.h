/* steps.h - the thread that in each step (15 s, at the wall clock's multiples of that)
 * looks at all hosts once: it makes the sums over clusters, and writes values to the
 * RRDs.
 */
#ifndef BRIDGE_STEPS_H
#define BRIDGE_STEPS_H

#include "gmetad-bridge/config/config.h"
#include "gmetad-bridge/rrd/rrd.h"
#include "sflow/store/store.h"

/* Creates the columns and the feed that the steps need in the store; called before
 * there are hosts. The store stays the caller's, and must live until steps_stop().
 * Returns 0, or -1 with a line in the log. */
int steps_open(struct store *store);

/* Starts the thread. Holds the configuration. Returns 0, or -1 with a line in the
 * log. */
int steps_start(const struct config *config);

/* Takes another configuration, from the next step on. */
void steps_reload(const struct config *config);

/* Ends the thread. First it writes the values that were not written because they did
 * not change, and all updates that wait, until `deadline_ms` (clock_ms()). */
void steps_stop(int64_t deadline_ms);

#endif

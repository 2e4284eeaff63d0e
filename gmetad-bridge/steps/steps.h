/* steps.h - each step (15 s, at the wall clock's multiples of that) all hosts are
 * looked at once: the sums over clusters are made, and what is new goes to the
 * RRDs.
 */
#ifndef BRIDGE_STEPS_H
#define BRIDGE_STEPS_H

#include "gmetad-bridge/config/config.h"
#include "gmetad-bridge/rrd/rrd.h"
#include "sflow/store/store.h"

/* What it remembers of values gets a column of the store: before there are hosts. 0, or
 * -1 with a line in the log. */
int steps_open(struct store *store);

/* Starts the thread. Holds the configuration; the store is the caller's. 0, or -1
 * with a line in the log. */
int steps_start(const struct config *config);

/* Another configuration, from the next step on. */
void steps_reload(const struct config *config);

/* Ends the thread: values that were not written, because they did not change, are
 * written, and all that waits, until `deadline_ms` (clock_ms()). */
void steps_stop(int64_t deadline_ms);

#endif

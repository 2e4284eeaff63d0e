/* steps.h - the thread that in each step (15 s, at the wall clock's multiples of that)
 * looks at all hosts once: it makes the sums over clusters, and writes values to the
 * RRDs.
 */
#ifndef BRIDGE_STEPS_H
#define BRIDGE_STEPS_H

#include "gmetad-bridge/config/config.h"
#include "gmetad-bridge/rrd/rrd_order.h"
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

/* Between steps_hold() and steps_go_on() no step is taken: all lines of the steps before
 * are queued, and none of the next. So who renames or removes a host meanwhile has its
 * folder follow in order. steps_hold() waits for the end of a step. For any thread; the
 * functions below only between both. */
void steps_hold(void);
void steps_go_on(void);

/* Whether RRDs are there already that a host would get with its new name. */
bool steps_folder_is_used(unsigned cluster, const char *host, const char *to);

/* Queues an order about the folder of a host; see rrd_order(). NULL, too, where no RRDs are
 * written. */
struct rrd_order *steps_order(enum rrd_order_kind kind, unsigned cluster,
                              const char *host, const char *to, bool replace);

/* Ends the thread. First it writes the values that were not written because they did
 * not change, and all updates that wait, until `deadline_ms` (clock_ms()). */
void steps_stop(int64_t deadline_ms);

#endif

/* own.h - the bridge's metrics of itself, as a host of its own in the store: the
 * collector's statistics, by the same names as in the gmond module ("sflow_..."), and
 * the bridge's own counters ("bridge_...").
 *
 * Only one thread calls these functions. They take the collector's lock
 * (ingest_lock()), because only one thread at a time may fill the store.
 */
#ifndef BRIDGE_OWN_H
#define BRIDGE_OWN_H

#include <stdint.h>

#include "gmetad-bridge/config/config.h"
#include "sflow/collector/collector.h"
#include "sflow/store/store.h"

/* The host's key in the store. No agent has it: their keys are addresses and UUIDs. */
#define OWN_KEY "gmetad-bridge"

/* Begins, if the configuration wants the host. The store and the statistics stay the
 * caller's, and must live until own_stop(). */
void own_start(struct store *store, const struct config *config,
               const struct collector_stats *stats);

/* Called once a second: notes that the host is heard at `now`, and every five seconds
 * sets its values; rates are over the time since the values before. `wall_ms` is the
 * wall clock. The first call adds the host to the store; where there is no room for it,
 * a later call does. */
void own_tick(int64_t now, int64_t wall_ms);

/* Takes another configuration, in which the host may have another name or cluster, or
 * may not be wanted. */
void own_reload(const struct config *config);

/* Removes the host from the store. */
void own_stop(void);

#endif

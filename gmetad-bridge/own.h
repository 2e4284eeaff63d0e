/* own.h - the bridge's metrics of itself, as a host of its own in the store: what
 * the collector has counted by the names that the gmond module uses, too
 * ("sflow_..."), and the bridge's own counters ("bridge_...").
 *
 * One thread calls it; it takes the collector's lock (ingest_lock()) itself,
 * for the store is filled by one at a time.
 */
#ifndef BRIDGE_OWN_H
#define BRIDGE_OWN_H

#include <stdint.h>

#include "gmetad-bridge/config/config.h"
#include "sflow/collector/collector.h"
#include "sflow/store/store.h"

/* The host's key: no agent's, for those are addresses and UUIDs. */
#define OWN_KEY "gmetad-bridge"

/* From now on the host is to be there, if the configuration wants it. The store and
 * the statistics are the caller's, and stay until own_stop(). */
void own_start(struct store *store, const struct config *config,
               const struct collector_stats *stats);

/* Once a second: the host is alive at `now`; every five seconds its values are
 * made anew, and rates are those of the time since. `wall_ms` is the wall clock. The
 * first one adds the host; where there is no room for it, the next one that can. */
void own_tick(int64_t now, int64_t wall_ms);

/* Another configuration: the host may have another name or cluster, or be not
 * wanted any more. */
void own_reload(const struct config *config);

/* Takes the host out of the store. */
void own_stop(void);

#endif

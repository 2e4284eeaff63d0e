/* publisher.h - publishers deliver values from the store to Ganglia. There are two, one
 * file each:
 *
 *   direct   into the tables of the gmond that has loaded the module
 *   channel  as messages to the cluster's send channels, or to this gmond's
 *            own receive channel where it is mute
 */
#ifndef MODSFLOW_PUBLISHER_H
#define MODSFLOW_PUBLISHER_H

#include "gmond-module/gmond.h"
#include "sflow/store/store.h"

struct publisher {
	/* Called in init(), before the store has hosts; `pool` lives as long as the
	 * module. Returns 0, or -1 after a line in the log. */
	int (*start)(struct store *store, cfg_t *config, apr_pool_t *pool);

	/* Called when a handler runs, in gmond's main thread. May be NULL. */
	void (*handler_runs)(int64_t now);

	/* Called when no handler runs any more: ends what start() began. May be
	 * NULL. */
	void (*stop)(void);

	/* Returns how many values were delivered since the start. For any thread. */
	uint64_t (*delivered)(void);
};

extern const struct publisher direct_publisher;
extern const struct publisher channel_publisher;

#endif

/* ages.h - how old the values are that gmond shows.
 *
 * gmond shows how long ago a value was saved, and each reader takes one for old whose age
 * passes four TMAX, or its DMAX. Readers poll, so what they show is older still. This goes
 * over all values: one that is stale, because an application or a port fell silent, is
 * shown as old at once; one that only comes more rarely than its TMAX says is not.
 */
#ifndef MODSFLOW_AGES_H
#define MODSFLOW_AGES_H

#include "gmond-module/gmond.h"
#include "sflow/store/store.h"

#define READERS_WAIT_S 35 /* so old may be what a reader of gmond's XML shows */

/* Begins; the store has no hosts yet. */
void ages_start(struct store *store);

/* Whether it is time to look at the ages: a look is under way, or the last one began
 * 10 s ago. */
bool ages_due(int64_t now);

/* Looks at the values of gmond's hosts, until the time `deadline_ms` of clock_ms(); the
 * next call goes on there. The layout of gmond's metrics has to be known to fit. The
 * caller holds gmond's lock. */
void ages_look(apr_hash_t *hosts, int64_t now, int64_t deadline_ms);

#endif

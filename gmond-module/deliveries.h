/* deliveries.h - which values of a host are to be delivered to gmond, and with which of
 * them their metadata: what was delivered when stands in a column of the store.
 */
#ifndef MODSFLOW_DELIVERIES_H
#define MODSFLOW_DELIVERIES_H

#include "sflow/store/store.h"

#define DELIVERIES_READ 64 /* values in one portion */

/* Of one publisher, which is one thread. */
struct deliveries {
	struct store_feed *feed; /* the hosts with something to deliver */
	struct store_column *marks;
	unsigned describe_s; /* metadata is delivered again so often at least, for
	                      * receivers that come later; 0: only when it is about to
	                      * expire */
};

/* Takes what it needs of the store, before that has hosts. False where the store has no
 * room for it. `describe_s` is 0 then, and may be set before the first host is taken. */
bool deliveries_open(struct deliveries *d, struct store *store);

/* Copies at most DELIVERIES_READ values of a host that was taken which are to be
 * delivered at `now`, and marks them as delivered: a value that came in since; a
 * constant only when it has changed or is about to expire. Its metadata goes with it
 * (`describe`) when it is new, has another TMAX, or is about to expire. Returns how
 * many; 0 when there are no more. */
size_t deliveries_read(struct deliveries *d, struct store_host *host,
                       int64_t now,
                       struct store_reading readings[DELIVERIES_READ]);

#endif

/* deliveries.h - decides which values of a host are delivered to gmond, and which of
 * them with their metadata. A column of the store has when each was last delivered.
 */
#ifndef MODSFLOW_DELIVERIES_H
#define MODSFLOW_DELIVERIES_H

#include "sflow/store/store.h"

#define DELIVERIES_READ 64 /* values in one portion */

/* The deliveries of one publisher, which is one thread. */
struct deliveries {
	struct store_feed *feed; /* the hosts with values to deliver */
	struct store_column *marks;
	unsigned describe_s; /* metadata is delivered again at least every so many
	                      * seconds, for receivers that come later; 0: only when it
	                      * is about to expire */
};

/* Creates the feed and the column that it needs in the store, before that has hosts.
 * Returns false where the store has no room for them. `describe_s` is 0 afterwards, and
 * may be set before the first host is taken. */
bool deliveries_open(struct deliveries *d, struct store *store);

/* Copies at most DELIVERIES_READ values, which are to be delivered at `now`, of a host
 * that was taken, and marks them as delivered. A value is delivered each time that it
 * comes; a constant only when it has changed or is about to expire; a value that is
 * older than its DMAX is not, until it comes again. Its metadata goes with it (`describe`) when the value is new or has another TMAX, and when the metadata
 * is about to expire. Returns how many were copied; 0 when there are no more. */
size_t deliveries_read(struct deliveries *d, struct store_host *host, int64_t now,
                       struct store_reading readings[DELIVERIES_READ]);

#endif

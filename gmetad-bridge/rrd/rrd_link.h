/* rrd_link.h - whether rrdcached can be reached, over all connections to it: for the log, and
 * for /status.
 */
#ifndef BRIDGE_RRD_LINK_H
#define BRIDGE_RRD_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "common/json.h"

/* A loss is logged once, and then so often at most, whatever number of connections there is,
 * until all is well again. Tests change it. */
extern int rrd_link_tell_ms;

/* Begins anew: no connection is lost. `address` is that of rrdcached, which lives until the next
 * call; NULL: there is none, as librrd writes the files. */
void rrd_link_begin(const char *address);

/* A connection can't be made, or is lost, for this reason. `lost` belongs to the connection,
 * begins as false, and says whether it counts as lost. `now` is clock_ms(). */
void rrd_link_lose(bool *lost, const char *why, int64_t now);

/* rrdcached has answered over the connection. */
void rrd_link_answer(bool *lost, int64_t now);

/* The connection is not tried any more until there is more to send. */
void rrd_link_rest(bool *lost);

/* Writes "rrdcached" for /status: "connected", "not asked yet", or why it can't be reached, and
 * then "rrdcached_since", in ms since the epoch. Nothing where there is no rrdcached. The wall
 * clock is `wall_ms` at `now`. */
void rrd_link_show(struct json *json, int64_t now, int64_t wall_ms);

#endif

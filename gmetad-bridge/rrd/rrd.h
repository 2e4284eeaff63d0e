/* rrd.h - values into gmetad's RRDs: a bounded queue of updates, and those who
 * write them: librrd, or connections to rrdcached.
 *
 * What is queued are lines, in rrdcached's own words:
 *
 *     UPDATE PATH TIME:VALUE[:NUM] [TIME:VALUE[:NUM] ...]
 *
 * PATH is below the root folder: "CLUSTER/HOST/METRIC.rrd",
 * "CLUSTER/__SummaryInfo__/METRIC.rrd" or "__SummaryInfo__/METRIC.rrd". A file
 * that isn't there is made, in the background, and its lines are written then. The
 * root folder itself is never made: a disk that isn't mounted is no place for it.
 */
#ifndef BRIDGE_RRD_H
#define BRIDGE_RRD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gmetad-bridge/config/config.h"

struct rrd;

/* Starts the writers. Holds the configuration. NULL after it has said why in the
 * log. That rrdcached or the folder can't be reached is no reason: they may come. */
struct rrd *rrd_start(const struct config *config);

/* Ends them when all that is queued is written, or at `deadline_ms` of the clock
 * (clock_ms()); what is left then is counted as dropped, and logged. NULL is fine. */
void rrd_stop(struct rrd *rrd, int64_t deadline_ms);

/* Another configuration, of which only the archives are taken; what else differs for
 * RRDs needs a new start. Holds it. */
void rrd_reload(struct rrd *rrd, const struct config *config);

/* A part of the queue that is being filled by one thread: some 64 KB. */
struct rrd_chunk;

/* The lines that follow are for files of this host. `host` NULL: of the cluster's sums;
 * `cluster` NULL, too: of the grid's. Blanks and backslashes in names are escaped; a name
 * that would lead elsewhere (with a "/", a leading ".", what can't be printed, that of the
 * sums) has its lines dropped. `chunk` begins as NULL; what is full of it is queued.
 * Never waits: where the queue is full, what follows is counted as dropped. */
void rrd_line_folder(struct rrd *rrd, struct rrd_chunk **chunk,
                     const char *cluster, const char *host);

/* Begins a line for the file of this metric, which is as harmless, or dropped. */
void rrd_line_begin(struct rrd *rrd, struct rrd_chunk **chunk,
                    const char *metric);

/* One more value of the line. `num`: hosts of a sum; 0: it is none, which is the same
 * for all values of a line. `text` is a number, as the XML has it; other text is
 * dropped. */
void rrd_line_value(struct rrd *rrd, struct rrd_chunk **chunk, uint32_t time_s,
                    const char *text, unsigned num);
void rrd_line_end(struct rrd *rrd, struct rrd_chunk **chunk);

/* Queues what is in the chunk, and makes it NULL; the folder is to be said anew. */
void rrd_flush(struct rrd *rrd, struct rrd_chunk **chunk);

#endif

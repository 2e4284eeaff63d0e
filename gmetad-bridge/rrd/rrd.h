/* rrd.h - writes values into gmetad's RRDs: a bounded queue of updates, and threads
 * that write them with librrd, or over connections to rrdcached.
 *
 * The updates in the queue are lines in the form of rrdcached's commands:
 *
 *     UPDATE PATH TIME:VALUE[:NUM][~[!]SPAN] [TIME:VALUE[:NUM][~[!]SPAN] ...]
 *
 * PATH is below the root folder: "CLUSTER/HOST/METRIC.rrd",
 * "CLUSTER/__SummaryInfo__/METRIC.rrd" or "__SummaryInfo__/METRIC.rrd". A file that
 * isn't there is made in the background, and its lines are written then. The root
 * folder itself is never made: where it is missing, a disk may not be mounted.
 */
#ifndef BRIDGE_RRD_H
#define BRIDGE_RRD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gmetad-bridge/config/config.h"

struct rrd;

/* Starts the writers. Holds the configuration. Returns NULL after a line in the log. It
 * also succeeds while rrdcached or the folder can't be reached. */
struct rrd *rrd_start(const struct config *config);

/* Ends the writers when all that is queued is written, or at `deadline_ms`
 * (clock_ms()). What is left then is counted as dropped, and logged. NULL is fine. */
void rrd_stop(struct rrd *rrd, int64_t deadline_ms);

/* Takes the archives of another configuration, and holds it. Other changes of the RRDs'
 * settings need rrd_stop() and rrd_start(). */
void rrd_reload(struct rrd *rrd, const struct config *config);

/* A part of the queue, about 64 KB for each writer, that one thread is filling. */
struct rrd_chunk;

/* Sets the folder of the lines that follow: the host's; with `host` NULL, the cluster's
 * sums; with `cluster` NULL, too, the grid's sums. Blanks and backslashes in names are
 * escaped. Lines are dropped where a name would lead to another folder: with a "/", a
 * leading "." or what can't be printed, or the name of the folder of sums. *chunk
 * begins as NULL; full blocks of it are queued. This never waits: where the queue is
 * full, values are dropped and counted. */
void rrd_line_folder(struct rrd *rrd, struct rrd_chunk **chunk, const char *cluster,
                     const char *host);

/* Begins a line for the file of this metric. It is dropped for the same names. */
void rrd_line_begin(struct rrd *rrd, struct rrd_chunk **chunk, const char *metric);

/* Adds a value to the line. `text` is a number, as the XML has it; other text is
 * dropped. `num` is the number of hosts in a sum; 0: the value is no sum. A line has
 * either sums or other values. */
void rrd_line_value(struct rrd *rrd, struct rrd_chunk **chunk, uint32_t time_s,
                    const char *text, unsigned num);
/* Says of the value that was just added that it has been true for `span_s` seconds, which is a
 * step where nothing is said: a file of a shorter heartbeat gets it more often. `look`: the file
 * is to be looked at, because it is new to the caller. */
void rrd_line_span(struct rrd *rrd, struct rrd_chunk **chunk, unsigned span_s,
                   bool look);
void rrd_line_end(struct rrd *rrd, struct rrd_chunk **chunk);

/* Queues the lines in the chunk, and sets *chunk to NULL; the folder has to be set
 * again before the next line. */
void rrd_flush(struct rrd *rrd, struct rrd_chunk **chunk);

#endif

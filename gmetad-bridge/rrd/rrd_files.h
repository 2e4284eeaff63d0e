/* rrd_files.h - the files of one writer that are not as it makes them itself: with another
 * heartbeat, or with a fault. All others, which are most, cost no memory here. For one thread.
 *
 * A line in the queue says of its values for how long they have been true, and when its file
 * should be looked at: see rrd_line_span(). Before a sink gets it, the header of the file is
 * looked at then, and the values are repeated so often as its heartbeat asks.
 */
#ifndef BRIDGE_RRD_FILES_H
#define BRIDGE_RRD_FILES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "gmetad-bridge/rrd/rrd_faults.h"
#include "gmetad-bridge/rrd/rrd_sink.h"

/* Seconds after which a faulty file is looked at again, which tests change. */
extern atomic_uint rrd_files_again_s;

struct rrd_files;

/* NULL without memory. */
struct rrd_files *rrd_files_new(const struct rrd *rrd);
void rrd_files_free(struct rrd_files *files);

/* Makes a block ready for a sink: takes out the spans, repeats values, and leaves out the lines
 * of files that have a fault, whose values are counted as failed. Takes the block, and returns
 * what is to be written; NULL: nothing. `now` is clock_ms(). */
struct rrd_block *rrd_files_ready(struct rrd_files *files, struct rrd_block *block,
                                  int64_t now);

/* A value of this file, whose path is escaped, was refused for a fault of the file. */
void rrd_files_refused(struct rrd_files *files, const char *escaped, size_t len,
                       enum rrd_fault fault, const char *why, int64_t now);

#endif

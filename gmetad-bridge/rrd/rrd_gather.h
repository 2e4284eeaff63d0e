/* rrd_gather.h - gathers the values of each file, so that they are written together
 * (`delay` in the configuration).
 *
 * With librrd the cost of an update is that of opening the file, whether it has one
 * value or ten. Each file has its turn at one second of the delay, so the work is
 * spread evenly, and no value waits longer than the delay. Each writer has one, which
 * only its thread uses.
 */
#ifndef BRIDGE_RRD_GATHER_H
#define BRIDGE_RRD_GATHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gmetad-bridge/rrd/rrd_sink.h"

struct rrd_gather;

/* Begins with a delay of so many seconds. Waiting values count for the queue's bound.
 * NULL without memory. Values that wait when it is freed are lost; take them before. */
struct rrd_gather *rrd_gather_new(struct rrd *rrd, unsigned delay_s);
void rrd_gather_free(struct rrd_gather *gather);

/* Adds the values of a line, whose '\n' is included. Returns false where the file's
 * line has no room for them, at the queue's bound, or without memory. Then the caller
 * writes first what rrd_gather_take() gives, and then this line. */
bool rrd_gather_add(struct rrd_gather *gather, const char *line, size_t len);

/* Takes out what waits for the file of this line, as one line; NULL: nothing. The line
 * is valid until the next call. */
const char *rrd_gather_take(struct rrd_gather *gather, const char *line,
                            size_t line_len, size_t *len);

/* Takes out the next line whose turn has come at `now` (in ms), or, with `all`, any
 * line; NULL when there are no more. The line is valid until the next call. */
const char *rrd_gather_next(struct rrd_gather *gather, int64_t now, bool all,
                            size_t *len);

/* Takes out what waits for a file of the folder; NULL when there is no more. The line is
 * valid until the next call. */
const char *rrd_gather_folder(struct rrd_gather *gather, const struct rrd_lines *lines,
                              size_t *len);

#endif

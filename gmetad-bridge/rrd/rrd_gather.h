/* rrd_gather.h - values that wait beside each other until their file's turn comes.
 *
 * With librrd an update costs what opening the file costs, whether it has one value or
 * ten (`delay` in the configuration). Each file has its second in the delay's cycle, so
 * that the work is spread evenly, and no value waits for longer than one cycle. A
 * writer's own; one thread uses it.
 */
#ifndef BRIDGE_RRD_GATHER_H
#define BRIDGE_RRD_GATHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gmetad-bridge/rrd/rrd_sink.h"

struct rrd_gather;

/* For a delay of so many seconds; what waits counts for the queue's bound. NULL
 * without memory. What waits in it when it is freed is lost: take it before. */
struct rrd_gather *rrd_gather_new(struct rrd *rrd, unsigned delay_s);
void rrd_gather_free(struct rrd_gather *gather);

/* Takes the values of a line (with its end) in. False where they have no room beside
 * those that wait, or at the bound, or without memory: then it is to be written, after
 * those. */
bool rrd_gather_add(struct rrd_gather *gather, const char *line, size_t len);

/* What waits for the file of this line, as one line; NULL: nothing. It is gone with
 * the next call. */
const char *rrd_gather_take(struct rrd_gather *gather, const char *line,
                            size_t line_len, size_t *len);

/* The next line whose turn has come by `now`, or any when all have to go; NULL when
 * there are no more. It is gone with the next call. */
const char *rrd_gather_next(struct rrd_gather *gather, int64_t now, bool all,
                            size_t *len);

#endif

/* rrd_repeat.h - lines as the queue has them, with the time for which each value has been true,
 * made into lines for a sink, in which values are repeated so often as a heartbeat asks.
 */
#ifndef BRIDGE_RRD_REPEAT_H
#define BRIDGE_RRD_REPEAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gmetad-bridge/rrd/rrd_sink.h"

#define RRD_VALUE 400 /* bytes of a value in a line */

/* A line that has come. Its values follow its path and a blank; `end` is behind its '\n'. */
struct rrd_input {
	const char *text, *values, *end;
	size_t path_len;
};

/* Lines that are being written. All zero but for the block at first. */
struct rrd_output {
	struct rrd_block *block; /* NULL: there are none yet */
	/* the line */
	const char *begin; /* "UPDATE PATH" */
	size_t begin_len;
	char line[RRD_LINE + RRD_VALUE];
	size_t len; /* 0: it has no value yet */
	unsigned values;
};

struct rrd_input rrd_line_read(const char *text, size_t len);

/* Whether the values of the line are sums: they have a NUM. */
bool rrd_line_is_of_sums(const struct rrd_input *in);

/* Writes a line that has no spans, as it is. */
void rrd_line_plain(struct rrd_output *o, const struct rrd_input *in);

/* Writes the values of a line, each of them repeated in the time for which it has been true, so
 * often as the heartbeat asks (0: not at all), but not at or before `last_s`: the file has
 * values there. They may become several lines. */
void rrd_line_repeat(struct rrd_output *o, const struct rrd_input *in,
                     unsigned heartbeat_s, unsigned step_s, int64_t last_s);

#endif

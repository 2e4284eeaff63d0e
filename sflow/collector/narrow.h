/* narrow.h - octets that have 64 bits on the wire, but are counted with 32 by the agent: they
 * begin again at 2^32.
 */
#ifndef SFLOW_NARROW_H
#define SFLOW_NARROW_H

#include "sflow/collector/readings.h"

/* How many bits the octets of a record have, in its counters. */
enum width {
	WIDTH_UNKNOWN,
	WIDTH_32, /* some began again at 2^32 */
	WIDTH_64  /* some were above it */
};

/* Notes whether a counter of the record was above 2^32. */
static inline void
narrow_note(struct reading *reading)
{
	if (reading->deltas.high != 0)
		reading->counters->width = WIDTH_64;
}

/* Judges the octets of a record of which nothing but some counters of 64 bits fell. Returns
 * how many of these began again at 2^32, if all did: then none is in `back` any more. 0: it is
 * a reset. */
unsigned narrow_fell(struct reading *reading);

/* Judges the octets of a record of WIDTH_32: where there may have been 2^32 more, they become
 * untrue. */
void narrow_judge(struct reading *reading);

#endif

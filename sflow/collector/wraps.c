#include "sflow/collector/wraps.h"

#include "sflow/collector/last.h"
#include "sflow/collector/speeds.h"

#define GAP_OCTETS 20     /* between two frames on an Ethernet, as octets */
#define PACKETS_MOST 1e18 /* more than any line carries */
#define BY_CHANCE 2097152 /* packets, 1 in 2048 of their range, to either side */

/* Returns how many packets of these octets a line can carry at most, by its speed; or
 * PACKETS_MOST where that is not known, or is less than what came. Octets that can't be
 * true say nothing. */
static double
most_packets(const struct reading *r, size_t octets)
{
	double line = speeds_line(r, octets);
	double came = (double)r->deltas.delta[octets], fit;

	if (line <= 0 || (line < came && !speeds_refuse(r->counters, came / line)))
		return PACKETS_MOST;
	fit = (line - came) / GAP_OCTETS;
	return line < came || fit > line / FRAME_ON_WIRE ? line / FRAME_ON_WIRE : fit;
}

/* Whether the delta is so near to what was expected that a wrap would come there only by
 * chance. */
static bool
is_as(double delta, double expected)
{
	return delta - expected <= BY_CHANCE && expected - delta <= BY_CHANCE;
}

/* Whether it is known that the packets did not wrap once more than was seen, though their
 * octets leave that open: no line carries so many, they stood still, or there are as many, or
 * as large ones, as when they were counted last. Their size alone says nothing: after 1,500
 * octets it may be 60. */
static bool
one_answer(const struct reading *r, size_t row)
{
	const struct field *field = &r->counters->layout->fields[row];
	size_t octets = row + (size_t)field->partner;
	double delta = (double)r->deltas.delta[row];
	double came = (double)r->deltas.delta[octets];
	double last, carried;

	if (delta == 0 || most_packets(r, octets) < delta + DELTAS_WRAP)
		return true;
	last_pair(r, row, &last, &carried);
	if (last < 0)
		return false;
	return is_as(delta, last) ||
	       (carried > 0 && is_as(delta, last * came / carried));
}

void
wraps_judge(struct reading *r)
{
	size_t row;

	for (row = 0; row < r->present; row++)
		if ((r->deltas.several & UINT64_C(1) << row) != 0 &&
		    !one_answer(r, row))
			r->deltas.untrue |= UINT64_C(1) << row;
}

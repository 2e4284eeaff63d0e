#include "sflow/collector/narrow.h"

#include "sflow/collector/speeds.h"

#define JUMBO 9216      /* octets of the largest frame on a line, */
#define OFFLOADED 65536 /* and where hosts divide packets later */
#define JITTER 1.1      /* so many times what a line carries in an interval can come */

/* What is known of some octets: how many came at least, and how many can have come. */
struct answer {
	double least, most;
};

/* Returns how many packets are counted of these octets; negative where none are. */
static double
packets_of(const struct reading *r, size_t octets)
{
	const struct field *fields = r->counters->layout->fields;
	double packets = -1;
	size_t row;

	for (row = octets + 1; row < r->present; row++) {
		if (fields[row].formula != RATE || fields[row].partner == 0 ||
		    row + (size_t)fields[row].partner != octets ||
		    (r->deltas.valid >> row & 1) == 0)
			continue;
		packets += (double)r->deltas.delta[row] + (packets < 0);
	}
	return packets;
}

/* Finds what the octets of the row can have been: what their counter shows, and as often 2^32
 * more as their packets need. They can't be more than their packets carry, nor their line.
 * Returns false where nothing fits, or no packets are counted. */
static bool
find_answer(const struct reading *r, size_t row, struct answer *answer)
{
	double packets = packets_of(r, row), line = speeds_line(r, row);
	double count = (double)(uint32_t)r->deltas.delta[row];

	if (packets < 0)
		return false;
	while (count < packets * FRAME_LEAST)
		count += DELTAS_WRAP;
	answer->least = count;
	answer->most = packets * (line > 0 ? JUMBO : OFFLOADED);
	if (line > 0 && (r->counters->speed & SPEED_MASK) != SPEED_WRONG &&
	    line * JITTER < answer->most)
		answer->most = line * JITTER;
	return count <= answer->most;
}

/* Sets the octets of the row, and of the one that is their utilization. */
static void
set_answer(struct reading *r, size_t row, const struct answer *answer)
{
	bool load = row + 1 < r->present &&
	            r->counters->layout->fields[row + 1].formula == LOAD;
	uint64_t rows = UINT64_C(1) << row | (uint64_t)load << (row + 1);

	r->deltas.delta[row] = (uint64_t)answer->least;
	if (load)
		r->deltas.delta[row + 1] = r->deltas.delta[row];
	if (answer->least + DELTAS_WRAP <= answer->most)
		r->deltas.untrue |= rows;
}

void
narrow_judge(struct reading *r)
{
	const struct field *fields = r->counters->layout->fields;
	struct answer answer;
	size_t row;

	for (row = 0; row < r->present; row++)
		if (fields[row].type == FIELD_U64 && fields[row].formula == RATE &&
		    (r->deltas.valid >> row & 1) != 0 && find_answer(r, row, &answer))
			set_answer(r, row, &answer);
}

unsigned
narrow_fell(struct reading *r)
{
	const struct field *fields = r->counters->layout->fields;
	struct answer answer;
	unsigned count = 0;
	size_t row;

	if (r->counters->width == WIDTH_64)
		return 0;
	for (row = 0; row < r->present; row++) {
		if ((r->deltas.back >> row & 1) == 0 || fields[row].formula == LOAD)
			continue;
		if (fields[row].formula != RATE ||
		    r->values[row].number - r->deltas.delta[row] >= DELTAS_WRAP ||
		    !find_answer(r, row, &answer))
			return 0;
		count++;
	}
	r->counters->width = WIDTH_32;
	r->deltas.back = 0;
	narrow_judge(r);
	return count;
}

/* readings.h - the records of a sample, between the wire and the store. They are
 * decoded and compared with those before, one after the other; only when all are there is
 * it known what was reset, and only then are values made of them.
 */
#ifndef SFLOW_READINGS_H
#define SFLOW_READINGS_H

#include "sflow/collector/agents.h"
#include "sflow/wire/derive.h"

struct context;

#define READINGS_MAX 64    /* of a sample; of more, the first are finished earlier */
#define READINGS_ROWS 1024 /* the same of all their rows */

#define MORE 10          /* times its last rate, that a counter may go on with */
#define NEAR_WRAP 10000  /* a counter that was so near to it did wrap */
#define FRAME_ON_WIRE 84 /* octets of the shortest frame, and of the gap behind it */

/* A record, or an element of a list in one. */
struct reading {
	struct source *source;
	struct counters *counters;
	struct field_value *values;
	size_t present;
	double interval_ms;
	bool compared; /* there are counters of before */
	bool good;     /* its deltas may be used */
	bool wrapped;  /* a counter fell, and did wrap as far as the record tells */
	struct deltas deltas;
};

struct readings {
	size_t count, rows;
	unsigned falls; /* counters that fell, or may have wrapped */
	bool fell;      /* one of these was reset, for sure or most likely */
	bool reset;     /* the sample was reset */
	/* Where the sample's number went back to near 0, and unlatched its counters: */
	bool rose;    /* some of them went on from what they had, */
	bool dropped; /* some did not */
	struct reading list[READINGS_MAX];
	struct field_value values[READINGS_ROWS];
	uint64_t deltas[READINGS_ROWS];
};

/* Begins a sample. */
void readings_begin(struct readings *readings);

/* Returns room for the values of one more record. They stay until readings_finish(), which
 * it may call. */
struct field_value *readings_room(struct collector *collector, struct context *context,
                                  struct readings *readings);

/* Takes what was decoded into that room: the first `present` rows of these counters. */
void readings_take(struct collector *collector, struct context *context,
                   struct readings *readings, struct source *source,
                   struct counters *counters, size_t present);

/* Makes the values of all that was taken, and sets them in the store. */
void readings_finish(struct collector *collector, struct context *context,
                     struct readings *readings);

#endif

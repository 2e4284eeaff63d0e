/* derive.h - makes values of counters: pure functions over the table's rows.
 *
 * The wire gives totals since some start; a metric is a rate, a share, a
 * ratio, or the value itself. 32-bit counters wrap, so their delta is modular.
 * deltas_take() says which counters may have been reset; that is judged by all
 * records of a sample together (readings.c), and derive() then makes the values.
 * A counter of all ones is "unsupported" (sFlow version 5, section 5.3) and gives
 * no value.
 */
#ifndef SFLOW_DERIVE_H
#define SFLOW_DERIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sflow/wire/records.h"
#include "sflow/text.h"

/* No agent polls more often than this. A shorter interval means that one poll came in
 * two datagrams, or that a clock stands still: a rate over it would be a spike. */
#define INTERVAL_LEAST_MS 100

/* The value of one row of a record. */
struct derived {
	bool valid;           /* there is a value */
	double number;        /* unless the metric is a STRING */
	char text[TEXT_SIZE]; /* where the metric is a STRING */
};

/* Percent of a line's speed. More than LOAD_FULL is no utilization, but its octets may have
 * come in a longer time than they seem to, from an agent that looks less often than it tells.
 * More than LOAD_MOST can't be true. */
#define LOAD_FULL 110.0
#define LOAD_MOST 200.0
#define DELTAS_WRAP (UINT64_C(1) << 32) /* a counter of 32 bits begins again there */

/* Octets of the shortest frame: it has 64 bytes (IEEE 802.3), and some agents do not
 * count the 4 bytes of its checksum. */
#define FRAME_LEAST UINT64_C(60)

/* The deltas of a record's counters. Sets of rows are numbers with a bit for each. */
struct deltas {
	uint64_t valid;   /* these have a delta: their counter is supported, now and
	                   * before */
	uint64_t back;    /* of 64 bits, and below what they were: reset */
	uint64_t doubt;   /* of 32 bits, and below what they were, or above it by half
	                   * of their range: wrapped, or reset; but for packets of which
	                   * the octets show that they did pass */
	uint64_t several; /* packets of which there may have been 2^32 more, by their
	                   * octets */
	uint64_t untrue;  /* set by the caller: these give no values */
	double total;     /* of the SHARE rows */
	bool many;        /* some octets moved by as much as 2^32 packets have */
	uint64_t high;    /* bits from 2^32 on that some counter of 64 bits has */
	uint64_t *delta;  /* of each row; the caller's, with room for all */
};

struct derive_input {
	const struct layout *layout;
	const struct field_value *now;
	const struct deltas *deltas; /* NULL: rows that are made of deltas have no
	                              * values */
	size_t present;              /* rows that are there */
	double interval_ms;          /* the time of the deltas */
	int64_t wall_s;              /* the wall clock, for SINCE */
	uint64_t machine_cpus; /* where the record doesn't say how many; 0: unknown */
};

/* Takes the deltas from a latch to `now`. */
void deltas_take(const struct layout *layout, const struct field_value *now,
                 const uint8_t *latch, size_t present, struct deltas *deltas);

/* Whether a record that has `fallen` at the last poll is what it was `before` that: every
 * counter is at or above it, and by no more than ten times what one fell by. Both are of
 * latch_read(). */
bool latches_return(const struct layout *layout, const struct field_value *now,
                    const uint64_t *fallen, const uint64_t *before, size_t present);

/* Returns how many milliseconds of CPUs, of the row and the interval, can be true; 0: the
 * number of CPUs is not known. */
double cpu_most_ms(const struct derive_input *in, size_t row);

/* Fills out[0 .. layout->count). Returns the set of LOAD rows that have no value because
 * their octets are beyond twice what the line carries. */
uint64_t derive(const struct derive_input *in, struct derived *out);

/* A latch remembers a record until the next one comes: the numbers of those rows that
 * deltas are made of, in 4 or 8 bytes each. latch_size() is its size in bytes, which
 * the caller allocates; latch_write() fills it with the first `present` rows. */
size_t latch_size(const struct layout *layout);
void latch_write(const struct layout *layout, const struct field_value *values,
                 size_t present, uint8_t *latch);

/* Fills before[0 .. present) from a latch. Rows that deltas are not made of are zero. */
void latch_read(const struct layout *layout, const uint8_t *latch, size_t present,
                uint64_t *before);

#endif

/* derive.h - makes values of counters: pure functions over the table's rows.
 *
 * The wire gives totals since some start; a metric is a rate, a share, a
 * ratio, or the value itself. 32-bit counters wrap, so their delta is modular;
 * a delta above half the range, or a 64-bit counter that went back, is a
 * reset, and then the record gives no value that is made of deltas. A counter of
 * all ones is "unsupported" (sFlow version 5, section 5.3) and gives no value.
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
	bool valid;     /* there is a value */
	double number;  /* unless the metric is a STRING */
	char text[TEXT_SIZE]; /* where the metric is a STRING */
};

struct derive_input {
	const struct layout *layout;
	const struct field_value *now;
	const uint64_t *before; /* the previous numbers of the rows that latch_read()
	                         * gives; NULL: the record has no previous numbers */
	size_t present;         /* rows that are there, in `now` and in `before` */
	double interval_ms;     /* time from `before` to `now` */
	int64_t wall_s;         /* the wall clock, for SINCE */
};

/* Fills out[0 .. present). Returns false when a counter was reset: then no row
 * that is made of deltas has a value. */
bool derive(const struct derive_input *in, struct derived *out);

/* A latch remembers a record until the next one comes: the numbers of those rows that
 * deltas are made of, in 4 or 8 bytes each. latch_size() is its size in bytes, which
 * the caller allocates; latch_write() fills it with the first `present` rows. */
size_t latch_size(const struct layout *layout);
void latch_write(const struct layout *layout, const struct field_value *values,
                 size_t present, uint8_t *latch);

/* Fills before[0 .. present) from a latch. Rows that deltas are not made of are zero. */
void latch_read(const struct layout *layout, const uint8_t *latch,
                size_t present, uint64_t *before);

/* The delta of two values of one counter. Returns false on a reset. */
bool counter_delta(enum field_type type, uint64_t now, uint64_t before,
                   uint64_t *delta);

/* The time between two samples in milliseconds, from the agent's own clock
 * where it moves plausibly, else from their arrival; 0 when neither moved. */
double interval_ms(uint32_t uptime_now, uint32_t uptime_before,
                   int64_t arrival_now, int64_t arrival_before);

#endif

/* derive.h - from counters to values: pure functions over the table's rows.
 *
 * The wire gives totals since some start; a metric is a rate, a share, a
 * ratio, or the value itself. 32-bit counters wrap, so their delta is modular;
 * a delta above half the range, or a 64-bit counter that went back, is a
 * reset, and then the record gives no value that is made of deltas. All ones
 * mean "unsupported" (sFlow version 5, section 5.3): no value.
 */
#ifndef SFLOW_DERIVE_H
#define SFLOW_DERIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sflow/wire/records.h"
#include "sflow/text.h"

/* No agent polls more often. What seems to come after less is one poll in two
 * datagrams, or a clock that stands still: a rate made of it would be a spike. */
#define INTERVAL_LEAST_MS 100

/* What a row gave this time. */
struct derived {
	bool valid;     /* there is a value */
	double number;  /* unless the metric is a STRING */
	char text[TEXT_SIZE];
};

struct derive_input {
	const struct layout *layout;
	const struct field_value *now;
	const uint64_t *before; /* the numbers of last time, as far as latch_read()
	                         * gives them; NULL: there is none */
	size_t present;         /* fields that are there, now and before */
	double interval_ms;     /* between the two */
	int64_t wall_s;         /* the wall clock, for SINCE */
};

/* Fills out[0 .. present). Returns false when a counter was reset: then the
 * rows made of deltas gave nothing. */
bool derive(const struct derive_input *in, struct derived *out);

/* What is remembered of a record until the next one comes: the numbers of those rows
 * that deltas are made of, in as few bytes as they have. */
size_t latch_size(const struct layout *layout);
void latch_write(const struct layout *layout, const struct field_value *values,
                 size_t present, uint8_t *latch);

/* Fills before[0 .. present); the other rows are zero. */
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

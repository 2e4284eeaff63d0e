/* sample_order.h - the order of the samples of a data source: whether one is the next, has
 * come before, or shows that the source was made anew, and how many are missing before it.
 * Pure.
 *
 * Source: sFlow version 5, section 5: the sequence numbers of samples belong to a data
 * source.
 */
#ifndef SFLOW_SAMPLE_ORDER_H
#define SFLOW_SAMPLE_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "sflow/collector/arrival.h"

/* The order of the samples of one kind (counters, or flows) of one data source. All
 * zero: none has come. */
struct sample_order {
	uint32_t sequence;
	uint32_t datagram; /* the number of the datagram that it was in */
	uint16_t missing;  /* the lower half of the sub-agent's `missing`, then */
	bool seen;
	uint8_t jumps; /* how lately its number went back near 0 */
};

/* How many samples are missing before one. */
struct sample_gap {
	uint32_t lost; /* at most as many as datagrams are missing */
	bool sure;     /* so many, by the source's own numbers */
};

/* Judges a sample by its sequence number, and remembers that. `of_datagrams` are those
 * of its sub-agent, and `datagram` is the arrival
 * of the datagram that it is in. A sample that has come before is STALE. */
enum arrival arrival_of_sample(const struct datagram_order *of_datagrams,
                               struct sample_order *order, const struct sample *sample,
                               enum arrival datagram, struct sample_gap *gap);

#endif

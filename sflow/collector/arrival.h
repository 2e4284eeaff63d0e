/* arrival.h - how a datagram, or a sample in it, stands to those before it: next in
 * order, overtaken on its way, or the first of a sender that has begun again. Pure.
 *
 * Source: sFlow version 5, section 5: sequence numbers and uptime belong to a
 * sub-agent, and the sequence numbers of samples to a data source.
 */
#ifndef SFLOW_ARRIVAL_H
#define SFLOW_ARRIVAL_H

#include <stdbool.h>
#include <stdint.h>

#include "sflow/wire/datagram.h"

enum arrival {
	ARRIVAL_NEXT,    /* in order; `lost` says how many are missing */
	ARRIVAL_STALE,   /* a duplicate, or overtaken: it changes nothing */
	ARRIVAL_PAST,    /* from before the sender began again: forget it */
	ARRIVAL_RESTART  /* the sender has begun again */
};

/* A datagram's place in time. */
struct datagram_clock {
	uint32_t sequence;
	uint32_t uptime_ms; /* by the agent's clock */
	int64_t arrival_ms; /* by ours */
};

/* The datagrams of one sub-agent. All zero: none has come. */
struct datagram_order {
	struct datagram_clock last;   /* the latest datagram */
	struct datagram_clock before; /* the latest before it began again */
	bool heard;     /* so that all of this is known */
	uint32_t wraps; /* so often its uptime has begun again at 2^32 ms */
	unsigned epoch; /* counts its restarts */
};

/* Takes note of a datagram's sequence number and uptime. A restart raises the epoch.
 * A datagram that was overtaken is STALE, yet its samples may still be news to their
 * data sources. `*lost` is how many datagrams are missing before it. */
enum arrival arrival_of_datagram(struct datagram_order *order,
                                 const struct datagram *datagram, int64_t now,
                                 uint32_t *lost);

/* The samples of one kind (counters, or flows) of one data source. All zero: none
 * has come. */
struct sample_order {
	bool seen;
	uint32_t sequence;
};

/* Takes note of a sample's sequence number. `datagram` says how its datagram stood. A
 * sample that was already here is STALE. `*lost` is how many are missing before it. */
enum arrival arrival_of_sample(struct sample_order *order,
                               const struct sample *sample,
                               enum arrival datagram, uint32_t *lost);

#endif

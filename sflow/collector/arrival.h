/* arrival.h - judges the order of datagrams and samples: whether one is the next in
 * order, was overtaken on its way, or is the first after a restart of its sender. Pure.
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
	ARRIVAL_NEXT,    /* in order; `lost` says how many are missing before it */
	ARRIVAL_STALE,   /* a duplicate, or overtaken: it changes nothing */
	ARRIVAL_PAST,    /* from before the sender's restart: to be ignored */
	ARRIVAL_RESTART  /* the first one after a restart of the sender */
};

/* What tells the order of datagrams. */
struct datagram_clock {
	uint32_t sequence;
	uint32_t uptime_ms; /* by the agent's clock */
	int64_t arrival_ms; /* by the program's clock */
};

/* The order of the datagrams of one sub-agent. All zero: none has come. */
struct datagram_order {
	struct datagram_clock last;   /* the latest datagram */
	struct datagram_clock before; /* the latest one before the last restart */
	bool heard;     /* a datagram has come */
	uint32_t wraps; /* how often the uptime has wrapped at 2^32 ms */
	unsigned epoch; /* counts restarts */
};

/* Judges a datagram by its sequence number and uptime, and remembers them. A restart
 * raises the epoch. A datagram that was overtaken is STALE, but its samples may still
 * be news to their data sources. Sets *lost to how many datagrams are missing before
 * it. */
enum arrival arrival_of_datagram(struct datagram_order *order,
                                 const struct datagram *datagram, int64_t now,
                                 uint32_t *lost);

/* The order of the samples of one kind (counters, or flows) of one data source. All
 * zero: none has come. */
struct sample_order {
	bool seen;
	uint32_t sequence;
};

/* Judges a sample by its sequence number, and remembers that. `datagram` is the arrival
 * of the datagram that it is in. A sample that has come before is STALE. Sets *lost to
 * how many samples are missing before it. */
enum arrival arrival_of_sample(struct sample_order *order,
                               const struct sample *sample,
                               enum arrival datagram, uint32_t *lost);

#endif

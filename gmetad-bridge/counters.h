/* counters.h - what the bridge counts of itself, since its start. Any thread adds
 * to them, any reads them; own.c makes the metrics of them, /status shows them.
 */
#ifndef BRIDGE_COUNTERS_H
#define BRIDGE_COUNTERS_H

#include <stdatomic.h>
#include <stdint.h>

struct counters_of_bridge {
	/* ingest.c */
	atomic_uint_fast64_t received;      /* datagrams, any */
	atomic_uint_fast64_t kernel_drops;
	atomic_uint_fast64_t rate_limited;  /* datagrams */
	/* server.c */
	atomic_uint_fast64_t readers;       /* now */
	atomic_uint_fast64_t requests;      /* that were answered to their end */
	atomic_uint_fast64_t requests_cut;  /* stalled, or gone */
	atomic_uint_fast64_t refused;       /* not trusted, too many, or a query
	                                     * that is none */
	atomic_uint_fast64_t xml_bytes;     /* sent */
	/* steps.c and rrd_*.c */
	atomic_uint_fast64_t steps;
	atomic_uint_fast64_t steps_missed;  /* the last one took too long */
	atomic_uint_fast64_t rrd_queued;    /* bytes that wait, now */
	atomic_uint_fast64_t rrd_updates;   /* values written: librrd, or rrdcached,
	                                     * has confirmed them */
	atomic_uint_fast64_t rrd_dropped;   /* values: the queue was full */
	atomic_uint_fast64_t rrd_failed;    /* values refused by librrd, rrdcached
	                                     * or the file system */
	atomic_uint_fast64_t rrd_created;   /* files */
	/* state.c */
	atomic_uint_fast64_t state_saved;   /* hosts */
	atomic_uint_fast64_t state_failed;  /* tries */
};

extern struct counters_of_bridge counters;

static inline void
counter_add(atomic_uint_fast64_t *counter, uint64_t n)
{
	atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

static inline uint64_t
counter_get(const atomic_uint_fast64_t *counter)
{
	return atomic_load_explicit(counter, memory_order_relaxed);
}

#endif

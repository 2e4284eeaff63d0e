/* collector_internal.h - what the collector's own files share. */
#ifndef SFLOW_COLLECTOR_INTERNAL_H
#define SFLOW_COLLECTOR_INTERNAL_H

#include "sflow/collector/agents.h"
#include "sflow/collector/collector.h"
#include "sflow/collector/events.h"
#include "sflow/collector/host.h"
#include "sflow/collector/ports.h"
#include "sflow/collector/relations.h"

/* Structures that mean more than their metrics, by their format; sFlow's own. */
enum structure {
	IF_COUNTERS = 1,
	LAG_PORT_STATS = 7,
	HOST_DESCR = 2000,
	HOST_ADAPTERS = 2001,
	HOST_PARENT = 2002,
	HOST_CPU = 2003,
	HOST_NET_IO = 2006
};

struct collector {
	struct collector_config config;
	struct agents agents;
	struct hosts hosts;
	struct machine *machines; /* by UUID: machines.c's */
	struct adapters adapters;
	struct store *store;
	struct collector_stats stats;
	int64_t wall_ms; /* wall clock minus now */
	int64_t now_ms;  /* the latest that it was told */
	int64_t swept_ms;
	struct agent *save_next; /* so far has collector_save() come */
	bool saved_all;          /* it came to the end */
	struct event_queue events;
	size_t states[MEMBER_DOWN + 1];  /* hosts in each, at the last tick */
	size_t total_rows[PORT_TOTALS];  /* of if_counters, that add up */
};

/* Adds one to a statistic. */
static inline void
count(atomic_uint_fast64_t *statistic)
{
	atomic_fetch_add_explicit(statistic, 1, memory_order_relaxed);
}

/* So many hosts the store may have. */
static inline size_t
collector_hosts_max(const struct collector *collector)
{
	bool by_sources = collector->config.vm == VM_HOST;
	size_t most = by_sources ? collector->agents.max_sources_total
	                         : collector->agents.max_agents;
	size_t there = by_sources ? agents_source_count(&collector->agents)
	                          : agents_count(&collector->agents);

	if (most < there)
		most = there; /* the bound was lowered; they stay */
	return 2 * most; /* those that are gone wait for the publisher */
}

/* No host of an agent's gets the name that the configuration reserves. */
static inline void
collector_reserve_name(struct collector *collector)
{
	if (collector->config.reserved != NULL)
		hosts_take_name(&collector->hosts,
		                collector->config.reserved_cluster,
		                collector->config.reserved);
}

/* Adds an event of this moment to those that wait, and returns it for what only its
 * kind has to be filled in, as events_tell() does. */
struct event *collector_tell(struct collector *collector, enum event_kind kind,
                             const struct address *agent);

/* Counts, and tells of, a datagram, sample or record that is malformed. `from` is its
 * agent, or the packet's source where that is not known. */
void collector_malformed(struct collector *collector,
                         const struct address *from, int error);

#endif

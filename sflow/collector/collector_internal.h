/* collector_internal.h - what the collector's own files share. */
#ifndef SFLOW_COLLECTOR_INTERNAL_H
#define SFLOW_COLLECTOR_INTERNAL_H

#include "sflow/collector/agents.h"
#include "sflow/collector/collector.h"
#include "sflow/collector/events.h"
#include "sflow/collector/host.h"
#include "sflow/collector/ports.h"
#include "sflow/collector/relations.h"
#include "sflow/collector/refused.h"
#include "sflow/collector/strangers.h"

/* Structures that are used for more than their metrics, by their format (enterprise
 * 0). */
enum structure {
	IF_COUNTERS = 1,
	LAG_PORT_STATS = 7,
	HOST_DESCR = 2000,
	HOST_ADAPTERS = 2001,
	HOST_PARENT = 2002,
	HOST_CPU = 2003,
	HOST_NET_IO = 2006,
	VIRT_NODE = 2100
};

/* Where the metrics in all are bounded, there may be as many data sources as would have so
 * many each. */
#define SOURCE_METRICS 4

struct collector {
	struct collector_config config;
	struct agents agents;
	struct hosts hosts;
	struct machine *machines; /* by UUID; owned by machines.c */
	struct adapters adapters;
	struct strangers strangers;
	struct refused refused;
	struct store *store;
	struct collector_stats stats;
	int64_t wall_ms;  /* wall clock minus `now` */
	int64_t now_ms;   /* `now` of the latest call */
	int64_t swept_ms; /* when ticks.c last looked for what has expired */
	/* Until deaf_until_ms nobody listened, since deaf_since_ms; the hosts are told of
	 * it with the next tick. 0: of none. */
	int64_t deaf_since_ms, deaf_until_ms;
	unsigned
	    losing; /* so many missing heartbeats mean down, by what is lost here */
	/* Where collector_save() goes on; NULL: at the first. */
	struct agent *save_next;
	bool saved_all; /* collector_save() has come to the end */
	struct event_queue events;
	/* Hosts that the last configuration has renamed; those before `renamed_next` are
	 * taken. */
	struct collector_renaming *renamed;
	size_t renamed_count, renamed_next;
	size_t states[MEMBER_DOWN + 1]; /* hosts in each state, at the last tick */
	size_t total_rows[PORT_TOTALS]; /* the row of if_counters of each port total */
	size_t once_octets[2];          /* and those that once.c compares */
	size_t once_packets[2];
};

/* Adds one to a statistic. */
static inline void
count(atomic_uint_fast64_t *statistic)
{
	atomic_fetch_add_explicit(statistic, 1, memory_order_relaxed);
}

/* Adds a number, which is rarely more than 0, to a statistic. */
static inline void
count_more(atomic_uint_fast64_t *statistic, uint64_t number)
{
	if (number > 0)
		atomic_fetch_add_explicit(statistic, number, memory_order_relaxed);
}

/* Returns how many hosts the store may have in memory. */
static inline size_t
collector_hosts_max(const struct collector *collector)
{
	bool by_sources = collector->config.vm == VM_HOST;
	size_t most = by_sources ? collector->agents.max_sources_total
	                         : collector->agents.max_agents;
	size_t there = by_sources ? agents_source_count(&collector->agents)
	                          : agents_count(&collector->agents);

	if (most < there)
		most = there; /* the bound was lowered; the hosts stay */
	return 2 * most;      /* hosts that are gone stay until all feeds were told */
}

static inline void
collector_bound_metrics(struct collector *collector)
{
	size_t most = collector->config.max_metrics_in_all;

	store_bound_metrics(collector->store, most != 0 ? most : SIZE_MAX);
}

/* Takes the name that the configuration reserves, so that no agent's host gets it. */
static inline void
collector_reserve_name(struct collector *collector)
{
	if (collector->config.reserved != NULL)
		hosts_take_name(&collector->hosts, collector->config.reserved_cluster,
		                collector->config.reserved, NULL);
}

/* Adds an event with the time now_ms to the queue. Returns it, so that the caller fills
 * in what only its kind has; see events_tell(). */
struct event *collector_tell(struct collector *collector, enum event_kind kind,
                             const struct address *agent);

/* Adds EVENT_SAME_NAME of the host, which is called `name`, for `wanted` is taken. */
void collector_tell_same_name(struct collector *collector, const struct host *host,
                              const char *wanted, const char *name);

/* Counts a malformed datagram, sample or record, and adds an event. `from` is its
 * agent, or the packet's source where the agent is not known. `error` is a negative
 * enum datagram_error. */
void collector_malformed(struct collector *collector, const struct address *from,
                         int error);

#endif

/* collector_internal.h - what the collector's own files share. */
#ifndef SFLOW_COLLECTOR_INTERNAL_H
#define SFLOW_COLLECTOR_INTERNAL_H

#include "sflow/collector/agents.h"
#include "sflow/collector/collector.h"
#include "sflow/wire/derive.h"

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

#define PORT_TOTALS 4 /* rows of port_totals */
#define EVENT_TYPES (EVENT_GONE + 1)

struct collector {
	struct collector_config config;
	struct agents agents;
	struct store *store;
	struct collector_stats stats;
	int64_t wall_ms; /* wall clock minus now */
	int64_t swept_ms;
	struct collector_event *events;  /* those that wait, from the first on */
	size_t event_first, event_count, event_room;
	size_t events_of[EVENT_TYPES];
	struct collector_event no_event; /* written where there is no room */
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
size_t collector_hosts_max(const struct collector *collector);

/* No host of an agent's gets the name that the configuration reserves. */
void collector_reserve_name(struct collector *collector);

/* Adds an event to those that wait, and returns it for more to be filled in;
 * where there is no room, a place that nobody reads. */
struct collector_event *collector_tell(struct collector *collector,
                                       enum collector_event_type type,
                                       const struct address *agent,
                                       int64_t code, const char *name);

/* The same for membership, where the host's heartbeat tells the rest. */
struct collector_event *
collector_tell_member(struct collector *collector,
                      enum collector_event_type type,
                      const struct address *agent, const char *name,
                      const struct member *member, int64_t now);

/* samples.c: what a datagram's samples hold ------------------------------------- */

/* Where a sample comes from, and when. */
struct context {
	struct agent *agent;
	struct sub_agent *sub_agent;
	const struct datagram *datagram;
	enum arrival arrival; /* of the datagram */
	int64_t now;
	bool heard;        /* something in it was news */
	int64_t started_s; /* by the wall clock; 0: it does not say */
};

/* Takes one sample, and says in the context what is known by it. */
void take_sample(struct collector *collector, struct context *context,
                 struct sample *sample);

/* Counts, and tells of, a datagram, sample or record that is malformed. */
void malformed(struct collector *collector, const struct agent *agent,
               int error);

/* A host's heartbeat; one that was down has returned. */
void heartbeat(struct collector *collector, const struct context *context,
               struct member *member, const char *name, uint32_t lost);

/* hosts.c: which hosts there are, and what they are called ------------------------ */

static inline bool
source_is_port(const struct source *source)
{
	return source->key.id.class == SOURCE_INTERFACE;
}

/* The machine behind `agent` calls itself `name`. A host that has another name
 * is renamed when it has said so twice. */
void agent_calls_itself(struct collector *collector, struct agent *agent,
                        const char *name, int64_t now);

/* The agent sent no name for long enough: it gets the one that is configured
 * for it, or its address. */
void agent_name_otherwise(struct collector *collector, struct agent *agent,
                          int64_t now);

/* It is called `name`, or much like it where another host is called that. */
void agent_takes_name(struct collector *collector, struct agent *agent,
                      const char *name);

/* Its host leaves the store. The name stays taken. */
void agent_leaves_host(struct agent *agent);

/* The agent's name is none that it gave itself, and the administrator may have given
 * it another one since. */
void agent_review_name(struct collector *collector, struct agent *agent,
                       int64_t now);

/* The host of the agent's own metrics; NULL at a bound or without memory. */
struct store_host *agent_host(struct collector *collector,
                              struct agent *agent);

/* The source (a virtual machine) calls itself `name`, and has this UUID. */
void source_calls_itself(struct collector *collector, struct source *source,
                         const char *name, const uint8_t uuid[16],
                         int64_t now);

/* The host of a virtual machine's own; NULL where it has none now. */
struct store_host *machine_host(struct collector *collector,
                                struct source *source, int64_t now,
                                bool *refused);

/* A new one, called `wanted` or much like it; "": by its key. It has no host
 * at a bound. And: it leaves the store, with its name, or while that stays taken. */
void machine_takes_host(struct collector *collector, struct source *source,
                        const char *wanted);
void source_leaves_host(struct collector *collector, struct source *source);
void machine_leaves_host(struct collector *collector, struct source *source);

/* A host that is new in the store, of somebody who is known: up or down as that is. */
void show_member(const struct collector *collector, struct store_host *host,
                 const struct member *member, int64_t started_s, int64_t now);

/* instances.c: by which names a source's metrics go -------------------------------- */

/* Whether the administrator wants to see the port. */
bool port_is_wanted(const struct collector *collector,
                    const struct source *source);

/* A block in the store for the metrics of this layout, and of this part, of the
 * source; NULL where there is no place for them, and *refused says whether a
 * bound was met. */
struct store_block *instance_block(struct collector *collector,
                                   struct source *source,
                                   const struct counters *counters,
                                   int64_t now, bool *refused);

/* clusters.c: which cluster hosts belong to ------------------------------------- */

/* The number of the cluster of an agent of that address. */
unsigned cluster_of(const struct collector *collector,
                    const struct address *agent);

/* Of an agent that was not heard before. */
void agent_finds_cluster(struct collector *collector, struct agent *agent);

/* Of a virtual machine that is a host of its own. And: that goes over to it; false
 * where another host of that cluster has its name. */
unsigned cluster_of_machine(const struct collector *collector,
                            const struct source *source);
bool machine_follows_agent(struct collector *collector, struct source *source);

/* ports.c: totals over an agent's ports -------------------------------------------- */

/* Finds the rows of if_counters that add up, by their metrics' names. */
void ports_init(struct collector *collector);

/* A port told its if_counters, which gave `derived`; `steady` is what derive()
 * returned. */
void port_heard(struct collector *collector, struct source *source,
                const struct derive_input *in, const struct derived *derived,
                bool steady, int64_t now);

/* `member` is part of the interface `if_index`, which would count twice. */
void port_aggregated(struct collector *collector, struct source *member,
                     uint32_t if_index, int64_t now);

/* Ports that are silent are not waited for any longer. */
void ports_tick(struct collector *collector, struct agent *agent, int64_t now);

/* custom.c: metrics that agents name themselves -------------------------------------- */

struct custom_value {
	char name[TEXT_SIZE];
	uint32_t type;
	struct field_value value;
};

/* Reads a sample's name and how many values follow, and the next of these. False
 * when it is malformed. */
bool custom_open(struct cursor *cursor, char name[TEXT_SIZE], uint32_t *count);
bool custom_next(struct cursor *cursor, struct custom_value *value);

/* The source that stands for the metrics under this name; added where new. NULL
 * at a bound. */
struct source *custom_source(struct collector *collector,
                             struct sub_agent *sub_agent, const char *name,
                             int64_t now);

/* The structure of this metric; added where new. NULL at a bound. */
const struct layout *custom_layout(struct source *source,
                                   const struct custom_value *value,
                                   int64_t now);

#endif

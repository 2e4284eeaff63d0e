/* collector_internal.h - what the collector's own files share. */
#ifndef SFLOW_COLLECTOR_INTERNAL_H
#define SFLOW_COLLECTOR_INTERNAL_H

#include "sflow/agents.h"
#include "sflow/collector.h"

#define EVENTS_MAX 256
#define EVENTS_OF_TYPE 32 /* so that no flood of one type hides the others */
#define EVENT_TYPES (EVENT_GONE + 1)

struct collector {
	struct collector_config config;
	struct agents agents;
	struct store *store;
	struct collector_stats stats;
	int64_t wall_ms; /* wall clock minus now */
	int64_t swept_ms;
	struct collector_event events[EVENTS_MAX];
	size_t event_first, event_count;
	size_t events_of[EVENT_TYPES];
	struct collector_event no_event; /* written where there is no room */
	size_t states[MEMBER_DOWN + 1];  /* hosts in each, at the last tick */
};

/* Adds one to a statistic. */
static inline void
count(atomic_uint_fast64_t *statistic)
{
	atomic_fetch_add_explicit(statistic, 1, memory_order_relaxed);
}

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

/* instances.c: which host a source's metrics belong to, and by which name --- */

/* The machine behind `agent` calls itself `name`. A host that has another name
 * is renamed when it has said so twice. */
void agent_calls_itself(struct collector *collector, struct agent *agent,
                        const char *name, int64_t now);

/* The agent sent no name for long enough: it gets the one that is configured
 * for it, or its address. */
void agent_name_otherwise(struct collector *collector, struct agent *agent,
                          int64_t now);

/* The source (a virtual machine) calls itself `name`, and has this UUID. */
void source_calls_itself(struct collector *collector, struct source *source,
                         const char *name, const uint8_t uuid[16],
                         int64_t now);

/* A block in the store for this layout's metrics of the source; NULL where
 * there is no place for them, and *refused says whether a bound was met. */
struct store_block *instance_block(struct collector *collector,
                                   struct source *source,
                                   const struct layout *layout, int64_t now,
                                   bool *refused);

#endif

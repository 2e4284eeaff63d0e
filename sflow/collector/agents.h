/* agents.h - who sends: agent, sub-agent, data source, and what is remembered of each to
 * make sense of its next sample.
 *
 * An agent is the agent address in the datagram, never the packet's source. Sequence
 * numbers and uptime belong to a sub-agent, counters to a data source of a sub-agent
 * (sFlow version 5, sections 4.2.1 and 5). Everything is bounded: at a bound the
 * newcomer is refused and those already there go on.
 *
 * What other files of the collector keep of an agent or source is their own: a part of
 * the agent, or what lies in a slot of the source. They give it back before the source
 * or agent is removed (forget.c); this file frees only what is its own.
 */
#ifndef SFLOW_AGENTS_H
#define SFLOW_AGENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sflow/address.h"
#include "sflow/collector/arrival.h"
#include "sflow/collector/host.h"
#include "sflow/collector/members.h"
#include "sflow/store/store.h"
#include "sflow/wire/datagram.h"
#include "sflow/wire/records.h"

/* The class of data sources that stand for the metrics which an agent names
 * itself; no sample on the wire may have it. */
#define SOURCE_CUSTOM UINT32_MAX

#define AGENT_UNKNOWN_MAX 16 /* unknown formats remembered per agent */

struct agent;
struct sub_agent;
struct source;

struct agents {
	const struct host_kind *kind; /* of their hosts */
	struct agent *agents;
	struct sub_agent *sub_agents;
	struct source *sources;
	size_t max_agents;
	size_t max_sources;       /* per agent */
	size_t max_sources_total;
};

void agents_init(struct agents *agents, const struct host_kind *kind,
                 size_t max_agents, size_t max_sources);

/* Other bounds from now on; what is there already stays. */
void agents_bound(struct agents *agents, size_t max_agents,
                  size_t max_sources);

size_t agents_count(const struct agents *agents);
size_t agents_source_count(const struct agents *agents);

/* Agents ------------------------------------------------------------------------ */

/* Finds the agent, or adds it at `now`; `loss` is what others lose on their way. NULL
 * at a bound or without memory. */
struct agent *agents_agent(struct agents *agents,
                           const struct address *address, double loss,
                           int64_t now);

/* All agents, in the order in which they came: the first, and the one after another.
 * NULL: no more. */
struct agent *agents_first(const struct agents *agents);
struct agent *agent_next(const struct agent *agent);

/* Removes an agent that has no data sources, and its sub-agents. */
void agents_remove_agent(struct agents *agents, struct agent *agent);

const struct address *agent_address(const struct agent *agent);

/* The parts of an agent that others look after: its host, what it calls itself
 * (naming.h), its ports (ports.h), and which kinds of things it has (instances.h). */
struct host *agent_host(const struct agent *agent);
struct agent_naming *agent_naming(const struct agent *agent);
struct agent_ports *agent_ports(const struct agent *agent);
struct agent_kinds *agent_kinds(const struct agent *agent);

/* The agent whose host this is. */
struct agent *agent_of_host(const struct host *host);

/* How many sets of metrics that it names itself the agent ever had: custom.c's. */
unsigned *agent_custom_sets(const struct agent *agent);

/* Datagrams with news that came from it. An agent that was restored has had a few. */
uint64_t agent_datagrams(const struct agent *agent);
void agent_count_datagram(struct agent *agent);

/* It is known from before a restart: no passer-by, and its data sources are expected
 * at that interval (0: not known) until theirs is learned. */
void agent_restored(struct agent *agent, uint32_t interval_ms,
                    uint32_t jitter_ms);

/* The agent is expected to be heard as often as its machine's own counters are
 * sent; where nobody speaks for a machine, as often as its slowest source, so
 * that the end of one application is not that of the host. Call it when the
 * source has learned something. */
void agent_follow(struct agent *agent, struct source *source, bool machine);

/* The polling interval of the agent's pace, in ms; 0 where it is not known. */
uint32_t agent_interval_ms(const struct agent *agent);

/* Counts an unknown format. True when it is the agent's first of this tag. */
bool agent_unknown(struct agent *agent, uint32_t tag);

/* Sub-agents ---------------------------------------------------------------------- */

/* Finds, or adds. NULL at a bound or without memory. */
struct sub_agent *agents_sub_agent(struct agents *agents, struct agent *agent,
                                   uint32_t id);

/* Removes the agent's sub-agents that have no data sources, and no datagram since
 * `before_ms`. */
void agents_sweep_sub_agents(struct agents *agents, struct agent *agent,
                             int64_t before_ms);

struct agent *sub_agent_agent(const struct sub_agent *sub_agent);

/* As arrival_of_datagram(). A restart unlatches the counters of all its sources. */
enum arrival sub_agent_arrival(struct sub_agent *sub_agent,
                               const struct datagram *datagram, int64_t now,
                               uint32_t *lost);

/* How long the sub-agent has been up when it sent the datagram, in ms: its uptime has
 * only 32 bits. */
int64_t sub_agent_uptime_ms(const struct sub_agent *sub_agent,
                            const struct datagram *datagram);

/* Data sources -------------------------------------------------------------------- */

/* Finds the data source, or adds it at `now`; NULL at a bound or without memory. */
struct source *agents_source(struct agents *agents,
                             struct sub_agent *sub_agent, struct source_id id,
                             int64_t now);

/* NULL when there is none. */
struct source *agents_find_source(const struct agents *agents,
                                  const struct sub_agent *sub_agent,
                                  struct source_id id);

/* The agent's data sources, in the order in which they came: the first, and the one
 * after another. NULL: no more. */
struct source *agent_sources(const struct agent *agent);
struct source *source_next(const struct source *source);

/* Removes the source, of which nothing is left in a slot or in the store. */
void agents_remove_source(struct agents *agents, struct source *source);

struct agent *source_agent(const struct source *source);
struct sub_agent *source_sub_agent(const struct source *source);
uint32_t source_sub_agent_id(const struct source *source);
struct source_id source_id(const struct source *source);

static inline bool
source_is_port(const struct source *source)
{
	return source_id(source).class == SOURCE_INTERFACE;
}

/* Another file's memory of a source, one pointer each; NULL until it is set. */
enum source_slot {
	SLOT_PORT,      /* ports.c */
	SLOT_RELATIONS, /* relations.c */
	SLOT_CUSTOM,    /* custom.c */
	SLOT_MACHINE,   /* machines.c */
	SLOT_COUNT
};
void *source_slot(const struct source *source, enum source_slot slot);
void source_set_slot(struct source *source, enum source_slot slot,
                     void *memory);

/* By which name the source's metrics go: instances.c's. */
struct instance *source_instance(const struct source *source);

/* What the source calls itself ("": it does not), and its UUID (zero: none). */
const char *source_name(const struct source *source);
const uint8_t *source_uuid(const struct source *source);

/* Gives it another name and UUID. Without memory it has no name then. `name` may be
 * its own. */
void source_set_identity(struct source *source, const char *name,
                         const uint8_t uuid[16]);

/* How often it got another name: naming.c's. */
struct renames *source_renames(const struct source *source);

/* When any sample of it came, and the last one with counters (0: none did). */
int64_t source_heard_ms(const struct source *source);
int64_t source_counters_ms(const struct source *source);
void source_set_heard(struct source *source, int64_t heard_ms);

/* How often it sends; and in seconds, for TMAX and DMAX: 30 until it is known. */
const struct rhythm *source_rhythm(const struct source *source);
unsigned source_interval_s(const struct source *source);
void source_expect(struct source *source, uint32_t interval_ms,
                   uint32_t jitter_ms);

/* Counters came from it, in this datagram at `now`, after `lost` samples that did not:
 * the time since the last ones teaches how often it sends, unless it has begun again. */
void source_learn(struct source *source, const struct datagram *datagram,
                  uint32_t lost, bool restarted, int64_t now);

/* As arrival_of_sample(), for a sample of this source. Where that has begun again, its
 * counters are unlatched. */
enum arrival source_arrival(struct source *source, const struct sample *sample,
                            enum arrival datagram, uint32_t *lost);

/* The source's counters are unlatched where its sub-agent has begun again. */
void source_follow(struct source *source);

/* They are unlatched: the source is another one now. */
void source_unlatch(struct source *source);

/* Counters ------------------------------------------------------------------------- */

/* The last values of one structure from one data source. */
struct counters {
	struct counters *next;     /* of the same source */
	const struct layout *layout;
	struct store_block *block; /* where its metrics go; the store's */
	int64_t arrival_ms;
	uint32_t uptime_ms;
	unsigned part;    /* of those that there are several of */
	unsigned epoch;   /* of the source, when they were latched */
	uint16_t present; /* fields that are there; 0: none latched */
	uint8_t latch[];  /* latch_write()'s */
};

/* The source's, each with the `next`. NULL: none. */
struct counters *source_counters(const struct source *source);

/* Those of `layout`, and of this part of the source (0 where it has none); added where
 * new. NULL at a bound or without memory. */
struct counters *source_add_counters(struct source *source,
                                     const struct layout *layout,
                                     unsigned part);

/* Reads the `present` values latched last, where they can be compared with what comes
 * now. False where they can't: there are none, or the source has begun again. */
bool source_latched(const struct source *source,
                    const struct counters *counters, size_t present,
                    uint64_t before[]);

/* Latches values that came in this datagram at `now`. */
void source_latch(const struct source *source, struct counters *counters,
                  const struct field_value *values, size_t present,
                  const struct datagram *datagram, int64_t now);

/* Removes all values of `layout`, and their blocks. */
void source_remove_counters(struct source *source,
                            const struct layout *layout);

/* Takes the source's metrics out of a host; NULL: out of all. Its counters stay
 * latched, so they can appear elsewhere without a gap. */
void source_remove_blocks(struct source *source,
                          const struct store_host *host);

#endif

/* agents.h - the senders: agents, sub-agents and data sources, and what is remembered
 * of each to make sense of its next sample.
 *
 * An agent is known by the agent address in the datagram. The packet's source only tells
 * agents apart that have the same one; see agents_split().
 * Sequence numbers and uptime belong to a sub-agent, counters to a data source of a
 * sub-agent (sFlow version 5, sections 4.2.1 and 5). All numbers are bounded: at a
 * bound a new agent or source is refused, and the known ones go on.
 *
 * Other files of the collector keep things of their own with an agent or source: in a
 * part of the agent, or in a slot of the source. They free these before the source or
 * agent is removed (forget.c); agents.c and sources.c free only what is their own.
 */
#ifndef SFLOW_AGENTS_H
#define SFLOW_AGENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sflow/address.h"
#include "sflow/collector/sample_order.h"
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
struct counters;

struct agents {
	const struct host_kind *kind; /* of the agents' hosts */
	struct agent *agents;
	struct sub_agent *sub_agents;
	struct source *sources;
	size_t max_agents;
	size_t max_sources; /* per agent */
	size_t max_sources_total;
	struct agent *strangers; /* agents that are not confirmed, in the order in
	                          * which they came */
	size_t apart; /* agents that are only known by their packets' source */
	size_t kept;  /* datagrams that wait */
};

/* Begins with no agents. `max_sources` is per agent; the bound on all sources together
 * follows from both, and is at most `most_sources` (0: it isn't). */
void agents_init(struct agents *agents, const struct host_kind *kind, size_t max_agents,
                 size_t max_sources, size_t most_sources);

/* Sets other bounds. Agents and sources that are there already stay. */
void agents_bound(struct agents *agents, size_t max_agents, size_t max_sources,
                  size_t most_sources);

/* Return how many agents there are, and how many data sources of all agents. */
size_t agents_count(const struct agents *agents);
size_t agents_source_count(const struct agents *agents);

/* Agents ------------------------------------------------------------------------ */

/* Finds the agent that sends packets from `from`, or adds it at `now`. A new agent
 * begins with `loss`, the share of all datagrams that get lost on their way. NULL at a
 * bound or without memory. */
struct agent *agents_agent(struct agents *agents, const struct address *address,
                           const struct address *from, double loss, int64_t now);

/* Adds another agent of the same address, whose packets come from `from`: from then on
 * agents_agent() returns it for these. The first one's come from `first`. NULL at a bound
 * or without memory. */
struct agent *agents_split(struct agents *agents, struct agent *agent,
                           const struct address *first, const struct address *from,
                           double loss, int64_t now);

/* A walk over all agents, in the order in which they were added: returns the first one,
 * and the one after `agent`. NULL: no more. */
struct agent *agents_first(const struct agents *agents);
struct agent *agent_next(const struct agent *agent);

/* Whether the agent is *confirmed*: it has sent a second datagram that goes with an earlier
 * one, or it is known from before a restart of the program. A single datagram can be
 * anybody's, so who is not confirmed makes way at each bound. agents_confirm() notes it for
 * the agent and its host; for one that is confirmed it does nothing. */
bool agent_is_confirmed(const struct agent *agent);
void agents_confirm(struct agents *agents, struct agent *agent);

/* Returns the agent that has been unconfirmed for the longest time; NULL: all are. */
struct agent *agents_stranger(const struct agents *agents);

/* Whether there are as many agents as there may be; and whether there is so little room for
 * data sources that strangers have to make way. */
bool agents_are_full(const struct agents *agents);
bool agents_are_tight(const struct agents *agents);

/* Removes an agent that has no data sources, and its sub-agents. */
void agents_remove_agent(struct agents *agents, struct agent *agent);

const struct address *agent_address(const struct agent *agent);

/* Return the parts of an agent that other files own: its host (host.h), what it calls
 * itself (naming.h), its ports (ports.h), and its kinds of instances (instances.h). */
struct host *agent_host(const struct agent *agent);
struct agent_naming *agent_naming(const struct agent *agent);
struct agent_ports *agent_ports(const struct agent *agent);
struct agent_kinds *agent_kinds(const struct agent *agent);

/* Returns the agent of a host, which has to be the host of an agent. */
struct agent *agent_of_host(const struct host *host);

/* Returns the counter of all sets of self-named metrics that the agent has ever had;
 * custom.c owns it. */
unsigned *agent_custom_sets(const struct agent *agent);

/* How many datagrams with news came from the agent. */
uint64_t agent_datagrams(const struct agent *agent);
void agent_count_datagram(struct agent *agent);

/* Notes that the agent is known from before a restart of the program: its data sources are
 * expected at `interval_ms` (0: not known) until their own interval is learned. */
void agent_restored(struct agent *agent, uint32_t interval_ms, uint32_t jitter_ms);

/* Sets how often the agent is expected to be heard. Call it after source_learn().
 * `machine` says that the source sends the machine's own counters: then their interval
 * counts. An agent without such a source is expected as often as its slowest source
 * sends, so that the end of one application does not look like the end of the host. A
 * source counts when it is proven by that of the one before, or when that has ended. */
void agent_follow(struct agent *agent, struct source *source, bool machine,
                  int64_t now);

/* How many CPUs the machine itself says it has, or as a hypervisor; 0: not known. */
void agent_set_cpus(struct agent *agent, uint32_t cpus);
uint32_t agent_cpus(const struct agent *agent);

/* Notes that so many samples of the source were lost before this one. Returns whether the
 * agent is expected as often as this source sends. */
bool agent_polled(struct agent *agent, const struct source *source, uint32_t lost);

/* Returns the polling interval, in ms, of the source that agent_follow() chose; 0: not
 * known. */
uint32_t agent_interval_ms(const struct agent *agent);

/* Counts a sample or record of an unknown format. Returns true for the agent's first
 * one of this tag. */
bool agent_unknown(struct agent *agent, uint32_t tag);

/* Sub-agents ---------------------------------------------------------------------- */

/* Finds the sub-agent, or adds it. NULL at a bound or without memory. */
struct sub_agent *agents_sub_agent(struct agents *agents, struct agent *agent,
                                   uint32_t id);

/* Removes those sub-agents of the agent that have no data sources and have sent no
 * datagram since `before_ms`. */
void agents_sweep_sub_agents(struct agents *agents, struct agent *agent,
                             int64_t before_ms);

/* Whether all that is shown of the agent is of one sub-agent, and of data sources that stand
 * for one thing each: then no two sources have the same source_id(). */
bool agent_is_plain(const struct agent *agent);

/* Whether the ports of a sub-agent are shown. Where others have gone on for a while, it has
 * to do so first. */
bool sub_agent_is_shown(const struct sub_agent *sub_agent);

struct agent *sub_agent_agent(const struct sub_agent *sub_agent);

/* Like arrival_of_datagram(). Another epoch unlatches the counters of all sources of the
 * sub-agent. A datagram that waits is given to the caller later, in `arrived`, which
 * passes it to agents_free_kept() then. */
enum arrival sub_agent_arrival(struct agents *agents, struct sub_agent *sub_agent,
                               const struct datagram *datagram,
                               const struct address *from, int64_t now,
                               struct arrived *arrived);
/* Fills in agent, sub-agent, number and uptime of the latest datagram of the agent's first
 * sub-agent, its packet's source, and when it came. False where there is none. */
bool agent_last_datagram(const struct agent *agent, struct datagram *last,
                         struct address *from, int64_t *arrival_ms);

/* Whether the datagram that was judged last, as ARRIVAL_NEXT, confirms the agent: it is of
 * the right sequence, and at least 5 s later than the first one, by both clocks, from
 * the same source. A clock of another unit than ms, or one that stands still, is known after
 * eight polls and a minute; then ours counts alone. */
bool sub_agent_confirms(const struct sub_agent *sub_agent,
                        const struct arrived *arrived);

/* Whether the sub-agent's datagrams begin again with the one at hand, if some of its data
 * sources do. Asked once, it is told, and not true any more. */
bool sub_agent_has_restarted(struct sub_agent *sub_agent);

void agents_free_kept(struct agents *agents, struct kept_datagram *kept);

/* Returns the sub-agent's uptime, in ms, when it sent the datagram. Unlike the uptime
 * in the datagram, which has 32 bits, it does not wrap after 49.7 days. */
int64_t sub_agent_uptime_ms(const struct sub_agent *sub_agent,
                            const struct datagram *datagram);

/* Data sources -------------------------------------------------------------------- */

/* Finds the data source, or adds it at `now`; NULL at a bound or without memory. */
struct source *agents_source(struct agents *agents, struct sub_agent *sub_agent,
                             struct source_id id, int64_t now);

/* The same for what a record of the data source `carrier` says that it is about: a port
 * or a VLAN that has no samples of its own. */
struct source *agents_told_source(struct agents *agents, const struct source *carrier,
                                  struct source_id told, int64_t now);

/* Finds the interface of this ifIndex: a data source of the sub-agent, or else what
 * records of `beside`, or of the source that carries it, told. NULL: none. */
struct source *agents_find_port(const struct agents *agents,
                                const struct source *beside, uint32_t if_index);

/* A walk over the data sources of the same class and index of the agent's other sub-agents:
 * returns the one after `before`, or the first one where that is NULL. NULL: no more. */
struct source *source_alike(const struct source *source, const struct source *before);

/* A walk over the agent's data sources, in the order in which they were added: returns
 * the first one, and the one after `source`. NULL: no more. */
struct source *agent_sources(const struct agent *agent);
struct source *source_next(const struct source *source);

/* Removes the source, which must have nothing left in its slots or in the store. */
void agents_remove_source(struct agents *agents, struct source *source);

struct agent *source_agent(const struct source *source);
struct sub_agent *source_sub_agent(const struct source *source);
uint32_t source_sub_agent_id(const struct source *source);

/* Returns what the source stands for, which may be told by its records; and the data
 * source of the samples that these came in. */
struct source_id source_id(const struct source *source);
struct source_id source_wire_id(const struct source *source);

/* Whether the source has no samples of its own: its records come in those of another
 * data source. */
bool source_is_carried(const struct source *source);

/* Notes that a record of the data source says this number (an ifIndex, a vlan_id) of what
 * it is about. Returns whether its records say several, in one sample or in turn. Where
 * the source begins again, its number may be another one. */
bool source_says(struct source *source, uint32_t number);

/* Whether the data source is of this class, and has said this number and never another
 * one. */
bool source_says_only(const struct source *source, uint32_t class, uint32_t number);

/* Whether source_says() has returned true, and the last number of before that. */
bool source_carries(const struct source *source);
uint32_t source_number(const struct source *source);

/* An ifIndex of 0 is no port's. */
static inline bool
source_is_port(const struct source *source)
{
	struct source_id id = source_id(source);

	return id.class == SOURCE_INTERFACE && id.index != 0;
}

/* What other files remember of a source: one pointer each, NULL until the file sets
 * it. */
enum source_slot {
	SLOT_PORT,      /* ports.c */
	SLOT_RELATIONS, /* relations.c */
	SLOT_CUSTOM,    /* custom.c */
	SLOT_MACHINE,   /* machines.c */
	SLOT_COUNT
};
void *source_slot(const struct source *source, enum source_slot slot);
void source_set_slot(struct source *source, enum source_slot slot, void *memory);

/* Returns the prefix of the source's metrics and what belongs to it; instances.c owns
 * it. */
struct instance *source_instance(const struct source *source);

/* Return what the source calls itself ("": no name), and its UUID (all zero: none). */
const char *source_name(const struct source *source);
const uint8_t *source_uuid(const struct source *source);

/* Gives the source another name and UUID. Without memory it has no name afterwards.
 * `name` may be the source's own. */
void source_set_identity(struct source *source, const char *name,
                         const uint8_t uuid[16]);

/* Returns how often the source got another name; naming.c owns it. */
struct renames *source_renames(const struct source *source);

/* Return when the last sample of the source came, and the last one with counters (0:
 * none did). */
int64_t source_heard_ms(const struct source *source);
int64_t source_first_ms(const struct source *source);
int64_t source_counters_ms(const struct source *source);
void source_set_heard(struct source *source, int64_t heard_ms);

/* Return how often the source sends; and the same in seconds for TMAX and DMAX, which
 * is 30 until it is known. source_expect() sets what was known before a restart of the
 * program. */
const struct rhythm *source_rhythm(const struct source *source);
unsigned source_interval_s(const struct source *source);

/* Returns how often what the source sends comes, and when it is stale: when as many samples
 * in a row are missing as mean that the agent is down, but never more than MISSES_MOST.
 * `misses` is the configured number of these (0: by the measured loss). `gap_ms` is the
 * time since it came before (0: not known): what does not come in each sample may take as
 * long again, up to five minutes. */
struct store_pace source_pace(const struct source *source, unsigned misses,
                              double gap_ms);
void source_expect(struct source *source, uint32_t interval_ms, uint32_t jitter_ms);

/* Notes that counters came from the source in this datagram at `now`, after that gap in
 * its samples. Unless the source has restarted, the time since its last counters is used
 * to learn how often it sends. */
void source_learn(struct source *source, const struct datagram *datagram,
                  const struct sample_gap *gap, bool restarted, int64_t now);

/* Returns the time from the latched counters to `now`, in ms. */
double source_interval_ms(const struct source *source, const struct counters *counters,
                          const struct datagram *datagram, int64_t now);

/* Like arrival_of_sample(), for a sample of this source. A restart unlatches the
 * source's counters, unless its numbers mean none: see source_set_recounts(). */
enum arrival source_arrival(struct source *source, const struct sample *sample,
                            enum arrival datagram, int64_t now, struct sample_gap *gap);

/* Unlatches the source's counters if its sub-agent has restarted. Returns whether it
 * has. */
bool source_follow(struct source *source);

/* Unlatches the source's counters: the next ones get no deltas from those before. For a
 * source whose number now stands for something else. */
void source_unlatch(struct source *source);

/* Counters ------------------------------------------------------------------------- */

/* The last values of one structure from one data source. */
struct counters {
	struct counters *next; /* of the same source */
	const struct layout *layout;
	struct store_block *block; /* of its metrics; NULL: none. The store's */
	struct aside *aside; /* readings.c's, in memory of malloc(); NULL: nothing */
	int64_t arrival_ms;
	uint32_t uptime_ms;
	unsigned part;     /* its number, where a source has several of them */
	unsigned epoch;    /* of the source, when they were latched */
	uint8_t present;   /* rows that are latched; 0: none */
	uint8_t resets;    /* readings.c's: a bit for each of its last polls */
	uint8_t polls : 4; /* of so many polls */
	uint8_t width : 2; /* narrow.c's: an enum width */
	uint8_t speed;     /* speeds.c's; 0: enum speed's SPEED_GOOD */
	uint8_t latch[];   /* of latch_write() */
};

/* Returns the first of the source's counters; `next` leads to the others. NULL: none. */
struct counters *source_counters(const struct source *source);

/* Finds the source's counters of `layout` and of this part (0 where it has no parts),
 * or adds them. NULL at a bound or without memory. */
struct counters *source_add_counters(struct source *source, const struct layout *layout,
                                     unsigned part);

/* Returns whether the values that were latched last can be compared with `present` values of
 * now. They can't where none are latched, their number was another one, or the source has
 * restarted. */
bool source_latched(const struct source *source, const struct counters *counters,
                    size_t present);

/* Whether the number of the source's sample went back to near 0 with the one at hand. Mostly
 * that has unlatched its counters; and whether so many values were latched until then. */
bool source_jumped(const struct source *source);
bool source_was_latched(const struct source *source, const struct counters *counters,
                        size_t present);

/* Notes that the numbers of the source's samples go back to near 0 without its beginning
 * again: from now on that unlatches nothing. */
void source_set_recounts(struct source *source);

/* Latches the first `present` values, which came in this datagram at `now`. */
void source_latch(const struct source *source, struct counters *counters,
                  const struct field_value *values, size_t present,
                  const struct datagram *datagram, int64_t now);

/* Removes the source's counters of `layout`, and their blocks. */
void source_remove_counters(struct source *source, const struct layout *layout);

/* Removes the source's metrics from a host of the store; NULL: from all hosts. Its
 * counters stay latched, so its metrics can appear in another host without a gap. */
void source_remove_blocks(struct source *source, const struct store_host *host);

#endif

/* agents.h - who sends: agent, sub-agent, data source, and what is remembered
 * of each to make sense of its next sample.
 *
 * An agent is the agent address in the datagram, never the packet's source.
 * Sequence numbers and uptime belong to a sub-agent, counters to a data source
 * of a sub-agent (sFlow version 5, sections 4.2.1 and 5). Everything is
 * bounded: at a bound the newcomer is refused and those already there go on.
 */
#ifndef SFLOW_AGENTS_H
#define SFLOW_AGENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uthash.h>

#include "sflow/address.h"
#include "sflow/datagram.h"
#include "sflow/records.h"
#include "sflow/store.h"

#define AGENT_UNKNOWN_MAX 16 /* unknown formats remembered per agent */

/* The last values of one structure from one data source. */
struct counters {
	struct counters *next;
	const struct layout *layout;
	struct store_block *block; /* where its metrics go; the store's */
	unsigned epoch;            /* of the source, when they were latched */
	size_t present;            /* fields that are there; 0: none latched */
	uint32_t uptime_ms;
	int64_t arrival_ms;
	uint64_t numbers[];
};

/* A format that nobody here knows, and how often it came. */
struct unknown_format {
	uint32_t tag;
	uint64_t count;
};

struct agent {
	struct address address; /* the key */
	int64_t first_ms;       /* first heard */
	int64_t heard_ms;       /* last heard */
	uint64_t datagrams;
	struct sub_agent *sub_agents;
	struct source *sources;
	unsigned sub_agent_count;
	unsigned source_count;
	unsigned interval_s;    /* the shortest of its sources */
	char name[TEXT_SIZE];   /* of the machine; "" while not known */
	char other_name[TEXT_SIZE]; /* heard once, and not the name */
	bool named_by_address;
	struct store_host *host; /* NULL until there is a value */
	struct source *first[KIND_COUNT]; /* whose metrics have no prefix */
	bool told[KIND_COUNT];   /* that more than one instance is there */
	struct unknown_format unknown[AGENT_UNKNOWN_MAX];
	UT_hash_handle hh;
};

struct sub_agent {
	struct sub_agent_key {
		struct agent *agent;
		uint32_t id;
		uint32_t zero;
	} key;
	bool heard; /* so that what follows is known */
	uint32_t sequence;
	uint32_t uptime_ms;
	int64_t wrapped_ms; /* what uptime_ms has lost by wrapping */
	int64_t arrival_ms;
	unsigned epoch;   /* counts its restarts */
	unsigned source_count;
	struct sub_agent *prev, *next; /* of the same agent */
	UT_hash_handle hh;
};

struct source {
	struct source_key {
		struct sub_agent *sub_agent;
		struct source_id id;
	} key;
	struct agent *agent;
	struct source *prev, *next; /* of the same agent */
	bool counters_seen, flows_seen;
	uint32_t counters_sequence;
	uint32_t flows_sequence;
	unsigned sub_epoch;  /* the sub-agent's, when last heard */
	unsigned epoch;      /* counts its restarts, the sub-agent's included */
	int64_t heard_ms;    /* any sample */
	int64_t counters_ms; /* the last counters sample; 0: none */
	uint32_t uptime_ms;  /* the agent's clock then */
	uint32_t intervals_ms[3]; /* the last ones measured; 0: none */
	unsigned next_interval;
	unsigned interval_s; /* learned; 30 until known */
	char name[TEXT_SIZE]; /* of a virtual machine; "" where none is sent */
	uint8_t uuid[16];
	char prefix[TEXT_SIZE]; /* "" until its metrics need one */
	struct store_host *host; /* a virtual machine that is its own host */
	struct counters *counters;
	UT_hash_handle hh;
};

struct agents {
	struct agent *agents;
	struct sub_agent *sub_agents;
	struct source *sources;
	size_t max_agents;
	size_t max_sources;       /* per agent */
	size_t max_sources_total;
};

/* How a datagram or sample stands to those before it. */
enum arrival {
	ARRIVAL_NEXT,    /* in order; `lost` says how many are missing */
	ARRIVAL_STALE,   /* a duplicate, or overtaken: it changes nothing */
	ARRIVAL_RESTART  /* the sender has begun again */
};

void agents_init(struct agents *agents, size_t max_agents, size_t max_sources);
void agents_free(struct agents *agents);

/* Each finds, or adds at `now`; NULL at a bound or without memory. */
struct agent *agents_agent(struct agents *agents,
                           const struct address *address, int64_t now);
struct sub_agent *agents_sub_agent(struct agents *agents, struct agent *agent,
                                   uint32_t id);
struct source *agents_source(struct agents *agents,
                             struct sub_agent *sub_agent, struct source_id id,
                             int64_t now);

/* Removes a data source and its blocks, a sub-agent that has no sources, or an
 * agent with all it has. A host of their own is gone. */
void agents_remove_source(struct agents *agents, struct source *source);
void agents_remove_sub_agent(struct agents *agents,
                             struct sub_agent *sub_agent);
void agents_remove_agent(struct agents *agents, struct agent *agent);

/* Takes note of a datagram's sequence number and uptime. A restart raises the
 * sub-agent's epoch, and so unlatches the counters of all its sources. A
 * datagram that was overtaken is STALE, yet its samples may still be news to
 * their data sources. */
enum arrival sub_agent_arrival(struct sub_agent *sub_agent,
                               const struct datagram *datagram, int64_t now,
                               uint32_t *lost);

/* Takes note of a sample's sequence number. `datagram` says how the datagram
 * stood. A sample that was already here is STALE. */
enum arrival source_arrival(struct source *source, const struct sample *sample,
                            enum arrival datagram, uint32_t *lost);

/* The values of `layout` from this source; added where new. NULL without
 * memory. */
struct counters *source_counters(struct source *source,
                                 const struct layout *layout);

/* Takes the source's metrics out of the store. Its counters stay latched, so
 * they can appear elsewhere without a gap. */
void source_detach(struct source *source);

/* Learns from the time between two counter samples of which `lost` are missing
 * in between. The median of three is taken, and moves only when it is clearly
 * another interval. */
void source_learn_interval(struct source *source, double elapsed_ms,
                           uint32_t lost);

/* Counts an unknown format. True when it is the agent's first of this tag. */
bool agent_unknown(struct agent *agent, uint32_t tag);

#endif

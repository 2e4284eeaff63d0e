/* agents_internal.h - what an agent, a sub-agent and a data source are, for agents.c
 * and sources.c, which own them. All others call these.
 */
#ifndef SFLOW_AGENTS_INTERNAL_H
#define SFLOW_AGENTS_INTERNAL_H

#include "sflow/collector/agents.h"
#include "sflow/collector/instances.h"
#include "sflow/collector/naming.h"
#include "sflow/collector/ports.h"
#include "sflow/hash.h"

/* A format that nobody here knows, and how often it came. */
struct unknown_format {
	uint32_t tag;
	uint64_t count;
};

struct agent {
	struct host host; /* first, so that one is found from the other. Its key has
	                   * the address, by which the agent is found */
	struct agent_naming naming;
	struct agent_ports ports;
	struct agent_kinds kinds;
	uint64_t datagrams;
	uint32_t interval_ms; /* that was kept over a restart; 0: none */
	uint32_t jitter_ms;
	struct sub_agent *sub_agents;
	struct source *sources;
	unsigned sub_agent_count;
	unsigned source_count;
	unsigned custom_sets;
	bool machine_paces;   /* `pace` is the machine's own */
	struct source *pace;  /* whose rhythm is expected; NULL: nobody's */
	struct unknown_format *unknown; /* AGENT_UNKNOWN_MAX; NULL: none */
	UT_hash_handle hh;
};

struct sub_agent {
	struct sub_agent_key {
		struct agent *agent;
		uint32_t id;
		uint32_t zero;
	} key;
	struct datagram_order order;
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
	/* each sweep looks at these: they lie together */
	struct source *next, *prev; /* of the same agent */
	int64_t heard_ms;           /* any sample */
	struct rhythm rhythm;       /* how often it sends */
	void *slots[SLOT_COUNT];
	/* and at none of these */
	struct sample_order counted, flows;
	unsigned sub_epoch;  /* the sub-agent's, when last heard */
	unsigned epoch;      /* counts its restarts, the sub-agent's included */
	int64_t counters_ms; /* the last counters sample; 0: none */
	uint32_t uptime_ms;  /* the agent's clock then */
	unsigned counters_count;
	char *name;
	uint8_t uuid[16];
	struct renames renames;
	struct instance instance;
	struct counters *counters;
	UT_hash_handle hh;
};

/* Frees the source's counters. They have no blocks any more. */
void source_free_counters(struct source *source);

#endif

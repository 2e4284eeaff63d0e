/* agents_internal.h - the structures of an agent, a sub-agent and a data source, for
 * agents.c, sub_agents.c and sources.c, which own them. Other files call the functions of
 * agents.h.
 */
#ifndef SFLOW_AGENTS_INTERNAL_H
#define SFLOW_AGENTS_INTERNAL_H

#include "sflow/collector/agents.h"
#include "sflow/collector/instances.h"
#include "sflow/collector/naming.h"
#include "sflow/collector/ports.h"
#include "sflow/hash.h"

/* An unknown format, and how often it came. */
struct unknown_format {
	uint32_t tag;
	uint64_t count;
};

struct agent {
	struct host host; /* first, for agent_of_host(). The address in its key is
	                   * the agent's own in the table of agents, and so is the
	                   * packet source behind it where `apart` is set there */
	struct agent_naming naming;
	struct agent_ports ports;
	struct agent_kinds kinds;
	uint64_t datagrams;
	uint32_t interval_ms; /* as restored after a restart; 0: not known */
	uint32_t jitter_ms;   /* the same */
	struct sub_agent *sub_agents;
	struct source *sources;
	unsigned sub_agent_count;
	unsigned shown_count; /* of them, whose ports are shown */
	unsigned source_count;
	unsigned custom_sets;
	bool confirmed;
	bool carries;        /* some sources have come in the samples of others */
	uint32_t cpus;       /* of the machine; 0: not known */
	bool machine_paces;  /* `pace` sends the machine's own counters */
	struct source *pace; /* the source whose rhythm is expected; NULL: none */
	struct unknown_format *unknown; /* AGENT_UNKNOWN_MAX of them; NULL: none */
	struct agent *prev, *next;      /* among the strangers, until it is confirmed */
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
	bool proven; /* it has gone on for a while */
	bool shown;  /* so its ports are, or they were when none was proven */
	struct sub_agent *prev, *next; /* of the same agent */
	UT_hash_handle hh;
};

struct source {
	struct source_key {
		struct sub_agent *sub_agent;
		struct source_id id;
		struct source_id told; /* by its records; all zero: nothing */
	} key;
	struct agent *agent;
	/* A sweep over all sources reads these, so they lie together. */
	struct source *next, *prev; /* of the same agent */
	int64_t heard_ms;           /* when its last sample came, */
	int64_t first_ms;           /* and when its first one */
	struct rhythm rhythm;       /* how often it sends */
	void *slots[SLOT_COUNT];
	/* The sweep reads none of these. */
	struct sample_order counted, flows;
	unsigned sub_epoch;   /* the sub-agent's epoch when its counters last came, */
	unsigned flows_epoch; /* and its packet samples */
	unsigned epoch;       /* counts its restarts, the sub-agent's included */
	int64_t counters_ms;  /* when its last counters sample came; 0: none did */
	uint32_t uptime_ms;   /* the sub-agent's uptime in that datagram */
	unsigned counters_count;
	uint32_t number; /* that its records say last: an ifIndex, a vlan_id */
	bool numbered;   /* they say one */
	bool carries;    /* and others in turn: they are of sources of their own */
	bool jumped;     /* the number of its sample at hand went back to near 0, */
	bool recounts;   /* which it also does without beginning again */
	char *name;
	uint8_t uuid[16];
	struct renames renames;
	struct instance instance;
	struct counters *counters;
	UT_hash_handle hh;
};

/* Frees the source's counters, which must not have blocks any more. */
void source_free_counters(struct source *source);

#endif

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

#include "sflow/address.h"
#include "sflow/datagram.h"
#include "sflow/hash.h"
#include "sflow/members.h"
#include "sflow/records.h"
#include "sflow/store.h"

/* The class of data sources that stand for the metrics which an agent names
 * itself; no sample on the wire may have it. */
#define SOURCE_CUSTOM UINT32_MAX

#define AGENT_UNKNOWN_MAX 16 /* unknown formats remembered per agent */

/* The last values of one structure from one data source. */
struct counters {
	struct counters *next;
	const struct layout *layout;
	unsigned part; /* of those that there are several of */
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

/* How often something got another name, in the hour that began then. */
struct renames {
	unsigned count;
	int64_t since_ms;
};

struct agent {
	struct address address; /* the key */
	int64_t first_ms;       /* first heard */
	uint64_t datagrams;
	struct sub_agent *sub_agents;
	struct source *sources;
	unsigned sub_agent_count;
	unsigned source_count;
	struct member member;   /* whether it is up, and when last heard */
	struct source *pace;    /* whose rhythm is expected; NULL: nobody's */
	bool machine_paces;     /* it is the machine's own */
	struct renames renames; /* of its host */
	char name[TEXT_SIZE];   /* of its host; "" while not known */
	char called[TEXT_SIZE]; /* what the machine calls itself; "" unknown */
	char other_name[TEXT_SIZE]; /* heard once, and not the name */
	struct store_host *host; /* NULL until there is a value */
	struct store_block *totals; /* of its ports */
	unsigned ports;         /* that count for the totals */
	unsigned ports_rated;   /* those of them with a rate since the last ones */
	int64_t ports_ms;       /* when any of them was last heard */
	int64_t ports_since_ms; /* and heard again after an outage */
	unsigned custom_sets;   /* that it ever had */
	struct source *first[KIND_COUNT]; /* whose metrics have no prefix */
	bool told[KIND_COUNT];   /* that more than one instance is there */
	bool told_flipping;      /* that a name changes all the time */
	struct unknown_format unknown[AGENT_UNKNOWN_MAX];
	UT_hash_handle hh;
};

/* A datagram's place in time. */
struct datagram_clock {
	uint32_t sequence;
	uint32_t uptime_ms; /* by the agent's clock */
	int64_t arrival_ms; /* by ours */
};

struct sub_agent {
	struct sub_agent_key {
		struct agent *agent;
		uint32_t id;
		uint32_t zero;
	} key;
	bool heard; /* so that what follows is known */
	struct datagram_clock last;   /* the latest datagram */
	struct datagram_clock before; /* the latest before it began again */
	int64_t wrapped_ms; /* what its uptime has lost by wrapping */
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
	struct rhythm rhythm; /* how often it sends */
	char name[TEXT_SIZE]; /* of a virtual machine; "" where none is sent */
	uint8_t uuid[16];
	char host_name[TEXT_SIZE]; /* of its own host */
	bool by_uuid; /* it is the one that the UUID stands for */
	int64_t moved_ms; /* another took its host over then; 0: never */
	char prefix[TEXT_SIZE]; /* "" until its metrics need one */
	struct renames renames;
	bool contested; /* another port took its name over */
	bool unwanted;  /* a port that the administrator leaves out */
	struct port *port;           /* of a data source that is a port */
	struct relations *relations; /* that it told of; NULL: none */
	struct custom *customs;      /* metrics that the agent named itself */
	unsigned counters_count;
	struct store_host *host; /* a virtual machine that is its own host; */
	struct member member;    /* and whether it is up */
	struct counters *counters;
	UT_hash_handle hh;
	UT_hash_handle uuid_hh; /* of sources that are hosts, by UUID */
};

/* A host's name that is taken, so that no two hosts share one. */
struct taken_name {
	char name[TEXT_SIZE];
	UT_hash_handle hh;
};

struct agents {
	struct agent *agents;
	struct sub_agent *sub_agents;
	struct source *sources;
	struct source *by_uuid;
	struct mac_owners *by_mac;
	struct taken_name *names;
	double loss; /* share of all datagrams that get lost */
	size_t max_agents;
	size_t max_sources;       /* per agent */
	size_t max_sources_total;
};

/* Takes a name for a host: false when another host has it. And gives it back,
 * which is fine for one that nobody has. */
bool agents_take_name(struct agents *agents, const char *name);
void agents_return_name(struct agents *agents, const char *name);

/* The source that the UUID stands for; NULL when there is none. And makes it
 * this one from now on. */
struct source *agents_find_uuid(struct agents *agents, const uint8_t uuid[16]);
void agents_set_uuid(struct agents *agents, struct source *source);
void agents_unset_uuid(struct agents *agents, struct source *source);

/* How a datagram or sample stands to those before it. */
enum arrival {
	ARRIVAL_NEXT,    /* in order; `lost` says how many are missing */
	ARRIVAL_STALE,   /* a duplicate, or overtaken: it changes nothing */
	ARRIVAL_PAST,    /* from before the sender began again: forget it */
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

/* NULL when there is none. */
struct source *agents_find_source(const struct agents *agents,
                                  struct sub_agent *sub_agent,
                                  struct source_id id);

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

/* The source's counters are unlatched where its sub-agent has begun again. */
void source_follow(struct source *source);

/* The values of `layout` from this source, and of this part of it (0 where it
 * has none); added where new. NULL at a bound or without memory. */
struct counters *source_counters(struct source *source,
                                 const struct layout *layout, unsigned part);

/* Removes all values of `layout`, and their blocks. */
void source_forget(struct source *source, const struct layout *layout);

/* Takes the source's metrics out of a host; NULL: out of the store. Its
 * counters stay latched, so they can appear elsewhere without a gap. */
void source_detach(struct source *source, const struct store_host *host);

/* The source's polling interval in seconds, for TMAX and DMAX; 30 until it is
 * known. */
unsigned source_interval_s(const struct source *source);

/* The agent is expected to be heard as often as its machine's own counters are
 * sent; where nobody speaks for a machine, as often as its slowest source, so
 * that the end of one application is not that of the host. Call it when the
 * source has learned something. */
void agent_follow(struct agent *agent, struct source *source, bool machine);

/* ports.c: the port is no more one of its agent's, and its memory is freed. */
void port_forget(struct source *source);

/* custom.c: frees the metrics that the agent named itself. They have no counters
 * any more. */
void customs_free(struct source *source);

/* Counts an unknown format. True when it is the agent's first of this tag. */
bool agent_unknown(struct agent *agent, uint32_t tag);

#endif

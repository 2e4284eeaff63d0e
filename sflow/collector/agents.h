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
#include "sflow/collector/arrival.h"
#include "sflow/wire/datagram.h"
#include "sflow/hash.h"
#include "sflow/collector/members.h"
#include "sflow/wire/records.h"
#include "sflow/store/store.h"

/* The class of data sources that stand for the metrics which an agent names
 * itself; no sample on the wire may have it. */
#define SOURCE_CUSTOM UINT32_MAX

#define AGENT_UNKNOWN_MAX 16 /* unknown formats remembered per agent */

/* The last values of one structure from one data source. */
struct counters {
	struct counters *next;
	const struct layout *layout;
	struct store_block *block; /* where its metrics go; the store's */
	int64_t arrival_ms;
	uint32_t uptime_ms;
	unsigned part;    /* of those that there are several of */
	unsigned epoch;   /* of the source, when they were latched */
	uint16_t present; /* fields that are there; 0: none latched */
	uint8_t latch[];  /* latch_write()'s */
};

/* A format that nobody here knows, and how often it came. */
struct unknown_format {
	uint32_t tag;
	uint64_t count;
};

/* A host as it was when it was last saved; see collector_save(). */
struct kept {
	bool stored; /* something is saved under its key; and */
	bool saved;  /* it is what follows */
	bool down;
	uint32_t interval_ms;
	int64_t heard_ms;
};

/* A host that was saved and is no more. */
struct forgotten {
	struct forgotten *next;
	bool machine;
	struct address agent;
	uint32_t sub_agent;
	struct source_id source;
};

/* How often something got another name, in the hour that began then. */
struct renames {
	unsigned count;
	int64_t since_ms;
};

struct agent {
	struct address address; /* the key */
	bool moves;             /* its host is not in that cluster yet: */
	bool machine_paces;     /* `pace` is the machine's own */
	bool told_flipping;     /* that a name changes all the time */
	unsigned cluster;       /* that its host belongs to */
	int64_t first_ms;       /* first heard */
	uint64_t datagrams;
	struct kept kept;
	uint32_t interval_ms;   /* that was kept over a restart; 0: none */
	uint32_t jitter_ms;
	struct sub_agent *sub_agents;
	struct source *sources;
	unsigned sub_agent_count;
	unsigned source_count;
	struct member member;   /* whether it is up, and when last heard */
	struct source *pace;    /* whose rhythm is expected; NULL: nobody's */
	struct renames renames; /* of its host */
	char *name;             /* of its host; "" while not known */
	char *called;           /* what the machine calls itself; "" unknown */
	char *other_name;       /* heard once, and not the name; NULL: none */
	struct store_host *host; /* NULL until there is a value */
	struct store_block *totals; /* of its ports */
	unsigned ports;         /* that count for the totals */
	unsigned ports_rated;   /* those of them with a rate since the last ones */
	int64_t ports_ms;       /* when any of them was last heard */
	int64_t ports_since_ms; /* and heard again after an outage */
	unsigned custom_sets;   /* that it ever had */
	uint32_t first;         /* kinds of which a source is the first */
	uint32_t told;          /* kinds of which there is more than one */
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
	struct source *prev, *next; /* of the same agent */
	bool contested; /* another port took its name over */
	bool unwanted;  /* a port that the administrator leaves out */
	struct sample_order counted, flows;
	unsigned sub_epoch;  /* the sub-agent's, when last heard */
	unsigned epoch;      /* counts its restarts, the sub-agent's included */
	uint32_t first; /* kinds of which it is the first: they have no prefix */
	int64_t heard_ms;    /* any sample */
	int64_t counters_ms; /* the last counters sample; 0: none */
	uint32_t uptime_ms;  /* the agent's clock then */
	unsigned counters_count;
	struct rhythm rhythm; /* how often it sends */
	char *name;   /* of a virtual machine; "" where none is sent */
	uint8_t uuid[16];
	char *prefix; /* "" until its metrics need one */
	struct renames renames;
	struct port *port;           /* of a data source that is a port */
	struct relations *relations; /* that it told of; NULL: none */
	struct custom *customs;      /* metrics that the agent named itself */
	struct machine *machine; /* NULL: it was never a host of its own */
	struct counters *counters;
	UT_hash_handle hh;
};

/* A virtual machine that is a host of its own, or was. */
struct machine {
	struct source *source;
	struct store_host *host; /* NULL: it is none now */
	char name[TEXT_SIZE];    /* of that, */
	unsigned cluster;        /* in this one */
	int64_t first_ms;        /* first heard */
	struct member member;    /* whether it is up */
	struct kept kept;
	int64_t moved_ms;        /* another took its host over then; 0: never */
	bool by_uuid;            /* it is the one that the UUID stands for */
	UT_hash_handle hh;       /* of those, by UUID */
};

/* The host of its own that the source has; NULL: none. */
static inline struct store_host *
source_host(const struct source *source)
{
	return source->machine != NULL ? source->machine->host : NULL;
}

/* A host's name that is taken, so that no two hosts of a cluster share one. */
struct taken_name {
	UT_hash_handle hh;
	struct name_key {
		unsigned cluster;
		char name[TEXT_SIZE];
	} key;
};

struct agents {
	struct agent *agents;
	struct sub_agent *sub_agents;
	struct source *sources;
	struct machine *by_uuid;
	struct mac_owners *by_mac;
	struct taken_name *names;
	bool keep;                   /* hosts are saved */
	struct agent *save_next;     /* so far has collector_save() come */
	bool saved_all;              /* it came to the end */
	struct forgotten *forgotten; /* since it was last called */
	double loss; /* share of all datagrams that get lost */
	size_t max_agents;
	size_t max_sources;       /* per agent */
	size_t max_sources_total;
};

/* Takes a name for a host: false when another host of the cluster has it. And
 * gives it back, which is fine for one that nobody has. */
bool agents_take_name(struct agents *agents, unsigned cluster,
                      const char *name);
void agents_return_name(struct agents *agents, unsigned cluster,
                        const char *name);

/* The host of the source (a virtual machine's own), or of the agent, is no more, or
 * has another name: what was saved of it is not true any more. */
void agents_unsave_source(struct agents *agents, struct source *source);
void agents_unsave_agent(struct agents *agents, struct agent *agent);

/* Forgets what is to be forgotten where it was saved. */
void agents_drop_forgotten(struct agents *agents);

/* The source that the UUID stands for; NULL when there is none. And makes it
 * this one from now on. */
struct source *agents_find_uuid(struct agents *agents, const uint8_t uuid[16]);
void agents_set_uuid(struct agents *agents, struct source *source);
void agents_unset_uuid(struct agents *agents, struct source *source);

void agents_init(struct agents *agents, size_t max_agents, size_t max_sources);
void agents_free(struct agents *agents);

/* Other bounds from now on; what is there already stays. */
void agents_bound(struct agents *agents, size_t max_agents,
                  size_t max_sources);

/* Each finds, or adds at `now`; NULL at a bound or without memory. */
struct agent *agents_agent(struct agents *agents,
                           const struct address *address, int64_t now);
struct sub_agent *agents_sub_agent(struct agents *agents, struct agent *agent,
                                   uint32_t id);
struct source *agents_source(struct agents *agents,
                             struct sub_agent *sub_agent, struct source_id id,
                             int64_t now);

/* Gives the agent, or the source, that text; "": none. Without memory it has none
 * then, and the result is false. `text` may be the one that it has. */
bool agent_set_name(struct agent *agent, const char *text);
bool agent_set_called(struct agent *agent, const char *text);
bool source_set_name(struct source *source, const char *text);
bool source_set_prefix(struct source *source, const char *text);

/* The source as a machine that may be a host; NULL without memory. */
struct machine *source_machine(struct source *source);

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

/* As arrival_of_sample(), for a sample of this source. Where that has begun again, its
 * counters are unlatched. */
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

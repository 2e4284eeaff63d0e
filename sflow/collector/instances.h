/* instances.h - the names of a source's metrics. A prefix tells apart the instances of
 * one kind on a host: ports, web servers, memcacheds, JVMs, virtual machines. The first
 * instance of a kind has no prefix, unless "multiple" asks for one.
 */
#ifndef SFLOW_INSTANCES_H
#define SFLOW_INSTANCES_H

#include "sflow/collector/agents.h"

/* The kinds of instances of an agent, each a bit. */
struct agent_kinds {
	uint32_t first; /* kinds of which a source is the first instance */
	uint32_t told;  /* kinds with a second instance, of which an event was added */
	unsigned numbered; /* prefixes that have got a number */
};

/* The instance that a source is. */
struct instance {
	char *prefix;   /* "" until its metrics need one */
	uint32_t first; /* bits of kinds of which it is the first, without a prefix */
	enum kind kind; /* for which the prefix was chosen */
	bool
	    contested; /* another port has taken over its name, or another source beside
	                 * it has the name that it would have */
	bool apart;    /* a port or VLAN elsewhere on the agent goes by its name */
	bool unwanted; /* it is a port that the administrator leaves out */
};

/* Whether the administrator wants to see the port. */
bool port_is_wanted(const struct collector *collector, const struct source *source);

/* Adds a block to the store for the metrics of these counters of the source. Returns
 * NULL where these metrics have no place in the store; *refused says whether that is
 * because of a bound, for want of memory, or because a metric of another structure has
 * the name of one of these. */
struct store_block *instance_block(struct collector *collector, struct source *source,
                                   const struct counters *counters, int64_t now,
                                   bool *refused);

/* Called with each sample of a source. Where it succeeds the one that has the name that it
 * would have, or that name is free again, it is called so with its next values, which
 * follow: a container that was made anew, a JVM with another number. */
void instance_review(struct collector *collector, struct source *source);

/* Takes the source's prefix away, and ends its being the first of its kinds: both are
 * chosen again with its next values. */
void instance_reset(struct source *source);

/* Removes all metrics of the source from all hosts in the store, and resets the
 * instance. */
void instance_withdraw(struct source *source);

#endif

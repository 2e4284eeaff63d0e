/* instances.h - by which names a source's metrics go. What runs on a host (web servers,
 * memcached, JVMs, virtual machines), and its ports, are told apart by a prefix, and the
 * first of its kind has none, unless "multiple" asks for it.
 */
#ifndef SFLOW_INSTANCES_H
#define SFLOW_INSTANCES_H

#include "sflow/collector/agents.h"

/* Of an agent: bits of kinds. */
struct agent_kinds {
	uint32_t first; /* of which a source is the first */
	uint32_t told;  /* of which there is more than one, and that was told */
};

/* Of a source. */
struct instance {
	char *prefix;   /* "" until its metrics need one */
	uint32_t first; /* kinds of which it is the first: they have no prefix */
	bool contested; /* another port took its name over */
	bool unwanted;  /* a port that the administrator leaves out */
};

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

/* The source has no prefix, and is the first of no kind: both are chosen again with its
 * next values. */
void instance_reset(struct source *source);

/* Takes all metrics of the source out of the store, wherever they are, and resets it. */
void instance_withdraw(struct source *source);

#endif

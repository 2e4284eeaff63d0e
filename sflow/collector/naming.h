/* naming.h - what hosts are called: by what machines call themselves, by the name that
 * the administrator gives them, or by their address.
 */
#ifndef SFLOW_NAMING_H
#define SFLOW_NAMING_H

#include "sflow/collector/agents.h"

/* How often something got another name, in the hour that began then. */
struct renames {
	unsigned count;
	bool told; /* of an agent: that names of its hosts change all the time */
	int64_t since_ms;
};

/* What an agent's machine calls itself. */
struct agent_naming {
	char *called;           /* "" unknown */
	char *other;            /* heard once, and not the name; "": none */
	struct renames renames; /* of its host */
};

/* The kind of host that agents have. */
extern const struct host_kind agent_host_kind;

/* The machine behind `agent` calls itself `name`. A host that has another name
 * is renamed when it has said so twice. */
void agent_calls_itself(struct collector *collector, struct agent *agent,
                        const char *name, int64_t now);

/* The agent sent no name for long enough: it gets the one that is configured
 * for it, or its address. */
void agent_name_otherwise(struct collector *collector, struct agent *agent,
                          int64_t now);

/* The agent's name is none that it gave itself, and the administrator may have given
 * it another one since. */
void agent_review_name(struct collector *collector, struct agent *agent,
                       int64_t now);

/* The source (a virtual machine, a port, an application) calls itself `name`, and has
 * this UUID. */
void source_calls_itself(struct collector *collector, struct source *source,
                         const char *name, const uint8_t uuid[16],
                         int64_t now);

/* Frees what is known of the agent's name. */
void naming_forget(struct agent *agent);

#endif

/* naming.h - how hosts and data sources get their names. The name of an agent's host is
 * what its machine calls itself, or else the name that the administrator gives it, or
 * else its address.
 */
#ifndef SFLOW_NAMING_H
#define SFLOW_NAMING_H

#include "sflow/collector/agents.h"

/* How often something got another name, in the hour that began at since_ms. */
struct renames {
	unsigned count;
	bool told; /* of an agent: an event has said that a name changes all the time */
	int64_t since_ms;
};

/* What an agent's machine calls itself. */
struct agent_naming {
	char *called;           /* its name; "": not known */
	char *other;            /* another name that was heard once; "": none */
	struct renames renames; /* of the agent's host */
	uint8_t uuid[16];       /* all zero: not known */
};

/* The kind of host that agents are. */
extern const struct host_kind agent_host_kind;

/* Notes that the machine of the agent calls itself `name`, and has this UUID. Where its
 * host has another name, the host is renamed when the new one has come twice in a row.
 * Where then the UUID is another one, too, another machine has the agent's address, and
 * nothing is renamed: returns true, and the caller ends the agent's host, and calls this
 * again (see successor_displace()). */
bool agent_calls_itself(struct collector *collector, struct agent *agent,
                        const char *name, const uint8_t uuid[16], int64_t now);

/* Gives an agent that has sent no name for long enough the name that is configured for
 * it, or its address. */
void agent_name_otherwise(struct collector *collector, struct agent *agent,
                          int64_t now);

/* Renames the agent's host, now that there is another agent of its address, unless it has
 * a name that the agent sends. */
void agent_name_apart(struct collector *collector, struct agent *agent, int64_t now);

/* Renames the agent's host where the agent sends no name and the configuration now
 * gives it another one. */
void agent_review_name(struct collector *collector, struct agent *agent, int64_t now);

/* Notes that the source (a virtual machine, a port, an application) calls itself
 * `name`, and has this UUID. */
void source_calls_itself(struct collector *collector, struct source *source,
                         const char *name, const uint8_t uuid[16], int64_t now);

/* Frees the agent's names, and forgets its UUID. */
void naming_forget(struct agent *agent);

#endif

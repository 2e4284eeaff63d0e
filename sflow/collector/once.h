/* once.h - which ports are counted in others already: a bond in its members, a VLAN
 * interface in the port below it, one port that several sub-agents report. What the
 * records show is looked at; what they don't show is the administrator's to say.
 */
#ifndef SFLOW_ONCE_H
#define SFLOW_ONCE_H

#include "sflow/collector/agents.h"
#include "sflow/wire/derive.h"

struct port;

/* Finds the rows of if_counters that are compared. */
void once_init(struct collector *collector);

/* Puts a new port beside those of the agent that have its ifIndex. Without memory it
 * stays alone. */
void once_add(struct agent_ports *ports, struct port *port);

/* Frees what is kept of the port, which leaves the agent's. What was a sum may be none
 * without it. */
void once_forget(struct agent_ports *ports, struct port *port);

/* Notes the counters of a port that has others of its ifIndex, and compares them with
 * theirs, where the record is not too short for it. It `begins` where they are its first
 * ones, or were reset. */
void once_heard(const struct collector *collector, struct port *port,
                const struct derive_input *in, bool begins, uint32_t uptime_ms,
                int64_t now);

/* Whether the port is counted already, by what is known of it. `if_type` is its
 * ifType. */
bool once_is_counted(const struct collector *collector, const struct port *port,
                     uint64_t if_type);

/* Notes that such a port counts, or does not any more. */
void once_set_counted(struct port *port, bool counted);

/* Whether some ports may be one, and more has to be seen until that is known. */
bool once_is_open(const struct agent_ports *ports);

/* Whether it is known of the port that it is counted already. */
bool once_is_known(const struct port *port);

/* Looks at all ports of the agent that have rates: by their names where these are new,
 * and at those that may be sums. */
void once_review(const struct collector *collector, struct agent_ports *ports);

#endif

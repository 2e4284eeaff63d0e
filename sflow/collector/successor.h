/* successor.h - hosts that take the place of another one: a server that got another
 * address, a virtual machine that was made anew.
 *
 * A successor is a host that was first heard after the one whose name it sends was last
 * heard. It takes the name at once where both have one UUID, and else when the other is
 * late. Until then a host that has no name yet waits. The other one is forgotten; if it is heard again it is a new host, and they are
 * two for good, because the first of them was heard before the second one was last heard.
 */
#ifndef SFLOW_SUCCESSOR_H
#define SFLOW_SUCCESSOR_H

#include "sflow/collector/agents.h"
#include "sflow/collector/index.h"

/* Called before a machine gets the name that it sends, or as long as it has another
 * one. Frees that name where another host has it that this agent's, or this virtual
 * machine's, host succeeds, and renames the host if it has a name already. Notes in the
 * host whether it has to wait for its name. */
void successor_of_agent(struct collector *collector, struct agent *agent,
                        const struct identity *identity, int64_t now);
void successor_of_machine(struct collector *collector, struct source *source,
                          const struct identity *identity, int64_t now);

/* Ends the host of an agent whose address another machine has now: the agent has a new host
 * afterwards, without a name. If the machine before waits for its name at another address,
 * it gets it there, which is told as a move; else its host is gone. */
void successor_displace(struct collector *collector, struct agent *agent, int64_t now);

#endif

/* forget.h - removes an agent or a data source: each file of the collector frees what
 * it keeps of it, in the order that is needed.
 */
#ifndef SFLOW_FORGET_H
#define SFLOW_FORGET_H

#include "sflow/collector/agents.h"

/* forget_source() removes a data source and all that belongs to it, also the host that
 * a virtual machine is. forget_agent() removes an agent with all its data sources. */
void forget_source(struct collector *collector, struct source *source);
void forget_agent(struct collector *collector, struct agent *agent);

/* The same, with an event for each host that is gone by it. */
void expire_source(struct collector *collector, struct source *source, int64_t now);
void expire_agent(struct collector *collector, struct agent *agent, int64_t now);

/* The one of both that a host needs. */
void forget_host(struct collector *collector, struct host *host);

#endif

/* forget.h - the end of an agent or a data source: each file of the collector forgets its
 * own of it, in the order that is needed. Nothing is told.
 */
#ifndef SFLOW_FORGET_H
#define SFLOW_FORGET_H

#include "sflow/collector/agents.h"

/* Removes a data source and all that hangs on it, its host of its own with it; and an
 * agent with all its data sources. */
void forget_source(struct collector *collector, struct source *source);
void forget_agent(struct collector *collector, struct agent *agent);

#endif

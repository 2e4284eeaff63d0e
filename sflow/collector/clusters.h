/* clusters.h - which cluster an agent belongs to, by its address. */
#ifndef SFLOW_CLUSTERS_H
#define SFLOW_CLUSTERS_H

#include "sflow/collector/agents.h"

/* Returns the number of the cluster of an agent of that address. */
unsigned cluster_of(const struct collector_config *config, const struct address *agent);

/* Sets the cluster of an agent that was not heard before; others keep theirs. */
void agent_find_cluster(const struct collector_config *config, struct agent *agent);

#endif

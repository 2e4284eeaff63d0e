#include "sflow/collector/clusters.h"

unsigned
cluster_of(const struct collector_config *config, const struct address *agent)
{
	size_t i;

	for (i = 0; i < config->cluster_count; i++)
		if (network_list_match(config->clusters[i].agents, agent))
			return config->clusters[i].cluster;
	return config->cluster;
}

void
agent_find_cluster(const struct collector_config *config, struct agent *agent)
{
	struct host *host = agent_host(agent);

	if (agent_datagrams(agent) == 0 && !host_is_named(host))
		host->cluster = cluster_of(config, agent_address(agent));
}

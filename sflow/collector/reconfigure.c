/* Another configuration at run time: hosts move to the clusters, and get the names,
 * that it gives them, and metrics that it does not accept are removed.
 */
#include <string.h>

#include "sflow/collector/clusters.h"
#include "sflow/collector/collector_internal.h"
#include "sflow/collector/instances.h"
#include "sflow/collector/machines.h"
#include "sflow/collector/naming.h"
#include "sflow/collector/ports.h"
#include "sflow/collector/refused.h"

/* Whether the host has the name that the new configuration reserves. */
static bool
has_reserved_name(const struct collector *c, const struct host *host)
{
	return c->config.reserved != NULL &&
	       host->cluster == c->config.reserved_cluster &&
	       strcmp(host->name, c->config.reserved) == 0;
}

/* Those hosts of the agent that move to another cluster, or lose a reserved name, give
 * their names back. */
static void
depart(struct collector *c, struct agent *agent)
{
	unsigned cluster = cluster_of(&c->config, agent_address(agent));
	struct host *host = agent_host(agent);
	bool moves = host->cluster != cluster;
	struct source *source;

	if (moves || has_reserved_name(c, host))
		host_depart(c, host, cluster);
	for (source = agent_sources(agent); source != NULL;
	     source = source_next(source)) {
		host = machine_host(source);
		if (host == NULL)
			continue;
		cluster = machine_cluster(c, source);
		if (c->config.vm != VM_HOST)
			machine_remove(c, source);
		else if (cluster != host->cluster || has_reserved_name(c, host))
			host_depart(c, host, cluster);
	}
}

/* The agent's hosts that gave their names back get a name in their new clusters. */
static void
arrive(struct collector *c, struct agent *agent, int64_t now)
{
	struct source *source;

	host_arrive(c, agent_host(agent), now);
	for (source = agent_sources(agent); source != NULL;
	     source = source_next(source))
		if (machine_host(source) != NULL)
			host_arrive(c, machine_host(source), now);
}

/* Whether the source's metrics now have other names, or belong to another host. */
static bool
has_other_place(const struct collector *c, const struct source *source,
                const struct collector_config *was)
{
	const struct counters *counters;

	if (source_is_port(source) &&
	    port_is_wanted(c, source) == source_instance(source)->unwanted)
		return true;
	for (counters = source_counters(source); counters != NULL;
	     counters = counters->next) {
		enum kind kind = counters->layout->kind;

		if (was->multiple[kind] != c->config.multiple[kind] ||
		    (kind == KIND_VM && was->vm != c->config.vm))
			return true;
	}
	return false;
}

static void
drop_unaccepted(const struct collector *c, struct source *source)
{
	struct counters *counters;

	for (counters = source_counters(source); counters != NULL;
	     counters = counters->next) {
		if (c->config.accept[counters->layout->kind])
			continue;
		store_block_remove(counters->block);
		counters->block = NULL;
	}
}

/* Withdraws those sources whose prefix or host may be another one now: both are chosen
 * again with the source's next sample. */
static void
review_sources(const struct collector *c, const struct agent *agent,
               const struct collector_config *was)
{
	struct source *source;

	for (source = agent_sources(agent); source != NULL;
	     source = source_next(source)) {
		if (has_other_place(c, source, was))
			instance_withdraw(source);
		drop_unaccepted(c, source);
		port_renamed(source);
	}
}

void
collector_reconfigure(struct collector *c, const struct collector_config *config,
                      int64_t now)
{
	struct collector_config was = c->config;
	struct agent *agent;

	c->now_ms = now;
	collector_forget_refused(c);
	c->renamed_count = c->renamed_next = 0;
	c->config = *config;
	if (config->vm == VM_NO)
		c->config.accept[KIND_VM] = false;
	agents_bound(&c->agents, config->max_agents, config->max_sources,
	             config->max_metrics_in_all / SOURCE_METRICS);
	strangers_bound(&c->strangers, config->max_agents);
	store_bound(c->store, collector_hosts_max(c), config->max_metrics);
	collector_bound_metrics(c);
	for (agent = agents_first(&c->agents); agent != NULL; agent = agent_next(agent))
		depart(c, agent);
	renamings_settle(&c->hosts.renamings);
	if (was.reserved != NULL)
		hosts_return_name(&c->hosts, was.reserved_cluster, was.reserved);
	collector_reserve_name(c);
	for (agent = agents_first(&c->agents); agent != NULL;
	     agent = agent_next(agent)) {
		arrive(c, agent, now);
		agent_review_name(c, agent, now);
		review_sources(c, agent, &was);
	}
}

/* Clusters: a host belongs to one by its agent's address; and what becomes of the
 * hosts when the administrator's wishes change.
 */
#include <string.h>
#include <utlist.h>

#include "sflow/collector/collector_internal.h"

unsigned
cluster_of(const struct collector *c, const struct address *agent)
{
	size_t i;

	for (i = 0; i < c->config.cluster_count; i++)
		if (network_list_match(c->config.clusters[i].agents, agent))
			return c->config.clusters[i].cluster;
	return c->config.cluster;
}

void
agent_finds_cluster(struct collector *c, struct agent *agent)
{
	if (agent->datagrams == 0 && agent->name[0] == '\0')
		agent->cluster = cluster_of(c, &agent->address);
}

unsigned
cluster_of_machine(const struct collector *c, const struct source *source)
{
	return c->config.vm_cluster != CLUSTER_OF_AGENT
	           ? c->config.vm_cluster
	           : source->agent->cluster;
}

bool
machine_follows_agent(struct collector *c, struct source *source)
{
	unsigned cluster = cluster_of_machine(c, source);
	struct machine *m = source->machine;

	if (cluster == m->cluster)
		return true;
	if (!agents_take_name(&c->agents, cluster, m->name))
		return false;
	agents_return_name(&c->agents, m->cluster, m->name);
	m->cluster = cluster;
	store_host_move(m->host, cluster);
	return true;
}

/* Another configuration ------------------------------------------------------------ */

/* It has a name that is not for agents any more. */
static bool
has_reserved_name(const struct collector *c, const struct agent *agent)
{
	return c->config.reserved != NULL &&
	       agent->cluster == c->config.reserved_cluster &&
	       strcmp(agent->name, c->config.reserved) == 0;
}

/* What moves gives its name back before anything takes one, so that two hosts of one
 * name may change places. The cluster that it moves to is known by its agent. */
static void
return_names(struct collector *c, struct agent *agent)
{
	unsigned was = agent->cluster, cluster = cluster_of(c, &agent->address);
	struct source *source;
	struct machine *m;

	agent->cluster = cluster;
	agent->moves = cluster != was || has_reserved_name(c, agent);
	if (agent->moves && agent->name[0] != '\0')
		agents_return_name(&c->agents, was, agent->name);
	DL_FOREACH(agent->sources, source) {
		m = source->machine;
		if (source_host(source) == NULL)
			continue;
		if (c->config.vm != VM_HOST)
			source_leaves_host(c, source);
		else if (cluster_of_machine(c, source) != m->cluster)
			agents_return_name(&c->agents, m->cluster, m->name);
	}
}

static void
tell_renamed(struct collector *c, const struct agent *agent, const char *name,
             const char *was, const struct member *member, int64_t now)
{
	struct collector_event *event;

	event = collector_tell_member(c, EVENT_RENAMED, &agent->address, name,
	                              member, now);
	strcpy(event->other, was);
}

/* Where the cluster has another host of that name it begins anew, under another
 * one. */
static void
agent_arrives(struct collector *c, struct agent *agent, int64_t now)
{
	struct store_info info = {.started_s = 0};
	char was[TEXT_SIZE];

	if (agent->name[0] == '\0' ||
	    agents_take_name(&c->agents, agent->cluster, agent->name)) {
		if (agent->host != NULL)
			store_host_move(agent->host, agent->cluster);
		return;
	}
	strcpy(was, agent->name);
	if (agent->host != NULL)
		store_host_info(agent->host, &info);
	agent_leaves_host(agent);
	agent_takes_name(c, agent, was);
	if (agent_host(c, agent) != NULL)
		show_member(c, agent->host, &agent->member, info.started_s,
		            now);
	tell_renamed(c, agent, agent->name, was, &agent->member, now);
}

/* The same for a virtual machine. */
static void
machine_arrives(struct collector *c, struct source *source, int64_t now)
{
	unsigned cluster = cluster_of_machine(c, source);
	struct machine *m = source->machine;
	char was[TEXT_SIZE];

	if (agents_take_name(&c->agents, cluster, m->name)) {
		m->cluster = cluster;
		store_host_move(m->host, cluster);
		return;
	}
	strcpy(was, m->name);
	machine_leaves_host(c, source);
	machine_takes_host(c, source, was);
	if (m->host == NULL)
		return;
	show_member(c, m->host, &m->member, 0, now);
	tell_renamed(c, source->agent, m->name, was, &m->member, now);
}

static void
take_names(struct collector *c, struct agent *agent, int64_t now)
{
	struct source *source;

	if (agent->moves)
		agent_arrives(c, agent, now);
	agent->moves = false;
	DL_FOREACH(agent->sources, source)
		if (source_host(source) != NULL &&
		    cluster_of_machine(c, source) != source->machine->cluster)
			machine_arrives(c, source, now);
}

/* Whether its metrics are called otherwise now, or are another host's. */
static bool
has_other_place(const struct collector *c, const struct source *source,
                const struct collector_config *was)
{
	const struct counters *counters;

	if (source_is_port(source) &&
	    port_is_wanted(c, source) == source->unwanted)
		return true;
	for (counters = source->counters; counters != NULL;
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

	for (counters = source->counters; counters != NULL;
	     counters = counters->next) {
		if (c->config.accept[counters->layout->kind])
			continue;
		store_block_remove(counters->block);
		counters->block = NULL;
	}
}

/* What is shown of a source is chosen again with its next sample. */
static void
review_sources(const struct collector *c, const struct agent *agent,
               const struct collector_config *was)
{
	struct source *source;

	DL_FOREACH(agent->sources, source) {
		if (has_other_place(c, source, was))
			source_detach(source, NULL);
		drop_unaccepted(c, source);
	}
}

void
collector_reconfigure(struct collector *c,
                      const struct collector_config *config, int64_t now)
{
	struct collector_config was = c->config;
	struct agent *agent, *next;

	c->config = *config;
	if (config->vm == VM_NO)
		c->config.accept[KIND_VM] = false;
	agents_bound(&c->agents, config->max_agents, config->max_sources);
	store_bound(c->store, collector_hosts_max(c), config->max_metrics);
	HASH_ITER(hh, c->agents.agents, agent, next)
		return_names(c, agent);
	if (was.reserved != NULL)
		agents_return_name(&c->agents, was.reserved_cluster,
		                   was.reserved);
	collector_reserve_name(c);
	HASH_ITER(hh, c->agents.agents, agent, next) {
		take_names(c, agent, now);
		agent_review_name(c, agent, now);
		review_sources(c, agent, &was);
	}
}

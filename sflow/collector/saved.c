/* Over a restart of the program: saves all hosts, and restores them. */
#include <string.h>

#include "sflow/collector/clusters.h"
#include "sflow/collector/collector_internal.h"
#include "sflow/collector/kept.h"
#include "sflow/collector/machines.h"
#include "sflow/collector/naming.h"
#include "sflow/collector/strangers.h"

/* Saves the agent's host and its virtual machines that have news. Returns false where
 * there was not enough room for all. */
static bool
save_all_of(const struct collector *c, const struct agent *agent,
            struct collector_saved *saved, size_t room, size_t *n)
{
	struct host *host = agent_host(agent);
	struct source *source = NULL;

	do {
		if (host != NULL && host_has_news(host)) {
			if (*n == room)
				return false;
			host_save(c, host, &saved[(*n)++]);
		}
		source = source == NULL ? agent_sources(agent) : source_next(source);
		host = source != NULL ? machine_host(source) : NULL;
	} while (source != NULL && c->config.vm == VM_HOST);
	return true;
}

/* A round goes over all agents once. A host that changes after the round has passed it
 * comes in the next round, so each round ends, however much changes meanwhile. */
size_t
collector_save(struct collector *c, struct collector_saved *saved, size_t room)
{
	struct agent *agent = c->save_next;
	size_t n;

	if (c->saved_all) {
		c->saved_all = false;
		return 0;
	}
	n = hosts_save_forgotten(&c->hosts, saved, room);
	if (agent == NULL)
		agent = agents_first(&c->agents);
	for (; agent != NULL; agent = agent_next(agent))
		if (!save_all_of(c, agent, saved, room, &n))
			break;
	c->save_next = agent;
	c->saved_all = agent == NULL && n > 0 && c->hosts.forgotten == NULL;
	return n;
}

void
collector_unsaved(struct collector *c)
{
	struct agent *agent;
	struct source *source;

	hosts_drop_forgotten(&c->hosts);
	c->save_next = NULL;
	c->saved_all = false;
	for (agent = agents_first(&c->agents); agent != NULL;
	     agent = agent_next(agent)) {
		host_unsaved(agent_host(agent));
		for (source = agent_sources(agent); source != NULL;
		     source = source_next(source))
			if (machine_host(source) != NULL)
				host_unsaved(machine_host(source));
	}
}

/* Restoring ------------------------------------------------------------------------ */

/* Writes the name under which a saved host is shown. An agent that sends no name has
 * the name that the configuration gives it now. */
static void
name_to_show(const struct collector *c, const struct collector_saved *saved,
             unsigned cluster, char name[TEXT_SIZE])
{
	const char *given = NULL;

	if (saved->name[0] == '\0')
		given = name_list_find(c->config.names, &saved->agent);
	if (given != NULL)
		host_called(c, cluster, given, name);
	else
		strcpy(name, saved->shown);
}

static int
restore_agent(struct collector *c, const struct collector_saved *saved,
              struct agent *agent, int64_t now)
{
	struct host *host = agent_host(agent);
	bool heard = agent_datagrams(agent) > 0;
	char name[TEXT_SIZE];

	if (host_is_named(host))
		return -1; /* it is there already */
	if (!heard)
		host_restore_member(c, host, saved, now);
	agent_restored(agent, saved->interval_ms, saved->jitter_ms);
	text_keep(&agent_naming(agent)->called, saved->name);
	memcpy(agent_naming(agent)->uuid, saved->uuid, sizeof(saved->uuid));
	name_to_show(c, saved, host->cluster, name);
	return host_restore(c, host, saved, name, heard, now);
}

static int
restore_machine(struct collector *c, const struct collector_saved *saved,
                struct agent *agent, int64_t now)
{
	struct source_id id = {.class = saved->source_class,
	                       .index = saved->source_index};
	struct sub_agent *sub = agents_sub_agent(&c->agents, agent, saved->sub_agent);
	struct source *source = NULL;

	if (sub != NULL)
		source = agents_source(&c->agents, sub, id, now);
	if (source == NULL || source_counters_ms(source) != 0 ||
	    machine_host(source) != NULL)
		return -1;
	source_set_identity(source, saved->name, saved->uuid);
	if (saved->interval_ms != 0)
		source_expect(source, saved->interval_ms, saved->jitter_ms);
	if (machine_restore(c, source, saved, now) != 0)
		return -1;
	source_set_heard(source, machine_host(source)->member.heard_ms);
	return 0;
}

/* Whether the host was silent for too long, or is not to be shown as the configuration
 * is now. */
static bool
is_unwanted(const struct collector *c, const struct collector_saved *saved, int64_t now)
{
	return now + c->wall_ms - saved->heard_ms > c->config.host_dmax_ms ||
	       (saved->machine ? c->config.vm != VM_HOST : saved->shown[0] == '\0');
}

int
collector_restore(struct collector *c, const struct collector_saved *saved, int64_t now)
{
	const struct address nobody = {.type = ADDRESS_UNKNOWN};
	struct agent *agent;

	c->now_ms = now;
	if (is_unwanted(c, saved, now))
		return -1;
	agent = agents_agent(&c->agents, &saved->agent, &nobody, c->hosts.loss, now);
	if (agent == NULL)
		return -1;
	agent_find_cluster(&c->config, agent);
	if (saved->interval_ms != 0)
		stranger_confirmed(c, agent); /* it had sent more than one datagram */
	return saved->machine ? restore_machine(c, saved, agent, now)
	                      : restore_agent(c, saved, agent, now);
}

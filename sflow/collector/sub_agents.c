/* Sub-agents: each has its clock and numbers, and data sources of its own. */
#include <stdlib.h>
#include <utlist.h>

#include "sflow/collector/agents_internal.h"

#define PROVEN_MS 8000  /* a sub-agent that goes on for so long is one */
#define CONFIRM_MS 5000 /* an agent is confirmed by a datagram so much later */
/* Sub-agents that have not gone on, beside one that has: anybody can send in their names. */
#define UNPROVEN_MOST 64

static void
show_sub_agent(struct sub_agent *sub)
{
	if (sub->shown)
		return;
	sub->shown = true;
	sub->key.agent->shown_count++;
}

/* Returns how many sub-agents of this agent have gone on for a while. */
static unsigned
count_proven(const struct agent *agent)
{
	const struct sub_agent *sub;
	unsigned count = 0;

	DL_FOREACH(agent->sub_agents, sub)
		count += sub->proven;
	return count;
}

/* Whether there is room for one more. */
static bool
has_room(const struct agents *agents, const struct agent *agent, unsigned proven)
{
	return agent->sub_agent_count < agents->max_sources &&
	       (proven == 0 || agent->sub_agent_count - proven < UNPROVEN_MOST);
}

/* Whether its datagrams have gone on for so long, by its clock and by ours. A clock of another
 * unit is known after a while. */
static bool
has_gone_on(const struct datagram_track *t, int64_t ms)
{
	int64_t ours = t->last.arrival_ms - t->anchor.arrival_ms;
	int32_t theirs = (int32_t)(t->last.uptime_ms - t->anchor.uptime_ms);

	return ours >= ms && (theirs >= ms || t->pace_known);
}

struct sub_agent *
agents_sub_agent(struct agents *agents, struct agent *agent, uint32_t id)
{
	struct sub_agent_key key = {.agent = agent, .id = id};
	struct sub_agent *sub;
	unsigned proven;

	HASH_FIND(hh, agents->sub_agents, &key, sizeof(key), sub);
	if (sub != NULL)
		return sub;
	proven = count_proven(agent);
	if (!has_room(agents, agent, proven))
		return NULL;
	sub = calloc(1, sizeof(*sub));
	if (sub == NULL)
		return NULL;
	sub->key = key;
	HASH_ADD(hh, agents->sub_agents, key, sizeof(sub->key), sub);
	if (sub->hh.tbl == NULL) {
		free(sub);
		return NULL;
	}
	if (proven == 0)
		show_sub_agent(sub);
	DL_APPEND(agent->sub_agents, sub);
	agent->sub_agent_count++;
	return sub;
}

void
agents_sweep_sub_agents(struct agents *agents, struct agent *agent, int64_t before_ms)
{
	struct sub_agent *sub, *next;

	DL_FOREACH_SAFE(agent->sub_agents, sub, next) {
		if (sub->source_count != 0 ||
		    sub->order.at.last.arrival_ms >= before_ms)
			continue;
		agents->kept -= arrival_free(&sub->order);
		DL_DELETE(agent->sub_agents, sub);
		agent->sub_agent_count--;
		agent->shown_count -= sub->shown;
		HASH_DEL(agents->sub_agents, sub);
		free(sub);
	}
}

bool
agent_is_plain(const struct agent *agent)
{
	return agent->shown_count == 1 && !agent->carries;
}

bool
sub_agent_is_shown(const struct sub_agent *sub_agent)
{
	return sub_agent->shown;
}

struct agent *
sub_agent_agent(const struct sub_agent *sub_agent)
{
	return sub_agent->key.agent;
}

enum arrival
sub_agent_arrival(struct agents *agents, struct sub_agent *sub_agent,
                  const struct datagram *datagram, const struct address *from,
                  int64_t now, struct arrived *arrived)
{
	struct datagram_order *order = &sub_agent->order;
	enum arrival arrival = arrival_of_datagram(order, datagram, from, now, arrived);

	if (arrived->keep && agents->kept < agents->max_agents)
		agents->kept += arrival_keep(order, datagram, now);
	if (!sub_agent->proven && arrival == ARRIVAL_NEXT &&
	    has_gone_on(&order->at, PROVEN_MS)) {
		sub_agent->proven = true;
		show_sub_agent(sub_agent);
	}
	return arrival;
}

bool
agent_last_datagram(const struct agent *agent, struct datagram *last,
                    struct address *from, int64_t *arrival_ms)
{
	const struct sub_agent *sub = agent->sub_agents;

	if (sub == NULL || !sub->order.at.heard)
		return false;
	*last = (struct datagram){.agent = agent->host.key.agent,
	                          .sub_agent = sub->key.id,
	                          .sequence = sub->order.at.last.sequence,
	                          .uptime_ms = sub->order.at.last.uptime_ms};
	*from = sub->order.at.source;
	*arrival_ms = sub->order.at.last.arrival_ms;
	return true;
}

bool
sub_agent_confirms(const struct sub_agent *sub_agent, const struct arrived *arrived)
{
	return arrived->same_source && has_gone_on(&sub_agent->order.at, CONFIRM_MS);
}

bool
sub_agent_has_restarted(struct sub_agent *sub_agent)
{
	bool restarted = sub_agent->order.maybe_restarted;

	sub_agent->order.maybe_restarted = false;
	return restarted;
}

void
agents_free_kept(struct agents *agents, struct kept_datagram *kept)
{
	if (kept == NULL)
		return;
	agents->kept--;
	free(kept);
}

int64_t
sub_agent_uptime_ms(const struct sub_agent *sub_agent, const struct datagram *datagram)
{
	return ((int64_t)sub_agent->order.at.wraps << 32) + datagram->uptime_ms;
}

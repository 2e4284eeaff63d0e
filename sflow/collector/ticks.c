/* The passing of time: names for those that sent none, heartbeats that were due,
 * and what was silent for so long that it is forgotten.
 */
#include <string.h>
#include <utlist.h>

#include "sflow/collector/collector_internal.h"

#define SWEEP_MS 10000         /* between looks for what has expired */
#define UNNAMED_DMAX_MS 120000 /* an agent that nobody was told of */
#define BRIEF_DMAX_MS 3600000  /* who was heard once or twice: it may poll slowly */
#define BRIEF_DATAGRAMS 3
#define BARE_DMAX_MS 600000    /* a sub-agent whose sources are forgotten */

static int64_t
usual_interval(const struct agent *agent)
{
	return agent->pace != NULL && agent->pace->rhythm.interval_ms != 0
	           ? agent->pace->rhythm.interval_ms
	           : INTERVAL_USUAL_MS;
}

/* Two polling intervals without a name: another has to do. */
static bool
wants_name(const struct agent *agent, int64_t now)
{
	return agent->host != NULL && agent->name[0] == '\0' &&
	       now - agent->first_ms >= 2 * usual_interval(agent);
}

static void
tick_host(struct collector *c, const struct agent *agent,
          struct store_host *host, struct member *member, const char *name,
          int64_t now)
{
	enum member_change change;

	if (host == NULL)
		return;
	if (!store_host_announced(host) && name[0] != '\0')
		store_host_announce(host, name); /* there was no memory */
	if (!store_host_announced(host))
		return;
	change = member_tick(member, c->config.misses, now);
	if (change != MEMBER_SAME)
		collector_tell_member(
		    c, change == MEMBER_IS_LATE ? EVENT_LATE : EVENT_DOWN,
		    &agent->address, name, member, now);
	store_host_tick(host, member->state != MEMBER_DOWN,
	                member_down_at(member, c->config.misses) -
	                    member->heard_ms, now);
	c->states[member->state]++;
}

/* The heartbeats that were due: of the agent, and of the virtual machines that
 * are hosts of their own. */
static void
tick_agent(struct collector *c, struct agent *agent, int64_t now)
{
	struct source *source;

	if (wants_name(agent, now))
		agent_name_otherwise(c, agent, now);
	tick_host(c, agent, agent->host, &agent->member, agent->name, now);
	if (c->config.vm == VM_HOST)
		DL_FOREACH(agent->sources, source)
			if (source->machine != NULL)
				tick_host(c, agent, source->machine->host,
				          &source->machine->member,
				          source->machine->name, now);
}

/* Virtual machines of its own are hosts, if not the agent itself. */
static bool
has_machines(const struct collector *c, const struct agent *agent)
{
	const struct source *source;

	if (c->config.vm == VM_HOST)
		DL_FOREACH(agent->sources, source)
			if (source_host(source) != NULL)
				return true;
	return false;
}

static bool
agent_expired(const struct collector *c, const struct agent *agent,
              int64_t now)
{
	int64_t dmax = c->config.host_dmax_ms;

	if (agent->host == NULL || !store_host_announced(agent->host))
		dmax = has_machines(c, agent) ? dmax : UNNAMED_DMAX_MS;
	else if (agent->datagrams < BRIEF_DATAGRAMS)
		dmax = BRIEF_DMAX_MS;
	return now - agent->member.heard_ms > dmax;
}

/* Milliseconds of silence after which a source's values are no more. Before its
 * own interval is known, it may be polled as slowly as its agent's others. */
static int64_t
source_dmax(const struct collector *c, const struct source *source)
{
	unsigned own = source_interval_s(source);
	unsigned usual = (unsigned)(usual_interval(source->agent) / 1000);

	return source_host(source) != NULL
	           ? c->config.host_dmax_ms
	           : (int64_t)store_dmax(own > usual ? own : usual) * 1000;
}

static void
expire_source(struct collector *c, struct source *source, int64_t now)
{
	if (source_host(source) != NULL)
		collector_tell_member(c, EVENT_GONE, &source->agent->address,
		                      source->machine->name,
		                      &source->machine->member, now);
	agents_remove_source(&c->agents, source);
}

/* A source that its agent does without is forgotten. While the agent itself is
 * silent only the values go: it may be one that polls slowly. */
static void
sweep_source(struct collector *c, struct source *source, int64_t now)
{
	int64_t dmax = source_dmax(c, source);
	int64_t heard = source_host(source) != NULL
	                    ? now
	                    : source->agent->member.heard_ms;

	if (heard - source->heard_ms > dmax)
		expire_source(c, source, now);
	else if (now - source->heard_ms > dmax)
		source_detach(source, NULL);
}

/* With all the hosts that it has. */
static void
expire_agent(struct collector *c, struct agent *agent, int64_t now)
{
	struct source *source, *next;

	DL_FOREACH_SAFE(agent->sources, source, next)
		expire_source(c, source, now);
	if (agent->name[0] != '\0')
		collector_tell_member(c, EVENT_GONE, &agent->address,
		                      agent->name, &agent->member, now);
	agents_remove_agent(&c->agents, agent);
}

static void
sweep_agent(struct collector *c, struct agent *agent, int64_t now)
{
	struct source *source, *next_source;
	struct sub_agent *sub, *next_sub;

	if (agent_expired(c, agent, now)) {
		expire_agent(c, agent, now);
		return;
	}
	DL_FOREACH_SAFE(agent->sources, source, next_source)
		sweep_source(c, source, now);
	ports_tick(c, agent, now);
	DL_FOREACH_SAFE(agent->sub_agents, sub, next_sub)
		if (sub->source_count == 0 &&
		    now - sub->order.last.arrival_ms > BARE_DMAX_MS)
			agents_remove_sub_agent(&c->agents, sub);
}

static void
set_statistic(atomic_uint_fast64_t *statistic, uint64_t value)
{
	atomic_store_explicit(statistic, value, memory_order_relaxed);
}

void
collector_tick(struct collector *c, int64_t now)
{
	bool sweep = now - c->swept_ms >= SWEEP_MS;
	struct agent *agent, *next;

	if (sweep)
		c->swept_ms = now;
	memset(c->states, 0, sizeof(c->states));
	HASH_ITER(hh, c->agents.agents, agent, next) {
		tick_agent(c, agent, now);
		if (sweep)
			sweep_agent(c, agent, now);
	}
	set_statistic(&c->stats.agents, HASH_COUNT(c->agents.agents));
	set_statistic(&c->stats.up, c->states[MEMBER_UP]);
	set_statistic(&c->stats.late, c->states[MEMBER_LATE]);
	set_statistic(&c->stats.down, c->states[MEMBER_DOWN]);
}

void
collector_name_all(struct collector *c, int64_t now)
{
	struct agent *agent, *next;

	HASH_ITER(hh, c->agents.agents, agent, next)
		if (agent->host != NULL && agent->name[0] == '\0')
			agent_name_otherwise(c, agent, now);
}

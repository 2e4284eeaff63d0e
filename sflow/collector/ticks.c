/* What is due as time passes: names for agents that sent none, heartbeats that are
 * missing, and the end of what was silent for too long.
 */
#include <string.h>

#include "sflow/collector/collector_internal.h"
#include "sflow/collector/forget.h"
#include "sflow/collector/instances.h"
#include "sflow/collector/last.h"
#include "sflow/collector/machines.h"
#include "sflow/collector/naming.h"
#include "sflow/collector/ports.h"
#include "sflow/collector/refused.h"

#define SWEEP_MS 10000 /* between two looks for what has expired */

/* What was silent for longer is forgotten: */
#define UNNAMED_DMAX_MS 120000 /* an agent that got no name, so readers do not see it */
/* An agent that is not confirmed. It may poll each five minutes, and a datagram of it may
 * get lost; one that polls more slowly is known again, see strangers.h. */
#define STRANGER_DMAX_MS 660000
#define BARE_DMAX_MS 600000 /* a sub-agent that has no sources any more */

static int64_t
usual_interval(const struct agent *agent)
{
	uint32_t interval_ms = agent_interval_ms(agent);

	return interval_ms != 0 ? interval_ms : INTERVAL_USUAL_MS;
}

/* Whether the agent has sent no name for two polling intervals, and so gets another
 * one. */
static bool
wants_name(const struct agent *agent, int64_t now)
{
	const struct host *host = agent_host(agent);

	return host->shown != NULL && !host_is_named(host) && !host->waits &&
	       now - host->first_ms >= 2 * usual_interval(agent);
}

static void
tick_host(struct collector *c, struct host *host, int64_t now)
{
	if (host != NULL && host_tick(c, host, now))
		c->states[host->member.state]++;
}

/* Looks for missing heartbeats of the agent, and of its virtual machines that are hosts
 * of their own. */
static void
tick_agent(struct collector *c, struct agent *agent, int64_t now)
{
	struct source *source;

	if (wants_name(agent, now))
		agent_name_otherwise(c, agent, now);
	tick_host(c, agent_host(agent), now);
	for (source = agent_sources(agent); source != NULL && c->config.vm == VM_HOST;
	     source = source_next(source))
		tick_host(c, machine_host(source), now);
}

/* Whether the agent has virtual machines that are hosts. */
static bool
has_machines(const struct collector *c, const struct agent *agent)
{
	const struct source *source;

	for (source = agent_sources(agent); source != NULL && c->config.vm == VM_HOST;
	     source = source_next(source))
		if (machine_host(source) != NULL)
			return true;
	return false;
}

static bool
agent_expired(const struct collector *c, const struct agent *agent, int64_t now)
{
	const struct host *host = agent_host(agent);
	int64_t dmax = c->config.host_dmax_ms;
	bool shown = host->shown != NULL && store_host_announced(host->shown);

	if (host->waits || (shown && !agent_is_confirmed(agent)))
		dmax = dmax < STRANGER_DMAX_MS ? dmax : STRANGER_DMAX_MS;
	else if (!shown)
		dmax = has_machines(c, agent) ? dmax : UNNAMED_DMAX_MS;
	return now - host->member.heard_ms > dmax;
}

/* Returns after how many ms of silence a source's values are removed. A source whose
 * own interval is not known may be polled as slowly as its agent's other sources. */
static int64_t
source_dmax(const struct source *source, int64_t usual_ms)
{
	unsigned own = source_interval_s(source);
	unsigned usual = (unsigned)(usual_ms / 1000);

	return (int64_t)store_dmax(own > usual ? own : usual) * 1000;
}

/* Forgets a source that is silent while its agent sends. While the agent itself is
 * silent, too, only the values are removed: the agent may poll slowly. */
static void
sweep_source(struct collector *c, const struct agent *agent, struct source *source,
             int64_t now)
{
	int64_t heard_ms = source_heard_ms(source), dmax, heard;

	if (machine_host(source) != NULL) {
		dmax = c->config.host_dmax_ms;
		heard = now;
	} else {
		dmax = source_dmax(source, usual_interval(agent));
		heard = agent_host(agent)->member.heard_ms;
	}
	if (heard - heard_ms > dmax) {
		expire_source(c, source, now);
	} else if (now - heard_ms > dmax) {
		last_keep(source);
		instance_withdraw(source);
	}
}

static void
sweep_agent(struct collector *c, struct agent *agent, int64_t now)
{
	struct source *source, *next;

	if (agent_expired(c, agent, now)) {
		strangers_leave(&c->strangers, agent);
		expire_agent(c, agent, now);
		return;
	}
	for (source = agent_sources(agent); source != NULL; source = next) {
		next = source_next(source);
		sweep_source(c, agent, source, now);
	}
	ports_tick(c, agent, now);
	agents_sweep_sub_agents(&c->agents, agent, now - BARE_DMAX_MS);
}

static void
set_statistic(atomic_uint_fast64_t *statistic, uint64_t value)
{
	atomic_store_explicit(statistic, value, memory_order_relaxed);
}

void
collector_deaf(struct collector *c, int64_t since_ms, int64_t until_ms)
{
	c->deaf_since_ms = since_ms;
	c->deaf_until_ms = until_ms;
	store_deaf(c->store, since_ms, until_ms);
}

void
collector_set_loss(struct collector *c, double share)
{
	c->losing = share > 0 ? misses_for_loss(share) : 0;
}

void
collector_tick(struct collector *c, int64_t now)
{
	bool sweep = now - c->swept_ms >= SWEEP_MS;
	struct agent *agent, *next;

	c->now_ms = now;
	if (sweep)
		c->swept_ms = now;
	memset(c->states, 0, sizeof(c->states));
	for (agent = agents_first(&c->agents); agent != NULL; agent = next) {
		next = agent_next(agent);
		tick_agent(c, agent, now);
		if (sweep)
			sweep_agent(c, agent, now);
	}
	c->deaf_until_ms = 0;
	collector_tell_refused(c);
	set_statistic(&c->stats.agents, agents_count(&c->agents));
	set_statistic(&c->stats.up, c->states[MEMBER_UP]);
	set_statistic(&c->stats.late, c->states[MEMBER_LATE]);
	set_statistic(&c->stats.down, c->states[MEMBER_DOWN]);
}

void
collector_name_all(struct collector *c, int64_t now)
{
	struct agent *agent;

	c->now_ms = now;
	for (agent = agents_first(&c->agents); agent != NULL; agent = agent_next(agent))
		if (agent_host(agent)->shown != NULL &&
		    !host_is_named(agent_host(agent)))
			agent_name_otherwise(c, agent, now);
}

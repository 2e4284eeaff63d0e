#include "sflow/collector/forget.h"

#include "sflow/collector/collector_internal.h"
#include "sflow/collector/custom.h"
#include "sflow/collector/instances.h"
#include "sflow/collector/machines.h"
#include "sflow/collector/naming.h"
#include "sflow/collector/ports.h"
#include "sflow/collector/relations.h"

void
forget_source(struct collector *c, struct source *source)
{
	instance_withdraw(source);
	port_forget(source);
	relations_forget(&c->adapters, source);
	custom_forget(source);
	machine_forget(c, source);
	agents_remove_source(&c->agents, source);
}

void
forget_host(struct collector *c, struct host *host)
{
	if (host->key.machine)
		forget_source(c, machine_source(host));
	else
		forget_agent(c, agent_of_host(host));
}

void
forget_agent(struct collector *c, struct agent *agent)
{
	struct source *source;

	while ((source = agent_sources(agent)) != NULL)
		forget_source(c, source);
	host_remove(c, agent_host(agent));
	naming_forget(agent);
	if (c->save_next == agent)
		c->save_next = agent_next(agent);
	agents_remove_agent(&c->agents, agent);
}

void
expire_source(struct collector *c, struct source *source, int64_t now)
{
	const struct host *host = machine_host(source);

	if (host != NULL)
		host_tell(c, host, EVENT_GONE, now);
	forget_source(c, source);
}

void
expire_agent(struct collector *c, struct agent *agent, int64_t now)
{
	struct source *source;

	while ((source = agent_sources(agent)) != NULL)
		expire_source(c, source, now);
	if (host_is_named(agent_host(agent)))
		host_tell(c, agent_host(agent), EVENT_GONE, now);
	forget_agent(c, agent);
}

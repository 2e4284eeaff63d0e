#include "sflow/collector/collector.h"

#include <stdlib.h>
#include <string.h>

#include "sflow/collector/collector_internal.h"

#define LOSS_WEIGHT_ALL 0.0001 /* of one datagram in the loss of all */

const struct collector_config collector_defaults = {
    .max_agents = 4096,
    .max_sources = 1024,
    .max_metrics = 40000,
    .accept = {[KIND_HOST] = true, [KIND_VM] = true, [KIND_HTTP] = true,
               [KIND_MEMCACHE] = true, [KIND_JVM] = true, [KIND_GPU] = true,
               [KIND_INTERFACE] = true, [KIND_OPTICS] = true,
               [KIND_QUEUE] = true, [KIND_VLAN] = true, [KIND_WIFI] = true,
               [KIND_INFINIBAND] = true, [KIND_SWITCH] = true,
               [KIND_OVS] = true, [KIND_APP] = true, [KIND_VDI] = true,
               [KIND_ENERGY] = true},
    .vm = VM_PREFIX,
    .vm_cluster = CLUSTER_OF_AGENT,
    .host_dmax_ms = INT64_C(86400000),
};

size_t
collector_hosts_max(const struct collector *c)
{
	bool by_sources = c->config.vm == VM_HOST;
	size_t hosts = by_sources ? c->agents.max_sources_total
	                          : c->agents.max_agents;
	size_t there = by_sources ? HASH_COUNT(c->agents.sources)
	                          : HASH_COUNT(c->agents.agents);

	if (hosts < there)
		hosts = there; /* the bound was lowered; they stay */
	return 2 * hosts; /* those that are gone wait for the publisher */
}

void
collector_reserve_name(struct collector *c)
{
	if (c->config.reserved != NULL)
		agents_take_name(&c->agents, c->config.reserved_cluster,
		                 c->config.reserved);
}

struct collector *
collector_new(const struct collector_config *config)
{
	struct collector *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->config = *config;
	if (config->vm == VM_NO)
		c->config.accept[KIND_VM] = false;
	agents_init(&c->agents, config->max_agents, config->max_sources);
	c->agents.keep = config->keep;
	collector_reserve_name(c);
	ports_init(c);
	c->store = store_new(collector_hosts_max(c), config->max_metrics,
	                     config->use);
	if (c->store == NULL) {
		free(c);
		return NULL;
	}
	return c;
}

void
collector_free(struct collector *c)
{
	if (c == NULL)
		return;
	agents_free(&c->agents);
	store_free(c->store);
	free(c->events);
	free(c);
}

struct store *
collector_store(struct collector *c)
{
	return c->store;
}

const struct collector_stats *
collector_stats(const struct collector *c)
{
	return &c->stats;
}

void
collector_set_wall(struct collector *c, int64_t offset_ms)
{
	c->wall_ms = offset_ms;
}

/* Datagrams ------------------------------------------------------------------- */

void
malformed(struct collector *c, const struct agent *agent, int error)
{
	count(&c->stats.malformed);
	collector_tell(c, EVENT_MALFORMED, &agent->address, error, "");
}

static int
refuse(struct collector *c, const struct address *agent, int64_t code,
       const char *why)
{
	count(&c->stats.refused);
	collector_tell(c, EVENT_AT_BOUND, agent, code, why);
	return COLLECTOR_REFUSED;
}

static int
take_samples(struct collector *c, struct context *x, struct datagram *datagram)
{
	struct sample sample;
	int got;

	while ((got = datagram_sample(datagram, &sample)) > 0)
		take_sample(c, x, &sample);
	if (got < 0)
		malformed(c, x->agent, got);
	return got;
}

void
heartbeat(struct collector *c, const struct context *x, struct member *member,
          const char *name, uint32_t lost)
{
	int64_t before = member->heard_ms;

	if (member_heard(member, lost, x->now) == MEMBER_RETURNED &&
	    name[0] != '\0')
		collector_tell_member(c, EVENT_RETURNED, &x->agent->address,
		                      name, member, x->now)
		    ->heard_ms = before;
}

/* Any datagram with news is the agent's heartbeat. */
static void
heard(struct collector *c, struct context *x, uint32_t lost)
{
	struct agent *agent = x->agent;

	count(&c->stats.datagrams);
	if (x->arrival == ARRIVAL_RESTART)
		collector_tell_member(c, EVENT_RESTARTED, &agent->address,
		                      agent->name, &agent->member, x->now);
	if (!x->heard)
		return;
	agent->datagrams++;
	heartbeat(c, x, &agent->member, agent->name, lost);
	if (agent->host != NULL)
		store_host_heard(agent->host, x->started_s, x->now);
}

static int
take_datagram(struct collector *c, struct datagram *datagram, int64_t now)
{
	struct context x = {.datagram = datagram, .now = now};
	uint32_t lost;
	int result;

	x.agent = agents_agent(&c->agents, &datagram->agent, now);
	if (x.agent == NULL)
		return refuse(c, &datagram->agent, 0, "max_agents");
	agent_finds_cluster(c, x.agent);
	x.sub_agent = agents_sub_agent(&c->agents, x.agent, datagram->sub_agent);
	if (x.sub_agent == NULL)
		return refuse(c, &datagram->agent, 1, "max_sources");
	x.arrival = arrival_of_datagram(&x.sub_agent->order, datagram, now,
	                                &lost);
	atomic_fetch_add_explicit(&c->stats.datagrams_lost, lost,
	                          memory_order_relaxed);
	c->agents.loss = loss_measure(c->agents.loss, lost, LOSS_WEIGHT_ALL);
	if (x.arrival == ARRIVAL_PAST) {
		count(&c->stats.stale);
		return 0;
	}
	x.heard = x.arrival != ARRIVAL_STALE;
	result = take_samples(c, &x, datagram);
	heard(c, &x, lost);
	return result;
}

static int
not_allowed(struct collector *c)
{
	count(&c->stats.not_allowed);
	return COLLECTOR_REFUSED;
}

int
collector_input(struct collector *c, const void *buf, size_t len,
                const struct address *from, int64_t now)
{
	struct datagram datagram;
	int error;

	if (!network_list_match(c->config.allow, from) ||
	    (c->config.deny != NULL &&
	     network_list_match(c->config.deny, from)))
		return not_allowed(c);
	error = datagram_open(&datagram, buf, len);
	if (error != 0) {
		count(&c->stats.malformed);
		collector_tell(c, EVENT_MALFORMED, from, error, "");
		return error;
	}
	if (c->config.same_address &&
	    memcmp(&datagram.agent, from, sizeof(*from)) != 0)
		return not_allowed(c);
	error = take_datagram(c, &datagram, now);
	atomic_store_explicit(&c->stats.agents, HASH_COUNT(c->agents.agents),
	                      memory_order_relaxed);
	return error;
}

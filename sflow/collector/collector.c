#include "sflow/collector/collector.h"

#include <stdlib.h>
#include <string.h>

#include "sflow/collector/clusters.h"
#include "sflow/collector/collector_internal.h"
#include "sflow/collector/forget.h"
#include "sflow/collector/naming.h"
#include "sflow/collector/ports.h"
#include "sflow/collector/readings.h"
#include "sflow/collector/samples.h"

#define LOSS_WEIGHT_ALL 0.0001 /* of one datagram, in the loss of all agents */

const struct collector_config collector_defaults = {
    .max_agents = DEFAULT_MAX_AGENTS,
    .max_sources = DEFAULT_MAX_SOURCES,
    .max_metrics = DEFAULT_MAX_METRICS,
    .accept = {[KIND_HOST] = true, [KIND_VM] = true, [KIND_HTTP] = true,
               [KIND_MEMCACHE] = true, [KIND_JVM] = true, [KIND_GPU] = true,
               [KIND_INTERFACE] = true, [KIND_OPTICS] = true,
               [KIND_QUEUE] = true, [KIND_VLAN] = true, [KIND_WIFI] = true,
               [KIND_INFINIBAND] = true, [KIND_SWITCH] = true,
               [KIND_OVS] = true, [KIND_APP] = true, [KIND_VDI] = true,
               [KIND_ENERGY] = true},
    .vm = VM_PREFIX,
    .vm_cluster = CLUSTER_OF_AGENT,
    .host_dmax_ms = DEFAULT_HOST_DMAX_S * INT64_C(1000),
};

struct collector *
collector_new(const struct collector_config *config)
{
	struct collector *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->config = *config;
	if (config->vm == VM_NO)
		c->config.accept[KIND_VM] = false;
	agents_init(&c->agents, &agent_host_kind, config->max_agents,
	            config->max_sources);
	c->hosts.keep = config->keep;
	collector_reserve_name(c);
	ports_init(c);
	c->store = store_new(collector_hosts_max(c), config->max_metrics);
	if (c->store == NULL) {
		hosts_free(&c->hosts);
		free(c);
		return NULL;
	}
	return c;
}

void
collector_free(struct collector *c)
{
	struct agent *agent;

	if (c == NULL)
		return;
	c->hosts.keep = false;
	while ((agent = agents_first(&c->agents)) != NULL)
		forget_agent(c, agent);
	hosts_free(&c->hosts);
	store_free(c->store);
	events_free(&c->events);
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

static int
refuse(struct collector *c, const struct address *agent, enum event_bound bound)
{
	count(&c->stats.refused);
	collector_tell(c, EVENT_AT_BOUND, agent)->of.at_bound.bound = bound;
	return COLLECTOR_REFUSED;
}

static int
take_samples(struct collector *c, struct context *x, struct datagram *datagram)
{
	struct sample sample;
	int got;

	while ((got = datagram_sample(datagram, &sample)) > 0)
		sample_take(c, x, &sample);
	if (got < 0)
		collector_malformed(c, agent_address(x->agent), got);
	return got;
}

/* Notes the agent's heartbeat, which any datagram with news is. */
static void
heard(struct collector *c, struct context *x, uint32_t lost)
{
	struct host *host = agent_host(x->agent);

	count(&c->stats.datagrams);
	if (x->arrival == ARRIVAL_RESTART)
		host_tell(c, host, EVENT_RESTARTED, x->now);
	if (!x->heard)
		return;
	agent_count_datagram(x->agent);
	host_heard(c, host, lost, x->started_s, x->now);
}

static int
take_datagram(struct collector *c, struct datagram *datagram,
              const struct address *from, int64_t now)
{
	struct readings readings; /* large, and filled only when used */
	struct context x = {.datagram = datagram, .now = now,
	                    .readings = &readings};
	uint32_t lost;
	int result;

	x.agent = agents_agent(&c->agents, &datagram->agent, from,
	                       c->hosts.loss, now);
	if (x.agent == NULL)
		return refuse(c, &datagram->agent, EVENT_BOUND_AGENTS);
	agent_find_cluster(&c->config, x.agent);
	x.sub_agent = agents_sub_agent(&c->agents, x.agent, datagram->sub_agent);
	if (x.sub_agent == NULL)
		return refuse(c, &datagram->agent, EVENT_BOUND_SOURCES);
	x.arrival = sub_agent_arrival(x.sub_agent, datagram, now, &lost);
	atomic_fetch_add_explicit(&c->stats.datagrams_lost, lost,
	                          memory_order_relaxed);
	c->hosts.loss = loss_measure(c->hosts.loss, lost, LOSS_WEIGHT_ALL);
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

	c->now_ms = now;
	if (!network_list_match(c->config.allow, from) ||
	    (c->config.deny != NULL &&
	     network_list_match(c->config.deny, from)))
		return not_allowed(c);
	error = datagram_open(&datagram, buf, len);
	if (error != 0) {
		collector_malformed(c, from, error);
		return error;
	}
	if (address_says_nothing(&datagram.agent))
		datagram.agent = *from;
	if (c->config.same_address &&
	    memcmp(&datagram.agent, from, sizeof(*from)) != 0)
		return not_allowed(c);
	error = take_datagram(c, &datagram, from, now);
	atomic_store_explicit(&c->stats.agents, agents_count(&c->agents),
	                      memory_order_relaxed);
	return error;
}

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

/* The loss of all agents is measured over so many datagrams, at first over fewer. */
#define LOSS_OVER_FIRST 100
#define LOSS_OVER 10000

const struct collector_config collector_defaults = {
    .max_agents = DEFAULT_MAX_AGENTS,
    .max_sources = DEFAULT_MAX_SOURCES,
    .max_metrics = DEFAULT_MAX_METRICS,
    .accept = {[KIND_HOST] = true,
               [KIND_VM] = true,
               [KIND_HTTP] = true,
               [KIND_MEMCACHE] = true,
               [KIND_JVM] = true,
               [KIND_GPU] = true,
               [KIND_INTERFACE] = true,
               [KIND_OPTICS] = true,
               [KIND_QUEUE] = true,
               [KIND_VLAN] = true,
               [KIND_WIFI] = true,
               [KIND_INFINIBAND] = true,
               [KIND_SWITCH] = true,
               [KIND_OVS] = true,
               [KIND_APP] = true,
               [KIND_VDI] = true,
               [KIND_ENERGY] = true},
    .vm = VM_PREFIX,
    .vm_cluster = CLUSTER_OF_AGENT,
    .host_dmax_ms = DEFAULT_HOST_DMAX_S * INT64_C(1000),
    .successors = true,
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
	            config->max_sources, config->max_metrics_in_all / SOURCE_METRICS);
	strangers_bound(&c->strangers, config->max_agents);
	c->hosts.keep = config->keep;
	collector_reserve_name(c);
	ports_init(c);
	c->store = store_new(collector_hosts_max(c), config->max_metrics);
	if (c->store == NULL) {
		hosts_free(&c->hosts);
		free(c);
		return NULL;
	}
	collector_bound_metrics(c);
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
	strangers_free(&c->strangers);
	free(c->renamed);
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
	struct readings readings; /* large, and filled only when used */
	struct sample sample;
	int got;

	x->readings = &readings;
	while ((got = datagram_sample(datagram, &sample)) > 0)
		sample_take(c, x, &sample);
	x->readings = NULL;
	if (got < 0)
		collector_malformed(c, agent_address(x->agent), got);
	return got;
}

/* Notes the agent's heartbeat, which any datagram with news is. */
static void
heard(struct collector *c, const struct context *x, uint32_t lost)
{
	struct host *host = agent_host(x->agent);
	int64_t own_ms = host->own_ms;

	if (!x->heard)
		return;
	agent_count_datagram(x->agent);
	host_heard(c, host, lost, x->started_s, x->now);
	if (x->arrival == ARRIVAL_UNDECIDED)
		host->own_ms = own_ms; /* it may be another machine's */
}

/* Takes a datagram that waited until it was decided whose it is. */
static void
take_kept(struct collector *c, const struct context *of, struct datagram *kept,
          int64_t arrival_ms)
{
	struct context x = {.agent = of->agent,
	                    .sub_agent = of->sub_agent,
	                    .datagram = kept,
	                    .arrival = ARRIVAL_NEXT,
	                    .now = arrival_ms};

	take_samples(c, &x, kept);
}

static void
tell_senders(struct collector *c, const struct context *x,
             const struct arrived *arrived, const struct address *from)
{
	struct event *event =
	    collector_tell(c, EVENT_SAME_ADDRESS, agent_address(x->agent));

	event->of.same_address.sources[0] = arrived->other;
	event->of.same_address.sources[1] = *from;
	event->of.same_address.apart_ms = arrived->apart_ms;
}

static int take_from(struct collector *c, struct agent *agent,
                     struct datagram *datagram, const struct address *from,
                     int64_t now);

/* Another sender says that it is this agent: it becomes an agent of its own. */
static int
take_other(struct collector *c, const struct context *x, const struct arrived *arrived,
           struct datagram *datagram, const struct address *from)
{
	struct kept_datagram *kept = arrived->kept;
	struct agent *other;

	strangers_give_place(c, x->agent, x->now);
	other = agents_split(&c->agents, x->agent, &arrived->other, from, c->hosts.loss,
	                     kept != NULL ? kept->arrival_ms : x->now);
	if (other == NULL)
		return refuse(c, &datagram->agent, EVENT_BOUND_AGENTS);
	tell_senders(c, x, arrived, from);
	agent_name_apart(c, x->agent, x->now);
	if (kept != NULL)
		take_from(c, other, &kept->datagram, from, kept->arrival_ms);
	return take_from(c, other, datagram, from, x->now);
}

/* Takes a datagram whose place in the order is known. */
static int
take_in_order(struct collector *c, struct context *x, const struct arrived *arrived,
              struct datagram *datagram, const struct address *from)
{
	int result;

	if (arrived->two_clocks)
		tell_senders(c, x, arrived, from);
	if (x->arrival == ARRIVAL_RESTART && arrived->kept != NULL)
		take_kept(c, x, &arrived->kept->datagram, arrived->kept->arrival_ms);
	x->heard = x->arrival != ARRIVAL_STALE;
	result = take_samples(c, x, datagram);
	if (!x->displaced && (arrived->restarted ||
	                      (x->restarted && sub_agent_has_restarted(x->sub_agent))))
		host_tell(c, agent_host(x->agent), EVENT_RESTARTED, x->now);
	heard(c, x, arrived->lost);
	return result;
}

static int
take_arrived(struct collector *c, struct context *x, const struct arrived *arrived,
             struct datagram *datagram, const struct address *from)
{
	switch (x->arrival) {
	case ARRIVAL_PAST:
		count(&c->stats.stale);
		return 0;
	case ARRIVAL_UNDECIDED:
		count(&c->stats.undecided);
		if (arrived->patience)
			member_wait(&agent_host(x->agent)->member);
		x->heard = arrived->overdue;
		heard(c, x, 0);
		return 0;
	case ARRIVAL_OTHER:
		return take_other(c, x, arrived, datagram, from);
	default:
		return take_in_order(c, x, arrived, datagram, from);
	}
}

static int
take_from(struct collector *c, struct agent *agent, struct datagram *datagram,
          const struct address *from, int64_t now)
{
	struct context x = {.agent = agent, .datagram = datagram, .now = now};
	struct arrived arrived;
	int result;

	if (agent_is_confirmed(agent))
		strangers_make_room(c, now);
	agent_find_cluster(&c->config, agent);
	x.sub_agent = agents_sub_agent(&c->agents, agent, datagram->sub_agent);
	if (x.sub_agent == NULL)
		return refuse(c, &datagram->agent, EVENT_BOUND_SOURCES);
	x.arrival =
	    sub_agent_arrival(&c->agents, x.sub_agent, datagram, from, now, &arrived);
	if (x.arrival == ARRIVAL_NEXT && !agent_is_confirmed(agent) &&
	    sub_agent_confirms(x.sub_agent, &arrived))
		stranger_confirmed(c, agent);
	count_more(&c->stats.datagrams_lost, arrived.lost);
	count_more(&c->stats.samples_lost, arrived.samples_lost);
	c->hosts.heard += c->hosts.heard < LOSS_OVER;
	c->hosts.loss = loss_measure(c->hosts.loss, arrived.lost,
	                             1 / (c->hosts.heard + LOSS_OVER_FIRST));
	result = take_arrived(c, &x, &arrived, datagram, from);
	agents_free_kept(&c->agents, arrived.kept);
	return result;
}

static int
take_datagram(struct collector *c, struct datagram *datagram,
              const struct address *from, int64_t now)
{
	struct agent *agent =
	    agents_agent(&c->agents, &datagram->agent, from, c->hosts.loss, now);
	int result;

	if (agent == NULL)
		agent = strangers_admit(c, datagram, from, now);
	if (agent == NULL)
		return refuse(c, &datagram->agent, EVENT_BOUND_AGENTS);
	if (agent_datagrams(agent) == 0 && !agent_is_confirmed(agent) &&
	    strangers_know(&c->strangers, datagram, from, now))
		stranger_confirmed(c, agent);
	result = take_from(c, agent, datagram, from, now);
	if (result != COLLECTOR_REFUSED)
		count(&c->stats.datagrams);
	return result;
}

static int
not_allowed(struct collector *c, const struct address *from, enum event_refused reason)
{
	collector_not_allowed(c, from, reason);
	return COLLECTOR_REFUSED;
}

int
collector_input(struct collector *c, const void *buf, size_t len,
                const struct address *from, int64_t now)
{
	struct datagram datagram;
	int error;

	c->now_ms = now;
	if (!network_list_match(c->config.allow, from))
		return not_allowed(c, from, EVENT_REFUSED_NOT_IN_ALLOW);
	if (c->config.deny != NULL && network_list_match(c->config.deny, from))
		return not_allowed(c, from, EVENT_REFUSED_IN_DENY);
	error = datagram_open(&datagram, buf, len);
	if (error != 0) {
		collector_malformed(c, from, error);
		return error;
	}
	if (c->config.same_address && !address_same(&datagram.agent, from))
		return not_allowed(c, from, EVENT_REFUSED_OTHER_ADDRESS);
	if (address_says_nothing(&datagram.agent))
		datagram.agent = *from;
	error = take_datagram(c, &datagram, from, now);
	atomic_store_explicit(&c->stats.agents, agents_count(&c->agents),
	                      memory_order_relaxed);
	return error;
}

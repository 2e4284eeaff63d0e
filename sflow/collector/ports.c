#include "sflow/collector/ports.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "sflow/collector/collector_internal.h"
#include "sflow/collector/once.h"
#include "sflow/collector/ports_internal.h"

#define IF_TYPE_ROW 1      /* of if_counters */
#define SILENT_INTERVALS 3 /* after so many without a rate a port does not count */
/* After so many without any port it was an outage, and all ports are waited for
 * again. */
#define OUTAGE_INTERVALS 2
#define UNKNOWN_MS (INT64_MAX / 16)

/* By the IANAifType-MIB. */
bool
port_is_physical(uint64_t if_type)
{
	switch (if_type) {
	case 24:  /* softwareLoopback */
	case 53:  /* propVirtual */
	case 131: /* tunnel */
	case 135: /* l2vlan */
	case 136: /* l3ipvlan */
	case 137: /* l3ipxvlan */
	case 150: /* mplsTunnel */
	case 161: /* ieee8023adLag */
	case 166: /* mpls */
	case 209: /* bridge */
	case 246: /* ifPwType */
		return false;
	default:
		return true;
	}
}

/* Returns what is kept of the source as a port; NULL: nothing. */
static struct port *
port_of(const struct source *source)
{
	return source_slot(source, SLOT_PORT);
}

/* Finds the source's port, or adds it. NULL without memory. */
static struct port *
add_port(struct agent_ports *ports, struct source *source)
{
	struct port *port = port_of(source);

	if (port != NULL)
		return port;
	port = calloc(1, sizeof(*port));
	if (port == NULL)
		return NULL;
	port->source = source;
	source_set_slot(source, SLOT_PORT, port);
	DL_APPEND(ports->all, port);
	ports->named = true;
	once_add(ports, port);
	return port;
}

static void
set_rated(struct agent_ports *ports, struct port *port, bool rated)
{
	if (port->rated == rated)
		return;
	port->rated = rated;
	ports->rated += rated ? 1 : -1u;
}

static void
set_counted(struct agent_ports *ports, struct port *port, bool counted)
{
	if (!counted)
		set_rated(ports, port, false);
	if (port->alike != NULL)
		once_set_counted(port, counted);
	if (port->counted == counted)
		return;
	port->counted = counted;
	ports->count += counted ? 1 : -1u;
}

void
port_forget(struct source *source)
{
	struct agent_ports *ports = agent_ports(source_agent(source));
	struct port *port = port_of(source);

	if (port == NULL)
		return;
	set_counted(ports, port, false);
	once_forget(ports, port);
	DL_DELETE(ports->all, port);
	ports->named = true;
	free(port);
	source_set_slot(source, SLOT_PORT, NULL);
}

void
ports_withdraw(struct agent *agent)
{
	struct agent_ports *ports = agent_ports(agent);

	store_block_remove(ports->totals);
	ports->totals = NULL;
}

/* Returns the interval in ms at which the port or its agent is polled, whichever is
 * longer; UNKNOWN_MS before the second sample of either. */
static int64_t
poll_ms(const struct port *port, int64_t agent_ms)
{
	int64_t own = source_rhythm(port->source)->interval_ms;
	int64_t slower = own > agent_ms ? own : agent_ms;

	return slower != 0 ? slower : UNKNOWN_MS;
}

static inline bool
is_counted_already(const struct collector *c, const struct port *port, uint64_t if_type)
{
	if (port->alike == NULL && if_type != IF_TYPE_OTHER)
		return port->left_out || port->below || port->sum;
	return once_is_counted(c, port, if_type);
}

static bool
is_aggregate(const struct port *port, int64_t poll, int64_t now)
{
	int64_t told = port->aggregate_ms;

	return told != 0 && now - told <= SILENT_INTERVALS * poll;
}

/* Whether the totals wait for the port. A port that is silent, or that never gets a
 * rate, must not hold up the totals for ever. A port that could not send, because its
 * agent was silent as a whole, is waited for. */
static bool
is_waited_for(const struct agent_ports *ports, const struct port *port, int64_t poll,
              int64_t now)
{
	int64_t since = port->rated_ms;

	if (since < ports->since_ms)
		since = ports->since_ms;
	return now - since <= SILENT_INTERVALS * poll;
}

/* Notes that a port of the agent was heard. */
static void
ports_heard(struct agent_ports *ports, int64_t usual_ms, int64_t now)
{
	if (ports->heard_ms == 0 || now - ports->heard_ms > OUTAGE_INTERVALS * usual_ms)
		ports->since_ms = now;
	ports->heard_ms = now;
}

static size_t
row_of(const struct layout *layout, const char *metric)
{
	size_t row;

	for (row = 0; row < layout->count; row++)
		if (layout->fields[row].metric.name != NULL &&
		    strcmp(layout->fields[row].metric.name, metric) == 0)
			break;
	return row;
}

void
ports_init(struct collector *c)
{
	const struct layout *layout = layout_find(IF_COUNTERS, NULL, 0);
	size_t i;

	once_init(c);
	for (i = 0; i < PORT_TOTALS; i++)
		c->total_rows[i] = row_of(layout, port_totals.fields[i].metric.name);
}

static void
take_rates(const struct collector *c, struct port *port, const struct derived *derived,
           bool unsure)
{
	size_t i;

	for (i = 0; i < PORT_TOTALS; i++) {
		port->valid[i] = derived[c->total_rows[i]].valid;
		port->unsure[i] = unsure && !port->valid[i];
		port->rates[i] = derived[c->total_rows[i]].number;
	}
}

/* Whether the machine sends its own totals over all ports (host_net_io). */
static bool
tells_totals(const struct agent *agent)
{
	const struct source *source;
	const struct counters *c;

	for (source = agent_sources(agent); source != NULL;
	     source = source_next(source))
		for (c = source_counters(source); c != NULL; c = c->next)
			if (c->layout->tag == HOST_NET_IO && c->block != NULL)
				return true;
	return false;
}

/* A sum that lacks a rate of a port is none. */
static void
add_up(struct agent_ports *ports, struct derived sums[PORT_TOTALS])
{
	bool unsure[PORT_TOTALS] = {false};
	struct port *port;
	size_t i;

	memset(sums, 0, PORT_TOTALS * sizeof(sums[0]));
	DL_FOREACH(ports->all, port) {
		if (!port->rated)
			continue;
		for (i = 0; i < PORT_TOTALS; i++) {
			unsure[i] = unsure[i] || port->unsure[i];
			if (port->valid[i]) {
				sums[i].valid = true;
				sums[i].number += port->rates[i];
			}
		}
		set_rated(ports, port, false);
	}
	for (i = 0; i < PORT_TOTALS; i++)
		sums[i].valid = sums[i].valid && !unsure[i];
}

/* Returns how often totals come: as often as their ports' rates, but a port that is
 * missing holds them up until it is not waited for any more. */
static struct store_pace
pace_of_totals(const struct collector *c, const struct source *source)
{
	struct store_pace pace = source_pace(source, c->config.misses, 0);

	pace.silent_ms +=
	    (int64_t)OUTAGE_INTERVALS * source_rhythm(source)->interval_ms;
	return pace;
}

static void
tell_totals(struct collector *c, struct agent *agent, const struct source *source,
            int64_t now)
{
	static const struct store_instance bare = {"", "", NULL};
	struct agent_ports *ports = agent_ports(agent);
	struct derived sums[PORT_TOTALS];
	struct store_host *host;

	add_up(ports, sums);
	if (tells_totals(agent)) {
		ports_withdraw(agent);
		return;
	}
	host = host_enter(c, agent_host(agent));
	if (ports->totals == NULL && host != NULL)
		ports->totals = store_block_add(host, &port_totals, &bare);
	if (ports->totals != NULL)
		store_block_set(ports->totals, sums, PORT_TOTALS,
		                pace_of_totals(c, source), now);
}

/* Sets the totals when all ports that count have had rates. What these show, together, is
 * looked at first: some may be counted in others. */
static void
tell_when_all_are_rated(struct collector *c, struct agent *agent,
                        const struct source *source, int64_t now)
{
	struct agent_ports *ports = agent_ports(agent);
	struct port *port;

	if (once_is_open(ports))
		return;
	if (ports->named || ports->sums || ports->alikes) {
		once_review(c, ports);
		DL_FOREACH(ports->all, port)
			if (port->counted && once_is_known(port))
				set_counted(ports, port, false);
	}
	if (ports->count != 0)
		tell_totals(c, agent, source, now);
}

/* Whether counters give no deltas, though the time would be enough. */
static bool
was_reset(const struct derive_input *in)
{
	return in->deltas == NULL && in->interval_ms >= INTERVAL_LEAST_MS;
}

void
port_heard(struct collector *c, struct source *source, const struct derive_input *in,
           const struct derived *derived, bool begins, bool unsure, uint32_t uptime_ms,
           int64_t now)
{
	struct agent *agent = source_agent(source);
	struct agent_ports *ports = agent_ports(agent);
	struct port *port = add_port(ports, source);
	bool rated = in->deltas != NULL;
	int64_t poll;

	if (port == NULL || in->present <= IF_TYPE_ROW)
		return;
	poll = poll_ms(port, agent_interval_ms(agent));
	ports_heard(ports, poll, now);
	if (rated || (begins && !port->begun))
		port->rated_ms = now;
	port->begun = !rated && (begins || port->begun);
	if (port->alike != NULL)
		once_heard(c, port, in, begins || was_reset(in), uptime_ms, now);
	set_counted(ports, port,
	            port_is_physical(in->now[IF_TYPE_ROW].number) &&
	                !is_aggregate(port, poll, now) &&
	                !is_counted_already(c, port, in->now[IF_TYPE_ROW].number) &&
	                is_waited_for(ports, port, poll, now));
	if (!port->counted || !rated)
		return;
	take_rates(c, port, derived, unsure);
	set_rated(ports, port, true);
	if (ports->rated == ports->count)
		tell_when_all_are_rated(c, agent, source, now);
}

void
port_renamed(struct source *source)
{
	agent_ports(source_agent(source))->named = true;
}

void
port_aggregated(struct collector *c, struct source *member, uint32_t if_index,
                int64_t now)
{
	struct agent_ports *ports = agent_ports(source_agent(member));
	struct source *source = agents_find_port(&c->agents, member, if_index);
	struct port *port = NULL;

	if (source != NULL && source != member &&
	    sub_agent_is_shown(source_sub_agent(member)))
		port = add_port(ports, source);
	if (port == NULL)
		return;
	port->aggregate_ms = now;
	set_counted(ports, port, false);
}

static int64_t
slowest_poll_ms(const struct agent_ports *ports, int64_t agent_ms)
{
	const struct port *port;
	int64_t slowest = 0;

	DL_FOREACH(ports->all, port)
		if (port->counted && poll_ms(port, agent_ms) > slowest)
			slowest = poll_ms(port, agent_ms);
	return slowest;
}

/* Whether all ports are waited for even by the agent's own interval, which is the
 * shortest that is_waited_for() can use. Mostly they are, and then no data source has to
 * be looked at. */
static bool
all_are_waited_for(const struct agent_ports *ports, int64_t agent_ms, int64_t now)
{
	const struct port *port;

	DL_FOREACH(ports->all, port)
		if (port->counted && !is_waited_for(ports, port, agent_ms, now))
			return false;
	return true;
}

void
ports_tick(struct collector *c, struct agent *agent, int64_t now)
{
	struct agent_ports *ports = agent_ports(agent);
	int64_t agent_ms = agent_interval_ms(agent);
	const struct source *last = NULL;
	struct port *port;
	bool fewer = false;

	if (all_are_waited_for(ports, agent_ms, now))
		return;
	if (now - ports->heard_ms > OUTAGE_INTERVALS * slowest_poll_ms(ports, agent_ms))
		return; /* the agent as a whole is silent */
	DL_FOREACH(ports->all, port) {
		if (!port->counted)
			continue;
		last = port->source;
		if (is_waited_for(ports, port, poll_ms(port, agent_ms), now))
			continue;
		set_counted(ports, port, false);
		fewer = true;
	}
	if (!fewer || ports->count == 0 || ports->rated != ports->count)
		return;
	tell_when_all_are_rated(c, agent, last, now);
	if (ports->totals != NULL) /* no datagram tells of them */
		store_host_news(store_block_host(ports->totals));
}

/* A host's totals over its physical ports, so that a switch has the charts of a
 * server. Each port comes in its own time, and a sum over some of them would be
 * wrong: it is told when all of them have told their rates since the last one.
 */
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "sflow/collector/collector_internal.h"

#define IF_TYPE_ROW 1 /* of if_counters */
#define SILENT_INTERVALS 3 /* without a rate: then a port counts no more */
#define OUTAGE_INTERVALS 2 /* without any port: then all are waited for anew */
#define UNKNOWN_MS (INT64_MAX / 16)

struct port {
	struct {
		bool valid;
		double number;
	} rates[PORT_TOTALS];
	bool counted;         /* among its agent's ports */
	bool rated;           /* it has rates since the last totals */
	bool begun;           /* it began to count, and had no rate yet */
	int64_t rated_ms;     /* when it last had any, or began to count */
	int64_t aggregate_ms; /* another port said then that it is part of this */
};

/* Interfaces that are made of others, or of nothing (IANAifType-MIB). */
static bool
is_physical(uint64_t if_type)
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

static struct port *
port_of(struct source *source)
{
	if (source->port == NULL)
		source->port = calloc(1, sizeof(*source->port));
	return source->port;
}

static void
set_rated(struct source *source, bool rated)
{
	if (source->port->rated == rated)
		return;
	source->port->rated = rated;
	source->agent->ports_rated += rated ? 1 : -1u;
}

static void
set_counted(struct source *source, bool counted)
{
	if (!counted)
		set_rated(source, false);
	if (source->port->counted == counted)
		return;
	source->port->counted = counted;
	source->agent->ports += counted ? 1 : -1u;
}

void
port_forget(struct source *source)
{
	if (source->port == NULL)
		return;
	set_counted(source, false);
	free(source->port);
	source->port = NULL;
}

/* How often the port is polled, or the slowest of its agent; before the second
 * sample of any, it may be any time. */
static int64_t
poll_ms(const struct source *source)
{
	const struct source *pace = source->agent->pace;
	int64_t own = source->rhythm.interval_ms;
	int64_t agents = pace == NULL ? 0 : pace->rhythm.interval_ms;
	int64_t slower = own > agents ? own : agents;

	return slower != 0 ? slower : UNKNOWN_MS;
}

static bool
is_aggregate(const struct source *source, int64_t now)
{
	int64_t told = source->port->aggregate_ms;

	return told != 0 && now - told <= SILENT_INTERVALS * poll_ms(source);
}

/* A port that falls silent, or of which no rate can be made, must not hold up the
 * totals for ever; one that just had no chance is waited for. */
static bool
is_waited_for(const struct source *source, int64_t now)
{
	int64_t since = source->port->rated_ms;

	if (since < source->agent->ports_since_ms)
		since = source->agent->ports_since_ms;
	return now - since <= SILENT_INTERVALS * poll_ms(source);
}

/* Some port of the agent was heard. */
static void
agent_ports_heard(struct agent *agent, int64_t usual_ms, int64_t now)
{
	if (agent->ports_ms == 0 ||
	    now - agent->ports_ms > OUTAGE_INTERVALS * usual_ms)
		agent->ports_since_ms = now;
	agent->ports_ms = now;
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

	for (i = 0; i < PORT_TOTALS; i++)
		c->total_rows[i] =
		    row_of(layout, port_totals.fields[i].metric.name);
}

static void
take_rates(const struct collector *c, struct port *port,
           const struct derived *derived)
{
	size_t i;

	for (i = 0; i < PORT_TOTALS; i++) {
		port->rates[i].valid = derived[c->total_rows[i]].valid;
		port->rates[i].number = derived[c->total_rows[i]].number;
	}
}

/* Whether the machine itself tells its totals. */
static bool
tells_totals(const struct agent *agent)
{
	const struct counters *c;
	const struct source *source;

	DL_FOREACH(agent->sources, source)
		for (c = source->counters; c != NULL; c = c->next)
			if (c->layout->tag == HOST_NET_IO && c->block != NULL)
				return true;
	return false;
}

static void
add_up(struct agent *agent, struct derived sums[PORT_TOTALS])
{
	struct source *source;
	size_t i;

	memset(sums, 0, PORT_TOTALS * sizeof(sums[0]));
	DL_FOREACH(agent->sources, source) {
		struct port *port = source->port;

		if (port == NULL || !port->rated)
			continue;
		for (i = 0; i < PORT_TOTALS; i++)
			if (port->rates[i].valid) {
				sums[i].valid = true;
				sums[i].number += port->rates[i].number;
			}
		set_rated(source, false);
	}
}

static void
tell_totals(struct collector *c, struct agent *agent, unsigned interval_s,
            int64_t now)
{
	static const struct store_instance bare = {"", "", NULL};
	struct derived sums[PORT_TOTALS];
	struct store_host *host;

	add_up(agent, sums);
	if (tells_totals(agent)) {
		store_block_remove(agent->totals);
		agent->totals = NULL;
		return;
	}
	host = agent_host(c, agent);
	if (agent->totals == NULL && host != NULL)
		agent->totals = store_block_add(host, &port_totals, &bare);
	if (agent->totals != NULL)
		store_block_set(agent->totals, sums, PORT_TOTALS, interval_s, now);
}

void
port_heard(struct collector *c, struct source *source,
           const struct derive_input *in, const struct derived *derived,
           bool steady, int64_t now)
{
	struct port *port = port_of(source);
	struct agent *agent = source->agent;
	bool begins = in->before == NULL;
	bool rated = !begins && steady && in->interval_ms >= INTERVAL_LEAST_MS;

	if (port == NULL)
		return;
	agent_ports_heard(agent, poll_ms(source), now);
	if (rated || (begins && !port->begun))
		port->rated_ms = now;
	port->begun = !rated && (begins || port->begun);
	set_counted(source, is_physical(in->now[IF_TYPE_ROW].number) &&
	                        !is_aggregate(source, now) &&
	                        is_waited_for(source, now));
	if (!port->counted || !rated)
		return;
	take_rates(c, port, derived);
	set_rated(source, true);
	if (agent->ports_rated == agent->ports)
		tell_totals(c, agent, source_interval_s(source), now);
}

void
port_aggregated(struct collector *c, struct source *member, uint32_t if_index,
                int64_t now)
{
	struct source_id id = {.class = SOURCE_INTERFACE, .index = if_index};
	struct source *source =
	    agents_find_source(&c->agents, member->key.sub_agent, id);

	if (source == NULL || source == member || port_of(source) == NULL)
		return;
	source->port->aggregate_ms = now;
	set_counted(source, false);
}

static int64_t
slowest_poll_ms(const struct agent *agent)
{
	const struct source *source;
	int64_t slowest = 0;

	DL_FOREACH(agent->sources, source)
		if (source->port != NULL && source->port->counted &&
		    poll_ms(source) > slowest)
			slowest = poll_ms(source);
	return slowest;
}

void
ports_tick(struct collector *c, struct agent *agent, int64_t now)
{
	unsigned interval_s = 0;
	struct source *source;
	bool fewer = false;

	if (now - agent->ports_ms > OUTAGE_INTERVALS * slowest_poll_ms(agent))
		return; /* none is heard: nothing is known */
	DL_FOREACH(agent->sources, source) {
		if (source->port == NULL || !source->port->counted)
			continue;
		interval_s = source_interval_s(source);
		if (is_waited_for(source, now))
			continue;
		set_counted(source, false);
		fewer = true;
	}
	if (fewer && agent->ports != 0 && agent->ports_rated == agent->ports)
		tell_totals(c, agent, interval_s, now);
}

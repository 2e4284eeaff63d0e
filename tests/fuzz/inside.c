#include "tests/fuzz/inside.h"

#include <math.h>
#include <string.h>

#include "sflow/collector/agents_internal.h"
#include "sflow/collector/collector_internal.h"
#include "sflow/collector/ports_internal.h"
#include "sflow/collector/relations.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/rules.h"

#define FROM_MOST 64 /* packet sources of a run that are told apart */
#define AGENTS_MOST 64
#define PORTS_MOST 256
#define CUSTOM_SETS 32 /* bounds that DESIGN.md promises */
#define COUNTERS_MOST 128

static struct {
	struct address from[FROM_MOST];
	size_t from_count;
	int64_t now_ms, last_ms; /* of this datagram, and of the one before */
	uint64_t undecided, samples, lost, samples_lost;
	size_t kept; /* datagrams that wait */
	size_t agent_count;
	struct {
		const struct agent *agent;
		int64_t heard_ms;
		bool overdue; /* a sub-agent of it */
	} agents[AGENTS_MOST];
	size_t port_count;
	struct {
		const struct port *port;
		bool valid[PORT_TOTALS];
		double rates[PORT_TOTALS];
	} ports[PORTS_MOST];
} before;

void
inside_begin(void)
{
	before.from_count = 0;
	before.now_ms = -1;
}

/* Over a datagram -------------------------------------------------------------------- */

static void
note_from(const struct address *from)
{
	size_t i;

	for (i = 0; i < before.from_count; i++)
		if (address_same(&before.from[i], from))
			return;
	if (i < FROM_MOST)
		before.from[before.from_count++] = *from;
}

static void
note_agent(const struct agent *agent, int64_t now)
{
	const struct sub_agent *sub;
	const struct port *port;
	bool overdue = false;
	size_t i;

	for (sub = agent->sub_agents; sub != NULL; sub = sub->next)
		overdue = overdue || track_overdue(&sub->order.at, now);
	before.agents[before.agent_count].agent = agent;
	before.agents[before.agent_count].overdue = overdue;
	before.agents[before.agent_count++].heard_ms = agent->host.member.heard_ms;
	for (port = agent->ports.all; port != NULL; port = port->next) {
		if (before.port_count == PORTS_MOST)
			return;
		i = before.port_count++;
		before.ports[i].port = port;
		memcpy(before.ports[i].valid, port->valid, sizeof(port->valid));
		memcpy(before.ports[i].rates, port->rates, sizeof(port->rates));
	}
}

void
inside_before(struct collector *c, const struct address *from, int64_t now)
{
	const struct agent *agent;

	note_from(from);
	before.last_ms = before.now_ms;
	before.now_ms = now;
	before.undecided = c->stats.undecided;
	before.kept = c->agents.kept;
	before.samples = c->stats.samples;
	before.lost = c->stats.datagrams_lost;
	before.samples_lost = c->stats.samples_lost;
	before.agent_count = before.port_count = 0;
	for (agent = agents_first(&c->agents);
	     agent != NULL && before.agent_count < AGENTS_MOST;
	     agent = agent_next(agent))
		note_agent(agent, now);
}

/* A datagram that is undecided counts for nothing. It is a heartbeat only where one is
 * overdue. */
static void
check_undecided(struct collector *c)
{
	const struct agent *agent;
	size_t i;

	if (c->stats.undecided == before.undecided ||
	    c->stats.samples != before.samples)
		return;
	for (agent = agents_first(&c->agents); agent != NULL; agent = agent_next(agent))
		for (i = 0; i < before.agent_count; i++)
			if (before.agents[i].agent == agent &&
			    before.agents[i].heard_ms != agent->host.member.heard_ms &&
			    !before.agents[i].overdue)
				fuzz_broken("a stranger is no heartbeat",
				            agent->host.name);
}

static double
most_before(const struct port *port, size_t total)
{
	size_t i;

	for (i = 0; i < before.port_count; i++)
		if (before.ports[i].port == port)
			return before.ports[i].valid[total]
			           ? before.ports[i].rates[total]
			           : 0;
	return 0;
}

/* Returns what the agent's ports can add up to: what each had before, or has now. */
static double
most_in_all(const struct agent *agent, size_t total)
{
	const struct port *port;
	double most = 0, was;
	size_t i;

	for (i = 0; i < before.port_count; i++) {
		for (port = agent->ports.all; port != NULL; port = port->next)
			if (port == before.ports[i].port)
				break;
		if (port == NULL && before.ports[i].valid[total])
			most += before.ports[i].rates[total]; /* it is no more */
	}
	for (port = agent->ports.all; port != NULL; port = port->next) {
		was = most_before(port, total);
		most += port->valid[total] && port->rates[total] > was
		            ? port->rates[total]
		            : was;
	}
	return most;
}

/* Not where a datagram that waited was taken with this one: ports had other rates then. */
static void
check_totals(const struct collector *c, const struct agent *agent, int64_t now)
{
	struct store_block *totals = agent->ports.totals;
	struct store_reading reading;
	size_t i;

	if (totals == NULL || now == before.last_ms || c->agents.kept < before.kept)
		return; /* they may be of the datagram before */
	for (i = 0; i < PORT_TOTALS; i++) {
		reading.describe = false;
		if (!store_block_peek(totals, i, &reading) || reading.heard_ms != now)
			continue;
		if (reading.number > most_in_all(agent, i) * 1.001 + 0.001)
			fuzz_broken("a total is no more than its ports", reading.name);
	}
}

void
inside_after(struct collector *c, int64_t now)
{
	const struct agent *agent;

	check_undecided(c);
	if (c->stats.datagrams_lost < before.lost ||
	    c->stats.samples_lost < before.samples_lost)
		fuzz_broken("what is lost stays lost", "stats");
	for (agent = agents_first(&c->agents); agent != NULL; agent = agent_next(agent))
		check_totals(c, agent, now);
}

/* Senders ---------------------------------------------------------------------------- */

static void
check_order(const struct sub_agent *sub)
{
	const struct datagram_order *o = &sub->order;

	if (o->missing.datagrams.older > o->missing.datagrams.older_all ||
	    o->missing.samples.older > o->missing.samples.older_all)
		fuzz_broken("no more is missing than was", "older");
	if (o->at.epoch > o->epochs)
		fuzz_broken("an epoch was given", "epoch");
	if (o->at.heard && !numbers_has(&o->at.seen, o->at.last.sequence))
		fuzz_broken("the latest number was seen", "seen");
}

static void
check_member(const struct host *host, int64_t now)
{
	const struct member *m = &host->member;

	if (!(m->loss >= 0 && m->loss <= 1 && m->loss_lately >= 0 &&
	      m->loss_lately <= 1))
		fuzz_broken("a loss is a share", host->name);
	if (m->misses < MISSES_LEAST || m->misses > MISSES_IN_A_ROW ||
	    m->interval_ms == 0)
		fuzz_broken("a death is known in bounds", host->name);
	if (m->heard_ms > now || host->first_ms > now)
		fuzz_broken("a host was heard in the past", host->name);
	if (m->heard_ms == now && m->state != MEMBER_UP)
		fuzz_broken("a host that was just heard is up", host->name);
	if (m->state == MEMBER_DOWN && now - m->heard_ms < 1000)
		fuzz_broken("no host is down at once", host->name);
}

/* Agents of one address are told apart by their packets' sources, so there are not more of
 * them than of these. */
static void
check_address(const struct collector *c, const struct agent *agent)
{
	const struct agent *other;
	size_t count = 0;

	for (other = agents_first(&c->agents); other != NULL; other = agent_next(other))
		count += address_same(agent_address(other), agent_address(agent));
	if (count > 1 && before.from_count < FROM_MOST && count > before.from_count)
		fuzz_broken("an address has no more hosts than packet sources",
		            agent->host.name);
}

static void
check_bounds(const struct collector *c)
{
	const struct agent *agent;
	size_t agents = agents_count(&c->agents), apart = 0, sources = 0;
	size_t hosts = store_count(c->store), most = c->config.max_agents;

	if (agents > most || agents != c->stats.agents)
		fuzz_broken("agents are bounded", "max_agents");
	if (c->agents.kept > most)
		fuzz_broken("datagrams that wait are bounded", "max_agents");
	if (c->config.vm == VM_HOST)
		most += c->agents.max_sources_total;
	if (hosts > most)
		fuzz_broken("hosts are bounded", "max_sources");
	for (agent = agents_first(&c->agents); agent != NULL;
	     agent = agent_next(agent)) {
		apart += agent->host.key.apart;
		sources += agent->source_count;
		if (agent->source_count > c->config.max_sources ||
		    agent->sub_agent_count > c->config.max_sources)
			fuzz_broken("sources are bounded", agent->host.name);
		check_address(c, agent);
	}
	if (apart != c->agents.apart || sources != agents_source_count(&c->agents))
		fuzz_broken("agents and sources are counted", "agents");
	if (agents == 0 && c->agents.kept != 0)
		fuzz_broken("nobody's datagram waits", "kept");
}

/* Sources ---------------------------------------------------------------------------- */

/* Each address that a source told of leads back to it, and its parent is one of
 * its agent's. */
static void
check_relations(const struct adapters *all, const struct source *source)
{
	const struct relations *told = relations_of(source);
	const struct source *parent = relations_find_parent(source);
	const struct adapter *found;
	size_t i;

	if (parent != NULL && source_agent(parent) != source_agent(source))
		fuzz_broken("a parent is of the same agent", source_name(source));
	for (i = 0; told != NULL && i < told->adapters_count; i++) {
		found = relations_find(all, told->adapters[i].mac);
		while (found != NULL && found != &told->adapters[i])
			found = found->next;
		if (found == NULL || found->source != source)
			fuzz_broken("an adapter is found", source_name(source));
	}
}

/* No two sources of an agent have one prefix, no two are the first of a kind, and where the
 * agent is plain no two that are shown are one port. */
static void
check_apart(const struct source *source, bool plain)
{
	const struct source *other;

	for (other = source->next; other != NULL; other = other->next) {
		if (source->instance.prefix[0] != '\0' &&
		    strcmp(source->instance.prefix, other->instance.prefix) == 0)
			fuzz_broken("no two sources have one prefix",
			            source->instance.prefix);
		if ((source->instance.first & other->instance.first) != 0)
			fuzz_broken("one source is the first of its kind",
			            source->instance.prefix);
		if (plain && sub_agent_is_shown(source_sub_agent(source)) &&
		    sub_agent_is_shown(source_sub_agent(other)) &&
		    source_id(source).class == source_id(other).class &&
		    source_id(source).index == source_id(other).index)
			fuzz_broken("a plain agent has no two ports of one number",
			            source->instance.prefix);
	}
}

static void
check_carried(const struct source *source)
{
	struct source_id told = source->key.told;

	if (!source_is_carried(source))
		return;
	if (told.class > SOURCE_VLAN || told.index == UINT32_MAX ||
	    (told.class == SOURCE_INTERFACE && told.index == 0))
		fuzz_broken("a record is about a port or VLAN",
		            source->instance.prefix);
	if (!source->agent->carries)
		fuzz_broken("an agent carries", source->instance.prefix);
}

static void
check_source(const struct collector *c, const struct source *source)
{
	const struct counters *counters;
	unsigned count = 0;

	check_relations(&c->adapters, source);
	check_apart(source, agent_is_plain(source->agent));
	check_carried(source);
	if ((source->instance.first & ~source->agent->kinds.first) != 0)
		fuzz_broken("the agent knows of the first of a kind",
		            source->instance.prefix);
	for (counters = source->counters; counters != NULL; counters = counters->next)
		count++;
	if (count > COUNTERS_MOST || count != source->counters_count)
		fuzz_broken("structures of a source are bounded",
		            source->instance.prefix);
}

/* Ports ------------------------------------------------------------------------------ */

static void
check_alike(const struct agent *agent, const struct port *port)
{
	const struct alike *alike = port->alike;
	const struct port *other;
	unsigned members = 0;
	bool last = alike->last == NULL, counted = alike->counted == NULL;

	for (other = agent->ports.all; other != NULL; other = other->next) {
		if (other->alike != alike)
			continue;
		members++;
		last = last || other == alike->last;
		counted = counted || (other == alike->counted && other->counted);
		if (source_id(other->source).index != source_id(port->source).index)
			fuzz_broken("ports that are alike have one number",
			            agent->host.name);
	}
	if (members != alike->members || alike->went_on > members || !last || !counted)
		fuzz_broken("ports that are alike are known", agent->host.name);
}

static void
check_ports(const struct agent *agent)
{
	const struct port *port;
	unsigned counted = 0, rated = 0;
	size_t i;

	for (port = agent->ports.all; port != NULL; port = port->next) {
		counted += port->counted;
		rated += port->rated;
		if (port->rated && !port->counted)
			fuzz_broken("a port that does not count has no say",
			            agent->host.name);
		if (source_slot(port->source, SLOT_PORT) != port ||
		    source_agent(port->source) != agent)
			fuzz_broken("a port is of its source", agent->host.name);
		for (i = 0; i < PORT_TOTALS; i++)
			if (port->valid[i] &&
			    !(port->rates[i] >= 0 && isfinite(port->rates[i])))
				fuzz_broken("a rate is a number", agent->host.name);
		if (port->alike != NULL)
			check_alike(agent, port);
	}
	if (agent->ports.count != counted || agent->ports.rated != rated)
		fuzz_broken("ports are counted once", agent->host.name);
}

static void
check_agent(const struct collector *c, const struct agent *agent, int64_t now)
{
	const struct sub_agent *sub;
	const struct source *source;
	unsigned sources = 0, sets = 0;
	bool paced = agent->pace == NULL;

	for (sub = agent->sub_agents; sub != NULL; sub = sub->next)
		check_order(sub);
	for (source = agent->sources; source != NULL; source = source->next) {
		check_source(c, source);
		sets += source->key.id.class == SOURCE_CUSTOM;
		paced = paced || source == agent->pace;
		sources++;
	}
	if (sources != agent->source_count || !paced)
		fuzz_broken("sources are an agent's", agent->host.name);
	if (sets > CUSTOM_SETS || sets > agent->custom_sets)
		fuzz_broken("sets are bounded", agent->host.name);
	check_member(&agent->host, now);
	check_ports(agent);
}

void
inside_check(struct collector *c, int64_t now)
{
	const struct agent *agent;

	check_bounds(c);
	if (!(c->hosts.loss >= 0 && c->hosts.loss <= 1))
		fuzz_broken("a loss is a share", "of all");
	for (agent = agents_first(&c->agents); agent != NULL; agent = agent_next(agent))
		check_agent(c, agent, now);
}

/* A rate that has to be right --------------------------------------------------------- */

/* Returns the counters of the agent's first port, where they are shown. */
static const struct counters *
first_port(const struct agent *agent, uint32_t sub_agent)
{
	const struct source *source;
	const struct counters *counters;

	for (source = agent->sources; source != NULL; source = source->next) {
		if (source_sub_agent_id(source) != sub_agent ||
		    source_is_carried(source) || !source_is_port(source) ||
		    source_id(source).index != 1)
			continue;
		for (counters = source->counters; counters != NULL;
		     counters = counters->next)
			if (counters->layout->tag == IF_COUNTERS &&
			    counters->block != NULL)
				return counters;
	}
	return NULL;
}

void
inside_check_rate(struct collector *c, const struct address *address,
                  uint32_t sub_agent, double rate, int64_t now)
{
	struct store_reading reading = {.describe = false};
	const struct agent *agent;
	bool shown = false;

	for (agent = agents_first(&c->agents); agent != NULL;
	     agent = agent_next(agent)) {
		const struct counters *counters = first_port(agent, sub_agent);

		if (counters == NULL || !address_same(agent_address(agent), address))
			continue;
		shown = true;
		if (store_block_peek(counters->block, c->total_rows[0], &reading) &&
		    reading.heard_ms == now && reading.number > rate * 0.85 &&
		    reading.number < rate * 1.15)
			return;
	}
	if (shown || (c->stats.refused == 0 && c->config.accept[KIND_INTERFACE]))
		fuzz_broken("what is right is not lost", "first port");
}

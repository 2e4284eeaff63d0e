#include "sflow/collector/agents.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "sflow/collector/agents_internal.h"

#define SOURCES_PER_AGENT 64 /* on average, over all agents */

void
agents_bound(struct agents *agents, size_t max_agents, size_t max_sources,
             size_t most_sources)
{
	agents->max_agents = max_agents;
	agents->max_sources = max_sources;
	agents->max_sources_total = max_agents * SOURCES_PER_AGENT;
	if (agents->max_sources_total < max_sources)
		agents->max_sources_total = max_sources;
	if (most_sources != 0 && agents->max_sources_total > most_sources)
		agents->max_sources_total = most_sources;
}

void
agents_init(struct agents *agents, const struct host_kind *kind, size_t max_agents,
            size_t max_sources, size_t most_sources)
{
	memset(agents, 0, sizeof(*agents));
	agents->kind = kind;
	agents_bound(agents, max_agents, max_sources, most_sources);
}

size_t
agents_count(const struct agents *agents)
{
	return HASH_COUNT(agents->agents);
}

size_t
agents_source_count(const struct agents *agents)
{
	return HASH_COUNT(agents->sources);
}

/* Agents --------------------------------------------------------------------------- */

/* What agents are found by: their address, and where they are told apart by it, their
 * packets' source behind that. */
#define KEY_OF_ONE sizeof(struct address)
#define KEY_OF_SEVERAL (2 * sizeof(struct address))
_Static_assert(offsetof(struct host_key, agent) == 0 &&
                   offsetof(struct host_key, packets) == KEY_OF_ONE,
               "the two addresses are a key");

static struct agent *
add_agent(struct agents *agents, const struct host_key *key, double loss, int64_t now)
{
	struct agent *agent;

	if (agents_are_full(agents))
		return NULL;
	agent = calloc(1, sizeof(*agent));
	if (agent == NULL)
		return NULL;
	host_init(&agent->host, agents->kind, key, loss, now);
	agent->naming.called = agent->naming.other = text_none;
	HASH_ADD(hh, agents->agents, host.key.agent,
	         key->apart ? KEY_OF_SEVERAL : KEY_OF_ONE, agent);
	if (agent->hh.tbl == NULL) {
		free(agent);
		return NULL;
	}
	DL_APPEND(agents->strangers, agent);
	return agent;
}

static struct agent *
find_apart(const struct agents *agents, const struct address *address,
           const struct address *from)
{
	struct host_key key = {.agent = *address, .packets = *from};
	struct agent *agent;

	HASH_FIND(hh, agents->agents, &key, KEY_OF_SEVERAL, agent);
	return agent;
}

struct agent *
agents_agent(struct agents *agents, const struct address *address,
             const struct address *from, double loss, int64_t now)
{
	struct host_key key = {.agent = *address};
	struct agent *agent = NULL;

	if (agents->apart > 0)
		agent = find_apart(agents, address, from);
	if (agent == NULL)
		HASH_FIND(hh, agents->agents, address, KEY_OF_ONE, agent);
	if (agent != NULL)
		return agent;
	return add_agent(agents, &key, loss, now);
}

struct agent *
agents_split(struct agents *agents, struct agent *agent, const struct address *first,
             const struct address *from, double loss, int64_t now)
{
	struct host_key key = {
	    .agent = agent->host.key.agent, .packets = *from, .apart = true};
	struct agent *other = add_agent(agents, &key, loss, now);

	if (other == NULL)
		return NULL;
	if (!agent->host.key.apart)
		agent->host.key.packets = *first; /* not part of its key */
	agents->apart++;
	return other;
}

struct agent *
agents_first(const struct agents *agents)
{
	return agents->agents;
}

struct agent *
agent_next(const struct agent *agent)
{
	return agent->hh.next;
}

void
agents_remove_agent(struct agents *agents, struct agent *agent)
{
	agents_sweep_sub_agents(agents, agent, INT64_MAX);
	agents->apart -= agent->host.key.apart;
	if (!agent_is_confirmed(agent))
		DL_DELETE(agents->strangers, agent);
	HASH_DEL(agents->agents, agent);
	free(agent->unknown);
	free(agent);
}

bool
agent_is_confirmed(const struct agent *agent)
{
	return agent->confirmed;
}

void
agents_confirm(struct agents *agents, struct agent *agent)
{
	if (agent->confirmed)
		return;
	agent->confirmed = true;
	DL_DELETE(agents->strangers, agent);
	host_confirm(&agent->host);
}

struct agent *
agents_stranger(const struct agents *agents)
{
	return agents->strangers;
}

bool
agents_are_tight(const struct agents *agents)
{
	return is_tight(HASH_COUNT(agents->sources), agents->max_sources_total);
}

bool
agents_are_full(const struct agents *agents)
{
	return HASH_COUNT(agents->agents) >= agents->max_agents;
}

const struct address *
agent_address(const struct agent *agent)
{
	return &agent->host.key.agent;
}

/* The owner of a part may change it, also where it has the agent as a const pointer. */
static struct agent *
open_agent(const struct agent *agent)
{
	return (struct agent *)(uintptr_t)agent;
}

struct host *
agent_host(const struct agent *agent)
{
	return &open_agent(agent)->host;
}

struct agent_naming *
agent_naming(const struct agent *agent)
{
	return &open_agent(agent)->naming;
}

struct agent_ports *
agent_ports(const struct agent *agent)
{
	return &open_agent(agent)->ports;
}

struct agent_kinds *
agent_kinds(const struct agent *agent)
{
	return &open_agent(agent)->kinds;
}

unsigned *
agent_custom_sets(const struct agent *agent)
{
	return &open_agent(agent)->custom_sets;
}

struct agent *
agent_of_host(const struct host *host)
{
	return (struct agent *)(uintptr_t)host;
}

uint64_t
agent_datagrams(const struct agent *agent)
{
	return agent->datagrams;
}

void
agent_count_datagram(struct agent *agent)
{
	agent->datagrams++;
}

void
agent_restored(struct agent *agent, uint32_t interval_ms, uint32_t jitter_ms)
{
	agent->interval_ms = interval_ms;
	agent->jitter_ms = jitter_ms;
}

/* Whether the source has ended by which the agent is expected, while others go on. */
static bool
has_ended(const struct source *pace, int64_t now)
{
	return now - pace->counters_ms > rhythm_silence(&pace->rhythm, MISSES_LEAST);
}

/* Whether the agent is to be expected as often as this source sends. */
static bool
sets_the_pace(const struct agent *agent, const struct source *source, bool machine,
              int64_t now)
{
	const struct source *pace = agent->pace;

	if (pace == NULL || pace == source)
		return true;
	if (source->rhythm.interval_ms != 0 && has_ended(pace, now))
		return true;
	if (agent->machine_paces ||
	    (!machine && source->rhythm.interval_ms <= pace->rhythm.interval_ms))
		return false;
	return rhythm_is_proven(&source->rhythm, &pace->rhythm);
}

void
agent_follow(struct agent *agent, struct source *source, bool machine, int64_t now)
{
	if (sets_the_pace(agent, source, machine, now)) {
		agent->machine_paces =
		    machine || (agent->machine_paces && agent->pace == source);
		agent->pace = source;
	}
	member_expect(&agent->host.member, &agent->pace->rhythm);
}

bool
agent_polled(struct agent *agent, const struct source *source, uint32_t lost)
{
	if (agent->pace != source)
		return false;
	member_polled(&agent->host.member, lost);
	return true;
}

void
agent_set_cpus(struct agent *agent, uint32_t cpus)
{
	agent->cpus = cpus == UINT32_MAX ? 0 : cpus;
}

uint32_t
agent_cpus(const struct agent *agent)
{
	return agent->cpus;
}

uint32_t
agent_interval_ms(const struct agent *agent)
{
	return agent->pace != NULL ? agent->pace->rhythm.interval_ms : 0;
}

bool
agent_unknown(struct agent *agent, uint32_t tag)
{
	int i;

	if (agent->unknown == NULL)
		agent->unknown = calloc(AGENT_UNKNOWN_MAX, sizeof(agent->unknown[0]));
	for (i = 0; agent->unknown != NULL && i < AGENT_UNKNOWN_MAX; i++) {
		struct unknown_format *u = &agent->unknown[i];

		if (u->count != 0 && u->tag != tag)
			continue;
		u->tag = tag;
		return u->count++ == 0;
	}
	return false;
}

/* Data sources --------------------------------------------------------------------- */

static struct source *
find_source(const struct agents *agents, const struct source_key *key)
{
	struct source *source;

	HASH_FIND(hh, agents->sources, key, sizeof(*key), source);
	return source;
}

struct source *
agents_find_port(const struct agents *agents, const struct source *beside,
                 uint32_t if_index)
{
	struct source_id port = {.class = SOURCE_INTERFACE, .index = if_index};
	struct source_key own = {.sub_agent = beside->key.sub_agent, .id = port};
	struct source_key told = {
	    .sub_agent = beside->key.sub_agent, .id = beside->key.id, .told = port};
	struct source *source = find_source(agents, &own);

	return source != NULL ? source : find_source(agents, &told);
}

struct source *
source_alike(const struct source *source, const struct source *before)
{
	struct sub_agent *sub =
	    before != NULL ? before->key.sub_agent->next : source->agent->sub_agents;
	struct source_key key = source->key;
	struct source *found = NULL;

	for (; found == NULL && sub != NULL; sub = sub->next) {
		key.sub_agent = sub;
		if (sub != source->key.sub_agent) /* any source leads to their table */
			HASH_FIND(hh, source, &key, sizeof(key), found);
	}
	return found;
}

static struct source *
add_source(struct agents *agents, const struct source_key *key, int64_t now)
{
	struct source *source = calloc(1, sizeof(*source));

	if (source == NULL)
		return NULL;
	source->key = *key;
	source->agent = key->sub_agent->key.agent;
	source->sub_epoch = source->flows_epoch = key->sub_agent->order.at.epoch;
	source->heard_ms = source->first_ms = now;
	source->name = source->instance.prefix = text_none;
	if (source_is_carried(source))
		source->agent->carries = true;
	HASH_ADD(hh, agents->sources, key, sizeof(source->key), source);
	if (source->hh.tbl == NULL) {
		free(source);
		return NULL;
	}
	DL_APPEND(source->agent->sources, source);
	source->agent->source_count++;
	key->sub_agent->source_count++;
	return source;
}

/* Returns how many sources there may be, so that this one may be added. */
static size_t
sources_most(const struct agents *agents, const struct source_key *key)
{
	return agent_is_confirmed(key->sub_agent->key.agent)
	           ? agents->max_sources_total
	           : share_of_strangers(agents->max_sources_total);
}

static struct source *
enter_source(struct agents *agents, const struct source_key *key, int64_t now)
{
	struct source *source = find_source(agents, key);

	if (source != NULL)
		return source;
	if (key->sub_agent->key.agent->source_count >= agents->max_sources ||
	    HASH_COUNT(agents->sources) >= sources_most(agents, key))
		return NULL;
	return add_source(agents, key, now);
}

struct source *
agents_source(struct agents *agents, struct sub_agent *sub_agent, struct source_id id,
              int64_t now)
{
	struct source_key key = {.sub_agent = sub_agent, .id = id};

	return enter_source(agents, &key, now);
}

struct source *
agents_told_source(struct agents *agents, const struct source *carrier,
                   struct source_id told, int64_t now)
{
	struct source_key key = {
	    .sub_agent = carrier->key.sub_agent, .id = carrier->key.id, .told = told};

	return enter_source(agents, &key, now);
}

struct source *
agent_sources(const struct agent *agent)
{
	return agent->sources;
}

void
agents_remove_source(struct agents *agents, struct source *source)
{
	if (source->agent->pace == source) {
		source->agent->pace = NULL;
		source->agent->machine_paces = false;
	}
	source_free_counters(source);
	text_keep(&source->name, "");
	DL_DELETE(source->agent->sources, source);
	source->agent->source_count--;
	source->key.sub_agent->source_count--;
	HASH_DEL(agents->sources, source);
	free(source);
}

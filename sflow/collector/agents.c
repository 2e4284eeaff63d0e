#include "sflow/collector/agents.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "sflow/wire/derive.h"
#include "sflow/collector/relations.h"

#define SOURCES_PER_AGENT 64  /* on average, over all agents */
#define COUNTERS_MAX 128      /* structures, and parts of them, of a source */

void
agents_bound(struct agents *agents, size_t max_agents, size_t max_sources)
{
	agents->max_agents = max_agents;
	agents->max_sources = max_sources;
	agents->max_sources_total = max_agents * SOURCES_PER_AGENT;
	if (agents->max_sources_total < max_sources)
		agents->max_sources_total = max_sources;
}

void
agents_init(struct agents *agents, size_t max_agents, size_t max_sources)
{
	memset(agents, 0, sizeof(*agents));
	agents_bound(agents, max_agents, max_sources);
}

void
agents_free(struct agents *agents)
{
	struct agent *agent, *next;
	struct taken_name *taken, *next_taken;

	agents->keep = false;
	HASH_ITER(hh, agents->agents, agent, next)
		agents_remove_agent(agents, agent);
	HASH_ITER(hh, agents->names, taken, next_taken) {
		HASH_DEL(agents->names, taken);
		free(taken);
	}
	agents_drop_forgotten(agents);
}

void
agents_drop_forgotten(struct agents *agents)
{
	struct forgotten *forgotten;

	while ((forgotten = agents->forgotten) != NULL) {
		agents->forgotten = forgotten->next;
		free(forgotten);
	}
}

static char no_text[1]; /* of those that have none */

static bool
set_text(char **text, const char *to)
{
	char *was = *text, *copy = to[0] != '\0' ? strdup(to) : no_text;

	*text = copy != NULL ? copy : no_text;
	if (was != no_text)
		free(was);
	return copy != NULL;
}

bool
agent_set_name(struct agent *agent, const char *text)
{
	return set_text(&agent->name, text);
}

bool
agent_set_called(struct agent *agent, const char *text)
{
	return set_text(&agent->called, text);
}

struct agent *
agents_agent(struct agents *agents, const struct address *address, int64_t now)
{
	struct agent *agent;

	HASH_FIND(hh, agents->agents, address, sizeof(*address), agent);
	if (agent != NULL)
		return agent;
	if (HASH_COUNT(agents->agents) >= agents->max_agents)
		return NULL;
	agent = calloc(1, sizeof(*agent));
	if (agent == NULL)
		return NULL;
	agent->address = *address;
	agent->first_ms = now;
	agent->name = agent->called = no_text;
	member_init(&agent->member, agents->loss, now);
	HASH_ADD(hh, agents->agents, address, sizeof(agent->address), agent);
	if (agent->hh.tbl == NULL) {
		free(agent);
		return NULL;
	}
	return agent;
}

struct sub_agent *
agents_sub_agent(struct agents *agents, struct agent *agent, uint32_t id)
{
	struct sub_agent_key key = {.agent = agent, .id = id};
	struct sub_agent *sub;

	HASH_FIND(hh, agents->sub_agents, &key, sizeof(key), sub);
	if (sub != NULL)
		return sub;
	if (agent->sub_agent_count >= agents->max_sources)
		return NULL;
	sub = calloc(1, sizeof(*sub));
	if (sub == NULL)
		return NULL;
	sub->key = key;
	HASH_ADD(hh, agents->sub_agents, key, sizeof(sub->key), sub);
	if (sub->hh.tbl == NULL) {
		free(sub);
		return NULL;
	}
	DL_APPEND(agent->sub_agents, sub);
	agent->sub_agent_count++;
	return sub;
}

bool
source_set_name(struct source *source, const char *text)
{
	return set_text(&source->name, text);
}

bool
source_set_prefix(struct source *source, const char *text)
{
	return set_text(&source->prefix, text);
}

static struct source *
add_source(struct agents *agents, const struct source_key *key, int64_t now)
{
	struct source *source = calloc(1, sizeof(*source));

	if (source == NULL)
		return NULL;
	source->key = *key;
	source->agent = key->sub_agent->key.agent;
	source->sub_epoch = key->sub_agent->order.epoch;
	source->heard_ms = now;
	source->name = source->prefix = no_text;
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

struct machine *
source_machine(struct source *source)
{
	if (source->machine == NULL) {
		source->machine = calloc(1, sizeof(*source->machine));
		if (source->machine != NULL)
			source->machine->source = source;
	}
	return source->machine;
}

struct source *
agents_find_source(const struct agents *agents, struct sub_agent *sub_agent,
                   struct source_id id)
{
	struct source_key key = {.sub_agent = sub_agent, .id = id};
	struct source *source;

	HASH_FIND(hh, agents->sources, &key, sizeof(key), source);
	return source;
}

struct source *
agents_source(struct agents *agents, struct sub_agent *sub_agent,
              struct source_id id, int64_t now)
{
	struct source_key key = {.sub_agent = sub_agent, .id = id};
	struct source *source = agents_find_source(agents, sub_agent, id);

	if (source != NULL)
		return source;
	if (sub_agent->key.agent->source_count >= agents->max_sources ||
	    HASH_COUNT(agents->sources) >= agents->max_sources_total)
		return NULL;
	return add_source(agents, &key, now);
}

void
source_detach(struct source *source, const struct store_host *host)
{
	struct counters *c;

	for (c = source->counters; c != NULL; c = c->next) {
		if (c->block == NULL ||
		    (host != NULL && store_block_host(c->block) != host))
			continue;
		store_block_remove(c->block);
		c->block = NULL;
	}
	if (host != NULL && host != source->agent->host)
		return;
	source->agent->first &= ~source->first;
	source->first = 0;
	source_set_prefix(source, "");
	source->unwanted = false;
}

static size_t
name_key(struct name_key *key, unsigned cluster, const char *name)
{
	key->cluster = cluster;
	strncpy(key->name, name, sizeof(key->name) - 1);
	key->name[sizeof(key->name) - 1] = '\0';
	return offsetof(struct name_key, name) + strlen(key->name);
}

bool
agents_take_name(struct agents *agents, unsigned cluster, const char *name)
{
	struct taken_name *taken;
	struct name_key key;
	size_t len = name_key(&key, cluster, name);

	HASH_FIND(hh, agents->names, &key, len, taken);
	if (taken != NULL)
		return false;
	taken = malloc(offsetof(struct taken_name, key) + len + 1);
	if (taken == NULL)
		return true; /* two of one name are better than none */
	memcpy(&taken->key, &key, len + 1);
	HASH_ADD(hh, agents->names, key, len, taken);
	if (taken->hh.tbl == NULL)
		free(taken);
	return true;
}

void
agents_return_name(struct agents *agents, unsigned cluster, const char *name)
{
	struct taken_name *taken;
	struct name_key key;
	size_t len = name_key(&key, cluster, name);

	HASH_FIND(hh, agents->names, &key, len, taken);
	if (taken == NULL)
		return;
	HASH_DEL(agents->names, taken);
	free(taken);
}

/* Notes that a saved host is to be forgotten where it was saved. */
static void
forget_saved(struct agents *agents, struct kept *kept,
             const struct forgotten *what)
{
	struct forgotten *forgotten;

	if (!kept->stored || !agents->keep)
		return;
	kept->stored = kept->saved = false;
	forgotten = malloc(sizeof(*forgotten));
	if (forgotten == NULL)
		return; /* it is found to be too old when it is restored */
	*forgotten = *what;
	forgotten->next = agents->forgotten;
	agents->forgotten = forgotten;
}

void
agents_unsave_source(struct agents *agents, struct source *source)
{
	struct forgotten what = {.machine = true,
	                         .agent = source->agent->address,
	                         .sub_agent = source->key.sub_agent->key.id,
	                         .source = source->key.id};

	if (source->machine != NULL)
		forget_saved(agents, &source->machine->kept, &what);
}

void
agents_unsave_agent(struct agents *agents, struct agent *agent)
{
	struct forgotten what = {.agent = agent->address};

	forget_saved(agents, &agent->kept, &what);
}

struct source *
agents_find_uuid(struct agents *agents, const uint8_t uuid[16])
{
	struct machine *machine;

	HASH_FIND(hh, agents->by_uuid, uuid, 16, machine);
	return machine != NULL ? machine->source : NULL;
}

void
agents_set_uuid(struct agents *agents, struct source *source)
{
	struct source *was = agents_find_uuid(agents, source->uuid);
	struct machine *machine = source->machine;

	if (was != NULL)
		agents_unset_uuid(agents, was);
	HASH_ADD_KEYPTR(hh, agents->by_uuid, source->uuid,
	                sizeof(source->uuid), machine);
	machine->by_uuid = machine->hh.tbl != NULL;
}

void
agents_unset_uuid(struct agents *agents, struct source *source)
{
	struct machine *machine = source->machine;

	if (machine == NULL || !machine->by_uuid)
		return;
	HASH_DELETE(hh, agents->by_uuid, machine);
	machine->by_uuid = false;
}

static void
free_counters(struct source *source)
{
	struct counters *c, *next;

	for (c = source->counters; c != NULL; c = next) {
		next = c->next;
		free(c);
	}
}

void
source_forget(struct source *source, const struct layout *layout)
{
	struct counters **at = &source->counters, *c;

	while ((c = *at) != NULL) {
		if (c->layout != layout) {
			at = &c->next;
			continue;
		}
		*at = c->next;
		store_block_remove(c->block);
		free(c);
		source->counters_count--;
	}
}

void
agents_remove_source(struct agents *agents, struct source *source)
{
	source_detach(source, NULL);
	if (source->agent->pace == source) {
		source->agent->pace = NULL;
		source->agent->machine_paces = false;
	}
	port_forget(source);
	relations_forget(agents, source);
	free_counters(source);
	customs_free(source);
	if (source_host(source) != NULL)
		agents_return_name(agents, source->machine->cluster,
		                   source->machine->name);
	agents_unsave_source(agents, source);
	store_host_gone(source_host(source));
	agents_unset_uuid(agents, source);
	DL_DELETE(source->agent->sources, source);
	source->agent->source_count--;
	source->key.sub_agent->source_count--;
	HASH_DEL(agents->sources, source);
	source_set_name(source, "");
	source_set_prefix(source, "");
	free(source->machine);
	free(source);
}

void
agents_remove_sub_agent(struct agents *agents, struct sub_agent *sub_agent)
{
	DL_DELETE(sub_agent->key.agent->sub_agents, sub_agent);
	sub_agent->key.agent->sub_agent_count--;
	HASH_DEL(agents->sub_agents, sub_agent);
	free(sub_agent);
}

void
agents_remove_agent(struct agents *agents, struct agent *agent)
{
	struct source *source, *next_source;
	struct sub_agent *sub, *next_sub;

	DL_FOREACH_SAFE(agent->sources, source, next_source)
		agents_remove_source(agents, source);
	DL_FOREACH_SAFE(agent->sub_agents, sub, next_sub)
		agents_remove_sub_agent(agents, sub);
	if (agent->name[0] != '\0')
		agents_return_name(agents, agent->cluster, agent->name);
	agents_unsave_agent(agents, agent);
	if (agents->save_next == agent)
		agents->save_next = agent->hh.next;
	store_host_gone(agent->host);
	HASH_DEL(agents->agents, agent);
	free(agent->unknown);
	free(agent->other_name);
	agent_set_name(agent, "");
	agent_set_called(agent, "");
	free(agent);
}

void
source_follow(struct source *source)
{
	if (source->sub_epoch == source->key.sub_agent->order.epoch)
		return;
	source->sub_epoch = source->key.sub_agent->order.epoch;
	source->counted.seen = source->flows.seen = false;
	source->epoch++;
	rhythm_restart(&source->rhythm);
}

enum arrival
source_arrival(struct source *source, const struct sample *sample,
               enum arrival datagram, uint32_t *lost)
{
	bool flows = sample->kind == SAMPLE_FLOW;
	enum arrival arrival;

	source_follow(source);
	arrival = arrival_of_sample(flows ? &source->flows : &source->counted,
	                            sample, datagram, lost);
	if (arrival == ARRIVAL_RESTART)
		source->epoch++;
	return arrival;
}

struct counters *
source_counters(struct source *source, const struct layout *layout,
                unsigned part)
{
	struct counters **at, *c;

	for (at = &source->counters; *at != NULL; at = &(*at)->next)
		if ((*at)->layout == layout && (*at)->part == part)
			return *at;
	if (source->counters_count >= COUNTERS_MAX)
		return NULL;
	c = calloc(1, sizeof(*c) + latch_size(layout));
	if (c != NULL) {
		c->layout = layout;
		c->part = part;
		*at = c;
		source->counters_count++;
	}
	return c;
}

unsigned
source_interval_s(const struct source *source)
{
	return source->rhythm.interval_s != 0 ? source->rhythm.interval_s
	                                      : INTERVAL_USUAL_MS / 1000;
}

void
agent_follow(struct agent *agent, struct source *source, bool machine)
{
	const struct source *pace = agent->pace;
	bool slower = pace == NULL || source->rhythm.interval_ms >
	                                  pace->rhythm.interval_ms;

	if (machine ? !agent->machine_paces : !agent->machine_paces && slower) {
		agent->pace = source;
		agent->machine_paces = machine;
	}
	member_expect(&agent->member, &agent->pace->rhythm);
}

bool
agent_unknown(struct agent *agent, uint32_t tag)
{
	int i;

	if (agent->unknown == NULL)
		agent->unknown =
		    calloc(AGENT_UNKNOWN_MAX, sizeof(agent->unknown[0]));
	for (i = 0; agent->unknown != NULL && i < AGENT_UNKNOWN_MAX; i++) {
		struct unknown_format *u = &agent->unknown[i];

		if (u->count != 0 && u->tag != tag)
			continue;
		u->tag = tag;
		return u->count++ == 0;
	}
	return false;
}

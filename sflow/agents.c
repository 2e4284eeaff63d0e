/* The tables' keys are chosen by strangers, so the hash is keyed with random
 * numbers that they can't know, and the tables are bounded. */
#include <stdint.h>
#include <string.h>
#include <sys/random.h>

static uint64_t hash_key[2];

static inline unsigned
keyed_hash(const void *key, size_t len)
{
	const unsigned char *at = key;
	uint64_t h = hash_key[0] ^ len, word;
	size_t n;

	for (; len > 0; len -= n, at += n) {
		n = len < 8 ? len : 8;
		word = 0;
		memcpy(&word, at, n);
		h = (h ^ word) * UINT64_C(0x9e3779b97f4a7c15);
		h = ((h ^ h >> 29) + hash_key[1]) * UINT64_C(0xbf58476d1ce4e5b9);
		h ^= h >> 32;
	}
	return (unsigned)h;
}

#define HASH_NONFATAL_OOM 1
#define HASH_FUNCTION(key, len, hash) (hash) = keyed_hash(key, len)
#include "sflow/agents.h"

#include <stdlib.h>
#include <utlist.h>

#define INTERVAL_UNKNOWN_S 30 /* until it is known */
#define OVERTAKEN_MS 5000     /* a network delays no datagram for longer */
#define UPTIME_BACK_MS 5000   /* less is a clock that is set, not a restart */
#define LOST_MAX 100000       /* a larger gap is another sequence */
#define SOURCES_PER_AGENT 16  /* on average, over all agents */

void
agents_init(struct agents *agents, size_t max_agents, size_t max_sources)
{
	memset(agents, 0, sizeof(*agents));
	agents->max_agents = max_agents;
	agents->max_sources = max_sources;
	agents->max_sources_total = max_agents * SOURCES_PER_AGENT;
	if (agents->max_sources_total < max_sources)
		agents->max_sources_total = max_sources;
	if (hash_key[0] == 0 &&
	    getrandom(hash_key, sizeof(hash_key), 0) != sizeof(hash_key))
		hash_key[0] = (uintptr_t)agents; /* better than nothing */
}

void
agents_free(struct agents *agents)
{
	struct agent *agent, *next;

	HASH_ITER(hh, agents->agents, agent, next)
		agents_remove_agent(agents, agent);
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
	agent->first_ms = agent->heard_ms = now;
	agent->interval_s = INTERVAL_UNKNOWN_S;
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

static struct source *
add_source(struct agents *agents, const struct source_key *key, int64_t now)
{
	struct source *source = calloc(1, sizeof(*source));

	if (source == NULL)
		return NULL;
	source->key = *key;
	source->agent = key->sub_agent->key.agent;
	source->sub_epoch = key->sub_agent->epoch;
	source->heard_ms = now;
	source->interval_s = INTERVAL_UNKNOWN_S;
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

struct source *
agents_source(struct agents *agents, struct sub_agent *sub_agent,
              struct source_id id, int64_t now)
{
	struct source_key key = {.sub_agent = sub_agent, .id = id};
	struct source *source;

	HASH_FIND(hh, agents->sources, &key, sizeof(key), source);
	if (source != NULL)
		return source;
	if (sub_agent->key.agent->source_count >= agents->max_sources ||
	    HASH_COUNT(agents->sources) >= agents->max_sources_total)
		return NULL;
	return add_source(agents, &key, now);
}

void
source_detach(struct source *source)
{
	struct counters *c;
	int kind;

	for (c = source->counters; c != NULL; c = c->next) {
		store_block_remove(c->block);
		c->block = NULL;
	}
	for (kind = 0; kind < KIND_COUNT; kind++)
		if (source->agent->first[kind] == source)
			source->agent->first[kind] = NULL;
	source->prefix[0] = '\0';
}

void
agents_remove_source(struct agents *agents, struct source *source)
{
	struct counters *c, *next;

	source_detach(source);
	for (c = source->counters; c != NULL; c = next) {
		next = c->next;
		free(c);
	}
	store_host_gone(source->host);
	DL_DELETE(source->agent->sources, source);
	source->agent->source_count--;
	source->key.sub_agent->source_count--;
	HASH_DEL(agents->sources, source);
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
	store_host_gone(agent->host);
	HASH_DEL(agents->agents, agent);
	free(agent);
}

/* Which of the ways a sequence number and a clock can stand to those before:
 * the clock tells a restart from a datagram that was overtaken on its way. An
 * overtaken one is as old by the agent's clock as it is late by ours. */
static enum arrival
judge(const struct sub_agent *sub, const struct datagram *d, int64_t now)
{
	int32_t ahead = (int32_t)(d->sequence - sub->sequence);
	int32_t later = (int32_t)(d->uptime_ms - sub->uptime_ms);
	int64_t delay = now - sub->arrival_ms - later;

	if (ahead > 0)
		return later < -UPTIME_BACK_MS || ahead > LOST_MAX
		           ? ARRIVAL_RESTART
		           : ARRIVAL_NEXT;
	if (later > 0) /* the device runs on, so its agent has begun again; one
	                * that does not count leaves the sequence as it is */
		return ahead < 0 ? ARRIVAL_RESTART : ARRIVAL_NEXT;
	return delay <= OVERTAKEN_MS ? ARRIVAL_STALE : ARRIVAL_RESTART;
}

/* The uptime is in milliseconds, in 32 bits: 49.7 days. */
static bool
has_wrapped(const struct sub_agent *sub, const struct datagram *d)
{
	return d->uptime_ms < sub->uptime_ms &&
	       (int32_t)(d->uptime_ms - sub->uptime_ms) > 0;
}

enum arrival
sub_agent_arrival(struct sub_agent *sub, const struct datagram *d, int64_t now,
                  uint32_t *lost)
{
	enum arrival arrival = ARRIVAL_NEXT;

	*lost = 0;
	if (sub->heard) {
		arrival = judge(sub, d, now);
		if (arrival == ARRIVAL_STALE)
			return arrival;
		if (arrival == ARRIVAL_NEXT && d->sequence != sub->sequence)
			*lost = d->sequence - sub->sequence - 1;
		if (has_wrapped(sub, d))
			sub->wrapped_ms += INT64_C(1) << 32;
	}
	if (arrival == ARRIVAL_RESTART) {
		sub->epoch++;
		sub->wrapped_ms = 0;
	}
	sub->heard = true;
	sub->sequence = d->sequence;
	sub->uptime_ms = d->uptime_ms;
	sub->arrival_ms = now;
	return arrival;
}

/* A number that goes back in a datagram that is itself in order: the data
 * source was made anew. */
static enum arrival
judge_sample(int32_t ahead, enum arrival datagram)
{
	if (ahead > 0)
		return ahead > LOST_MAX ? ARRIVAL_RESTART : ARRIVAL_NEXT;
	if (datagram == ARRIVAL_STALE)
		return ARRIVAL_STALE;
	return ahead == 0 ? ARRIVAL_NEXT : ARRIVAL_RESTART;
}

enum arrival
source_arrival(struct source *source, const struct sample *sample,
               enum arrival datagram, uint32_t *lost)
{
	bool flows = sample->kind == SAMPLE_FLOW;
	uint32_t *sequence =
	    flows ? &source->flows_sequence : &source->counters_sequence;
	bool *seen = flows ? &source->flows_seen : &source->counters_seen;
	int32_t ahead = (int32_t)(sample->sequence - *sequence);
	enum arrival arrival = ARRIVAL_NEXT;

	*lost = 0;
	if (source->sub_epoch != source->key.sub_agent->epoch) {
		source->sub_epoch = source->key.sub_agent->epoch;
		source->counters_seen = source->flows_seen = false;
		source->epoch++;
	}
	if (*seen) {
		arrival = judge_sample(ahead, datagram);
		if (arrival == ARRIVAL_STALE)
			return arrival;
		if (arrival == ARRIVAL_NEXT && ahead > 0)
			*lost = (uint32_t)ahead - 1;
		if (arrival == ARRIVAL_RESTART)
			source->epoch++;
	}
	*seen = true;
	*sequence = sample->sequence;
	return arrival;
}

struct counters *
source_counters(struct source *source, const struct layout *layout)
{
	struct counters **at, *c;

	for (at = &source->counters; *at != NULL; at = &(*at)->next)
		if ((*at)->layout == layout)
			return *at;
	c = calloc(1, sizeof(*c) + layout->count * sizeof(c->numbers[0]));
	if (c != NULL) {
		c->layout = layout;
		*at = c;
	}
	return c;
}

static uint32_t
median_of_3(const uint32_t v[3])
{
	uint32_t low = v[0] < v[1] ? v[0] : v[1];
	uint32_t high = v[0] < v[1] ? v[1] : v[0];

	if (v[2] == 0) /* not three yet: the newest */
		return v[1] != 0 ? v[1] : v[0];
	return v[2] < low ? low : v[2] > high ? high : v[2];
}

void
source_learn_interval(struct source *source, double elapsed_ms, uint32_t lost)
{
	double each = elapsed_ms / (lost + 1.0);
	unsigned was = source->interval_s, is;
	bool first = source->intervals_ms[0] == 0;

	if (each < 1 || each > INT32_MAX)
		return;
	source->intervals_ms[source->next_interval] = (uint32_t)each;
	source->next_interval = (source->next_interval + 1) % 3;
	is = (median_of_3(source->intervals_ms) + 500) / 1000;
	if (is == 0)
		is = 1;
	if (first || is > was + was / 4 || is < was - was / 4)
		source->interval_s = is;
	source->agent->interval_s = source->interval_s;
}

bool
agent_unknown(struct agent *agent, uint32_t tag)
{
	int i;

	for (i = 0; i < AGENT_UNKNOWN_MAX; i++) {
		struct unknown_format *u = &agent->unknown[i];

		if (u->count != 0 && u->tag != tag)
			continue;
		u->tag = tag;
		return u->count++ == 0;
	}
	return false;
}

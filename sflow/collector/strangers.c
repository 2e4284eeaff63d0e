#include "sflow/collector/strangers.h"

#include <stdlib.h>

#include "sflow/collector/collector_internal.h"
#include "sflow/collector/forget.h"
#include "sflow/collector/machines.h"
#include "sflow/hash.h"

/* The table of sightings: 256 of them for each agent that there may be, and 16 MB at most,
 * which a flood of a million names in a row fills. */
#define BUCKETS_MOST ((size_t)1 << 18)
#define BUCKETS_PER_AGENT 64
#define BUCKET 4 /* sightings in a line of the processor's cache */

#define CONFIRM_MS 5000
#define CLOCKS_APART_MS 2000 /* between what passed by two clocks, and */
#define CLOCKS_DRIFT 20      /* a twentieth of it */
#define NUMBERS_PER_S 200    /* that an agent may send, and */
#define NUMBERS_MORE 64      /* in one poll */

/* Who was seen, and when. All zero: nobody. */
struct sighting {
	uint32_t who; /* part of a hash; the rest of it is the place */
	uint32_t sequence;
	uint32_t uptime_ms;
	uint32_t arrival_ms; /* modulo 2^32 */
};

void
strangers_free(struct strangers *s)
{
	free(s->sightings);
	s->sightings = NULL;
}

void
strangers_bound(struct strangers *s, size_t max_agents)
{
	size_t buckets = BUCKETS_PER_AGENT;

	while (buckets < BUCKETS_MOST && buckets < max_agents * BUCKETS_PER_AGENT)
		buckets *= 2;
	if (buckets == s->buckets)
		return;
	strangers_free(s);
	s->buckets = buckets;
}

static uint64_t
hash_of(const struct datagram *d, const struct address *from)
{
	struct {
		struct address agent, from;
		uint32_t sub_agent;
	} key;

	memset(&key, 0, sizeof(key)); /* padding is part of it */
	key.agent = d->agent;
	key.from = *from;
	key.sub_agent = d->sub_agent;
	return keyed_hash_64(&key, sizeof(key));
}

/* Whether the datagram is a later one of who was seen. */
static bool
follows(const struct sighting *seen, const struct datagram *d, int64_t now)
{
	uint32_t ours = (uint32_t)now - seen->arrival_ms;
	uint32_t theirs = d->uptime_ms - seen->uptime_ms;
	uint32_t numbers = d->sequence - seen->sequence;
	uint32_t apart = ours > theirs ? ours - theirs : theirs - ours;

	return ours >= CONFIRM_MS && theirs >= CONFIRM_MS &&
	       apart <= CLOCKS_APART_MS + ours / CLOCKS_DRIFT && numbers != 0 &&
	       numbers <= (uint64_t)ours * NUMBERS_PER_S / 1000 + NUMBERS_MORE;
}

/* Returns the place for who was seen: its own, or the one of the oldest sighting. */
static struct sighting *
place_of(struct sighting *bucket, uint32_t who, int64_t now)
{
	struct sighting *oldest = bucket;
	size_t i;

	for (i = 0; i < BUCKET; i++) {
		if (bucket[i].who == who || bucket[i].who == 0)
			return &bucket[i];
		if ((uint32_t)now - bucket[i].arrival_ms >
		    (uint32_t)now - oldest->arrival_ms)
			oldest = &bucket[i];
	}
	return oldest;
}

bool
strangers_see(struct strangers *s, const struct datagram *d, const struct address *from,
              int64_t now)
{
	uint64_t hash = hash_of(d, from);
	uint32_t who = (uint32_t)(hash >> 32) | 1; /* not 0 */
	struct sighting *place;
	bool known;

	if (s->buckets == 0)
		s->buckets = BUCKETS_MOST;
	if (s->sightings == NULL)
		s->sightings = calloc(BUCKET * s->buckets, sizeof(*s->sightings));
	if (s->sightings == NULL)
		return false;
	place = place_of(&s->sightings[BUCKET * (hash & (s->buckets - 1))], who, now);
	known = place->who == who;
	if (known && follows(place, d, now))
		return true;
	/* One that comes too soon to confirm the first one does not put it off. */
	if (known && d->sequence - place->sequence <= NUMBERS_MORE &&
	    (uint32_t)now - place->arrival_ms < CONFIRM_MS)
		return false;
	*place = (struct sighting){who, d->sequence, d->uptime_ms, (uint32_t)now};
	return false;
}

void
strangers_leave(struct strangers *s, const struct agent *agent)
{
	struct datagram last;
	struct address from;
	int64_t arrival_ms;

	if (agent_is_confirmed(agent) ||
	    !agent_last_datagram(agent, &last, &from, &arrival_ms))
		return;
	strangers_see(s, &last, &from, arrival_ms);
}

bool
strangers_know(struct strangers *s, const struct datagram *d,
               const struct address *from, int64_t now)
{
	return s->sightings != NULL && strangers_see(s, d, from, now);
}

struct agent *
strangers_admit(struct collector *c, const struct datagram *d,
                const struct address *from, int64_t now)
{
	struct agent *agent, *stranger = agents_stranger(&c->agents);

	if (!agents_are_full(&c->agents) ||
	    !strangers_see(&c->strangers, d, from, now) || stranger == NULL)
		return NULL;
	expire_agent(c, stranger, now);
	agent = agents_agent(&c->agents, &d->agent, from, c->hosts.loss, now);
	if (agent != NULL)
		stranger_confirmed(c, agent);
	return agent;
}

void
stranger_confirmed(struct collector *c, struct agent *agent)
{
	struct source *source;

	agents_confirm(&c->agents, agent);
	for (source = agent_sources(agent); source != NULL;
	     source = source_next(source))
		if (machine_host(source) != NULL)
			host_confirm(machine_host(source));
}

void
strangers_make_room(struct collector *c, int64_t now)
{
	struct agent *stranger;

	while ((agents_are_tight(&c->agents) || store_is_tight(c->store)) &&
	       (stranger = agents_stranger(&c->agents)) != NULL)
		expire_agent(c, stranger, now);
}

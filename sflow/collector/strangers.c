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
/* One whose clock has another unit, or stands still, goes by its numbers alone, after so many
 * datagrams in so long. */
#define COUNT 8
#define COUNT_MS 60000

/* Who was seen first, and when. All zero: nobody. */
struct sighting {
	uint16_t who;   /* part of a hash; the rest of it is the place */
	uint16_t count; /* datagrams since, which go on from it by their numbers */
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

/* Whether the datagram goes on from who was seen, by its number. */
static bool
goes_on(const struct sighting *seen, const struct datagram *d, int64_t now)
{
	uint32_t ours = (uint32_t)now - seen->arrival_ms;

	return d->sequence - seen->sequence <=
	       (uint64_t)ours * NUMBERS_PER_S / 1000 + NUMBERS_MORE;
}

/* Whether the datagram, which goes on, confirms who was seen: by its clock, or as one of
 * many. */
static bool
confirms(const struct sighting *seen, const struct datagram *d, int64_t now)
{
	uint32_t ours = (uint32_t)now - seen->arrival_ms;
	uint32_t theirs = d->uptime_ms - seen->uptime_ms;
	uint32_t apart = ours > theirs ? ours - theirs : theirs - ours;

	return (ours >= CONFIRM_MS && theirs >= CONFIRM_MS &&
	        apart <= CLOCKS_APART_MS + ours / CLOCKS_DRIFT) ||
	       (seen->count >= COUNT && ours >= COUNT_MS);
}

/* Returns the place for who was seen: its own, or the one of the oldest sighting. */
static struct sighting *
place_of(struct sighting *bucket, uint16_t who, int64_t now)
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
	uint16_t who = (uint16_t)(hash >> 48 | 1); /* not 0 */
	struct sighting *place;

	if (s->buckets == 0)
		s->buckets = BUCKETS_MOST;
	if (s->sightings == NULL)
		s->sightings = calloc(BUCKET * s->buckets, sizeof(*s->sightings));
	if (s->sightings == NULL)
		return false;
	place = place_of(&s->sightings[BUCKET * (hash & (s->buckets - 1))], who, now);
	if (place->who != who || !goes_on(place, d, now)) {
		*place = (struct sighting){.who = who,
		                           .sequence = d->sequence,
		                           .uptime_ms = d->uptime_ms,
		                           .arrival_ms = (uint32_t)now};
		return false;
	}
	if (d->sequence == place->sequence)
		return false; /* the same one again */
	if (place->count < COUNT)
		place->count++;
	return confirms(place, d, now);
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

/* Has a stranger make way. Its next datagram may confirm it all the same. */
static void
yield(struct collector *c, struct agent *stranger, int64_t now)
{
	strangers_leave(&c->strangers, stranger);
	expire_agent(c, stranger, now);
}

void
strangers_give_place(struct collector *c, const struct agent *beside, int64_t now)
{
	struct agent *stranger = agents_stranger(&c->agents);

	if (agents_are_full(&c->agents) && stranger != NULL && stranger != beside)
		yield(c, stranger, now);
}

struct agent *
strangers_admit(struct collector *c, const struct datagram *d,
                const struct address *from, int64_t now)
{
	struct agent *agent;

	if (!agents_are_full(&c->agents) || !strangers_see(&c->strangers, d, from, now))
		return NULL;
	strangers_give_place(c, NULL, now);
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
		yield(c, stranger, now);
}

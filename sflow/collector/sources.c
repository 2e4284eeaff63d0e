/* Data sources: what is known of each, and its last counters. */
#include <stdlib.h>
#include <string.h>

#include "sflow/collector/agents_internal.h"
#include "sflow/wire/derive.h"

#define COUNTERS_MAX 128 /* structures, and parts of them, of a source */
/* Samples that come sooner are of the same poll, unless polls come so often. */
#define SAME_POLL_MS 500
#define OFTEN_MS 2000
/* Where all of a host is silent, it is down before its values are stale. */
#define STALE_LATER_MS 2000

struct source *
source_next(const struct source *source)
{
	return source->next;
}

struct agent *
source_agent(const struct source *source)
{
	return source->agent;
}

struct sub_agent *
source_sub_agent(const struct source *source)
{
	return source->key.sub_agent;
}

uint32_t
source_sub_agent_id(const struct source *source)
{
	return source->key.sub_agent->key.id;
}

bool
source_is_carried(const struct source *source)
{
	return source->key.told.class != 0 || source->key.told.index != 0;
}

struct source_id
source_id(const struct source *source)
{
	return source_is_carried(source) ? source->key.told : source->key.id;
}

struct source_id
source_wire_id(const struct source *source)
{
	return source->key.id;
}

bool
source_says(struct source *source, uint32_t number)
{
	if (source->numbered && source->number != number)
		source->carries = true;
	else
		source->number = number;
	source->numbered = true;
	return source->carries;
}

bool
source_says_only(const struct source *source, uint32_t class, uint32_t number)
{
	return source->numbered && source->number == number && !source->carries &&
	       source->key.id.class == class;
}

bool
source_carries(const struct source *source)
{
	return source->carries;
}

uint32_t
source_number(const struct source *source)
{
	return source->number;
}

void *
source_slot(const struct source *source, enum source_slot slot)
{
	return source->slots[slot];
}

void
source_set_slot(struct source *source, enum source_slot slot, void *memory)
{
	source->slots[slot] = memory;
}

struct instance *
source_instance(const struct source *source)
{
	return &((struct source *)(uintptr_t)source)->instance;
}

struct renames *
source_renames(const struct source *source)
{
	return &((struct source *)(uintptr_t)source)->renames;
}

/* Name and UUID --------------------------------------------------------------------- */

const char *
source_name(const struct source *source)
{
	return source->name;
}

const uint8_t *
source_uuid(const struct source *source)
{
	return source->uuid;
}

void
source_set_identity(struct source *source, const char *name, const uint8_t uuid[16])
{
	text_keep(&source->name, name);
	memcpy(source->uuid, uuid, sizeof(source->uuid));
}

/* When a source was heard ---------------------------------------------------------- */

int64_t
source_heard_ms(const struct source *source)
{
	return source->heard_ms;
}

int64_t
source_first_ms(const struct source *source)
{
	return source->first_ms;
}

int64_t
source_counters_ms(const struct source *source)
{
	return source->counters_ms;
}

void
source_set_heard(struct source *source, int64_t heard_ms)
{
	source->heard_ms = heard_ms;
}

const struct rhythm *
source_rhythm(const struct source *source)
{
	return &source->rhythm;
}

unsigned
source_interval_s(const struct source *source)
{
	return source->rhythm.interval_s != 0 ? source->rhythm.interval_s
	                                      : INTERVAL_USUAL_MS / 1000;
}

struct store_pace
source_pace(const struct source *source, unsigned misses, double gap_ms)
{
	const struct rhythm *r = &source->rhythm;
	unsigned most = member_misses(&source->agent->host.member, misses);
	int64_t slack = rhythm_silence(r, 0), silent, again;

	silent = rhythm_silence(r, most < MISSES_MOST ? most : MISSES_MOST);
	again = (int64_t)(gap_ms < INTERVAL_UNKNOWN_MS ? gap_ms : INTERVAL_UNKNOWN_MS);
	silent = silent > again + slack ? silent : again + slack;
	return (struct store_pace){.interval_s = source_interval_s(source),
	                           .silent_ms = silent + STALE_LATER_MS};
}

void
source_expect(struct source *source, uint32_t interval_ms, uint32_t jitter_ms)
{
	rhythm_begin(&source->rhythm, interval_ms, jitter_ms);
}

/* Whether a sample that comes so soon is another part of the same poll. */
static bool
is_same_poll(const struct rhythm *r, double elapsed_ms)
{
	return elapsed_ms < SAME_POLL_MS &&
	       (r->interval_ms == 0 || r->interval_ms >= OFTEN_MS);
}

void
source_learn(struct source *source, const struct datagram *datagram,
             const struct sample_gap *gap, bool restarted, int64_t now)
{
	const struct datagram_order *order = &source->key.sub_agent->order;
	const struct agent *agent = source->agent;

	double elapsed_ms =
	    track_interval_ms(&order->at, datagram->uptime_ms, source->uptime_ms, now,
	                      source->counters_ms);

	source->heard_ms = now;
	if (source->counters_ms == 0 && source->rhythm.interval_ms == 0 &&
	    agent->interval_ms != 0)
		rhythm_begin(&source->rhythm, agent->interval_ms, agent->jitter_ms);
	if (source->counters_ms != 0 && !restarted) {
		if (is_same_poll(&source->rhythm, elapsed_ms))
			return;
		if (gap->sure || source->rhythm.interval_ms != 0)
			rhythm_learn(&source->rhythm, elapsed_ms, gap->lost);
	}
	source->counters_ms = now;
	source->uptime_ms = datagram->uptime_ms;
}

bool
source_follow(struct source *source)
{
	unsigned epoch = source->key.sub_agent->order.at.epoch;

	if (source->sub_epoch == epoch)
		return false;
	source->sub_epoch = epoch;
	source->counted.seen = false;
	source->numbered = false;
	source->epoch++;
	rhythm_restart(&source->rhythm);
	return true;
}

void
source_unlatch(struct source *source)
{
	source->epoch++;
}

/* Forgets the numbers of the source's packet samples if their sender has begun again, or is
 * another one. That says nothing of its counters, which the next one of these shows. */
static void
follow_flows(struct source *source)
{
	unsigned epoch = source->key.sub_agent->order.at.epoch;

	if (source->flows_epoch == epoch)
		return;
	source->flows_epoch = epoch;
	source->flows.seen = false;
}

/* Where the numbers don't say how many samples are missing, the source's interval does.
 * Those of a carried source are the numbers of another one's samples. */
static void
estimate_gap(const struct source *source, bool flows, int64_t now,
             struct sample_gap *gap)
{
	if (gap->lost > 0 && source_is_carried(source))
		gap->sure = false;
	if (!gap->sure)
		gap->lost = flows ? 0
		                  : rhythm_lost(&source->rhythm,
		                                now - source->counters_ms, gap->lost);
}

enum arrival
source_arrival(struct source *source, const struct sample *sample,
               enum arrival datagram, int64_t now, struct sample_gap *gap)
{
	struct datagram_order *order = &source->key.sub_agent->order;
	bool flows = sample->kind == SAMPLE_FLOW;
	bool again = !flows && source_follow(source);
	enum arrival arrival;

	if (flows)
		follow_flows(source);
	arrival = arrival_of_sample(order, flows ? &source->flows : &source->counted,
	                            sample, datagram, gap);
	estimate_gap(source, flows, now, gap);
	if (!source_is_carried(source)) {
		if (arrival == ARRIVAL_STALE)
			missing_found_sample(&order->missing);
		if (gap->lost > 0)
			missing_add_samples(&order->missing, &order->at.last,
			                    gap->lost);
	}
	if (!flows)
		source->jumped = arrival == ARRIVAL_RESTART;
	if (arrival == ARRIVAL_RESTART && !flows && source->recounts) {
		arrival = ARRIVAL_NEXT;
	} else if (arrival == ARRIVAL_RESTART && !flows) {
		source->numbered = false;
		source->epoch++;
	}
	return again && arrival == ARRIVAL_NEXT ? ARRIVAL_RESTART : arrival;
}

double
source_interval_ms(const struct source *source, const struct counters *counters,
                   const struct datagram *datagram, int64_t now)
{
	return track_interval_ms(&source->key.sub_agent->order.at, datagram->uptime_ms,
	                         counters->uptime_ms, now, counters->arrival_ms);
}

/* Counters --------------------------------------------------------------------------- */

struct counters *
source_counters(const struct source *source)
{
	return source->counters;
}

struct counters *
source_add_counters(struct source *source, const struct layout *layout, unsigned part)
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

bool
source_latched(const struct source *source, const struct counters *counters,
               size_t present)
{
	return counters->present == present && counters->epoch == source->epoch;
}

bool
source_jumped(const struct source *source)
{
	return source->jumped;
}

bool
source_was_latched(const struct source *source, const struct counters *counters,
                   size_t present)
{
	return counters->present == present && counters->epoch + 1 == source->epoch;
}

void
source_set_recounts(struct source *source)
{
	source->recounts = true;
}

void
source_latch(const struct source *source, struct counters *counters,
             const struct field_value *values, size_t present,
             const struct datagram *datagram, int64_t now)
{
	latch_write(counters->layout, values, present, counters->latch);
	counters->present = (uint8_t)present;
	counters->epoch = source->epoch;
	counters->uptime_ms = datagram->uptime_ms;
	counters->arrival_ms = now;
}

void
source_remove_counters(struct source *source, const struct layout *layout)
{
	struct counters **at = &source->counters, *c;

	while ((c = *at) != NULL) {
		if (c->layout != layout) {
			at = &c->next;
			continue;
		}
		*at = c->next;
		store_block_remove(c->block);
		free(c->aside);
		free(c);
		source->counters_count--;
	}
}

void
source_free_counters(struct source *source)
{
	struct counters *c, *next;

	for (c = source->counters; c != NULL; c = next) {
		next = c->next;
		free(c->aside);
		free(c);
	}
	source->counters = NULL;
}

void
source_remove_blocks(struct source *source, const struct store_host *host)
{
	struct counters *c;

	for (c = source->counters; c != NULL; c = c->next) {
		if (c->block == NULL ||
		    (host != NULL && store_block_host(c->block) != host))
			continue;
		store_block_remove(c->block);
		c->block = NULL;
	}
}

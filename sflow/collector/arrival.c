#include "sflow/collector/arrival.h"

#define OVERTAKEN_MS 5000    /* a network delays no datagram for longer */
#define BEGIN_AGAIN_MS 60000 /* nor arrives so long after a restart */
#define UPTIME_BACK_MS 5000  /* less is a clock that is set, not a restart */
#define LOST_MAX 100000      /* a larger gap is another sequence */

/* How a datagram stands to another one before it. */
struct distance {
	int32_t ahead; /* of its sequence number */
	int32_t later; /* ms, by the agent's clock */
	int64_t delay; /* ms by which it is later by our clock than by its own */
};

static struct distance
distance_from(const struct datagram_clock *from, const struct datagram *d,
              int64_t now)
{
	struct distance x = {.ahead = (int32_t)(d->sequence - from->sequence),
	                     .later = (int32_t)(d->uptime_ms - from->uptime_ms)};

	x.delay = now - from->arrival_ms - x.later;
	return x;
}

/* It belongs to what was sent before the sub-agent began again. */
static bool
is_from_before(const struct datagram_order *order, const struct datagram *d,
               const struct distance *x, int64_t now)
{
	struct distance y = distance_from(&order->before, d, now);

	return order->epoch > 0 &&
	       now - order->before.arrival_ms <= BEGIN_AGAIN_MS &&
	       x->delay < -OVERTAKEN_MS && y.delay >= -OVERTAKEN_MS &&
	       y.delay <= OVERTAKEN_MS + BEGIN_AGAIN_MS && y.ahead < LOST_MAX &&
	       y.ahead > -LOST_MAX;
}

/* Which of the ways a sequence number and a clock can stand to those before:
 * the clock tells a restart from a datagram that was overtaken on its way. An
 * overtaken one is as old by the agent's clock as it is late by ours. */
static enum arrival
judge(const struct datagram_order *order, const struct datagram *d, int64_t now)
{
	struct distance x = distance_from(&order->last, d, now);

	if (is_from_before(order, d, &x, now))
		return ARRIVAL_PAST;
	if (x.ahead > 0)
		return x.later < -UPTIME_BACK_MS || x.ahead > LOST_MAX
		           ? ARRIVAL_RESTART
		           : ARRIVAL_NEXT;
	if (x.later > 0) /* the device runs on, so its agent has begun again;
	                  * one that does not count leaves the number as it is */
		return x.ahead < 0 ? ARRIVAL_RESTART : ARRIVAL_NEXT;
	return x.delay <= OVERTAKEN_MS ? ARRIVAL_STALE : ARRIVAL_RESTART;
}

/* The uptime is in milliseconds, in 32 bits: 49.7 days. */
static bool
has_wrapped(const struct datagram_order *order, const struct datagram *d)
{
	return d->uptime_ms < order->last.uptime_ms &&
	       (int32_t)(d->uptime_ms - order->last.uptime_ms) > 0;
}

enum arrival
arrival_of_datagram(struct datagram_order *order, const struct datagram *d,
                    int64_t now, uint32_t *lost)
{
	enum arrival arrival = ARRIVAL_NEXT;

	*lost = 0;
	if (order->heard) {
		arrival = judge(order, d, now);
		if (arrival == ARRIVAL_STALE || arrival == ARRIVAL_PAST)
			return arrival;
		if (arrival == ARRIVAL_NEXT &&
		    d->sequence != order->last.sequence)
			*lost = d->sequence - order->last.sequence - 1;
		if (has_wrapped(order, d))
			order->wraps++;
	}
	if (arrival == ARRIVAL_RESTART) {
		order->epoch++;
		order->wraps = 0;
		order->before = order->last;
	}
	order->heard = true;
	order->last = (struct datagram_clock){.sequence = d->sequence,
	                                      .uptime_ms = d->uptime_ms,
	                                      .arrival_ms = now};
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
arrival_of_sample(struct sample_order *order, const struct sample *sample,
                  enum arrival datagram, uint32_t *lost)
{
	int32_t ahead = (int32_t)(sample->sequence - order->sequence);
	enum arrival arrival = ARRIVAL_NEXT;

	*lost = 0;
	if (order->seen) {
		arrival = judge_sample(ahead, datagram);
		if (arrival == ARRIVAL_STALE)
			return arrival;
		if (arrival == ARRIVAL_NEXT && ahead > 0)
			*lost = (uint32_t)ahead - 1;
	}
	order->seen = true;
	order->sequence = sample->sequence;
	return arrival;
}

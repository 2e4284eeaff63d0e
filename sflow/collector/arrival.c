#include "sflow/collector/arrival.h"

#define OVERTAKEN_MS 5000    /* a network delays no datagram for longer */
#define BEGIN_AGAIN_MS 60000 /* so long after a restart, datagrams that were sent
                              * before it may still arrive */
#define UPTIME_BACK_MS 5000  /* an uptime that goes back by less is a clock that was
                              * set, not a restart */
#define LOST_MAX 100000      /* a larger gap is another sequence, not a loss */

/* How far a datagram is from an earlier one. */
struct distance {
	int32_t ahead; /* by its sequence number */
	int32_t later; /* ms, by the agent's clock */
	int64_t delay; /* ms, by the program's clock, beyond `later` */
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

/* Whether the datagram was sent before the sub-agent's last restart. */
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

/* Judges a datagram by its sequence number and uptime. The uptime tells a restart from
 * a datagram that was overtaken on its way: that one is as old by the agent's clock as
 * it is late by the program's. */
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
	if (x.later > 0) /* The device was not restarted, so its agent was. An agent
	                  * that does not count always sends the same number. */
		return x.ahead < 0 ? ARRIVAL_RESTART : ARRIVAL_NEXT;
	return x.delay <= OVERTAKEN_MS ? ARRIVAL_STALE : ARRIVAL_RESTART;
}

/* Whether the uptime, which has 32 bits of milliseconds, has wrapped after 49.7 days. */
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

/* A sample's number that goes back, in a datagram that is in order, means that the data
 * source has restarted. */
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

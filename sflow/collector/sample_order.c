#include "sflow/collector/sample_order.h"

/* Whether a number that went back begins again. Where it does so all the time, it counts
 * something else. */
static bool
begins_again(struct sample_order *order, uint32_t sequence)
{
	bool lately = order->jumps > 0;

	if (sequence >= NEAR_ZERO)
		return false;
	order->jumps = 2;
	return !lately;
}

/* A sample's number that goes back to near 0, in a datagram that is in order, means that
 * the data source was made anew. */
static enum arrival
judge_sample(struct sample_order *order, const struct sample *sample,
             enum arrival datagram)
{
	int32_t ahead = (int32_t)(sample->sequence - order->sequence);

	if (ahead <= 0 && datagram == ARRIVAL_STALE)
		return ARRIVAL_STALE;
	if (ahead < 0)
		return begins_again(order, sample->sequence) ? ARRIVAL_RESTART
		                                             : ARRIVAL_NEXT;
	if (order->jumps > 0)
		order->jumps--;
	return ARRIVAL_NEXT;
}

/* Returns how many datagrams are missing between the one that the source's last sample was in,
 * and the one at hand. Of the latest numbers it is known which; some of them may have come
 * since. */
static uint32_t
missing_between(const struct datagram_order *of, const struct sample_order *order)
{
	uint32_t behind = of->at.last.sequence - order->datagram;
	int16_t more = (int16_t)(of->missing.count - order->missing);

	if (behind < NUMBERS_KNOWN)
		return numbers_missing(&of->at.seen, order->datagram, of->sequence);
	return more > 0 ? (uint32_t)more : 0;
}

enum arrival
arrival_of_sample(const struct datagram_order *of_datagrams, struct sample_order *order,
                  const struct sample *sample, enum arrival datagram,
                  struct sample_gap *gap)
{
	int32_t ahead = (int32_t)(sample->sequence - order->sequence);
	uint32_t missing;
	enum arrival arrival = ARRIVAL_NEXT;

	*gap = (struct sample_gap){.sure = true};
	if (order->seen) {
		arrival = judge_sample(order, sample, datagram);
		if (arrival == ARRIVAL_STALE)
			return arrival;
		missing = ahead > 1 ? missing_between(of_datagrams, order) : 0;
		if (missing > 0) {
			gap->sure = (uint32_t)ahead - 1 <= missing;
			gap->lost = gap->sure ? (uint32_t)ahead - 1 : missing;
		}
	}
	order->seen = true;
	order->sequence = sample->sequence;
	order->missing = (uint16_t)of_datagrams->missing.count;
	order->datagram = of_datagrams->sequence;
	return arrival;
}

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

enum arrival
arrival_of_sample(const struct missing *missing, struct sample_order *order,
                  const struct sample *sample, enum arrival datagram,
                  struct sample_gap *gap)
{
	int32_t ahead = (int32_t)(sample->sequence - order->sequence);
	int16_t datagrams = (int16_t)(missing->count - order->missing);
	enum arrival arrival = ARRIVAL_NEXT;

	*gap = (struct sample_gap){.sure = true};
	if (order->seen) {
		arrival = judge_sample(order, sample, datagram);
		if (arrival == ARRIVAL_STALE)
			return arrival;
		if (ahead > 1 && datagrams > 0) {
			gap->sure = ahead - 1 <= datagrams;
			gap->lost = (uint32_t)(gap->sure ? ahead - 1 : datagrams);
		}
	}
	order->seen = true;
	order->sequence = sample->sequence;
	order->missing = (uint16_t)missing->count;
	return arrival;
}

#include "common/listening.h"

#include <math.h>

#define STOPPED_MS 5000 /* between two ticks: a backlog delays one by two seconds */
#define STOPPED_LOSING_MS 2000 /* the same, where the kernel dropped something */
#define MOST 0.5               /* share of datagrams: who loses more hears nothing */
#define FADES_MS 300000.0      /* in so long `lost` falls to a third */

/* Returns the share of the datagrams since the last call that were dropped. */
static double
share_of(const struct listening *l, uint64_t received, uint64_t dropped)
{
	double lost = (double)(dropped - l->dropped);
	double heard = (double)(received - l->received);

	return lost > 0 ? lost / (lost + heard) : 0;
}

bool
listening_tick(struct listening *l, uint64_t received, uint64_t dropped, int64_t now,
               int64_t *since_ms)
{
	bool first = l->ticked_ms == 0;
	double share = share_of(l, received, dropped);
	int64_t gap = now - l->ticked_ms;

	*since_ms = l->ticked_ms;
	l->ticked_ms = now;
	l->received = received;
	l->dropped = dropped;
	if (first)
		return false;
	l->lost *= exp(-(double)gap / FADES_MS);
	if (share > l->lost)
		l->lost = share;
	return gap > STOPPED_MS || share > MOST ||
	       (share > 0 && gap > STOPPED_LOSING_MS);
}

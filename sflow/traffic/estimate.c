#include "sflow/traffic/estimate.h"

#include <math.h>

#define NORMAL_95 1.96                   /* of a normal distribution, 95 % are within */
#define NEWS (NORMAL_95 * NORMAL_95 / 2) /* 1.92 */
#define NEWS_SQUARED (NORMAL_95 * NORMAL_95 / 4) /* 0.96 */

void
estimate_add(struct estimate *e, double amount, double rate)
{
	double value;

	if (rate < 1)
		rate = 1;
	value = amount * rate;
	e->sum += value;
	e->squares += value * value * (1 - 1 / rate);
	e->samples++;
}

void
estimate_merge(struct estimate *to, const struct estimate *from)
{
	to->sum += from->sum;
	to->squares += from->squares;
	to->samples += from->samples;
}

void
estimate_scale(struct estimate *e, double factor)
{
	e->sum *= factor;
	e->squares *= factor * factor;
}

/* Below, the sum's own deviation. Above, the frames that were not sampled count as well: of n
 * that are expected with the rate times the length B each, none is seen with a chance of 5 % up
 * to n = 3. So it is the upper end of the score interval of a Poisson distribution, in steps of
 * B, which tends to the sum's own deviation where there are many samples (E. B. Wilson, J. Am.
 * Stat. Assoc. 22, 1927). */
struct interval
estimate_interval(const struct estimate *e, double largest, double seen)
{
	struct interval i;

	i.low = e->sum - NORMAL_95 * sqrt(e->squares);
	if (i.low < seen)
		i.low = seen;
	i.high = e->sum + NEWS * largest +
	         NORMAL_95 * sqrt(e->squares + NEWS_SQUARED * largest * largest);
	return i;
}

/* estimate.h - what samples say of all packets: a sum, and how sure it is. Pure.
 *
 * One packet in `rate` is sampled at random, so a sampled frame of b bytes stands for rate x b
 * (sflow.org/packetSamplingBasics). The variance of a sum of such values is estimated by the
 * sum of (rate x b)^2 (1 - 1/rate), which is right for frames of any mixture of lengths, and
 * adds up over ports of different rates.
 */
#ifndef SFLOW_TRAFFIC_ESTIMATE_H
#define SFLOW_TRAFFIC_ESTIMATE_H

#include <stddef.h>
#include <stdint.h>

/* All zero: nothing was sampled. */
struct estimate {
	double sum;       /* bytes, frames or requests */
	double squares;   /* their variance */
	uint64_t samples; /* that it is made of */
};

/* The ends of the interval that holds the truth 95 times in 100, or more. */
struct interval {
	double low, high;
};

/* Adds a sample that counts for `amount` (the frame's bytes, or 1), of which one in `rate` was
 * taken. A rate below 1 is taken for 1. */
void estimate_add(struct estimate *estimate, double amount, double rate);

void estimate_merge(struct estimate *to, const struct estimate *from);

/* Multiplies it, for another unit or for samples that count less by now. */
void estimate_scale(struct estimate *estimate, double factor);

/* Returns the interval. `largest` is what one sample may count for: the rate times the longest
 * frame of the port; 0: it is not known. The lower end is never below what was seen: `seen` is
 * the sum of the amounts themselves. */
struct interval estimate_interval(const struct estimate *estimate, double largest,
                                  double seen);

#endif

/* speeds.h - whether the speed that a port says it has can be true. */
#ifndef SFLOW_SPEEDS_H
#define SFLOW_SPEEDS_H

#include "sflow/collector/readings.h"

/* The state of a port's speed, in its counters. */
enum speed {
	SPEED_GOOD,
	SPEED_PASSED, /* at one of the last polls more came than it can carry */
	SPEED_WRONG   /* more came again: it is the speed that is wrong */
};

/* Beside its state, a speed has bits of speeds.c. */
#define SPEED_BITS 2
#define SPEED_MASK ((1u << SPEED_BITS) - 1)

/* Puts the speed in order: it is that which the administrator gives, if any; and 2^32-1 says
 * nothing. */
void speeds_set(const struct collector *collector, struct reading *reading);

/* Returns how many octets the line of these carries in the interval, by its speed; 0: not
 * known. */
double speeds_line(const struct reading *reading, size_t octets);

/* Whether octets of so many times what the line carries are taken for wrong. */
bool speeds_refuse(const struct counters *counters, double times);

/* Judges a port of which derive() gave `beyond`, and takes from `derived` what can't be
 * true. Returns whether octets, and maybe packets, are missing for that. */
bool speeds_judge(struct collector *collector, struct reading *reading, uint64_t beyond,
                  struct derived *derived);

#endif

/* ways.h - how simulations lose datagrams on their way: by themselves, in bursts of so many
 * datagrams, or in bursts of so many seconds. The same random numbers in each run.
 */
#ifndef TESTS_WAYS_H
#define TESTS_WAYS_H

#include <stdbool.h>

/* All zero: nothing is lost. */
struct way {
	double loss;    /* share of all */
	unsigned row;   /* so many are lost in a row; 0: */
	double mean_ms; /* what is sent in times of this mean length */
	/* how far it has come */
	unsigned left;
	double good_until_ms, bad_until_ms;
};

/* Whether the datagram that is sent at `now_ms` gets lost. Times do not go back. */
bool way_loses(struct way *way, double now_ms);

/* Returns a number from 0 to 1. */
double uniform(void);

#endif

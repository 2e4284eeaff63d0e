/* ranking.h - the highest of many values, and how all of them are spread. */
#ifndef TOOLS_RANKING_H
#define TOOLS_RANKING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* So many numbers are kept for the quartiles, of 8 bytes each. Of more than that the
 * quartiles are those of the first ones. */
#define RANKING_NUMBERS 8000000

/* A value. The ranking owns its texts. */
struct ranked {
	double number;
	int64_t age_s;
	const char *cluster, *host, *metric;
	const char *value, *units;
};

/* Begins as zero but for `most`. */
struct ranking {
	size_t most;            /* so many of the highest are kept */
	struct ranked *highest; /* the highest first */
	size_t count;
	double *numbers;
	size_t number_count, number_room;
	uint64_t all; /* how many values there were */
	bool failed;  /* there was no memory */
};

/* Adds a value; texts are copied. Of equal ones the first comes first. Returns false
 * without memory. */
bool ranking_add(struct ranking *ranking, const struct ranked *value);

/* Five numbers: the lowest, the quartiles (between two values in proportion), the
 * highest. */
enum {
	SPREAD_LOWEST,
	SPREAD_FIRST,
	SPREAD_MEDIAN,
	SPREAD_THIRD,
	SPREAD_HIGHEST,
	SPREAD
};

/* Fills in the five numbers. Returns false where there is no value. */
bool ranking_spread(struct ranking *ranking, double spread[SPREAD]);

/* Frees what it holds; it is as at its beginning then. */
void ranking_clear(struct ranking *ranking);

#endif

/* numbers.h - which of a sender's latest numbers have come. Pure.
 */
#ifndef SFLOW_NUMBERS_H
#define SFLOW_NUMBERS_H

#include <stdbool.h>
#include <stdint.h>

#define NUMBERS_KNOWN 1024 /* so many, the latest included */

struct numbers {
	uint64_t bits[NUMBERS_KNOWN / 64]; /* of each number, modulo NUMBERS_KNOWN */
};

/* All have come until now. */
void numbers_begin(struct numbers *numbers);

/* The number `ahead` after the latest one has come, and those between have not. */
void numbers_advance(struct numbers *numbers, uint32_t latest, uint32_t ahead);

/* One that was missing has come. Only of the latest NUMBERS_KNOWN. */
void numbers_note(struct numbers *numbers, uint32_t number);

static inline bool
numbers_has(const struct numbers *numbers, uint32_t number)
{
	return (numbers->bits[number / 64 % (NUMBERS_KNOWN / 64)] >> number % 64 & 1) !=
	       0;
}

/* Returns how many are missing between two numbers of the latest NUMBERS_KNOWN; 0 where they
 * are farther apart, so that one of them is not, or `before` is not the later one. */
uint32_t numbers_missing(const struct numbers *numbers, uint32_t after,
                         uint32_t before);

#endif

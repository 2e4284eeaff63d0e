#include "sflow/collector/numbers.h"

#include <string.h>

static uint64_t *
word_of(struct numbers *n, uint32_t number)
{
	return &n->bits[number / 64 % (NUMBERS_KNOWN / 64)];
}

static uint64_t
bit_of(uint32_t number)
{
	return UINT64_C(1) << number % 64;
}

void
numbers_begin(struct numbers *n)
{
	memset(n->bits, 0xff, sizeof(n->bits));
}

void
numbers_note(struct numbers *n, uint32_t number)
{
	*word_of(n, number) |= bit_of(number);
}

void
numbers_advance(struct numbers *n, uint32_t latest, uint32_t ahead)
{
	uint32_t i;

	if (ahead >= NUMBERS_KNOWN)
		memset(n->bits, 0, sizeof(n->bits));
	for (i = 1; i < ahead && ahead < NUMBERS_KNOWN; i++)
		*word_of(n, latest + i) &= ~bit_of(latest + i);
	numbers_note(n, latest + ahead);
}

uint32_t
numbers_missing(const struct numbers *n, uint32_t after, uint32_t before)
{
	uint32_t missing = 0, number;

	if (before - after > NUMBERS_KNOWN)
		return 0;
	for (number = after + 1; (int32_t)(before - number) > 0; number++)
		missing += !numbers_has(n, number);
	return missing;
}

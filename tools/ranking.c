#include "tools/ranking.h"

#include <stdlib.h>
#include <string.h>

static bool
fail(struct ranking *r)
{
	r->failed = true;
	return false;
}

/* Makes *text a copy at *room, and moves that behind it. */
static void
copy(const char **text, char **room)
{
	size_t len = strlen(*text) + 1;

	*text = memcpy(*room, *text, len);
	*room += len;
}

/* Makes the value own its texts, in one block that begins with the cluster. */
static bool
own(struct ranked *value)
{
	const char **texts[] = {&value->cluster, &value->host, &value->metric,
	                        &value->value, &value->units};
	size_t i, len = 0;
	char *room;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		len += strlen(*texts[i]) + 1;
	room = malloc(len);
	if (room == NULL)
		return false;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		copy(texts[i], &room);
	return true;
}

static void
disown(struct ranked *value)
{
	free((char *)value->cluster);
}

static bool
keep_number(struct ranking *r, double number)
{
	double *grown;

	r->all++;
	if (r->number_count == RANKING_NUMBERS)
		return true;
	if (r->number_count == r->number_room) {
		r->number_room = 2 * r->number_room + 64;
		grown = reallocarray(r->numbers, r->number_room, sizeof(*grown));
		if (grown == NULL)
			return fail(r);
		r->numbers = grown;
	}
	r->numbers[r->number_count++] = number;
	return true;
}

bool
ranking_add(struct ranking *r, const struct ranked *value)
{
	size_t at = r->count;
	struct ranked mine = *value;

	if (!keep_number(r, value->number))
		return false;
	while (at > 0 && r->highest[at - 1].number < value->number)
		at--;
	if (at >= r->most)
		return true;
	if (r->highest == NULL)
		r->highest = calloc(r->most, sizeof(*r->highest));
	if (r->highest == NULL || !own(&mine))
		return fail(r);
	if (r->count == r->most)
		disown(&r->highest[--r->count]);
	memmove(&r->highest[at + 1], &r->highest[at],
	        (r->count - at) * sizeof(r->highest[0]));
	r->highest[at] = mine;
	r->count++;
	return true;
}

static int
by_size(const void *left, const void *right)
{
	double one = *(const double *)left, other = *(const double *)right;

	return (one > other) - (one < other);
}

bool
ranking_spread(struct ranking *r, double spread[SPREAD])
{
	size_t i;

	if (r->number_count == 0)
		return false;
	qsort(r->numbers, r->number_count, sizeof(*r->numbers), by_size);
	for (i = 0; i < SPREAD; i++) {
		double place = (double)(r->number_count - 1) * (double)i / (SPREAD - 1);
		size_t below = (size_t)place;
		size_t above = below + 1 < r->number_count ? below + 1 : below;
		double part = place - (double)below;

		spread[i] = r->numbers[below] * (1 - part) + r->numbers[above] * part;
	}
	spread[SPREAD_HIGHEST] =
	    r->highest != NULL ? r->highest[0].number : spread[SPREAD_HIGHEST];
	return true;
}

void
ranking_clear(struct ranking *r)
{
	size_t i;

	for (i = 0; i < r->count; i++)
		disown(&r->highest[i]);
	free(r->highest);
	free(r->numbers);
	*r = (struct ranking){.most = r->most, .failed = r->failed};
}

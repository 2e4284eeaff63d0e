#include "sflow/collector/last.h"

#include <stdlib.h>
#include <string.h>

#include "sflow/store/store.h"

/* What is kept of a record for later polls: either what it was before it fell, for where
 * all of it is there again the reading between was wrong; or the values of its rows, where
 * the store has them no more, or will have octets that are newer than their packets. */
struct aside {
	size_t present;
	bool values;
	double number[]; /* of each row; or the bytes of a latch */
};

void
last_forget(struct counters *counters)
{
	free(counters->aside);
	counters->aside = NULL;
}

/* Returns NULL without memory. */
static struct aside *
new_aside(struct counters *counters, bool values, size_t size)
{
	last_forget(counters);
	counters->aside = malloc(sizeof(*counters->aside) + size);
	if (counters->aside == NULL)
		return NULL;
	counters->aside->present = counters->present;
	counters->aside->values = values;
	return counters->aside;
}

bool
last_is_values(const struct counters *counters)
{
	return counters->aside != NULL && counters->aside->values;
}

bool
last_of_packets(const struct field *field)
{
	return field->formula == RATE && field->partner != 0;
}

static bool
is_known(const struct counters *counters, size_t row, double *number)
{
	return counters->block != NULL &&
	       store_block_number(counters->block, row, number);
}

/* Whether these packets were told last with octets of a later or an earlier poll. */
static bool
is_apart(const struct counters *counters, size_t row)
{
	size_t octets = row + (size_t)counters->layout->fields[row].partner;
	double number;

	return last_of_packets(&counters->layout->fields[row]) &&
	       is_known(counters, octets, &number) &&
	       !store_block_together(counters->block, row, octets);
}

void
last_keep_values(struct counters *counters)
{
	size_t row, size = counters->layout->count * sizeof(double);
	struct aside *aside = new_aside(counters, true, size);

	for (row = 0; aside != NULL && row < counters->layout->count; row++)
		if (!is_known(counters, row, &aside->number[row]) ||
		    is_apart(counters, row))
			aside->number[row] = -1;
}

void
last_keep(struct source *source)
{
	struct counters *counters;

	for (counters = source_counters(source); counters != NULL;
	     counters = counters->next)
		if (counters->block != NULL)
			last_keep_values(counters);
}

/* Returns the row's value as last told; negative where that is not known. */
static double
last_value(const struct counters *counters, size_t row)
{
	double last;

	if (is_known(counters, row, &last))
		return last;
	return last_is_values(counters) ? counters->aside->number[row] : -1;
}

double
last_expected(const struct reading *r, size_t row)
{
	const struct field *field = &r->counters->layout->fields[row];
	size_t partner = row + (size_t)field->partner;
	double last = last_value(r->counters, row);

	if (last < 0)
		return -1;
	switch (field->formula) {
	case RATE:
		return last / field->scale * r->interval_ms / 1000;
	case BUSY:
		return last / field->scale * r->interval_ms / 100;
	case RATIO:
		if ((r->deltas.valid & ~r->deltas.doubt) >> partner & 1)
			return last / field->scale * (double)r->deltas.delta[partner];
		return -1;
	default:
		return -1;
	}
}

void
last_pair(const struct reading *r, size_t row, double *packets, double *octets)
{
	const struct counters *counters = r->counters;
	size_t of = row + (size_t)counters->layout->fields[row].partner;

	*packets = *octets = -1;
	if (last_is_values(counters)) {
		*packets = counters->aside->number[row] * r->interval_ms / 1000;
		*octets = counters->aside->number[of] * r->interval_ms / 1000;
	} else if (!is_apart(counters, row)) {
		*packets = last_expected(r, row);
		*octets = last_expected(r, of);
	}
}

void
last_keep_latch(struct counters *counters)
{
	size_t size = latch_size(counters->layout);
	struct aside *aside = new_aside(counters, false, size);

	if (aside != NULL)
		memcpy(aside->number, counters->latch, size);
}

const uint8_t *
last_latch(const struct counters *counters, size_t present)
{
	const struct aside *aside = counters->aside;

	return aside != NULL && !aside->values && aside->present == present
	           ? (const uint8_t *)aside->number
	           : NULL;
}

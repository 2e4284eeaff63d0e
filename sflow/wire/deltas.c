#include "sflow/wire/deltas.h"

#include <stddef.h>
#include <string.h>

#include "sflow/wire/records.h"

static bool
is_of_deltas(enum formula formula)
{
	return formula == RATE || formula == SHARE || formula == SUBSHARE ||
	       formula == BUSY || formula == RATIO || formula == SUM || formula == LOAD;
}

/* Counts the rows that have the metric, with and without deltas. Elements of lists are
 * structures of their own, which nest once. */
static void
count_rows(const struct layout *layout, const char *name, unsigned found[2])
{
	size_t i;

	for (i = 0; i < layout->count; i++) {
		const struct field *field = &layout->fields[i];

		if (field->metric.name != NULL && *field->metric.name == *name &&
		    strcmp(field->metric.name, name) == 0)
			found[is_of_deltas(field->formula)]++;
		if (field->elements != NULL)
			count_rows(field->elements, name, found);
	}
}

bool
metric_is_of_deltas(const char *name)
{
	const char *dot = strrchr(name, '.');
	unsigned found[2] = {0, 0};
	size_t i;

	if (dot != NULL)
		name = dot + 1;
	for (i = 0; i < layouts_count; i++)
		count_rows(&layouts[i], name, found);
	return found[true] > 0 && found[false] == 0;
}

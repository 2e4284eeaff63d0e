/* deltas.h - which metrics are made of two samples: of what a counter has counted between
 * them.
 */
#ifndef SFLOW_DELTAS_H
#define SFLOW_DELTAS_H

#include <stdbool.h>

/* Whether the metric of this name needs two samples, wherever the table has it. What is
 * before the last dot, a prefix, does not count. A name that the table does not have, such
 * as those that agents choose, is false. Looks at each row of the table. */
bool metric_is_of_deltas(const char *name);

#endif

/* custom.h - metrics that agents name themselves (sFlow-RT's and host-sflow's rtmetric,
 * enterprise 4300, format 1002): the name of a set, and a list of metrics, each with
 * name, type and value. Each metric gets a layout of one row, and is treated like all
 * other metrics from then on. The number of metrics is bounded, and their names are
 * made harmless.
 */
#ifndef SFLOW_CUSTOM_H
#define SFLOW_CUSTOM_H

#include "sflow/collector/agents.h"

struct custom_value {
	char name[TEXT_SIZE];
	const struct field *row; /* of the metric's type, without a name */
	struct field_value value;
};

/* custom_open() reads the name of a sample's set, and begins a walk over its metrics.
 * custom_next() reads the next metric; metrics->left says whether there is one. Both
 * return false when the sample is malformed. */
bool custom_open(struct series *metrics, struct cursor body, char name[TEXT_SIZE]);
bool custom_next(struct series *metrics, struct custom_value *value);

/* Finds the data source that stands for the set of this name, or adds it. NULL at a
 * bound or without memory. */
struct source *custom_source(struct collector *collector, struct sub_agent *sub_agent,
                             const char *name, int64_t now);

/* Finds the layout of this metric, or adds it. NULL at a bound or without memory. It
 * stays valid until the next call for this source, or custom_forget(). */
const struct layout *custom_layout(struct source *source,
                                   const struct custom_value *value, int64_t now);

/* Frees the layouts of the source's metrics, which must not be in the store any more. */
void custom_forget(struct source *source);

#endif

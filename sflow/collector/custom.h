/* custom.h - metrics that agents name themselves (sFlow-RT's and host-sflow's rtmetric,
 * enterprise 4300, format 1002): a name, and a list of name, type and value. Each
 * metric gets a structure of one row, and from there on it is like all others.
 * Their number is bounded, and their names are made harmless.
 */
#ifndef SFLOW_CUSTOM_H
#define SFLOW_CUSTOM_H

#include "sflow/collector/agents.h"

struct custom_value {
	char name[TEXT_SIZE];
	const struct field *row; /* of its type */
	struct field_value value;
};

/* Reads a sample's name, and begins a walk over its metrics; and the next of these. False
 * when it is malformed. */
bool custom_open(struct series *metrics, struct cursor body, char name[TEXT_SIZE]);
bool custom_next(struct series *metrics, struct custom_value *value);

/* The source that stands for the metrics under this name; added where new. NULL
 * at a bound. */
struct source *custom_source(struct collector *collector,
                             struct sub_agent *sub_agent, const char *name,
                             int64_t now);

/* The structure of this metric; added where new. NULL at a bound. */
const struct layout *custom_layout(struct source *source,
                                   const struct custom_value *value,
                                   int64_t now);

/* Frees the source's metrics. Nothing of them is in the store any more. */
void custom_forget(struct source *source);

#endif

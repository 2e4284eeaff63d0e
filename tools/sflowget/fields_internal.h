/* fields_internal.h - what these files share: fields.c, which keeps records, and
 * fields_names.c, which makes names and texts of their fields.
 */
#ifndef SFLOWGET_FIELDS_INTERNAL_H
#define SFLOWGET_FIELDS_INTERNAL_H

#include "sflow/hash.h"
#include "sflow/wire/records.h"
#include "tools/sflowget/fields.h"

/* The last record of one kind from an agent. */
struct kept_record {
	struct kept_record *next; /* of the same agent */
	struct record_key {
		struct address agent;
		uint32_t sub_agent, class, index, tag;
		uint32_t place; /* in the sample, among records of its tag, from 1 on */
	} key;
	const struct layout *layout;
	uint8_t *bytes;
	size_t len;
	int64_t heard_ms;
	UT_hash_handle hh;
};

/* Gives the sink the wanted fields of one of the agent's records; `all` are its
 * records. Returns like fields_items(). */
bool record_items(const struct kept_record *all, const struct kept_record *record,
                  const struct wanted *wanted, int64_t wall_ms,
                  const struct item_sink *sink);

#endif

/* fields_internal.h - fields.c keeps records, fields_names.c gives their fields names
 * and texts.
 */
#ifndef SFLOWGET_FIELDS_INTERNAL_H
#define SFLOWGET_FIELDS_INTERNAL_H

#include "sflow/hash.h"
#include "sflow/wire/records.h"
#include "tools/sflowget/fields.h"

/* A record of an agent, as it came last. */
struct kept_record {
	struct kept_record *next; /* of the same agent */
	struct record_key {
		struct address agent;
		uint32_t sub_agent, class, index, tag;
		uint32_t place; /* in the sample, among its likes, from 1 */
	} key;
	const struct layout *layout;
	uint8_t *bytes;
	size_t len;
	int64_t heard_ms;
	UT_hash_handle hh;
};

/* The fields of one of the agent's records. As fields_items(). */
bool record_items(const struct kept_record *all,
                  const struct kept_record *record,
                  const struct wanted *wanted, int64_t wall_ms,
                  const struct item_sink *sink);

#endif

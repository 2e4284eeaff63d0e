#include "tools/sflowget/fields.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "sflow/wire/datagram.h"
#include "sflow/hash.h"
#include "tools/sflowget/fields_internal.h"

#define RECORDS_MAX 500000 /* records kept, of all agents */
#define SOURCES_MAX 500000
#define SAMPLE_RECORDS_MAX 256 /* further records of a sample are ignored */

struct kept_source {
	struct kept_source *next;
	struct source_key {
		struct address agent;
		uint32_t sub_agent, class, index;
	} key;
	unsigned samples;
	UT_hash_handle hh;
};

struct kept_agent {
	struct address address;
	struct kept_source *sources;
	struct kept_record *records;
	UT_hash_handle hh;
};

struct fields {
	bool keep;
	struct kept_agent *agents;
	struct kept_source *sources;
	struct kept_record *records;
};

struct fields *
fields_new(bool keep)
{
	struct fields *f = calloc(1, sizeof(*f));

	if (f != NULL)
		f->keep = keep;
	return f;
}

static void
agent_free(struct fields *f, struct kept_agent *agent)
{
	struct kept_source *source, *next_source;
	struct kept_record *record, *next_record;

	LL_FOREACH_SAFE(agent->sources, source, next_source) {
		HASH_DEL(f->sources, source);
		free(source);
	}
	LL_FOREACH_SAFE(agent->records, record, next_record) {
		HASH_DEL(f->records, record);
		free(record->bytes);
		free(record);
	}
	HASH_DEL(f->agents, agent);
	free(agent);
}

void
fields_free(struct fields *f)
{
	struct kept_agent *agent, *next;

	if (f == NULL)
		return;
	HASH_ITER(hh, f->agents, agent, next)
		agent_free(f, agent);
	free(f);
}

/* Finding or adding; NULL at a bound or without memory ----------------------------- */

static struct kept_agent *
find_agent(const struct fields *f, const struct address *address)
{
	struct kept_agent *agent;

	HASH_FIND(hh, f->agents, address, sizeof(*address), agent);
	return agent;
}

static struct kept_agent *
get_agent(struct fields *f, const struct address *address)
{
	struct kept_agent *agent = find_agent(f, address);

	if (agent != NULL || (agent = calloc(1, sizeof(*agent))) == NULL)
		return agent;
	agent->address = *address;
	HASH_ADD(hh, f->agents, address, sizeof(agent->address), agent);
	if (agent->hh.tbl != NULL)
		return agent;
	free(agent);
	return NULL;
}

static struct kept_source *
get_source(struct fields *f, struct kept_agent *agent, const struct source_key *key)
{
	struct kept_source *source;

	HASH_FIND(hh, f->sources, key, sizeof(*key), source);
	if (source != NULL || HASH_COUNT(f->sources) == SOURCES_MAX ||
	    (source = calloc(1, sizeof(*source))) == NULL)
		return source;
	source->key = *key;
	HASH_ADD(hh, f->sources, key, sizeof(source->key), source);
	if (source->hh.tbl == NULL) {
		free(source);
		return NULL;
	}
	LL_PREPEND(agent->sources, source);
	return source;
}

static struct kept_record *
get_record(struct fields *f, struct kept_agent *agent, const struct record_key *key)
{
	struct kept_record *record;

	HASH_FIND(hh, f->records, key, sizeof(*key), record);
	if (record != NULL || HASH_COUNT(f->records) == RECORDS_MAX ||
	    (record = calloc(1, sizeof(*record))) == NULL)
		return record;
	record->key = *key;
	HASH_ADD(hh, f->records, key, sizeof(record->key), record);
	if (record->hh.tbl == NULL) {
		free(record);
		return NULL;
	}
	LL_PREPEND(agent->records, record);
	return record;
}

/* Datagrams ------------------------------------------------------------------------ */

static void
keep_bytes(struct kept_record *record, const struct cursor *body,
           const struct layout *layout, int64_t wall_ms)
{
	size_t len = cursor_left(body);
	uint8_t *bytes = malloc(len > 0 ? len : 1);

	if (bytes == NULL)
		return;
	memcpy(bytes, body->at, len);
	free(record->bytes);
	record->bytes = bytes;
	record->len = len;
	record->layout = layout;
	record->heard_ms = wall_ms;
}

/* Returns the place of the sample's i-th record among those of the same tag, from 1
 * on. */
static uint32_t
place_of(const uint32_t *tags, size_t i)
{
	uint32_t place = 1;
	size_t j;

	for (j = 0; j < i; j++)
		place += tags[j] == tags[i];
	return place;
}

static void
keep_records(struct fields *f, struct kept_agent *agent,
             const struct source_key *source, struct sample *sample, int64_t wall_ms)
{
	struct cursor bodies[SAMPLE_RECORDS_MAX];
	uint32_t tags[SAMPLE_RECORDS_MAX];
	struct kept_record *kept;
	struct record record;
	size_t count = 0, i;

	while (count < SAMPLE_RECORDS_MAX && sample_record(sample, &record) > 0) {
		tags[count] = record.tag;
		bodies[count++] = record.body;
	}
	for (i = 0; i < count; i++) {
		const struct layout *layout = layout_find(tags[i], tags, count);
		struct record_key key;

		memset(&key, 0, sizeof(key)); /* padding is part of it */
		key.agent = source->agent;
		key.sub_agent = source->sub_agent;
		key.class = source->class;
		key.index = source->index;
		key.tag = tags[i];
		key.place = place_of(tags, i);
		kept = layout == NULL ? NULL : get_record(f, agent, &key);
		if (kept != NULL)
			keep_bytes(kept, &bodies[i], layout, wall_ms);
	}
}

void
fields_input(struct fields *f, const void *bytes, size_t len, int64_t wall_ms)
{
	struct kept_source *source;
	struct kept_agent *agent;
	struct datagram datagram;
	struct sample sample;

	if (datagram_open(&datagram, bytes, len) != 0 ||
	    (agent = get_agent(f, &datagram.agent)) == NULL)
		return;
	while (datagram_sample(&datagram, &sample) > 0) {
		struct source_key key;

		memset(&key, 0, sizeof(key)); /* padding is part of it */
		key.agent = datagram.agent;
		key.sub_agent = datagram.sub_agent;
		key.class = sample.source.class;
		key.index = sample.source.index;
		if (sample.kind != SAMPLE_COUNTERS || sample.body.failed)
			continue;
		source = get_source(f, agent, &key);
		if (source != NULL)
			source->samples++;
		if (f->keep)
			keep_records(f, agent, &key, &sample, wall_ms);
	}
}

bool
fields_twice(const struct fields *f, const struct address *address)
{
	const struct kept_agent *agent = find_agent(f, address);
	const struct kept_source *source;

	if (agent == NULL || agent->sources == NULL)
		return false;
	LL_FOREACH(agent->sources, source)
		if (source->samples < 2)
			return false;
	return true;
}

bool
fields_items(struct fields *f, const struct address *address,
             const struct wanted *wanted, int64_t wall_ms, const struct item_sink *sink)
{
	const struct kept_agent *agent = find_agent(f, address);
	const struct kept_record *record;

	if (!f->keep || agent == NULL)
		return true;
	LL_FOREACH(agent->records, record)
		if (!record_items(agent->records, record, wanted, wall_ms, sink))
			return false;
	return true;
}

#include "sflow/collector/custom.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "sflow/collector/collector_internal.h"
#include "sflow/wire/flows.h"

#define CUSTOM_SETS 32 /* sets of an agent */
#define CUSTOM_MAX 64  /* metrics of a set */

/* A metric that an agent names itself. */
struct custom {
	struct custom *prev, *next;
	const struct field *row; /* its type on the wire */
	int64_t heard_ms;
	struct layout *layout; /* of one row; both have the metric's name */
};

/* Rows of rtmetric, and of a metric in it. */
enum { SET_NAME, SET_METRICS };
enum { METRIC_NAME, METRIC_TYPE, METRIC_VALUE };

static bool
read_name(const struct field_value *value, char name[TEXT_SIZE])
{
	return text_name(value->bytes, value->number, name) > 0;
}

bool
custom_open(struct series *metrics, struct cursor body, char name[TEXT_SIZE])
{
	const struct layout *set = &sample_find(SAMPLE_RTMETRIC)->layout;
	struct field_value values[RECORD_FIELDS_MAX];

	return layout_decode(set, body, values) == set->count &&
	       read_name(&values[SET_NAME], name) &&
	       series_begin(metrics, &set->fields[SET_METRICS], &values[SET_METRICS]);
}

/* Returns the bits of a double of the same value as the float whose bits are given. */
static uint64_t
widen(uint64_t bits)
{
	uint32_t narrow_bits = (uint32_t)bits;
	float narrow;
	double wide;

	memcpy(&narrow, &narrow_bits, sizeof(narrow));
	wide = (double)narrow;
	memcpy(&bits, &wide, sizeof(bits));
	return bits;
}

bool
custom_next(struct series *metrics, struct custom_value *v)
{
	struct field_value values[RECORD_FIELDS_MAX];
	const struct layout *types;

	if (!series_next(metrics, values) || !read_name(&values[METRIC_NAME], v->name))
		return false;
	types = metrics->elements->fields[METRIC_VALUE].elements;
	v->row = &types->fields[values[METRIC_TYPE].number];
	v->value = values[METRIC_VALUE];
	if (v->row->type == FIELD_F32)
		v->value.number = widen(v->value.number);
	return true;
}

struct source *
custom_source(struct collector *c, struct sub_agent *sub_agent, const char *name,
              int64_t now)
{
	static const uint8_t no_uuid[16];
	struct agent *agent = sub_agent_agent(sub_agent);
	struct source_id id = {SOURCE_CUSTOM, *agent_custom_sets(agent)};
	struct source *source;
	unsigned sets = 0;

	for (source = agent_sources(agent); source != NULL;
	     source = source_next(source)) {
		if (source_id(source).class != SOURCE_CUSTOM)
			continue;
		if (source_sub_agent(source) == sub_agent &&
		    strcmp(source_name(source), name) == 0)
			return source;
		sets++;
	}
	if (sets >= CUSTOM_SETS)
		return NULL;
	source = agents_source(&c->agents, sub_agent, id, now);
	if (source != NULL) {
		++*agent_custom_sets(agent);
		source_set_identity(source, name, no_uuid);
	}
	return source;
}

/* Returns the list of the source's metrics. */
static struct custom *
customs_of(const struct source *source)
{
	return source_slot(source, SLOT_CUSTOM);
}

static void
custom_free(struct custom *custom)
{
	layout_free(custom->layout);
	free(custom);
}

static void
drop(struct source *source, struct custom *custom)
{
	struct custom *customs = customs_of(source);

	source_remove_counters(source, custom->layout);
	DL_DELETE(customs, custom);
	source_set_slot(source, SLOT_CUSTOM, customs);
	custom_free(custom);
}

static struct custom *
add(struct source *source, const struct custom_value *v)
{
	struct custom *custom = calloc(1, sizeof(*custom));
	struct custom *customs = customs_of(source);
	struct field row = *v->row;

	if (custom == NULL)
		return NULL;
	row.metric.name = row.metric.title = v->name;
	if (row.type == FIELD_F32)
		row.type = FIELD_F64; /* widened by custom_next() */
	custom->row = v->row;
	custom->layout = layout_new(KIND_CUSTOM, &row);
	if (custom->layout == NULL) {
		free(custom);
		return NULL;
	}
	DL_APPEND(customs, custom);
	source_set_slot(source, SLOT_CUSTOM, customs);
	return custom;
}

/* Returns whether there is room for one more metric. Where there is none, the metric
 * that was silent longest makes room, if it is older than its DMAX. */
static bool
make_room(struct source *source, int64_t now)
{
	int64_t dmax = (int64_t)store_dmax(source_interval_s(source)) * 1000;
	struct custom *custom, *oldest = NULL;
	unsigned count = 0;

	DL_FOREACH(customs_of(source), custom) {
		if (oldest == NULL || custom->heard_ms < oldest->heard_ms)
			oldest = custom;
		count++;
	}
	if (count < CUSTOM_MAX)
		return true;
	if (now - oldest->heard_ms <= dmax)
		return false;
	drop(source, oldest);
	return true;
}

const struct layout *
custom_layout(struct source *source, const struct custom_value *v, int64_t now)
{
	struct custom *custom;

	DL_FOREACH(customs_of(source), custom)
		if (strcmp(custom->layout->name, v->name) == 0)
			break;
	if (custom != NULL && custom->row != v->row) {
		drop(source, custom);
		custom = NULL;
	}
	if (custom == NULL && make_room(source, now))
		custom = add(source, v);
	if (custom == NULL)
		return NULL;
	custom->heard_ms = now;
	return custom->layout;
}

void
custom_forget(struct source *source)
{
	struct custom *customs = customs_of(source), *custom, *next;

	DL_FOREACH_SAFE(customs, custom, next)
		custom_free(custom);
	source_set_slot(source, SLOT_CUSTOM, NULL);
}

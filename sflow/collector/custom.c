#include "sflow/collector/custom.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "sflow/collector/collector_internal.h"

#define CUSTOM_SETS 32 /* of an agent */
#define CUSTOM_MAX 64  /* of one set */

struct custom {
	struct custom *prev, *next;
	uint32_t type; /* on the wire */
	int64_t heard_ms;
	struct layout *layout; /* of one row, which is called as the metric */
};

#define VALUE(formula_, field_type_, metric_type_, format_, slope_) \
	{.type = field_type_, .formula = formula_, .scale = 1, \
	 .metric = {NULL, metric_type_, "", slope_, format_, "custom", NULL}}

/* By type on the wire; rtmetric's float is widened when it is read. */
static const struct field types[] = {
    VALUE(TEXT, FIELD_STRING, STRING, "%s", ZERO),
    VALUE(RATE, FIELD_U32, DOUBLE, "%.3f", BOTH),
    VALUE(RATE, FIELD_U64, DOUBLE, "%.3f", BOTH),
    VALUE(GAUGE, FIELD_U32, UINT32, "%u", BOTH),
    VALUE(GAUGE, FIELD_U64, DOUBLE, "%.0f", BOTH),
    VALUE(GAUGE, FIELD_F64, DOUBLE, "%.6f", BOTH),
    VALUE(GAUGE, FIELD_F64, DOUBLE, "%.6f", BOTH),
};

enum { WIRE_STRING, WIRE_U32, WIRE_U64, WIRE_GAUGE32, WIRE_GAUGE64, WIRE_FLOAT,
       WIRE_DOUBLE };

static uint64_t
widen(uint32_t bits)
{
	float narrow;
	double wide;
	uint64_t wide_bits;

	memcpy(&narrow, &bits, sizeof(narrow));
	wide = (double)narrow;
	memcpy(&wide_bits, &wide, sizeof(wide_bits));
	return wide_bits;
}

static void
read_value(struct cursor *c, struct custom_value *v)
{
	uint32_t len;

	switch (v->type) {
	case WIRE_STRING:
		v->value.bytes = cursor_string(c, &len);
		v->value.number = len;
		break;
	case WIRE_U32:
	case WIRE_GAUGE32:
		v->value.number = cursor_u32(c);
		break;
	case WIRE_FLOAT:
		v->value.number = widen(cursor_u32(c));
		break;
	case WIRE_U64:
	case WIRE_GAUGE64:
	case WIRE_DOUBLE:
		v->value.number = cursor_u64(c);
		break;
	default: /* of unknown length, so what follows is lost */
		c->failed = true;
	}
}

static void
read_name(struct cursor *c, char name[TEXT_SIZE])
{
	uint32_t len;
	const uint8_t *bytes = cursor_string(c, &len);

	if (text_name(bytes, len, name) == 0)
		c->failed = true;
}

bool
custom_open(struct cursor *c, char name[TEXT_SIZE], uint32_t *count)
{
	read_name(c, name);
	*count = cursor_u32(c);
	return !c->failed;
}

bool
custom_next(struct cursor *c, struct custom_value *v)
{
	memset(v, 0, sizeof(*v));
	read_name(c, v->name);
	v->type = cursor_u32(c);
	read_value(c, v);
	return !c->failed;
}

struct source *
custom_source(struct collector *c, struct sub_agent *sub_agent,
              const char *name, int64_t now)
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

/* The source's metrics: a list. */
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
	struct field row = types[v->type];

	if (custom == NULL)
		return NULL;
	row.metric.name = row.metric.title = v->name;
	custom->type = v->type;
	custom->layout = layout_new(KIND_CUSTOM, &row);
	if (custom->layout == NULL) {
		free(custom);
		return NULL;
	}
	DL_APPEND(customs, custom);
	source_set_slot(source, SLOT_CUSTOM, customs);
	return custom;
}

/* One that was silent for so long that nobody has its value any more makes room
 * for another. */
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
	if (custom != NULL && custom->type != v->type) {
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

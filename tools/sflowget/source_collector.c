#include "tools/sflowget/source_collector.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sflow/collector/collector.h"
#include "sflow/wire/datagram.h"
#include "sflow/format.h"
#include "tools/sflowget/fields.h"

#define AGENTS_MAX 100000
#define SOURCES_MAX 4096
#define BAD_ERRORS (-DATAGRAM_ADDRESS + 1)
#define TICK_MS 1000

struct gather {
	struct collector *collector;
	struct fields *fields;
	int64_t now, ticked;
	uint64_t good;
	uint64_t bad[BAD_ERRORS]; /* by error, without its sign */
};

/* Makes a collector that accepts all kinds of counters. */
static struct collector *
new_collector(void)
{
	struct collector_config config = collector_defaults;
	size_t kind;

	config.max_agents = AGENTS_MAX;
	config.max_sources = SOURCES_MAX;
	for (kind = 0; kind < KIND_COUNT; kind++)
		config.accept[kind] = true;
	return collector_new(&config);
}

struct gather *
gather_new(bool fields)
{
	struct gather *g = calloc(1, sizeof(*g));

	if (g == NULL)
		return NULL;
	g->collector = new_collector();
	g->fields = fields_new(fields);
	if (g->collector != NULL && g->fields != NULL)
		return g;
	gather_free(g);
	return NULL;
}

void
gather_free(struct gather *g)
{
	if (g == NULL)
		return;
	collector_free(g->collector);
	fields_free(g->fields);
	free(g);
}

void
gather_tick(struct gather *g, int64_t wall_ms)
{
	if (wall_ms > g->now)
		g->now = wall_ms;
	if (g->ticked != 0 && g->now - g->ticked >= TICK_MS)
		collector_tick(g->collector, g->now);
	else if (g->ticked != 0)
		return;
	g->ticked = g->now;
}

void
gather_input(struct gather *g, const void *bytes, size_t len,
             const struct address *from, int64_t wall_ms)
{
	int error;

	gather_tick(g, wall_ms);
	error = collector_input(g->collector, bytes, len, from, g->now);
	switch (error) {
	case DATAGRAM_SHORT:
	case DATAGRAM_VERSION:
	case DATAGRAM_ADDRESS:
		g->bad[-error]++;
		return;
	default: /* taken, at least in part */
		g->good++;
	}
	fields_input(g->fields, bytes, len, g->now);
}

void
gather_name_all(struct gather *g)
{
	collector_name_all(g->collector, g->now);
}

uint64_t
gather_good(const struct gather *g)
{
	return g->good;
}

uint64_t
gather_bad(const struct gather *g, int error)
{
	return g->bad[-error];
}

bool
gather_round(const struct gather *g, const char *address)
{
	struct address agent;

	return address_parse(address, &agent) == 0 && fields_twice(g->fields, &agent);
}

/* Items -------------------------------------------------------------------------- */

static bool
tell_value(const struct gather *g, const struct store_value *value,
           const struct item_sink *sink)
{
	char name[STORE_NAME], title[STORE_NAME], group[STORE_NAME];
	char number[FORMAT_TEXT];
	struct item item = {.metric = name,
	                    .text = number,
	                    .number = value->number,
	                    .is_number = value->metric->type != STRING &&
	                                 isfinite(value->number),
	                    .type = metric_type_name(value->metric->type),
	                    .units = value->metric->units,
	                    .constant = value->metric->slope == ZERO,
	                    .group = group,
	                    .about = value->metric->title,
	                    .title = title,
	                    .heard_ms = value->heard_ms,
	                    .age_s = (g->now - value->heard_ms) / 1000,
	                    .tmax_s = value->tmax_s,
	                    .stale = value->stale};

	store_value_name(value, name);
	store_value_title(value, title);
	store_value_group(value, group);
	if (value->metric->type != STRING)
		format_number(value->metric, value->number, number);
	else
		item.text = value->text;
	return sink->item(sink->context, &item);
}

/* Tells the values, where they are wished, and sets the host's pace by them. */
static bool
tell_values(const struct gather *g, struct store_host *host, struct item_host *told,
            enum item_wish wish, const struct item_sink *sink)
{
	struct store_look look;
	struct store_value value;

	store_look(&look, host, g->now);
	while (store_look_next(&look, &value)) {
		if (told->pace_s == 0 || value.tmax_s < told->pace_s)
			told->pace_s = value.tmax_s;
		if (wish == ITEM_VALUES && !tell_value(g, &value, sink))
			return false;
	}
	return true;
}

/* There is only this thread, so no other one waits for the host's lock. */
static bool
tell_host(const struct gather *g, struct store_host *host, const struct wanted *wanted,
          const struct item_sink *sink)
{
	struct store_state state;
	char address[ADDRESS_TEXT];
	enum item_wish wish = ITEM_VALUES;
	struct item_host told;
	bool more;

	store_lock(host, &state);
	told = (struct item_host){.cluster = "",
	                          .name = state.name,
	                          .address = address_text(&state.address, address),
	                          .age_s = (g->now - state.heard_ms) / 1000,
	                          .down = !state.up};
	more = sink->host(sink->context, &told, &wish);
	if (more && wish != ITEM_NOTHING)
		more = tell_values(g, host, &told, wish, sink) &&
		       (wish != ITEM_VALUES || fields_items(g->fields, &state.address,
		                                            wanted, g->now, sink)) &&
		       sink->host_end(sink->context, &told);
	store_unlock(host);
	return more;
}

bool
gather_items(struct gather *g, const struct wanted *wanted,
             const struct item_sink *sink)
{
	struct store *store = collector_store(g->collector);
	struct store_walk walk = {0};
	struct store_host *host;
	bool more = true;

	while (more && (host = store_next(store, &walk, STORE_ANY_CLUSTER)) != NULL) {
		more = tell_host(g, host, wanted, sink);
		store_release(host);
	}
	return more;
}

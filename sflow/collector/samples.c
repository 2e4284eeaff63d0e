#include "sflow/collector/samples.h"

#include <string.h>

#include "sflow/collector/collector_internal.h"
#include "sflow/collector/custom.h"
#include "sflow/collector/instances.h"
#include "sflow/collector/machines.h"
#include "sflow/collector/naming.h"
#include "sflow/collector/ports.h"
#include "sflow/collector/relations.h"
#include "sflow/wire/derive.h"
#include "sflow/wire/flows.h"

#define RECORDS_MAX 64 /* records of one sample; further ones are refused */

#define DISCARDED_PACKET SFLOW_TAG(0, 5)
#define RTFLOW SFLOW_TAG(4300, 1003)

#define AGG_ID_ROW 2 /* of lag_port_stats */

/* The records of a counters sample. They are indexed before any is used, because the
 * meaning of some depends on which others are in the sample. */
struct index {
	size_t count;
	uint32_t tags[RECORDS_MAX];
	struct cursor bodies[RECORDS_MAX];
	const struct layout *layouts[RECORDS_MAX]; /* NULL: unknown */
	bool machine; /* the sample is about the machine itself */
	bool named;   /* it has a name, and then the following: */
	bool of_machine; /* the name is the machine's own */
	char name[TEXT_SIZE];
	uint8_t uuid[16];
};

/* Whether a record of this tag is in the sample already, and is not one of those that
 * may come several times. */
static bool
is_repeated(const struct index *index, uint32_t tag)
{
	const struct layout *layout;
	size_t i;

	for (i = 0; i < index->count; i++)
		if (index->tags[i] == tag)
			break;
	if (i == index->count)
		return false;
	layout = layout_find(tag, &tag, 1);
	return layout == NULL || layout->each == NULL;
}

static void
unknown(struct collector *c, struct agent *agent, uint32_t tag,
        const char *what)
{
	struct event *event;

	count(&c->stats.unknown);
	if (!agent_unknown(agent, tag))
		return;
	event = collector_tell(c, EVENT_UNKNOWN, agent_address(agent));
	event->of.unknown.tag = tag;
	event->of.unknown.what = what;
}

/* Returns the number of the record that has the name: host_descr before all others;
 * index->count: none has. */
static size_t
naming_record(const struct index *index)
{
	size_t i, found = index->count;

	for (i = 0; i < index->count; i++) {
		if (index->tags[i] == HOST_DESCR)
			return i;
		if (found == index->count && index->layouts[i] != NULL &&
		    index->layouts[i]->names)
			found = i;
	}
	return found;
}

/* Reads the name, which in some structures is the first field. In host_descr (sFlow
 * Host Structures) a UUID follows it, and in a sample about the machine itself the name
 * is the machine's. */
static void
read_identity(struct index *index)
{
	struct field_value values[RECORD_FIELDS_MAX];
	size_t i = naming_record(index);

	if (i == index->count ||
	    layout_decode(index->layouts[i], index->bodies[i], values) == 0)
		return;
	index->named = true;
	text_name(values[0].bytes, values[0].number, index->name);
	memset(index->uuid, 0, sizeof(index->uuid));
	if (index->tags[i] == HOST_DESCR)
		memcpy(index->uuid, values[1].bytes, sizeof(index->uuid));
	index->of_machine = index->machine && index->tags[i] == HOST_DESCR;
}

static void
index_records(struct collector *c, struct context *x, struct sample *sample,
              struct index *index)
{
	struct record record;
	size_t i;
	int got;

	index->count = 0;
	index->named = false;
	index->machine = sample->source.class == SOURCE_PHYSICAL &&
	                 sample->source.index == 1;
	while ((got = sample_record(sample, &record)) > 0) {
		if (index->count == RECORDS_MAX) {
			count(&c->stats.refused);
			break;
		}
		if (is_repeated(index, record.tag))
			continue;
		if (record.tag >= HOST_CPU && record.tag <= HOST_NET_IO)
			index->machine = true;
		index->tags[index->count] = record.tag;
		index->bodies[index->count++] = record.body;
	}
	if (got < 0)
		collector_malformed(c, agent_address(x->agent), got);
	for (i = 0; i < index->count; i++)
		index->layouts[i] =
		    layout_find(index->tags[i], index->tags, index->count);
	read_identity(index);
}

/* Judges the sample's sequence number, and counts. Returns whether the sample is
 * news. */
static bool
is_news(struct collector *c, struct context *x, struct source *source,
        const struct sample *sample, uint32_t *lost, bool *restarted)
{
	enum arrival arrival = source_arrival(source, sample, x->arrival, lost);

	if (arrival == ARRIVAL_STALE) {
		count(&c->stats.stale);
		return false;
	}
	atomic_fetch_add_explicit(&c->stats.samples_lost, *lost,
	                          memory_order_relaxed);
	count(&c->stats.samples);
	*restarted = arrival == ARRIVAL_RESTART;
	x->heard = true;
	return true;
}

/* Derives values from a decoded record, and sets them in the store. */
static void
take_values(struct collector *c, struct context *x, struct source *source,
            struct counters *counters, const struct field_value *values,
            size_t present)
{
	struct derived derived[RECORD_FIELDS_MAX];
	uint64_t before[RECORD_FIELDS_MAX];
	struct derive_input in = {
	    .layout = counters->layout,
	    .now = values,
	    .before = source_latched(source, counters, present, before)
	                  ? before
	                  : NULL,
	    .present = present,
	    .interval_ms =
	        interval_ms(x->datagram->uptime_ms, counters->uptime_ms, x->now,
	                    counters->arrival_ms),
	    .wall_s = (x->now + c->wall_ms) / 1000};
	bool steady;

	steady = derive(&in, derived);
	if (!steady)
		count(&c->stats.resets);
	source_latch(source, counters, values, present, x->datagram, x->now);
	if (counters->block != NULL)
		store_block_set(counters->block, derived, present,
		                source_interval_s(source), x->now);
	if (counters->layout->tag == IF_COUNTERS)
		port_heard(c, source, &in, derived, steady, x->now);
}

/* Gives these counters a block in the store, if they have none. Counters that have no
 * place in the store are used all the same, because a port counts in the totals.
 * Returns false where there are no counters: `counters` is NULL at a bound. */
static bool
find_place(struct collector *c, struct source *source,
           struct counters *counters, int64_t now)
{
	bool refused = counters == NULL;

	if (counters != NULL && counters->block == NULL)
		counters->block =
		    instance_block(c, source, counters, now, &refused);
	if (refused)
		count(&c->stats.refused);
	return counters != NULL;
}

static void take_lists(struct collector *c, struct context *x,
                       struct source *source, const struct layout *layout,
                       struct field_value *values, size_t present);

/* Takes a record, or an element of a list in a record. `part` is its number, where it
 * has none of its own. */
static void
take_record(struct collector *c, struct context *x, struct source *source,
            const struct layout *layout, const struct cursor *body,
            unsigned part)
{
	struct field_value values[RECORD_FIELDS_MAX];
	size_t present = layout_decode(layout, *body, values);
	struct counters *counters;

	if (present == 0) {
		collector_malformed(c, agent_address(x->agent), DATAGRAM_RECORD);
		return;
	}
	if (layout->numbered)
		part = (unsigned)values[0].number;
	counters = source_add_counters(source, layout, part);
	if (!find_place(c, source, counters, x->now))
		return;
	take_values(c, x, source, counters, values, present);
	take_lists(c, x, source, layout, values, present);
}

static void
take_lists(struct collector *c, struct context *x, struct source *source,
           const struct layout *layout, struct field_value *values,
           size_t present)
{
	struct cursor element;
	unsigned part;
	size_t i;

	for (i = 0; i < present; i++) {
		const struct field *list = &layout->fields[i];

		if (list->type != FIELD_LIST ||
		    !c->config.accept[list->elements->kind])
			continue;
		for (part = 0; values[i].number > 0; part++) {
			element = list_next(list, &values[i]);
			take_record(c, x, source, list->elements, &element,
			            part);
		}
	}
}

/* Takes a record without metrics. Names are already taken then, so only relations are
 * left. */
static void
take_facts(struct collector *c, struct context *x, struct source *source,
           const struct layout *layout, const struct cursor *body)
{
	struct field_value values[RECORD_FIELDS_MAX];
	bool good = layout_decode(layout, *body, values) != 0;

	if (good && layout->tag == HOST_ADAPTERS)
		good = relations_adapters(&c->adapters, source, layout->fields,
		                          values);
	else if (good && layout->tag == HOST_PARENT)
		relations_parent(source, values);
	if (!good)
		collector_malformed(c, agent_address(x->agent), DATAGRAM_RECORD);
}

/* Takes the aggregation of a port. It is used for the totals, also where the kind is
 * not accepted. */
static void
take_aggregation(struct collector *c, struct context *x, struct source *source,
                 const struct layout *layout, const struct cursor *body)
{
	struct field_value values[RECORD_FIELDS_MAX];

	if (layout_decode(layout, *body, values) != 0)
		port_aggregated(c, source,
		                (uint32_t)values[AGG_ID_ROW].number, x->now);
}

static void
take_records(struct collector *c, struct context *x, struct source *source,
             const struct index *index)
{
	const struct layout *layout;
	size_t i;

	for (i = 0; i < index->count; i++) {
		const struct cursor *body = &index->bodies[i];

		layout = index->layouts[i];
		if (layout == NULL) {
			unknown(c, x->agent, index->tags[i], "counters");
			continue;
		}
		if (layout->tag == LAG_PORT_STATS)
			take_aggregation(c, x, source, layout, body);
		if (layout->facts)
			take_facts(c, x, source, layout, body);
		else if (c->config.accept[layout->kind] &&
		         /* a name alone does not make a machine */
		         (layout->kind != KIND_HOST || index->machine))
			take_record(c, x, source, layout, body, 0);
	}
}

static void
take_identity(struct collector *c, struct context *x, struct source *source,
              const struct index *index)
{
	if (!index->named)
		return;
	if (!index->of_machine)
		/* an empty name is not known to the agent: the old one stays */
		source_calls_itself(c, source,
		                    index->name[0] != '\0'
		                        ? index->name
		                        : source_name(source),
		                    index->uuid, x->now);
	else if (index->name[0] != '\0')
		agent_calls_itself(c, x->agent, index->name, x->now);
}

/* Returns when the sub-agent started, in seconds of the wall clock; 0 where it is not
 * the machine's sub-agent, and the machine has one. */
static int64_t
started(const struct collector *c, const struct context *x, bool machine)
{
	bool speaks =
	    machine || agent_naming(x->agent)->called[0] == '\0';

	return speaks ? (x->now + c->wall_ms -
	                 sub_agent_uptime_ms(x->sub_agent, x->datagram)) /
	                    1000
	              : 0;
}

static void
counters_sample(struct collector *c, struct context *x, struct source *source,
                struct sample *sample)
{
	struct index index;
	uint32_t lost;
	bool restarted;

	if (!is_news(c, x, source, sample, &lost, &restarted))
		return;
	source_learn(source, x->datagram, lost, restarted, x->now);
	index_records(c, x, sample, &index);
	agent_follow(x->agent, source, index.machine);
	take_identity(c, x, source, &index);
	take_records(c, x, source, &index);
	machine_heard(c, source, lost, x->now);
	if (x->started_s == 0)
		x->started_s = started(c, x, index.machine);
}

static void
flow_sample(struct collector *c, struct context *x, struct source *source,
            struct sample *sample)
{
	uint32_t lost;
	bool restarted;

	if (!is_news(c, x, source, sample, &lost, &restarted))
		return;
	count(&c->stats.flow_samples);
	source_set_heard(source, x->now);
}

static void
refuse_source(struct collector *c, const struct context *x)
{
	count(&c->stats.refused);
	collector_tell(c, EVENT_AT_BOUND, agent_address(x->agent))
	    ->of.at_bound.bound = EVENT_BOUND_SOURCES;
}

/* Takes one metric that the agent names itself. */
static void
take_custom(struct collector *c, struct context *x, struct source *source,
            const struct custom_value *v)
{
	const struct layout *layout = custom_layout(source, v, x->now);
	struct counters *counters = NULL;

	if (layout != NULL)
		counters = source_add_counters(source, layout, 0);
	if (find_place(c, source, counters, x->now))
		take_values(c, x, source, counters, &v->value, 1);
}

/* Takes a sample of metrics that the agent names itself. It has no sequence number, so
 * the datagram's is used. */
static void
custom_sample(struct collector *c, struct context *x, struct sample *sample)
{
	struct custom_value v;
	char name[TEXT_SIZE];
	struct source *source;
	struct series metrics;

	if (x->arrival == ARRIVAL_STALE || !c->config.accept[KIND_CUSTOM])
		return;
	if (!custom_open(&metrics, sample->body, name)) {
		collector_malformed(c, agent_address(x->agent), DATAGRAM_SAMPLE);
		return;
	}
	source = custom_source(c, x->sub_agent, name, x->now);
	if (source == NULL) {
		refuse_source(c, x);
		return;
	}
	source_follow(source);
	source_learn(source, x->datagram, 0, false, x->now);
	while (metrics.left > 0) {
		if (!custom_next(&metrics, &v)) {
			collector_malformed(c, agent_address(x->agent), DATAGRAM_SAMPLE);
			return;
		}
		take_custom(c, x, source, &v);
	}
}

/* Takes a sample that is neither counters nor flows as the standard defines them. */
static void
other_sample(struct collector *c, struct context *x, struct sample *sample)
{
	switch (sample->tag) {
	case SAMPLE_RTMETRIC:
		custom_sample(c, x, sample);
		break;
	case DISCARDED_PACKET: /* both are about packets, and have no counters */
	case RTFLOW:
		break;
	default:
		if (x->arrival != ARRIVAL_STALE)
			unknown(c, x->agent, sample->tag, "sample");
	}
}

void
sample_take(struct collector *c, struct context *x, struct sample *sample)
{
	struct source *source;

	if (sample->kind == SAMPLE_OTHER) {
		other_sample(c, x, sample);
		return;
	}
	if (sample->body.failed || sample->source.class == SOURCE_CUSTOM) {
		collector_malformed(c, agent_address(x->agent), DATAGRAM_SAMPLE);
		return;
	}
	source = agents_source(&c->agents, x->sub_agent, sample->source, x->now);
	if (source == NULL)
		refuse_source(c, x);
	else if (sample->kind == SAMPLE_COUNTERS)
		counters_sample(c, x, source, sample);
	else
		flow_sample(c, x, source, sample);
}

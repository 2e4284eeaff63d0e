#include "sflow/collector/samples.h"

#include <string.h>

#include "sflow/collector/collector_internal.h"
#include "sflow/collector/custom.h"
#include "sflow/collector/index.h"
#include "sflow/collector/instances.h"
#include "sflow/collector/machines.h"
#include "sflow/collector/naming.h"
#include "sflow/collector/ports.h"
#include "sflow/collector/readings.h"
#include "sflow/collector/relations.h"
#include "sflow/collector/successor.h"
#include "sflow/wire/derive.h"
#include "sflow/wire/flows.h"

#define AGAIN_WEIGHT_ALL 0.005 /* of one lost poll, in the losses of all agents */
#define AGAIN_MS 10000         /* within so long it is the same loss */

#define LISTS_MAX 4 /* of a record; none in the table has more */

#define DISCARDED_PACKET SFLOW_TAG(0, 5)
#define RTFLOW SFLOW_TAG(4300, 1003)

#define AGG_ID_ROW 2 /* of lag_port_stats */

static void
unknown(struct collector *c, struct agent *agent, uint32_t tag, const char *what)
{
	struct event *event;

	count(&c->stats.unknown);
	if (!agent_unknown(agent, tag))
		return;
	event = collector_tell(c, EVENT_UNKNOWN, agent_address(agent));
	event->of.unknown.tag = tag;
	event->of.unknown.what = what;
}

/* Judges the sample's sequence number, and counts. Returns whether the sample is
 * news. */
static bool
is_news(struct collector *c, struct context *x, struct source *source,
        const struct sample *sample, struct sample_gap *gap, bool *restarted)
{
	enum arrival arrival = source_arrival(source, sample, x->arrival, x->now, gap);

	if (arrival == ARRIVAL_STALE)
		return false;
	count(&c->stats.samples);
	*restarted = arrival == ARRIVAL_RESTART;
	x->restarted |= *restarted;
	x->heard = true;
	return true;
}

/* Gives these counters a block in the store, if they have none. Counters that have no
 * place in the store are used all the same, because a port counts in the totals.
 * Returns false where there are no counters: `counters` is NULL at a bound. */
static bool
find_place(struct collector *c, struct source *source, struct counters *counters,
           int64_t now)
{
	bool refused = counters == NULL;

	if (counters != NULL && counters->block == NULL)
		counters->block = instance_block(c, source, counters, now, &refused);
	if (refused)
		count(&c->stats.refused);
	return counters != NULL;
}

/* Counts a record that ends inside its row number `rows`, and tells of the agent's first one
 * of its structure. */
static void
is_short(struct collector *c, const struct context *x, const struct layout *layout,
         const struct cursor *body, size_t rows)
{
	struct event_short *told;

	count(&c->stats.malformed);
	if (!agent_unknown(x->agent, layout->tag))
		return;
	told = &collector_tell(c, EVENT_SHORT, agent_address(x->agent))->of.is_short;
	told->layout = layout;
	told->field = layout->fields[rows].name;
	told->bytes = (unsigned)cursor_left(body);
}

static void take_lists(struct collector *c, struct context *x, struct source *source,
                       const struct layout *layout, const struct field_value *values,
                       size_t present);

/* Takes a record, or an element of a list in a record. `part` is its number, where it
 * has none of its own. */
static void
take_record(struct collector *c, struct context *x, struct source *source,
            const struct layout *layout, const struct cursor *body, unsigned part)
{
	struct field_value *values = readings_room(c, x, x->readings);
	size_t present = layout_decode(layout, *body, values);
	struct counters *counters;

	if (!layout_is_whole(layout, present))
		is_short(c, x, layout, body, present);
	if (present == 0)
		return;
	if (layout->numbered)
		part = (unsigned)values[0].number;
	counters = source_add_counters(source, layout, part);
	if (!find_place(c, source, counters, x->now))
		return;
	readings_take(c, x, x->readings, source, counters, present);
	take_lists(c, x, source, layout, values, present);
}

/* Takes the elements of a list. */
static void
take_list(struct collector *c, struct context *x, struct source *source,
          const struct field *list, struct field_value value)
{
	struct cursor element;
	unsigned part;

	if (!c->config.accept[list->elements->kind])
		return;
	for (part = 0; value.number > 0; part++) {
		element = list_next(list, &value);
		take_record(c, x, source, list->elements, &element, part);
	}
}

/* The elements may take the room that the values are in, so the lists are noted first. */
static void
take_lists(struct collector *c, struct context *x, struct source *source,
           const struct layout *layout, const struct field_value *values,
           size_t present)
{
	const struct field *lists[LISTS_MAX];
	struct field_value noted[LISTS_MAX];
	size_t i, count = 0;

	for (i = 0; i < present && count < LISTS_MAX; i++)
		if (layout->fields[i].type == FIELD_LIST) {
			lists[count] = &layout->fields[i];
			noted[count++] = values[i];
		}
	for (i = 0; i < count; i++)
		take_list(c, x, source, lists[i], noted[i]);
}

/* Takes a record without metrics. Names are already taken then, so only relations are
 * left. */
static void
take_facts(struct collector *c, struct context *x, struct source *source,
           const struct layout *layout, const struct cursor *body)
{
	struct field_value values[RECORD_FIELDS_MAX];
	size_t rows = layout_decode(layout, *body, values);
	bool whole = layout_is_whole(layout, rows), good = true;

	if (whole && layout->tag == HOST_ADAPTERS)
		good = relations_adapters(&c->adapters, source, layout->fields, values);
	else if (whole && layout->tag == HOST_PARENT)
		relations_parent(source, values);
	if (!whole)
		is_short(c, x, layout, body, rows);
	else if (!good)
		collector_malformed(c, agent_address(x->agent), DATAGRAM_FIELD);
}

/* Takes the aggregation of a port. It is used for the totals, also where the kind is
 * not accepted. */
static void
take_aggregation(struct collector *c, struct context *x, struct source *source,
                 const struct layout *layout, const struct cursor *body)
{
	struct field_value values[RECORD_FIELDS_MAX];

	if (layout_decode(layout, *body, values) > AGG_ID_ROW)
		port_aggregated(c, source, (uint32_t)values[AGG_ID_ROW].number, x->now);
}

/* Takes the records of one owner. What resets those leaves alone what others have in the
 * same sample. */
static void
take_owned(struct collector *c, struct context *x, struct source *source,
           const struct index *index, struct source *owner)
{
	size_t i;

	readings_begin(x->readings);
	for (i = 0; i < index->count; i++) {
		const struct layout *layout = index->layouts[i];
		const struct cursor *body = &index->bodies[i];

		if (layout == NULL || index_owner(index, i, source) != owner)
			continue;
		if (layout->tag == LAG_PORT_STATS)
			take_aggregation(c, x, owner, layout, body);
		if (layout->facts)
			take_facts(c, x, owner, layout, body);
		else if (c->config.accept[layout->kind] &&
		         /* a name alone does not make a machine */
		         (layout->kind != KIND_HOST || index->machine))
			take_record(c, x, owner, layout, body, 0);
	}
	readings_finish(c, x, x->readings);
}

static void
take_records(struct collector *c, struct context *x, struct source *source,
             const struct index *index)
{
	size_t i;

	for (i = 0; i < index->count; i++)
		if (index->layouts[i] == NULL)
			unknown(c, x->agent, index->tags[i], "counters");
	if (!index->divided)
		take_owned(c, x, source, index, source);
	for (i = 0; i < index->count && index->divided; i++)
		if (index->owners[i] != NULL && index_is_first(index, i))
			take_owned(c, x, source, index, index->owners[i]);
}

/* Takes what the agent's machine calls itself. Where another machine has the agent's address
 * now, its host is another one. */
static void
take_name(struct collector *c, struct context *x, const struct identity *identity)
{
	int turns;

	for (turns = 0; turns < 2; turns++) {
		successor_of_agent(c, x->agent, identity, x->now);
		if (!agent_calls_itself(c, x->agent, identity->name, identity->uuid,
		                        x->now))
			return;
		successor_displace(c, x->agent, x->now);
		x->displaced = true;
	}
}

static void
take_identity(struct collector *c, struct context *x, struct source *owner,
              const struct index *index)
{
	struct identity identity;

	index_identity(index, owner, &identity);
	if (!identity.named)
		return;
	if (!identity.of_machine && c->config.vm == VM_HOST &&
	    index_has_kind(index, owner, KIND_VM))
		successor_of_machine(c, owner, &identity, x->now);
	if (!identity.of_machine)
		/* an empty name is not known to the agent: the old one stays */
		source_calls_itself(c, owner,
		                    identity.name[0] != '\0' ? identity.name
		                                             : source_name(owner),
		                    identity.uuid, x->now);
	else if (identity.name[0] != '\0')
		take_name(c, x, &identity);
}

/* Notes that a source is heard whose records come in the samples of another one. What is
 * lost of these is counted with that. */
static void
carried_heard(struct collector *c, struct context *x, struct index *index,
              struct source *owner, const struct sample *sample)
{
	struct sample_gap gap;
	enum arrival arrival = source_arrival(owner, sample, x->arrival, x->now, &gap);

	if (arrival == ARRIVAL_STALE) {
		count(&c->stats.stale);
		index_leave_out(index, owner);
		return;
	}
	x->heard = true;
	x->restarted |= arrival == ARRIVAL_RESTART;
	source_learn(owner, x->datagram, &gap, arrival == ARRIVAL_RESTART, x->now);
	agent_follow(x->agent, owner, false, x->now);
	take_identity(c, x, owner, index);
}

/* Takes what those are called, and how often those come, that the records are about. */
static void
take_owners(struct collector *c, struct context *x, struct source *source,
            const struct sample *sample, struct index *index)
{
	size_t i;

	if (!index_divide(c, index, source, x->now))
		collector_tell(c, EVENT_AT_BOUND, agent_address(x->agent))
		    ->of.at_bound.bound = EVENT_BOUND_SOURCES;
	for (i = 0; i < index->count && index->divided; i++)
		if (index->owners[i] != NULL && index->owners[i] != source &&
		    index_is_first(index, i))
			carried_heard(c, x, index, index->owners[i], sample);
}

/* Returns when the sub-agent started, in seconds of the wall clock; 0 where it is not
 * the machine's sub-agent, and the machine has one. */
static int64_t
started(const struct collector *c, const struct context *x, bool machine)
{
	bool speaks = machine || agent_naming(x->agent)->called[0] == '\0';

	return speaks ? (x->now + c->wall_ms -
	                 sub_agent_uptime_ms(x->sub_agent, x->datagram)) /
	                    1000
	              : 0;
}

/* Takes what is news of a sample that was overtaken on its way: it may be of a port or a VLAN
 * that the data source has told nothing of since. */
static void
overtaken_sample(struct collector *c, struct context *x, struct source *source,
                 struct sample *sample)
{
	struct index index;

	index_records(&index, sample);
	if (!index_is_whole(&index, source))
		take_owners(c, x, source, sample, &index);
	if (!index.divided || index_has_own(&index, source))
		count(&c->stats.stale);
	if (!index.divided)
		return;
	index_leave_out(&index, source);
	take_records(c, x, source, &index);
}

/* What is lost in a row counts by polls: a burst within one poll is one loss. What many
 * agents lose at the same time is one loss for all. */
static void
note_losses(struct collector *c, struct agent *agent, const struct source *source,
            uint32_t lost)
{
	if (!agent_polled(agent, source, lost) ||
	    (lost > 1 && c->now_ms - c->hosts.again_ms < AGAIN_MS))
		return;
	if (lost > 1)
		c->hosts.again_ms = c->now_ms;
	c->hosts.again = again_measure(c->hosts.again, lost, AGAIN_WEIGHT_ALL);
}

static void
counters_sample(struct collector *c, struct context *x, struct source *source,
                struct sample *sample)
{
	struct index index;
	struct sample_gap gap;
	bool restarted;
	int malformed;

	if (!is_news(c, x, source, sample, &gap, &restarted)) {
		overtaken_sample(c, x, source, sample);
		return;
	}
	malformed = index_records(&index, sample);
	if (malformed != 0)
		collector_malformed(c, agent_address(x->agent), malformed);
	if (!index_is_whole(&index, source))
		take_owners(c, x, source, sample, &index);
	for (; index.refused > 0; index.refused--)
		count(&c->stats.refused);
	if (!index.divided || index_has_own(&index, source)) {
		source_learn(source, x->datagram, &gap, restarted, x->now);
		agent_follow(x->agent, source, index.machine, x->now);
		note_losses(c, x->agent, source, gap.lost);
		take_identity(c, x, source, &index);
		instance_review(c, source);
	} else {
		source_set_heard(source, x->now);
	}
	take_records(c, x, source, &index);
	machine_heard(c, source, gap.lost, x->now);
	if (x->started_s == 0)
		x->started_s = started(c, x, index.machine);
}

static void
flow_sample(struct collector *c, struct context *x, struct source *source,
            struct sample *sample)
{
	struct sample_gap gap;
	bool restarted;

	if (!is_news(c, x, source, sample, &gap, &restarted)) {
		count(&c->stats.stale);
		return;
	}
	count(&c->stats.flow_samples);
	source_set_heard(source, x->now);
}

static void
refuse_source(struct collector *c, const struct context *x)
{
	count(&c->stats.refused);
	collector_tell(c, EVENT_AT_BOUND, agent_address(x->agent))->of.at_bound.bound =
	    EVENT_BOUND_SOURCES;
}

/* Takes one metric that the agent names itself. It is finished at once, because the next
 * one may displace it; so one that was reset says nothing about others. */
static void
take_custom(struct collector *c, struct context *x, struct source *source,
            const struct custom_value *v)
{
	const struct layout *layout = custom_layout(source, v, x->now);
	struct counters *counters = NULL;

	if (layout != NULL)
		counters = source_add_counters(source, layout, 0);
	if (!find_place(c, source, counters, x->now))
		return;
	readings_begin(x->readings);
	*readings_room(c, x, x->readings) = v->value;
	readings_take(c, x, x->readings, source, counters, 1);
	readings_finish(c, x, x->readings);
}

/* Takes a sample of metrics that the agent names itself. It has no sequence number, so
 * the datagram's is used. */
static void
custom_sample(struct collector *c, struct context *x, struct sample *sample)
{
	const struct sample_gap none = {.sure = true};
	struct custom_value v;
	char name[TEXT_SIZE];
	struct source *source;
	struct series metrics;

	if (x->arrival == ARRIVAL_STALE || !c->config.accept[KIND_CUSTOM])
		return;
	if (!custom_open(&metrics, sample->body, name)) {
		collector_malformed(c, agent_address(x->agent), DATAGRAM_FIELD);
		return;
	}
	source = custom_source(c, x->sub_agent, name, x->now);
	if (source == NULL) {
		refuse_source(c, x);
		return;
	}
	source_learn(source, x->datagram, &none, source_follow(source), x->now);
	while (metrics.left > 0) {
		if (!custom_next(&metrics, &v)) {
			collector_malformed(c, agent_address(x->agent), DATAGRAM_FIELD);
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
		collector_malformed(c, agent_address(x->agent),
		                    sample->body.failed ? DATAGRAM_HEADER
		                                        : DATAGRAM_SOURCE);
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

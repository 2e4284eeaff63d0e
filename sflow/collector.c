#include "sflow/collector.h"

#include <stdlib.h>
#include <string.h>

#include "sflow/collector_internal.h"
#include "sflow/derive.h"

#define RECORDS_MAX 64        /* in one sample; the rest is refused */
#define LOSS_WEIGHT_ALL 0.0001 /* of one datagram in the loss of all */

#define HOST_DESCR 2000
#define HOST_CPU 2003
#define HOST_NET_IO 2006

const struct collector_config collector_defaults = {
    .max_agents = 4096,
    .max_sources = 256,
    .accept = {true, true, true, true, true, true, true},
    .vm = VM_PREFIX,
    .host_dmax_ms = INT64_C(86400000),
};

struct collector *
collector_new(const struct collector_config *config)
{
	struct collector *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->config = *config;
	if (config->vm == VM_NO)
		c->config.accept[KIND_VM] = false;
	agents_init(&c->agents, config->max_agents, config->max_sources);
	/* Those that are gone still wait for the publisher. */
	c->store = store_new(2 * (config->vm == VM_HOST
	                              ? c->agents.max_sources_total
	                              : c->agents.max_agents));
	if (c->store == NULL) {
		free(c);
		return NULL;
	}
	return c;
}

void
collector_free(struct collector *c)
{
	if (c == NULL)
		return;
	agents_free(&c->agents);
	store_free(c->store);
	free(c);
}

struct store *
collector_store(struct collector *c)
{
	return c->store;
}

const struct collector_stats *
collector_stats(const struct collector *c)
{
	return &c->stats;
}

void
collector_set_wall(struct collector *c, int64_t offset_ms)
{
	c->wall_ms = offset_ms;
}

/* Samples --------------------------------------------------------------------- */

/* Where a sample comes from, and when. */
struct context {
	struct agent *agent;
	struct sub_agent *sub_agent;
	const struct datagram *datagram;
	enum arrival arrival; /* of the datagram */
	int64_t now;
	bool heard;        /* something in it was news */
	int64_t started_s; /* by the wall clock; 0: it does not say */
};

/* A counters sample, indexed before anything is made of it: what some records
 * mean depends on what stands beside them. */
struct index {
	size_t count;
	uint32_t tags[RECORDS_MAX];
	struct cursor bodies[RECORDS_MAX];
	bool machine; /* it is about the machine itself */
	bool named;   /* it has a host_descr; then: */
	char name[TEXT_SIZE];
	uint8_t uuid[16];
};

static bool
is_indexed(const struct index *index, uint32_t tag)
{
	size_t i;

	for (i = 0; i < index->count; i++)
		if (index->tags[i] == tag)
			return true;
	return false;
}

static void
malformed(struct collector *c, const struct agent *agent, int error)
{
	count(&c->stats.malformed);
	collector_tell(c, EVENT_MALFORMED, &agent->address, error, "");
}

static void
unknown(struct collector *c, struct agent *agent, uint32_t tag,
        const char *what)
{
	count(&c->stats.unknown);
	if (agent_unknown(agent, tag))
		collector_tell(c, EVENT_UNKNOWN, &agent->address, tag, what);
}

/* sFlow Host Structures: host_descr begins with the name and the UUID. */
static void
read_identity(struct index *index)
{
	const struct layout *layout;
	struct field_value values[RECORD_FIELDS_MAX];
	size_t i;

	for (i = 0; i < index->count && index->tags[i] != HOST_DESCR; i++)
		;
	if (i == index->count)
		return;
	layout = layout_find(HOST_DESCR, index->tags, index->count);
	if (layout == NULL ||
	    layout_decode(layout, index->bodies[i], values) == 0)
		return;
	index->named = true;
	text_name(values[0].bytes, values[0].number, index->name);
	memcpy(index->uuid, values[1].bytes, sizeof(index->uuid));
}

static void
index_records(struct collector *c, struct context *x, struct sample *sample,
              struct index *index)
{
	struct record record;
	int got;

	index->count = 0;
	index->named = false;
	index->machine = sample->source.class == 2 && sample->source.index == 1;
	while ((got = sample_record(sample, &record)) > 0) {
		if (index->count == RECORDS_MAX) {
			count(&c->stats.refused);
			break;
		}
		if (is_indexed(index, record.tag))
			continue; /* said already */
		if (record.tag >= HOST_CPU && record.tag <= HOST_NET_IO)
			index->machine = true;
		index->tags[index->count] = record.tag;
		index->bodies[index->count++] = record.body;
	}
	if (got < 0)
		malformed(c, x->agent, got);
	read_identity(index);
}

/* Counts a sequence number's verdict. True when the sample is news. */
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

static void
latch(struct counters *counters, const struct source *source,
      const struct field_value *values, size_t present,
      const struct context *x)
{
	size_t i;

	for (i = 0; i < present; i++)
		counters->numbers[i] = values[i].number;
	counters->present = present;
	counters->epoch = source->epoch;
	counters->uptime_ms = x->datagram->uptime_ms;
	counters->arrival_ms = x->now;
}

static void
take_record(struct collector *c, struct context *x, struct source *source,
            struct counters *counters, const struct cursor *body)
{
	const struct layout *layout = counters->layout;
	struct field_value values[RECORD_FIELDS_MAX];
	struct derived derived[RECORD_FIELDS_MAX];
	size_t present = layout_decode(layout, *body, values);
	bool latched = counters->present == present &&
	               counters->epoch == source->epoch;
	struct derive_input in = {
	    .layout = layout,
	    .now = values,
	    .before = latched ? counters->numbers : NULL,
	    .present = present,
	    .interval_ms =
	        interval_ms(x->datagram->uptime_ms, counters->uptime_ms, x->now,
	                    counters->arrival_ms),
	    .wall_s = (x->now + c->wall_ms) / 1000};

	if (present == 0) {
		malformed(c, x->agent, DATAGRAM_RECORD);
		return;
	}
	if (!derive(&in, derived))
		count(&c->stats.resets);
	latch(counters, source, values, present, x);
	store_block_set(counters->block, derived, present, source_interval_s(source),
	                x->now);
}

/* A place for the record's values, and then the values. */
static void
place_record(struct collector *c, struct context *x, struct source *source,
             const struct layout *layout, const struct cursor *body)
{
	struct counters *counters = source_counters(source, layout);
	bool refused = counters == NULL;

	if (counters != NULL && counters->block == NULL)
		counters->block = instance_block(c, source, layout,
		                                 x->now, &refused);
	if (refused)
		count(&c->stats.refused);
	if (counters != NULL && counters->block != NULL)
		take_record(c, x, source, counters, body);
}

static void
take_records(struct collector *c, struct context *x, struct source *source,
             const struct index *index)
{
	const struct layout *layout;
	size_t i;

	for (i = 0; i < index->count; i++) {
		layout = layout_find(index->tags[i], index->tags, index->count);
		if (layout == NULL) {
			unknown(c, x->agent, index->tags[i], "counters");
			continue;
		}
		if (!c->config.accept[layout->kind])
			continue;
		/* A name alone does not make a machine. */
		if (layout->kind == KIND_HOST && !index->machine)
			continue;
		place_record(c, x, source, layout, &index->bodies[i]);
	}
}

static void
take_identity(struct collector *c, struct context *x, struct source *source,
              const struct index *index)
{
	if (!index->named)
		return;
	if (!index->machine)
		/* an empty name is one that is not known: it stays */
		source_calls_itself(c, source,
		                    index->name[0] != '\0' ? index->name
		                                           : source->name,
		                    index->uuid, x->now);
	else if (index->name[0] != '\0')
		agent_calls_itself(c, x->agent, index->name, x->now);
}

/* The seconds of the wall clock when the sub-agent started; 0 where another
 * one speaks for the machine. */
static int64_t
started(const struct collector *c, const struct context *x, bool machine)
{
	bool speaks = machine || x->agent->called[0] == '\0';
	int64_t uptime_ms = x->datagram->uptime_ms + x->sub_agent->wrapped_ms;

	return speaks ? (x->now + c->wall_ms - uptime_ms) / 1000 : 0;
}

/* The source's polling interval, from the time since its last sample. */
static void
learn_interval(const struct context *x, struct source *source, uint32_t lost,
               bool restarted)
{
	if (source->counters_ms != 0 && !restarted)
		rhythm_learn(&source->rhythm,
		             interval_ms(x->datagram->uptime_ms,
		                         source->uptime_ms, x->now,
		                         source->counters_ms),
		             lost);
	source->heard_ms = source->counters_ms = x->now;
	source->uptime_ms = x->datagram->uptime_ms;
}

/* A host's heartbeat; one that was down has returned. */
static void
heartbeat(struct collector *c, const struct context *x, struct member *member,
          const char *name, uint32_t lost)
{
	int64_t before = member->heard_ms;

	if (member_heard(member, lost, x->now) == MEMBER_RETURNED &&
	    name[0] != '\0')
		collector_tell_member(c, EVENT_RETURNED, &x->agent->address,
		                      name, member, x->now)
		    ->heard_ms = before;
}

/* That of a virtual machine that is a host of its own. */
static void
machine_heard(struct collector *c, struct context *x, struct source *source,
              uint32_t lost)
{
	if (source->host == NULL)
		return;
	member_expect(&source->member, &source->rhythm);
	heartbeat(c, x, &source->member, source->host_name, lost);
	store_host_heard(source->host, 0, x->now);
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
	learn_interval(x, source, lost, restarted);
	index_records(c, x, sample, &index);
	agent_follow(x->agent, source, index.machine);
	take_identity(c, x, source, &index);
	take_records(c, x, source, &index);
	machine_heard(c, x, source, lost);
	if (x->started_s == 0)
		x->started_s = started(c, x, index.machine);
}

static void
flow_sample(struct collector *c, struct context *x, struct source *source,
            struct sample *sample)
{
	uint32_t lost;
	bool restarted;

	if (is_news(c, x, source, sample, &lost, &restarted))
		source->heard_ms = x->now;
}

static void
take_sample(struct collector *c, struct context *x, struct sample *sample)
{
	struct source *source;

	if (sample->kind == SAMPLE_OTHER) {
		if (x->arrival != ARRIVAL_STALE)
			unknown(c, x->agent, sample->tag, "sample");
		return;
	}
	if (sample->body.failed) {
		malformed(c, x->agent, DATAGRAM_SAMPLE);
		return;
	}
	source = agents_source(&c->agents, x->sub_agent, sample->source, x->now);
	if (source == NULL) {
		count(&c->stats.refused);
		collector_tell(c, EVENT_AT_BOUND, &x->agent->address, 1,
		               "max_sources");
	} else if (sample->kind == SAMPLE_COUNTERS) {
		counters_sample(c, x, source, sample);
	} else {
		flow_sample(c, x, source, sample);
	}
}

/* Datagrams ------------------------------------------------------------------- */

static int
refuse(struct collector *c, const struct address *agent, int64_t code,
       const char *why)
{
	count(&c->stats.refused);
	collector_tell(c, EVENT_AT_BOUND, agent, code, why);
	return COLLECTOR_REFUSED;
}

static int
take_samples(struct collector *c, struct context *x, struct datagram *datagram)
{
	struct sample sample;
	int got;

	while ((got = datagram_sample(datagram, &sample)) > 0)
		take_sample(c, x, &sample);
	if (got < 0)
		malformed(c, x->agent, got);
	return got;
}

/* Any datagram with news is the agent's heartbeat. */
static void
heard(struct collector *c, struct context *x, uint32_t lost)
{
	struct agent *agent = x->agent;

	count(&c->stats.datagrams);
	if (x->arrival == ARRIVAL_RESTART)
		collector_tell_member(c, EVENT_RESTARTED, &agent->address,
		                      agent->name, &agent->member, x->now);
	if (!x->heard)
		return;
	agent->datagrams++;
	heartbeat(c, x, &agent->member, agent->name, lost);
	if (agent->host != NULL)
		store_host_heard(agent->host, x->started_s, x->now);
}

static int
take_datagram(struct collector *c, struct datagram *datagram, int64_t now)
{
	struct context x = {.datagram = datagram, .now = now};
	uint32_t lost;
	int result;

	x.agent = agents_agent(&c->agents, &datagram->agent, now);
	if (x.agent == NULL)
		return refuse(c, &datagram->agent, 0, "max_agents");
	x.sub_agent = agents_sub_agent(&c->agents, x.agent, datagram->sub_agent);
	if (x.sub_agent == NULL)
		return refuse(c, &datagram->agent, 1, "max_sources");
	x.arrival = sub_agent_arrival(x.sub_agent, datagram, now, &lost);
	atomic_fetch_add_explicit(&c->stats.datagrams_lost, lost,
	                          memory_order_relaxed);
	c->agents.loss = loss_measure(c->agents.loss, lost, LOSS_WEIGHT_ALL);
	if (x.arrival == ARRIVAL_PAST) {
		count(&c->stats.stale);
		return 0;
	}
	x.heard = x.arrival != ARRIVAL_STALE;
	result = take_samples(c, &x, datagram);
	heard(c, &x, lost);
	return result;
}

int
collector_input(struct collector *c, const void *buf, size_t len,
                const struct address *from, int64_t now)
{
	struct datagram datagram;
	int error;

	if (!network_list_match(c->config.allow, from)) {
		count(&c->stats.not_allowed);
		return COLLECTOR_REFUSED;
	}
	error = datagram_open(&datagram, buf, len);
	if (error != 0) {
		count(&c->stats.malformed);
		collector_tell(c, EVENT_MALFORMED, from, error, "");
		return error;
	}
	error = take_datagram(c, &datagram, now);
	atomic_store_explicit(&c->stats.agents, HASH_COUNT(c->agents.agents),
	                      memory_order_relaxed);
	return error;
}

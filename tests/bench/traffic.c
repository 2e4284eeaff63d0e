/* The datagrams of many agents: see traffic.h. */
#include "tests/bench/traffic.h"

#include <err.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/encode.h"
#include "tests/bench/records.h"

#define PACKET 128    /* bytes of a packet in its sample */
#define SAMPLING 2048 /* one packet in so many is sampled */

/* A data source that every agent has. */
struct source {
	unsigned kind;
	uint32_t class, index;
};

/* The data sources that share a datagram: [first, first + count). */
struct part {
	uint32_t first, count;
};

struct traffic {
	struct traffic_options options;
	struct source *sources;
	uint32_t source_count;
	struct part *parts; /* datagrams per agent and round */
	uint32_t part_count;
	struct buffer bodies[KINDS];              /* this round's records */
	unsigned char (*datagrams)[DATAGRAM_MAX]; /* agent by agent */
	size_t *lengths;
	size_t datagram_count;
	size_t next; /* in this round */
	struct moment moment;
	uint64_t spoofed; /* agents that --spoof has made up */
};

static void *
allocate(size_t count, size_t size)
{
	void *memory = calloc(count, size);

	if (memory == NULL)
		errx(1, "out of memory");
	return memory;
}

/* ---- Samples --------------------------------------------------------- */

/* Encodes the records that all agents share in this round. */
static void
encode_bodies(struct traffic *t)
{
	for (unsigned kind = 0; kind < KINDS; kind++) {
		const struct sample_kind *sample = &sample_kinds[kind];
		struct buffer *body = &t->bodies[kind];

		body->length = 0;
		for (uint32_t r = 0; r < sample->count; r++) {
			const struct record *record = &sample->records[r];
			size_t mark = put_begin(body, record->format);

			for (uint32_t f = 0; f < record->count; f++)
				put_field(body, &record->fields[f], &t->moment);
			put_end(body, mark);
		}
	}
}

/* The name of a data source: host7.bench, vm100001.host7.bench. When names
 * are to be patched (--spoof), the number has 8 digits. */
static void
source_name(const struct traffic *t, uint32_t agent, const struct source *source,
            char name[64])
{
	const char *number = t->options.spoof ? "%08" PRIx32 : "%" PRIu32;
	const char *prefix = sample_kinds[source->kind].prefix;
	char host[32];

	snprintf(host, sizeof(host), number, agent);
	if (source->kind == HOST)
		snprintf(name, 64, "host%s.bench", host);
	else
		snprintf(name, 64, "%s%" PRIu32 ".host%s.bench", prefix, source->index,
		         host);
}

static void
put_host_descr(struct buffer *buffer, const struct traffic *t, uint32_t agent,
               const struct source *source)
{
	size_t mark = put_begin(buffer, 2000);
	char name[64];

	source_name(t, agent, source, name);
	put_string(buffer, name);
	put_u32(buffer, UINT32_C(0x5f10ad00)); /* UUID, fixed, no length */
	put_u32(buffer, UINT32_C(0x00004000));
	put_u32(buffer, UINT32_C(0x80000000) | source->index);
	put_u32(buffer, agent);
	put_u32(buffer, 3); /* x86_64 */
	put_u32(buffer, 2); /* linux */
	put_string(buffer, "6.1.0-bench");
	put_end(buffer, mark);
}

static bool
is_port(const struct source *source)
{
	return source->class == 0;
}

static void
put_port_name(struct buffer *buffer, const struct source *source)
{
	size_t mark = put_begin(buffer, 1005);
	char name[32];

	snprintf(name, sizeof(name), "%s%" PRIu32, sample_kinds[source->kind].prefix,
	         source->index);
	put_string(buffer, name);
	put_end(buffer, mark);
}

static void
put_sample(struct buffer *buffer, const struct traffic *t, uint32_t agent,
           const struct source *source)
{
	const struct sample_kind *kind = &sample_kinds[source->kind];
	const struct buffer *body = &t->bodies[source->kind];
	size_t mark = put_begin(buffer, 4); /* counters_sample_expanded */

	put_u32(buffer, 0); /* the sequence number is set when sent */
	put_u32(buffer, source->class);
	put_u32(buffer, source->index);
	put_u32(buffer, kind->count + (kind->prefix != NULL));
	if (is_port(source))
		put_port_name(buffer, source);
	else if (kind->prefix != NULL)
		put_host_descr(buffer, t, agent, source);
	put_bytes(buffer, body->bytes, body->length);
	put_end(buffer, mark);
}

/* A packet sampled at the source; all that varies is set when sent. */
static void
put_flow_sample(struct buffer *buffer, const struct source *source)
{
	static const unsigned char packet[PACKET] = {[12] = 8, [14] = 0x45};
	size_t mark = put_begin(buffer, 3), record; /* flow_sample_expanded */

	put_u32(buffer, 0); /* sequence number */
	put_u32(buffer, source->class);
	put_u32(buffer, source->index);
	put_u32(buffer, SAMPLING);
	put_u32(buffer, 0); /* sample pool */
	put_u32(buffer, 0); /* drops */
	put_u32(buffer, 0); /* input: one interface */
	put_u32(buffer, source->index);
	put_u32(buffer, 0);
	put_u32(buffer, 1);
	put_u32(buffer, 1); /* one record, a raw packet header: */
	record = put_begin(buffer, 1);
	put_u32(buffer, 1);    /* Ethernet */
	put_u32(buffer, 1000); /* the frame's length, and without its FCS: */
	put_u32(buffer, 4);
	put_u32(buffer, PACKET);
	put_bytes(buffer, packet, PACKET);
	put_end(buffer, record);
	put_end(buffer, mark);
}

static size_t
address_length(const struct traffic *t)
{
	return t->options.ipv6 ? 16 : 4;
}

static size_t
header_length(const struct traffic *t)
{
	return 24 + address_length(t);
}

/* Sets the agent address at its place: 10.0.0.0 or fd00:: plus number. */
static void
set_agent_address(const struct traffic *t, unsigned char *at, uint64_t number)
{
	if (t->options.ipv6) {
		set_u32(at, UINT32_C(0xfd000000));
		set_u32(at + 4, 0);
		set_u32(at + 8, (uint32_t)(number >> 32));
		set_u32(at + 12, (uint32_t)number);
	} else {
		set_u32(at, UINT32_C(10) << 24 | (number & 0xffffff));
	}
}

static void
put_header(struct buffer *buffer, const struct traffic *t, uint32_t agent,
           uint32_t sample_count)
{
	put_u32(buffer, 5);
	put_u32(buffer, t->options.ipv6 ? 2 : 1);
	set_agent_address(t, buffer->bytes + buffer->length, agent);
	buffer->length += address_length(t);
	put_u32(buffer, 100000); /* sub-agent */
	put_u32(buffer, 0);      /* sequence number and uptime: set when sent */
	put_u32(buffer, 0);
	put_u32(buffer, sample_count);
}

/* ---- Preparing ------------------------------------------------------ */

static void
add_source(struct traffic *t, unsigned kind, uint32_t class, uint32_t index)
{
	t->sources[t->source_count++] = (struct source){kind, class, index};
}

static unsigned
port_kind(uint32_t port)
{
	if (port % 12 == 0)
		return UPLINK;
	return port % 3 == 0 ? IDLE_PORT : BUSY_PORT;
}

static void
plan_sources(struct traffic *t)
{
	const struct traffic_options *options = &t->options;

	t->sources =
	    allocate(options->vms + options->ports + KINDS, sizeof(*t->sources));
	for (uint32_t port = 1; port <= (uint32_t)options->ports; port++)
		add_source(t, port_kind(port), 0, port);
	if (options->ports == 0)
		add_source(t, HOST, 2, 1);
	for (uint32_t vm = 1; vm <= (uint32_t)options->vms; vm++)
		add_source(t, VM, 3, 100000 + vm);
	if (options->http)
		add_source(t, HTTP, 3, 80);
	if (options->memcache)
		add_source(t, MEMCACHE, 3, 11211);
	if (options->jvm)
		add_source(t, JVM, 3, 8080);
}

/* Shares the sources out over datagrams, by the sizes of the agent with the
 * longest name, so that every agent sends the same number of them. */
static void
plan_parts(struct traffic *t)
{
	size_t length = DATAGRAM_MAX;
	struct buffer flow = {0};

	put_flow_sample(&flow, &t->sources[0]);
	t->parts = allocate(t->source_count, sizeof(*t->parts));
	for (uint32_t s = 0; s < t->source_count; s++) {
		struct buffer sample = {0};

		put_sample(&sample, t, (uint32_t)t->options.agents, &t->sources[s]);
		if (length + sample.length > DATAGRAM_MAX) {
			t->parts[t->part_count++].first = s;
			length = header_length(t) + t->options.flows * flow.length;
		}
		t->parts[t->part_count - 1].count++;
		length += sample.length;
	}
}

static void
build_datagram(struct traffic *t, size_t slot)
{
	uint32_t agent = (uint32_t)(slot / t->part_count) + 1;
	const struct part *part = &t->parts[slot % t->part_count];
	struct buffer buffer = {0};

	put_header(&buffer, t, agent, part->count + (uint32_t)t->options.flows);
	for (uint32_t s = 0; s < part->count; s++)
		put_sample(&buffer, t, agent, &t->sources[part->first + s]);
	for (uint64_t f = 0; f < t->options.flows; f++)
		put_flow_sample(&buffer, &t->sources[part->first]);
	memcpy(t->datagrams[slot], buffer.bytes, buffer.length);
	t->lengths[slot] = buffer.length;
}

static void
build_datagrams(struct traffic *t)
{
	t->datagram_count = t->options.agents * t->part_count;
	if (t->datagram_count > DATAGRAMS_MAX)
		errx(1, "over %d datagrams a round", DATAGRAMS_MAX);
	t->datagrams = allocate(t->datagram_count, sizeof(*t->datagrams));
	t->lengths = allocate(t->datagram_count, sizeof(*t->lengths));
	for (size_t slot = 0; slot < t->datagram_count; slot++)
		build_datagram(t, slot);
}

struct traffic *
traffic_new(const struct traffic_options *options)
{
	struct traffic *t = allocate(1, sizeof(*t));

	t->options = *options;
	t->moment.round = (uint32_t)options->first_round;
	t->moment.uptime_ms = (uint32_t)options->first_uptime_ms;
	if (options->uneven)
		t->moment.uneven_ms = (uint32_t)options->interval_ms / 4;
	t->spoofed = options->first_round;
	encode_bodies(t);
	plan_sources(t);
	plan_parts(t);
	build_datagrams(t);
	return t;
}

void
traffic_free(struct traffic *t)
{
	free(t->sources);
	free(t->parts);
	free(t->datagrams);
	free(t->lengths);
	free(t);
}

size_t
traffic_round(const struct traffic *t)
{
	return t->datagram_count;
}

/* ---- One after the other ------------------------------------------------ */

/*
 * Gives the datagram an agent never seen before: address, name and UUID of
 * its host_descr, which is the first record when there is one. The factor is
 * odd, so the numbers look random, and the low 24 bits, which an IPv4 agent
 * shows, come back only after 2^24 of them.
 */
static void
patch_spoofed(struct traffic *t, unsigned char *datagram)
{
	unsigned char *sample = datagram + header_length(t);
	uint64_t number = ++t->spoofed * UINT64_C(0x9e3779b97f4a7c15);
	char digits[9];

	set_agent_address(t, datagram + 8, number);
	if (get_u32(sample + 24) == 2000 && get_u32(sample + 12) == 2) {
		snprintf(digits, sizeof(digits), "%08" PRIx32, (uint32_t)number);
		memcpy(sample + 40, digits, 8);         /* after length and "host" */
		set_u32(sample + 68, (uint32_t)number); /* end of the UUID */
	}
}

/* The packet samples at a datagram's end, all of its first data source. */
static void
patch_flows(const struct traffic *t, unsigned char *at)
{
	uint32_t flows = (uint32_t)t->options.flows;

	for (uint32_t f = 1; f <= flows; f++) {
		uint32_t sequence = t->moment.round * flows + f;

		set_u32(at + 8, sequence);
		set_u32(at + 24, sequence * SAMPLING);
		at += 8 + get_u32(at + 4);
	}
}

/* Brings a datagram to this round. A sample's common records are its end, and
 * a port's begin with its ifIndex. */
static void
patch_datagram(struct traffic *t, size_t slot)
{
	unsigned char *datagram = t->datagrams[slot];
	unsigned char *at = datagram + 8 + address_length(t);
	uint32_t part = (uint32_t)(slot % t->part_count);
	const struct source *source = &t->sources[t->parts[part].first];

	if (t->options.spoof)
		patch_spoofed(t, datagram);
	set_u32(at + 4, t->moment.round * t->part_count + part + 1);
	set_u32(at + 8, t->moment.uptime_ms);
	at += 16;
	for (uint32_t s = 0; s < t->parts[part].count; s++, source++) {
		const struct buffer *body = &t->bodies[source->kind];

		set_u32(at + 8, t->moment.round + 1);
		at += 8 + get_u32(at + 4);
		memcpy(at - body->length, body->bytes, body->length);
		if (is_port(source))
			set_u32(at - body->length + 8, source->index);
	}
	patch_flows(t, at);
}

/* The place of the next datagram: agent by agent, or with --spread one of each
 * agent, and then the next of each. */
static size_t
next_slot(const struct traffic *t)
{
	size_t agents = t->options.agents;

	if (!t->options.spread)
		return t->next;
	return t->next % agents * t->part_count + t->next / agents;
}

unsigned char *
traffic_next(struct traffic *t, size_t *length)
{
	size_t slot = next_slot(t);

	patch_datagram(t, slot);
	*length = t->lengths[slot];
	if (++t->next == t->datagram_count) {
		t->next = 0;
		t->moment.round++;
		t->moment.uptime_ms += (uint32_t)t->options.interval_ms;
		encode_bodies(t);
	}
	return t->datagrams[slot];
}

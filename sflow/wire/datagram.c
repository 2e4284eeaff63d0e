#include "sflow/wire/datagram.h"

#include <string.h>

#define SFLOW_VERSION 5

static struct address
read_address(struct cursor *c)
{
	struct address a = {.type = ADDRESS_UNKNOWN};
	uint32_t type = cursor_u32(c);
	size_t len = type == ADDRESS_IPV4 ? 4 : type == ADDRESS_IPV6 ? 16 : 0;
	const uint8_t *bytes = cursor_take(c, len);

	if (len != 0 && bytes != NULL) {
		a.type = (uint8_t)type;
		memcpy(a.bytes, bytes, len);
	}
	return a;
}

int
datagram_open(struct datagram *d, const void *buf, size_t len)
{
	memset(d, 0, sizeof(*d));
	d->body = cursor_of(buf, len);
	if (len < 4)
		return DATAGRAM_SHORT;
	if (cursor_u32(&d->body) != SFLOW_VERSION)
		return DATAGRAM_VERSION;
	d->agent = read_address(&d->body);
	if (d->agent.type == ADDRESS_UNKNOWN)
		return d->body.failed ? DATAGRAM_SHORT : DATAGRAM_ADDRESS;
	d->sub_agent = cursor_u32(&d->body);
	d->sequence = cursor_u32(&d->body);
	d->uptime_ms = cursor_u32(&d->body);
	d->samples = cursor_u32(&d->body);
	return d->body.failed ? DATAGRAM_SHORT : DATAGRAM_OK;
}

/* Compact data sources and interfaces are one word, expanded ones two. */
static struct source_id
read_source(struct cursor *c, bool expanded)
{
	struct source_id id;
	uint32_t word = cursor_u32(c);

	if (expanded) {
		id.class = word;
		id.index = cursor_u32(c);
	} else {
		id.class = word >> 24;
		id.index = word & 0xffffffu;
	}
	return id;
}

/* The fields before the records: sequence number, source, and for a flow
 * sample rate, pool, drops and the two interfaces, which nobody here needs
 * yet. */
static void
read_sample_header(struct sample *s)
{
	bool expanded = s->tag == 3 || s->tag == 4;

	s->sequence = cursor_u32(&s->body);
	s->source = read_source(&s->body, expanded);
	if (s->kind == SAMPLE_FLOW)
		cursor_take(&s->body, expanded ? 28 : 20);
	s->records = cursor_u32(&s->body);
}

int
datagram_sample(struct datagram *d, struct sample *s)
{
	static const enum sample_kind kinds[] = {SAMPLE_OTHER, SAMPLE_FLOW,
	                                         SAMPLE_COUNTERS, SAMPLE_FLOW,
	                                         SAMPLE_COUNTERS};

	memset(s, 0, sizeof(*s));
	if (d->samples == 0)
		return 0;
	d->samples--;
	s->tag = cursor_u32(&d->body);
	s->body = cursor_sub(&d->body, cursor_u32(&d->body));
	if (d->body.failed) {
		d->samples = 0;
		return DATAGRAM_SAMPLE;
	}
	s->kind = s->tag < 5 ? kinds[s->tag] : SAMPLE_OTHER;
	if (s->kind != SAMPLE_OTHER)
		read_sample_header(s);
	return 1;
}

int
sample_record(struct sample *s, struct record *r)
{
	if (s->records == 0)
		return 0;
	s->records--;
	r->tag = cursor_u32(&s->body);
	r->body = cursor_sub(&s->body, cursor_u32(&s->body));
	if (s->body.failed) {
		s->records = 0;
		return DATAGRAM_RECORD;
	}
	return 1;
}

const char *
datagram_error_text(int error)
{
	static const char *const texts[] = {
	    "no error", "it ends inside its header", "not sFlow version 5",
	    "agent address neither IPv4 nor IPv6",
	    "a sample goes beyond the datagram's end",
	    "a record goes beyond its sample's end"};
	size_t i = (size_t)-error;

	return i < sizeof(texts) / sizeof(texts[0]) ? texts[i] : "unknown";
}

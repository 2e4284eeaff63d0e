#include "sflow/wire/datagram.h"

#include <string.h>

#include "sflow/wire/flows.h"

#define SFLOW_VERSION 5

/* Reads the fields behind the version. The caller has checked that `len` reaches to the
 * end of the address type. */
static int
read_header(struct datagram *d, const uint8_t *at, size_t len)
{
	const struct datagram_places *places = &datagram_places;
	uint32_t type = u32_at(at + places->agent);
	size_t address = address_size(type);

	if (address == 0 && type != ADDRESS_UNKNOWN)
		return DATAGRAM_ADDRESS;
	if (len < places->size + address)
		return DATAGRAM_SHORT;
	d->agent.type = (uint8_t)type;
	memcpy(d->agent.bytes, at + places->agent + BYTES_ADDRESS, address);
	at += address;
	d->sub_agent = u32_at(at + places->sub_agent);
	d->sequence = u32_at(at + places->sequence);
	d->uptime_ms = u32_at(at + places->uptime);
	d->samples = u32_at(at + places->samples);
	d->body = cursor_of(at + places->size, len - address - places->size);
	return DATAGRAM_OK;
}

int
datagram_open(struct datagram *d, const void *buf, size_t len)
{
	const struct datagram_places *places = &datagram_places;
	const uint8_t *at = buf;

	memset(d, 0, sizeof(*d));
	if (len < places->agent) /* the version ends where the agent begins */
		return DATAGRAM_SHORT;
	if (u32_at(at + places->version) != SFLOW_VERSION)
		return DATAGRAM_VERSION;
	if (len < places->sub_agent) /* the address type ends there */
		return DATAGRAM_SHORT;
	return read_header(d, at, len);
}

/* Reads the fields in front of the records. A flow sample's rate, pool, drops and
 * interfaces are left to those who want them. */
static void
read_sample_header(struct sample *s, const struct sample_places *places)
{
	const uint8_t *at = cursor_take(&s->body, places->size);
	uint32_t word;

	if (at == NULL)
		return;
	s->fields = at;
	s->sequence = u32_at(at + places->sequence);
	s->records = u32_at(at + places->records);
	word = u32_at(at + places->source);
	if (places->expanded) {
		s->source.class = word;
		s->source.index = u32_at(at + places->source + 4);
	} else {
		s->source.class = word >> SOURCE_INDEX_BITS;
		s->source.index = word & ((1u << SOURCE_INDEX_BITS) - 1);
	}
}

int
datagram_sample(struct datagram *d, struct sample *s)
{
	const struct sample_layout *layout;

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
	layout = sample_find(s->tag);
	if (layout != NULL && layout->kind != SAMPLE_OTHER) {
		s->kind = layout->kind;
		read_sample_header(s, &layout->places);
	}
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
	static const char *const texts[] = {"no error",
	                                    "it ends inside its header",
	                                    "not sFlow version 5",
	                                    "agent address neither IPv4 nor IPv6",
	                                    "a sample goes beyond the datagram's end",
	                                    "a record goes beyond its sample's end",
	                                    "a sample ends inside its header",
	                                    "a field that can't be read, or has no end",
	                                    "a data source of no known class"};
	size_t i = (size_t)-error;

	return i < sizeof(texts) / sizeof(texts[0]) ? texts[i] : "unknown";
}

#include "tests/sflow/wire.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "sflow/address.h"

/* A test that builds more than fits is wrong. */
static uint8_t *
room(struct wire *w, size_t len)
{
	uint8_t *at = w->bytes + w->len;

	if (len > sizeof(w->bytes) - w->len)
		abort();
	w->len += len;
	return at;
}

static void
put(uint8_t *at, uint32_t number)
{
	at[0] = (uint8_t)(number >> 24);
	at[1] = (uint8_t)(number >> 16);
	at[2] = (uint8_t)(number >> 8);
	at[3] = (uint8_t)number;
}

void
wire_u32(struct wire *w, uint32_t number)
{
	put(room(w, 4), number);
}

void
wire_u64(struct wire *w, uint64_t number)
{
	wire_u32(w, (uint32_t)(number >> 32));
	wire_u32(w, (uint32_t)number);
}

void
wire_f32(struct wire *w, float number)
{
	uint32_t word;

	memcpy(&word, &number, sizeof(word));
	wire_u32(w, word);
}

void
wire_bytes(struct wire *w, const void *bytes, size_t len)
{
	if (len > 0)
		memcpy(room(w, len), bytes, len);
}

void
wire_opaque(struct wire *w, const void *bytes, size_t len)
{
	static const uint8_t padding[4];

	wire_u32(w, (uint32_t)len);
	wire_bytes(w, bytes, len);
	wire_bytes(w, padding, (4 - len % 4) % 4);
}

void
wire_string(struct wire *w, const char *text)
{
	wire_opaque(w, text, strlen(text));
}

void
wire_patch(struct wire *w, size_t at, uint32_t number)
{
	put(w->bytes + at, number);
}

void
wire_address(struct wire *w, const char *text)
{
	struct address address;

	if (address_parse(text, &address) != 0)
		abort();
	wire_u32(w, address.type);
	wire_bytes(w, address.bytes, address.type == ADDRESS_IPV4 ? 4 : 16);
}

void
wire_datagram_begin(struct wire *w, const char *agent, uint32_t sub_agent,
                    uint32_t sequence, uint32_t uptime_ms)
{
	memset(w, 0, sizeof(*w));
	wire_u32(w, 5);
	wire_address(w, agent);
	wire_u32(w, sub_agent);
	wire_u32(w, sequence);
	wire_u32(w, uptime_ms);
	w->samples_at = w->len;
	wire_u32(w, 0);
}

void
wire_datagram_end(struct wire *w)
{
	wire_patch(w, w->samples_at, w->samples);
}

static void
flow_header(struct wire *w, bool expanded)
{
	wire_u32(w, 400);  /* sampling_rate */
	wire_u32(w, 4000); /* sample_pool */
	wire_u32(w, 0);    /* drops */
	wire_u64(w, 1);    /* input and output */
	if (expanded)
		wire_u64(w, 2);
}

void
wire_sample_begin(struct wire *w, uint32_t tag, uint32_t sequence, uint32_t class,
                  uint32_t index)
{
	bool expanded = tag == WIRE_FLOW_EXPANDED || tag == WIRE_COUNTERS_EXPANDED;

	wire_u32(w, tag);
	w->sample_at = w->len;
	wire_u32(w, 0);
	w->records_at = w->records = 0;
	if (tag < WIRE_FLOW || tag > WIRE_COUNTERS_EXPANDED)
		return;
	wire_u32(w, sequence);
	if (expanded)
		wire_u32(w, class);
	wire_u32(w, expanded ? index : class << 24 | index);
	if (tag == WIRE_FLOW || tag == WIRE_FLOW_EXPANDED)
		flow_header(w, expanded);
	w->records_at = w->len;
	wire_u32(w, 0);
}

void
wire_sample_end(struct wire *w)
{
	if (w->records_at != 0)
		wire_patch(w, w->records_at, w->records);
	wire_patch(w, w->sample_at, (uint32_t)(w->len - w->sample_at - 4));
	w->samples++;
}

void
wire_record_begin(struct wire *w, uint32_t tag)
{
	wire_u32(w, tag);
	w->record_at = w->len;
	wire_u32(w, 0);
}

void
wire_record_end(struct wire *w)
{
	wire_patch(w, w->record_at, (uint32_t)(w->len - w->record_at - 4));
	w->records++;
}

void
wire_host_descr(struct wire *w, const char *name, uint8_t uuid)
{
	uint8_t bytes[16];

	memset(bytes, uuid, sizeof(bytes));
	wire_record_begin(w, 2000);
	wire_string(w, name);
	wire_bytes(w, bytes, sizeof(bytes));
	wire_u32(w, 3); /* x86_64 */
	wire_u32(w, 2); /* Linux */
	wire_string(w, "6.1.0");
	wire_record_end(w);
}

void
wire_host_net_io(struct wire *w, uint64_t bytes_in, uint32_t pkts_in)
{
	wire_record_begin(w, 2006);
	wire_u64(w, bytes_in);
	wire_u32(w, pkts_in);
	wire_bytes(w, (const uint8_t[28]){0}, 28);
	wire_record_end(w);
}

void
wire_http_counters(struct wire *w, uint32_t gets)
{
	wire_record_begin(w, 2201);
	wire_u32(w, 0);
	wire_u32(w, gets);
	wire_bytes(w, (const uint8_t[52]){0}, 52);
	wire_record_end(w);
}

void
wire_virt_cpu(struct wire *w, uint32_t cpu_ms)
{
	wire_record_begin(w, 2101);
	wire_u32(w, 1); /* running */
	wire_u32(w, cpu_ms);
	wire_u32(w, 2);
	wire_record_end(w);
}

void
wire_jvm_statistics(struct wire *w, uint32_t gc_count)
{
	wire_record_begin(w, 2106);
	wire_bytes(w, (const uint8_t[64]){0}, 64);
	wire_u32(w, gc_count);
	wire_bytes(w, (const uint8_t[40]){0}, 40);
	wire_record_end(w);
}

void
wire_zeros(struct wire *w, uint32_t tag, size_t len)
{
	wire_record_begin(w, tag);
	memset(room(w, len), 0, len);
	wire_record_end(w);
}

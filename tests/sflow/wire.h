/* wire.h - builds sFlow version 5 datagrams, byte by byte, for tests.
 *
 * Each *_begin leaves room for a length or a count, and its *_end fills it in.
 * A test that needs a lie writes it over with wire_patch().
 */
#ifndef TESTS_WIRE_H
#define TESTS_WIRE_H

#include <stddef.h>
#include <stdint.h>

#define WIRE_SIZE 8192

/* Samples by their tags. */
#define WIRE_FLOW 1u
#define WIRE_COUNTERS 2u
#define WIRE_FLOW_EXPANDED 3u
#define WIRE_COUNTERS_EXPANDED 4u

struct wire {
	uint8_t bytes[WIRE_SIZE];
	size_t len;
	size_t samples_at; /* where the count of samples is */
	size_t sample_at;  /* where the length of the sample is */
	size_t records_at; /* where the sample's count of records is */
	size_t record_at;  /* where the length of the record is */
	uint32_t samples, records;
};

void wire_u32(struct wire *w, uint32_t number);
void wire_u64(struct wire *w, uint64_t number);
void wire_f32(struct wire *w, float number);
void wire_bytes(struct wire *w, const void *bytes, size_t len);

/* Length, bytes, padding. */
void wire_string(struct wire *w, const char *text);
void wire_opaque(struct wire *w, const void *bytes, size_t len);

/* Writes `number` over the word at `at`. */
void wire_patch(struct wire *w, size_t at, uint32_t number);

/* An IPv4 or IPv6 address, with its type. */
void wire_address(struct wire *w, const char *text);

void wire_datagram_begin(struct wire *w, const char *agent, uint32_t sub_agent,
                         uint32_t sequence, uint32_t uptime_ms);
void wire_datagram_end(struct wire *w);

/* Flow samples get made-up rates and interfaces; a sample of any other tag has
 * no header at all. */
void wire_sample_begin(struct wire *w, uint32_t tag, uint32_t sequence, uint32_t class,
                       uint32_t index);
void wire_sample_end(struct wire *w);
void wire_record_begin(struct wire *w, uint32_t tag);
void wire_record_end(struct wire *w);

/* Whole records. Fields that are not named are zero. */
void wire_host_descr(struct wire *w, const char *name, uint8_t uuid);
void wire_host_net_io(struct wire *w, uint64_t bytes_in, uint32_t pkts_in);
void wire_http_counters(struct wire *w, uint32_t gets);
void wire_virt_cpu(struct wire *w, uint32_t cpu_ms);
void wire_jvm_statistics(struct wire *w, uint32_t gc_count);
void wire_zeros(struct wire *w, uint32_t tag, size_t len);

#endif

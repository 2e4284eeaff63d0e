/* encode.h - writes datagrams, as XDR wants it. */
#ifndef BENCH_ENCODE_H
#define BENCH_ENCODE_H

#include <stddef.h>
#include <stdint.h>

#include "tests/bench/records.h"
#include "tests/bench/traffic.h"

/* Large enough for any datagram, so unchecked. */
struct buffer {
	size_t length;
	unsigned char bytes[2 * DATAGRAM_MAX];
};

/* What the counters of a round are computed from. */
struct moment {
	uint32_t round;
	uint32_t uptime_ms;
	uint32_t uneven_ms; /* counters are ahead of that by up to so much */
};

/* A word at its place. */
void set_u32(unsigned char *at, uint32_t value);
uint32_t get_u32(const unsigned char *at);

void put_u32(struct buffer *buffer, uint32_t value);
void put_u64(struct buffer *buffer, uint64_t value);
void put_bytes(struct buffer *buffer, const void *bytes, size_t length);

/* An XDR string: its length, its bytes, zeros up to a multiple of 4. */
void put_string(struct buffer *buffer, const char *text);

/* A field's value at that moment. */
void put_field(struct buffer *buffer, const struct field *field,
               const struct moment *moment);

/* Begins what a format and a length precede; returns the mark to end it. */
size_t put_begin(struct buffer *buffer, uint32_t format);
void put_end(struct buffer *buffer, size_t mark);

#endif

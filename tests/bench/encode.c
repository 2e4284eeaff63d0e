#include "tests/bench/encode.h"

#include <arpa/inet.h>
#include <string.h>

#define MIB (UINT64_C(1) << 20)

void
set_u32(unsigned char *at, uint32_t value)
{
	value = htonl(value);
	memcpy(at, &value, sizeof(value));
}

uint32_t
get_u32(const unsigned char *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return ntohl(value);
}

void
put_u32(struct buffer *buffer, uint32_t value)
{
	set_u32(buffer->bytes + buffer->length, value);
	buffer->length += 4;
}

void
put_u64(struct buffer *buffer, uint64_t value)
{
	put_u32(buffer, (uint32_t)(value >> 32));
	put_u32(buffer, (uint32_t)value);
}

void
put_bytes(struct buffer *buffer, const void *bytes, size_t length)
{
	memcpy(buffer->bytes + buffer->length, bytes, length);
	buffer->length += length;
}

void
put_string(struct buffer *buffer, const char *text)
{
	size_t length = strlen(text);

	put_u32(buffer, (uint32_t)length);
	put_bytes(buffer, text, length);
	put_bytes(buffer, "\0\0\0", (4 - length % 4) % 4);
}

size_t
put_begin(struct buffer *buffer, uint32_t format)
{
	put_u32(buffer, format);
	put_u32(buffer, 0);
	return buffer->length;
}

void
put_end(struct buffer *buffer, size_t mark)
{
	set_u32(buffer->bytes + mark - 4, (uint32_t)(buffer->length - mark));
}

static void
put_float(struct buffer *buffer, uint64_t hundredths)
{
	float value = (float)hundredths / 100.0F;
	uint32_t bits;

	memcpy(&bits, &value, sizeof(bits));
	put_u32(buffer, bits);
}

/* By how much a counter is ahead: as if at random, by its rate and the round, so that
 * one counter's share of others changes as well. What counts seconds is not. */
static uint64_t
ahead_ms(const struct field *field, const struct moment *moment)
{
	uint32_t mixed =
	    (moment->round + (uint32_t)field->value * 40503U) * UINT32_C(0x9e3779b1);

	if (field->value <= 1)
		return 0;
	return (uint64_t)(mixed >> 16) * moment->uneven_ms >> 16;
}

void
put_field(struct buffer *buffer, const struct field *field, const struct moment *moment)
{
	uint64_t counter =
	    field->value * (moment->uptime_ms + ahead_ms(field, moment)) / 1000;

	switch (field->kind) {
	case CONST32:
		put_u32(buffer, (uint32_t)field->value);
		break;
	case CONST64:
		put_u64(buffer, field->value);
		break;
	case GAUGE32:
		put_u32(buffer, (uint32_t)field->value + moment->round % 4);
		break;
	case GAUGE64:
		put_u64(buffer, field->value + moment->round % 8 * MIB);
		break;
	case FLOAT:
		put_float(buffer, field->value + moment->round % 16);
		break;
	case COUNTER32:
		put_u32(buffer, (uint32_t)counter);
		break;
	case COUNTER64:
		put_u64(buffer, counter);
		break;
	case TEXT:
		put_string(buffer, field->text);
		break;
	}
}

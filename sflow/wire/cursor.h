/* cursor.h - a bounded reader of XDR data (RFC 4506), big endian.
 *
 * The error is sticky: a read past the end gives zero, moves to the end and
 * sets `failed`, so a decoder reads all that it wants and asks once. Nothing
 * is read outside [at, end), and nothing is allocated or copied: strings and
 * blocks come back as views into the datagram.
 */
#ifndef SFLOW_CURSOR_H
#define SFLOW_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cursor {
	const uint8_t *at;  /* next byte to read */
	const uint8_t *end; /* one past the last byte */
	bool failed;        /* something was read past the end */
};

/* `buf` may be NULL where `len` is 0. */
static inline struct cursor
cursor_of(const void *buf, size_t len)
{
	const uint8_t *at = buf;

	return (struct cursor){
	    .at = at, .end = len > 0 ? at + len : at, .failed = false};
}

/* Bytes that are left. */
static inline size_t
cursor_left(const struct cursor *c)
{
	return (size_t)(c->end - c->at);
}

/* Takes `len` bytes; returns where they start, or NULL when they are not
 * all there. */
static inline const uint8_t *
cursor_take(struct cursor *c, size_t len)
{
	const uint8_t *start = c->at;

	if (len > cursor_left(c)) {
		c->failed = true;
		c->at = c->end;
		return NULL;
	}
	c->at += len;
	return start;
}

/* Returns the big-endian number in the 4 bytes at `p`. */
static inline uint32_t
u32_at(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 |
	       (uint32_t)p[3];
}

static inline uint32_t
cursor_u32(struct cursor *c)
{
	const uint8_t *p = cursor_take(c, 4);

	return p == NULL ? 0 : u32_at(p);
}

static inline uint64_t
cursor_u64(struct cursor *c)
{
	uint64_t high = cursor_u32(c);

	return high << 32 | cursor_u32(c);
}

/* Takes fixed opaque data: `len` bytes and their padding to a multiple of four
 * (RFC 4506, 4.9). Returns where the bytes start, or NULL when they are not all
 * there. Padding may be missing at the very end of a block: some agents leave
 * it out there, and no value is in it. */
static inline const uint8_t *
cursor_opaque(struct cursor *c, size_t len)
{
	const uint8_t *start = cursor_take(c, len);
	size_t pad = (4 - len % 4) % 4;

	if (start != NULL)
		c->at += pad < cursor_left(c) ? pad : cursor_left(c);
	return start;
}

/* Takes a string or variable opaque: a length word, the bytes, the padding.
 * Returns where the bytes start; no NUL ends them. On failure it returns NULL,
 * and *len is zero. */
static inline const uint8_t *
cursor_string(struct cursor *c, uint32_t *len)
{
	const uint8_t *start;

	*len = cursor_u32(c);
	start = c->failed ? NULL : cursor_opaque(c, *len);
	if (start == NULL)
		*len = 0;
	return start;
}

/* Returns a cursor over the next `len` bytes alone, and moves `c` past them.
 * Where fewer are left, both cursors have failed. */
static inline struct cursor
cursor_sub(struct cursor *c, size_t len)
{
	const uint8_t *start = cursor_take(c, len);
	struct cursor none = {.at = c->end, .end = c->end, .failed = true};

	return start == NULL ? none : cursor_of(start, len);
}

#endif

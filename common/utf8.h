/* utf8.h - reads and writes characters of texts that may be UTF-8. */
#ifndef COMMON_UTF8_H
#define COMMON_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UTF8_MOST 4 /* bytes of a character */

/* Reads the character of UTF-8 (RFC 3629) at `at`, where there are `room` bytes, at
 * least one. Returns its length in bytes; 0 where the bytes are no such character. It
 * reads nothing behind a NUL. */
static inline size_t
utf8_take(const uint8_t *at, size_t room, uint32_t *character)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t len = at[0] < 0x80   ? 1
	             : at[0] < 0xc0 ? 0
	             : at[0] < 0xe0 ? 2
	             : at[0] < 0xf0 ? 3
	             : at[0] < 0xf8 ? 4
	                            : 0;
	uint32_t c = len > 1 ? at[0] & 0x7fU >> len : at[0];
	size_t i;

	if (len == 0 || len > room)
		return 0;
	for (i = 1; i < len; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (at[i] & 0x3fU);
	}
	if (c < least[len] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*character = c;
	return len;
}

/* Returns the character at *text, and moves *text behind it; 0 at the end of the text.
 * A byte that begins no character of UTF-8, or one that XML can't have, is taken as a
 * character of ISO-8859-1. */
static inline uint32_t
utf8_next(const char **text)
{
	const uint8_t *at = (const uint8_t *)*text;
	uint32_t c;
	size_t len = utf8_take(at, 4, &c);

	if (len == 0 || c == 0xfffe || c == 0xffff) {
		c = at[0];
		len = 1;
	}
	if (c != 0)
		*text += len;
	return c;
}

/* Writes the character as UTF-8. Returns its length in bytes. */
static inline size_t
utf8_put(uint32_t c, char bytes[UTF8_MOST])
{
	char *at = bytes;

	if (c < 0x80) {
		*at++ = (char)c;
		return 1;
	}
	if (c < 0x800) {
		*at++ = (char)(0xc0 | c >> 6);
	} else {
		if (c < 0x10000) {
			*at++ = (char)(0xe0 | c >> 12);
		} else {
			*at++ = (char)(0xf0 | c >> 18);
			*at++ = (char)(0x80 | (c >> 12 & 0x3f));
		}
		*at++ = (char)(0x80 | (c >> 6 & 0x3f));
	}
	*at++ = (char)(0x80 | (c & 0x3f));
	return (size_t)(at - bytes);
}

/* Whether the character is a control (C0, DEL, C1), ends a line, or turns the direction
 * of the rest of a line. */
static inline bool
utf8_is_control(uint32_t c)
{
	return c < ' ' || (c >= 0x7f && c < 0xa0) || (c >= 0x202a && c <= 0x202e) ||
	       (c >= 0x2066 && c <= 0x2069) || c == 0x2028 || c == 0x2029;
}

#endif

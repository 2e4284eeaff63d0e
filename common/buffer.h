/* buffer.h - text that grows, for XML and JSON. Without memory nothing is added, and
 * `failed` is set, so it is enough to test that at the end.
 */
#ifndef COMMON_BUFFER_H
#define COMMON_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* All zero: empty. */
struct buffer {
	char *bytes; /* without a NUL at the end */
	size_t len, size;
	bool failed;
};

/* Makes room for `more` bytes behind the text; returns false without memory. */
static inline bool
buffer_room(struct buffer *b, size_t more)
{
	size_t size = b->size != 0 ? b->size : 4096;
	char *bytes;

	if (b->size - b->len >= more)
		return true;
	while (size - b->len < more)
		size *= 2;
	bytes = realloc(b->bytes, size);
	if (bytes == NULL) {
		b->failed = true;
		return false;
	}
	b->bytes = bytes;
	b->size = size;
	return true;
}

static inline void
buffer_add(struct buffer *b, const char *bytes, size_t len)
{
	if (len == 0 || !buffer_room(b, len))
		return;
	memcpy(b->bytes + b->len, bytes, len);
	b->len += len;
}

static inline void
buffer_text(struct buffer *b, const char *text)
{
	buffer_add(b, text, strlen(text));
}

static inline void
buffer_free(struct buffer *b)
{
	free(b->bytes);
	*b = (struct buffer){0};
}

#endif

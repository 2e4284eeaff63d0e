/* json.h - JSON (RFC 8259), written one thing after the other, into text that grows or
 * into a file.
 *
 * A key is NULL in an array, and at the top. Keys are ours: nothing in them needs to be
 * escaped. Commas are the writer's business.
 */
#ifndef COMMON_JSON_H
#define COMMON_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "common/buffer.h"

/* Where it goes, and how; the rest begins as zero. The buffer or file is the caller's,
 * who also looks whether it could take all. */
struct json {
	struct buffer *buffer; /* or, where it is NULL: */
	FILE *file;
	bool ascii; /* texts have nothing but plain ASCII, without < > &: for pages and
	             * scripts */
	bool comma; /* something stands before it in the same object or array */
};

/* Begins an object ('{') or array ('['), and ends it ('}' or ']'). */
void json_open(struct json *json, const char *key, char bracket);
void json_close(struct json *json, char bracket);

/* A text. Control characters, and those that turn the direction of a line, are escaped;
 * a byte that is no UTF-8 is taken for ISO-8859-1, and escaped. And one of `len` bytes, in which NUL is a
 * character. */
void json_text(struct json *json, const char *key, const char *text);
void json_bytes(struct json *json, const char *key, const uint8_t *bytes,
                size_t len);

/* Bytes as a text of hexadecimal digits. */
void json_hex(struct json *json, const char *key, const uint8_t *bytes,
              size_t len);

void json_number(struct json *json, const char *key, uint64_t number);
void json_signed(struct json *json, const char *key, int64_t number);
void json_bool(struct json *json, const char *key, bool is);

/* What is JSON already, such as a number in decimals. */
void json_raw(struct json *json, const char *key, const char *text);

#endif

/* json.h - writes JSON (RFC 8259), one value after the other, into a buffer or a file.
 *
 * `key` is NULL in an array, and at the top. Keys must not need escapes. Commas are
 * written where they are needed.
 */
#ifndef COMMON_JSON_H
#define COMMON_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "common/buffer.h"

/* The caller sets where the JSON goes and `ascii`; the rest begins as zero. The buffer
 * or file stays the caller's, who also has to test it for errors. */
struct json {
	struct buffer *buffer; /* NULL: it goes to the file */
	FILE *file;
	bool ascii; /* all but plain ASCII, and also < > &, is escaped in texts: for
	             * pages and scripts */
	bool comma; /* the next value is not the first in its object or array */
};

/* Begin an object ('{') or array ('['), and end it ('}' or ']'). */
void json_open(struct json *json, const char *key, char bracket);
void json_close(struct json *json, char bracket);

/* Write a text: json_text() up to a NUL, json_bytes() of `len` bytes, in which NUL is a
 * character. Control characters, and those that turn the direction of a line, are
 * escaped. A byte that is no UTF-8 is taken as ISO-8859-1, and escaped. */
void json_text(struct json *json, const char *key, const char *text);
void json_bytes(struct json *json, const char *key, const uint8_t *bytes, size_t len);

/* Writes bytes as a text of hexadecimal digits. */
void json_hex(struct json *json, const char *key, const uint8_t *bytes, size_t len);

void json_number(struct json *json, const char *key, uint64_t number);
void json_signed(struct json *json, const char *key, int64_t number);
void json_bool(struct json *json, const char *key, bool is);

/* Writes a text that is JSON already, such as a number with decimals. */
void json_raw(struct json *json, const char *key, const char *text);

#endif

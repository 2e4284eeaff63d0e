#include "common/json.h"

#include <inttypes.h>
#include <string.h>

#include "common/utf8.h"

static void
put_bytes(struct json *j, const char *bytes, size_t len)
{
	if (j->buffer != NULL)
		buffer_add(j->buffer, bytes, len);
	else
		fwrite(bytes, 1, len, j->file);
}

static void
put(struct json *j, const char *text)
{
	put_bytes(j, text, strlen(text));
}

static void
begin(struct json *j, const char *key)
{
	if (j->comma)
		put(j, ",");
	j->comma = true;
	if (key == NULL)
		return;
	put(j, "\"");
	put(j, key);
	put(j, "\":");
}

void
json_open(struct json *j, const char *key, char bracket)
{
	begin(j, key);
	put_bytes(j, &bracket, 1);
	j->comma = false;
}

void
json_close(struct json *j, char bracket)
{
	put_bytes(j, &bracket, 1);
	j->comma = true;
}

/* Writes a character as an escape; as two, a surrogate pair, from U+10000 on (RFC 8259,
 * section 7). */
static void
put_escaped(struct json *j, uint32_t c)
{
	char text[16];

	if (c < 0x10000)
		snprintf(text, sizeof(text), "\\u%04x", (unsigned)c);
	else
		snprintf(text, sizeof(text), "\\u%04x\\u%04x",
		         (unsigned)(0xd800 + ((c - 0x10000) >> 10)),
		         (unsigned)(0xdc00 + ((c - 0x10000) & 0x3ff)));
	put(j, text);
}

static void
put_character(struct json *j, uint32_t c)
{
	bool special = c == '"' || c == '\\';
	bool markup = c == '<' || c == '>' || c == '&';
	char bytes[UTF8_MOST];

	if (utf8_is_control(c) || (j->ascii && (special || markup || c > '~'))) {
		put_escaped(j, c);
		return;
	}
	if (special)
		put(j, "\\");
	put_bytes(j, bytes, utf8_put(c, bytes));
}

void
json_bytes(struct json *j, const char *key, const uint8_t *bytes, size_t len)
{
	const uint8_t *end = bytes + len;
	uint32_t c;
	size_t n;

	begin(j, key);
	put(j, "\"");
	for (; bytes < end; bytes += n) {
		n = utf8_take(bytes, (size_t)(end - bytes), &c);
		if (n != 0) {
			put_character(j, c);
		} else {
			put_escaped(j, *bytes);
			n = 1;
		}
	}
	put(j, "\"");
}

void
json_text(struct json *j, const char *key, const char *text)
{
	json_bytes(j, key, (const uint8_t *)text, strlen(text));
}

void
json_hex(struct json *j, const char *key, const uint8_t *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	begin(j, key);
	put(j, "\"");
	for (i = 0; i < len; i++) {
		char pair[2] = {digits[bytes[i] >> 4], digits[bytes[i] & 15]};

		put_bytes(j, pair, sizeof(pair));
	}
	put(j, "\"");
}

void
json_number(struct json *j, const char *key, uint64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, number);
	json_raw(j, key, text);
}

void
json_signed(struct json *j, const char *key, int64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRId64, number);
	json_raw(j, key, text);
}

void
json_bool(struct json *j, const char *key, bool is)
{
	json_raw(j, key, is ? "true" : "false");
}

void
json_raw(struct json *j, const char *key, const char *text)
{
	begin(j, key);
	put(j, text);
}

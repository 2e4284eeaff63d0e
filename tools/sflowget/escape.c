#include "tools/sflowget/escape.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "common/utf8.h"

/* As UTF-8. */
static void
put_character(FILE *out, uint32_t c)
{
	if (c < 0x80) {
		putc((int)c, out);
		return;
	}
	if (c < 0x800) {
		putc((int)(0xc0 | c >> 6), out);
	} else {
		if (c < 0x10000) {
			putc((int)(0xe0 | c >> 12), out);
		} else {
			putc((int)(0xf0 | c >> 18), out);
			putc((int)(0x80 | (c >> 12 & 0x3f)), out);
		}
		putc((int)(0x80 | (c >> 6 & 0x3f)), out);
	}
	putc((int)(0x80 | (c & 0x3f)), out);
}

/* C0, DEL and C1; and what turns the direction of the rest of a line. */
static bool
is_control(uint32_t c)
{
	return c < ' ' || (c >= 0x7f && c < 0xa0) ||
	       (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) ||
	       c == 0x2028 || c == 0x2029;
}

size_t
put_visible(FILE *out, const char *text)
{
	size_t count = 0;
	uint32_t c;

	for (; (c = utf8_next(&text)) != 0; count++)
		put_character(out, is_control(c) ? '?' : c);
	return count;
}

size_t
visible_width(const char *text)
{
	size_t count = 0;

	while (utf8_next(&text) != 0)
		count++;
	return count;
}

void
put_json(FILE *out, const char *text)
{
	uint32_t c;

	putc('"', out);
	while ((c = utf8_next(&text)) != 0) {
		if (c == '"' || c == '\\')
			putc('\\', out);
		if (is_control(c))
			fprintf(out, "\\u%04x", (unsigned)c);
		else
			put_character(out, c);
	}
	putc('"', out);
}

void
put_shell(FILE *out, const char *text)
{
	putc('\'', out);
	for (; *text != '\0'; text++) {
		if (*text == '\'')
			fputs("'\\'", out);
		putc(*text, out);
	}
	putc('\'', out);
}

void
put_csv(FILE *out, const char *text)
{
	bool quotes = text[strcspn(text, ",\"\r\n")] != '\0';
	uint32_t c;

	if (quotes)
		putc('"', out);
	while ((c = utf8_next(&text)) != 0) {
		if (c == '"')
			putc('"', out);
		put_character(out, is_control(c) && c != '\n' && c != '\r'
		                       ? '?'
		                       : c);
	}
	if (quotes)
		putc('"', out);
}

void
put_escaped(FILE *out, const char *text, const char *special,
            const char *before)
{
	uint32_t c;

	while ((c = utf8_next(&text)) != 0) {
		if (c < 0x80 && strchr(special, (int)c) != NULL)
			fputs(before, out);
		put_character(out, is_control(c) ? '_' : c);
	}
}

char *
plain_name(const char *text, const char *also, bool digits, char *name,
           size_t size)
{
	size_t n = 0;

	if (*text == '\0' || (!digits && isdigit((unsigned char)*text)))
		name[n++] = '_';
	for (; *text != '\0' && n < size - 1; text++)
		name[n++] = isascii((unsigned char)*text) &&
		                    (isalnum((unsigned char)*text) ||
		                     strchr(also, *text) != NULL)
		                ? *text
		                : '_';
	name[n] = '\0';
	return name;
}

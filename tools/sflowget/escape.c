#include "tools/sflowget/escape.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/utf8.h"

static void
put_character(FILE *out, uint32_t c)
{
	char bytes[UTF8_MOST];

	fwrite(bytes, 1, utf8_put(c, bytes), out);
}

size_t
put_visible(FILE *out, const char *text)
{
	size_t count = 0;
	uint32_t c;

	for (; (c = utf8_next(&text)) != 0; count++)
		put_character(out, utf8_is_control(c) ? '?' : c);
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

/* Whether a program that shows tables would take the text for a formula, and run it. */
static bool
is_formula(const char *text)
{
	char *end;

	if (*text == '\0' || strchr("=+-@\t\r\n", *text) == NULL)
		return false;
	strtod(text, &end);
	return end == text || *end != '\0';
}

void
put_csv(FILE *out, const char *text)
{
	bool quotes = text[strcspn(text, ",\"\r\n")] != '\0';
	uint32_t c;

	if (quotes)
		putc('"', out);
	if (is_formula(text))
		putc('\'', out);
	while ((c = utf8_next(&text)) != 0) {
		if (c == '"')
			putc('"', out);
		put_character(out,
		              utf8_is_control(c) && c != '\n' && c != '\r' ? '?' : c);
	}
	if (quotes)
		putc('"', out);
}

void
put_escaped(FILE *out, const char *text, const char *special, const char *before)
{
	uint32_t c;

	while ((c = utf8_next(&text)) != 0) {
		if (c < 0x80 && strchr(special, (int)c) != NULL)
			fputs(before, out);
		put_character(out, utf8_is_control(c) ? '_' : c);
	}
}

char *
plain_name(const char *text, const char *also, bool digits, char *name, size_t size)
{
	size_t n = 0;

	if (*text == '\0' || (!digits && isdigit((unsigned char)*text)))
		name[n++] = '_';
	for (; *text != '\0' && n < size - 1; text++)
		name[n++] =
		    isascii((unsigned char)*text) && (isalnum((unsigned char)*text) ||
		                                      strchr(also, *text) != NULL)
			? *text
			: '_';
	name[n] = '\0';
	return name;
}

#include "sflow/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* gmetad's folder for the sums over all hosts; it stands among the hosts' folders. */
#define GMETAD_SUMMARY "__SummaryInfo__"

/* Whether the byte may stay in a text. A call for each byte, such as strchr(), would
 * cost more than all else that is done with a name. */
static bool
harmless(uint8_t byte)
{
	switch (byte) {
	case '<':
	case '>':
	case '&':
	case '"':
	case '\'':
		return false;
	default:
		return byte >= ' ' && byte <= '~';
	}
}

static size_t
copy(const uint8_t *bytes, size_t len, char *text)
{
	size_t n;

	for (n = 0; n < len && n < TEXT_SIZE - 1 && bytes[n] != '\0'; n++)
		text[n] = harmless(bytes[n]) ? (char)bytes[n] : '_';
	text[n] = '\0';
	return n;
}

size_t
text_value(const uint8_t *bytes, size_t len, char text[TEXT_SIZE])
{
	return copy(bytes, len, text);
}

/* Whether the byte may stay in a name. The others mean something to shells, to regular
 * expressions, to scripts of web pages or to gmetad's queries, all of which get names. */
static bool
is_of_name(char byte)
{
	switch (byte) {
	case '.':
	case '_':
	case '-':
	case '+':
	case ',':
	case '=':
		return true;
	default:
		return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
		       (byte >= 'a' && byte <= 'z');
	}
}

size_t
text_name(const uint8_t *bytes, size_t len, char text[TEXT_SIZE])
{
	size_t n = copy(bytes, len, text), i;

	for (i = 0; i < n; i++) {
		bool first = i == 0 && (text[i] == '.' || text[i] == '-');
		bool second_dot = i > 0 && text[i] == '.' && text[i - 1] == '.';
		bool last_dot = i == n - 1 && text[i] == '.';

		if (first || second_dot || last_dot || !is_of_name(text[i]))
			text[i] = '_';
	}
	if (strcasecmp(text, GMETAD_SUMMARY) == 0)
		text[n - 1] = '-';
	return n;
}

char *
text_uuid(const uint8_t uuid[16], char text[UUID_TEXT])
{
	static const char digits[] = "0123456789abcdef";
	char *at = text;
	int i;

	for (i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*at++ = '-';
		*at++ = digits[uuid[i] >> 4];
		*at++ = digits[uuid[i] & 15];
	}
	*at = '\0';
	return text;
}

bool
text_uuid_is_unique(const uint8_t uuid[16])
{
	size_t i;

	for (i = 1; i < 16; i++)
		if (uuid[i] != uuid[0])
			return true;
	return uuid[0] != 0 && uuid[0] != 0xff;
}

char *
text_mac(const uint8_t mac[6], char text[MAC_TEXT])
{
	snprintf(text, MAC_TEXT, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1],
	         mac[2], mac[3], mac[4], mac[5]);
	return text;
}

char text_none[1];

bool
text_keep(char **kept, const char *text)
{
	char *was = *kept, *copy = text[0] != '\0' ? strdup(text) : text_none;

	*kept = copy != NULL ? copy : text_none;
	if (was != text_none)
		free(was);
	return copy != NULL;
}

void
text_shorten(const char *text, size_t size, char *out)
{
	uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a */
	size_t len = strlen(text), i;

	for (i = 0; i < len; i++)
		hash = (hash ^ (uint8_t)text[i]) * UINT64_C(1099511628211);
	if (len < size)
		memcpy(out, text, len + 1);
	else
		snprintf(out, size, "%.*s-%016" PRIx64, (int)(size - 18), text, hash);
}

#include "sflow/collector/accept.h"

#include <string.h>

#include "sflow/collector/collector.h"

#define BLANKS " ,\t\r\n"

static void
add_all(bool accept[KIND_COUNT], const bool those[KIND_COUNT])
{
	int kind;

	for (kind = 0; kind < KIND_COUNT; kind++)
		if (those == NULL || those[kind])
			accept[kind] = true;
}

static bool
accept_word(bool accept[KIND_COUNT], const char *word, size_t len)
{
	bool without = *word == '-';
	int kind = kind_parse(word + without, len - without);

	if (len == 3 && memcmp(word, "all", 3) == 0)
		add_all(accept, NULL);
	else if (len == 7 && memcmp(word, "default", 7) == 0)
		add_all(accept, collector_defaults.accept);
	else if (kind >= 0)
		accept[kind] = !without;
	else
		return false;
	return true;
}

int
accept_parse(const char *text, bool accept[KIND_COUNT])
{
	bool taken[KIND_COUNT] = {false};
	size_t len;

	text += strspn(text, BLANKS);
	if (*text == '-')
		add_all(taken, collector_defaults.accept);
	for (; *text != '\0'; text += len, text += strspn(text, BLANKS)) {
		len = strcspn(text, BLANKS);
		if (!accept_word(taken, text, len))
			return -1;
	}
	memcpy(accept, taken, sizeof(taken));
	return 0;
}

int
accept_parse_kinds(const char *text, bool chosen[KIND_COUNT])
{
	bool taken[KIND_COUNT] = {false};
	size_t len;
	int kind;

	text += strspn(text, BLANKS);
	for (; *text != '\0'; text += len, text += strspn(text, BLANKS)) {
		len = strcspn(text, BLANKS);
		kind = kind_parse(text, len);
		if (kind < 0)
			return -1;
		taken[kind] = true;
	}
	memcpy(chosen, taken, sizeof(taken));
	return 0;
}

char *
accept_words(char text[ACCEPT_WORDS])
{
	char *at = stpcpy(text, "all, default, or some of");
	int kind;

	for (kind = 0; kind < KIND_COUNT; kind++)
		at = stpcpy(stpcpy(at, " "), kinds[kind].name);
	strcpy(at, "; -NAME leaves one out");
	return text;
}

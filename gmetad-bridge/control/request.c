#include "gmetad-bridge/control/request.h"

#include <stdio.h>
#include <string.h>

#define WORDS_MAX 5
#define RRDS "rrds"

static const struct {
	const char *word;
	size_t words; /* of the line */
} verbs[] = {[REQUEST_REMOVE] = {"remove", 4}, [REQUEST_RENAME] = {"rename", 5}};

#define VERBS (sizeof(verbs) / sizeof(verbs[0]))

/* Whether it can stand in a line, as a name of a host or cluster does. */
static bool
is_word(const char *text)
{
	size_t i;

	for (i = 0; text[i] != '\0'; i++)
		if (text[i] < ' ' || text[i] > '~')
			return false;
	return i < TEXT_SIZE;
}

size_t
request_write(const struct request *r, char line[REQUEST_LINE])
{
	bool renames = r->verb == REQUEST_RENAME;

	if (!is_word(r->host) || !is_word(r->to) || !is_word(r->cluster) ||
	    r->host[0] == '\0' || (renames && r->to[0] == '\0'))
		return 0;
	return (size_t)snprintf(line, REQUEST_LINE, "%s\t%s%s%s\t%s\t%s\n",
	                        verbs[r->verb].word, r->host, renames ? "\t" : "",
	                        renames ? r->to : "", r->cluster, r->rrds ? RRDS : "");
}

/* Splits the line at its tabs. Returns how many words it has; 0 where one of them can't
 * stand in a line, or there are too many. */
static size_t
split(const char *line, size_t len, char words[WORDS_MAX][TEXT_SIZE])
{
	const char *end = line + len, *tab;
	size_t n = 0, size;

	for (;; line = tab + 1) {
		tab = memchr(line, '\t', (size_t)(end - line));
		size = (size_t)((tab != NULL ? tab : end) - line);
		if (n == WORDS_MAX || size >= TEXT_SIZE)
			return 0;
		memcpy(words[n], line, size);
		words[n][size] = '\0';
		if (strlen(words[n]) != size || !is_word(words[n]))
			return 0;
		n++;
		if (tab == NULL)
			return n;
	}
}

int
request_read(const char *line, size_t len, struct request *r)
{
	char words[WORDS_MAX][TEXT_SIZE];
	size_t n = split(line, len, words), verb = 0;

	memset(r, 0, sizeof(*r));
	while (n > 0 && verb < VERBS && strcmp(words[0], verbs[verb].word) != 0)
		verb++;
	if (n == 0 || verb == VERBS || n != verbs[verb].words || words[1][0] == '\0')
		return -1;
	r->verb = (enum request_verb)verb;
	strcpy(r->host, words[1]);
	if (r->verb == REQUEST_RENAME)
		strcpy(r->to, words[2]);
	strcpy(r->cluster, words[n - 2]);
	r->rrds = strcmp(words[n - 1], RRDS) == 0;
	return r->rrds || words[n - 1][0] == '\0' ? 0 : -1;
}

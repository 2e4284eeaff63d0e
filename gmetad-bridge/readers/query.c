#define _GNU_SOURCE /* memmem() */

#include "gmetad-bridge/readers/query.h"

#include <string.h>
#include <strings.h>

/* Characters that gmetad takes for an attack on a shell, anywhere in the line. */
#define DANGEROUS ">!@#$%`;|\"\\'<"

#define HTTP_BEGIN "GET "
#define HTTP_END_SIZE 9 /* " HTTP/1.0" */
#define STATUS "/status"
#define CALLBACK "?callback="

const struct query query_all;

/* A piece of the line. */
struct span {
	const char *at, *end;
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void
trim(struct span *s)
{
	while (s->at < s->end && is_blank(*s->at))
		s->at++;
	while (s->at < s->end && is_blank(s->end[-1]))
		s->end--;
}

/* Copies as much of the text as there is room for, with a NUL. */
static void
copy(char *to, size_t size, const char *at, size_t len)
{
	if (len >= size)
		len = size - 1;
	memcpy(to, at, len);
	to[len] = '\0';
}

/* Reads "GET PATH HTTP/1.x", and leaves PATH. */
static void
take_http(struct span *s, struct query *query)
{
	const char *last = s->end - HTTP_END_SIZE;

	if (s->end - s->at < (ptrdiff_t)(strlen(HTTP_BEGIN) + HTTP_END_SIZE) ||
	    memcmp(s->at, HTTP_BEGIN, strlen(HTTP_BEGIN)) != 0 ||
	    (memcmp(last, " HTTP/1.0", HTTP_END_SIZE) != 0 &&
	     memcmp(last, " HTTP/1.1", HTTP_END_SIZE) != 0))
		return;
	query->http = true;
	s->at += strlen(HTTP_BEGIN);
	s->end = last;
	trim(s);
}

/* Whether it is the name of a JavaScript function. With any other text another site's
 * page could run scripts of its own in the name of this site. */
static bool
is_callback(const char *name)
{
	return name[0] != '\0' && name[strspn(name, "abcdefghijklmnopqrstuvwxyz"
	                                            "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                                            "0123456789_.[]$")] == '\0';
}

static int
parse_status(struct span s, struct query *query)
{
	const char *at =
	    memmem(s.at, (size_t)(s.end - s.at), CALLBACK, strlen(CALLBACK));
	const char *end;

	query->status = true;
	if (at == NULL)
		return 0;
	at += strlen(CALLBACK);
	end = memchr(at, '&', (size_t)(s.end - at));
	if (end == NULL)
		end = s.end;
	if (end - at >= (ptrdiff_t)sizeof(query->callback))
		return -1;
	copy(query->callback, sizeof(query->callback), at, (size_t)(end - at));
	return is_callback(query->callback) ? 0 : -1;
}

static bool
is_word(const char *at, const char *end, const char *word)
{
	return end - at == (ptrdiff_t)strlen(word) &&
	       memcmp(at, word, strlen(word)) == 0;
}

/* Reads "NAME=summary" and "NAME=former". Like gmetad it does not look at the name, and
 * ignores any other value; gmetad ignores the second one. */
static int
parse_filter(const char *at, const char *end, struct query *query)
{
	const char *equals = memchr(at, '=', (size_t)(end - at));

	if (equals == NULL)
		return -1;
	equals++;
	query->summary = is_word(equals, end, "summary");
	query->former = is_word(equals, end, "former");
	return 0;
}

/* Splits the path at "/". A part that is too long for a name becomes "", which is no
 * name either. */
static void
parse_parts(const char *at, const char *end, struct query *query)
{
	const char *slash;
	size_t len;

	while (at < end && query->count < QUERY_PARTS) {
		slash = memchr(at, '/', (size_t)(end - at));
		if (slash == NULL)
			slash = end;
		len = (size_t)(slash - at);
		if (len >= sizeof(query->parts[0]))
			len = 0;
		copy(query->parts[query->count++], sizeof(query->parts[0]), at, len);
		at = slash + 1;
	}
}

static bool
is_dangerous(struct span s)
{
	for (; s.at < s.end; s.at++)
		if (strchr(DANGEROUS, *s.at) != NULL) /* finds NUL, too */
			return true;
	return false;
}

int
query_parse(const char *line, size_t len, struct query *query)
{
	struct span s = {line, line + len};
	const char *filter;

	memset(query, 0, sizeof(*query));
	if (len > QUERY_MAX)
		return -1;
	trim(&s);
	take_http(&s, query);
	if (s.at == s.end || *s.at != '/')
		return -1;
	if (s.end - s.at >= (ptrdiff_t)strlen(STATUS) &&
	    strncasecmp(s.at, STATUS, strlen(STATUS)) == 0)
		return parse_status(s, query);
	if (is_dangerous(s))
		return -1;
	filter = memchr(s.at, '?', (size_t)(s.end - s.at));
	if (filter != NULL && parse_filter(filter + 1, s.end, query) != 0)
		return -1;
	parse_parts(s.at + 1, filter != NULL ? filter : s.end, query);
	return 0;
}

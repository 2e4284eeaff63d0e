#include "gmetad-bridge/rrd/rrd.h"

#include <stdlib.h>
#include <string.h>

#include "gmetad-bridge/counters.h"
#include "gmetad-bridge/rrd/rrd_sink.h"

#define VALUE_TEXT 330 /* bytes of the longest double, printed with decimals */
#define VALUE_REST 40  /* bytes of " TIME:", ":NUM" and "~SPAN" */

struct rrd_chunk {
	char folder[RRD_LINE]; /* a line's text up to the metric's name */
	size_t folder_len;     /* 0: the folder is bad, and its lines are dropped */
	unsigned writer;       /* of the folder */
	/* the line: */
	size_t begin;               /* where it begins in its block */
	uint64_t values;            /* how many it has */
	bool bad;                   /* it is dropped */
	struct rrd_block *blocks[]; /* one for each writer, or NULL */
};

/* Text ------------------------------------------------------------------------ */

size_t
rrd_escape(const char *path, size_t len, char *escaped)
{
	size_t i, n = 0;

	for (i = 0; i < len; i++) {
		if (path[i] == ' ' || path[i] == '\\')
			escaped[n++] = '\\';
		escaped[n++] = path[i];
	}
	return n;
}

size_t
rrd_unescape(const char *escaped, size_t len, char *path)
{
	size_t i, n = 0;

	for (i = 0; i < len; i++) {
		if (escaped[i] == '\\' && i + 1 < len)
			i++;
		path[n++] = escaped[i];
	}
	path[n] = '\0';
	return n;
}

size_t
rrd_line_path(const char *line, size_t len)
{
	size_t i = strlen(RRD_UPDATE);

	for (; i < len && line[i] != ' ' && line[i] != '\n'; i++)
		if (line[i] == '\\')
			i++;
	return (i < len ? i : len) - strlen(RRD_UPDATE);
}

unsigned
rrd_line_values(const char *line, size_t len)
{
	size_t i = strlen(RRD_UPDATE) + rrd_line_path(line, len);
	unsigned values = 0;

	for (; i < len; i++)
		values += line[i] == ' ';
	return values;
}

size_t
rrd_line_shift(char *line, size_t len)
{
	size_t first = strlen(RRD_UPDATE) + rrd_line_path(line, len);
	char *second = memchr(line + first + 1, ' ', len - first - 1);
	size_t rest;

	if (second == NULL)
		return 0;
	rest = len - (size_t)(second - line);
	memmove(line + first, second, rest);
	return first + rest;
}

/* Whether the name may be a part of a path. */
static bool
is_harmless(const char *name)
{
	size_t i;

	if (name[0] == '.' || name[0] == '\0' || strcmp(name, RRD_SUMS) == 0)
		return false;
	for (i = 0; name[i] != '\0'; i++)
		if (name[i] < ' ' || name[i] > '~' || name[i] == '/')
			return false;
	return true;
}

/* Whether the text has only characters of numbers. RRDtool checks the number itself,
 * but a ':' or a blank would split it into two. */
static bool
is_number(const char *text, size_t len)
{
	return len > 0 && len <= VALUE_TEXT && strspn(text, "0123456789+-.eE") == len;
}

/* Lines ----------------------------------------------------------------------- */

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Hosts whose names differ only in their case may have one folder. */
static unsigned
writer_of(const struct rrd *rrd, const char *cluster, const char *host)
{
	bool same = rrd->config->rrd.lower_case;
	uint32_t hash = 2166136261u; /* FNV-1a */

	for (; *cluster != '\0'; cluster++)
		hash = (hash ^ (unsigned char)*cluster) * 16777619u;
	hash = (hash ^ '/') * 16777619u;
	for (; *host != '\0'; host++)
		hash =
		    (hash ^ (unsigned char)(same ? lower(*host) : *host)) * 16777619u;
	return (hash ^ hash >> 16) % rrd->count;
}

/* Returns the block for the folder's writer, with room for a line; NULL without
 * memory. */
static struct rrd_block *
block_of(const struct rrd *rrd, struct rrd_chunk *chunk)
{
	struct rrd_block **block = &chunk->blocks[chunk->writer];

	if (*block == NULL)
		*block = rrd_block_new(rrd->block_size + RRD_LINE);
	return *block;
}

static void
add(struct rrd_block *block, const char *text, size_t len)
{
	memcpy(block->bytes + block->len, text, len);
	block->len += len;
}

static void
add_part(struct rrd_block *block, const char *name)
{
	block->len += rrd_escape(name, strlen(name), block->bytes + block->len);
}

static void
add_number(struct rrd_block *block, unsigned long number)
{
	char digits[24];
	size_t at = sizeof(digits);

	do
		digits[--at] = (char)('0' + number % 10);
	while ((number /= 10) != 0);
	add(block, digits + at, sizeof(digits) - at);
}

static void
lower_case(char *text, size_t len)
{
	for (; len > 0; len--, text++)
		*text = lower(*text);
}

static bool
is_good_folder(const struct rrd *rrd, const char *cluster, const char *host)
{
	size_t len = host != NULL ? strlen(host) : strlen(RRD_SUMS);

	if ((cluster != NULL && !is_harmless(cluster)) ||
	    (host != NULL && (cluster == NULL || !is_harmless(host))))
		return false;
	len += cluster != NULL ? strlen(cluster) : 0;
	return rrd->prefix_len + 2 * len + 2 < RRD_LINE;
}

/* Writes "UPDATE ROOT/CLUSTER/HOST/", or the same of the sums. Returns the length. */
static size_t
compose_folder(const struct rrd *rrd, const char *cluster, const char *host,
               char folder[RRD_LINE])
{
	size_t len = rrd->prefix_len, begin;

	memcpy(folder, rrd->prefix, len);
	if (cluster != NULL) {
		len += rrd_escape(cluster, strlen(cluster), folder + len);
		folder[len++] = '/';
	}
	begin = len;
	if (host == NULL)
		len = (size_t)(stpcpy(folder + len, RRD_SUMS) - folder);
	else
		len += rrd_escape(host, strlen(host), folder + len);
	if (host != NULL && rrd->config->rrd.lower_case)
		lower_case(folder + begin, len - begin);
	folder[len++] = '/';
	return len;
}

bool
rrd_line_lines(const struct rrd *rrd, const char *cluster, const char *host,
               struct rrd_lines *lines)
{
	if (strlen(host) >= TEXT_SIZE || !is_good_folder(rrd, cluster, host))
		return false;
	lines->writer = writer_of(rrd, cluster, host);
	lines->len = compose_folder(rrd, cluster, host, lines->begin);
	return true;
}

void
rrd_folder_name(const struct rrd *rrd, const char *host, char name[TEXT_SIZE])
{
	strncpy(name, host, TEXT_SIZE - 1);
	name[TEXT_SIZE - 1] = '\0';
	if (rrd->config->rrd.lower_case)
		lower_case(name, strlen(name));
}

void
rrd_line_folder(struct rrd *rrd, struct rrd_chunk **chunk, const char *cluster,
                const char *host)
{
	struct rrd_chunk *c = *chunk;

	if (c == NULL)
		c = *chunk = calloc(1, sizeof(*c) + rrd->count * sizeof(c->blocks[0]));
	if (c == NULL)
		return; /* no memory; rrd_line_value() counts the values as dropped */
	c->writer =
	    writer_of(rrd, cluster != NULL ? cluster : "", host != NULL ? host : "");
	c->folder_len = 0;
	if (is_good_folder(rrd, cluster, host))
		c->folder_len = compose_folder(rrd, cluster, host, c->folder);
}

static bool
is_good_path(const struct rrd_chunk *c, const char *metric)
{
	return c->folder_len > 0 && is_harmless(metric) &&
	       c->folder_len + 2 * strlen(metric) + VALUE_TEXT + VALUE_REST + 8 <
	           RRD_LINE;
}

void
rrd_line_begin(struct rrd *rrd, struct rrd_chunk **chunk, const char *metric)
{
	struct rrd_chunk *c = *chunk;
	struct rrd_block *block;

	if (c == NULL)
		return;
	block = block_of(rrd, c);
	c->values = 0;
	c->bad = block == NULL || !is_good_path(c, metric);
	if (c->bad)
		return;
	c->begin = block->len;
	add(block, c->folder, c->folder_len);
	add_part(block, metric);
	add(block, ".rrd", 4);
}

void
rrd_line_value(struct rrd *rrd, struct rrd_chunk **chunk, uint32_t time_s,
               const char *text, unsigned num)
{
	struct rrd_chunk *c = *chunk;
	struct rrd_block *block;
	size_t len = strlen(text);

	(void)rrd;
	if (c == NULL || c->bad || !is_number(text, len) ||
	    c->blocks[c->writer]->len - c->begin + len + VALUE_REST > RRD_LINE) {
		counter_add(&counters.rrd_dropped, 1);
		return;
	}
	block = c->blocks[c->writer];
	add(block, " ", 1);
	add_number(block, time_s);
	add(block, ":", 1);
	add(block, text, len);
	if (num > 0) {
		add(block, ":", 1);
		add_number(block, num);
	}
	c->values++;
}

void
rrd_line_span(struct rrd *rrd, struct rrd_chunk **chunk, unsigned span_s, bool look)
{
	struct rrd_chunk *c = *chunk;

	(void)rrd;
	if (c == NULL || c->bad || c->values == 0)
		return;
	add(c->blocks[c->writer], "~!", look ? 2 : 1);
	add_number(c->blocks[c->writer], span_s);
}

void
rrd_line_end(struct rrd *rrd, struct rrd_chunk **chunk)
{
	struct rrd_chunk *c = *chunk;
	struct rrd_block *block;

	if (c == NULL || c->bad)
		return;
	block = c->blocks[c->writer];
	if (c->values == 0) {
		block->len = c->begin;
		return;
	}
	add(block, "\n", 1);
	block->values += c->values;
	if (block->len < rrd->block_size)
		return;
	c->blocks[c->writer] = NULL;
	rrd_put(rrd, c->writer, block);
}

void
rrd_flush(struct rrd *rrd, struct rrd_chunk **chunk)
{
	struct rrd_block *block;
	unsigned i;

	for (i = 0; *chunk != NULL && i < rrd->count; i++) {
		block = (*chunk)->blocks[i];
		if (block != NULL && block->len > 0)
			rrd_put(rrd, i, block);
		else
			free(block);
	}
	free(*chunk);
	*chunk = NULL;
}

#include "gmetad-bridge/rrd/rrd_gather.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "sflow/hash.h"

#define VALUES_MAX 60 /* values of a line, which librrd takes in one call */

/* The line that waits for a file. */
struct waiting {
	UT_hash_handle hh;           /* by its path */
	struct waiting *prev, *next; /* of the same turn */
	unsigned turn;
	unsigned values;
	size_t path_len;
	size_t len, size;
	char *line; /* "UPDATE PATH VALUE VALUE ...\n" */
};

struct rrd_gather {
	struct rrd *rrd;
	struct waiting *by_path;
	unsigned delay_s;
	int64_t swept_s;         /* all turns before this second are done */
	struct waiting *taken;   /* whose line the last call has returned */
	struct waiting *turns[]; /* one for each second of the delay */
};

struct rrd_gather *
rrd_gather_new(struct rrd *rrd, unsigned delay_s)
{
	struct rrd_gather *g = calloc(1, sizeof(*g) + delay_s * sizeof(g->turns[0]));

	if (g == NULL)
		return NULL;
	g->rrd = rrd;
	g->delay_s = delay_s;
	return g;
}

static size_t
cost(const struct waiting *w)
{
	return sizeof(*w) + w->size;
}

static void
waiting_free(struct rrd_gather *g, struct waiting *w)
{
	if (w == NULL)
		return;
	rrd_unreserve(g->rrd, cost(w));
	free(w->line);
	free(w);
}

void
rrd_gather_free(struct rrd_gather *g)
{
	struct waiting *w, *next;

	if (g == NULL)
		return;
	waiting_free(g, g->taken);
	HASH_ITER(hh, g->by_path, w, next) {
		HASH_DEL(g->by_path, w);
		waiting_free(g, w);
	}
	free(g);
}

/* Makes room for `more` bytes in a line, and counts it for the queue's bound. Returns
 * false at the bound, or without memory. */
static bool
grow(struct rrd_gather *g, struct waiting *w, size_t more)
{
	size_t size = w->len + more > 2 * w->size ? w->len + more : 2 * w->size;
	char *line;

	if (w->line != NULL && w->size - w->len >= more)
		return true;
	if (!rrd_reserve(g->rrd, size - w->size))
		return false;
	line = realloc(w->line, size);
	if (line == NULL) {
		rrd_unreserve(g->rrd, size - w->size);
		return false;
	}
	w->line = line;
	w->hh.key = line; /* the same text at another address */
	w->size = size;
	return true;
}

/* Adds a file's first line. The hash of the file's path chooses its turn. */
static bool
add_first(struct rrd_gather *g, const char *line, size_t len, size_t path_len)
{
	struct waiting *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return false;
	if (!rrd_reserve(g->rrd, sizeof(*w))) {
		free(w);
		return false;
	}
	if (!grow(g, w, len)) {
		waiting_free(g, w);
		return false;
	}
	memcpy(w->line, line, len);
	w->len = len;
	w->path_len = path_len;
	w->values = rrd_line_values(line, len);
	HASH_ADD_KEYPTR(hh, g->by_path, w->line, strlen(RRD_UPDATE) + path_len, w);
	if (w->hh.tbl == NULL) {
		waiting_free(g, w);
		return false;
	}
	w->turn = w->hh.hashv % g->delay_s;
	DL_APPEND(g->turns[w->turn], w);
	return true;
}

static struct waiting *
find(const struct rrd_gather *g, const char *line, size_t path_len)
{
	struct waiting *w;

	HASH_FIND(hh, g->by_path, line, strlen(RRD_UPDATE) + path_len, w);
	return w;
}

bool
rrd_gather_add(struct rrd_gather *g, const char *line, size_t len)
{
	size_t path_len = rrd_line_path(line, len);
	size_t begin = strlen(RRD_UPDATE) + path_len;
	struct waiting *w = find(g, line, path_len);
	unsigned values = rrd_line_values(line, len);

	if (w == NULL)
		return add_first(g, line, len, path_len);
	if (w->values + values > VALUES_MAX || w->len + len - begin > RRD_LINE)
		return false;
	if (!grow(g, w, len - begin))
		return false;
	memcpy(w->line + w->len - 1, line + begin, len - begin);
	w->len += len - begin - 1;
	w->values += values;
	return true;
}

/* Takes the file out, and returns its line. */
static const char *
take(struct rrd_gather *g, struct waiting *w, size_t *len)
{
	HASH_DEL(g->by_path, w);
	DL_DELETE(g->turns[w->turn], w);
	g->taken = w;
	*len = w->len;
	return w->line;
}

static void
let_go(struct rrd_gather *g)
{
	waiting_free(g, g->taken);
	g->taken = NULL;
}

const char *
rrd_gather_take(struct rrd_gather *g, const char *line, size_t line_len, size_t *len)
{
	struct waiting *w;

	let_go(g);
	w = find(g, line, rrd_line_path(line, line_len));
	return w != NULL ? take(g, w, len) : NULL;
}

const char *
rrd_gather_next(struct rrd_gather *g, int64_t now, bool all, size_t *len)
{
	int64_t now_s = now / 1000;

	let_go(g);
	if (all)
		return g->by_path != NULL ? take(g, g->by_path, len) : NULL;
	if (now_s - g->swept_s > g->delay_s)
		g->swept_s = now_s - g->delay_s;
	for (; g->swept_s < now_s; g->swept_s++) {
		struct waiting *w = g->turns[g->swept_s % g->delay_s];

		if (w != NULL)
			return take(g, w, len);
	}
	return NULL;
}

const char *
rrd_gather_folder(struct rrd_gather *g, const struct rrd_lines *lines, size_t *len)
{
	struct waiting *w;

	let_go(g);
	for (w = g->by_path; w != NULL; w = w->hh.next)
		if (w->len > lines->len &&
		    memcmp(w->line, lines->begin, lines->len) == 0)
			return take(g, w, len);
	return NULL;
}

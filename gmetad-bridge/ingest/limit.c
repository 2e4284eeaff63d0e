#include "gmetad-bridge/ingest/limit.h"

#include <stdlib.h>

#include "sflow/hash.h"
#include <utlist.h>

#define TOKEN 1000 /* level of a token: so `rate` is also the level added per ms */
#define BURST_SECONDS 2

struct bucket {
	struct address source;
	int64_t level;     /* thousandths of a token */
	int64_t filled_ms; /* when `level` was last brought up to date */
	struct bucket *prev, *next;
	UT_hash_handle hh;
};

struct limit {
	struct bucket *by_source;
	/* In the order of their last use, the latest at the end. */
	struct bucket *by_use;
	size_t count, most;
	struct bucket shared; /* of new sources for which there is no room */
};

struct limit *
limit_new(size_t most)
{
	struct limit *limit = calloc(1, sizeof(*limit));

	if (limit != NULL)
		limit->most = most;
	return limit;
}

void
limit_free(struct limit *limit)
{
	struct bucket *b, *next;

	if (limit == NULL)
		return;
	HASH_CLEAR(hh, limit->by_source);
	DL_FOREACH_SAFE(limit->by_use, b, next)
		free(b);
	free(limit);
}

static int64_t
full_level(unsigned rate)
{
	int64_t tokens = (int64_t)rate * BURST_SECONDS;

	return (tokens > LIMIT_BURST ? tokens : LIMIT_BURST) * TOKEN;
}

static void
fill(struct bucket *b, unsigned rate, int64_t now)
{
	int64_t full = full_level(rate), passed = now - b->filled_ms;

	if (passed <= 0)
		passed = 0;
	else
		b->filled_ms = now;
	if (passed > full / rate) /* the product below might overflow */
		b->level = full;
	else
		b->level += passed * rate;
	if (b->level > full)
		b->level = full;
}

static bool
take_token(struct bucket *b, unsigned rate, int64_t now)
{
	fill(b, rate, now);
	if (b->level < TOKEN)
		return false;
	b->level -= TOKEN;
	return true;
}

/* Returns a bucket that no source has; NULL where there is none. */
static struct bucket *
free_bucket(struct limit *limit, unsigned rate, int64_t now)
{
	struct bucket *oldest = limit->by_use, *b;

	if (limit->count < limit->most) {
		b = malloc(sizeof(*b));
		limit->count += b != NULL;
		return b;
	}
	if (oldest == NULL)
		return NULL;
	fill(oldest, rate, now);
	if (oldest->level < full_level(rate))
		return NULL;
	HASH_DELETE(hh, limit->by_source, oldest);
	DL_DELETE(limit->by_use, oldest);
	return oldest;
}

/* Adds a full bucket for a new source; NULL where there is no room. */
static struct bucket *
add_bucket(struct limit *limit, const struct address *source, unsigned rate,
           int64_t now)
{
	struct bucket *b = free_bucket(limit, rate, now);

	if (b == NULL)
		return NULL;
	memset(b, 0, sizeof(*b));
	b->source = *source;
	b->level = full_level(rate);
	b->filled_ms = now;
	HASH_ADD(hh, limit->by_source, source, sizeof(b->source), b);
	if (b->hh.tbl == NULL) {
		free(b);
		limit->count--;
		return NULL;
	}
	DL_APPEND(limit->by_use, b);
	return b;
}

bool
limit_allows(struct limit *limit, const struct address *source, unsigned rate,
             int64_t now)
{
	struct bucket *b;

	HASH_FIND(hh, limit->by_source, source, sizeof(*source), b);
	if (b == NULL) {
		b = add_bucket(limit, source, rate, now);
		return take_token(b != NULL ? b : &limit->shared, rate, now);
	}
	DL_DELETE(limit->by_use, b);
	DL_APPEND(limit->by_use, b);
	return take_token(b, rate, now);
}

size_t
limit_count(const struct limit *limit)
{
	return limit->count;
}

/* store_internal.h - what the store's own files share. Each calls only those below it:
 * store.c, feeds.c, list.c, looks.c, columns.c, blocks.c.
 */
#ifndef SFLOW_STORE_INTERNAL_H
#define SFLOW_STORE_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>
#include <utlist.h>

#include "sflow/hash.h"
#include "sflow/store/store.h"

/* A value's flags; above them is an enum store_news for each feed. */
#define VALUE_THERE 1u /* there is a value at all */
#define VALUE_PACED 2u /* its pace has changed since it came */
#define NEWS_SHIFT 2   /* of the first feed's, */
#define NEWS_BITS 2    /* and of each */
#define NEWS_MASK 3u
#define NEWS_LOW 0x54u /* the lower bits of all, */
#define NEWS_HIGH 0xa8u /* and the upper ones */

_Static_assert(NEWS_SHIFT + STORE_FEEDS_MAX * NEWS_BITS <= 8,
               "the flags are a byte");

/* Tens of millions of these there may be: 13 bytes each. The times, here and below, are the low half
 * of milliseconds: none is asked for that is 49 days old. */
struct value {
	union {
		double number;
		char *text; /* of a STRING; owned */
	};
	uint32_t heard; /* not after the block's heard_ms */
	uint8_t flags;
} __attribute__((packed));

/* A block among those of its host that have news for a feed. */
struct news {
	struct news *prev, *next;
	struct store_block *block;
};

/* What a block is of, where a host has several of its kind. */
struct label {
	const char *group; /* NULL: as the table says */
	char part[STORE_PART];
	char prefix[];
};

struct store_block {
	struct store_block *prev, *next;
	struct store_host *host;
	const struct layout *layout;
	struct label *label; /* NULL: the host's own */
	int64_t heard_ms;    /* when values came last */
	unsigned interval_s;
	uint8_t has_news; /* a bit for each feed in whose list it is */
	struct value values[]; /* and behind them what block_news() and
	                        * block_columns() say */
};

struct store_column {
	struct store_column_options options;
	unsigned number;
};

/* A host for a feed. */
struct place {
	struct store_host *prev, *next; /* in its queue */
	struct news *news; /* under the host's lock: blocks that have some */
	atomic_bool queued;
};

struct store_host {
	struct store *store;
	pthread_mutex_t lock; /* for what follows, up to the next remark */
	struct store_block *blocks;
	size_t metrics; /* in all blocks */
	int64_t heard_ms;
	int64_t started_s;
	int64_t told_ms; /* when feeds were last told of it */
	int64_t down_after_ms;
	bool up;
	/* set once, by the filling thread, before others see the host */
	bool announced;
	struct address address;
	char *key;
	/* under the store's lock */
	bool gone;
	unsigned held; /* by so many readers, and by each feed until that knows that
	                * it is gone */
	uint32_t slot;
	atomic_uint cluster; /* for readers, as in `id` */
	struct host_id {
		unsigned cluster;
		char name[];
	} *id; /* NULL until it is announced */
	UT_hash_handle hh; /* by id */
	struct place places[]; /* in each feed */
};

struct store_feed {
	struct store *store;
	unsigned number;
	struct store_host *queue; /* under the store's lock, as the next */
	size_t waiting; /* in the queue */
};

struct store {
	pthread_mutex_t lock; /* for the lists and counts */
	struct store_host **slots; /* all hosts, with holes */
	size_t slot_count;
	size_t slot_room;
	size_t *free_slots; /* the holes */
	size_t free_count;
	struct store_host *by_id;
	size_t count; /* all hosts */
	size_t gone;  /* those among them that are gone */
	size_t max;
	atomic_size_t max_metrics; /* of a host */
	/* set before there are hosts */
	struct store_feed feeds[STORE_FEEDS_MAX];
	unsigned feed_count;
	struct store_column columns[STORE_COLUMNS_MAX];
	unsigned column_count;
};

/* Values made from the clock hold still unless they move by more than two
 * seconds: rounding on both sides makes them jitter. */
static inline bool
holds_still(double was, double is)
{
	return is - was <= 2 && was - is <= 2;
}

/* The whole of a time of which `low` is the lower half, and which is not after
 * `latest`. */
static inline int64_t
whole_time(int64_t latest, uint32_t low)
{
	return latest - (uint32_t)((uint32_t)latest - low);
}

#define CELL_ALIGNMENT sizeof(uint64_t)

/* So that what is behind it may be a cell, or a pointer. */
static inline size_t
aligned(size_t size)
{
	return (size + CELL_ALIGNMENT - 1) & ~(CELL_ALIGNMENT - 1);
}

/* The block's places in the lists of news, by the number of their feed. */
static inline struct news *
block_news(struct store_block *block)
{
	size_t values = block->layout->count * sizeof(block->values[0]);

	return (struct news *)((char *)block + aligned(sizeof(*block) + values));
}

/* Its cells, by the number of their column: NULL where nobody asked. */
static inline void **
block_columns(struct store_block *block)
{
	return (void **)(block_news(block) + block->host->store->feed_count);
}

/* A row without a metric never has a value. */
static inline bool
is_text(const struct field *field)
{
	return field->metric.name != NULL && field->metric.type == STRING;
}

/* Whether nobody is to be told any more of a value with that DMAX. */
static inline bool
is_expired(const struct store_block *block, const struct value *v,
           unsigned dmax_s, int64_t now)
{
	return now - whole_time(block->heard_ms, v->heard) >
	       (int64_t)dmax_s * 1000;
}

/* What is new of a value for the feed of that number. */
static inline enum store_news
value_news(const struct value *v, unsigned feed)
{
	return v->flags >> (NEWS_SHIFT + NEWS_BITS * feed) & NEWS_MASK;
}

static inline void
set_value_news(struct value *v, unsigned feed, enum store_news news)
{
	unsigned shift = NEWS_SHIFT + NEWS_BITS * feed;

	v->flags = (uint8_t)((v->flags & ~(NEWS_MASK << shift)) |
	                     (unsigned)news << shift);
}

/* The flags with that news for all feeds, but for those that have not looked yet at
 * what is more. From least to most these are 00, 01, 11 and 10: so a lower bit is set
 * where the upper one isn't, and it takes no loop. */
static inline unsigned
with_news(unsigned flags, enum store_news news)
{
	if (news == STORE_FIRST)
		return (flags & ~NEWS_LOW) | NEWS_HIGH;
	flags |= NEWS_LOW & ~(flags >> 1);
	return news == STORE_CHANGED ? flags | NEWS_HIGH : flags;
}

/* The block has news for a feed, or none any more. The caller holds the host's lock, in
 * both. */
static inline void
block_has_news(struct store_block *block, unsigned feed)
{
	if ((block->has_news & 1u << feed) != 0)
		return;
	block->has_news |= (uint8_t)(1u << feed);
	DL_APPEND(block->host->places[feed].news, &block_news(block)[feed]);
}

static inline void
block_has_no_news(struct store_block *block, unsigned feed)
{
	if ((block->has_news & 1u << feed) == 0)
		return;
	block->has_news &= (uint8_t)~(1u << feed);
	DL_DELETE(block->host->places[feed].news, &block_news(block)[feed]);
}

/* feeds.c: puts the host at the end of each feed's queue that it is not in. With the
 * store's lock held. */
void store_append(struct store_host *host);

/* list.c: the key of a host that is called so, to be freed; NULL without memory. */
struct host_id *store_id_new(unsigned cluster, const char *name);

/* A host is found by its cluster and name from now on; it is so no more. The store's
 * lock is held, here and below. */
void store_index(struct store_host *host);
void store_unindex(struct store_host *host);

/* A host that is gone and that nobody holds is taken off the list: true, and without
 * the lock store_host_free() is to follow. */
bool store_unlink(struct store_host *host);
void store_host_free(struct store_host *host);

/* blocks.c: frees all blocks of a host that nobody uses any more. */
void store_blocks_free(struct store_host *host);

#endif

/* store_internal.h - what the store's own files share. Each calls only those below it:
 * store.c, former.c, feeds.c, list.c, looks.c, columns.c, blocks.c.
 */
#ifndef SFLOW_STORE_INTERNAL_H
#define SFLOW_STORE_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>
#include <utlist.h>

#include "sflow/hash.h"
#include "sflow/store/store.h"

/* The byte of a value's flags: two flags, and above them an enum store_news for each
 * feed. */
#define VALUE_THERE 1u /* there is a value */
#define VALUE_PACED 2u /* the source's interval has changed since it came */
#define NEWS_SHIFT 2   /* the first feed's news begin at this bit */
#define NEWS_BITS 2    /* of each feed's news */
#define NEWS_MASK 3u
#define NEWS_LOW 0x54u  /* the lower bits of all feeds' news */
#define NEWS_HIGH 0xa8u /* the upper bits of all feeds' news */

_Static_assert(NEWS_SHIFT + STORE_FEEDS_MAX * NEWS_BITS <= 8, "the flags are a byte");

/* There may be tens of millions of values, so each takes only 13 bytes. `heard` is the
 * lower half of a time in milliseconds; whole_time() gives the whole. That is enough
 * because a value is dropped long before it is 49 days old. */
struct value {
	union {
		double number;
		char *text; /* of a STRING; owned */
	};
	uint32_t heard; /* not after the block's heard_ms */
	uint8_t flags;
} __attribute__((packed));

/* A block's place in the list of those blocks of its host that have news for a feed. */
struct news {
	struct news *prev, *next;
	struct store_block *block;
};

/* Tells the block from others of its kind on the same host; see struct store_instance. */
struct label {
	const char *group; /* NULL: as the table says */
	char part[STORE_PART];
	char prefix[];
};

struct store_block {
	struct store_block *prev, *next;
	struct store_host *host;
	const struct layout *layout;
	struct label *label; /* NULL: no prefix */
	int64_t heard_ms;    /* when values came last */
	struct store_pace pace;
	uint8_t has_news;      /* a bit for each feed that has it in its list of news */
	struct value values[]; /* one for each row; behind them are block_news()
	                        * and block_columns() */
};

struct store_column {
	struct store_column_options options;
	unsigned number;
};

/* What a host has for each feed. */
struct place {
	struct store_host *prev, *next; /* in the feed's queue */
	struct news *news; /* blocks with news for the feed; under the host's lock */
	atomic_bool queued;
};

struct store_host {
	struct store *store;
	pthread_mutex_t lock; /* for the members up to `up` */
	struct store_block *blocks;
	size_t metrics; /* in all blocks */
	int64_t heard_ms;
	int64_t started_s;
	int64_t told_ms; /* when feeds were last told of the host */
	int64_t down_after_ms;
	bool up;
	/* set once, by the filling thread, before others see the host */
	bool announced;
	struct address address;
	char *key;
	atomic_bool confirmed;
	/* under the store's lock */
	bool gone;
	unsigned held; /* how many readers hold it, and how many feeds do: each feed
	                * does until it has been told that the host is gone */
	uint32_t slot; /* its index in the store's `slots` */
	atomic_uint cluster; /* the one of `id`, for readers without the lock */
	struct host_id {
		unsigned cluster;
		char name[];
	} * _Atomic id;           /* NULL until it is announced */
	uint64_t named;           /* when it got it, in names that hosts got */
	struct host_id **old_ids; /* of its names before: a user may still read them */
	unsigned old_count;
	UT_hash_handle hh;     /* by id */
	struct place places[]; /* in each feed */
};

struct store_feed {
	struct store *store;
	unsigned number;
	/* under the store's lock */
	struct store_host *queue;
	size_t waiting; /* hosts in the queue */
};

struct store {
	pthread_mutex_t lock;      /* for the lists and counts */
	struct former *former;     /* former.c's; it has a lock of its own */
	struct store_host **slots; /* all hosts; NULL in slots that are free */
	size_t slot_count;
	size_t slot_room;
	size_t *free_slots; /* indexes of the free slots */
	size_t free_count;
	struct store_host *by_id;
	uint64_t named; /* names that hosts got */
	size_t count;   /* all hosts */
	size_t gone;    /* how many of them are gone */
	size_t max;
	atomic_size_t max_metrics;  /* per host */
	atomic_size_t metrics;      /* of all hosts, */
	atomic_size_t most_metrics; /* and how many may be */
	/* nobody listened since then, for so long */
	atomic_int_fast64_t deaf_since_ms, deaf_ms;
	/* set before there are hosts */
	struct store_feed feeds[STORE_FEEDS_MAX];
	unsigned feed_count;
	struct store_column columns[STORE_COLUMNS_MAX];
	unsigned column_count;
};

/* Returns whether two times made from the clock differ by no more than two seconds.
 * Rounding, by the agent and here, makes such times jitter, so they count as the same. */
static inline bool
holds_still(double was, double is)
{
	return is - was <= 2 && was - is <= 2;
}

/* Returns the time whose lower half is `low`, and which is at most 49 days before
 * `latest` and not after it. */
static inline int64_t
whole_time(int64_t latest, uint32_t low)
{
	return latest - (uint32_t)((uint32_t)latest - low);
}

#define CELL_ALIGNMENT sizeof(uint64_t)

/* Rounds a size up so that a cell or a pointer may follow. */
static inline size_t
aligned(size_t size)
{
	return (size + CELL_ALIGNMENT - 1) & ~(CELL_ALIGNMENT - 1);
}

/* Returns the block's places in the lists of news, an array by the feeds' numbers. */
static inline struct news *
block_news(struct store_block *block)
{
	size_t values = block->layout->count * sizeof(block->values[0]);

	return (struct news *)((char *)block + aligned(sizeof(*block) + values));
}

/* Returns the block's cells, an array of pointers by the columns' numbers. A pointer is
 * NULL until the column's first store_cell(), unless its cells come with the block. */
static inline void **
block_columns(struct store_block *block)
{
	return (void **)(block_news(block) + block->host->store->feed_count);
}

/* Whether values of this row are texts. A row without a metric never has a value. */
static inline bool
is_text(const struct field *field)
{
	return field->metric.name != NULL && field->metric.type == STRING;
}

/* Whether the value is older than its DMAX. */
static inline bool
is_expired(const struct store_block *block, const struct value *v, unsigned dmax_s,
           int64_t now)
{
	return now - whole_time(block->heard_ms, v->heard) > (int64_t)dmax_s * 1000;
}

/* Returns what is new of a value for the feed of number `feed`. */
static inline enum store_news
value_news(const struct value *v, unsigned feed)
{
	return v->flags >> (NEWS_SHIFT + NEWS_BITS * feed) & NEWS_MASK;
}

static inline void
set_value_news(struct value *v, unsigned feed, enum store_news news)
{
	unsigned shift = NEWS_SHIFT + NEWS_BITS * feed;

	v->flags =
	    (uint8_t)((v->flags & ~(NEWS_MASK << shift)) | (unsigned)news << shift);
}

/* Returns the flags with `news` added for all feeds. A feed that has not yet looked at
 * greater news keeps those. From least to greatest, news are 00, 01, 11 and 10. So all
 * feeds can be done at once, without a loop: STORE_SAME sets the lower bit where the
 * upper one is not set, and STORE_CHANGED sets the upper bit, too. */
static inline unsigned
with_news(unsigned flags, enum store_news news)
{
	if (news == STORE_FIRST)
		return (flags & ~NEWS_LOW) | NEWS_HIGH;
	flags |= NEWS_LOW & ~(flags >> 1);
	return news == STORE_CHANGED ? flags | NEWS_HIGH : flags;
}

/* These put a block into, and take it out of, the list of blocks with news for a feed.
 * The caller holds the host's lock. */
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
	block->has_news &= (uint8_t) ~(1u << feed);
	DL_DELETE(block->host->places[feed].news, &block_news(block)[feed]);
}

/* feeds.c: appends the host to the queue of each feed that does not have it in its
 * queue. The caller holds the store's lock. */
void store_append(struct store_host *host);

/* list.c: makes the key by which a host of that cluster and name is found. The caller
 * frees it. NULL without memory. */
struct host_id *store_id_new(unsigned cluster, const char *name);

/* These put a host into, and take it out of, the table by cluster and name. The caller
 * holds the store's lock. */
void store_index(struct store_host *host);
void store_unindex(struct store_host *host);

/* Takes a host off the list of all hosts if it is gone and nobody holds it. The caller
 * holds the store's lock. Returns whether it did; then the caller unlocks the store, and
 * frees the host with store_host_free(). */
bool store_unlink(struct store_host *host);
void store_host_free(struct store_host *host);

/* former.c: begins without former names (NULL without memory), and frees them. */
struct former *store_former_new(void);
void store_former_free(struct former *former);

/* blocks.c: frees all blocks of a host that no thread uses any more. */
void store_blocks_free(struct store_host *host);

#endif

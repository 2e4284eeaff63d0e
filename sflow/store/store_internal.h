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

enum value_flag {
	VALUE_THERE = 1,     /* there is a value at all */
	VALUE_FRESH = 2,     /* not read since it came */
	VALUE_CHANGED = 4,   /* differs from what was delivered */
	VALUE_DELIVERED = 8, /* once, at `delivered` */
	VALUE_DESCRIBED = 16 /* once, at `described` */
};

/* Tens of millions of these there may be: 13 bytes each. The times, here and below, are the low half
 * of milliseconds: none is asked for that is 49 days old. */
struct value {
	union {
		double number;
		char *text; /* of a STRING; owned */
	};
	uint32_t heard; /* not after the block's heard_ms */
	uint8_t flags;  /* enum value_flag */
} __attribute__((packed));

/* What a publisher was told of a value. */
struct told {
	uint32_t delivered;
	uint32_t described;
};

/* What only a publisher wants to know of a block. */
struct news {
	struct news *prev, *next; /* among its host's fresh ones */
	struct store_block *block;
	struct told told[]; /* a row each */
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
	struct news *news;   /* behind the columns; NULL: nobody has a feed */
	int64_t heard_ms;    /* when values came last */
	unsigned interval_s;
	bool fresh; /* some value may be: its news are among its host's */
	struct value values[]; /* and behind them what block_columns() says */
};

struct store_column {
	struct store_column_options options;
	unsigned number;
};

/* Where a host is in a feed's queue. */
struct place {
	struct store_host *prev, *next;
	/* so that a busy host takes no lock to find that it is queued */
	atomic_bool queued;
};

struct store_host {
	struct store *store;
	pthread_mutex_t lock; /* for what follows, up to the next remark */
	struct store_block *blocks;
	struct news *fresh; /* of blocks with values that nobody has read */
	size_t metrics; /* in all blocks; the filling thread's */
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
	unsigned describe_s; /* set once */
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

/* The block's cells, by the number of their column: NULL where nobody asked. */
static inline void **
block_columns(struct store_block *block)
{
	size_t values = block->layout->count * sizeof(block->values[0]);

	return (void **)((char *)block + aligned(sizeof(*block) + values));
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

/* The caller holds the host's lock, in both. */
static inline void
mark_fresh(struct store_block *block)
{
	if (block->news == NULL || block->fresh)
		return;
	block->fresh = true;
	DL_APPEND(block->host->fresh, block->news);
}

static inline void
mark_read(struct store_block *block)
{
	if (!block->fresh)
		return;
	block->fresh = false;
	DL_DELETE(block->host->fresh, block->news);
}

/* feeds.c: puts the host at the end of each feed's queue that it is not in. With the
 * store's lock held, and without: then not if it is gone. */
void store_append(struct store_host *host);
void store_enqueue(struct store_host *host);

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

/* store.h - hosts and the latest value of each of their metrics.
 *
 * The collector's thread fills the store with hosts and what they send; users in other
 * threads take what is new at their own pace. A burst costs no more than decoding, a
 * slow user costs nobody else, and memory follows the number of hosts.
 *
 *   filling    a host is a list of blocks, one per (data source, structure); a block
 *              has a value per row of its layout. Other threads may add blocks of
 *              their own to hosts that are there
 *   taking     a feed is a queue of hosts with news, for one user: store_take()
 *              gives the next one, store_look_at_news() what is new of its values,
 *              under that host's lock; store_done() gives the host back
 *   looking    store_next() and store_find() give any host to any thread, held
 *              until store_release(); its values are looked at under its lock
 *   columns    what a user remembers of each value, beside it
 *
 * Who wants a feed, or a column, asks for it before there are hosts.
 *
 * Locks: one per host, for its blocks and values, held for microseconds; one
 * for the lists of hosts. Never both at once.
 */
#ifndef SFLOW_STORE_H
#define SFLOW_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sflow/address.h"
#include "sflow/wire/derive.h"
#include "sflow/wire/records.h"
#include "sflow/text.h"

#define STORE_NAME 224 /* bytes of "prefix.part.metric" or "prefix part: title" */
#define STORE_PART 16

struct store;
struct store_host;
struct store_block;
struct store_feed;

/* Creates an empty store for at most `max_hosts` hosts in memory, of at most
 * `max_metrics` each. A host that is gone is in memory until all feeds were told so,
 * and nobody holds it. NULL without memory. */
struct store *store_new(size_t max_hosts, size_t max_metrics);

/* Other bounds from now on; what is there already stays. */
void store_bound(struct store *store, size_t max_hosts, size_t max_metrics);

/* Frees it with all its hosts. No thread may use it any more, nor hold a host. NULL
 * is fine. */
void store_free(struct store *store);

/* Columns: what its users remember of values ------------------------------------ */

#define STORE_COLUMNS_MAX 8

struct store_column_options {
	size_t cell_size; /* bytes */
	bool with_blocks; /* cells are made with each block, and so are always there;
	                   * else a block gets them when its first one is asked for */
};

/* A column of a user's own beside the values: a cell for each row of each block, all
 * zero at first, aligned for numbers of 64 bits. Columns are asked for before hosts
 * are added, and live as long as the store. NULL where there are STORE_COLUMNS_MAX, or
 * hosts, already. */
struct store_column *store_column(struct store *store,
                                  const struct store_column_options *options);

/* Filling: the hosts by one thread ------------------------------------------- */

/* A new host of a cluster, not yet announced. `key` is unique among the living
 * ones, and has no colon; `address` is its agent's, or NULL where it is not the
 * agent itself. NULL at the bound, or without memory. */
struct store_host *store_host_add(struct store *store, const char *key,
                                  const struct address *address,
                                  unsigned cluster);

/* It belongs to another cluster from now on. */
void store_host_move(struct store_host *host, unsigned cluster);

/* Gives it its name: from now on feeds and readers see it. Without memory it is
 * not announced, and the caller tries again later. */
void store_host_announce(struct store_host *host, const char *name);
bool store_host_announced(const struct store_host *host);

/* It is gone: feeds are told, then it is freed, when nobody holds it any more. The
 * pointer is dead for the caller, and so are its blocks. NULL is fine. */
void store_host_gone(struct store_host *host);

/* Whose values they are, where a host has several of a kind: the metrics are
 * called "prefix.part.metric". */
struct store_instance {
	const char *prefix; /* "": none */
	const char *part;   /* of it, such as a lane of a port; "": none */
	const char *group;  /* the metrics' group is "group prefix"; NULL: as
	                     * the table says */
};

/* A place for the values of one structure. The layout has to live as long as
 * the block. NULL at the bound, or without memory.
 *
 * This and the next three are for any thread, each for the blocks that it added itself.
 * One that isn't the hosts' own adds them to a host that it holds, and removes them
 * before it releases that: also when the host is gone meanwhile, which
 * store_host_info() tells. Values of its own, such as a prediction's, have a layout of
 * one row each (layout_new()). */
struct store_block *store_block_add(struct store_host *host,
                                    const struct layout *layout,
                                    const struct store_instance *instance);
void store_block_remove(struct store_block *block);

/* The host that the block belongs to. */
struct store_host *store_block_host(const struct store_block *block);

/* Puts in what derive() gave for the first `count` rows of the block, heard at
 * `now`. `interval_s` is how often the source sends. store_host_heard() or
 * store_host_news() comes after the last of a host's. */
void store_block_set(struct store_block *block, const struct derived *values,
                     size_t count, unsigned interval_s, int64_t now);

/* The host has news: puts it into the feeds. For any thread. */
void store_host_news(struct store_host *host);

/* The host was heard at `now`; it, or its agent, started at `started_s` by the
 * wall clock (0: not known). It has news with that. */
void store_host_heard(struct store_host *host, int64_t started_s, int64_t now);

/* Once a second: whether the host is up (late counts as up), and after how many
 * ms of silence it is not. Feeds are told when that changes, and now and then
 * while a host that is up is silent, so that nobody takes it for dead. */
void store_host_tick(struct store_host *host, bool up, int64_t down_after_ms,
                     int64_t now);

/* Taking: by whoever has a feed ---------------------------------------------- */

#define STORE_FEEDS_MAX 3

/* A queue of the hosts that have news, for one user. Feeds are asked for before hosts
 * are added, and live as long as the store. NULL where there are STORE_FEEDS_MAX, or
 * hosts, already. */
struct store_feed *store_feed(struct store *store);

struct store_info {
	const char *key;    /* lives as long as the host is taken */
	const char *name;
	bool gone;          /* it is to be removed */
	bool up;            /* or late; false: it is down */
	int64_t heard_ms;   /* when it was last heard */
	uint32_t started_s; /* 0: not known; holds still within two seconds */
};

/* Hosts with news, now. Who takes no more than these at a time comes to an end,
 * however fast they are filled again. */
size_t store_waiting(struct store_feed *feed);

/* Takes the next host that has news; NULL when there is none. It is the
 * caller's until store_done() or store_again(). */
struct store_host *store_take(struct store_feed *feed);

/* The caller has dealt with what was new. A host that was gone comes no more, and
 * may be freed. */
void store_done(struct store_feed *feed, struct store_host *host);

/* The caller could not deal with it: it comes first the next time. */
void store_again(struct store_feed *feed, struct store_host *host);

void store_host_info(struct store_host *host, struct store_info *info);

/* What is new of a value since a feed's user looked at it. */
enum store_news {
	STORE_OLD = 0,     /* nothing: it didn't come again */
	STORE_SAME = 1,    /* it came again, as it was */
	STORE_CHANGED = 3, /* it is another one; one that is made from the clock (SINCE),
	                    * by more than two seconds */
	STORE_FIRST = 2    /* it came for the first time, or after it was gone, or at
	                    * another pace, and with that its TMAX and DMAX */
};

/* All values of a host are new to this feed, as if they came for the first time:
 * whoever had them has lost them. */
void store_news_again(struct store_feed *feed, struct store_host *host);

/* Looking: by any thread ------------------------------------------------------ */

#define STORE_ANY_CLUSTER UINT32_MAX

/* How far a walk over all hosts has come; zero: to its beginning. */
struct store_walk {
	size_t next;
};

/* The next host that is announced and not gone, of this cluster or of any; NULL
 * when there is no more. Hosts that come or go during the walk may be met or
 * not, all others are met once. The host is held for the caller: it stays in
 * memory, also when it is gone meanwhile, until store_release(). */
struct store_host *store_next(struct store *store, struct store_walk *walk,
                              unsigned cluster);

/* The host of that name, held; NULL when there is none. */
struct store_host *store_find(struct store *store, unsigned cluster,
                              const char *name);
void store_release(struct store_host *host);

/* A host as it stands. Texts live as long as it is held. */
struct store_state {
	const char *key;
	const char *name;
	struct address address; /* of its agent; unknown where it is not that */
	unsigned cluster;
	bool up;                /* or late; false: it is down */
	int64_t heard_ms;       /* when it was last heard */
	int64_t down_after_ms;  /* of silence */
	uint32_t started_s;     /* 0: not known */
};

/* A value as it stands. All it points to lives until the host is unlocked. */
struct store_value {
	const struct metric *metric; /* the table's: its name without prefix */
	const char *prefix, *part;   /* "": none */
	const char *group;           /* NULL: the metric's own */
	double number;               /* unless the metric is a STRING */
	const char *text;
	int64_t heard_ms;
	unsigned tmax_s, dmax_s;
	struct store_block *block;
	size_t row;                  /* of the block */
	void **cells;                /* for store_cell() */
};

/* Where a look at a host's values stands. */
struct store_look {
	struct store_host *host;
	struct store_block *block;
	size_t row;
	int64_t now;
	struct store_feed *feed; /* of a look at news */
	unsigned tmax_s[2];      /* of the block, by the metric's slope */
};

/* Locks the host and tells its state; then store_look() begins, and store_look_next()
 * gives one value after the other, false when there are no more, without those older
 * than their DMAX at `now`. Between this and store_unlock() the caller does nothing
 * that may take longer than microseconds: the filling thread waits for it. A look has
 * one `value`, the same each time, in which what a block's values have in common
 * stays. */
void store_lock(struct store_host *host, struct store_state *state);
void store_unlock(struct store_host *host);
void store_look(struct store_look *look, struct store_host *host, int64_t now);
bool store_look_next(struct store_look *look, struct store_value *value);

/* The same of the values that are new to a feed, however old they are; each is so no
 * more when store_look_next_news() has given it. Who ends before the last one finds the
 * rest the next time. */
void store_look_at_news(struct store_look *look, struct store_feed *feed,
                        struct store_host *host);
bool store_look_next_news(struct store_look *look, struct store_value *value,
                          enum store_news *news);

/* The column's cell of this value, for as long as the host stays locked. It is the
 * same one each time, also when the value has gone and come again meanwhile. NULL
 * without memory, but never of a column that comes with blocks. */
void *store_cell(const struct store_column *column,
                 const struct store_value *value);

/* "prefix.part.metric", and "prefix part: title", and the group. Each returns the
 * length. */
size_t store_value_name(const struct store_value *value, char name[STORE_NAME]);
size_t store_value_title(const struct store_value *value,
                         char title[STORE_NAME]);
size_t store_value_group(const struct store_value *value,
                         char group[STORE_NAME]);

/* A value's copy, which stays when its host is unlocked. */
struct store_reading {
	struct metric metric;    /* its name and title lie in those below */
	char name[STORE_NAME];
	char title[STORE_NAME];  /* where `describe` is set */
	char group[STORE_NAME];  /* where `describe` is set */
	double number;           /* unless the metric is a STRING */
	char text[TEXT_SIZE];
	int64_t heard_ms;
	unsigned tmax_s, dmax_s;
	bool describe;           /* its metadata is wanted, too */
};

void store_value_copy(const struct store_value *value, bool describe,
                      struct store_reading *reading);

/* A copy of a block's row as it stands, without marking anything: for whoever fills it,
 * in tools and tests. False when there is no value. */
bool store_block_peek(struct store_block *block, size_t row,
                      struct store_reading *reading);

/* Hosts that are there, and not gone. */
size_t store_count(struct store *store);

/* TMAX and DMAX in seconds of a metric that comes every `interval_s` seconds:
 * gmond's 60 and 600 at least. A constant's TMAX is longer, for it is not
 * delivered each time. */
unsigned store_tmax(unsigned interval_s, enum metric_slope slope);
unsigned store_dmax(unsigned interval_s);

#endif

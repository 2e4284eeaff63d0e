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
 * Feeds and columns are created before there are hosts.
 *
 * Locks: each host has one for its blocks and values, held for microseconds; the store
 * has one for the lists of hosts. No thread holds two of them at once.
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
 * `max_metrics` each. A host that is gone stays in memory until all feeds were told so
 * and nobody holds it. Returns NULL without memory. */
struct store *store_new(size_t max_hosts, size_t max_metrics);

/* Sets other bounds. Hosts and metrics that are there already stay. */
void store_bound(struct store *store, size_t max_hosts, size_t max_metrics);

/* Sets how many metrics all hosts together may have; before it is called there is no such
 * bound. Metrics that are there already stay. */
void store_bound_metrics(struct store *store, size_t most);

/* Whether so few more metrics fit into that bound that strangers have to make way; and whether
 * a host may have no more of them because of it, though it has fewer than `max_metrics`. */
bool store_is_tight(const struct store *store);
bool store_host_is_full(const struct store_host *host);

/* Frees the store with all its hosts. No thread may still use it, or hold a host. NULL
 * is fine. */
void store_free(struct store *store);

/* Columns: what its users remember of values ------------------------------------ */

#define STORE_COLUMNS_MAX 8

struct store_column_options {
	size_t cell_size; /* bytes */
	bool with_blocks; /* true: cells are allocated with each block, and so are
	                   * always there; false: a block gets them at the first
	                   * store_cell() for one of its values */
};

/* Creates a column, in which one user remembers something of each value: a cell for each
 * row of each block, all zero at first, aligned for numbers of 64 bits. Columns are
 * created before hosts are added, and live as long as the store. Returns NULL where
 * there are STORE_COLUMNS_MAX columns, or any host, already. */
struct store_column *store_column(struct store *store,
                                  const struct store_column_options *options);

/* Filling: the hosts by one thread ------------------------------------------- */

/* Adds a host to a cluster. Feeds and readers do not see it until store_host_announce().
 * `key` is unique among the hosts that are not gone, and has no colon. `address` is that
 * of the agent; NULL where the host is not the agent itself. Both are copied. Returns
 * NULL at the bound, or without memory. */
struct store_host *store_host_add(struct store *store, const char *key,
                                  const struct address *address, unsigned cluster);

/* Moves the host to another cluster. */
void store_host_move(struct store_host *host, unsigned cluster);

/* Gives the host its name: from now on feeds and readers see it. Without memory it is
 * not announced, which store_host_announced() tells, and the caller tries again later. */
void store_host_announce(struct store_host *host, const char *name);
bool store_host_announced(const struct store_host *host);

/* Notes that it is certain that the host is there; until then it may be anybody's fancy. */
void store_host_confirm(struct store_host *host);

/* Of each bound those who are not confirmed may use up three quarters, and they have to make
 * way where less than an eighth is left. */
static inline size_t
share_of_strangers(size_t bound)
{
	return bound - bound / 4;
}

static inline bool
is_tight(size_t count, size_t bound)
{
	return count > bound - bound / 8;
}

/* Gives a host that is announced another name. Its values stay, and so does what users
 * remember of them. Returns false without memory, and where there are feeds, whose users
 * know hosts by their names: then the host keeps its name, and has to leave. */
bool store_host_rename(struct store_host *host, const char *name);

/* Marks the host as gone. It is freed when all feeds were told so and nobody holds it.
 * The caller must not use the host or its blocks any more. NULL is fine. */
void store_host_gone(struct store_host *host);

/* Tells the values of a block from others of their kind on the same host: the metrics are
 * called "prefix.part.metric". */
struct store_instance {
	const char *prefix; /* "": none */
	const char *part;   /* such as a lane of the port `prefix`; "": none */
	const char *group;  /* the metrics' group is "group prefix"; NULL: it is
	                     * that of the table. A constant */
};

/* Adds a place for the values of one structure to a host. The layout has to live as long
 * as the block. Returns NULL at the bound, or without memory.
 *
 * Any thread may call this and the next three functions, for the blocks that it added
 * itself. A thread other than the one that adds the hosts adds blocks to a host that it
 * holds, and removes them before it releases the host, also when the host is gone
 * meanwhile, which store_host_info() tells. Where such a thread has values of its own,
 * predictions for example, it makes a layout of one row for each (layout_new()). */
struct store_block *store_block_add(struct store_host *host,
                                    const struct layout *layout,
                                    const struct store_instance *instance);

/* Removes the block and its values from its host, and frees it. NULL is fine. */
void store_block_remove(struct store_block *block);

/* Returns the host that the block belongs to. */
struct store_host *store_block_host(const struct store_block *block);

/* Returns whether the row, which has a metric that is no STRING, has a value, and which. For
 * the thread that sets the block. */
bool store_block_number(const struct store_block *block, size_t row, double *number);

/* Returns whether the values of two rows, which have some, were set last at the same
 * time. For the same thread. */
bool store_block_together(const struct store_block *block, size_t row, size_t other);

/* How often a block's values come. */
struct store_pace {
	unsigned interval_s; /* for TMAX and DMAX */
	int64_t silent_ms;   /* values that have not come for longer are stale; 0: they
	                      * never are before their DMAX */
};

/* Sets the first `count` rows of the block to what derive() gave, heard at `now`. After
 * the last block of a host has been set, the caller calls store_host_heard() or
 * store_host_news(). */
void store_block_set(struct store_block *block, const struct derived *values,
                     size_t count, struct store_pace pace, int64_t now);

/* Puts the host into the queues of all feeds, because it has news. For any thread. */
void store_host_news(struct store_host *host);

/* Notes that the host was heard at `now`, and that it or its agent started at
 * `started_s` by the wall clock (0: not known). Puts it into the queues of all feeds. */
void store_host_heard(struct store_host *host, int64_t started_s, int64_t now);

/* Says that nobody listened from `since_ms` to `until_ms`: no value becomes stale for what
 * did not come then. For the thread that adds the hosts. */
void store_deaf(struct store *store, int64_t since_ms, int64_t until_ms);

/* Called about once a second: notes whether the host is up (late counts as up), and
 * after how many ms of silence it is down. Feeds are told when `up` changes, and every
 * 10 s while a host that is up is silent, so that nobody takes it for down. */
void store_host_tick(struct store_host *host, bool up, int64_t down_after_ms,
                     int64_t now);

/* Taking: by whoever has a feed ---------------------------------------------- */

#define STORE_FEEDS_MAX 3

/* Creates a feed: a queue of the hosts that have news, for one user. Feeds are created
 * before hosts are added, and live as long as the store. Returns NULL where there are
 * STORE_FEEDS_MAX feeds, or any host, already. */
struct store_feed *store_feed(struct store *store);

struct store_info {
	const char *key; /* key and name live as long as the host is taken */
	const char *name;
	bool gone;          /* it is to be removed */
	bool up;            /* up or late; false: down */
	int64_t heard_ms;   /* when it was last heard */
	uint32_t started_s; /* by the wall clock; 0: not known. It changes only by
	                     * more than two seconds */
};

/* Returns how many hosts have news now. A user who takes only so many of them in one go
 * comes to an end, however fast new ones follow. */
size_t store_waiting(struct store_feed *feed);

/* Takes the next host that has news out of the feed's queue; NULL when there is none.
 * The caller may use it until store_done() or store_again(). */
struct store_host *store_take(struct store_feed *feed);

/* Gives a host back after its news have been dealt with. A host that was gone when it
 * was taken does not come again, and may be freed. */
void store_done(struct store_feed *feed, struct store_host *host);

/* Gives a host back whose news could not be dealt with: it is taken first the next time. */
void store_again(struct store_feed *feed, struct store_host *host);

/* Tells the state of a host that is taken or held. */
void store_host_info(struct store_host *host, struct store_info *info);

/* What has happened to a value since a feed's user looked at it. */
enum store_news {
	STORE_OLD = 0,     /* it did not come again */
	STORE_SAME = 1,    /* it came again, and is the same */
	STORE_CHANGED = 3, /* it came again, and is another one; where it is made from
	                    * the clock (SINCE), by more than two seconds */
	STORE_FIRST = 2    /* it came for the first time, or the first time since it
	                    * was dropped at its DMAX, or since its source's interval,
	                    * and so its TMAX and DMAX, changed */
};

/* Makes all values of a host new to this feed, as if they came for the first time. A
 * feed's user needs this when the receiver of the values has lost them. */
void store_news_again(struct store_feed *feed, struct store_host *host);

/* Looking: by any thread ------------------------------------------------------ */

#define STORE_ANY_CLUSTER UINT32_MAX

/* How far a walk over all hosts has come. All zero: it begins. */
struct store_walk {
	/* Hosts that got their name or their cluster after the walk began are not met: their
	 * name may be that of a host that was met, and is gone now. Set by the caller. */
	bool names_once;
	size_t next;
	uint64_t began; /* when, in names that hosts got */
};

/* Returns the next host that is announced and not gone, of this cluster or of any; NULL
 * when there are no more. Hosts that are added or gone during the walk may be met or
 * not; all others are met once. The host is held for the caller: it stays in memory,
 * also when it is gone meanwhile, until store_release(). */
struct store_host *store_next(struct store *store, struct store_walk *walk,
                              unsigned cluster);

/* Returns the host of that name in the cluster, held for the caller until
 * store_release(); NULL when there is none. */
struct store_host *store_find(struct store *store, unsigned cluster, const char *name);

/* Ends the caller's hold of a host. NULL is fine. */
void store_release(struct store_host *host);

/* The state of a host. Its texts live as long as the host is held. */
struct store_state {
	const char *key;
	const char *name;
	/* The agent's; unknown where the host is not the agent. */
	struct address address;
	unsigned cluster;
	bool up;               /* up or late; false: down */
	bool confirmed;        /* see store_host_confirm() */
	int64_t heard_ms;      /* when it was last heard */
	int64_t down_after_ms; /* after so much silence it is down */
	uint32_t started_s;    /* by the wall clock; 0: not known */
};

/* A view of a value. All that it points to lives until the host is unlocked. */
struct store_value {
	const struct metric *metric; /* of the table; its name has no prefix */
	const char *prefix, *part;   /* "": none */
	const char *group;           /* NULL: the metric's own */
	double number;               /* unless the metric is a STRING */
	const char *text;            /* where the metric is a STRING */
	int64_t heard_ms;
	bool host_up;
	bool stale; /* it did not come when it should have, while its host was up; false
	             * in a look at news */
	unsigned tmax_s, dmax_s;
	struct store_block *block;
	size_t row;   /* in the block */
	void **cells; /* for store_cell() */
};

/* How far a look at a host's values has come. */
struct store_look {
	struct store_host *host;
	struct store_block *block;
	size_t row;
	int64_t now;
	struct store_feed *feed; /* where it is a look at news */
	int64_t stale_ms;        /* of the block: what came before then is stale, */
	int64_t deaf_since_ms;   /* but this time does not count */
	int64_t deaf_ms;
	unsigned tmax_s[2]; /* of the block, by the metric's slope */
};

/* Locks the host and tells its state. Then store_look() begins a look at its values, and
 * store_look_next() gives one value after the other; it returns false when there are no
 * more. Values that are older than their DMAX at `now` are left out. Until
 * store_unlock() the caller does nothing that may take longer than microseconds: the
 * filling thread waits for the lock. All calls of one look get the same `value`: its
 * members that are common to a block are only written when a block begins. */
void store_lock(struct store_host *host, struct store_state *state);
void store_unlock(struct store_host *host);
void store_look(struct store_look *look, struct store_host *host, int64_t now);
bool store_look_next(struct store_look *look, struct store_value *value);

/* The same for the values that are new to a feed, however old they are. A value that
 * store_look_next_news() has given is not new any more. A look that ends before the last
 * value leaves the rest for the next look. */
void store_look_at_news(struct store_look *look, struct store_feed *feed,
                        struct store_host *host);
bool store_look_next_news(struct store_look *look, struct store_value *value,
                          enum store_news *news);

/* Returns the column's cell of this value, for use while the host stays locked. It is
 * the same cell each time, also when the value was dropped and came again meanwhile. NULL
 * without memory; never NULL for a column with `with_blocks`. */
void *store_cell(const struct store_column *column, const struct store_value *value);

/* These write a value's name "prefix.part.metric", its title "prefix part: title", and
 * its group. Each returns the length. */
size_t store_value_name(const struct store_value *value, char name[STORE_NAME]);
size_t store_value_title(const struct store_value *value, char title[STORE_NAME]);
size_t store_value_group(const struct store_value *value, char group[STORE_NAME]);

/* A copy of a value, which stays valid after its host is unlocked. */
struct store_reading {
	struct metric metric; /* its name and title point into those below */
	char name[STORE_NAME];
	char title[STORE_NAME]; /* where `describe` is set */
	char group[STORE_NAME]; /* where `describe` is set */
	double number;          /* unless the metric is a STRING */
	char text[TEXT_SIZE];   /* where the metric is a STRING */
	int64_t heard_ms;
	unsigned tmax_s, dmax_s;
	bool describe; /* its title and group are wanted, too */
};

void store_value_copy(const struct store_value *value, bool describe,
                      struct store_reading *reading);

/* Copies the value of a block's row; it stays as new to the feeds as it was. For the
 * thread that fills the block, in tools and tests. False when there is no value. */
bool store_block_peek(struct store_block *block, size_t row,
                      struct store_reading *reading);

/* Former names: what hosts were called that have other names now, and hosts that were
 * removed. For any thread -------------------------------------------------------- */

#define STORE_FORMER_MAX 1000 /* of a cluster; above it the oldest is dropped */

/* store_former_renamed() notes that a host has another name; what `was` stood for, former
 * names too, is called `is` now. store_former_removed() notes that a host was removed.
 * store_former_used() notes that a host has this name, so that it is no former one. Without
 * memory nothing is noted. */
void store_former_renamed(struct store *store, unsigned cluster, const char *was,
                          const char *is);
void store_former_removed(struct store *store, unsigned cluster, const char *name);
void store_former_used(struct store *store, unsigned cluster, const char *name);

struct store_former {
	unsigned cluster;
	char was[TEXT_SIZE];
	char is[TEXT_SIZE]; /* "": it was removed */
};

/* Finds a former name. Returns false where it is none. */
bool store_former_find(struct store *store, unsigned cluster, const char *was,
                       struct store_former *former);

/* Copies up to `room` former names of a cluster (or STORE_ANY_CLUSTER), the oldest of each
 * first, and skips the first `skip`. Returns how many. */
size_t store_former_list(struct store *store, unsigned cluster, size_t skip,
                         struct store_former *formers, size_t room);

/* Returns a number that is another one when former names have changed. */
uint64_t store_former_version(struct store *store);

/* Returns how many hosts there are that are not gone. */
size_t store_count(struct store *store);

/* Return TMAX and DMAX, in seconds, of a metric that comes every `interval_s` seconds:
 * at least 60 and 600, which are gmond's. The TMAX of a constant is longer, because it
 * is not delivered each time. */
unsigned store_tmax(unsigned interval_s, enum metric_slope slope);
unsigned store_dmax(unsigned interval_s);

#endif

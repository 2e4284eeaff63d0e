/* store.h - hosts and the latest value of each of their metrics.
 *
 * One thread fills the store (the collector's); publishers in other threads
 * take what is new at their own pace. A burst costs no more than decoding, a
 * slow publisher costs nobody else, and memory follows the number of hosts.
 *
 *   filling    a host is a list of blocks, one per (data source, structure);
 *              a block has a value per row of its layout
 *   taking     store_take() gives the next host with news, store_read() copies
 *              what there is to deliver, in small portions, under that host's
 *              lock; store_done() gives the host back
 *
 * Locks: one per host, for its blocks and values, held for microseconds; one
 * for the queue of hosts with news. Never both at once.
 */
#ifndef SFLOW_STORE_H
#define SFLOW_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sflow/derive.h"
#include "sflow/records.h"
#include "sflow/text.h"

#define STORE_NAME 224 /* bytes of "prefix.part.metric" or "prefix part: title" */
#define STORE_PART 16
#define STORE_READ 64  /* values in one portion */

struct store;
struct store_host;
struct store_block;

/* Creates an empty store for at most `max_hosts` hosts, those that are gone
 * but not yet told to the publisher among them, of at most `max_metrics` each.
 * NULL without memory. */
struct store *store_new(size_t max_hosts, size_t max_metrics);

/* Metadata is to be delivered again at least every `seconds`, for receivers
 * that come later; 0, as it begins: only when it is about to expire. Set it
 * before the first store_take(). */
void store_describe_every(struct store *store, unsigned seconds);

/* Frees it with all its hosts. No thread may use it any more. NULL is fine. */
void store_free(struct store *store);

/* Filling: by one thread ---------------------------------------------------- */

/* A new host, not yet announced. `key` is unique among the living ones, and
 * has no colon. NULL at the bound, or without memory. */
struct store_host *store_host_add(struct store *store, const char *key);

/* Gives it its name: from now on publishers see it. */
void store_host_announce(struct store_host *host, const char *name);
bool store_host_announced(const struct store_host *host);

/* It is gone: publishers are told, then it is freed. The pointer is dead for
 * the caller, and so are its blocks. NULL is fine. */
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
 * the block. NULL at the bound, or without memory. */
struct store_block *store_block_add(struct store_host *host,
                                    const struct layout *layout,
                                    const struct store_instance *instance);
void store_block_remove(struct store_block *block);

/* The host that the block belongs to. */
struct store_host *store_block_host(const struct store_block *block);

/* Puts in what derive() gave for the first `count` rows of the block, heard at
 * `now`. `interval_s` is how often the source sends. */
void store_block_set(struct store_block *block, const struct derived *values,
                     size_t count, unsigned interval_s, int64_t now);

/* The host was heard at `now`; it, or its agent, started at `started_s` by the
 * wall clock (0: not known). Call it after the values: it wakes publishers. */
void store_host_heard(struct store_host *host, int64_t started_s, int64_t now);

/* Once a second: whether the host is up (late counts as up). Publishers are
 * told when that changes, and now and then while a host that is up is silent,
 * so that nobody takes it for dead. */
void store_host_tick(struct store_host *host, bool up, int64_t now);

/* Taking: by publishers ------------------------------------------------------ */

struct store_info {
	const char *key;    /* lives as long as the host is taken */
	const char *name;
	bool gone;          /* it is to be removed */
	bool up;            /* or late; false: it is down */
	int64_t heard_ms;   /* when it was last heard */
	uint32_t started_s; /* 0: not known; holds still within two seconds */
};

/* A value that is to be delivered. */
struct store_reading {
	struct metric metric;    /* its name and title lie in those below */
	char name[STORE_NAME];
	char title[STORE_NAME];  /* where `describe` is set */
	char group[STORE_NAME];  /* where `describe` is set */
	double number;           /* unless the metric is a STRING */
	char text[TEXT_SIZE];
	int64_t heard_ms;
	unsigned tmax_s, dmax_s;
	bool describe;           /* deliver its metadata, too */
};

/* Hosts with news, now. A publisher that takes no more than these at a time
 * comes to an end, however fast they are filled again. */
size_t store_waiting(struct store *store);

/* Takes the next host that has news; NULL when there is none. It is the
 * caller's until store_done() or store_again(). */
struct store_host *store_take(struct store *store);

/* The caller has dealt with what was new. A host that was gone is freed. */
void store_done(struct store_host *host);

/* The caller could not deal with it: it comes first the next time. */
void store_again(struct store_host *host);

void store_host_info(struct store_host *host, struct store_info *info);

/* Copies at most STORE_READ values that are to be delivered at `now`, and
 * marks them as delivered. What is to be delivered: a value that came in since
 * it was last read; a constant only when it has changed or is about to
 * expire. Its metadata goes with it when it is new, has changed, or is about
 * to expire. Returns how many; 0 when there are no more. */
size_t store_read(struct store_host *host, int64_t now,
                  struct store_reading readings[STORE_READ]);

/* All values and metadata of a host are to be delivered again: whoever they
 * were delivered to has lost them. */
void store_forget(struct store_host *host);

/* The value of a block's row as it stands, without marking anything: for the
 * filling thread, in tools and tests. False when there is none. */
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

/* item.h - one value of one agent, from any source, and the sinks to which sources give
 * items.
 */
#ifndef SFLOWGET_ITEM_H
#define SFLOWGET_ITEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An agent, as Ganglia's host. Texts are "" where they are not known; others may be
 * hostile. They are the source's, and valid during the call. */
struct item_host {
	const char *cluster;
	const char *name;
	const char *address;
	int64_t
	    age_s; /* seconds since it was heard; before its items are read it may be
	                 * what Ganglia's TN says, which is not always that */
	int64_t pace_s; /* the shortest TMAX of its metrics; 0: not known yet */
	bool down;
	/* It, or else the collector that has heard it, began so many seconds ago, and so a
	 * second sample may not have come yet; 0: longer ago, or not known. */
	int64_t began_s, collector_began_s;
};

/* A value. The same holds for its texts. */
struct item {
	const char *metric;
	const char *text; /* the value as it is printed */
	double number;
	bool is_number;   /* it is finite, and `text` is a number in JSON's grammar */
	const char *type; /* "string", "uint32", "double", ... */
	const char *units;
	bool constant; /* its slope is zero */
	const char *group;
	const char *about; /* the title without the prefix, such as a port's name */
	const char *title;
	int64_t heard_ms; /* by the wall clock */
	int64_t age_s;
	int64_t tmax_s; /* it should come again within so long; 0: not known */
	bool stale;     /* it did not come when it should have */
	bool ceased;    /* it is no longer sent, and age_s is not the truth */
};

/* What is wanted of a host: nothing, so that neither item() nor host_end() is called for
 * it; host_end() alone; or both. */
enum item_wish { ITEM_NOTHING, ITEM_HOST, ITEM_VALUES };

/* Takes items: first a host, then its items, then its end. The calls return false to
 * stop the source. */
struct item_sink {
	/* *wish is ITEM_VALUES; the call may set it to less. */
	bool (*host)(void *context, const struct item_host *host, enum item_wish *wish);
	bool (*item)(void *context, const struct item *item);
	/* Gets the host again, with all that is known of it now. */
	bool (*host_end)(void *context, const struct item_host *host);
	/* Takes what became of a name that no host of the cluster has any more: the name now,
	 * or "" where it was removed. May be NULL. */
	bool (*former)(void *context, const char *cluster, const char *was,
	               const char *is);
	void *context;
};

#endif

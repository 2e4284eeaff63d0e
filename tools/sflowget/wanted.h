/* wanted.h - which agent, and which of its metrics, the command line asks for. */
#ifndef SFLOWGET_WANTED_H
#define SFLOWGET_WANTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sflow/address.h"
#include "tools/sflowget/item.h"

/* The texts are the command line's. */
struct wanted {
	const char *cluster;  /* NULL: any */
	const char *agent;    /* a name, an address, a UUID, or a pattern; NULL: any */
	char **metrics;       /* names, patterns, raw fields; in the order asked */
	size_t count;         /* 0: all metrics, or those */
	const char *group;    /* of this group, or name; NULL: all */
	bool ignore_case;     /* of names of clusters and agents */
	int64_t max_age_s;    /* an older value is none; 0: four times its TMAX;
	                       * negative: none is too old */
	/* what `agent` is, by wanted_init() */
	bool pattern, uuid;
	struct address address;
};

/* Looks at `agent`. */
void wanted_init(struct wanted *wanted);

/* Whether there can be several agents that are wanted. */
bool wanted_many(const struct wanted *wanted);

/* Whether the agent is one: by its cluster, and its name or address. Where a UUID is
 * wanted, each may be until its metric "uuid" is known. */
enum wanted_host { WANTED_NOT, WANTED_MAYBE, WANTED };
enum wanted_host wanted_host(const struct wanted *wanted,
                             const struct item_host *host);

/* Whether `uuid` is the one. */
bool wanted_uuid(const struct wanted *wanted, const char *uuid);

/* Whether the metric is one of those wanted; and whether one of what is asked for is
 * a pattern, with which shells' file names match: *, ? and [...]. */
bool wanted_metric(const struct wanted *wanted, const struct item *item);
bool wanted_is_pattern(const char *asked);
bool wanted_has_pattern(const struct wanted *wanted);

/* Whether the value is too old to be one. */
bool wanted_too_old(const struct wanted *wanted, const struct item *item);

#endif

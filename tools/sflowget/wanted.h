/* wanted.h - the agent, and those of its metrics, that the command line asks for. */
#ifndef SFLOWGET_WANTED_H
#define SFLOWGET_WANTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sflow/address.h"
#include "tools/sflowget/item.h"

/* The strings are those of the command line. */
struct wanted {
	const char *cluster; /* NULL: any */
	const char *agent;   /* a name, an address, a UUID, or a pattern; NULL: any */
	char **metrics;      /* names, patterns, raw fields; in the order asked */
	size_t count;        /* 0: all metrics, or all of `group` */
	const char *group;   /* a group or a metric's name; NULL: all groups */
	bool ignore_case;    /* in names of clusters and agents */
	int64_t max_age_s;   /* an older value does not count; 0: four times its TMAX;
	                       * negative: no value is too old */
	/* set by wanted_init(), what `agent` is: */
	bool pattern, uuid;
	struct address address;
};

/* Reads an address, also as gmond writes one of IPv6, in whose names no colon may be:
 * "fd80--4". Returns false where the text is none. */
bool wanted_address(const char *text, struct address *address);

/* Finds out what `agent` is. */
void wanted_init(struct wanted *wanted);

/* Whether several agents may be wanted. */
bool wanted_many(const struct wanted *wanted);

/* Whether the agent is wanted, by its cluster and its name or address. Where a UUID is
 * wanted, each agent may be it until its metric "uuid" is known. */
enum wanted_host { WANTED_NOT, WANTED_MAYBE, WANTED };
enum wanted_host wanted_host(const struct wanted *wanted, const struct item_host *host);

/* Whether `uuid` is the wanted one. */
bool wanted_uuid(const struct wanted *wanted, const char *uuid);

/* Whether a metric is one of those that a name or pattern asks for; whether it is wanted;
 * whether a text is a pattern as shells have it, with *,
 * ? and [...]; and whether any of what is asked for is one. */
bool wanted_fits(const char *asked, const char *metric);
bool wanted_metric(const struct wanted *wanted, const struct item *item);
bool wanted_is_pattern(const char *asked);
bool wanted_has_pattern(const struct wanted *wanted);

/* Whether the agent that is asked for was called so, in that cluster. */
bool wanted_former(const struct wanted *wanted, const char *cluster, const char *was);

/* Whether the value is too old to count. */
bool wanted_too_old(const struct wanted *wanted, const struct item *item);

#endif

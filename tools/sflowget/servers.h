/* servers.h - the agents, virtual machines or ports where a metric is highest, of all that
 * a source knows.
 */
#ifndef SFLOWGET_SERVERS_H
#define SFLOWGET_SERVERS_H

#include <stdbool.h>
#include <stdio.h>

#include "common/near.h"
#include "tools/ranking.h"
#include "tools/sflowget/item.h"
#include "tools/sflowget/wanted.h"

#define SERVERS_COUNT 10   /* that are told, unless it is said otherwise */
#define SERVERS_MOST 10000 /* that may be asked for */

struct servers {
	const struct wanted *wanted;
	struct ranking ranking;
	struct near near; /* of the metric's name */
	size_t agents;    /* that have a value */
	bool any;         /* there is an agent that was asked for, */
	bool texts;       /* and a metric whose value is a text */
	/* of the agent that is being read: */
	struct item_host host;
	bool counted;
};

/* Begins, with at most `most` values to be told; 0: SERVERS_COUNT. */
void servers_init(struct servers *servers, const struct wanted *wanted, size_t most);

/* Returns a sink that looks at all values of the source. */
struct item_sink servers_sink(struct servers *servers);

/* Print what was found, for people or as an object of JSON on one line, and forget it.
 * Of the second: the highest, and the median and quartiles of all. */
void servers_print(struct servers *servers, bool human, FILE *out);
void servers_print_json(struct servers *servers, FILE *out);

#endif

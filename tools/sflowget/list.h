/* list.h - the list of agents, in the order of their names. */
#ifndef SFLOWGET_LIST_H
#define SFLOWGET_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "tools/sflowget/item.h"

/* Which agents are listed: all of them, or those of one kind or of both. */
enum list_which { LIST_ALL = 0, LIST_DOWN = 1, LIST_LATE = 2 };

/* Begins as zero. */
struct list {
	struct item_host *hosts; /* with names of their own */
	size_t count, room;
	bool failed; /* there was no memory */
};

/* Adds a copy of the host. Returns false without memory. */
bool list_add(struct list *list, const struct item_host *host);

/* Prints those that `which` (bits of enum list_which) asks for, a line each: name,
 * address, cluster, state and age. Then the list is empty again. */
void list_print(struct list *list, unsigned which, FILE *out);

#endif

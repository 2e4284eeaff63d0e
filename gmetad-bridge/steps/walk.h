/* walk.h - the walk over the store's hosts, for visitors that name their pace. What
 * looks at all hosts, or at those with news, is a visitor in a file of its own, and a
 * line in the list of steps.c. One thread walks.
 */
#ifndef BRIDGE_WALK_H
#define BRIDGE_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sflow/store/store.h"

enum walk_pace {
	WALK_EACH_STEP,  /* all hosts, and all their values */
	WALK_EACH_SECOND /* hosts that have news, and their values that are new */
};

struct walk_visitor {
	enum walk_pace pace;

	/* A host, locked until the last of its values was given. False where they are
	 * not wanted. It and the next may do nothing that takes longer than
	 * microseconds. */
	bool (*host)(const struct store_state *host, int64_t now);

	/* Then each of its values. */
	void (*value)(const struct store_value *value);

	/* Each second's only: a host is gone, which had this key. May be NULL. */
	void (*gone)(const char *key);
};

#define WALK_VISITORS_MAX 8

struct walk {
	struct store *store;
	const struct walk_visitor *const *visitors;
	size_t count;
	struct store_feed *feed; /* of who visits each second; NULL: nobody does */
};

/* A walk for these visitors, at most WALK_VISITORS_MAX, before the store has hosts.
 * False where the store has no feed left for those of each second. */
bool walk_open(struct walk *walk, struct store *store,
               const struct walk_visitor *const *visitors, size_t count);

/* All hosts, for the visitors of each step. */
void walk_step(const struct walk *walk, int64_t now);

/* The hosts that have news now, for the visitors of each second. */
void walk_second(const struct walk *walk, int64_t now);

#endif

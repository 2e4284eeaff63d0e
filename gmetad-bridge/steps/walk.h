/* walk.h - the walk over the store's hosts, which shows them to visitors at the pace
 * that each visitor names. A new visitor is a file of its own, and a line in the list
 * of steps.c. One thread walks.
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

	/* Shows a host, which is locked until its last value has been shown. Returns
	 * false where the visitor does not want its values. Neither host() nor value()
	 * may take longer than microseconds. `now` is clock_ms(). */
	bool (*host)(const struct store_state *host, int64_t now);

	/* Shows a value of that host. */
	void (*value)(const struct store_value *value);

	/* Only with WALK_EACH_SECOND: tells that the host of this key is gone. May be
	 * NULL. */
	void (*gone)(const char *key);
};

#define WALK_VISITORS_MAX 8

struct walk {
	struct store *store;
	const struct walk_visitor *const *visitors;
	size_t count;
	struct store_feed *feed; /* for visitors of each second; NULL: there are none */
};

/* Makes a walk for these visitors, at most WALK_VISITORS_MAX; called before the store
 * has hosts. The array must live as long as the walk. Returns false where the store has
 * no feed left for the visitors of each second. */
bool walk_open(struct walk *walk, struct store *store,
               const struct walk_visitor *const *visitors, size_t count);

/* Shows all hosts to the visitors of each step. */
void walk_step(const struct walk *walk, int64_t now);

/* Shows the hosts that have news now to the visitors of each second. */
void walk_second(const struct walk *walk, int64_t now);

#endif

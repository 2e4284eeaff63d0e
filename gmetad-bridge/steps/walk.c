#include "gmetad-bridge/steps/walk.h"

/* The visitors that want the values of a host. */
struct wanting {
	const struct walk_visitor *visitors[WALK_VISITORS_MAX];
	size_t count;
};

bool
walk_open(struct walk *walk, struct store *store,
          const struct walk_visitor *const *visitors, size_t count)
{
	bool seconds = false;
	size_t i;

	for (i = 0; i < count; i++)
		seconds |= visitors[i]->pace == WALK_EACH_SECOND;
	*walk = (struct walk){.store = store,
	                      .visitors = visitors,
	                      .count = count,
	                      .feed = seconds ? store_feed(store) : NULL};
	return count <= WALK_VISITORS_MAX && (!seconds || walk->feed != NULL);
}

static void
visit(const struct walk *walk, enum walk_pace pace, const struct store_state *host,
      int64_t now, struct wanting *wanting)
{
	size_t i;

	wanting->count = 0;
	for (i = 0; i < walk->count; i++) {
		const struct walk_visitor *visitor = walk->visitors[i];

		if (visitor->pace == pace && visitor->host(host, now))
			wanting->visitors[wanting->count++] = visitor;
	}
}

static void
show(const struct wanting *wanting, const struct store_value *value)
{
	size_t i;

	for (i = 0; i < wanting->count; i++)
		wanting->visitors[i]->value(value);
}

static void
look_at_all(const struct walk *walk, struct store_host *host, int64_t now)
{
	struct wanting wanting;
	struct store_state state;
	struct store_value value;
	struct store_look look;

	store_lock(host, &state);
	visit(walk, WALK_EACH_STEP, &state, now, &wanting);
	store_look(&look, host, now);
	while (wanting.count > 0 && store_look_next(&look, &value))
		show(&wanting, &value);
	store_unlock(host);
}

void
walk_step(const struct walk *walk, int64_t now)
{
	struct store_walk all = {0};
	struct store_host *host;

	while ((host = store_next(walk->store, &all, STORE_ANY_CLUSTER)) != NULL) {
		look_at_all(walk, host, now);
		store_release(host);
	}
}

/* Shows the new values of a host. Values that no visitor wants are looked at, too, so
 * that they are not new the next time. */
static void
look_at_news(const struct walk *walk, struct store_host *host, int64_t now)
{
	struct wanting wanting;
	struct store_state state;
	struct store_value value;
	struct store_look look;
	enum store_news news;

	store_lock(host, &state);
	visit(walk, WALK_EACH_SECOND, &state, now, &wanting);
	store_look_at_news(&look, walk->feed, host);
	while (store_look_next_news(&look, &value, &news))
		show(&wanting, &value);
	store_unlock(host);
}

static void
tell_gone(const struct walk *walk, const char *key)
{
	size_t i;

	for (i = 0; i < walk->count; i++)
		if (walk->visitors[i]->gone != NULL)
			walk->visitors[i]->gone(key);
}

void
walk_second(const struct walk *walk, int64_t now)
{
	struct store_info info;
	struct store_host *host;
	size_t left;

	if (walk->feed == NULL)
		return;
	for (left = store_waiting(walk->feed);
	     left > 0 && (host = store_take(walk->feed)) != NULL; left--) {
		store_host_info(host, &info);
		if (info.gone)
			tell_gone(walk, info.key);
		else
			look_at_news(walk, host, now);
		store_done(walk->feed, host);
	}
}

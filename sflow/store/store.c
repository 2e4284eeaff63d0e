#include "sflow/store/store.h"

#include <stdlib.h>

#include "sflow/store/store_internal.h"

/* When a host that is up has been silent for SILENT_MS, feeds are told of it again every
 * TELL_AGAIN_MS. */
#define SILENT_MS 40000
#define TELL_AGAIN_MS 10000

struct store *
store_new(size_t max_hosts, size_t max_metrics)
{
	struct store *store = calloc(1, sizeof(*store));

	if (store == NULL)
		return NULL;
	store->max = max_hosts;
	atomic_init(&store->max_metrics, max_metrics);
	atomic_init(&store->most_metrics, SIZE_MAX);
	pthread_mutex_init(&store->lock, NULL);
	store->former = store_former_new();
	if (store->former != NULL)
		return store;
	store_free(store);
	return NULL;
}

void
store_bound(struct store *store, size_t max_hosts, size_t max_metrics)
{
	pthread_mutex_lock(&store->lock);
	store->max = max_hosts;
	pthread_mutex_unlock(&store->lock);
	atomic_store(&store->max_metrics, max_metrics);
}

void
store_bound_metrics(struct store *store, size_t most)
{
	atomic_store(&store->most_metrics, most);
}

void
store_free(struct store *store)
{
	size_t i;

	if (store == NULL)
		return;
	HASH_CLEAR(hh, store->by_id);
	for (i = 0; i < store->slot_count; i++)
		if (store->slots[i] != NULL)
			store_host_free(store->slots[i]);
	free(store->slots);
	free(store->free_slots);
	store_former_free(store->former);
	pthread_mutex_destroy(&store->lock);
	free(store);
}

size_t
store_count(struct store *store)
{
	size_t count;

	pthread_mutex_lock(&store->lock);
	count = store->count - store->gone;
	pthread_mutex_unlock(&store->lock);
	return count;
}

void
store_host_announce(struct store_host *host, const char *name)
{
	struct host_id *id;

	id = store_id_new(atomic_load(&host->cluster), name);
	if (id == NULL)
		return; /* the caller sees it, and tries again */
	pthread_mutex_lock(&host->store->lock);
	host->id = id;
	host->announced = true;
	host->held += host->store->feed_count;
	store_index(host);
	store_append(host);
	pthread_mutex_unlock(&host->store->lock);
}

bool
store_host_announced(const struct store_host *host)
{
	return host->announced;
}

void
store_host_confirm(struct store_host *host)
{
	atomic_store(&host->confirmed, true);
}

void
store_host_gone(struct store_host *host)
{
	struct store *store;
	bool unused;

	if (host == NULL)
		return;
	store = host->store;
	pthread_mutex_lock(&store->lock);
	host->gone = true;
	store->gone++;
	store_unindex(host);
	if (host->announced)
		store_append(host);
	unused = store_unlink(host);
	pthread_mutex_unlock(&store->lock);
	if (unused)
		store_host_free(host);
}

void
store_host_heard(struct store_host *host, int64_t started_s, int64_t now)
{
	pthread_mutex_lock(&host->lock);
	host->heard_ms = host->told_ms = now;
	host->up = true;
	if (started_s != 0 && !holds_still((double)host->started_s, (double)started_s))
		host->started_s = started_s;
	pthread_mutex_unlock(&host->lock);
	store_host_news(host);
}

void
store_deaf(struct store *store, int64_t since_ms, int64_t until_ms)
{
	atomic_store(&store->deaf_since_ms, since_ms);
	atomic_store(&store->deaf_ms, until_ms - since_ms);
}

void
store_host_tick(struct store_host *host, bool up, int64_t down_after_ms, int64_t now)
{
	/* Only this thread changes these members, so it reads them without the lock. */
	bool tell = host->up != up || (up && now - host->heard_ms >= SILENT_MS &&
	                               now - host->told_ms >= TELL_AGAIN_MS);

	if (!tell && host->down_after_ms == down_after_ms)
		return;
	pthread_mutex_lock(&host->lock);
	host->up = up;
	host->down_after_ms = down_after_ms;
	if (tell)
		host->told_ms = now;
	pthread_mutex_unlock(&host->lock);
	if (tell)
		store_host_news(host);
}

/* Feeds: for each user a queue of the hosts that have news.
 */
#include <utlist.h>

#include "sflow/store/store_internal.h"

struct store_feed *
store_feed(struct store *store)
{
	struct store_feed *feed = NULL;

	pthread_mutex_lock(&store->lock);
	if (store->count == 0 && store->feed_count < STORE_FEEDS_MAX) {
		feed = &store->feeds[store->feed_count];
		feed->store = store;
		feed->number = store->feed_count++;
	}
	pthread_mutex_unlock(&store->lock);
	return feed;
}

static atomic_bool *
queued(const struct store_feed *feed, struct store_host *host)
{
	return &host->places[feed->number].queued;
}

void
store_append(struct store_host *host)
{
	struct store *store = host->store;
	struct store_feed *feed;
	unsigned i;

	for (i = 0; i < store->feed_count; i++) {
		feed = &store->feeds[i];
		if (atomic_exchange(queued(feed, host), true))
			continue;
		DL_APPEND2(feed->queue, host, places[i].prev, places[i].next);
		feed->waiting++;
	}
}

/* Whether the host is in the queues of all feeds. A busy host usually is, and then
 * needs no lock. */
static bool
is_queued(struct store_host *host)
{
	unsigned i;

	for (i = 0; i < host->store->feed_count; i++)
		if (!atomic_load(&host->places[i].queued))
			return false;
	return true;
}

void
store_host_news(struct store_host *host)
{
	if (!host->announced || is_queued(host))
		return;
	pthread_mutex_lock(&host->store->lock);
	if (!host->gone)
		store_append(host);
	pthread_mutex_unlock(&host->store->lock);
}

size_t
store_waiting(struct store_feed *feed)
{
	size_t waiting;

	pthread_mutex_lock(&feed->store->lock);
	waiting = feed->waiting;
	pthread_mutex_unlock(&feed->store->lock);
	return waiting;
}

struct store_host *
store_take(struct store_feed *feed)
{
	struct store_host *host;

	pthread_mutex_lock(&feed->store->lock);
	host = feed->queue;
	if (host != NULL) {
		DL_DELETE2(feed->queue, host, places[feed->number].prev,
		           places[feed->number].next);
		feed->waiting--;
		atomic_store(queued(feed, host), false);
	}
	pthread_mutex_unlock(&feed->store->lock);
	return host;
}

void
store_done(struct store_feed *feed, struct store_host *host)
{
	bool told;

	pthread_mutex_lock(&feed->store->lock);
	/* A host that went after it was taken is queued again, to be told then. */
	told = host->gone && !atomic_load(queued(feed, host));
	pthread_mutex_unlock(&feed->store->lock);
	if (told)
		store_release(host);
}

void
store_again(struct store_feed *feed, struct store_host *host)
{
	unsigned i = feed->number;

	pthread_mutex_lock(&feed->store->lock);
	if (!atomic_exchange(queued(feed, host), true)) {
		DL_PREPEND2(feed->queue, host, places[i].prev, places[i].next);
		feed->waiting++;
	}
	pthread_mutex_unlock(&feed->store->lock);
}

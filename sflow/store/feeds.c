/* The queue of hosts with news.
 */
#include <utlist.h>

#include "sflow/store/store_internal.h"

void
store_append(struct store_host *host)
{
	if (host->store->use != STORE_FOR_PUBLISHER ||
	    atomic_exchange(&host->queued, true))
		return;
	DL_APPEND2(host->store->queue, host, queue_prev, queue_next);
	host->store->waiting++;
}

void
store_enqueue(struct store_host *host)
{
	if (host->store->use != STORE_FOR_PUBLISHER ||
	    atomic_load(&host->queued))
		return;
	pthread_mutex_lock(&host->store->lock);
	store_append(host);
	pthread_mutex_unlock(&host->store->lock);
}

size_t
store_waiting(struct store *store)
{
	size_t waiting;

	pthread_mutex_lock(&store->lock);
	waiting = store->waiting;
	pthread_mutex_unlock(&store->lock);
	return waiting;
}

struct store_host *
store_take(struct store *store)
{
	struct store_host *host;

	pthread_mutex_lock(&store->lock);
	host = store->queue;
	if (host != NULL) {
		DL_DELETE2(store->queue, host, queue_prev, queue_next);
		store->waiting--;
		atomic_store(&host->queued, false);
	}
	pthread_mutex_unlock(&store->lock);
	return host;
}

void
store_done(struct store_host *host)
{
	struct store *store = host->store;
	bool unused = false;

	pthread_mutex_lock(&store->lock);
	/* Gone since it was taken: it is queued, and comes once more. */
	if (host->gone && !atomic_load(&host->queued))
		unused = store_unlink(host);
	pthread_mutex_unlock(&store->lock);
	if (unused)
		store_host_free(host);
}

void
store_again(struct store_host *host)
{
	struct store *store = host->store;

	pthread_mutex_lock(&store->lock);
	if (!atomic_exchange(&host->queued, true)) {
		DL_PREPEND2(store->queue, host, queue_prev, queue_next);
		store->waiting++;
	}
	pthread_mutex_unlock(&store->lock);
}

/* The hosts that there are: the list of all, for walks over it; the table by which a host
 * is found by its name; and how long a host stays in memory.
 */
#include <stdlib.h>

#include "sflow/store/store_internal.h"

#define SLOTS_FIRST 64 /* room at first; it doubles each time it grows */
#define SLOTS_LOOK 256 /* a walk unlocks the store after so many slots */

/* The list of all hosts --------------------------------------------------------- */

void
store_host_free(struct store_host *host)
{
	store_blocks_free(host);
	pthread_mutex_destroy(&host->lock);
	while (host->old_count > 0)
		free(host->old_ids[--host->old_count]);
	free(host->old_ids);
	free(host->id);
	free(host->key);
	free(host);
}

static bool
grow_slots(struct store *store)
{
	size_t room = store->slot_room != 0 ? 2 * store->slot_room : SLOTS_FIRST;
	struct store_host **slots =
	    realloc(store->slots, room * sizeof(store->slots[0]));
	size_t *holes;

	if (slots == NULL)
		return false;
	store->slots = slots;
	holes = realloc(store->free_slots, room * sizeof(holes[0]));
	if (holes == NULL)
		return false;
	store->free_slots = holes;
	store->slot_room = room;
	return true;
}

/* Gives the host a slot; false without memory. The caller holds the store's lock. */
static bool
take_slot(struct store *store, struct store_host *host)
{
	if (store->free_count > 0)
		host->slot = (uint32_t)store->free_slots[--store->free_count];
	else if (store->slot_count < store->slot_room || grow_slots(store))
		host->slot = (uint32_t)store->slot_count++;
	else
		return false;
	store->slots[host->slot] = host;
	return true;
}

bool
store_unlink(struct store_host *host)
{
	struct store *store = host->store;

	if (!host->gone || host->held > 0)
		return false;
	store->slots[host->slot] = NULL;
	store->free_slots[store->free_count++] = host->slot;
	store->count--;
	store->gone--;
	return true;
}

static struct store_host *
host_new(struct store *store, const char *key, const struct address *address,
         unsigned cluster)
{
	struct store_host *host =
	    calloc(1, sizeof(*host) + store->feed_count * sizeof(host->places[0]));

	if (host == NULL)
		return NULL;
	host->key = strndup(key, TEXT_SIZE - 1);
	if (host->key == NULL) {
		free(host);
		return NULL;
	}
	host->store = store;
	if (address != NULL)
		host->address = *address;
	atomic_init(&host->cluster, cluster);
	pthread_mutex_init(&host->lock, NULL);
	return host;
}

struct store_host *
store_host_add(struct store *store, const char *key, const struct address *address,
               unsigned cluster)
{
	struct store_host *host = NULL;

	pthread_mutex_lock(&store->lock);
	if (store->count < store->max)
		host = host_new(store, key, address, cluster);
	if (host != NULL && !take_slot(store, host)) {
		store_host_free(host);
		host = NULL;
	}
	store->count += host != NULL;
	pthread_mutex_unlock(&store->lock);
	return host;
}

/* The table by name --------------------------------------------------------------- */

/* Returns the bytes of the key of a host of that name. */
static size_t
id_len(const char *name)
{
	return sizeof(struct host_id) + strlen(name);
}

/* Should two hosts have the same cluster and name, one of them is found, and the other
 * one when the first is gone. */
void
store_index(struct store_host *host)
{
	struct host_id *id = host->id;

	host->named = ++host->store->named;
	if (id != NULL)
		HASH_ADD_KEYPTR(hh, host->store->by_id, id, id_len(id->name), host);
}

void
store_unindex(struct store_host *host)
{
	if (host->hh.tbl != NULL)
		HASH_DELETE(hh, host->store->by_id, host);
	memset(&host->hh, 0, sizeof(host->hh));
}

struct host_id *
store_id_new(unsigned cluster, const char *name)
{
	size_t letters = strnlen(name, TEXT_SIZE - 1);
	struct host_id *id = calloc(1, sizeof(*id) + letters + 1);

	if (id == NULL)
		return NULL;
	id->cluster = cluster;
	memcpy(id->name, name, letters);
	return id;
}

void
store_host_move(struct store_host *host, unsigned cluster)
{
	if (atomic_load(&host->cluster) == cluster)
		return;
	pthread_mutex_lock(&host->store->lock);
	store_unindex(host);
	atomic_store(&host->cluster, cluster);
	if (host->id != NULL)
		((struct host_id *)host->id)->cluster = cluster;
	store_index(host);
	pthread_mutex_unlock(&host->store->lock);
}

bool
store_host_rename(struct store_host *host, const char *name)
{
	struct store *store = host->store;
	struct host_id *id = store_id_new(atomic_load(&host->cluster), name);
	struct host_id **old_ids =
	    realloc(host->old_ids, (host->old_count + 1) * sizeof(old_ids[0]));

	if (old_ids != NULL)
		host->old_ids = old_ids;
	if (id == NULL || old_ids == NULL || !host->announced ||
	    store->feed_count > 0) {
		free(id);
		return false;
	}
	pthread_mutex_lock(&store->lock);
	store_unindex(host);
	host->old_ids[host->old_count++] = host->id;
	host->id = id;
	store_index(host);
	pthread_mutex_unlock(&store->lock);
	return true;
}

/* Readers ---------------------------------------------------------------------------- */

void
store_host_info(struct store_host *host, struct store_info *info)
{
	const struct host_id *id = host->id;

	info->key = host->key;
	info->name = id != NULL ? id->name : "";
	pthread_mutex_lock(&host->store->lock);
	info->gone = host->gone;
	pthread_mutex_unlock(&host->store->lock);
	pthread_mutex_lock(&host->lock);
	info->heard_ms = host->heard_ms;
	info->up = host->up;
	info->started_s = (uint32_t)host->started_s;
	pthread_mutex_unlock(&host->lock);
}

static bool
is_shown(const struct store_host *host, const struct store_walk *walk, unsigned cluster)
{
	return host != NULL && host->announced && !host->gone &&
	       (!walk->names_once || host->named <= walk->began) &&
	       (cluster == STORE_ANY_CLUSTER ||
	        ((struct host_id *)host->id)->cluster == cluster);
}

/* Looks at the next SLOTS_LOOK slots. Returns the first host of the cluster in them,
 * held; NULL where there is none, and *more says whether there are slots behind them. */
static struct store_host *
next_of_few(struct store *store, struct store_walk *walk, unsigned cluster, bool *more)
{
	struct store_host *host = NULL;
	size_t end;

	pthread_mutex_lock(&store->lock);
	if (walk->next == 0)
		walk->began = store->named;
	end = store->slot_count;
	if (end > walk->next + SLOTS_LOOK)
		end = walk->next + SLOTS_LOOK;
	while (walk->next < end &&
	       !is_shown(host = store->slots[walk->next++], walk, cluster))
		host = NULL;
	if (host != NULL)
		host->held++;
	*more = walk->next < store->slot_count;
	pthread_mutex_unlock(&store->lock);
	return host;
}

struct store_host *
store_next(struct store *store, struct store_walk *walk, unsigned cluster)
{
	struct store_host *host;
	bool more;

	do
		host = next_of_few(store, walk, cluster, &more);
	while (host == NULL && more);
	return host;
}

struct store_host *
store_find(struct store *store, unsigned cluster, const char *name)
{
	struct store_host *host = NULL;
	struct host_id *id;

	if (strlen(name) >= TEXT_SIZE || (id = store_id_new(cluster, name)) == NULL)
		return NULL;
	pthread_mutex_lock(&store->lock);
	HASH_FIND(hh, store->by_id, id, id_len(name), host);
	if (host != NULL)
		host->held++;
	pthread_mutex_unlock(&store->lock);
	free(id);
	return host;
}

void
store_release(struct store_host *host)
{
	struct store *store;
	bool unused;

	if (host == NULL)
		return;
	store = host->store;
	pthread_mutex_lock(&store->lock);
	host->held--;
	unused = store_unlink(host);
	pthread_mutex_unlock(&store->lock);
	if (unused)
		store_host_free(host);
}

void
store_lock(struct store_host *host, struct store_state *state)
{
	pthread_mutex_lock(&host->lock);
	*state = (struct store_state){.key = host->key,
	                              .name = ((struct host_id *)host->id)->name,
	                              .address = host->address,
	                              .cluster = atomic_load(&host->cluster),
	                              .up = host->up,
	                              .confirmed = atomic_load(&host->confirmed),
	                              .heard_ms = host->heard_ms,
	                              .down_after_ms = host->down_after_ms,
	                              .started_s = (uint32_t)host->started_s};
}

void
store_unlock(struct store_host *host)
{
	pthread_mutex_unlock(&host->lock);
}

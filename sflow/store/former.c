/* Former names: what is now called otherwise, or was removed. Readers ask for a name that
 * no host has any more.
 */
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "sflow/store/store_internal.h"

struct former_name {
	UT_hash_handle hh;
	char is[TEXT_SIZE]; /* "": it was removed */
	char was[TEXT_SIZE];
};

/* The former names of a cluster. */
struct former_cluster {
	struct former_cluster *next;
	unsigned cluster;
	struct former_name *names; /* by `was`; the oldest is the first */
};

struct former {
	pthread_mutex_t lock; /* no other is taken under it */
	struct former_cluster *clusters;
	uint64_t version;
};

struct former *
store_former_new(void)
{
	struct former *f = calloc(1, sizeof(*f));

	if (f != NULL)
		pthread_mutex_init(&f->lock, NULL);
	return f;
}

static void
drop(struct former *f, struct former_cluster *c, struct former_name *name)
{
	HASH_DEL(c->names, name);
	free(name);
	f->version++;
}

void
store_former_free(struct former *f)
{
	struct former_cluster *c, *next;

	if (f == NULL)
		return;
	LL_FOREACH_SAFE(f->clusters, c, next) {
		while (c->names != NULL)
			drop(f, c, c->names);
		free(c);
	}
	pthread_mutex_destroy(&f->lock);
	free(f);
}

/* The caller of the functions below holds the lock. */

static struct former_cluster *
find_cluster(const struct former *f, unsigned cluster)
{
	struct former_cluster *c;

	LL_SEARCH_SCALAR(f->clusters, c, cluster, cluster);
	return c;
}

static struct former_name *
find(const struct former_cluster *c, const char *was)
{
	struct former_name *name = NULL;

	if (c != NULL)
		HASH_FIND_STR(c->names, was, name);
	return name;
}

static struct former_cluster *
add_cluster(struct former *f, unsigned cluster)
{
	struct former_cluster *c = find_cluster(f, cluster);

	if (c != NULL)
		return c;
	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return NULL;
	c->cluster = cluster;
	LL_APPEND(f->clusters, c);
	return c;
}

static void
forget(struct former *f, struct former_cluster *c, const char *was)
{
	struct former_name *name = find(c, was);

	if (name != NULL)
		drop(f, c, name);
}

/* Adds a name as the newest one. */
static void
add(struct former *f, struct former_cluster *c, const char *was, const char *is)
{
	struct former_name *name;

	forget(f, c, was);
	if (HASH_COUNT(c->names) >= STORE_FORMER_MAX)
		drop(f, c, c->names);
	name = calloc(1, sizeof(*name));
	if (name == NULL)
		return;
	strncpy(name->was, was, sizeof(name->was) - 1);
	strncpy(name->is, is, sizeof(name->is) - 1);
	HASH_ADD_STR(c->names, was, name);
	if (name->hh.tbl == NULL)
		free(name);
	f->version++;
}

/* Says of `was`, and of all that is called `was` now, that it is called `is`. */
static void
set(struct store *store, unsigned cluster, const char *was, const char *is)
{
	struct former *f = store->former;
	struct former_cluster *c;
	struct former_name *name, *next;

	pthread_mutex_lock(&f->lock);
	c = add_cluster(f, cluster);
	if (c != NULL) {
		forget(f, c, is);
		HASH_ITER(hh, c->names, name, next)
			if (strcmp(name->is, was) == 0)
				strcpy(name->is, is);
		add(f, c, was, is);
	}
	pthread_mutex_unlock(&f->lock);
}

void
store_former_renamed(struct store *store, unsigned cluster, const char *was,
                     const char *is)
{
	set(store, cluster, was, is);
}

void
store_former_removed(struct store *store, unsigned cluster, const char *name)
{
	set(store, cluster, name, "");
}

void
store_former_used(struct store *store, unsigned cluster, const char *name)
{
	struct former *f = store->former;

	pthread_mutex_lock(&f->lock);
	forget(f, find_cluster(f, cluster), name);
	pthread_mutex_unlock(&f->lock);
}

static void
copy(const struct former_cluster *c, const struct former_name *name,
     struct store_former *to)
{
	to->cluster = c->cluster;
	strcpy(to->was, name->was);
	strcpy(to->is, name->is);
}

bool
store_former_find(struct store *store, unsigned cluster, const char *was,
                  struct store_former *former)
{
	struct former *f = store->former;
	struct former_cluster *c;
	struct former_name *name;

	pthread_mutex_lock(&f->lock);
	c = find_cluster(f, cluster);
	name = find(c, was);
	if (name != NULL)
		copy(c, name, former);
	pthread_mutex_unlock(&f->lock);
	return name != NULL;
}

size_t
store_former_list(struct store *store, unsigned cluster, size_t skip,
                  struct store_former *formers, size_t room)
{
	struct former *f = store->former;
	struct former_cluster *c;
	struct former_name *name;
	size_t n = 0;

	pthread_mutex_lock(&f->lock);
	LL_FOREACH(f->clusters, c) {
		if (cluster != STORE_ANY_CLUSTER && c->cluster != cluster)
			continue;
		for (name = c->names; name != NULL && n < room; name = name->hh.next) {
			if (skip > 0)
				skip--;
			else
				copy(c, name, &formers[n++]);
		}
	}
	pthread_mutex_unlock(&f->lock);
	return n;
}

uint64_t
store_former_version(struct store *store)
{
	struct former *f = store->former;
	uint64_t version;

	pthread_mutex_lock(&f->lock);
	version = f->version;
	pthread_mutex_unlock(&f->lock);
	return version;
}

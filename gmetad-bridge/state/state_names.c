#include "gmetad-bridge/state/state_names.h"

#include <stdlib.h>
#include <string.h>

#include "gmetad-bridge/ingest/ingest.h"

#define BATCH 64

void
state_names_init(struct state_names *n, struct collector *collector,
                 const struct config *config)
{
	*n = (struct state_names){.collector = collector};
	pthread_mutex_init(&n->lock, NULL);
	if (config != NULL)
		state_names_config(n, config);
}

void
state_names_free(struct state_names *n)
{
	while (n->count > 0)
		free(n->clusters[--n->count]);
	pthread_mutex_destroy(&n->lock);
}

void
state_names_config(struct state_names *n, const struct config *config)
{
	pthread_mutex_lock(&n->lock);
	while (n->count < config->numbered_count &&
	       (n->clusters[n->count] = strdup(config->numbered[n->count])) != NULL)
		n->count++;
	pthread_mutex_unlock(&n->lock);
}

/* Returns how many clusters there are, by number. */
static unsigned
cluster_count(struct state_names *n)
{
	unsigned count;

	pthread_mutex_lock(&n->lock);
	count = n->count;
	pthread_mutex_unlock(&n->lock);
	return count;
}

void
state_names_unsaved(struct state_names *n)
{
	n->saved = false;
}

/* Restoring ------------------------------------------------------------------------ */

static bool
find_cluster(struct state_names *n, const char *name, unsigned *number)
{
	unsigned i, count = cluster_count(n);

	for (i = 0; i < count && strcmp(n->clusters[i], name) != 0; i++)
		;
	*number = i;
	return i < count;
}

/* Gives a name to the collector, or to its store. */
static void
give(struct state_names *n, const struct database_name *name, size_t *senseless)
{
	struct store *store = collector_store(n->collector);
	struct collector_renaming renaming;

	if (!find_cluster(n, name->cluster, &renaming.cluster))
		return;
	if (name->former && name->shown[0] != '\0') {
		store_former_renamed(store, renaming.cluster, name->name, name->shown);
	} else if (name->former) {
		store_former_removed(store, renaming.cluster, name->name);
	} else {
		strcpy(renaming.name, name->name);
		strcpy(renaming.is, name->shown);
		ingest_lock();
		*senseless += collector_restore_renaming(n->collector, &renaming) != 0;
		ingest_unlock();
	}
}

int
state_names_restore(struct state_names *n, struct database *db, size_t *senseless)
{
	struct database_name name;
	int got = 0;

	while (cluster_count(n) > 0 &&
	       (got = database_next_name(db, &name, senseless)) > 0)
		give(n, &name, senseless);
	return got;
}

/* Saving --------------------------------------------------------------------------- */

/* Whether the names have changed since they were written. Notes which are to be written
 * now. */
static bool
have_changed(struct state_names *n)
{
	uint64_t former = store_former_version(collector_store(n->collector));
	uint64_t renamings;
	bool changed;

	ingest_lock();
	renamings = collector_renamings_version(n->collector);
	ingest_unlock();
	changed = !n->saved || renamings != n->renamings || former != n->former;
	n->saved = true;
	n->renamings = renamings;
	n->former = former;
	return changed;
}

static int
put(struct state_names *n, struct database *db, unsigned cluster, bool former,
    const char *name, const char *shown, int64_t *number)
{
	struct database_name row = {.former = former};

	if (cluster >= cluster_count(n))
		return 0;
	strncpy(row.cluster, n->clusters[cluster], sizeof(row.cluster) - 1);
	strcpy(row.name, name);
	strcpy(row.shown, shown);
	return database_put_name(db, &row, ++*number);
}

/* Returns a copy of all renamings, which the caller frees; NULL without memory, or where
 * there are none. */
static struct collector_renaming *
copy_renamings(struct state_names *n, size_t *count)
{
	struct collector_renaming *list;

	ingest_lock();
	*count = collector_renamings(n->collector, NULL, 0);
	list = calloc(*count + 1, sizeof(*list));
	if (list != NULL)
		*count = collector_renamings(n->collector, list, *count);
	ingest_unlock();
	return list;
}

static int
save_renamings(struct state_names *n, struct database *db, int64_t *number)
{
	size_t i, count;
	struct collector_renaming *list = copy_renamings(n, &count);
	int result = list != NULL ? 0 : -1;

	for (i = 0; i < count && result == 0; i++)
		result = put(n, db, list[i].cluster, false, list[i].name, list[i].is,
		             number);
	free(list);
	return result;
}

static int
save_former(struct state_names *n, struct database *db, int64_t *number)
{
	struct store *store = collector_store(n->collector);
	struct store_former list[BATCH];
	size_t i, count, all = 0;

	while ((count = store_former_list(store, STORE_ANY_CLUSTER, all, list, BATCH)) >
	       0) {
		for (i = 0; i < count; i++)
			if (put(n, db, list[i].cluster, true, list[i].was, list[i].is,
			        number) != 0)
				return -1;
		all += count;
	}
	return 0;
}

int
state_names_save(struct state_names *n, struct database *db)
{
	unsigned i, count = cluster_count(n);
	int64_t number = 0;

	if (count == 0 || !have_changed(n))
		return 0;
	for (i = 0; i < count; i++)
		if (database_clear_names(db, n->clusters[i]) != 0)
			return -1;
	if (save_renamings(n, db, &number) != 0)
		return -1;
	return save_former(n, db, &number);
}

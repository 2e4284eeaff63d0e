#include "sflow/collector/renamings.h"

#include <stdlib.h>
#include <string.h>

#include "sflow/hash.h"

struct renaming_key {
	unsigned cluster;
	char name[TEXT_SIZE];
};

struct renaming {
	UT_hash_handle hh;    /* by `name` */
	UT_hash_handle hh_is; /* by `is` */
	struct renaming_key name, is;
	unsigned to;           /* the cluster that it moves to; its own: it stays */
	struct renaming *next; /* of those that move */
};

/* Padding and what is behind the name are zero: they are part of the key. */
static void
set_key(struct renaming_key *key, unsigned cluster, const char *name)
{
	memset(key, 0, sizeof(*key));
	key->cluster = cluster;
	strncpy(key->name, name, sizeof(key->name) - 1);
}

static struct renaming *
find(const struct renamings *r, unsigned cluster, const char *name)
{
	struct renaming_key key;
	struct renaming *found;

	set_key(&key, cluster, name);
	HASH_FIND(hh, r->by_name, &key, sizeof(key), found);
	return found;
}

static struct renaming *
find_is(const struct renamings *r, unsigned cluster, const char *is)
{
	struct renaming_key key;
	struct renaming *found;

	set_key(&key, cluster, is);
	HASH_FIND(hh_is, r->by_is, &key, sizeof(key), found);
	return found;
}

const char *
renamings_find(const struct renamings *r, unsigned cluster, const char *name)
{
	const struct renaming *found = find(r, cluster, name);

	return found != NULL ? found->is.name : NULL;
}

const char *
renamings_key(const struct renamings *r, unsigned cluster, const char *is)
{
	const struct renaming *found = find_is(r, cluster, is);

	return found != NULL ? found->name.name : NULL;
}

static void
drop(struct renamings *r, struct renaming *renaming)
{
	if (renaming == NULL)
		return;
	HASH_DELETE(hh, r->by_name, renaming);
	if (renaming->hh_is.tbl != NULL)
		HASH_DELETE(hh_is, r->by_is, renaming);
	free(renaming);
	r->version++;
}

static int
add(struct renamings *r, unsigned cluster, const char *name, const char *is)
{
	struct renaming *renaming = calloc(1, sizeof(*renaming));

	if (renaming == NULL)
		return -1;
	set_key(&renaming->name, cluster, name);
	set_key(&renaming->is, cluster, is);
	renaming->to = cluster;
	HASH_ADD(hh, r->by_name, name, sizeof(renaming->name), renaming);
	if (renaming->hh.tbl == NULL) {
		free(renaming);
		return -1;
	}
	HASH_ADD(hh_is, r->by_is, is, sizeof(renaming->is), renaming);
	r->version++;
	if (renaming->hh_is.tbl != NULL)
		return 0;
	drop(r, renaming);
	return -1;
}

int
renamings_set(struct renamings *r, unsigned cluster, const char *name, const char *is)
{
	struct renaming *was = find(r, cluster, name);
	struct renaming *other = find_is(r, cluster, is);

	if (strcmp(name, is) == 0) {
		drop(r, was);
		return 0;
	}
	if (was == other && was != NULL)
		return 0;
	if (was == NULL && HASH_COUNT(r->by_name) >= RENAMINGS_MAX)
		return -1;
	/* the new one is there before the old ones go, in case there is no memory */
	if (add(r, cluster, name, is) != 0)
		return -1;
	drop(r, was);
	drop(r, other);
	return 0;
}

void
renamings_move(struct renamings *r, unsigned from, unsigned to, const char *is)
{
	struct renaming *renaming = find_is(r, from, is);

	if (renaming != NULL)
		renaming->to = to;
}

/* Takes those that move out of the tables. Returns them as a list. */
static struct renaming *
take_moving(struct renamings *r)
{
	struct renaming *renaming, *next, *moving = NULL;

	HASH_ITER(hh, r->by_name, renaming, next) {
		if (renaming->to == renaming->name.cluster)
			continue;
		HASH_DELETE(hh, r->by_name, renaming);
		HASH_DELETE(hh_is, r->by_is, renaming);
		renaming->next = moving;
		moving = renaming;
	}
	return moving;
}

void
renamings_settle(struct renamings *r)
{
	struct renaming *renaming = take_moving(r), *next;

	for (; renaming != NULL; renaming = next) {
		next = renaming->next;
		r->version++;
		if (find(r, renaming->to, renaming->name.name) == NULL &&
		    find_is(r, renaming->to, renaming->is.name) == NULL)
			add(r, renaming->to, renaming->name.name, renaming->is.name);
		free(renaming);
	}
}

size_t
renamings_list(const struct renamings *r, struct collector_renaming *list, size_t room)
{
	const struct renaming *renaming;
	size_t n = 0;

	for (renaming = r->by_name; renaming != NULL; renaming = renaming->hh.next) {
		if (n < room) {
			list[n].cluster = renaming->name.cluster;
			strcpy(list[n].name, renaming->name.name);
			strcpy(list[n].is, renaming->is.name);
		}
		n++;
	}
	return n;
}

void
renamings_free(struct renamings *r)
{
	while (r->by_name != NULL)
		drop(r, r->by_name);
}

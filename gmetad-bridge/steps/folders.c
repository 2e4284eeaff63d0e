#include "gmetad-bridge/steps/folders.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "sflow/hash.h"

struct folder_key {
	unsigned cluster;
	char name[TEXT_SIZE]; /* in lower case; zeros behind it */
};

struct folder {
	UT_hash_handle hh;
	struct folder_key key;
	struct folder_owner owner;
	uint32_t time_s; /* of the step in which the owner was noted */
	bool told;
};

static struct folder *folders;

static void
make_key(struct folder_key *key, const struct store_state *state)
{
	size_t i;

	memset(key, 0, sizeof(*key));
	key->cluster = state->cluster;
	for (i = 0; i < TEXT_SIZE - 1 && state->name[i] != '\0'; i++)
		key->name[i] = (char)tolower((unsigned char)state->name[i]);
}

static void
set_owner(struct folder *f, const struct store_state *state, uint32_t time_s)
{
	strncpy(f->owner.name, state->name, TEXT_SIZE - 1);
	f->owner.name[TEXT_SIZE - 1] = '\0';
	f->owner.agent = state->address;
	f->time_s = time_s;
}

static struct folder *
add(const struct folder_key *key)
{
	struct folder *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return NULL;
	f->key = *key;
	HASH_ADD(hh, folders, key, sizeof(f->key), f);
	if (f->hh.tbl != NULL)
		return f;
	free(f);
	return NULL;
}

/* Two that are noted in one step are two hosts. One that was noted before only may be the
 * same, under its former name. */
const struct folder_owner *
folders_note(const struct store_state *state, uint32_t time_s)
{
	struct folder_key key;
	struct folder *f;

	make_key(&key, state);
	HASH_FIND(hh, folders, &key, sizeof(key), f);
	if (f == NULL)
		f = add(&key);
	if (f == NULL)
		return NULL;
	if (f->time_s != time_s || strcmp(f->owner.name, state->name) == 0) {
		set_owner(f, state, time_s);
		return NULL;
	}
	if (f->told)
		return NULL;
	f->told = true;
	return &f->owner;
}

void
folders_forget(uint32_t before_s)
{
	struct folder *f, *next;

	HASH_ITER(hh, folders, f, next) {
		if (f->time_s >= before_s && before_s != UINT32_MAX)
			continue;
		HASH_DEL(folders, f);
		free(f);
	}
}

#include "sflow/traffic/top.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "sflow/hash.h"

#define CHILDREN 4 /* of a node of the heap, which then are in one line of the cache */
#define LOAD 2     /* places of the hash table for each key */

struct entry {
	struct estimate value;
	double before;
	uint64_t hash;
	uint32_t at; /* its place in the heap */
};

/* `heap` has the numbers of entries, the smallest weight first. `places` has them by their
 * hash, plus 1; 0: the place is free. An entry is in the first free place from its own on. */
struct top {
	size_t most, key_size, count;
	struct estimate all;
	struct entry *entries;
	uint8_t *keys;
	uint32_t *heap;
	uint32_t *places;
	size_t mask;
};

/* The largest sum that the entry may have. */
static double
weight_of(const struct top *t, uint32_t entry)
{
	return t->entries[entry].value.sum + t->entries[entry].before;
}

static uint8_t *
key_of(const struct top *t, uint32_t entry)
{
	return t->keys + entry * t->key_size;
}

static size_t
places_for(size_t most)
{
	size_t places = 4;

	while (places < LOAD * most)
		places *= 2;
	return places;
}

size_t
top_bytes(size_t most, size_t key_size)
{
	return sizeof(struct top) +
	       most * (sizeof(struct entry) + key_size + sizeof(uint32_t)) +
	       places_for(most) * sizeof(uint32_t);
}

struct top *
top_new(size_t most, size_t key_size)
{
	struct top *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->most = most;
	t->key_size = key_size;
	t->mask = places_for(most) - 1;
	t->entries = calloc(most, sizeof(*t->entries));
	t->keys = calloc(most, key_size);
	t->heap = calloc(most, sizeof(*t->heap));
	t->places = calloc(t->mask + 1, sizeof(*t->places));
	if (t->entries != NULL && t->keys != NULL && t->heap != NULL &&
	    t->places != NULL)
		return t;
	top_free(t);
	return NULL;
}

void
top_free(struct top *t)
{
	if (t == NULL)
		return;
	free(t->entries);
	free(t->keys);
	free(t->heap);
	free(t->places);
	free(t);
}

/* The hash table -------------------------------------------------------------------- */

/* Returns the place of the key, or the free one where it would be. */
static size_t
place_of(const struct top *t, const void *key, uint64_t hash)
{
	size_t at = hash & t->mask;
	uint32_t entry;

	for (; t->places[at] != 0; at = (at + 1) & t->mask) {
		entry = t->places[at] - 1;
		if (t->entries[entry].hash == hash &&
		    memcmp(key_of(t, entry), key, t->key_size) == 0)
			break;
	}
	return at;
}

/* Frees a place. Those behind it that would not be found any more move up (D. E. Knuth, The
 * Art of Computer Programming, volume 3, 6.4, algorithm R). */
static void
free_place(struct top *t, size_t at)
{
	size_t next = at, home;

	for (;;) {
		t->places[at] = 0;
		do {
			next = (next + 1) & t->mask;
			if (t->places[next] == 0)
				return;
			home = t->entries[t->places[next] - 1].hash & t->mask;
		} while (((next - home) & t->mask) < ((next - at) & t->mask));
		t->places[at] = t->places[next];
		at = next;
	}
}

/* The heap --------------------------------------------------------------------------- */

static void
put(struct top *t, size_t at, uint32_t entry)
{
	t->heap[at] = entry;
	t->entries[entry].at = (uint32_t)at;
}

static void
sift_up(struct top *t, size_t at)
{
	uint32_t entry = t->heap[at];
	double weight = weight_of(t, entry);
	size_t parent;

	for (; at > 0; at = parent) {
		parent = (at - 1) / CHILDREN;
		if (weight_of(t, t->heap[parent]) <= weight)
			break;
		put(t, at, t->heap[parent]);
	}
	put(t, at, entry);
}

/* Returns the lightest child of a node; `count`: it has none. */
static size_t
lightest_child(const struct top *t, size_t at)
{
	size_t first = at * CHILDREN + 1, best = first, i;

	if (first >= t->count)
		return t->count;
	for (i = first + 1; i < first + CHILDREN && i < t->count; i++)
		if (weight_of(t, t->heap[i]) < weight_of(t, t->heap[best]))
			best = i;
	return best;
}

static void
sift_down(struct top *t, size_t at)
{
	uint32_t entry = t->heap[at];
	double weight = weight_of(t, entry);
	size_t child;

	for (; (child = lightest_child(t, at)) < t->count; at = child) {
		if (weight <= weight_of(t, t->heap[child]))
			break;
		put(t, at, t->heap[child]);
	}
	put(t, at, entry);
}

/* Interface -------------------------------------------------------------------------- */

/* Gives the key an entry: a new one, or that of the smallest. */
static uint32_t
admit(struct top *t, const void *key, uint64_t hash)
{
	uint32_t entry;
	double before = 0;

	if (t->count < t->most) {
		entry = (uint32_t)t->count;
		put(t, t->count++, entry);
	} else {
		entry = t->heap[0];
		before = weight_of(t, entry);
		free_place(t, place_of(t, key_of(t, entry), t->entries[entry].hash));
	}
	t->entries[entry].value = (struct estimate){0};
	t->entries[entry].before = before;
	t->entries[entry].hash = hash;
	memcpy(key_of(t, entry), key, t->key_size);
	t->places[place_of(t, key, hash)] = entry + 1;
	return entry;
}

void
top_add(struct top *t, const void *key, double amount, double rate)
{
	uint64_t hash = keyed_hash_64(key, t->key_size);
	size_t place = place_of(t, key, hash);
	bool is_new = t->places[place] == 0;
	uint32_t entry = is_new ? admit(t, key, hash) : t->places[place] - 1;

	estimate_add(&t->all, amount, rate);
	estimate_add(&t->entries[entry].value, amount, rate);
	if (is_new && t->entries[entry].before == 0)
		sift_up(t, t->entries[entry].at);
	sift_down(t, t->entries[entry].at);
}

size_t
top_count(const struct top *t)
{
	return t->count;
}

const struct estimate *
top_all(const struct top *t)
{
	return &t->all;
}

double
top_error(const struct top *t)
{
	return t->count < t->most ? 0 : weight_of(t, t->heap[0]);
}

void
top_scale(struct top *t, double factor)
{
	size_t i;

	estimate_scale(&t->all, factor);
	for (i = 0; i < t->count; i++) {
		estimate_scale(&t->entries[i].value, factor);
		t->entries[i].before *= factor;
	}
}

/* The largest sum of its own samples first; of equal ones that which came first. */
static int
compare(const void *a, const void *b)
{
	const struct entry *x = *(const struct entry *const *)a;
	const struct entry *y = *(const struct entry *const *)b;

	if (x->value.sum != y->value.sum)
		return x->value.sum < y->value.sum ? 1 : -1;
	return x < y ? -1 : x > y;
}

size_t
top_largest(const struct top *t, struct top_entry *entries, size_t count)
{
	const struct entry **sorted = calloc(t->count + 1, sizeof(struct entry *));
	size_t i, n = count < t->count ? count : t->count;

	if (sorted == NULL)
		return 0;
	for (i = 0; i < t->count; i++)
		sorted[i] = &t->entries[i];
	qsort(sorted, t->count, sizeof(struct entry *), compare);
	for (i = 0; i < n; i++)
		entries[i] = (struct top_entry){
		    .key = key_of(t, (uint32_t)(sorted[i] - t->entries)),
		    .value = sorted[i]->value,
		    .before = sorted[i]->before};
	free(sorted);
	return n;
}

void
top_clear(struct top *t)
{
	t->count = 0;
	t->all = (struct estimate){0};
	memset(t->places, 0, (t->mask + 1) * sizeof(*t->places));
}

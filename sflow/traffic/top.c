#include "sflow/traffic/top.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "sflow/hash.h"

#define CHILDREN \
	4      /* of a node of the heap: they are in one or two lines of the cache */
#define LOAD 2 /* places of the hash table for each key */

/* What is needed to find an entry and to order it is apart from the entry: an update reads
 * few lines of memory. */
struct node {
	double weight; /* the largest sum that the entry may have */
	uint32_t entry;
};

struct place {
	uint32_t hash;
	uint32_t entry; /* plus 1; 0: the place is free */
};

struct entry {
	struct estimate value;
	double before;
	uint32_t hash;
};

/* `heap` has the smallest weight first, and `at` where each entry is in it. In `places` an
 * entry is in the first free place from its own on. */
struct top {
	size_t most, key_size, count;
	struct estimate all;
	struct entry *entries;
	uint8_t *keys;
	struct node *heap;
	uint32_t *at;
	struct place *places;
	size_t mask;
};

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
	       most * (sizeof(struct entry) + key_size + sizeof(struct node) +
	               sizeof(uint32_t)) +
	       places_for(most) * sizeof(struct place);
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
	t->at = calloc(most, sizeof(*t->at));
	t->places = calloc(t->mask + 1, sizeof(*t->places));
	if (t->entries != NULL && t->keys != NULL && t->heap != NULL && t->at != NULL &&
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
	free(t->at);
	free(t->places);
	free(t);
}

/* The hash table -------------------------------------------------------------------- */

/* Returns the place of the key, or the free one where it would be. */
static size_t
place_of(const struct top *t, const void *key, uint32_t hash)
{
	size_t at = hash & t->mask;

	for (; t->places[at].entry != 0; at = (at + 1) & t->mask)
		if (t->places[at].hash == hash &&
		    memcmp(key_of(t, t->places[at].entry - 1), key, t->key_size) == 0)
			break;
	return at;
}

/* Frees a place. Those behind it that would not be found any more move up (D. E. Knuth, The
 * Art of Computer Programming, volume 3, 6.4, algorithm R). */
static void
free_place(struct top *t, size_t at)
{
	size_t next = at, home;

	for (;;) {
		t->places[at].entry = 0;
		do {
			next = (next + 1) & t->mask;
			if (t->places[next].entry == 0)
				return;
			home = t->places[next].hash & t->mask;
		} while (((next - home) & t->mask) < ((next - at) & t->mask));
		t->places[at] = t->places[next];
		at = next;
	}
}

/* The heap --------------------------------------------------------------------------- */

static void
put(struct top *t, size_t at, struct node node)
{
	t->heap[at] = node;
	t->at[node.entry] = (uint32_t)at;
}

static void
sift_up(struct top *t, size_t at)
{
	struct node node = t->heap[at];
	size_t parent;

	for (; at > 0; at = parent) {
		parent = (at - 1) / CHILDREN;
		if (t->heap[parent].weight <= node.weight)
			break;
		put(t, at, t->heap[parent]);
	}
	put(t, at, node);
}

/* Returns the lightest child of a node; `count`: it has none. */
static size_t
lightest_child(const struct top *t, size_t at)
{
	size_t first = at * CHILDREN + 1, best = first, i;

	if (first >= t->count)
		return t->count;
	for (i = first + 1; i < first + CHILDREN && i < t->count; i++)
		if (t->heap[i].weight < t->heap[best].weight)
			best = i;
	return best;
}

static void
sift_down(struct top *t, size_t at)
{
	struct node node = t->heap[at];
	size_t child;

	for (; (child = lightest_child(t, at)) < t->count; at = child) {
		if (node.weight <= t->heap[child].weight)
			break;
		put(t, at, t->heap[child]);
	}
	put(t, at, node);
}

/* Interface -------------------------------------------------------------------------- */

/* Gives the key an entry: a new one, or that of the smallest. */
static uint32_t
admit(struct top *t, const void *key, uint32_t hash)
{
	struct node node = {0, (uint32_t)t->count};

	if (t->count < t->most) {
		put(t, t->count++, node);
		sift_up(t, t->count - 1);
	} else {
		node = t->heap[0];
		free_place(
		    t, place_of(t, key_of(t, node.entry), t->entries[node.entry].hash));
	}
	t->entries[node.entry] = (struct entry){.before = node.weight, .hash = hash};
	memcpy(key_of(t, node.entry), key, t->key_size);
	t->places[place_of(t, key, hash)] = (struct place){hash, node.entry + 1};
	return node.entry;
}

void
top_add(struct top *t, const void *key, double amount, double rate)
{
	uint32_t hash = (uint32_t)keyed_hash_64(key, t->key_size);
	uint32_t entry = t->places[place_of(t, key, hash)].entry;

	entry = entry == 0 ? admit(t, key, hash) : entry - 1;
	estimate_add(&t->all, amount, rate);
	estimate_add(&t->entries[entry].value, amount, rate);
	t->heap[t->at[entry]].weight =
	    t->entries[entry].value.sum + t->entries[entry].before;
	sift_down(t, t->at[entry]);
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
	return t->count < t->most ? 0 : t->heap[0].weight;
}

void
top_scale(struct top *t, double factor)
{
	size_t i;

	estimate_scale(&t->all, factor);
	for (i = 0; i < t->count; i++) {
		estimate_scale(&t->entries[i].value, factor);
		t->entries[i].before *= factor;
		t->heap[i].weight *= factor;
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

#include "tools/sflowget/fragments.h"

#include <stdlib.h>
#include <string.h>

#define UNIT 8 /* fragments begin at multiples of so many bytes */
#define UNITS (FRAGMENTS_BYTES / UNIT)

struct packet {
	struct fragment_key key;
	uint64_t order; /* number of its first fragment; 0: this place is free */
	size_t len;     /* 0: not known until the last fragment has come */
	size_t end;     /* the farthest end of a fragment */
	size_t units;   /* units that have come */
	uint8_t there[UNITS];
	uint8_t bytes[FRAGMENTS_BYTES];
};

struct fragments {
	uint64_t order, given_up;
	struct packet *packets[FRAGMENTS_PACKETS]; /* NULL: never used */
};

struct fragments *
fragments_new(void)
{
	return calloc(1, sizeof(struct fragments));
}

void
fragments_free(struct fragments *f)
{
	size_t i;

	for (i = 0; f != NULL && i < FRAGMENTS_PACKETS; i++)
		free(f->packets[i]);
	free(f);
}

static void
begin(struct fragments *f, struct packet *p, const struct fragment_key *key)
{
	if (p->order != 0)
		f->given_up++;
	p->key = *key;
	p->order = ++f->order;
	p->len = p->end = p->units = 0;
	memset(p->there, 0, sizeof(p->there));
}

static bool
is_same(const struct fragment_key *a, const struct fragment_key *b)
{
	return a->id == b->id && a->protocol == b->protocol &&
	       address_same(&a->from, &b->from) &&
	       memcmp(&a->to, &b->to, sizeof(a->to)) == 0;
}

/* Finds the packet of that key, or begins it in the place of the oldest; NULL without
 * memory. */
static struct packet *
find(struct fragments *f, const struct fragment_key *key)
{
	struct packet **place = NULL, *p;
	size_t i;

	for (i = 0; i < FRAGMENTS_PACKETS; i++) {
		p = f->packets[i];
		if (p != NULL && p->order != 0 && is_same(&p->key, key))
			return p;
		if (place == NULL ||
		    (*place != NULL && (p == NULL || p->order < (*place)->order)))
			place = &f->packets[i];
	}
	if (*place == NULL)
		*place = calloc(1, sizeof(**place));
	if (*place != NULL)
		begin(f, *place, key);
	return *place;
}

/* Copies a fragment's bytes into the packet, except for those that are there already. */
static void
put(struct packet *p, const struct fragment *fragment)
{
	size_t at, len;

	for (at = 0; at < fragment->len; at += len) {
		size_t unit = (fragment->at + at) / UNIT;

		len = fragment->len - at < UNIT ? fragment->len - at : UNIT;
		if (p->there[unit])
			continue;
		p->there[unit] = 1;
		p->units++;
		memcpy(p->bytes + unit * UNIT, fragment->bytes + at, len);
	}
}

/* Whether the fragment begins and ends where one may, and agrees with the other
 * fragments about the packet's end. */
static bool
fits(const struct packet *p, const struct fragment *fragment)
{
	size_t end = fragment->at + fragment->len;

	if (fragment->len == 0 || fragment->at % UNIT != 0 || end > FRAGMENTS_BYTES - 1)
		return false;
	if (fragment->last)
		return end >= p->end && (p->len == 0 || p->len == end);
	return end % UNIT == 0 && (p->len == 0 || end <= p->len);
}

const uint8_t *
fragments_add(struct fragments *f, const struct fragment *fragment, size_t *len)
{
	struct packet *p = find(f, &fragment->key);
	size_t end = fragment->at + fragment->len;

	if (p == NULL)
		return NULL;
	if (!fits(p, fragment)) {
		f->given_up++;
		p->order = 0;
		return NULL;
	}
	put(p, fragment);
	if (end > p->end)
		p->end = end;
	if (fragment->last)
		p->len = end;
	if (p->len == 0 || p->units != (p->len + UNIT - 1) / UNIT)
		return NULL;
	p->order = 0;
	*len = p->len;
	return p->bytes;
}

uint64_t
fragments_incomplete(const struct fragments *f)
{
	uint64_t count = f->given_up;
	size_t i;

	for (i = 0; i < FRAGMENTS_PACKETS; i++)
		count += f->packets[i] != NULL && f->packets[i]->order != 0;
	return count;
}

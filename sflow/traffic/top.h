/* top.h - the keys with the largest sums, in bounded memory: weighted Space-Saving (A. Metwally,
 * D. Agrawal, A. El Abbadi, ICDT 2005), with what each key's own samples say beside it.
 *
 * A table of `most` entries has every key whose sum is above all / most, of all that was added.
 * A key that comes while the table is full takes the place of the smallest one, and may have
 * been there before with as much as that had: `before`, which is never more than all / most. So
 *
 *     value.sum <= the sum of all samples of the key <= value.sum + before
 *
 * An update takes O(log most), whatever keys come; the hash is keyed, so that nobody can choose
 * keys that collide.
 */
#ifndef SFLOW_TRAFFIC_TOP_H
#define SFLOW_TRAFFIC_TOP_H

#include <stddef.h>
#include <stdint.h>

#include "sflow/traffic/estimate.h"

struct top;

struct top_entry {
	const void *key;       /* the table's, until the next update */
	struct estimate value; /* of the key's own samples, since it is in the table */
	double before;         /* it may have had so much before */
};

/* Makes a table of at most `most` keys (1 to 2^24) of `key_size` bytes each. Returns NULL
 * without memory. The caller frees it with top_free(), which takes NULL. */
struct top *top_new(size_t most, size_t key_size);
void top_free(struct top *top);

/* Returns the bytes that such a table takes. */
size_t top_bytes(size_t most, size_t key_size);

/* Adds a sample of the key: see estimate_add(). */
void top_add(struct top *top, const void *key, double amount, double rate);

/* Returns how many keys there are, and the sum of all that was added. */
size_t top_count(const struct top *top);
const struct estimate *top_all(const struct top *top);

/* Returns the sum that a key may have and not be in the table. */
double top_error(const struct top *top);

/* Multiplies all sums, as time makes them count less. */
void top_scale(struct top *top, double factor);

/* Writes up to `count` entries, the largest sums first. Returns how many. */
size_t top_largest(const struct top *top, struct top_entry *entries, size_t count);

/* Takes all keys out. */
void top_clear(struct top *top);

#endif

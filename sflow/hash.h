/* hash.h - uthash for tables whose keys are chosen by strangers: the hash is keyed
 * with random numbers that they can't know. Include it instead of uthash.h.
 */
#ifndef SFLOW_HASH_H
#define SFLOW_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The key, the same for all tables of the program. hash.c makes it random when the
 * program or module is loaded, before any code uses it. */
extern uint64_t hash_key[2];

static inline uint64_t
keyed_hash_word(uint64_t h, uint64_t word)
{
	h = (h ^ word) * UINT64_C(0x9e3779b97f4a7c15);
	h = ((h ^ h >> 29) + hash_key[1]) * UINT64_C(0xbf58476d1ce4e5b9);
	return h ^ h >> 32;
}

/* Returns a hash of `len` bytes. Two different strings of bytes have the same hash with
 * a chance of 1 to 2^64, and without the key nobody can choose two that have. */
static inline uint64_t
keyed_hash_64(const void *key, size_t len)
{
	const unsigned char *at = key;
	uint64_t h = hash_key[0] ^ len, word;

	for (; len >= sizeof(word); len -= sizeof(word), at += sizeof(word)) {
		memcpy(&word, at, sizeof(word));
		h = keyed_hash_word(h, word);
	}
	if (len == 0)
		return h;
	word = 0;
	memcpy(&word, at, len);
	return keyed_hash_word(h, word);
}

static inline unsigned
keyed_hash(const void *key, size_t len)
{
	return (unsigned)keyed_hash_64(key, len);
}

/* Where there is no memory, a table refuses the new element, whose hh.tbl is NULL. */
#define HASH_NONFATAL_OOM 1
#define HASH_FUNCTION(key, len, hash) (hash) = keyed_hash(key, len)
#include <uthash.h>

#endif

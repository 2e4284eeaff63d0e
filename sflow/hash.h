/* hash.h - uthash for tables whose keys are chosen by strangers: the hash is keyed
 * with random numbers that they can't know. Include it instead of uthash.h.
 */
#ifndef SFLOW_HASH_H
#define SFLOW_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Random before main() begins, and before a program that loads us as a module goes on:
 * hash.c. It is the same for all tables of the program. */
extern uint64_t hash_key[2];

static inline uint64_t
keyed_hash_word(uint64_t h, uint64_t word)
{
	h = (h ^ word) * UINT64_C(0x9e3779b97f4a7c15);
	h = ((h ^ h >> 29) + hash_key[1]) * UINT64_C(0xbf58476d1ce4e5b9);
	return h ^ h >> 32;
}

/* Two strings of bytes have the same with a chance of 1 to 2^64, and nobody can choose
 * them so. */
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

/* A table that can't grow for want of memory refuses what is new. */
#define HASH_NONFATAL_OOM 1
#define HASH_FUNCTION(key, len, hash) (hash) = keyed_hash(key, len)
#include <uthash.h>

#endif

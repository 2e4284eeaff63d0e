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

static inline unsigned
keyed_hash(const void *key, size_t len)
{
	const unsigned char *at = key;
	uint64_t h = hash_key[0] ^ len, word;
	size_t n;

	for (; len > 0; len -= n, at += n) {
		n = len < 8 ? len : 8;
		word = 0;
		memcpy(&word, at, n);
		h = (h ^ word) * UINT64_C(0x9e3779b97f4a7c15);
		h = ((h ^ h >> 29) + hash_key[1]) * UINT64_C(0xbf58476d1ce4e5b9);
		h ^= h >> 32;
	}
	return (unsigned)h;
}

/* A table that can't grow for want of memory refuses what is new. */
#define HASH_NONFATAL_OOM 1
#define HASH_FUNCTION(key, len, hash) (hash) = keyed_hash(key, len)
#include <uthash.h>

#endif

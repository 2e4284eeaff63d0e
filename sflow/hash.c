#include "sflow/hash.h"

#include <sys/auxv.h>
#include <sys/random.h>

uint64_t hash_key[2];

/* Where getrandom() fails (in a kernel before 3.17, or under a filter of system calls),
 * the 16 random bytes are used that the kernel gives to each program for its stack
 * protector. */
__attribute__((constructor(101))) static void
make_key(void)
{
	const void *given;

	if (getrandom(hash_key, sizeof(hash_key), 0) == sizeof(hash_key))
		return;
	given = (const void *)getauxval(AT_RANDOM);
	if (given != NULL)
		memcpy(hash_key, given, sizeof(hash_key));
}

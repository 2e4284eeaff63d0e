/* fuzz.h - a fuzz target, for libFuzzer and for replay.c.
 *
 * The target NAME is fuzz_NAME.c, and its seeds are in the folder corpus/NAME. It
 * says at its top what an input is. Any series of bytes has to be one.
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* Runs one input, and aborts when what comes out breaks a rule. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Says which rule is broken, and by what, shortened; and aborts. */
static inline _Noreturn void
fuzz_broken(const char *rule, const char *what)
{
	fprintf(stderr, "broken rule: %s: \"%.1000s\"\n", rule, what);
	abort();
}

/* NAME; or that of another target, whose seeds it has. */
extern const char fuzz_name[];

/* A word that the target's parser cares about, one of many by `random`: its
 * length. */
#define FUZZ_WORD 64
size_t fuzz_word(uint32_t random, uint8_t word[FUZZ_WORD]);

/* For a target whose words are numbers of four bytes: puts one, gives its length. */
static inline size_t
fuzz_number(uint32_t number, uint8_t word[FUZZ_WORD])
{
	word[0] = (uint8_t)(number >> 24);
	word[1] = (uint8_t)(number >> 16);
	word[2] = (uint8_t)(number >> 8);
	word[3] = (uint8_t)number;
	return 4;
}

#endif

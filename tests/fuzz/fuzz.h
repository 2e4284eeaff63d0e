/* fuzz.h - the fuzz target, for libFuzzer and for replay.c.
 *
 * An input is a byte of options and a series of datagrams, each behind two
 * bytes: four bits that choose how much time passes before it, and twelve of
 * its length. What is left when a length goes beyond the end is the last
 * datagram. Any series of bytes is an input.
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Feeds a collector with small bounds, reads its store as a publisher does,
 * and aborts when what comes out breaks a rule. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif

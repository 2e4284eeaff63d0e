/* world.h - the clock and the network that a program under test sees, both invented: in
 * place of common/clock.c and common/udp.c. The program's own thread that receives goes
 * on with its own code. Where it would wait, the time passes at once, up to the next
 * datagram of a recording, or as long as it would have waited.
 */
#ifndef TESTS_WORLD_H
#define TESTS_WORLD_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Called each second, by the thread that receives, when all of that moment is done.
 * `since_ms` is the time since the first datagram; `news` says that datagrams have come
 * since the last call. */
typedef void world_second(int64_t since_ms, bool news);

/* Reads the datagrams to come, a line each: milliseconds of the wall clock, the packet's
 * source, and the bytes in hexadecimal. The time begins a second before the first one,
 * and ends `silence_s` seconds after the last one. Returns false where there are none, or
 * where a line is none of these. Call it before anything that asks for the time. */
bool world_read(FILE *lines, unsigned silence_s, world_second *second);

/* Waits until the time has ended. Then the program ends its thread as it always does. */
void world_wait(void);

#endif

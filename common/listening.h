/* listening.h - whether a program could hear its agents.
 *
 * A program that is stopped for a minute, or gets so little of the processor that the
 * kernel drops most datagrams, must not call its agents down for what it has not heard.
 * Pure: no clock, no memory but the caller's.
 */
#ifndef COMMON_LISTENING_H
#define COMMON_LISTENING_H

#include <stdbool.h>
#include <stdint.h>

/* A line for the log, with the seconds for which nobody listened. */
#define LISTENING_DEAF \
	"nobody listened for %.1f s, or most datagrams were lost to the kernel: no " \
	"host is missed for that"

/* All zero at first. */
struct listening {
	int64_t ticked_ms;          /* the last tick */
	uint64_t received, dropped; /* by then */
	double lost;                /* share of all datagrams that the kernel dropped
	                             * lately: the highest of a second, less and less */
};

/* Called once a second, with the numbers of datagrams that were received, and that the
 * kernel dropped, since the start. Returns true where the time since the last call does
 * not count, because the program was stopped for longer than it takes to work off a
 * backlog, or because most datagrams were dropped; *since_ms is the last call's time
 * then. */
bool listening_tick(struct listening *listening, uint64_t received, uint64_t dropped,
                    int64_t now, int64_t *since_ms);

#endif

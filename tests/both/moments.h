/* moments.h - the moments at which both programs print all that they show. */
#ifndef TESTS_MOMENTS_H
#define TESTS_MOMENTS_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define MOMENTS_SOON_S 60  /* so long after the last datagram */
#define MOMENTS_OFTEN_S 10 /* it is printed so often, */
#define MOMENTS_REST_S 60  /* and then so often */

/* Whether all is to be printed in this second, of the time since the first datagram:
 * when datagrams have come, and now and then in silence. Prints the line that comes
 * before it. */
static inline bool
moment_begins(int64_t since_ms, bool news)
{
	static int64_t news_s;
	int64_t since_s = since_ms / 1000, every = MOMENTS_REST_S;

	if (news)
		news_s = since_s;
	if (since_s - news_s <= MOMENTS_SOON_S)
		every = MOMENTS_OFTEN_S;
	if (!news && since_s % every != 0)
		return false;
	printf("AT %" PRId64 "\n", since_ms);
	return true;
}

#endif

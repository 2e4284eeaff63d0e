/* clock.h - the clocks that programs read. The library gets times as arguments. */
#ifndef COMMON_CLOCK_H
#define COMMON_CLOCK_H

#include <stdint.h>

/* Returns the time of a clock that never goes back, in milliseconds. */
int64_t clock_ms(void);

/* Returns `now`, or *latest where that is later, and keeps it there: what is given to a
 * collector never goes back, though a datagram may have waited while another socket's were
 * taken, and one thread may read the clock before another and come after it. */
static inline int64_t
clock_not_back(int64_t *latest, int64_t now)
{
	if (now > *latest)
		*latest = now;
	return *latest;
}

/* Returns the wall clock minus clock_ms(), in milliseconds. */
int64_t clock_wall_offset(void);

#endif

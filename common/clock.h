/* clock.h - the clocks that programs read. The library gets times as arguments. */
#ifndef COMMON_CLOCK_H
#define COMMON_CLOCK_H

#include <stdint.h>

/* Returns the time of a clock that never goes back, in milliseconds. */
int64_t clock_ms(void);

/* Returns the wall clock minus clock_ms(), in milliseconds. */
int64_t clock_wall_offset(void);

#endif

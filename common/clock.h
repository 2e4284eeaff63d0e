/* clock.h - the clocks that programs read and the library is given. */
#ifndef COMMON_CLOCK_H
#define COMMON_CLOCK_H

#include <stdint.h>

/* Milliseconds of a clock that never goes back. */
int64_t clock_ms(void);

/* The wall clock minus clock_ms(), in milliseconds. */
int64_t clock_wall_offset(void);

#endif

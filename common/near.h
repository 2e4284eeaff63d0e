/* near.h - which of the names that there are was meant by one that there isn't. */
#ifndef COMMON_NEAR_H
#define COMMON_NEAR_H

#include <stdbool.h>

#define NEAR_NAME 64 /* bytes of a name, with the NUL; longer ones are nobody's miss */

/* Begins as zero but for `asked`, which stays the caller's. */
struct near {
	const char *asked;
	unsigned
	    distance; /* of the best one; 0 where there is none yet, or see `exact` */
	bool exact;   /* there is one of that name: nothing has to be found */
	char best[NEAR_NAME];
};

/* Looks at a name that there is. One is near that is the other without its domain, differs
 * in case alone, or by a few letters. Of two that are as near the first is kept. Takes
 * no more than some microseconds, whatever the name is. */
void near_offer(struct near *near, const char *name);

/* Returns the nearest name; NULL: none is near, or the name itself is there. */
const char *near_found(const struct near *near);

#endif

/* rrd_header.h - reads the header of an RRD file, which is much cheaper than to ask librrd. */
#ifndef BRIDGE_RRD_HEADER_H
#define BRIDGE_RRD_HEADER_H

#include <stdbool.h>
#include <stdint.h>

#include "gmetad-bridge/rrd/rrd_faults.h"

struct rrd_header {
	bool there;           /* there is a file, or it can't be told */
	bool known;           /* it was read, and so are the members below */
	unsigned heartbeat_s; /* the shortest one of its data sources */
	int64_t last_s;       /* the time of its last update */
};

/* Looks whether the file of this path is as those are that the bridge writes: with the data
 * source "sum", and "num" with `sums`; and whether it can be read, and with `writes` written.
 * Returns its fault, and `why` says it in words. `header` is not known where there is a fault,
 * no such file, and where it can't be told, which is no fault of the file. */
enum rrd_fault rrd_header_read(const char *path, bool sums, bool writes,
                               struct rrd_header *header, char why[RRD_WHY]);

/* Whether there is a link to nowhere in the place of a file, which RRD_TO_NOWHERE says: a disk
 * may not be mounted. */
#define RRD_TO_NOWHERE "there is a link to nowhere in its place"
bool rrd_is_to_nowhere(const char *path);

#endif

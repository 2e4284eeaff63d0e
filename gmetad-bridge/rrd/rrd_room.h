/* rrd_room.h - whether there is room for another RRD file: on the disk, and in the folder of
 * its host. A flood of names can ask for more files than any disk has, and a full disk takes
 * the updates of all the others with it. For one thread at a time.
 */
#ifndef BRIDGE_RRD_ROOM_H
#define BRIDGE_RRD_ROOM_H

#include <stdbool.h>
#include <stdint.h>

#include "common/log.h"
#include "gmetad-bridge/config/config.h"

struct folder;

/* All zero: nothing is known. */
struct rrd_room {
	struct folder *folders; /* how many files those have in which some were made */
	int64_t looked_ms;      /* when the disk was last looked at; 0: never */
	bool low;               /* it had too little room then */
	struct log_limit full, many;
};

void rrd_room_free(struct rrd_room *room);

/* Whether the file of this path may be made, and is counted then: not while less than `keep_free` percent, or 1
 * GB, of the disk with the root folder is free, nor where its host's folder has `files`
 * files. The folders of sums have their own bound. Where the folders can't be seen, because
 * a distant rrdcached has them, only the files that were made for it count. What is refused
 * has a line in the log. */
bool rrd_room_for(struct rrd_room *room, const struct config_rrd *config,
                  const char *path, int64_t now);

#endif

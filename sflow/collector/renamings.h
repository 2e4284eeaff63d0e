/* renamings.h - names that the administrator gives to hosts in place of those that they
 * have by themselves. A renaming is of a cluster and a name there, so it outlives the host,
 * and holds for whoever has the name next: the same machine at another address, say.
 *
 * Two names of a cluster never get the same other one.
 */
#ifndef SFLOW_RENAMINGS_H
#define SFLOW_RENAMINGS_H

#include <stddef.h>
#include <stdint.h>

#include "sflow/collector/collector.h"

#define RENAMINGS_MAX 65536

struct renaming;

/* All zero: there are none. */
struct renamings {
	struct renaming *by_name, *by_is;
	uint64_t version; /* another one after each change */
};

/* Returns what a host of that name is to be called; NULL: as it is. Valid until the next
 * change. */
const char *renamings_find(const struct renamings *renamings, unsigned cluster,
                           const char *name);

/* Returns the name of which `is` is the other one; NULL: of none. */
const char *renamings_key(const struct renamings *renamings, unsigned cluster,
                          const char *is);

/* Has hosts of that name called `is`; where that is the name itself, removes what was set.
 * Returns 0; or -1 at the bound or without memory, and then nothing has changed. */
int renamings_set(struct renamings *renamings, unsigned cluster, const char *name,
                  const char *is);

/* Has the renaming whose other name is `is`, if there is one, hold in another cluster from
 * the next renamings_settle() on: so clusters may change places. One whose names are others'
 * there is removed. */
void renamings_move(struct renamings *renamings, unsigned from, unsigned to,
                    const char *is);
void renamings_settle(struct renamings *renamings);

/* Copies up to `room` renamings. Returns how many there are. */
size_t renamings_list(const struct renamings *renamings,
                      struct collector_renaming *list, size_t room);

void renamings_free(struct renamings *renamings);

#endif

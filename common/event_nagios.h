/* event_nagios.h - tells Nagios who is down and who is up: passive results of host checks,
 * into its command file. It never waits for Nagios; what can't be told now waits,
 * the newest of each host. One thread uses it, and one whose SIGPIPE is blocked or
 * ignored: a Nagios that ends while it is written to must not end us.
 */
#ifndef COMMON_EVENT_NAGIOS_H
#define COMMON_EVENT_NAGIOS_H

#include <stdatomic.h>
#include <stdint.h>

#include "sflow/event.h"

#define NAGIOS_WAITING_MAX 10000 /* hosts whose result waits, at most */

/* Results since the start; any thread may read them. */
struct nagios_counts {
	atomic_uint_fast64_t sent;
	atomic_uint_fast64_t dropped; /* no room, or a name that Nagios can't have */
	atomic_uint_fast64_t waiting; /* now */
};
extern struct nagios_counts nagios_counts;

/* Notes what the event says of its host, instead of what waits for that host: down,
 * gone: DOWN; joined, returned, renamed while it is heard: UP, by the name that it
 * has now. Others say nothing about up and down. Does nothing where there is no
 * `path` (NULL or ""). */
void nagios_tell(const char *path, const struct event *event,
                 int64_t wall_offset_ms, int64_t now);

/* Sends what waits, in its order, as far as the command file `path` takes it; the
 * rest is for the next call, about a second later. It has to be a FIFO, and no
 * symbolic link. What is wrong with it is logged when it begins, and when it is
 * over. Without a `path` what waits is forgotten. */
void nagios_tick(const char *path, int64_t now);

/* Forgets what waits. */
void nagios_stop(void);

#endif

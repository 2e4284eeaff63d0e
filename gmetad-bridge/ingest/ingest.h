/* ingest.h - datagrams from the network into the collector: sockets, one thread
 * each, and the collector's lock, ticks and events.
 */
#ifndef BRIDGE_INGEST_H
#define BRIDGE_INGEST_H

#include "common/clock.h" /* clock_ms(), clock_wall_offset() */
#include "gmetad-bridge/config/config.h"
#include "sflow/collector/collector.h"

/* Binds the sockets, as long as this process is still root. Returns 0, or -1 after
 * it has said why in the log (a port that is taken). */
int ingest_bind(const struct config *config);

/* Starts the threads, on what ingest_bind() has bound. Holds the configuration. 0, or
 * -1 with a line in the log. */
int ingest_start(const struct config *config, struct collector *collector);

/* Another configuration: the collector's, the rate, and, where they have changed,
 * sockets. What can't be bound is logged, and the old socket stays. */
void ingest_reload(const struct config *config);

/* Ends the threads, after what the kernel has received is taken (for half a second
 * at most), and closes the sockets. Fine when nothing was bound or started. All of
 * these are for one thread, the program's first. */
void ingest_stop(void);

/* Whoever else calls the collector: under this lock, for a millisecond or two. It
 * comes next, however much the network brings. */
void ingest_lock(void);
void ingest_unlock(void);

/* The port that the sockets are bound to, for tests that leave it to the system; 0
 * when there are none. */
uint16_t ingest_port(void);

#endif

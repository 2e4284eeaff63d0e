/* ingest.h - takes datagrams from the network into the collector: sockets, each with a
 * thread, and the collector's lock, ticks and events.
 *
 * The functions are for one thread, the program's first, except ingest_lock(),
 * ingest_unlock() and ingest_now().
 */
#ifndef BRIDGE_INGEST_H
#define BRIDGE_INGEST_H

#include "common/clock.h" /* clock_ms(), clock_wall_offset() */
#include "gmetad-bridge/config/config.h"
#include "sflow/collector/collector.h"

/* Binds the sockets, while this process is still root. Returns 0, or -1 after a line in
 * the log (such as for a port that is taken). */
int ingest_bind(const struct config *config);

/* Starts the threads on the sockets of ingest_bind(). Holds the configuration. Returns
 * 0, or -1 with a line in the log. */
int ingest_start(const struct config *config, struct collector *collector);

/* Takes another configuration: the collector's, the rate, and the sockets, where they
 * have changed. A socket that can't be bound is logged, and the old one stays. */
void ingest_reload(const struct config *config);

/* Takes the next host that ingest_reload() has renamed; see collector_next_renamed(). */
bool ingest_next_renamed(struct collector_renaming *renamed);

/* Ends the threads, after they have taken what the kernel has received (for half a
 * second at most), and closes the sockets. Fine when nothing was bound or started. */
void ingest_stop(void);

/* Lock and unlock the collector. Any thread that calls the collector holds this lock,
 * for a millisecond or two. A waiting thread gets it next, however much the network
 * brings. */
void ingest_lock(void);
void ingest_unlock(void);

/* Returns the time to give to the collector; for who holds the lock. */
int64_t ingest_now(void);

/* Returns the port that the sockets are bound to, for tests that let the system choose
 * it; 0 when there are no sockets. */
uint16_t ingest_port(void);

#endif

/* rrd_guard.h - librrd writes through memory maps. Where the system then finds no
 * block for a page (a file with holes on a full disk, a file system that never
 * writes in place, a broken disk), it sends SIGBUS, which would end the bridge.
 */
#ifndef BRIDGE_RRD_GUARD_H
#define BRIDGE_RRD_GUARD_H

#include <stdbool.h>

/* From now on SIGBUS within rrd_guard_call() is caught; elsewhere it ends the
 * process, as ever. */
void rrd_guard_install(void);

/* Calls `work`, which has the file `path` open and mapped at times. False when it
 * was broken off by SIGBUS: the map and the file are closed then, but memory that
 * it had allocated is lost, some kilobytes; so not to be done without end. */
bool rrd_guard_call(void (*work)(void *), void *argument, const char *path);

#endif

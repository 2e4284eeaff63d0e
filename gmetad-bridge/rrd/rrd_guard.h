/* rrd_guard.h - catches SIGBUS in librrd, which writes through memory maps. When the
 * system finds no block for a page (a file with holes on a full disk, a file system
 * that never writes in place, a broken disk), it sends SIGBUS, which would end the
 * bridge.
 */
#ifndef BRIDGE_RRD_GUARD_H
#define BRIDGE_RRD_GUARD_H

#include <stdbool.h>

/* Installs the handler: SIGBUS inside rrd_guard_call() is caught; elsewhere it still
 * ends the process. */
void rrd_guard_install(void);

/* Calls work(argument), which may open and map the file `path`. Returns false when
 * SIGBUS broke it off. The map and the file are closed then, but memory that `work` had
 * allocated is lost, some kilobytes; so don't repeat it without limit. */
bool rrd_guard_call(void (*work)(void *), void *argument, const char *path);

#endif

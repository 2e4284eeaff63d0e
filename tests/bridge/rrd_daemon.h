/* rrd_daemon.h - the real rrdcached, over the folder of a rig. */
#ifndef TESTS_BRIDGE_RRD_DAEMON_H
#define TESTS_BRIDGE_RRD_DAEMON_H

#include <sys/types.h>

#include "tests/bridge/rrd_rig.h"

/* Starts rrdcached in the foreground, with one more option; waits until it listens.
 * -1 when it ends instead. */
pid_t start_rrdcached(const struct rig *rig, const char *address, const char *option,
                      const char *value);

/* A port of 127.0.0.1 that was free a moment ago. */
unsigned free_port(void);

/* Is somebody listening there? */
bool rrdcached_answers(const char *address);

/* Ends it; with SIGTERM it writes what it has first. */
void end_rrdcached(pid_t pid, int number);

#endif

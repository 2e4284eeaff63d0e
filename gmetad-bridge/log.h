/* log.h - the bridge's log_line(): lines go to syslog, or to stderr, which systemd's
 * journal takes. */
#ifndef BRIDGE_LOG_H
#define BRIDGE_LOG_H

#include <stdbool.h>

#include "common/log.h" /* log_line(), log_limited() */

/* Chooses where lines go. Before this call, and without `syslog`, they go to stderr,
 * with the bridge's name in front. Any thread may log; each line is written as a
 * whole. */
void log_open(bool syslog);

#endif

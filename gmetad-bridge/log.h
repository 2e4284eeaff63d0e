/* log.h - lines to syslog, or to stderr, from where systemd takes them. */
#ifndef BRIDGE_LOG_H
#define BRIDGE_LOG_H

#include <stdbool.h>

#include "common/log.h" /* log_line(), log_limited() */

/* Before it, and without `syslog`, lines go to stderr, marked as the bridge's. A
 * line is whole, whichever threads log at the same time. */
void log_open(bool syslog);

#endif

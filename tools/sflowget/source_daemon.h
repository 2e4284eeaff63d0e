/* source_daemon.h - the source that asks gmond, gmetad or gmetad-bridge. */
#ifndef SFLOWGET_SOURCE_DAEMON_H
#define SFLOWGET_SOURCE_DAEMON_H

#include <stdint.h>

#include "tools/daemon.h"
#include "tools/sflowget/item.h"
#include "tools/sflowget/wanted.h"

/* Asks once, where possible only for what is wanted, and gives the sink all that comes.
 * `deadline_ms` is of clock_ms(); `wall_ms` is the wall clock now. Returns like
 * daemon_read(). */
enum daemon_result source_daemon_read(const struct daemon_address *address,
                                      const struct wanted *wanted,
                                      const struct item_sink *sink, int64_t deadline_ms,
                                      int64_t wall_ms, char fault[DAEMON_FAULT]);

#endif

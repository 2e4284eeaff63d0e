/* source_daemon.h - values as gmond, gmetad or gmetad-bridge tells them. */
#ifndef SFLOWGET_SOURCE_DAEMON_H
#define SFLOWGET_SOURCE_DAEMON_H

#include <stdint.h>

#include "tools/daemon.h"
#include "tools/sflowget/item.h"
#include "tools/sflowget/wanted.h"

/* Asks once, for no more than what is wanted where that can be said, and gives all that
 * comes to the sink. `deadline_ms` is of clock_ms(), `wall_ms` is now. As
 * daemon_read(). */
enum daemon_result source_daemon_read(const struct daemon_address *address,
                                      const struct wanted *wanted,
                                      const struct item_sink *sink,
                                      int64_t deadline_ms, int64_t wall_ms,
                                      char fault[DAEMON_FAULT]);

#endif

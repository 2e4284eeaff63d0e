/* status.h - /status: the bridge's state as JSON. What gmetad's /status has, too, is in
 * the same places as there; the rest is under "bridge".
 */
#ifndef BRIDGE_STATUS_H
#define BRIDGE_STATUS_H

#include <stdint.h>

#include "common/buffer.h"
#include "gmetad-bridge/config/config.h"
#include "sflow/collector/collector.h"

/* Sets when the bridge was started, and its collector's statistics, which must live as
 * long as the bridge; NULL: the answer has none. Call it before any thread may ask. */
void status_begin(const struct collector_stats *stats, int64_t now);

/* Returns when the bridge was started, in seconds of the wall clock, which is `wall_ms` at
 * `now`. */
int64_t status_started_s(int64_t now, int64_t wall_ms);

/* Appends the answer with its HTTP header. `callback` is the name of a JavaScript
 * function to call with it (JSONP); "": none. */
void status_print(struct buffer *buffer, const struct config *config,
                  const char *callback, int64_t now, int64_t wall_ms);

#endif

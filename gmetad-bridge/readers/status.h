/* status.h - /status: what the bridge says of itself, as JSON, where gmetad says it,
 * as far as there is the like; the rest is under "bridge".
 */
#ifndef BRIDGE_STATUS_H
#define BRIDGE_STATUS_H

#include <stdint.h>

#include "common/buffer.h"
#include "gmetad-bridge/config/config.h"
#include "sflow/collector/collector.h"

/* The bridge was started at `now`, and these are its collector's figures, which live
 * as long as it does; NULL: none are told. Before any thread asks. */
void status_begin(const struct collector_stats *stats, int64_t now);

/* Appends the answer with its HTTP header. `callback` is a JavaScript function's
 * name; "": none. */
void status_print(struct buffer *buffer, const struct config *config,
                  const char *callback, int64_t now, int64_t wall_ms);

#endif

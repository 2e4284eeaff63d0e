/* source_collector.h - values that are made of datagrams here, as gmond's module and
 * gmetad-bridge make them.
 */
#ifndef SFLOWGET_SOURCE_COLLECTOR_H
#define SFLOWGET_SOURCE_COLLECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sflow/address.h"
#include "tools/sflowget/item.h"
#include "tools/sflowget/wanted.h"

struct gather;

/* Of raw fields, the last records are kept where `fields` is set. NULL without
 * memory. */
struct gather *gather_new(bool fields);
void gather_free(struct gather *gather);

/* One datagram, at the wall clock's `wall_ms`; a clock that goes back stands still
 * here. What was missing between it and the one before is taken note of. */
void gather_input(struct gather *gather, const void *bytes, size_t len,
                  const struct address *from, int64_t wall_ms);

/* Time passes without a datagram. */
void gather_tick(struct gather *gather, int64_t wall_ms);

/* Agents that have sent no name are called by their address from now on. */
void gather_name_all(struct gather *gather);

/* All metrics that are known now, and the raw fields that are wanted. Returns false
 * when the sink has stopped it. */
bool gather_items(struct gather *gather, const struct wanted *wanted,
                  const struct item_sink *sink);

/* Whether a whole round of counters has come of that agent, so that there is a rate
 * of all that it sends: at least two samples of each of its data sources. */
bool gather_round(const struct gather *gather, const char *address);

/* Datagrams that were taken, and that were none of sFlow version 5. */
uint64_t gather_good(const struct gather *gather);
uint64_t gather_bad(const struct gather *gather);

#endif

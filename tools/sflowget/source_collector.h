/* source_collector.h - the source that makes values of datagrams itself, as gmond's
 * module and gmetad-bridge do.
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

/* Begins. With `fields` it keeps the last records, for raw fields. NULL without
 * memory. */
struct gather *gather_new(bool fields);
void gather_free(struct gather *gather);

/* Takes one datagram, which came at `wall_ms` of the wall clock. A clock that goes back
 * is treated as if it stood still. */
void gather_input(struct gather *gather, const void *bytes, size_t len,
                  const struct address *from, int64_t wall_ms);

/* Notes that it is `wall_ms` without another datagram. */
void gather_tick(struct gather *gather, int64_t wall_ms);

/* Gives agents that have sent no name their address as name. */
void gather_name_all(struct gather *gather);

/* Gives the sink all metrics that are known now, and the raw fields that are wanted.
 * Returns false when the sink has stopped it. */
bool gather_items(struct gather *gather, const struct wanted *wanted,
                  const struct item_sink *sink);

/* Whether at least two samples have come of each of the agent's data sources, so that
 * all its rates are there. */
bool gather_round(const struct gather *gather, const char *address);

/* Return how many datagrams were taken; and how many were not, because of this negative
 * enum datagram_error: DATAGRAM_SHORT, DATAGRAM_VERSION or DATAGRAM_ADDRESS. */
uint64_t gather_good(const struct gather *gather);
uint64_t gather_bad(const struct gather *gather, int error);

#endif

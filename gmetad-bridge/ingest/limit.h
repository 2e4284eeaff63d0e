/* limit.h - limits how many datagrams a source may send. Each source has a bucket,
 * which gets `rate` tokens a second and holds the tokens of two seconds, or LIMIT_BURST
 * where that is more. A datagram takes one token.
 *
 * The number of sources is bounded. At the bound a new source gets the bucket of the
 * source that was silent for longest, but only if that is full, so that the limit of
 * that source is not changed. Otherwise all new sources share one bucket. No clock, no
 * lock: one thread at a time.
 */
#ifndef BRIDGE_LIMIT_H
#define BRIDGE_LIMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sflow/address.h"

#define LIMIT_SOURCES 65536
#define LIMIT_BURST 64

struct limit;

/* Begins without sources, and has buckets for at most `most`. NULL without memory. */
struct limit *limit_new(size_t most);
void limit_free(struct limit *limit);

/* Whether a datagram of this source at `now`, in milliseconds, is within `rate`, which
 * is in datagrams per second and at least 1. The rate may differ from call to call. */
bool limit_allows(struct limit *limit, const struct address *source, unsigned rate,
                  int64_t now);

/* Returns how many sources have a bucket. */
size_t limit_count(const struct limit *limit);

#endif

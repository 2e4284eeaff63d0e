/* limit.h - how many datagrams a source may send: for each a bucket, that fills with
 * `rate` tokens a second and holds those of two seconds, or LIMIT_BURST where that is
 * more; a datagram takes one.
 *
 * Sources are bounded. At the bound the one that was silent for longest gives way,
 * if its bucket is full, so that nothing is forgotten with it; else newcomers share
 * one bucket. No clock, no lock: one thread at a time.
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

/* Knows no source, and at most `most` of them. NULL without memory. */
struct limit *limit_new(size_t most);
void limit_free(struct limit *limit);

/* Whether a datagram of this source at `now`, in milliseconds, is within the rate,
 * in datagrams per second, at least 1. The rate may be another one each time. */
bool limit_allows(struct limit *limit, const struct address *source,
                  unsigned rate, int64_t now);

/* Sources that are known now. */
size_t limit_count(const struct limit *limit);

#endif

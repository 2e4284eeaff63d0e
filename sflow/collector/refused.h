/* refused.h - the sources of datagrams that are not allowed, for an event a minute. A stranger
 * can't fill it: of each reason the first few sources since the last event are kept.
 */
#ifndef SFLOW_COLLECTOR_REFUSED_H
#define SFLOW_COLLECTOR_REFUSED_H

#include <stdint.h>

#include "sflow/address.h"
#include "sflow/event.h"

#define REFUSED_SOURCES 16

/* Begins as zero. */
struct refused {
	struct refused_for {
		struct address sources[REFUSED_SOURCES];
		unsigned count;
		bool more;       /* there were further ones */
		bool told;       /* ever */
		int64_t told_ms; /* the last time */
	} reasons[EVENT_REFUSED_COUNT];
};

struct collector;

/* Counts a datagram from that source as not allowed. */
void collector_not_allowed(struct collector *collector, const struct address *from,
                           enum event_refused reason);

/* Forgets what was refused by another configuration, and was not told. */
void collector_forget_refused(struct collector *collector);

/* Tells what is due: for collector_tick(). */
void collector_tell_refused(struct collector *collector);

#endif

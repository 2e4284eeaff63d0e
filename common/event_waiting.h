/* event_waiting.h - events that a sink could not pass on at once.
 *
 * Of each host only the newest state waits: joined, late, down, returned, moved, gone or
 * removed.
 * Of other events the newest of each kind waits for each host. Deaths are given first,
 * then returns and moves, then the rest, each in the order in which they came. Where there
 * is no room, the rest makes way for deaths and returns, and returns for deaths, so that a
 * flood of new hosts hides nothing.
 */
#ifndef COMMON_EVENT_WAITING_H
#define COMMON_EVENT_WAITING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sflow/event.h"

#define EVENT_CLASSES 3 /* deaths, returns, the rest */

/* An event that waits. */
struct waiting_event {
	struct event event;
	int64_t wall_offset_ms; /* the wall clock minus the event's clock */
};

/* All zero but the first two members: none waits. */
struct event_waiting {
	size_t max;        /* so many may wait */
	bool one_per_host; /* other events take the place of a state, too */
	struct waiter *by_key;
	struct waiter *lists[EVENT_CLASSES];
	size_t counts[EVENT_CLASSES];
	size_t count;
	uint64_t left_out; /* so many made way, or found no room */
};

/* Adds an event of membership. It replaces the one that it makes out of date. */
void event_waiting_add(struct event_waiting *waiting, const struct event *event,
                       int64_t wall_offset_ms);

/* Whether so many deaths wait that the next EVENTS_AT_ONCE may find no room. */
bool event_waiting_is_full(const struct event_waiting *waiting);

/* Returns the event that is to be passed on next; NULL where there is none. It is valid
 * until the next call. */
const struct waiting_event *event_waiting_next(const struct event_waiting *waiting);

/* Removes that one; there has to be one. */
void event_waiting_remove(struct event_waiting *waiting);

/* Removes all. */
void event_waiting_free(struct event_waiting *waiting);

#endif

/* events.h - the queue of events that wait until a program fetches them. The number of
 * each kind is bounded, so that a flood of one kind does not displace the others.
 */
#ifndef SFLOW_EVENTS_H
#define SFLOW_EVENTS_H

#include "sflow/event.h"

/* All zero: no event waits. */
struct event_queue {
	struct event *events; /* has `room`; `count` events wait from `first` on */
	size_t room, first, count;
	size_t of_kind[EVENT_KIND_COUNT]; /* how many events of each kind wait */
	struct event nobody; /* an event without a place is written here, not read */
};

/* Adds an event of this kind and agent to the queue, and returns it for the rest to be
 * filled in: its cluster is EVENT_NO_CLUSTER, and all else is zero. Where as many of
 * its kind wait as may, or without memory, it returns an event that is not in the
 * queue, so it is never NULL. The pointer is valid until the next call. */
struct event *events_tell(struct event_queue *queue, enum event_kind kind,
                          const struct address *agent);

/* Whether one more event of this kind may wait. */
bool events_has_room(const struct event_queue *queue, enum event_kind kind);

/* Whether the event that events_tell() has returned is in the queue. */
bool events_is_waiting(const struct event_queue *queue, const struct event *event);

/* Takes the event that has waited longest out of the queue; false when there is none. */
bool events_next(struct event_queue *queue, struct event *event);

/* Frees the queue and the events in it. */
void events_free(struct event_queue *queue);

#endif

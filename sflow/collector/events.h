/* events.h - the events that wait until a program fetches them. Bounded, so that no
 * flood of one kind hides the others.
 */
#ifndef SFLOW_EVENTS_H
#define SFLOW_EVENTS_H

#include "sflow/event.h"

/* All zero: none wait. */
struct event_queue {
	struct event *events; /* room for so many; from `first` on `count` wait */
	size_t room, first, count;
	size_t of_kind[EVENT_KIND_COUNT]; /* so many of those that wait */
	struct event nobody; /* written where there is no room, and never read */
};

/* Adds an event of this kind, of this agent, to those that wait, and returns it for the
 * rest to be filled in: no cluster, and all else is zero. Where as many of its kind wait
 * as may, or there is no memory, it returns a place that nobody reads. What it returns
 * is good until the next call. */
struct event *events_tell(struct event_queue *queue, enum event_kind kind,
                          const struct address *agent);

/* Takes out the one that has waited longest; false when there is none. */
bool events_next(struct event_queue *queue, struct event *event);

/* Forgets those that wait, and frees what they were in. */
void events_free(struct event_queue *queue);

#endif

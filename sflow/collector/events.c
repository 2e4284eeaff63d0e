#include "sflow/collector/events.h"

#include <stdlib.h>
#include <string.h>

#define ROOM_FIRST 64

/* Returns the place behind the waiting events. Where there is none, the events move to
 * the front if more places than they need are free there; else the room is doubled.
 * NULL without memory. */
static struct event *
next_place(struct event_queue *q)
{
	size_t size = sizeof(q->events[0]), room = q->room * 2;
	struct event *larger;

	if (q->first + q->count < q->room)
		return &q->events[q->first + q->count];
	if (q->first > q->count) {
		memcpy(q->events, q->events + q->first, q->count * size);
		q->first = 0;
		return &q->events[q->count];
	}
	if (room == 0)
		room = ROOM_FIRST;
	larger = realloc(q->events, room * size);
	if (larger == NULL)
		return NULL;
	q->events = larger;
	q->room = room;
	return &q->events[q->first + q->count];
}

bool
events_has_room(const struct event_queue *q, enum event_kind kind)
{
	return q->of_kind[kind] < event_kinds[kind].waiting_max;
}

bool
events_is_waiting(const struct event_queue *q, const struct event *event)
{
	return event != &q->nobody;
}

struct event *
events_tell(struct event_queue *q, enum event_kind kind, const struct address *agent)
{
	struct event *event = events_has_room(q, kind) ? next_place(q) : NULL;

	if (event != NULL) {
		q->count++;
		q->of_kind[kind]++;
	} else {
		event = &q->nobody;
	}
	memset(event, 0, sizeof(*event));
	event->kind = kind;
	event->agent = *agent;
	event->cluster = EVENT_NO_CLUSTER;
	return event;
}

bool
events_next(struct event_queue *q, struct event *event)
{
	if (q->count == 0)
		return false;
	*event = q->events[q->first++];
	if (--q->count == 0)
		q->first = 0;
	q->of_kind[event->kind]--;
	return true;
}

void
events_free(struct event_queue *q)
{
	free(q->events);
	*q = (struct event_queue){0};
}

/* What is worth a line in somebody's log: told by the collector, fetched by its
 * program. Bounded, so that no flood of one type hides the others.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sflow/collector/collector_internal.h"
#include "sflow/wire/datagram.h"

/* So many of a type may wait, so that no flood of one hides the others; and of those
 * that say who is there and who is not, as many as a large site may have at once. */
#define EVENTS_OF_TYPE 32
#define EVENTS_OF_CROWD 4096
#define ROOM_FIRST 64

static void
copy_text(char to[TEXT_SIZE], const char *from)
{
	strncpy(to, from, TEXT_SIZE - 1);
	to[TEXT_SIZE - 1] = '\0';
}

/* How many of them may wait. */
static size_t
bound(enum collector_event_type type)
{
	switch (type) {
	case EVENT_JOINED:
	case EVENT_DOWN:
	case EVENT_RETURNED:
	case EVENT_GONE:
		return EVENTS_OF_CROWD;
	default:
		return EVENTS_OF_TYPE;
	}
}

/* Behind those that wait. What is in front of them is used again when it is as much
 * as they are, else there is twice the room. NULL without memory. */
static struct collector_event *
next_place(struct collector *c)
{
	size_t size = sizeof(c->events[0]), room = c->event_room * 2;
	struct collector_event *larger;

	if (c->event_first + c->event_count < c->event_room)
		return &c->events[c->event_first + c->event_count];
	if (c->event_first > c->event_count) {
		memcpy(c->events, c->events + c->event_first,
		       c->event_count * size);
		c->event_first = 0;
		return &c->events[c->event_count];
	}
	if (room == 0)
		room = ROOM_FIRST;
	larger = realloc(c->events, room * size);
	if (larger == NULL)
		return NULL;
	c->events = larger;
	c->event_room = room;
	return &c->events[c->event_first + c->event_count];
}

struct collector_event *
collector_tell(struct collector *c, enum collector_event_type type,
               const struct address *agent, int64_t code, const char *name)
{
	struct collector_event *event =
	    c->events_of[type] < bound(type) ? next_place(c) : NULL;

	if (event != NULL) {
		c->event_count++;
		c->events_of[type]++;
	} else {
		event = &c->no_event;
	}
	memset(event, 0, sizeof(*event));
	event->type = type;
	event->agent = *agent;
	event->code = code;
	copy_text(event->name, name);
	return event;
}

struct collector_event *
collector_tell_member(struct collector *c, enum collector_event_type type,
                      const struct address *agent, const char *name,
                      const struct member *member, int64_t now)
{
	struct collector_event *event = collector_tell(c, type, agent, 0, name);

	count(&c->stats.events);
	event->heard_ms = member->heard_ms;
	event->interval_ms = member->interval_ms;
	event->missed = member_missed(member, now);
	event->allowed = c->config.misses != 0 ? c->config.misses
	                                       : member->misses;
	event->now_ms = now;
	return event;
}

void
collector_malformed(struct collector *c, const struct address *from, int error)
{
	count(&c->stats.malformed);
	collector_tell(c, EVENT_MALFORMED, from, error, "");
}

bool
collector_event(struct collector *c, struct collector_event *event)
{
	if (c->event_count == 0)
		return false;
	*event = c->events[c->event_first++];
	if (--c->event_count == 0)
		c->event_first = 0;
	c->events_of[event->type]--;
	return true;
}

const char *
collector_event_word(enum collector_event_type type)
{
	static const char *const words[] = {
	    [EVENT_MALFORMED] = "malformed", [EVENT_UNKNOWN] = "unknown",
	    [EVENT_INSTANCE] = "instance",   [EVENT_AT_BOUND] = "at_bound",
	    [EVENT_SAME_NAME] = "same_name", [EVENT_SAME_UUID] = "same_uuid",
	    [EVENT_FLIPPING] = "flipping",   [EVENT_JOINED] = "joined",
	    [EVENT_LATE] = "late",           [EVENT_DOWN] = "down",
	    [EVENT_RETURNED] = "returned",   [EVENT_RESTARTED] = "restarted",
	    [EVENT_RENAMED] = "renamed",     [EVENT_MOVED] = "moved",
	    [EVENT_GONE] = "gone"};

	return words[type];
}

/* "host NAME is down (agent ADDRESS): last heard 65 s ago, ..." */
static void
membership_text(const struct collector_event *e, const char *agent, char *text)
{
	bool is_state = e->type == EVENT_LATE || e->type == EVENT_DOWN ||
	                e->type == EVENT_GONE;
	long silent = (long)((e->now_ms - e->heard_ms + 500) / 1000);
	char *at = text;
	size_t size = COLLECTOR_EVENT_TEXT;
	int n;

	n = snprintf(at, size, "host %s %s%s (agent %s)", e->name,
	             is_state ? "is " : "", collector_event_word(e->type),
	             agent);
	at += n;
	size -= (size_t)n;
	if (e->type == EVENT_RENAMED)
		snprintf(at, size, ": it was %s", e->other);
	else if (e->type == EVENT_RESTARTED)
		snprintf(at, size, ": its numbers begin again");
	else if (e->type != EVENT_JOINED)
		snprintf(at, size, ": last heard %ld s ago, %u of %u heartbeats "
		         "missed, expected every %.0f s", silent, e->missed,
		         e->allowed, e->interval_ms / 1000.0);
}

char *
collector_event_text(const struct collector_event *e,
                     char text[COLLECTOR_EVENT_TEXT])
{
	size_t size = COLLECTOR_EVENT_TEXT;
	uint32_t tag = (uint32_t)e->code;
	char a[ADDRESS_TEXT];

	address_text(&e->agent, a);
	switch (e->type) {
	case EVENT_MALFORMED:
		snprintf(text, size, "malformed datagram from %s: %s", a,
		         datagram_error_text((int)e->code));
		break;
	case EVENT_UNKNOWN:
		snprintf(text, size, "agent %s sends structure %u:%u (%s), "
		         "which is skipped", a, SFLOW_ENTERPRISE(tag),
		         SFLOW_FORMAT(tag), e->name);
		break;
	case EVENT_INSTANCE:
		snprintf(text, size, "agent %s has more than one instance of "
		         "%s: the metrics of the second have the prefix \"%s.\"",
		         a, kinds[e->code].name, e->name);
		break;
	case EVENT_AT_BOUND:
		snprintf(text, size, "%s of agent %s refused: too many (%s)",
		         e->code == 0   ? "datagrams"
		         : e->code == 1 ? "data sources"
		                        : "metrics",
		         a, e->name);
		break;
	case EVENT_SAME_NAME:
		snprintf(text, size, "agent %s has a host with a name that "
		         "another host has: it is called %s", a, e->name);
		break;
	case EVENT_SAME_UUID:
		snprintf(text, size, "agent %s has a virtual machine (%s) with a "
		         "UUID that another one has at the same time", a, e->name);
		break;
	case EVENT_FLIPPING:
		snprintf(text, size, "agent %s changes %s all the time, to %s "
		         "now: it keeps the one it has", a,
		         e->code == 0 ? "its name"
		                      : "the name of one of its data sources",
		         e->name);
		break;
	default:
		membership_text(e, a, text);
	}
	return text;
}

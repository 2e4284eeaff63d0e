/* The collector's events. Their time is the `now` of the collector's latest call. */
#include "sflow/collector/collector_internal.h"

struct event *
collector_tell(struct collector *c, enum event_kind kind, const struct address *agent)
{
	struct event *event = events_tell(&c->events, kind, agent);

	event->begin_ms = event->last_ms = event->peak_ms = event->end_ms = c->now_ms;
	return event;
}

void
collector_malformed(struct collector *c, const struct address *from, int error)
{
	count(&c->stats.malformed);
	collector_tell(c, EVENT_MALFORMED, from)->of.malformed.error = error;
}

bool
collector_event(struct collector *c, struct event *event)
{
	return events_next(&c->events, event);
}

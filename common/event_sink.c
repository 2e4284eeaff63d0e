#include "common/event_sink.h"

#include <stddef.h>

#define PLACE(name_) &name_,

const struct event_sink *const event_sinks[] = {EVENT_SINKS(PLACE) NULL};

void
event_sinks_tell(const struct event_sink *const *sinks,
                 const struct event_settings *settings, const struct event *event,
                 int64_t now, int64_t wall_offset_ms)
{
	for (; *sinks != NULL; sinks++)
		(*sinks)->tell(settings, event, now, wall_offset_ms);
}

bool
event_sinks_are_full(const struct event_sink *const *sinks)
{
	for (; *sinks != NULL; sinks++)
		if ((*sinks)->is_full != NULL && (*sinks)->is_full())
			return true;
	return false;
}

bool
event_sinks_hurry(const struct event_sink *const *sinks)
{
	for (; *sinks != NULL; sinks++)
		if ((*sinks)->hurries != NULL && (*sinks)->hurries())
			return true;
	return false;
}

void
event_sinks_tick(const struct event_sink *const *sinks,
                 const struct event_settings *settings, int64_t now)
{
	for (; *sinks != NULL; sinks++)
		if ((*sinks)->tick != NULL)
			(*sinks)->tick(settings, now);
}

void
event_sinks_stop(const struct event_sink *const *sinks)
{
	for (; *sinks != NULL; sinks++)
		if ((*sinks)->stop != NULL)
			(*sinks)->stop();
}

void
event_sinks_show(const struct event_sink *const *sinks, struct json *json)
{
	for (; *sinks != NULL; sinks++)
		if ((*sinks)->show != NULL)
			(*sinks)->show(json);
}

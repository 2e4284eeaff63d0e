/* event_sink.h - who hears of events: the log, the administrator's program, Nagios. A
 * new one is a file with a constant of struct event_sink, and its name in EVENT_SINKS.
 *
 * One thread uses them, and one whose SIGPIPE is blocked or ignored: somebody who ends
 * while he is written to must not end us.
 */
#ifndef COMMON_EVENT_SINK_H
#define COMMON_EVENT_SINK_H

#include <stdint.h>

#include "sflow/event.h"

/* What the program's configuration says to them. It may be another one in each call;
 * strings are the caller's, and needed during the call only. */
struct event_settings {
	const char *program;         /* is run for events; NULL or "": none */
	const char *nagios_commands; /* Nagios's command file; NULL or "": none */
};

struct event_sink {
	/* An event; which ones it wants is its own decision. `now` is clock_ms(), and
	 * the wall clock is so many ms ahead of that, and of the event's times. */
	void (*tell)(const struct event_settings *settings,
	             const struct event *event, int64_t now,
	             int64_t wall_offset_ms);

	/* Once a second, or more often: what it could not do at once. NULL: it
	 * has nothing to do. */
	void (*tick)(const struct event_settings *settings, int64_t now);

	/* At the end: nothing of it goes on, and it could begin anew. NULL: it has
	 * nothing to end. */
	void (*stop)(void);
};

/* All of them, in the order in which they hear of an event. */
#define EVENT_SINKS(SINK) SINK(event_log) SINK(event_program) SINK(event_nagios)

#define EVENT_SINK_CONSTANT(name_) extern const struct event_sink name_;
EVENT_SINKS(EVENT_SINK_CONSTANT)

/* Their list, with a NULL at its end. */
extern const struct event_sink *const event_sinks[];

/* Each calls all sinks of such a list, in its order. */
void event_sinks_tell(const struct event_sink *const *sinks,
                      const struct event_settings *settings,
                      const struct event *event, int64_t now,
                      int64_t wall_offset_ms);
void event_sinks_tick(const struct event_sink *const *sinks,
                      const struct event_settings *settings, int64_t now);
void event_sinks_stop(const struct event_sink *const *sinks);

#endif

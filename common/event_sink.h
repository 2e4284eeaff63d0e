/* event_sink.h - sinks, which get events: the log, the administrator's program, Nagios.
 * A new sink is a file with a constant of struct event_sink, and its name in
 * EVENT_SINKS.
 *
 * Only one thread uses them. It has to block or ignore SIGPIPE: a sink may write to a
 * program that ends meanwhile.
 */
#ifndef COMMON_EVENT_SINK_H
#define COMMON_EVENT_SINK_H

#include <stdint.h>

#include "sflow/event.h"

/* The settings of the sinks. They may change from call to call; strings stay the
 * caller's, and are used during the call only. */
struct event_settings {
	const char *program;         /* to be run for events; NULL or "": none */
	const char *nagios_commands; /* Nagios's command file; NULL or "": none */
};

struct event_sink {
	/* Takes an event, or ignores it, as the sink decides. `now` is clock_ms();
	 * `wall_offset_ms` is the wall clock minus that, and the event's times are of
	 * the same clock as `now`. */
	void (*tell)(const struct event_settings *settings, const struct event *event,
	             int64_t now, int64_t wall_offset_ms);

	/* Called once a second or more often, for what the sink could not do at
	 * once. NULL: nothing. */
	void (*tick)(const struct event_settings *settings, int64_t now);

	/* Called at the end: the sink stops all that it does, and could begin
	 * again. NULL: nothing. */
	void (*stop)(void);
};

/* All sinks, in the order in which they get an event. */
#define EVENT_SINKS(SINK) SINK(event_log) SINK(event_program) SINK(event_nagios)

#define EVENT_SINK_CONSTANT(name_) extern const struct event_sink name_;
EVENT_SINKS(EVENT_SINK_CONSTANT)

/* The list of all sinks, with a NULL at its end. */
extern const struct event_sink *const event_sinks[];

/* These call all sinks of such a list, in its order. */
void event_sinks_tell(const struct event_sink *const *sinks,
                      const struct event_settings *settings, const struct event *event,
                      int64_t now, int64_t wall_offset_ms);
void event_sinks_tick(const struct event_sink *const *sinks,
                      const struct event_settings *settings, int64_t now);
void event_sinks_stop(const struct event_sink *const *sinks);

#endif

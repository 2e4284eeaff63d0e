/* event_sink.h - sinks, which get events: the log, the administrator's program, Nagios,
 * /status.
 * A new sink is a file with a constant of struct event_sink, and its name in
 * EVENT_SINKS.
 *
 * Only one thread uses them, but for show(). It has to block or ignore SIGPIPE: a sink
 * may write to a
 * program that ends meanwhile.
 */
#ifndef COMMON_EVENT_SINK_H
#define COMMON_EVENT_SINK_H

#include <stdbool.h>
#include <stdint.h>

#include "common/json.h"
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

	/* Whether the sink can take no event now. What is not told then waits in the
	 * collector, which tells the rest from the state of its hosts. NULL: it always
	 * can. */
	bool (*is_full)(void);

	/* Whether tick() should be called ten times a second for now. NULL: never. */
	bool (*hurries)(void);

	/* Called at the end: the sink stops all that it does, and could begin
	 * again. NULL: nothing. */
	void (*stop)(void);

	/* Writes the sink's own value into the object of all sinks in /status, under
	 * a key. Any thread may call it at any time. NULL: it has none. */
	void (*show)(struct json *json);
};

/* All sinks, in the order in which they get an event. */
#define EVENTS_HURRY_MS 100 /* between two ticks of sinks that hurry */
#define EVENTS_AT_ONCE 32   /* at most are told before it is asked who is full */

#define EVENT_SINKS(SINK) \
	SINK(event_log) SINK(event_program) SINK(event_nagios) SINK(event_recent)

#define EVENT_SINK_CONSTANT(name_) extern const struct event_sink name_;
EVENT_SINKS(EVENT_SINK_CONSTANT)

/* The list of all sinks, with a NULL at its end. */
extern const struct event_sink *const event_sinks[];

/* These call all sinks of such a list, in its order. They are full, or
 * hurry, if one of them is or does. */
void event_sinks_tell(const struct event_sink *const *sinks,
                      const struct event_settings *settings, const struct event *event,
                      int64_t now, int64_t wall_offset_ms);
bool event_sinks_are_full(const struct event_sink *const *sinks);
bool event_sinks_hurry(const struct event_sink *const *sinks);
void event_sinks_tick(const struct event_sink *const *sinks,
                      const struct event_settings *settings, int64_t now);
void event_sinks_stop(const struct event_sink *const *sinks);
void event_sinks_show(const struct event_sink *const *sinks, struct json *json);

#endif

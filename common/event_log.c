/* A line in the log for each event, at most ten of each kind a minute; what is left out
 * is counted, and the count logged.
 */
#include <string.h>

#include "common/event_sink.h"
#include "common/log.h"

#define LINES_PER_MINUTE 10
#define MINUTE_MS 60000

static void
tell(const struct event_settings *settings, const struct event *event, int64_t now,
     int64_t wall_offset_ms)
{
	static int64_t began;
	static unsigned lines[EVENT_KIND_COUNT], left_out;
	char text[EVENT_TEXT];

	(void)settings;
	(void)wall_offset_ms;
	if (now - began >= MINUTE_MS) {
		if (left_out > 0)
			log_line("%u more lines were left out", left_out);
		memset(lines, 0, sizeof(lines));
		left_out = 0;
		began = now;
	}
	if (lines[event->kind]++ < LINES_PER_MINUTE)
		log_line("%s", event_text(event, text));
	else
		left_out++;
}

const struct event_sink event_log = {.tell = tell};

#include "gmond-module/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "gmond-module/gmond.h"

#define LINES_PER_MINUTE 10 /* of one type of event */
#define MINUTE_MS 60000
#define TYPES (EVENT_GONE + 1)

void
log_line(const char *format, ...)
{
	char line[512];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	err_msg("sflow: %s", line);
}

void
log_event(const struct collector_event *event, int64_t now)
{
	static int64_t began;
	static unsigned lines[TYPES], left_out;
	char text[COLLECTOR_EVENT_TEXT];

	if (now - began >= MINUTE_MS) {
		if (left_out > 0)
			log_line("%u more lines were left out", left_out);
		memset(lines, 0, sizeof(lines));
		left_out = 0;
		began = now;
	}
	if (lines[event->type]++ < LINES_PER_MINUTE)
		log_line("%s", collector_event_text(event, text));
	else
		left_out++;
}

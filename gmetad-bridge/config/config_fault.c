/* Faults of a configuration, as "FILE:LINE: what". */
#include <stdio.h>

#include "gmetad-bridge/config/config_read.h"

void
config_fail_at(struct config_reading *r, unsigned line, const char *format,
               va_list arguments)
{
	struct config_place place = {0, 0};
	char what[CONFIG_FAULT / 2], *at;

	if (*r->fault != '\0')
		return;
	if (line > 0 && line <= r->text.place_count)
		place = r->text.places[line - 1];
	vsnprintf(what, sizeof(what), format, arguments);
	for (at = what; *at != '\0'; at++)
		if (*at > 0 && *at < ' ')
			*at = ' ';
	snprintf(r->fault, CONFIG_FAULT, "%.*s:%u: %s", CONFIG_FAULT / 2 - 16,
	         r->text.files[place.file], place.line, what);
}

int
config_fail(struct config_reading *r, unsigned line, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	config_fail_at(r, line, format, arguments);
	va_end(arguments);
	return -1;
}

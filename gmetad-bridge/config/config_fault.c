/* Faults of a configuration, as "FILE:LINE: what". */
#include <stdio.h>

#include "gmetad-bridge/config/config_read.h"

const char *
config_place(const struct config_reading *r, unsigned line, unsigned *line_of_file)
{
	struct config_place place = {0, 0};

	if (line > 0 && line <= r->text.place_count)
		place = r->text.places[line - 1];
	*line_of_file = place.line;
	return r->text.files[place.file];
}

void
config_fail_at(struct config_reading *r, unsigned line, const char *format,
               va_list arguments)
{
	char what[CONFIG_FAULT / 2], *at;
	const char *file;

	if (*r->fault != '\0')
		return;
	file = config_place(r, line, &line);
	vsnprintf(what, sizeof(what), format, arguments);
	for (at = what; *at != '\0'; at++)
		if (*at > 0 && *at < ' ')
			*at = ' ';
	snprintf(r->fault, CONFIG_FAULT, "%.*s:%u: %s", CONFIG_FAULT / 2 - 16, file,
	         line, what);
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

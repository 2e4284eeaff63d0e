/* The module's log_line(). Its lines go where gmond's own lines go: to syslog, or to
 * stderr in the foreground. */
#include "common/log.h"

#include <stdarg.h>
#include <stdio.h>

#include "gmond-module/gmond.h"

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

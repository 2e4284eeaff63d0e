#include "gmetad-bridge/config/config_warning.h"

#include <stdarg.h>

void
config_warn(struct config_warnings *warnings, const char *file, unsigned line,
            const char *format, ...)
{
	va_list arguments;

	if (warnings == NULL)
		return;
	va_start(arguments, format);
	fprintf(warnings->to, "%s:%u: warning: ", file, line);
	vfprintf(warnings->to, format, arguments);
	fputc('\n', warnings->to);
	va_end(arguments);
	warnings->count++;
}

#include "gmetad-bridge/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#define NAME "gmetad-bridge"
#define LINE 1024

static atomic_bool to_syslog;

void
log_open(bool use_syslog)
{
	if (use_syslog)
		openlog(NAME, LOG_PID, LOG_DAEMON);
	atomic_store(&to_syslog, use_syslog);
}

void
log_line(const char *format, ...)
{
	char line[LINE] = NAME ": ";
	size_t mark = strlen(line), len;
	va_list args;

	va_start(args, format);
	vsnprintf(line + mark, sizeof(line) - mark - 1, format, args);
	va_end(args);
	if (atomic_load(&to_syslog)) {
		syslog(LOG_NOTICE, "%s", line + mark);
		return;
	}
	len = strlen(line);
	line[len] = '\n';
	(void)!write(STDERR_FILENO, line, len + 1);
}

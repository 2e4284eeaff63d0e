/* log.h - lines in gmond's log, rate-limited for what a stranger can trigger. */
#ifndef MODSFLOW_LOG_H
#define MODSFLOW_LOG_H

#include <stdint.h>

#include "sflow/collector.h"

/* A line in gmond's log (syslog, or stderr in the foreground), marked as the
 * module's. */
void log_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Logs an event, at most a few of each type a minute; what is left out is
 * counted, and the count logged. One thread calls it. */
void log_event(const struct collector_event *event, int64_t now);

#endif

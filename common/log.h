/* log.h - lines in a log, and limits on those that a stranger can trigger. */
#ifndef COMMON_LOG_H
#define COMMON_LOG_H

#include <stdint.h>

/* A line, without its newline. Each program has its own. */
void log_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A line of what may happen all the time: at most ten a minute of each `*limit`,
 * which begins as zero and belongs to the place that calls; the rest is counted,
 * and the count told with the next one. From any thread. `now` is clock_ms(). */
struct log_limit {
	int64_t minute_ms;
	unsigned lines, left_out;
};
void log_limited(struct log_limit *limit, int64_t now, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif

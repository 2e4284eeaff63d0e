/* log.h - lines in a log, and limits on those that a stranger can trigger. */
#ifndef COMMON_LOG_H
#define COMMON_LOG_H

#include <stdbool.h>
#include <stdint.h>

/* Logs a line, given without its newline. Each program has its own log_line(). */
void log_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Logs a line about something that may happen all the time: at most ten lines a minute
 * for each `limit`, which begins as zero and belongs to the calling place. Further
 * lines are counted, and the next line gives their number. For any thread. `now` is
 * clock_ms(). Returns whether the line was logged: one that says that all is well again is
 * logged without a limit, where the line about the fault was. */
struct log_limit {
	int64_t minute_ms;
	unsigned lines, left_out;
};
bool log_limited(struct log_limit *limit, int64_t now, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif

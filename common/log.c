#include "common/log.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

#define LINES_PER_MINUTE 10 /* of one place */
#define MINUTE_MS 60000

/* Whether one more line may be logged. Sets *left_out to the number of lines left out
 * before it. */
static bool
has_room(struct log_limit *limit, int64_t now, unsigned *left_out)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	bool room;

	*left_out = 0;
	pthread_mutex_lock(&lock);
	if (limit->lines == 0 || now - limit->minute_ms >= MINUTE_MS) {
		*left_out = limit->left_out;
		*limit = (struct log_limit){.minute_ms = now};
	}
	room = limit->lines < LINES_PER_MINUTE;
	if (room)
		limit->lines++;
	else
		limit->left_out++;
	pthread_mutex_unlock(&lock);
	return room;
}

bool
log_limited(struct log_limit *limit, int64_t now, const char *format, ...)
{
	unsigned left_out;
	char line[512];
	va_list args;

	if (!has_room(limit, now, &left_out))
		return false;
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (left_out > 0)
		log_line("%s (and %u more like it before)", line, left_out);
	else
		log_line("%s", line);
	return true;
}

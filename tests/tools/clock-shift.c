/* clock-shift - a library to be preloaded: the wall clock of the program is that of
 * the machine plus the seconds that the file $CLOCK_SHIFT_FILE says, read again
 * whenever it has changed. So tests can set the clock of one program.
 */
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define EXPORTED __attribute__((visibility("default")))

/* The file is replaced as a whole; each thread reads it for itself. */
static long
shift(void)
{
	static _Thread_local ino_t known;
	static _Thread_local long seconds;
	const char *path = getenv("CLOCK_SHIFT_FILE");
	struct stat status;
	FILE *file;

	if (path == NULL || stat(path, &status) != 0 || status.st_ino == known)
		return seconds;
	file = fopen(path, "re");
	if (file == NULL)
		return seconds;
	if (fscanf(file, "%ld", &seconds) == 1)
		known = status.st_ino;
	fclose(file);
	return seconds;
}

EXPORTED int
clock_gettime(clockid_t clock, struct timespec *time)
{
	long result = syscall(SYS_clock_gettime, clock, time);

	if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
		time->tv_sec += shift();
	return (int)result;
}

EXPORTED time_t
time(time_t *result)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (result != NULL)
		*result = now.tv_sec;
	return now.tv_sec;
}

EXPORTED int
gettimeofday(struct timeval *restrict time_of_day, void *restrict zone)
{
	struct timespec now;

	(void)zone;
	clock_gettime(CLOCK_REALTIME, &now);
	time_of_day->tv_sec = now.tv_sec;
	time_of_day->tv_usec = now.tv_nsec / 1000;
	return 0;
}

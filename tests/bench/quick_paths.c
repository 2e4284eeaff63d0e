/* quick_paths - runs each path some rounds, with a profile for each: see
 * quick_paths.h. It is run by tests/bench/quick, under callgrind; each line says
 *
 *     PATH UNITS
 *
 * and each path has two profiles. They are called after it: PATH is that of its
 * UNITS, PATH+ is that of a tenth of them more.
 */
#include "tests/bench/quick_paths.h"

#include <err.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/types.h>

#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#else
#define RUNNING_ON_VALGRIND 0
#define CALLGRIND_TOGGLE_COLLECT
#define CALLGRIND_DUMP_STATS_AT(name) (void)(name)
#endif

static _Thread_local bool counting;

void
counting_on(void)
{
	if (counting)
		return;
	counting = true;
	CALLGRIND_TOGGLE_COLLECT;
}

void
counting_off(void)
{
	if (!counting)
		return;
	CALLGRIND_TOGGLE_COLLECT;
	counting = false;
}

/* In place of the C library's: keys of hash tables, ours and expat's, are the same in
 * each run. */
void arc4random_buf(void *bytes, size_t len); /* a C library may have none */

#define SHOWN __attribute__((visibility("default"))) /* to shared libraries */

SHOWN void
arc4random_buf(void *bytes, size_t len)
{
	unsigned char *at = bytes;
	size_t i;

	for (i = 0; i < len; i++)
		at[i] = (unsigned char)(i * 151 + 43);
}

SHOWN ssize_t
getrandom(void *bytes, size_t len, unsigned flags)
{
	(void)flags;
	arc4random_buf(bytes, len);
	return (ssize_t)len;
}

static void
run_path(const struct path *path)
{
	void *context = path->begin();
	char more[32];
	unsigned i;

	for (i = 0; i < path->rounds; i++)
		path->round(context);
	CALLGRIND_DUMP_STATS_AT(path->name);
	for (i = 0; i < path->rounds / 10; i++)
		path->round(context);
	snprintf(more, sizeof(more), "%s+", path->name);
	CALLGRIND_DUMP_STATS_AT(more);
	path->end(context);
	printf("%s %u\n", path->name, path->rounds * path->units);
	fflush(stdout);
}

static void *
run_paths(void *unused)
{
	/* The check is the first: where its buffers are in memory, which others change,
	 * is a few percent of it. */
	static const struct path *const paths[] = {
	    &path_reference, &path_check,     &path_host, &path_port,
	    &path_xml,       &path_step,      &path_join, &path_join_many,
	    &path_agent,     &path_agent_many};
	size_t i;

	(void)unused;
	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		run_path(paths[i]);
	return NULL;
}

/* In a thread, whose stack begins with a page, whatever the environment is. How memcpy()
 * goes about what is on the stack depends on that. */
int
main(void)
{
	pthread_t thread;

	if (!RUNNING_ON_VALGRIND)
		warnx("not under callgrind: nothing is counted");
	if (pthread_create(&thread, NULL, run_paths, NULL) != 0)
		errx(1, "no thread");
	pthread_join(thread, NULL);
	return 0;
}

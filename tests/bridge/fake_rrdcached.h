/* fake_rrdcached.h - a server that speaks rrdcached's protocol, and fails as it is
 * told to: each connection does the next act, the last one again and again.
 */
#ifndef TESTS_BRIDGE_FAKE_RRDCACHED_H
#define TESTS_BRIDGE_FAKE_RRDCACHED_H

#include <stdbool.h>
#include <stddef.h>

enum act {
	SERVE, /* answers each BATCH with `answers`, in turn */
	CLOSE_AT_ONCE,
	CLOSE_AFTER_BATCH, /* after "BATCH" */
	CLOSE_IN_BATCH,    /* after some lines */
	CLOSE_AT_END,      /* after all lines */
	CLOSE_IN_ANSWER,
	HANG, /* never says a word */
	HANG_AT_END,
	REFUSE_BATCH,
	TALK_NONSENSE,
	TALK_WITHOUT_END
};

struct fake;

/* Listens on a UNIX socket, or, where `path` is NULL, on a port of 127.0.0.1, which
 * fake_port() tells. `acts` and `answers` ("1 errors\n...") end with their count. */
struct fake *fake_start(const char *path, const enum act *acts, size_t acts_count,
                        const char *const *answers, size_t answers_count);
unsigned fake_port(const struct fake *fake);

/* Ends it. `lines`, to be freed, is all UPDATE and CREATE lines that it has read to
 * the end of a BATCH, whether they were answered or not. */
void fake_stop(struct fake *fake, char **lines);

#endif

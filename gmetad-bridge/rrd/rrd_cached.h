/* rrd_cached.h - what rrd_cached.c and rrd_cached_folder.c share, and a time that tests
 * change.
 */
#ifndef BRIDGE_RRD_CACHED_H
#define BRIDGE_RRD_CACHED_H

#include "common/log.h"
#include "gmetad-bridge/rrd/rrd_connection.h"
#include "gmetad-bridge/rrd/rrd_faults.h"
#include "gmetad-bridge/rrd/rrd_sink.h"

/* How long rrdcached may be silent before the connection is closed. */
extern int rrd_cached_timeout_ms;

/* The state of the sink. */
struct rrd_cached {
	struct rrd *rrd;
	const char *address;
	struct rrd_files *files; /* NULL: the creator's */
	struct connection connection;
	bool filling; /* lines of a file that was just made are written */
	bool lost;    /* as rrd_link.h has it */
	struct log_limit refused, made;
};

/* Connects, if there is no connection. RRD_BROKEN: it can't, and rrd_link.h knows. */
enum rrd_result rrd_cached_connect(struct rrd_cached *cached);

/* Sends the lines as a BATCH. The answer is then in `received` of the connection, and the
 * caller takes it: a status line of *head bytes, and up to *len the errors, in lines "NUMBER
 * message". RRD_BROKEN: the connection was lost. */
enum rrd_result rrd_cached_batch(struct rrd_cached *cached, const char *lines,
                                 size_t lines_len, size_t *head, size_t *len);

/* A walk over the errors in an answer, which are in the order of the lines. */
struct rrd_cached_answer {
	char *at, *end;       /* the errors that are left */
	unsigned long number; /* the current error is of this line; 0: no more errors */
	const char *message;
};

/* Goes to the next error. */
void rrd_cached_error(struct rrd_cached_answer *answer);

/* Whether the current error has this text in it. */
bool rrd_cached_says(const struct rrd_cached_answer *answer, const char *what);

/* Writes what the current error means, fit for the log; and returns the file's fault. */
enum rrd_fault rrd_cached_words(const struct rrd_cached_answer *answer,
                                char text[RRD_WHY]);

/* The sink's create(). */
enum rrd_result rrd_cached_create(void *state, const struct rrd_file *file);

/* The sink's forget(). */
enum rrd_result rrd_cached_forget(void *state, const struct rrd_place *place,
                                  const char *host, const struct rrd_lines *lines,
                                  bool flush, char *why);

#endif

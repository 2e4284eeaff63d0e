/* rrd_sink.h - what is between the parts of rrd.h: the queue and its writers
 * (rrd.c), the lines (rrd_line.c), those who make files (rrd_create.c), and what
 * they write to, a sink: librrd (rrd_direct.c) or rrdcached (rrd_cached.c).
 *
 * A writer is a thread with a queue of blocks, which are whole lines. All lines of
 * a folder go to one writer, so that the updates of a file stay in order.
 */
#ifndef BRIDGE_RRD_SINK_H
#define BRIDGE_RRD_SINK_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/log.h"
#include "gmetad-bridge/config/config.h"

#define RRD_BLOCK 65536 /* bytes after which a block is full */
#define RRD_LINE 4000   /* bytes of a line; rrdcached takes 4096 */
#define RRD_UPDATE "UPDATE " /* what each line begins with */
#define RRD_SUMS "__SummaryInfo__"

struct rrd_block {
	struct rrd_block *prev, *next;
	uint64_t values; /* in all its lines */
	unsigned tries;  /* that broke off after it had been sent */
	size_t len, size;
	char bytes[];
};

enum rrd_result {
	RRD_DONE,
	RRD_AGAIN,  /* there is more to do, at once */
	RRD_BROKEN, /* not now: try again after a pause */
	RRD_FAILED  /* for good, and logged */
};

/* A file that is to be made. */
struct rrd_file {
	const char *escaped;   /* its path, as in a line */
	const char *path;      /* as the file system has it */
	bool sums;             /* with a data source "num" */
	unsigned step_s;
	uint32_t start_s;      /* of its first value */
	char *const *archives; /* NULL at the end */
};

struct rrd;

typedef enum rrd_result rrd_write_function(void *state,
                                           struct rrd_block *block);

struct rrd_sink {
	/* What one thread works with; NULL without memory. */
	void *(*open)(struct rrd *rrd);
	void (*close)(void *state);

	/* Writes a block. RRD_DONE: each of its values is written, refused, or with
	 * the creator, and counted. RRD_AGAIN: the block is now what is left of it.
	 * RRD_BROKEN: likewise, or as it was. */
	rrd_write_function *write;

	/* After each block, and once a second without any: what the sink holds back and
	 * is to be written now; all of it before the end. NULL: it holds nothing. */
	void (*settle)(void *state, bool all);

	/* Makes a file, which is no failure when it is there. Its lines are given
	 * to fill(), which is as write(), and then it is shown: from then on writers
	 * find it, at the latest. NULL: they do as soon as it is made. */
	enum rrd_result (*create)(void *state, const struct rrd_file *file);
	rrd_write_function *fill;
	void (*show)(void *state);

	/* Do writers find it now? NULL: only a try can tell. */
	bool (*is_there)(const char *path);
};

extern const struct rrd_sink rrd_direct, rrd_cached;

/* A thread's bell: it waits for it, others ring it. */
struct rrd_bell {
	pthread_mutex_t lock;
	pthread_cond_t ring;
};

struct rrd_writer {
	struct rrd *rrd;
	pthread_t thread;
	bool runs;
	struct rrd_bell bell;
	struct rrd_block *blocks; /* under the bell's lock */
	void *state;              /* the sink's */
};

struct rrd {
	const struct config *config;
	const struct rrd_sink *sink;
	char *prefix;            /* of lines: "UPDATE ROOT/" */
	size_t prefix_len;
	size_t block_size;
	atomic_size_t queued;    /* bytes, of at most config->rrd.queue_bytes */
	atomic_llong deadline_ms; /* INT64_MAX until rrd_stop() */
	struct rrd_creator *creator;
	struct log_limit full;
	pthread_mutex_t lock;
	const struct config *latest; /* for the archives; under the lock */
	unsigned count;
	struct rrd_writer *writers;
};

/* rrd.c ------------------------------------------------------------------------ */

void rrd_bell_init(struct rrd_bell *bell);
void rrd_bell_free(struct rrd_bell *bell);
void rrd_bell_ring(struct rrd_bell *bell);
/* Waits `ms`, or less; its lock is held. */
void rrd_bell_wait(struct rrd_bell *bell, int64_t ms);

/* Is the end asked for; and how long there still is, in ms; at most `ms`. */
bool rrd_is_ending(struct rrd *rrd);
int64_t rrd_time_left(struct rrd *rrd, int64_t ms);

/* A pause after the n-th failure in a row, up to 10 s; shorter at the end. */
void rrd_pause(struct rrd *rrd, struct rrd_bell *bell, unsigned failures);

/* Takes room for so many bytes out of the queue's bound; false: it is full. */
bool rrd_reserve(struct rrd *rrd, size_t bytes);
void rrd_unreserve(struct rrd *rrd, size_t bytes);

struct rrd_block *rrd_block_new(size_t size);
/* Appends a line with its end; false without memory. */
bool rrd_block_add(struct rrd_block **block, const char *line, size_t len,
                   uint64_t values);

/* The configuration that is the latest; to be released. */
const struct config *rrd_config(struct rrd *rrd);

/* Calls a sink's write() or fill() until all of the block is settled, with pauses where
 * that is broken; what is left when the time is over is counted as dropped. */
void rrd_write(struct rrd *rrd, struct rrd_bell *bell, rrd_write_function *write,
               void *state, struct rrd_block *block);

/* Gives a block to a writer, or counts it as dropped. */
void rrd_put(struct rrd *rrd, unsigned writer, struct rrd_block *block);

/* rrd_line.c ------------------------------------------------------------------- */

/* The length of the path that follows RRD_UPDATE, escaped as it is. */
size_t rrd_line_path(const char *line, size_t len);
/* The values of a line, which are those behind its path. */
unsigned rrd_line_values(const char *line, size_t len);
/* What escaping has added is taken away; returns the length. */
size_t rrd_unescape(const char *escaped, size_t len, char *path);
/* The other way; `escaped` has room for twice `len`. */
size_t rrd_escape(const char *path, size_t len, char *escaped);

/* Cuts the first value out of a line that ends with '\n'; returns its new length,
 * 0 when no value is left. */
size_t rrd_line_shift(char *line, size_t len);

/* rrd_create.c ----------------------------------------------------------------- */

struct rrd_creator *rrd_creator_start(struct rrd *rrd);
/* What is left at the deadline is counted as dropped. */
void rrd_creator_stop(struct rrd_creator *creator);

/* A line (with its end) whose file isn't there. False: by now it is, try again. */
bool rrd_create_line(struct rrd_creator *creator, const char *line, size_t len);
/* Of a block, the lines whose files are being made: they wait behind those that do, and
 * the block is what is left. */
void rrd_create_queue(struct rrd_creator *creator, struct rrd_block *block);

/* rrd_direct.c ----------------------------------------------------------------- */

/* Makes a file of that path with librrd, and the folders between it and the root.
 * Returns 0, or -1, and rrd_get_error() says why. */
int rrd_make_file(const char *root, const char *path,
                  const struct rrd_file *file);

#endif

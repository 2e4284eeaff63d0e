/* rrd_sink.h - what the files behind rrd.h share: the queue and its writers (rrd.c),
 * the lines (rrd_line.c), the creator of files (rrd_create.c), orders about folders
 * (rrd_order.c, rrd_folder.c), and the sinks that they write to: librrd (rrd_direct.c) and rrdcached (rrd_cached.c).
 *
 * A writer is a thread with a queue of blocks, which consist of whole lines. All lines
 * of a folder go to one writer, so that the updates of a file stay in order.
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

#define RRD_BLOCK 65536      /* bytes after which a block is full */
#define RRD_LINE 4000        /* bytes of a line; rrdcached takes 4096 */
#define RRD_UPDATE "UPDATE " /* begins each line */
#define RRD_SUMS "__SummaryInfo__"

struct rrd_block {
	struct rrd_block *prev, *next;
	uint64_t values;         /* in all lines */
	unsigned tries;          /* how often the connection broke after it was sent */
	struct rrd_order *order; /* instead of lines; NULL: none */
	size_t len, size;
	char bytes[];
};

enum rrd_result {
	RRD_DONE,
	RRD_AGAIN,  /* there is more to do, at once */
	RRD_BROKEN, /* it can't be done now: try again after a pause */
	RRD_FAILED  /* it can't be done at all, and that is logged */
};

/* A file that is to be made. */
struct rrd_file {
	const char *escaped; /* its path, escaped as in a line */
	const char *path;    /* its path in the file system */
	bool sums;           /* it has a data source "num", too */
	int umask;           /* as in struct config_rrd */
	unsigned step_s;
	uint32_t start_s;      /* a second before its first value */
	char *const *archives; /* NULL at the end */
};

struct rrd;
struct rrd_files;
struct rrd_order;

/* Where the folders of a cluster's hosts are. */
struct rrd_place {
	const char *root, *cluster;
};

/* The lines of a host's folder: how they begin, and which writer has them. */
struct rrd_lines {
	char begin[RRD_LINE]; /* "UPDATE ROOT/CLUSTER/HOST/", escaped */
	size_t len;
	unsigned writer;
};

typedef enum rrd_result rrd_write_function(void *state, struct rrd_block *block);

struct rrd_sink {
	/* open() returns the state of one thread, which the others get; NULL without
	 * memory. `files` is told of those that can't be updated; NULL: the thread makes
	 * files. close() frees the state. */
	void *(*open)(struct rrd *rrd, struct rrd_files *files);
	void (*close)(void *state);

	/* Writes a block. RRD_DONE: each of its values is written, refused, or given to
	 * the creator, and counted. RRD_AGAIN: the block has only what is left.
	 * RRD_BROKEN: the block has only what is left, or is as it was. */
	rrd_write_function *write;

	/* Called after each block, and once a second without any: writes the values that
	 * the sink has gathered and that are due; with `all`, before the end, all of
	 * them. NULL: the sink gathers nothing. */
	void (*settle)(void *state, bool all);

	/* create() makes a file; it succeeds where the file is there already. Then the
	 * lines that wait for the file are given to fill(), which is like write(), and
	 * at last show() makes writers find the file. show() is NULL where writers find
	 * it as soon as it is made. */
	enum rrd_result (*create)(void *state, const struct rrd_file *file);
	rrd_write_function *fill;
	void (*show)(void *state);

	/* Whether writers find the file of this path now. NULL: they have to try. */
	bool (*is_there)(const char *path);

	/* Writes what the sink has gathered for a folder, or drops it. NULL: it gathers
	 * nothing. */
	void (*settle_folder)(void *state, const struct rrd_lines *lines, bool drop);

	/* Has somebody else who keeps values for the files of a host's folder forget these
	 * files, after it has written the values if `flush`. RRD_FAILED: it can't, and
	 * `why` has the reason, of RRD_ORDER_TEXT bytes. NULL: there is nobody. */
	enum rrd_result (*forget)(void *state, const struct rrd_place *place,
	                          const char *host, const struct rrd_lines *lines,
	                          bool flush, char *why);
};

extern const struct rrd_sink rrd_direct, rrd_cached;

/* A thread waits for its bell, and other threads ring it. */
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
	struct rrd_files *files;  /* that are not as it makes them */
	void *state;              /* the sink's */
};

struct rrd {
	const struct config *config;
	const struct rrd_sink *sink;
	char *prefix; /* of all lines: "UPDATE ROOT/" */
	size_t prefix_len;
	size_t block_size;
	atomic_size_t queued;     /* bytes, at most config->rrd.queue_bytes */
	atomic_llong deadline_ms; /* INT64_MAX until rrd_stop() */
	struct rrd_creator *creator;
	struct log_limit full;
	pthread_mutex_t lock;
	const struct config *latest; /* by which files are made; under the lock */
	unsigned count;
	struct rrd_writer *writers;
};

/* rrd.c ------------------------------------------------------------------------ */

void rrd_bell_init(struct rrd_bell *bell);
void rrd_bell_free(struct rrd_bell *bell);
void rrd_bell_ring(struct rrd_bell *bell);
/* Waits for `ms` at most, or until the bell rings. The caller holds its lock. */
void rrd_bell_wait(struct rrd_bell *bell, int64_t ms);

/* Whether rrd_stop() was called; and how many ms are left until its deadline, at most
 * `ms`, which is also the answer before rrd_stop(). */
bool rrd_is_ending(struct rrd *rrd);
int64_t rrd_time_left(struct rrd *rrd, int64_t ms);

/* Waits after the n-th failure in a row, up to 10 s; shorter once rrd_stop() was
 * called. */
void rrd_pause(struct rrd *rrd, struct rrd_bell *bell, unsigned failures);

/* rrd_reserve() counts so many bytes for the queue's bound; false: the queue is full.
 * rrd_unreserve() gives them back. */
bool rrd_reserve(struct rrd *rrd, size_t bytes);
void rrd_unreserve(struct rrd *rrd, size_t bytes);

/* Makes an empty block with room for `size` bytes; NULL without memory. */
struct rrd_block *rrd_block_new(size_t size);
/* Appends a line with its '\n'; makes or enlarges *block. False without memory. */
bool rrd_block_add(struct rrd_block **block, const char *line, size_t len,
                   uint64_t values);

/* Returns the latest configuration, which the caller releases. */
const struct config *rrd_config(struct rrd *rrd);

/* Calls a sink's write() or fill() until it is done with the block, with pauses after
 * RRD_BROKEN. Values that are left at the deadline are counted as dropped. */
void rrd_write(struct rrd *rrd, struct rrd_bell *bell, rrd_write_function *write,
               void *state, struct rrd_block *block);

/* Gives a block to a writer; at the queue's bound, frees it and counts its values as
 * dropped. */
void rrd_put(struct rrd *rrd, unsigned writer, struct rrd_block *block);

/* rrd_order.c ------------------------------------------------------------------ */

/* The writer has come to the order in its queue. And: it never will. */
void rrd_order_turn(struct rrd_writer *writer, struct rrd_order *order);
void rrd_order_end(struct rrd_order *order);

/* rrd_folder.c ----------------------------------------------------------------- */

/* Whether a host's folder has files; false, too, where that can't be known. */
bool rrd_folder_has_files(const struct rrd_place *place, const char *host);

/* Calls each() for the name of each file in the folder, until it returns false. Returns 0,
 * or -1 with errno; ENOENT: there is no folder. */
int rrd_folder_each(const struct rrd_place *place, const char *host,
                    bool (*each)(void *context, const char *file), void *context);

/* Removes the folder with its files. Returns 0, or -1 with errno: ENOENT where there is
 * none, ENOTEMPTY where there are folders in it. */
int rrd_folder_remove(const struct rrd_place *place, const char *host);

/* Gives the folder the name of another host. Returns 0, or -1 with errno: ENOENT where there
 * is none, ENOTEMPTY where that host's has files; with `replace` these are removed. */
int rrd_folder_move(const struct rrd_place *place, const char *host, const char *to,
                    bool replace);

/* rrd_line.c ------------------------------------------------------------------- */

/* Returns the length of a line's path, which follows RRD_UPDATE and is escaped. */
size_t rrd_line_path(const char *line, size_t len);
/* Returns how many values a line has. */
unsigned rrd_line_values(const char *line, size_t len);
/* Undoes escaping, and adds a NUL; returns the length without it. */
size_t rrd_unescape(const char *escaped, size_t len, char *path);
/* Escapes a path, without a NUL; `escaped` has room for twice `len`. Returns the
 * length. */
size_t rrd_escape(const char *path, size_t len, char *escaped);

/* Removes the first value from a line that ends with '\n'. Returns the line's new
 * length; 0 when no value is left. */
size_t rrd_line_shift(char *line, size_t len);

/* Tells how the lines of a host's folder begin; false where a name can't be that of a
 * folder. rrd_folder_name() writes the host's part of its path. */
bool rrd_line_lines(const struct rrd *rrd, const char *cluster, const char *host,
                    struct rrd_lines *lines);
void rrd_folder_name(const struct rrd *rrd, const char *host, char name[TEXT_SIZE]);

/* rrd_create.c ----------------------------------------------------------------- */

/* Starts the creator's thread; NULL where that fails. */
struct rrd_creator *rrd_creator_start(struct rrd *rrd);
/* Ends the thread. Values that are left at the deadline are counted as dropped. */
void rrd_creator_stop(struct rrd_creator *creator);

/* Takes a line, with its '\n', whose file isn't there. Returns false where the file is
 * there now: the caller tries again. */
bool rrd_create_line(struct rrd_creator *creator, const char *line, size_t len);

/* Takes out of a block the lines whose files are being made. They wait behind the lines
 * that wait for the same file already. */
void rrd_create_queue(struct rrd_creator *creator, struct rrd_block *block);

/* Waits until all files of a folder that are to be made are made, ahead of all others; or,
 * with `drop`, drops their lines, and waits only for the one that is being made. Returns
 * false at the deadline. */
bool rrd_create_settle(struct rrd_creator *creator, const struct rrd_lines *lines,
                       bool drop);

/* rrd_file.c ------------------------------------------------------------------- */

/* Makes a file of that path with librrd, and the folders between the root and it.
 * Returns 0; or -1, and rrd_get_error() says why. */
int rrd_make_file(const char *root, const char *path, const struct rrd_file *file);

#endif

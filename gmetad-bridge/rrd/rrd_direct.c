/* The sink of librrd: updates and makes files in this process. A new file gets its
 * first values before it gets its name, so a reader never finds an empty file.
 */
#include <errno.h>
#include <inttypes.h>
#include <rrd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"
#include "gmetad-bridge/counters.h"
#include "gmetad-bridge/rrd/rrd_files.h"
#include "gmetad-bridge/rrd/rrd_gather.h"
#include "gmetad-bridge/rrd/rrd_guard.h"
#include "gmetad-bridge/rrd/rrd_sink.h"
#include "gmetad-bridge/rrd/rrd_words.h"
#include "sflow/hash.h"

#define VALUES 64        /* values in one call of librrd */
#define LOCK_TRIES 6     /* a reader may have locked the file: wait 1, 2, 4 ... ms */
#define FAULTS_MAX 5     /* SIGBUS in a minute: each loses some memory */
#define TEMPORARY ".new" /* ends the name of a file that isn't shown yet */

struct direct {
	struct rrd *rrd;
	struct rrd_files *files;   /* NULL: the creator's */
	struct rrd_gather *gather; /* NULL: each line is written at once */
	struct log_limit refused, made;
	int64_t faults_since_ms;
	unsigned faults, faulty[FAULTS_MAX]; /* hashes of the paths of faulty files */

	/* the file that is being made */
	char path[RRD_LINE + 1], temporary[RRD_LINE + 8];
	uint64_t values, failed; /* all its values, and how many were refused */
};

/* One update. */
struct update {
	const char *path;
	const char **values;
	int count;
	int result;
};

/* Updates ------------------------------------------------------------------------ */

static void
call_update(void *argument)
{
	struct update *u = argument;

	rrd_clear_error();
	u->result = rrd_update_r(u->path, NULL, u->count, u->values);
}

/* Whether the file is not to be tried in this minute, because it had a fault, or so
 * many files had that something must be broken. */
static bool
is_faulty(struct direct *d, unsigned hash)
{
	unsigned i;

	if (d->faults > 0 && clock_ms() - d->faults_since_ms >= 60000)
		d->faults = 0;
	for (i = 0; i < d->faults; i++)
		if (d->faulty[i] == hash)
			return true;
	return d->faults == FAULTS_MAX;
}

static int
update_once(struct direct *d, struct update *u)
{
	unsigned hash = keyed_hash(u->path, strlen(u->path));

	if (!is_faulty(d, hash)) {
		if (rrd_guard_call(call_update, u, u->path))
			return u->result;
		if (d->faults == 0)
			d->faults_since_ms = clock_ms();
		d->faulty[d->faults++] = hash;
	}
	rrd_set_error("%s: can't be written: disk full, or broken", u->path);
	return -1;
}

/* RRDtool does not wait for the lock of a file that is being read, so this tries
 * again. */
static int
update(struct direct *d, struct update *u)
{
	struct timespec nap = {.tv_nsec = 1000000};
	int i;

	for (i = 0; i < LOCK_TRIES; i++, nap.tv_nsec *= 2) {
		if (update_once(d, u) == 0)
			return 0;
		if (strstr(rrd_get_error(), "could not lock") == NULL)
			return -1;
		nanosleep(&nap, NULL);
	}
	return -1;
}

/* Tells of values that librrd has refused: where that is the file's fault, it is noted with
 * the others; else it is logged. */
static void
refuse(struct direct *d, const char *path, uint64_t values)
{
	char text[RRD_WHY], escaped[2 * RRD_LINE];
	enum rrd_fault fault = rrd_words(RRD_LIBRRD, rrd_get_error(), text);

	if (fault != RRD_NO_FAULT && d->files != NULL)
		rrd_files_refused(d->files, escaped,
		                  rrd_escape(path, strlen(path), escaped), fault, text,
		                  clock_ms());
	else
		log_limited(&d->refused, clock_ms(),
		            "RRDs: %" PRIu64 " values refused: %s: %s", values, path,
		            text);
}

/* Updates a file with these values. Values that are too old are left out one by one, so
 * that the others aren't lost. Returns how many were refused; -1 when there is no such
 * file. */
static int
update_all(struct direct *d, const char *path, const char **values, int count)
{
	struct update u = {.path = path, .values = values, .count = count};

	while (u.count > 0 && update(d, &u) != 0) {
		/* the first test also holds if the file was made since the update */
		if (strstr(rrd_get_error(), strerror(ENOENT)) != NULL ||
		    (access(path, F_OK) != 0 && errno == ENOENT))
			return -1;
		if (strstr(rrd_get_error(), "illegal attempt") == NULL ||
		    u.count == 1) {
			refuse(d, path, (uint64_t)u.count);
			return count;
		}
		u.values++;
		u.count--;
	}
	return count - u.count;
}

/* Splits the values of a line in place, at most `max`. Returns where the next value
 * begins; NULL at the end. */
static char *
split(char *at, const char **values, int max, int *count)
{
	for (*count = 0; at != NULL && *count < max;) {
		values[(*count)++] = at;
		at = strchr(at, ' ');
		if (at != NULL)
			*at++ = '\0';
	}
	return at;
}

/* Updates `path` with the values of a line of `len` bytes, which is not changed.
 * Returns like update_all(). */
static int
update_line(struct direct *d, const char *path, const char *line, size_t len)
{
	char copy[RRD_LINE + 1], *at = copy;
	const char *values[VALUES];
	size_t begin = strlen(RRD_UPDATE) + rrd_line_path(line, len) + 1;
	int count, refused, all = 0;

	memcpy(copy, line + begin, len - begin);
	copy[len - begin - 1] = '\0'; /* '\n' */
	while (at != NULL) {
		at = split(at, values, VALUES, &count);
		refused = update_all(d, path, values, count);
		if (refused < 0)
			return -1;
		all += refused;
	}
	return all;
}

static void
write_line(struct direct *d, const char *line, size_t len)
{
	char path[RRD_LINE + 1];
	unsigned values = rrd_line_values(line, len);
	int refused;

	rrd_unescape(line + strlen(RRD_UPDATE), rrd_line_path(line, len), path);
	if (rrd_time_left(d->rrd, 1) == 0) {
		counter_add(&counters.rrd_dropped, values);
		return;
	}
	do
		refused = update_line(d, path, line, len);
	while (refused < 0 && !rrd_create_line(d->rrd->creator, line, len));
	if (refused < 0)
		return;
	counter_add(&counters.rrd_failed, (uint64_t)refused);
	counter_add(&counters.rrd_updates, values - (uint64_t)refused);
}

/* Has a line written together with others of its file, when the file's turn comes. */
static void
gather_line(struct direct *d, const char *line, size_t len)
{
	const char *before;
	size_t before_len;

	if (rrd_gather_add(d->gather, line, len))
		return;
	before = rrd_gather_take(d->gather, line, len, &before_len);
	if (before != NULL)
		write_line(d, before, before_len);
	write_line(d, line, len);
}

static enum rrd_result
direct_write(void *state, struct rrd_block *block)
{
	char *line = block->bytes, *end = line + block->len, *next;
	struct direct *d = state;

	for (; line < end; line = next) {
		next = (char *)memchr(line, '\n', (size_t)(end - line)) + 1;
		if (d->gather != NULL)
			gather_line(d, line, (size_t)(next - line));
		else
			write_line(d, line, (size_t)(next - line));
	}
	return RRD_DONE;
}

static void
direct_settle(void *state, bool all)
{
	struct direct *d = state;
	const char *line;
	size_t len;

	if (d->gather == NULL)
		return;
	while ((line = rrd_gather_next(d->gather, clock_ms(), all, &len)) != NULL)
		write_line(d, line, len);
}

static void
direct_settle_folder(void *state, const struct rrd_lines *lines, bool drop)
{
	struct direct *d = state;
	const char *line;
	size_t len;

	while (d->gather != NULL &&
	       (line = rrd_gather_folder(d->gather, lines, &len)) != NULL)
		if (!drop)
			write_line(d, line, len);
}

/* Files -------------------------------------------------------------------------- */

static enum rrd_result
direct_create(void *state, const struct rrd_file *file)
{
	struct direct *d = state;
	char why[RRD_WHY];

	snprintf(d->path, sizeof(d->path), "%s", file->path);
	snprintf(d->temporary, sizeof(d->temporary), "%s" TEMPORARY, file->path);
	d->values = d->failed = 0;
	if (rrd_make_file(d->rrd->config->rrd.rootdir, d->temporary, file) == 0)
		return RRD_DONE;
	rrd_words(RRD_LIBRRD, rrd_get_error(), why);
	log_limited(&d->made, clock_ms(), "RRDs: can't make %s: %s", file->path, why);
	return RRD_FAILED;
}

static enum rrd_result
direct_fill(void *state, struct rrd_block *block)
{
	struct direct *d = state;
	char *line = block->bytes, *end = line + block->len, *next;
	int refused;

	for (; line < end; line = next) {
		next = (char *)memchr(line, '\n', (size_t)(end - line)) + 1;
		refused = update_line(d, d->temporary, line, (size_t)(next - line));
		if (refused < 0)
			refused = (int)rrd_line_values(line, (size_t)(next - line));
		d->failed += (uint64_t)refused;
	}
	d->values += block->values;
	return RRD_DONE;
}

/* A file that another program has made meanwhile stays, because it may have more
 * values. */
static void
direct_show(void *state)
{
	struct direct *d = state;

	if (access(d->path, F_OK) != 0 && rename(d->temporary, d->path) == 0) {
		counter_add(&counters.rrd_created, 1);
		counter_add(&counters.rrd_updates, d->values - d->failed);
		counter_add(&counters.rrd_failed, d->failed);
		return;
	}
	log_limited(&d->made, clock_ms(), "RRDs: can't make %s: %s", d->path,
	            strerror(errno != 0 ? errno : EEXIST));
	unlink(d->temporary);
	counter_add(&counters.rrd_failed, d->values);
}

static bool
direct_is_there(const char *path)
{
	return access(path, F_OK) == 0;
}

/* Start and end -------------------------------------------------------------------- */

static void *
direct_open(struct rrd *rrd, struct rrd_files *files)
{
	struct direct *d = calloc(1, sizeof(*d));

	rrd_guard_install();
	if (d == NULL)
		return NULL;
	d->rrd = rrd;
	d->files = files;
	if (rrd->config->rrd.delay_s > 0)
		d->gather = rrd_gather_new(rrd, rrd->config->rrd.delay_s);
	return d;
}

static void
direct_close(void *state)
{
	struct direct *d = state;

	rrd_gather_free(d->gather);
	free(d);
}

const struct rrd_sink rrd_direct = {
    .open = direct_open,
    .close = direct_close,
    .write = direct_write,
    .settle = direct_settle,
    .create = direct_create,
    .fill = direct_fill,
    .show = direct_show,
    .is_there = direct_is_there,
    .settle_folder = direct_settle_folder,
};

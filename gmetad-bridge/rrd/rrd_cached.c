/* The sink of rrdcached: a block is a BATCH. The answer to it names the lines that
 * rrdcached has refused. All others it has taken, and they count as written: if
 * rrdcached can't write them to its disk, that is in its own log.
 *
 * When a connection breaks before the answer, it is not known which lines were taken.
 * So the block is sent again; values that had been taken are then refused as too old,
 * and count as written.
 *
 * Paths are absolute. Files are made by rrdcached's CREATE, and are there from then on.
 * So lines that come later wait until the file has got the lines that wait for it. If
 * rrdcached is not allowed to make files (no -R, or -P without CREATE) and runs on this
 * machine, the bridge makes them itself, as gmetad does.
 */
#include "gmetad-bridge/rrd/rrd_cached.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "gmetad-bridge/counters.h"
#include "gmetad-bridge/rrd/rrd_files.h"
#include "gmetad-bridge/rrd/rrd_link.h"
#include "gmetad-bridge/rrd/rrd_sink.h"
#include "gmetad-bridge/rrd/rrd_words.h"

#define TRIES_MAX 10 /* tries of a block that is sent but never answered */
#define NO_SUCH_FILE "No such file"
#define TOO_OLD "illegal attempt to update using time"

/* With a slow disk an answer may take long: to look at 700 files takes seconds. */
int rrd_cached_timeout_ms = 30000;

/* The connection ------------------------------------------------------------------ */

static int64_t
timeout(struct rrd_cached *c)
{
	return rrd_time_left(c->rrd, rrd_cached_timeout_ms);
}

static enum rrd_result
lose(struct rrd_cached *c, const char *why)
{
	connection_close(&c->connection);
	rrd_link_lose(&c->lost, why, clock_ms());
	return RRD_BROKEN;
}

enum rrd_result
rrd_cached_connect(struct rrd_cached *c)
{
	char fault[CONNECTION_FAULT];

	if (c->connection.fd >= 0)
		return RRD_DONE;
	if (connection_open(&c->connection, c->rrd, c->address, timeout(c), fault) != 0)
		return lose(c, fault);
	return RRD_DONE;
}

/* Receives until there are `count` lines. Returns their length in bytes; 0 on
 * failure. */
static size_t
receive_lines(struct rrd_cached *c, unsigned long count)
{
	size_t seen = 0;
	char *end;

	for (;;) {
		while (count > 0 && seen < c->connection.len &&
		       (end = memchr(c->connection.received + seen, '\n',
		                     c->connection.len - seen)) != NULL) {
			seen = (size_t)(end + 1 - c->connection.received);
			count--;
		}
		if (count == 0)
			return seen;
		if (connection_receive(&c->connection, timeout(c)) != 0)
			return 0;
	}
}

/* Receives an answer: the status line "N text", and the N lines that follow. Sets *head
 * to the bytes of the status line, and *len to those of all lines. Returns false where
 * the connection is broken. */
static bool
receive_answer(struct rrd_cached *c, size_t *head, size_t *len)
{
	long count;
	char *end;

	*head = receive_lines(c, 1);
	if (*head == 0)
		return false;
	errno = EPROTO;
	count = strtol(c->connection.received, &end, 10);
	if (end == c->connection.received || *end != ' ' || count < 0)
		return false;
	*len = receive_lines(c, (unsigned long)count + 1);
	return *len != 0;
}

/* Makes a text of rrdcached fit for the log: one line, and only what can be printed. */
static void
tidy(char *text)
{
	for (; *text != '\0' && *text != '\n'; text++)
		if (*text < ' ' || *text > '~')
			*text = '?';
	*text = '\0';
}

static enum rrd_result
lose_answer(struct rrd_cached *c)
{
	char said[CONNECTION_FAULT], text[RRD_WHY];

	if (errno != EPROTO)
		return lose(c, strerror(errno));
	snprintf(said, sizeof(said), "%.*s", (int)c->connection.len,
	         c->connection.received);
	tidy(said);
	rrd_words(RRD_RRDCACHED, said, text);
	return lose(c, said[0] != '\0' ? text : "no answer in its protocol");
}

/* Begins a BATCH, and waits for the answer: where BATCH is not allowed, rrdcached would
 * take the lines that follow for commands, and answer each of them. */
static enum rrd_result
begin_batch(struct rrd_cached *c)
{
	size_t head, len;

	if (rrd_cached_connect(c) != RRD_DONE)
		return RRD_BROKEN;
	if (connection_send(&c->connection, "BATCH\n", 6, timeout(c)) != 0)
		return lose(c, strerror(errno));
	if (!receive_answer(c, &head, &len))
		return lose_answer(c);
	connection_take(&c->connection, len);
	return RRD_DONE;
}

/* Sends the lines of a BATCH, and ends it. The answer is then in `received`: a status
 * line of *head bytes, and up to *len the errors, in lines "NUMBER message". */
static enum rrd_result
end_batch(struct rrd_cached *c, const char *lines, size_t lines_len, size_t *head,
          size_t *len)
{
	if (connection_send(&c->connection, lines, lines_len, timeout(c)) != 0 ||
	    connection_send(&c->connection, ".\n", 2, timeout(c)) != 0)
		return lose(c, strerror(errno));
	if (!receive_answer(c, head, len))
		return lose_answer(c);
	rrd_link_answer(&c->lost, clock_ms());
	return RRD_DONE;
}

enum rrd_result
rrd_cached_batch(struct rrd_cached *c, const char *lines, size_t lines_len,
                 size_t *head, size_t *len)
{
	enum rrd_result result = begin_batch(c);

	return result == RRD_DONE ? end_batch(c, lines, lines_len, head, len) : result;
}

/* Updates --------------------------------------------------------------------------- */

void
rrd_cached_error(struct rrd_cached_answer *a)
{
	unsigned long before = a->number;
	char *line, *end;

	for (a->number = 0; a->at < a->end && a->number == 0;) {
		line = a->at;
		a->at = (char *)memchr(line, '\n', (size_t)(a->end - line)) + 1;
		a->at[-1] = '\0';
		a->number = strtoul(line, &end, 10);
		if (*line < '0' || *line > '9' || *end != ' ' ||
		    a->number <= before) { /* more of the error before */
			a->number = 0;
			continue;
		}
		a->message = end + 1;
	}
}

bool
rrd_cached_says(const struct rrd_cached_answer *a, const char *what)
{
	return strstr(a->message, what) != NULL;
}

enum rrd_fault
rrd_cached_words(const struct rrd_cached_answer *a, char text[RRD_WHY])
{
	enum rrd_fault fault = rrd_words(RRD_RRDCACHED, a->message, text);

	tidy(text);
	return fault;
}

static void
refuse(struct rrd_cached *c, const struct rrd_cached_answer *a, const char *line,
       size_t len, unsigned values)
{
	char text[RRD_WHY];
	const char *path = line + strlen(RRD_UPDATE);
	size_t path_len = rrd_line_path(line, len);
	enum rrd_fault fault = rrd_cached_words(a, text);

	if (fault != RRD_NO_FAULT && c->files != NULL)
		rrd_files_refused(c->files, path, path_len, fault, text, clock_ms());
	else
		log_limited(&c->refused, clock_ms(),
		            "RRDs: %u values refused by rrdcached: %.*s: %s", values,
		            (int)path_len, path, text);
}

/* Deals with a line that was refused. Returns how many of its values are not written by
 * this BATCH. *left is the length of what has to be sent again of the line, in place. */
static unsigned
refused_line(struct rrd_cached *c, const struct rrd_cached_answer *a, char *line,
             size_t len, bool again, size_t *left)
{
	unsigned values = rrd_line_values(line, len);

	*left = 0;
	if (rrd_cached_says(a, NO_SUCH_FILE) && !c->filling) {
		if (!rrd_create_line(c->rrd->creator, line, len))
			*left = len;
		return values;
	}
	if (!rrd_cached_says(a, TOO_OLD)) {
		refuse(c, a, line, len, values);
		counter_add(&counters.rrd_failed, values);
		return values;
	}
	if (!again) {
		refuse(c, a, line, len, 1);
		counter_add(&counters.rrd_failed, 1);
	}
	*left = rrd_line_shift(line, len);
	return again ? values - 1 : values;
}

/* Counts the values of a block by its answer, and leaves in the block the lines that
 * have to be sent again. */
static enum rrd_result
settle(struct rrd_cached *c, struct rrd_block *block, char *errors, size_t len)
{
	struct rrd_cached_answer a = {.at = errors, .end = errors + len};
	char *line = block->bytes, *end = line + block->len, *keep = line, *next;
	uint64_t values = block->values, kept = 0;
	unsigned long number = 1;
	size_t left;

	for (rrd_cached_error(&a); line < end && a.number != 0; line = next, number++) {
		next = (char *)memchr(line, '\n', (size_t)(end - line)) + 1;
		if (number != a.number)
			continue;
		values -= refused_line(c, &a, line, (size_t)(next - line),
		                       block->tries > 0, &left);
		if (left > 0) {
			memmove(keep, line, left);
			kept += rrd_line_values(keep, left);
			keep += left;
		}
		rrd_cached_error(&a);
	}
	counter_add(&counters.rrd_updates, values);
	block->len = (size_t)(keep - block->bytes);
	block->values = kept;
	return block->len > 0 ? RRD_AGAIN : RRD_DONE;
}

static enum rrd_result
give_up(struct rrd_cached *c, struct rrd_block *block)
{
	if (c->filling) /* it may have nothing more to do; a writer asks again */
		rrd_link_rest(&c->lost);
	log_line("rrdcached at %s: broke off %d times at the same values; %" PRIu64
	         " left out",
	         c->address, TRIES_MAX, block->values);
	counter_add(&counters.rrd_failed, block->values);
	return RRD_DONE;
}

static enum rrd_result
cached_write(void *state, struct rrd_block *block)
{
	struct rrd_cached *c = state;
	enum rrd_result result;
	size_t head, len;

	if (block->tries >= TRIES_MAX)
		return give_up(c, block);
	if (!c->filling) {
		rrd_create_queue(c->rrd->creator, block);
		if (block->len == 0)
			return RRD_DONE;
	}
	if (begin_batch(c) != RRD_DONE)
		return RRD_BROKEN;
	if (end_batch(c, block->bytes, block->len, &head, &len) != RRD_DONE) {
		block->tries++;
		return RRD_BROKEN;
	}
	result = settle(c, block, c->connection.received + head, len - head);
	connection_take(&c->connection, len);
	return result;
}

/* Files ------------------------------------------------------------------------------- */

/* Writes lines to a file that was just made. If rrdcached does not find it, to make it
 * again would not help, so the lines are not given to the creator. */
static enum rrd_result
cached_fill(void *state, struct rrd_block *block)
{
	struct rrd_cached *c = state;
	enum rrd_result result;

	c->filling = true;
	result = cached_write(state, block);
	c->filling = false;
	return result;
}

/* Start and end ------------------------------------------------------------------------- */

static void *
cached_open(struct rrd *rrd, struct rrd_files *files)
{
	struct rrd_cached *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->rrd = rrd;
	c->files = files;
	c->address = rrd->config->rrd.rrdcached;
	c->connection.fd = -1;
	return c;
}

static void
cached_close(void *state)
{
	struct rrd_cached *c = state;

	connection_close(&c->connection);
	free(c);
}

const struct rrd_sink rrd_cached = {
    .open = cached_open,
    .close = cached_close,
    .write = cached_write,
    .create = rrd_cached_create,
    .fill = cached_fill,
    .forget = rrd_cached_forget,
};

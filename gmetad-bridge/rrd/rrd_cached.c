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
#include <rrd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/buffer.h"
#include "gmetad-bridge/counters.h"
#include "gmetad-bridge/rrd/rrd_sink.h"

#define TRIES_MAX 10 /* tries of a block that is sent but never answered */
#define NO_SUCH_FILE "No such file"
#define TOO_OLD "illegal attempt to update using time"
#define EXISTS "File exists"

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
	c->lost |= log_limited(&c->broken, clock_ms(),
	                       "rrdcached at %s: %s; values wait", c->address, why);
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
	if (c->lost)
		log_line("rrdcached at %s: connected", c->address);
	c->lost = false;
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

/* Writes a text of rrdcached for the log: one line, and only what can be printed. */
static void
print(const char *text, size_t len, char line[CONNECTION_FAULT])
{
	size_t i;

	if (len > CONNECTION_FAULT - 1)
		len = CONNECTION_FAULT - 1;
	for (i = 0; i < len && text[i] != '\n'; i++)
		line[i] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
	line[i] = '\0';
}

static enum rrd_result
lose_answer(struct rrd_cached *c)
{
	char fault[CONNECTION_FAULT];

	if (errno != EPROTO)
		return lose(c, strerror(errno));
	print(c->connection.received, c->connection.len, fault);
	return lose(c, fault[0] != '\0' ? fault : "no answer in its protocol");
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

static bool
says(const struct rrd_cached_answer *a, const char *what)
{
	return strstr(a->message, what) != NULL;
}

static void
refuse(struct rrd_cached *c, const struct rrd_cached_answer *a, const char *line,
       size_t len, unsigned values)
{
	char text[CONNECTION_FAULT];

	print(a->message, strlen(a->message), text);
	log_limited(&c->refused, clock_ms(),
	            "RRDs: %u values refused by rrdcached: %.*s: %s", values,
	            (int)rrd_line_path(line, len), line + strlen(RRD_UPDATE), text);
}

/* Deals with a line that was refused. Returns how many of its values are not written by
 * this BATCH. *left is the length of what has to be sent again of the line, in place. */
static unsigned
refused_line(struct rrd_cached *c, const struct rrd_cached_answer *a, char *line,
             size_t len, bool again, size_t *left)
{
	unsigned values = rrd_line_values(line, len);

	*left = 0;
	if (says(a, NO_SUCH_FILE) && !c->filling) {
		if (!rrd_create_line(c->rrd->creator, line, len))
			*left = len;
		return values;
	}
	if (!says(a, TOO_OLD)) {
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
give_up(struct rrd_block *block, const char *address)
{
	log_line("rrdcached at %s: broke off %d times at the same values; %" PRIu64
	         " left out",
	         address, TRIES_MAX, block->values);
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
		return give_up(block, c->address);
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

/* Writes the command that makes a file. Returns false without memory, or if it is too
 * long. */
static bool
describe(const struct rrd_file *file, struct buffer *line)
{
	char text[128];
	size_t i;

	buffer_text(line, "CREATE ");
	buffer_text(line, file->escaped);
	snprintf(text, sizeof(text), " -s %u -b %" PRIu32 " -O DS:sum:GAUGE:%u:U:U",
	         file->step_s, file->start_s, 8 * file->step_s);
	buffer_text(line, text);
	snprintf(text, sizeof(text), " DS:num:GAUGE:%u:U:U", 8 * file->step_s);
	if (file->sums)
		buffer_text(line, text);
	for (i = 0; file->archives[i] != NULL; i++) {
		buffer_text(line, " ");
		buffer_text(line, file->archives[i]);
	}
	buffer_text(line, "\n");
	return !line->failed && line->len < RRD_LINE;
}

/* Makes the file on this machine, where rrdcached runs, too. */
static enum rrd_result
make_here(struct rrd_cached *c, const struct rrd_file *file)
{
	if (access(file->path, F_OK) == 0)
		return RRD_DONE;
	if (rrd_make_file(c->rrd->config->rrd.rootdir, file->path, file) == 0) {
		counter_add(&counters.rrd_created, 1);
		return RRD_DONE;
	}
	log_limited(&c->made, clock_ms(), "RRDs: can't make %s: %s", file->path,
	            rrd_get_error());
	return RRD_FAILED;
}

static enum rrd_result
not_made(struct rrd_cached *c, const struct rrd_file *file,
         const struct rrd_cached_answer *a)
{
	char text[CONNECTION_FAULT];

	if (says(a, EXISTS))
		return RRD_DONE;
	print(a->message, strlen(a->message), text);
	if (c->connection.local &&
	    (strncmp(text, "No permission to recursively", 28) == 0 ||
	     strncmp(text, "Permission denied", 17) == 0))
		return make_here(c, file);
	log_limited(&c->made, clock_ms(), "RRDs: rrdcached can't make %s: %s",
	            file->path, text);
	return RRD_FAILED;
}

static enum rrd_result
cached_create(void *state, const struct rrd_file *file)
{
	struct rrd_cached *c = state;
	struct buffer line = {0};
	struct rrd_cached_answer a = {0};
	enum rrd_result result;
	size_t head, len;

	if (!describe(file, &line)) {
		log_limited(&c->made, clock_ms(),
		            "RRDs: can't make %s: too many archives, or no memory",
		            file->path);
		buffer_free(&line);
		return RRD_FAILED;
	}
	result = rrd_cached_batch(c, line.bytes, line.len, &head, &len);
	buffer_free(&line);
	if (result != RRD_DONE)
		return result;
	a.at = c->connection.received + head;
	a.end = c->connection.received + len;
	rrd_cached_error(&a);
	if (a.number == 0)
		counter_add(&counters.rrd_created, 1);
	else
		result = not_made(c, file, &a);
	connection_take(&c->connection, len);
	return result;
}

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
cached_open(struct rrd *rrd)
{
	struct rrd_cached *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->rrd = rrd;
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
    .create = cached_create,
    .fill = cached_fill,
    .forget = rrd_cached_forget,
};

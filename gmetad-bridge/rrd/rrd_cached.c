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
#include <limits.h>
#include <rrd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/buffer.h"
#include "gmetad-bridge/counters.h"
#include "gmetad-bridge/rrd/rrd_connection.h"
#include "gmetad-bridge/rrd/rrd_order.h"
#include "gmetad-bridge/rrd/rrd_sink.h"

#define TRIES_MAX 10 /* tries of a block that is sent but never answered */
#define COMMANDS 500 /* in a BATCH, about the files of a folder */
#define NO_SUCH_FILE "No such file"
#define TOO_OLD "illegal attempt to update using time"
#define EXISTS "File exists"

/* With a slow disk an answer may take long: to look at 700 files takes seconds. */
int rrd_cached_timeout_ms = 30000;

struct cached {
	struct rrd *rrd;
	const char *address;
	struct connection connection;
	bool filling; /* lines of a file that was just made are written */
	bool lost;    /* the log says that the connection is lost */
	struct log_limit broken, refused, made;
};

/* The connection ------------------------------------------------------------------ */

static int64_t
timeout(struct cached *c)
{
	return rrd_time_left(c->rrd, rrd_cached_timeout_ms);
}

static enum rrd_result
lose(struct cached *c, const char *why)
{
	connection_close(&c->connection);
	c->lost = true;
	log_limited(&c->broken, clock_ms(), "rrdcached at %s: %s; values wait",
	            c->address, why);
	return RRD_BROKEN;
}

static enum rrd_result
ensure_connected(struct cached *c)
{
	char fault[CONNECTION_FAULT];

	if (c->connection.fd >= 0)
		return RRD_DONE;
	if (connection_open(&c->connection, c->rrd, c->address, timeout(c), fault) != 0)
		return lose(c, fault);
	if (c->lost)
		log_limited(&c->broken, clock_ms(), "rrdcached at %s: connected",
		            c->address);
	c->lost = false;
	return RRD_DONE;
}

/* Receives until there are `count` lines. Returns their length in bytes; 0 on
 * failure. */
static size_t
receive_lines(struct cached *c, unsigned long count)
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
receive_answer(struct cached *c, size_t *head, size_t *len)
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
lose_answer(struct cached *c)
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
begin_batch(struct cached *c)
{
	size_t head, len;

	if (ensure_connected(c) != RRD_DONE)
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
end_batch(struct cached *c, const char *lines, size_t lines_len, size_t *head,
          size_t *len)
{
	if (connection_send(&c->connection, lines, lines_len, timeout(c)) != 0 ||
	    connection_send(&c->connection, ".\n", 2, timeout(c)) != 0)
		return lose(c, strerror(errno));
	if (!receive_answer(c, head, len))
		return lose_answer(c);
	return RRD_DONE;
}

/* Updates --------------------------------------------------------------------------- */

/* A walk over the errors in an answer, which are in the order of the lines. */
struct answer {
	char *at, *end;       /* the errors that are left */
	unsigned long number; /* the current error is of this line; 0: no more errors */
	const char *message;
};

static void
next_error(struct answer *a)
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
says(const struct answer *a, const char *what)
{
	return strstr(a->message, what) != NULL;
}

static void
refuse(struct cached *c, const struct answer *a, const char *line, size_t len,
       unsigned values)
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
refused_line(struct cached *c, const struct answer *a, char *line, size_t len,
             bool again, size_t *left)
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
settle(struct cached *c, struct rrd_block *block, char *errors, size_t len)
{
	struct answer a = {.at = errors, .end = errors + len};
	char *line = block->bytes, *end = line + block->len, *keep = line, *next;
	uint64_t values = block->values, kept = 0;
	unsigned long number = 1;
	size_t left;

	for (next_error(&a); line < end && a.number != 0; line = next, number++) {
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
		next_error(&a);
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
	struct cached *c = state;
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
make_here(struct cached *c, const struct rrd_file *file)
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
not_made(struct cached *c, const struct rrd_file *file, const struct answer *a)
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
	struct cached *c = state;
	struct buffer line = {0};
	struct answer a = {0};
	enum rrd_result result;
	size_t head, len;

	if (!describe(file, &line)) {
		log_limited(&c->made, clock_ms(),
		            "RRDs: can't make %s: too many archives, or no memory",
		            file->path);
		buffer_free(&line);
		return RRD_FAILED;
	}
	result = begin_batch(c);
	if (result == RRD_DONE)
		result = end_batch(c, line.bytes, line.len, &head, &len);
	buffer_free(&line);
	if (result != RRD_DONE)
		return result;
	a.at = c->connection.received + head;
	a.end = c->connection.received + len;
	next_error(&a);
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
	struct cached *c = state;
	enum rrd_result result;

	c->filling = true;
	result = cached_write(state, block);
	c->filling = false;
	return result;
}

/* Folders ------------------------------------------------------------------------------ */

/* Commands for all files of a folder. They are given to rrdcached some at a time, because it
 * may have an error for each of them. */
struct commands {
	struct cached *cached;
	const char *word;
	const struct rrd_lines *lines;
	struct buffer text;
	unsigned count; /* in `text` */
	enum rrd_result result;
	char *why; /* of RRD_FAILED */
};

static void
refuse_order(struct commands *c, const char *why)
{
	snprintf(c->why, RRD_ORDER_TEXT, "%s", why);
	c->result = RRD_FAILED;
}

/* Looks at an answer. rrdcached may not know a file, or have nothing of it. */
static void
judge(struct commands *c, size_t head, size_t len)
{
	struct connection *connection = &c->cached->connection;
	struct answer a = {.at = connection->received + head,
	                   .end = connection->received + len};

	for (next_error(&a); a.number != 0 && c->result == RRD_DONE; next_error(&a))
		if (strncmp(a.message, "Permission denied", 17) == 0)
			refuse_order(c, "rrdcached does not allow FLUSH and FORGET");
	connection_take(connection, len);
}

/* Gives the commands to rrdcached. */
static void
give_commands(struct commands *c)
{
	size_t head, len;

	if (c->text.failed)
		refuse_order(c, "no memory");
	else if (c->text.len > 0 && (begin_batch(c->cached) != RRD_DONE ||
	                             end_batch(c->cached, c->text.bytes, c->text.len,
	                                       &head, &len) != RRD_DONE))
		c->result = RRD_BROKEN;
	else if (c->text.len > 0)
		judge(c, head, len);
	c->text.len = 0;
	c->count = 0;
}

static bool
add_command(void *context, const char *file)
{
	struct commands *c = context;
	char escaped[2 * NAME_MAX];
	size_t len = strlen(file);

	if (len < 4 || strcmp(file + len - 4, ".rrd") != 0)
		return true;
	buffer_text(&c->text, c->word);
	buffer_add(&c->text, c->lines->begin + strlen(RRD_UPDATE),
	           c->lines->len - strlen(RRD_UPDATE));
	buffer_add(&c->text, escaped, rrd_escape(file, len, escaped));
	buffer_text(&c->text, "\n");
	if (++c->count == COMMANDS)
		give_commands(c);
	return c->result == RRD_DONE;
}

static enum rrd_result
cached_forget(void *state, const struct rrd_place *place, const char *host,
              const struct rrd_lines *lines, bool flush, char *why)
{
	static const char *const words[] = {"FORGET ", "FLUSH "};
	struct commands commands = {
	    .cached = state, .lines = lines, .result = RRD_DONE, .why = why};
	int i;

	if (ensure_connected(state) != RRD_DONE)
		return RRD_BROKEN;
	if (!commands.cached->connection.local)
		refuse_order(&commands, "rrdcached is on another machine");
	for (i = flush; i >= 0 && commands.result == RRD_DONE; i--) {
		commands.word = words[i];
		if (rrd_folder_each(place, host, add_command, &commands) == 0)
			give_commands(&commands);
	}
	buffer_free(&commands.text);
	return commands.result;
}

/* Start and end ------------------------------------------------------------------------- */

static void *
cached_open(struct rrd *rrd)
{
	struct cached *c = calloc(1, sizeof(*c));

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
	struct cached *c = state;

	connection_close(&c->connection);
	free(c);
}

const struct rrd_sink rrd_cached = {
    .open = cached_open,
    .close = cached_close,
    .write = cached_write,
    .create = cached_create,
    .fill = cached_fill,
    .forget = cached_forget,
};

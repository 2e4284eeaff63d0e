#include "gmetad-bridge/readers/client.h"

#include <errno.h>
#include <linux/sockios.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include "common/buffer.h"
#include "gmetad-bridge/counters.h"
#include "gmetad-bridge/readers/document.h"

#define GZIP_WINDOW (15 + 16)     /* zlib: the largest window, in gzip's format */
#define GZIP_SLICE 65536          /* bytes that are compressed in one turn */
#define KEPT (4 * DOCUMENT_PIECE) /* an empty buffer that is larger is freed */

/* READS the query, ANSWERS it, LINGERS until the reader closes. */
enum phase { READS, ANSWERS, LINGERS };

/* Text to be sent or compressed; that is done for the first `done` bytes. */
struct outgoing {
	struct buffer buffer;
	size_t done;
};

struct client {
	int fd;
	const struct config *config;
	struct store *store;
	enum phase phase;
	bool deaf;        /* nothing more is to be read */
	size_t discarded; /* bytes read behind the query */
	struct document *document;
	bool made; /* the document is made to its end */
	struct outgoing plain;
	z_stream *gzip;  /* NULL: the answer is not compressed */
	bool compressed; /* all of it is compressed */
	struct outgoing zipped;
	uint64_t written; /* bytes given to the kernel */
	uint64_t taken;   /* bytes that the reader had taken at `since_ms` */
	int64_t since_ms; /* when the measured time began */
	uint64_t seen;    /* bytes taken when that last became more */
	int64_t seen_ms;  /* when that was */
	size_t line_len;
	char line[QUERY_MAX];
};

static bool
begin_gzip(struct client *c)
{
	c->gzip = calloc(1, sizeof(*c->gzip));
	if (c->gzip == NULL)
		return false;
	if (deflateInit2(c->gzip, Z_BEST_SPEED, Z_DEFLATED, GZIP_WINDOW, 8,
	                 Z_DEFAULT_STRATEGY) == Z_OK)
		return true;
	free(c->gzip);
	c->gzip = NULL;
	return false;
}

/* Begins to serve a reader. With `gzip` in the configuration the XML ports compress, as
 * gmond does; the interactive port never does. */
static bool
begin(struct client *c, enum client_port port, size_t cluster)
{
	c->phase = port == PORT_INTERACTIVE ? READS : ANSWERS;
	if (port == PORT_INTERACTIVE)
		return true;
	c->document = port == PORT_CLUSTER
	                  ? document_of_cluster(c->config, c->store, cluster)
	                  : document_of_query(c->config, c->store, &query_all);
	return c->document != NULL && (!c->config->gzip || begin_gzip(c));
}

struct client *
client_new(int fd, const struct config *config, struct store *store,
           enum client_port port, size_t cluster, int64_t now)
{
	struct client *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->fd = fd;
	c->config = config_hold(config);
	c->store = store;
	c->since_ms = c->seen_ms = now;
	if (begin(c, port, cluster))
		return c;
	c->fd = -1;
	client_free(c);
	return NULL;
}

void
client_free(struct client *c)
{
	if (c == NULL)
		return;
	if (c->gzip != NULL)
		deflateEnd(c->gzip);
	free(c->gzip);
	buffer_free(&c->plain.buffer);
	buffer_free(&c->zipped.buffer);
	document_free(c->document);
	config_release(c->config);
	if (c->fd >= 0)
		close(c->fd);
	free(c);
}

int
client_fd(const struct client *c)
{
	return c->fd;
}

uint32_t
client_events(const struct client *c)
{
	uint32_t events = c->deaf ? 0 : EPOLLIN;

	return c->phase == ANSWERS ? events | EPOLLOUT : events;
}

/* The query -------------------------------------------------------------------------- */

static enum client_state
answer_line(struct client *c, int64_t now)
{
	struct query query;

	if (query_parse(c->line, c->line_len, &query) != 0)
		return CLIENT_REFUSED;
	c->document = document_of_query(c->config, c->store, &query);
	if (c->document == NULL)
		return CLIENT_CUT;
	c->phase = ANSWERS;
	c->since_ms = c->seen_ms = now;
	return CLIENT_OPEN;
}

/* Returns the end of the line; NULL: it has not come yet. */
static char *
line_end(struct client *c)
{
	size_t i;

	for (i = 0; i < c->line_len; i++)
		if (c->line[i] == '\n' || c->line[i] == '\r')
			return c->line + i;
	return NULL;
}

static enum client_state
read_line(struct client *c, int64_t now)
{
	ssize_t n =
	    recv(c->fd, c->line + c->line_len, sizeof(c->line) - c->line_len, 0);
	char *end;

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? CLIENT_OPEN : CLIENT_CUT;
	c->line_len += (size_t)n;
	c->deaf = n == 0;
	end = line_end(c);
	if (end != NULL)
		c->line_len = (size_t)(end - c->line);
	if (end != NULL || n == 0)
		return answer_line(c, now);
	return c->line_len < sizeof(c->line) ? CLIENT_OPEN : CLIENT_REFUSED;
}

/* Reads and drops what follows the query, such as the rest of an HTTP request. If a
 * socket is closed with unread bytes, the kernel resets the connection, and the reader
 * may lose the answer. */
static enum client_state
discard(struct client *c)
{
	char bytes[4096];
	ssize_t n = recv(c->fd, bytes, sizeof(bytes), 0);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? CLIENT_OPEN : CLIENT_CUT;
	c->discarded += (size_t)n;
	if (n > 0 && c->discarded < CLIENT_DISCARDED)
		return CLIENT_OPEN;
	c->deaf = true;
	return c->phase == LINGERS ? CLIENT_DONE : CLIENT_OPEN;
}

/* The answer ------------------------------------------------------------------------- */

static bool
is_empty(const struct outgoing *o)
{
	return o->done == o->buffer.len;
}

/* Empties a buffer of which all is done. The memory that a large host has needed is not
 * kept. */
static void
empty(struct outgoing *o)
{
	o->done = o->buffer.len = 0;
	if (o->buffer.size > KEPT)
		buffer_free(&o->buffer);
}

/* Compresses the next slice of the plain text; at its end also ends the stream. Returns
 * false without memory. */
static bool
compress_slice(struct client *c)
{
	struct outgoing *from = &c->plain;
	struct buffer *to = &c->zipped.buffer;
	size_t len = from->buffer.len - from->done;
	int flush, result;

	if (len > GZIP_SLICE)
		len = GZIP_SLICE;
	flush = c->made && from->done + len == from->buffer.len ? Z_FINISH : Z_NO_FLUSH;
	c->gzip->next_in = (Bytef *)from->buffer.bytes + from->done;
	c->gzip->avail_in = (uInt)len;
	do {
		if (!buffer_room(to, GZIP_SLICE))
			return false;
		c->gzip->next_out = (Bytef *)to->bytes + to->len;
		c->gzip->avail_out = GZIP_SLICE;
		result = deflate(c->gzip, flush);
		if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
			return false;
		to->len += GZIP_SLICE - c->gzip->avail_out;
	} while (c->gzip->avail_out == 0);
	from->done += len;
	c->compressed = result == Z_STREAM_END;
	return true;
}

/* Makes more to send if nothing is left. Returns false without memory. */
static bool
make_more(struct client *c, int64_t now, int64_t wall_ms)
{
	struct outgoing *out = c->gzip != NULL ? &c->zipped : &c->plain;

	if (!is_empty(out))
		return true;
	empty(out);
	if (is_empty(&c->plain) && !c->made) {
		empty(&c->plain);
		c->made = !document_next(c->document, &c->plain.buffer, now, wall_ms);
	}
	if (c->plain.buffer.failed)
		return false;
	return c->gzip == NULL || c->compressed || compress_slice(c);
}

static bool
is_answered(const struct client *c)
{
	return c->made && is_empty(&c->plain) && is_empty(&c->zipped) &&
	       (c->gzip == NULL || c->compressed);
}

/* Called when all is sent: the reader gets the end of the stream, and is to close. */
static enum client_state
begin_to_linger(struct client *c, int64_t now)
{
	counter_add(&counters.requests, 1);
	shutdown(c->fd, SHUT_WR);
	document_free(c->document);
	c->document = NULL;
	c->phase = LINGERS;
	c->since_ms = now;
	return c->deaf ? CLIENT_DONE : CLIENT_OPEN;
}

static enum client_state
send_more(struct client *c, int64_t now, int64_t wall_ms)
{
	struct outgoing *out = c->gzip != NULL ? &c->zipped : &c->plain;
	ssize_t n;

	if (!make_more(c, now, wall_ms))
		return CLIENT_CUT;
	while (!is_empty(out)) {
		n = send(c->fd, out->buffer.bytes + out->done,
		         out->buffer.len - out->done, MSG_NOSIGNAL);
		if (n < 0)
			return errno == EAGAIN || errno == EINTR ? CLIENT_OPEN
			                                         : CLIENT_CUT;
		out->done += (size_t)n;
		c->written += (uint64_t)n;
		counter_add(&counters.xml_bytes, (uint64_t)n);
	}
	return is_answered(c) ? begin_to_linger(c, now) : CLIENT_OPEN;
}

enum client_state
client_turn(struct client *c, uint32_t events, int64_t now, int64_t wall_ms)
{
	enum client_state state = CLIENT_OPEN;

	if ((events & EPOLLERR) != 0)
		return c->phase == LINGERS ? CLIENT_DONE : CLIENT_CUT;
	if ((events & (EPOLLIN | EPOLLHUP)) != 0 && !c->deaf)
		state = c->phase == READS ? read_line(c, now) : discard(c);
	if (state != CLIENT_OPEN)
		return state;
	if (c->phase == ANSWERS && (events & (EPOLLOUT | EPOLLHUP)) != 0)
		return send_more(c, now, wall_ms);
	return CLIENT_OPEN;
}

/* Time --------------------------------------------------------------------------------- */

/* Returns how many bytes the other side has acknowledged. */
static uint64_t
bytes_taken(const struct client *c)
{
	int queued = 0;

	if (ioctl(c->fd, SIOCOUTQ, &queued) != 0 || queued < 0)
		return c->written;
	return (uint64_t)queued < c->written ? c->written - (uint64_t)queued : 0;
}

/* Whether the reader has taken nothing for the timeout, or too little on average over
 * it. */
static bool
is_too_slow(struct client *c, int64_t now)
{
	int64_t timeout_ms = (int64_t)c->config->reader_timeout_s * 1000;
	uint64_t taken = bytes_taken(c);

	if (taken > c->seen) {
		c->seen = taken;
		c->seen_ms = now;
	}
	if (now - c->seen_ms >= timeout_ms)
		return true;
	if (now - c->since_ms < timeout_ms)
		return false;
	if (taken < c->taken + CLIENT_LEAST * (uint64_t)timeout_ms / 1000)
		return true;
	c->taken = taken;
	c->since_ms = now;
	return false;
}

enum client_state
client_tick(struct client *c, int64_t now)
{
	int64_t timeout_ms = (int64_t)c->config->reader_timeout_s * 1000;

	switch (c->phase) {
	case READS:
		return now - c->since_ms < timeout_ms ? CLIENT_OPEN : CLIENT_CUT;
	case ANSWERS:
		return is_too_slow(c, now) ? CLIENT_CUT : CLIENT_OPEN;
	default:
		return now - c->since_ms < CLIENT_LINGERS_MS ? CLIENT_OPEN
		                                             : CLIENT_DONE;
	}
}

#include "tools/daemon.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <zlib.h>

#include "common/clock.h"

#define GMETAD_XML_PORT 8651
#define PATIENCE_MS 200  /* a daemon that needs no query answers within this */
#define QUERY_BYTES 2048 /* gmetad's REQUESTLEN */
#define CHUNK_BYTES 32768
#define GATHER_MS 50          /* a chunk may take so long to come */
#define GZIP_WINDOW (15 + 16) /* zlib's: the largest, with gzip's header */

/* Characters that a query can't have: gmetad takes most for an attack on a shell; the
 * others have a meaning of their own in a path. */
#define NOT_IN_QUERIES ">!@#$%`;|\"\\'</?*"

/* A connection, and the state of what its bytes go through: HTTP's header or gzip, and
 * the parser. */
struct reading {
	int fd;
	int64_t deadline_ms;
	struct ganglia_xml *xml;
	char *fault;
	enum {
		NOTHING,
		HEADER,
		GZIP,
		XML
	} what;            /* what the bytes are, as far as known */
	size_t header_end; /* so many bytes of the header's end have come */
	char line[64];     /* the beginning of the header's line that comes now, */
	size_t line_len;   /* and how much has come of that line */
	int64_t *started_s;
	enum ganglia_state state;
	bool can_inflate, damaged;
	z_stream inflate;
};

/* Faults ----------------------------------------------------------------------------- */

static enum daemon_result fail(struct reading *r, enum daemon_result result,
                               const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static enum daemon_result
fail(struct reading *r, enum daemon_result result, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(r->fault, DAEMON_FAULT, format, args);
	va_end(args);
	return result;
}

/* A daemon closes the connection of who may not ask at once. Where a query comes after that,
 * or is not read, it is reset, or the pipe broken, even before it is seen to be there: which
 * of these, is chance. */
static enum daemon_result
fail_unanswered(struct reading *r)
{
	return fail(r, DAEMON_BROKEN,
	            "it closed without an answer (is this machine in its "
	            "trusted_hosts?)");
}

static bool
is_closed(int error)
{
	return error == ECONNRESET || error == EPIPE;
}

/* Addresses -------------------------------------------------------------------------- */

/* Returns a port, 1 to 65535; 0: the text is none. */
static unsigned
parse_port(const char *text)
{
	char *behind;
	unsigned long port;

	if (*text < '0' || *text > '9')
		return 0;
	port = strtoul(text, &behind, 10);
	return *behind == '\0' && port <= 65535 ? (unsigned)port : 0;
}

int
daemon_parse(const char *text, struct daemon_address *address)
{
	const char *host = text, *end = text + strlen(text), *port = NULL;
	const char *colon = strchr(text, ':');

	*address = (struct daemon_address){.port = DAEMON_GMOND_PORT};
	if (*text == '[') {
		host++;
		end = strchr(host, ']');
		if (end == NULL || (end[1] != '\0' && end[1] != ':'))
			return -1;
		port = end[1] == ':' ? end + 2 : NULL;
	} else if (colon != NULL && strchr(colon + 1, ':') == NULL) {
		end = colon;
		port = colon + 1;
	}
	if (end == host || (size_t)(end - host) >= sizeof(address->host))
		return -1;
	memcpy(address->host, host, (size_t)(end - host));
	if (port != NULL)
		address->port = parse_port(port);
	return address->port == 0 ? -1 : 0;
}

/* Connecting ------------------------------------------------------------------------- */

/* Waits for the socket until the deadline, and at most `most_ms`. Returns whether it is
 * ready. */
static bool
wait_for(const struct reading *r, short events, int64_t most_ms)
{
	struct pollfd poll_fd = {.fd = r->fd, .events = events};
	int64_t until = clock_ms() + most_ms, left;
	int ready;

	if (until > r->deadline_ms)
		until = r->deadline_ms;
	do {
		left = until - clock_ms();
		ready = poll(&poll_fd, 1, left > 0 ? (int)left : 0);
	} while (ready < 0 && errno == EINTR && left > 0);
	return ready > 0;
}

static bool
wait_until_late(const struct reading *r, short events)
{
	return wait_for(r, events, INT32_MAX);
}

/* Connects to one address. Returns 0 or an errno. */
static int
connect_to(struct reading *r, const struct addrinfo *to)
{
	socklen_t len = sizeof(int);
	int error = 0;

	r->fd = socket(to->ai_family, to->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC,
	               to->ai_protocol);
	if (r->fd < 0)
		return errno;
	if (connect(r->fd, to->ai_addr, to->ai_addrlen) != 0)
		error = errno;
	if (error == EINPROGRESS) {
		if (!wait_until_late(r, POLLOUT))
			error = ETIMEDOUT;
		else if (getsockopt(r->fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0)
			error = errno;
	}
	if (error != 0) {
		close(r->fd);
		r->fd = -1;
	}
	return error;
}

static enum daemon_result
connect_any(struct reading *r, const struct daemon_address *address)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
	                               .ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV};
	struct addrinfo *all, *to;
	char port[16];
	int error;

	snprintf(port, sizeof(port), "%u", address->port);
	error = getaddrinfo(address->host, port, &hints, &all);
	if (error != 0)
		return fail(r, DAEMON_REFUSED, "%s: %s", address->host,
		            gai_strerror(error));
	for (to = all; to != NULL; to = to->ai_next) {
		error = connect_to(r, to);
		if (error == 0 || clock_ms() >= r->deadline_ms)
			break;
	}
	freeaddrinfo(all);
	if (error == 0)
		return DAEMON_DONE;
	if (is_closed(error)) /* nobody there would be ECONNREFUSED */
		return fail_unanswered(r);
	return fail(r, error == ETIMEDOUT ? DAEMON_LATE : DAEMON_REFUSED,
	            "no connection to %s port %u: %s", address->host, address->port,
	            strerror(error));
}

/* Asking ----------------------------------------------------------------------------- */

/* Returns the name as an element of the path; "*", which is all, where a query can't
 * have that name. */
static const char *
element(const char *name)
{
	const char *c;

	if (name == NULL || *name == '\0' ||
	    name[strcspn(name, NOT_IN_QUERIES)] != '\0')
		return "*";
	for (c = name; *c != '\0'; c++)
		if (*c < ' ' || *c > '~')
			return "*";
	return name;
}

/* Writes the query as one of HTTP: to those gmetad leaves out what it does not have,
 * while to others it answers with everything; and they may have "*". */
static int
print_query(const struct daemon_query *query, char text[QUERY_BYTES])
{
	const char *filter = query->summary  ? "?filter=summary"
	                     : query->former ? "?filter=former"
	                                     : "";
	const char *cluster = element(query->cluster);

	if (query->host != NULL)
		return snprintf(text, QUERY_BYTES, "GET /%s/%s HTTP/1.0\r\n", cluster,
		                element(query->host));
	if (query->hosts_only)
		return snprintf(text, QUERY_BYTES,
		                "GET /%s/*?filter=summary HTTP/1.0\r\n", cluster);
	if (strcmp(cluster, "*") == 0)
		cluster = "";
	return snprintf(text, QUERY_BYTES, "GET /%s%s HTTP/1.0\r\n", cluster, filter);
}

static bool
is_to_ask(const struct reading *r, const struct daemon_address *address)
{
	if (address->ask != DAEMON_ASK_AUTO)
		return address->ask == DAEMON_ASK_ALWAYS;
	if (address->port == DAEMON_INTERACTIVE_PORT)
		return true;
	return address->port != DAEMON_GMOND_PORT && address->port != GMETAD_XML_PORT &&
	       !wait_for(r, POLLIN, PATIENCE_MS);
}

static enum daemon_result
ask(struct reading *r, const struct daemon_query *query)
{
	char text[QUERY_BYTES];
	const char *at = text;
	int len = print_query(query, text);
	ssize_t sent;

	if (len >= QUERY_BYTES)
		return fail(r, DAEMON_BROKEN, "the query is too long");
	while (len > 0) {
		if (!wait_until_late(r, POLLOUT))
			return fail(r, DAEMON_LATE, "it takes no query");
		sent = send(r->fd, at, (size_t)len, MSG_NOSIGNAL);
		if (sent < 0 && is_closed(errno))
			return fail_unanswered(r);
		if (sent < 0 && errno != EAGAIN && errno != EINTR)
			return fail(r, DAEMON_BROKEN, "it takes no query: %s",
			            strerror(errno));
		if (sent > 0) {
			at += sent;
			len -= (int)sent;
		}
	}
	return DAEMON_DONE;
}

/* The answer ----------------------------------------------------------------------- */

/* Parses bytes of XML, and sets r->state. Returns false where nothing more is wanted. */
static bool
take_xml(struct reading *r, const void *bytes, size_t len, bool last)
{
	r->state = ganglia_xml_push(r->xml, bytes, len, last);
	return r->state == GANGLIA_MORE;
}

/* Inflates and parses bytes. A small answer may inflate without end; the deadline stops
 * it. */
static bool
take_gzip(struct reading *r, unsigned char *bytes, size_t len)
{
	unsigned char text[CHUNK_BYTES];
	int status;

	r->inflate.next_in = bytes;
	r->inflate.avail_in = (unsigned)len;
	do {
		r->inflate.next_out = text;
		r->inflate.avail_out = sizeof(text);
		status = inflate(&r->inflate, Z_NO_FLUSH);
		if (!take_xml(r, text, sizeof(text) - r->inflate.avail_out,
		              status == Z_STREAM_END))
			return false;
		if (status != Z_OK && status != Z_BUF_ERROR) {
			r->damaged = true;
			return false;
		}
	} while (r->inflate.avail_out == 0 && clock_ms() < r->deadline_ms);
	return true;
}

/* Takes a whole line of HTTP's header, of which only one is of interest. */
static void
take_line(struct reading *r)
{
	static const char key[] = "X-Started: ";
	char *end;
	long long seconds;

	if (r->line_len >= sizeof(r->line) || r->started_s == NULL)
		return;
	r->line[r->line_len] = '\0';
	if (strncmp(r->line, key, strlen(key)) != 0)
		return;
	seconds = strtoll(r->line + strlen(key), &end, 10);
	if (seconds > 0 && seconds < INT64_MAX && *end == '\0')
		*r->started_s = seconds;
}

static void
take_header_byte(struct reading *r, char byte)
{
	if (byte == '\r' || byte == '\n') {
		take_line(r);
		r->line_len = 0;
	} else if (r->line_len < sizeof(r->line)) {
		r->line[r->line_len++] = byte;
	}
}

/* Takes HTTP's header, whatever it says. Returns how many of the bytes belong to it. */
static size_t
take_header(struct reading *r, const unsigned char *bytes, size_t len)
{
	static const unsigned char end[] = "\r\n\r\n";
	size_t i;

	for (i = 0; i < len && end[r->header_end] != '\0'; i++) {
		take_header_byte(r, (char)bytes[i]);
		if (bytes[i] == end[r->header_end])
			r->header_end++;
		else
			r->header_end = bytes[i] == '\r';
	}
	if (end[r->header_end] == '\0')
		r->what = XML;
	return i;
}

/* Takes bytes of the answer. The first one tells a header and gzip from XML. */
static bool
take(struct reading *r, unsigned char *bytes, size_t len)
{
	size_t header;

	if (r->what == NOTHING && bytes[0] == 0x1f && r->can_inflate)
		r->what = GZIP;
	else if (r->what == NOTHING)
		r->what = bytes[0] == 'H' ? HEADER : XML;
	if (r->what == GZIP)
		return take_gzip(r, bytes, len);
	if (r->what == XML)
		return take_xml(r, bytes, len, false);
	header = take_header(r, bytes, len);
	return header == len || take_xml(r, bytes + header, len - header, false);
}

/* Judges the answer when nothing more comes, or is wanted. */
static enum daemon_result
judge(struct reading *r)
{
	if (r->state == GANGLIA_END || r->state == GANGLIA_STOPPED)
		return DAEMON_DONE;
	if (r->what == NOTHING)
		return fail_unanswered(r);
	if (r->damaged)
		return fail(r, DAEMON_BROKEN, "its gzip is damaged");
	if (r->what == HEADER)
		return fail(r, DAEMON_BROKEN, "it isn't Ganglia's");
	if (r->state == GANGLIA_MORE)
		take_xml(r, "", 0, true);
	return fail(r, DAEMON_BROKEN, "bad XML: %s", ganglia_xml_fault(r->xml));
}

/* Reads the answer. gmond sends each element for itself, and waking up for one costs
 * ten times as much as reading it, so the kernel gathers some of them. */
static enum daemon_result
read_all(struct reading *r)
{
	unsigned char bytes[CHUNK_BYTES];
	int lowest = sizeof(bytes) / 2;
	ssize_t got;

	setsockopt(r->fd, SOL_SOCKET, SO_RCVLOWAT, &lowest, sizeof(lowest));
	do {
		wait_for(r, POLLIN, GATHER_MS);
		if (clock_ms() >= r->deadline_ms)
			return fail(r, DAEMON_LATE,
			            r->what == NOTHING
			                ? "no answer in time"
			                : "the answer has no end in time");
		got = recv(r->fd, bytes, sizeof(bytes), 0);
		if (got < 0 && r->what == NOTHING && is_closed(errno))
			return fail_unanswered(r);
		if (got < 0 && errno != EAGAIN && errno != EINTR)
			return fail(r, DAEMON_BROKEN, "it broke off: %s",
			            strerror(errno));
	} while (got < 0 || (got > 0 && take(r, bytes, (size_t)got)));
	return judge(r);
}

/* Whether the daemon has waited for the query: then its answer is HTTP. */
static bool
has_listened(const struct reading *r)
{
	char first;

	return !wait_until_late(r, POLLIN) || recv(r->fd, &first, 1, MSG_PEEK) != 1 ||
	       first == 'H';
}

/* Connects, and sends the query where one is to be sent. A gmond that is busy with
 * another reader is silent, too, and may get a query and cut its answer off; so in that
 * case this connects again, without a query. */
static enum daemon_result
connect_and_ask(struct reading *r, const struct daemon_address *address,
                const struct daemon_query *query)
{
	enum daemon_result result = connect_any(r, address);

	if (result != DAEMON_DONE || !is_to_ask(r, address))
		return result;
	result = ask(r, query);
	if (result != DAEMON_DONE || address->ask == DAEMON_ASK_ALWAYS ||
	    address->port == DAEMON_INTERACTIVE_PORT || has_listened(r))
		return result;
	close(r->fd);
	return connect_any(r, address);
}

static enum daemon_result
converse(struct reading *r, const struct daemon_address *address,
         const struct daemon_query *query)
{
	enum daemon_result result = connect_and_ask(r, address, query);

	return result == DAEMON_DONE ? read_all(r) : result;
}

enum daemon_result
daemon_read(const struct daemon_address *address, const struct daemon_query *query,
            const struct ganglia_visitor *visitor, int64_t deadline_ms,
            char fault[DAEMON_FAULT])
{
	struct reading r = {.fd = -1,
	                    .deadline_ms = deadline_ms,
	                    .fault = fault,
	                    .started_s = query->started_s,
	                    .xml = ganglia_xml_new(visitor)};
	enum daemon_result result;

	if (r.xml == NULL)
		return fail(&r, DAEMON_BROKEN, "no memory");
	r.can_inflate = inflateInit2(&r.inflate, GZIP_WINDOW) == Z_OK;
	result = converse(&r, address, query);
	if (r.fd >= 0)
		close(r.fd);
	if (r.can_inflate)
		inflateEnd(&r.inflate);
	ganglia_xml_free(r.xml);
	return result;
}

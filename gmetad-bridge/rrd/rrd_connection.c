#include "gmetad-bridge/rrd/rrd_connection.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/clock.h"
#include "gmetad-bridge/rrd/rrd_sink.h"

#define PORT "42217" /* rrdcached's default */
#define RECEIVED_MAX (1 << 20)
#define SLICE_MS 100 /* a wait looks this often whether rrd_stop() was called */

/* Waits for events of the socket. Returns 0, or -1 with errno. */
static int
wait_for(struct rrd *rrd, int fd, short events, int64_t ms)
{
	struct pollfd p = {.fd = fd, .events = events};
	int64_t until = clock_ms() + ms, left;
	int n;

	do {
		left = until - clock_ms();
		left = rrd_time_left(rrd, left < SLICE_MS ? left : SLICE_MS);
		if (left <= 0) {
			errno = ETIMEDOUT;
			return -1;
		}
		n = poll(&p, 1, (int)left);
	} while (n == 0 || (n < 0 && errno == EINTR));
	return n > 0 ? 0 : -1;
}

/* Connecting ------------------------------------------------------------------------ */

/* Returns a connected socket; -1 with errno. */
static int
connect_to(struct rrd *rrd, const struct sockaddr *address, socklen_t len, int64_t ms)
{
	int fd =
	    socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int error = 0, one = 1;
	socklen_t error_len = sizeof(error);

	if (fd < 0)
		return -1;
	if (connect(fd, address, len) == 0)
		return fd;
	if (errno == EINPROGRESS && wait_for(rrd, fd, POLLOUT, ms) == 0) {
		getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &error_len);
		if (error == 0) {
			setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
			return fd;
		}
		errno = error;
	}
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

static int
open_unix(struct rrd *rrd, const char *path, int64_t ms)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	if (strlen(path) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(address.sun_path, path);
	return connect_to(rrd, (struct sockaddr *)&address, sizeof(address), ms);
}

/* Splits "host:port" in place, and returns the port. An IPv6 address without brackets
 * has no port. */
static const char *
split_port(char **host)
{
	char *colon = strrchr(*host, ':'), *bracket;

	if (**host == '[') {
		bracket = strchr(++*host, ']');
		if (bracket == NULL)
			return PORT;
		*bracket = '\0';
		return bracket[1] == ':' ? bracket + 2 : PORT;
	}
	if (colon == NULL || strchr(*host, ':') != colon)
		return PORT;
	*colon = '\0';
	return colon + 1;
}

static bool
is_loopback(const struct sockaddr *address)
{
	const struct sockaddr_in *in4 = (const struct sockaddr_in *)address;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)address;

	if (address->sa_family == AF_INET)
		return ntohl(in4->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
	return address->sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr);
}

static int
open_tcp(struct connection *c, const char *text, int64_t ms,
         char fault[CONNECTION_FAULT])
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found, *at;
	char copy[NI_MAXHOST + 16], *host = copy;
	const char *port;
	int error;

	snprintf(copy, sizeof(copy), "%s", text);
	port = split_port(&host);
	error = getaddrinfo(host, port, &hints, &found);
	if (error != 0) {
		snprintf(fault, CONNECTION_FAULT, "%s", gai_strerror(error));
		return -1;
	}
	for (at = found; at != NULL && c->fd < 0; at = at->ai_next) {
		c->fd = connect_to(c->rrd, at->ai_addr, at->ai_addrlen, ms);
		c->local = c->fd >= 0 && is_loopback(at->ai_addr);
	}
	error = errno;
	freeaddrinfo(found);
	errno = error;
	return c->fd;
}

bool
connection_is_local(const char *address)
{
	static const char *const names[] = {"unix:", "/", "127.", "[::1]", "localhost"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strncmp(address, names[i], strlen(names[i])) == 0)
			return true;
	return strcmp(address, "::1") == 0;
}

int
connection_open(struct connection *c, struct rrd *rrd, const char *address, int64_t ms,
                char fault[CONNECTION_FAULT])
{
	*c = (struct connection){.rrd = rrd, .fd = -1};
	fault[0] = '\0';
	if (strncmp(address, "unix:", 5) == 0)
		address += 5;
	if (address[0] == '/') {
		c->fd = open_unix(rrd, address, ms);
		c->local = true;
	} else {
		open_tcp(c, address, ms, fault);
	}
	if (c->fd < 0 && fault[0] == '\0')
		snprintf(fault, CONNECTION_FAULT, "%s", strerror(errno));
	return c->fd < 0 ? -1 : 0;
}

void
connection_close(struct connection *c)
{
	if (c->fd >= 0)
		close(c->fd);
	free(c->received);
	*c = (struct connection){.fd = -1};
}

/* Text ------------------------------------------------------------------------------ */

int
connection_send(struct connection *c, const char *bytes, size_t len, int64_t ms)
{
	ssize_t n;

	while (len > 0) {
		n = send(c->fd, bytes, len, MSG_NOSIGNAL);
		if (n > 0) {
			bytes += n;
			len -= (size_t)n;
		} else if (n < 0 && errno == EAGAIN) {
			if (wait_for(c->rrd, c->fd, POLLOUT, ms) != 0)
				return -1;
		} else if (n < 0 && errno != EINTR) {
			return -1;
		}
	}
	return 0;
}

/* Makes room for more bytes. */
static int
grow(struct connection *c)
{
	size_t size = c->size != 0 ? c->size * 2 : 4096;
	char *received;

	if (c->len < c->size)
		return 0;
	if (size > RECEIVED_MAX) {
		errno = EMSGSIZE;
		return -1;
	}
	received = realloc(c->received, size);
	if (received == NULL)
		return -1;
	c->received = received;
	c->size = size;
	return 0;
}

int
connection_receive(struct connection *c, int64_t ms)
{
	ssize_t n;

	if (grow(c) != 0)
		return -1;
	for (;;) {
		n = recv(c->fd, c->received + c->len, c->size - c->len, 0);
		if (n > 0)
			break;
		if (n == 0)
			errno = ECONNRESET;
		if (n == 0 || (errno != EAGAIN && errno != EINTR) ||
		    wait_for(c->rrd, c->fd, POLLIN, ms) != 0)
			return -1;
	}
	c->len += (size_t)n;
	return 0;
}

void
connection_take(struct connection *c, size_t len)
{
	c->len -= len;
	if (c->len > 0)
		memmove(c->received, c->received + len, c->len);
}

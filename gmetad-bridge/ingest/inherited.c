#include "gmetad-bridge/ingest/inherited.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"
#include "gmetad-bridge/log.h"

#define FIRST_FD 3 /* sd_listen_fds(3): SD_LISTEN_FDS_START */
#define SOCKETS_MAX 1024

static struct inherited {
	struct address address;
	uint16_t port;
	int fd;
} all[SOCKETS_MAX];
static size_t all_count;

/* Returns the number in that variable; 0 where it is none. */
static long
number_in(const char *variable)
{
	const char *text = getenv(variable);
	char *end;
	long number;

	if (text == NULL || *text == '\0')
		return 0;
	errno = 0;
	number = strtol(text, &end, 10);
	return errno != 0 || *end != '\0' ? 0 : number;
}

/* Keeps the socket. Returns NULL, or what it is that can't be used: one that is connected
 * gets its peer's datagrams alone. */
static const char *
keep(int fd)
{
	struct sockaddr_in6 bound = {0}; /* or of IPv4: the port is in the same place */
	struct sockaddr_storage peer;
	socklen_t len = sizeof(bound), peer_len = sizeof(peer);
	socklen_t protocol_len = sizeof(int);
	struct inherited *socket = &all[all_count];
	int protocol = 0;

	if (getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &protocol_len) != 0 ||
	    protocol != IPPROTO_UDP || getsockname(fd, (void *)&bound, &len) != 0)
		return "no UDP socket";
	if (getpeername(fd, (void *)&peer, &peer_len) == 0)
		return "connected to one sender";
	socket->address = address_of_sockaddr(&bound);
	socket->port = ntohs(bound.sin6_port);
	socket->fd = fd;
	if (socket->address.type == ADDRESS_UNKNOWN ||
	    fcntl(fd, F_SETFD, FD_CLOEXEC) != 0)
		return "no UDP socket";
	all_count++;
	return NULL;
}

void
inherited_open(void)
{
	long count = number_in("LISTEN_FDS"), i;
	struct log_limit limit = {0};
	const char *what;

	if (number_in("LISTEN_PID") != getpid())
		count = 0;
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	for (i = 0; i < count && i < SOCKETS_MAX; i++) {
		what = keep(FIRST_FD + (int)i);
		if (what == NULL)
			continue;
		log_limited(&limit, clock_ms(),
		            "socket %ld of systemd is %s: it is closed", i + 1, what);
		close(FIRST_FD + (int)i);
	}
}

void
inherited_close(void)
{
	while (all_count > 0)
		close(all[--all_count].fd);
}

static bool
is_at(const struct inherited *socket, const struct address *address, uint16_t port)
{
	return socket->port == port && address_same(&socket->address, address);
}

static bool
is_among(const struct address *address, const struct address *addresses, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (address_same(address, &addresses[i]))
			return true;
	return false;
}

size_t
inherited_addresses(uint16_t port, struct address *addresses, size_t most)
{
	size_t i, count = 0;

	for (i = 0; i < all_count && count < most; i++)
		if (all[i].port == port && !is_among(&all[i].address, addresses, count))
			addresses[count++] = all[i].address;
	return count;
}

size_t
inherited_count(const struct address *address, uint16_t port)
{
	size_t i, count = 0;

	for (i = 0; i < all_count; i++)
		count += is_at(&all[i], address, port);
	return count;
}

int
inherited_socket(const struct address *address, uint16_t port, size_t i)
{
	const struct inherited *s;

	for (s = all; s < all + all_count; s++)
		if (is_at(s, address, port) && i-- == 0)
			return fcntl(s->fd, F_DUPFD_CLOEXEC, 0);
	errno = ENOENT;
	return -1;
}

void
inherited_tell_unused(const struct address *addresses, size_t count, uint16_t port)
{
	const struct inherited *s;
	char text[ADDRESS_TEXT];

	for (s = all; s < all + all_count; s++)
		if (s->port != port || !is_among(&s->address, addresses, count))
			log_line("systemd's socket on UDP port %u of %s is not used: "
			         "`port` or `bind` of sflow is another one",
			         s->port, address_text(&s->address, text));
}

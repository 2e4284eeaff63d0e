#include "gmetad-bridge/readers/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utlist.h>

#include "common/log.h"

#define BACKLOG 128

/* A child process that was forked and has not called exec() yet has the socket, too. As
 * long as it has, close() alone would leave the socket in epoll, and the port could not
 * be bound again. So the socket leaves epoll and is shut down first. */
static void
close_socket(struct listener *l)
{
	if (l->fd < 0)
		return;
	if (l->epoll >= 0)
		epoll_ctl(l->epoll, EPOLL_CTL_DEL, l->fd, NULL);
	shutdown(l->fd, SHUT_RDWR);
	close(l->fd);
	l->fd = l->epoll = -1;
}

void
listeners_free(struct listener *list)
{
	struct listener *l, *next;

	for (l = list; l != NULL; l = next) {
		next = l->next;
		close_socket(l);
		free(l);
	}
}

static bool
add(struct listener **list, const struct listener *wanted)
{
	struct listener *l = malloc(sizeof(*l));

	if (l == NULL)
		return false;
	*l = *wanted;
	l->fd = l->epoll = -1;
	LL_APPEND(*list, l);
	return true;
}

/* Adds a listener for the port on each address. */
static bool
add_port(struct listener **list, const struct config *config, long port,
         enum client_port kind, unsigned cluster)
{
	struct listener wanted = {.kind = kind, .cluster = cluster, .port = port};
	size_t i;

	if (port == 0)
		return true;
	if (config->xml_bind_count == 0)
		return add(list, &wanted);
	for (i = 0; i < config->xml_bind_count; i++) {
		wanted.address = config->xml_bind[i];
		if (!add(list, &wanted))
			return false;
	}
	return true;
}

bool
listeners_wanted(const struct config *config, struct listener **list)
{
	bool done;
	size_t i;

	*list = NULL;
	done = add_port(list, config, config->xml_port, PORT_XML, 0) &&
	       add_port(list, config, config->interactive_port, PORT_INTERACTIVE, 0);
	for (i = 0; done && i < config->cluster_count; i++)
		done = add_port(list, config, config->clusters[i].gmond_port,
		                PORT_CLUSTER, config->clusters[i].number);
	if (!done) {
		listeners_free(*list);
		*list = NULL;
	}
	return done;
}

static int
open_socket(const struct listener *l, int family)
{
	int on = 1, off = 0;
	int s = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (s < 0)
		return -1;
	setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (family == AF_INET6)
		setsockopt(s, IPPROTO_IPV6, IPV6_V6ONLY,
		           l->address.type == ADDRESS_UNKNOWN ? &off : &on, sizeof(on));
	return s;
}

static int
bind_ipv4(int s, const struct listener *l)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
	                         .sin_port = htons((uint16_t)l->port)};

	memcpy(&to.sin_addr, l->address.bytes, sizeof(to.sin_addr));
	return bind(s, (const struct sockaddr *)&to, sizeof(to));
}

static int
bind_ipv6(int s, const struct listener *l)
{
	struct sockaddr_in6 to = {.sin6_family = AF_INET6,
	                          .sin6_port = htons((uint16_t)l->port)};

	memcpy(&to.sin6_addr, l->address.bytes, sizeof(to.sin6_addr));
	return bind(s, (const struct sockaddr *)&to, sizeof(to));
}

/* Binds a socket. For all addresses that is one socket for IPv6 and IPv4 together, or
 * for IPv4 alone where the kernel has no IPv6. */
static int
bind_listener(struct listener *l)
{
	if (l->address.type != ADDRESS_IPV4) {
		l->fd = open_socket(l, AF_INET6);
		if (l->fd >= 0)
			return bind_ipv6(l->fd, l);
		if (l->address.type == ADDRESS_IPV6 || errno != EAFNOSUPPORT)
			return -1;
	}
	l->fd = open_socket(l, AF_INET);
	return l->fd >= 0 ? bind_ipv4(l->fd, l) : -1;
}

int
listener_open(struct listener *l)
{
	char address[ADDRESS_TEXT];
	int error;

	if (bind_listener(l) == 0 && listen(l->fd, BACKLOG) == 0)
		return 0;
	error = errno;
	close_socket(l);
	if (l->address.type == ADDRESS_UNKNOWN)
		log_line("can't listen on TCP port %ld: %s", l->port, strerror(error));
	else
		log_line("can't listen on TCP port %ld of %s: %s", l->port,
		         address_text(&l->address, address), strerror(error));
	return -1;
}

void
listener_watch(struct listener *l, int epoll, uint32_t events, uint64_t about)
{
	struct epoll_event event = {.events = events, .data.u64 = about};
	int operation = l->epoll < 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;

	if (l->fd < 0)
		return;
	if (epoll_ctl(epoll, operation, l->fd, &event) == 0) {
		l->epoll = epoll;
		return;
	}
	log_line("can't watch TCP port %ld: %s", l->port, strerror(errno));
	close_socket(l);
}

/* Takes over the socket of a listener in the list for the same port and address, if
 * there is one. */
static void
take_socket(struct listener *wanted, struct listener *list)
{
	for (; list != NULL; list = list->next)
		if (list->fd >= 0 && list->port == wanted->port &&
		    address_same(&list->address, &wanted->address)) {
			wanted->fd = list->fd;
			wanted->epoll = list->epoll;
			list->fd = list->epoll = -1;
			return;
		}
}

void
listeners_replace(struct listener **list, struct listener *wanted)
{
	struct listener *l;

	LL_FOREACH(wanted, l)
		take_socket(l, *list);
	listeners_free(*list);
	*list = wanted;
	LL_FOREACH(wanted, l)
		if (l->fd < 0)
			listener_open(l);
}

/* Trust --------------------------------------------------------------------------- */

static bool
is_local(const struct address *a)
{
	static const uint8_t ipv4[4] = {127, 0, 0, 1}, ipv6[16] = {[15] = 1};

	return a->type == ADDRESS_IPV4 ? memcmp(a->bytes, ipv4, sizeof(ipv4)) == 0
	                               : a->type == ADDRESS_IPV6 &&
	                                     memcmp(a->bytes, ipv6, sizeof(ipv6)) == 0;
}

/* To network_list_match() an empty list has every address; here it has none. */
bool
listen_trusts(const struct config *config, const struct address *a)
{
	return config->all_trusted || is_local(a) ||
	       (config->trusted != NULL && network_list_match(config->trusted, a));
}

#include "common/udp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/sock_diag.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"

#define CATCH_UP_MS 2000        /* a backlog is taken within this time */
#define BATCHES_MAX 64          /* taken from one socket before the next one */
#define DATAGRAM_MAX 65536      /* UDP carries no longer ones */
#define WAITED_MAX_MS 3600000   /* a clock was set, or a program started hours late */
#define NAP_MS 20               /* the longest nap */
#define NAP_BYTES_PER_MS 500000 /* more bytes never come in a millisecond */

/* The buffers for one batch, allocated once. */
struct udp_batch {
	struct mmsghdr messages[UDP_BATCH];
	struct iovec vectors[UDP_BATCH];
	struct sockaddr_storage from[UDP_BATCH];
	uint8_t bytes[UDP_BATCH][DATAGRAM_MAX];
	/* The kernel's words beside a datagram: when it came, by the wall clock. */
	struct {
		_Alignas(
		    struct cmsghdr) uint8_t bytes[CMSG_SPACE(sizeof(struct timespec))];
	} beside[UDP_BATCH];
	int64_t taken_ms, wall_ms; /* when they were taken, by both clocks */
};

/* The set ---------------------------------------------------------------------- */

static struct udp_batch *
batch_new(void)
{
	struct udp_batch *b = calloc(1, sizeof(*b));
	size_t i;

	for (i = 0; b != NULL && i < UDP_BATCH; i++) {
		b->vectors[i].iov_base = b->bytes[i];
		b->vectors[i].iov_len = DATAGRAM_MAX;
		b->messages[i].msg_hdr.msg_iov = &b->vectors[i];
		b->messages[i].msg_hdr.msg_iovlen = 1;
		b->messages[i].msg_hdr.msg_name = &b->from[i];
		b->messages[i].msg_hdr.msg_control = b->beside[i].bytes;
	}
	return b;
}

int
udp_set_init(struct udp_set *set)
{
	memset(set, 0, sizeof(*set));
	set->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (set->wake < 0)
		return -1;
	set->batch = batch_new();
	if (set->batch != NULL)
		return 0;
	udp_set_close(set);
	errno = ENOMEM;
	return -1;
}

void
udp_set_close(struct udp_set *set)
{
	size_t i;

	for (i = 0; i < set->count; i++)
		udp_close(&set->listeners[i]);
	set->count = 0;
	if (set->wake >= 0)
		close(set->wake);
	set->wake = -1;
	free(set->batch);
	set->batch = NULL;
}

static bool
has_ipv6(void)
{
	int s = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (s >= 0)
		close(s);
	return s >= 0;
}

static void
set_address(struct udp_listener *l, const struct address *address)
{
	struct sockaddr_in *in4 = (struct sockaddr_in *)&l->address;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&l->address;

	if (address->type == ADDRESS_IPV4) {
		in4->sin_family = AF_INET;
		memcpy(&in4->sin_addr, address->bytes, 4);
		l->address_len = sizeof(*in4);
	} else {
		in6->sin6_family = AF_INET6;
		memcpy(&in6->sin6_addr, address->bytes, 16);
		l->address_len = sizeof(*in6);
	}
}

static bool
is_any(const struct udp_listener *l, sa_family_t family)
{
	const struct sockaddr_in *in4 = (const void *)&l->address;
	const struct sockaddr_in6 *in6 = (const void *)&l->address;

	if (l->address.ss_family != family)
		return false;
	return family == AF_INET ? in4->sin_addr.s_addr == htonl(INADDR_ANY)
	                         : IN6_IS_ADDR_UNSPECIFIED(&in6->sin6_addr);
}

/* Two sockets can't both receive all of IPv4: where there is a listener on 0.0.0.0, the
 * one on `::` receives IPv6 only. */
static void
share_ipv4(struct udp_set *set)
{
	bool own = false;
	size_t i;

	for (i = 0; i < set->count; i++)
		own = own || is_any(&set->listeners[i], AF_INET);
	for (i = 0; i < set->count; i++)
		set->listeners[i].only_ipv6 = own;
}

void
udp_set_add(struct udp_set *set, const struct address *address, uint16_t port)
{
	struct udp_listener *l = &set->listeners[set->count];
	struct address any = {.type = ADDRESS_IPV4};

	if (set->count == UDP_LISTENERS)
		return;
	if (address == NULL && has_ipv6())
		any.type = ADDRESS_IPV6;
	memset(l, 0, sizeof(*l));
	l->fd = -1;
	set_address(l, address != NULL ? address : &any);
	set->count++;
	share_ipv4(set);
	udp_set_port(set, port);
}

/* The port has the same place in a sockaddr_in and a sockaddr_in6. */
void
udp_set_port(struct udp_set *set, uint16_t port)
{
	size_t i;

	for (i = 0; i < set->count; i++)
		if (set->listeners[i].fd < 0)
			((struct sockaddr_in *)&set->listeners[i].address)->sin_port =
			    htons(port);
}

/* A listener ---------------------------------------------------------------------- */

/* Returns the bytes of the socket's buffer. The kernel doubles what is asked for, and
 * reports the double. */
static int
buffer_of(int s)
{
	int got = 0;
	socklen_t len = sizeof(got);

	getsockopt(s, SOL_SOCKET, SO_RCVBUF, &got, &len);
	return got / 2;
}

/* Asks for a buffer of `bytes`, unless that is 0. Root may have more than
 * net.core.rmem_max. Returns the bytes that the socket has then. */
static int
ask_buffer(int s, int bytes)
{
	if (bytes != 0 &&
	    setsockopt(s, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) != 0)
		setsockopt(s, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	return buffer_of(s);
}

/* Asks with another socket first, to see what the system allows now: a socket that was
 * opened as root may have more. */
void
udp_buffer(struct udp_listener *listener, int buffer)
{
	int other = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int got = other < 0 ? 0 : ask_buffer(other, buffer);

	if (other >= 0)
		close(other);
	if (listener->fd >= 0 && (got >= buffer || got >= listener->buffer))
		listener->buffer = ask_buffer(listener->fd, buffer);
}

/* Has the kernel say when each datagram came. */
static void
ask_arrival(int s)
{
	int on = 1;

	setsockopt(s, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on));
}

static int
open_socket(const struct udp_listener *l, bool shared)
{
	int both = is_any(l, AF_INET6) && !l->only_ipv6, only = !both, on = 1, s;

	s = socket(l->address.ss_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s < 0)
		return -1;
	if (l->address.ss_family == AF_INET6)
		setsockopt(s, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof(only));
	if (shared)
		setsockopt(s, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
	return s;
}

int
udp_open(struct udp_listener *listener, int buffer, bool shared)
{
	int s = open_socket(listener, shared), error;

	listener->buffer = 0;
	listener->drops = 0;
	listener->adopted = false;
	if (s < 0)
		return -1;
	listener->buffer = ask_buffer(s, buffer);
	ask_arrival(s);
	if (bind(s, (const void *)&listener->address, listener->address_len) != 0) {
		error = errno;
		close(s);
		errno = error;
		return -1;
	}
	listener->fd = s;
	return 0;
}

void
udp_adopt(struct udp_listener *listener, int fd, int buffer)
{
	listener->fd = fd;
	listener->adopted = true;
	listener->buffer = buffer_of(fd);
	ask_arrival(fd);
	udp_buffer(listener, buffer);
	udp_drops(listener);
}

void
udp_close(struct udp_listener *listener)
{
	if (listener->fd >= 0)
		close(listener->fd);
	listener->fd = -1;
}

uint16_t
udp_port(const struct udp_listener *listener)
{
	struct sockaddr_in6 bound = {
	    0}; /* or of IPv4, with the port in the same place */
	socklen_t len = sizeof(bound);

	if (listener->fd < 0 || getsockname(listener->fd, (void *)&bound, &len) != 0)
		return 0;
	return ntohs(bound.sin6_port);
}

/* The count is the kernel's, and begins with the socket. */
uint32_t
udp_drops(struct udp_listener *listener)
{
	uint32_t memory[SK_MEMINFO_VARS], before = listener->drops;
	socklen_t len = sizeof(memory);

	if (listener->fd < 0 ||
	    getsockopt(listener->fd, SOL_SOCKET, SO_MEMINFO, memory, &len) != 0)
		return 0;
	listener->drops = memory[SK_MEMINFO_DROPS];
	return listener->drops - before;
}

/* Receiving ------------------------------------------------------------------ */

bool
udp_wait(struct udp_set *set, int ms)
{
	struct pollfd polled[UDP_LISTENERS + 1];
	uint64_t times;
	size_t i;

	for (i = 0; i < set->count; i++)
		polled[i] =
		    (struct pollfd){.fd = set->listeners[i].fd, .events = POLLIN};
	polled[i] = (struct pollfd){.fd = set->wake, .events = POLLIN};
	poll(polled, set->count + 1, ms);
	for (i = 0; i < set->count; i++)
		set->listeners[i].ready = polled[i].revents != 0;
	return polled[i].revents != 0 &&
	       read(set->wake, &times, sizeof(times)) == sizeof(times);
}

void
udp_wake(struct udp_set *set)
{
	uint64_t one = 1;

	(void)!write(set->wake, &one, sizeof(one));
}

/* Receives a batch. Returns how many datagrams there were, at most UDP_BATCH; -1 where
 * there were none. */
static int
receive_batch(int s, struct udp_batch *b)
{
	int i, count;

	for (i = 0; i < UDP_BATCH; i++) {
		b->messages[i].msg_hdr.msg_namelen = sizeof(b->from[i]);
		b->messages[i].msg_hdr.msg_controllen = sizeof(b->beside[i].bytes);
	}
	count = recvmmsg(s, b->messages, UDP_BATCH, MSG_DONTWAIT, NULL);
	b->taken_ms = clock_ms();
	b->wall_ms = b->taken_ms + clock_wall_offset();
	return count;
}

bool
udp_take(struct udp_set *set,
         void (*input)(const struct udp_batch *batch, size_t count))
{
	bool busy = false;
	int batches, count;
	size_t i;

	for (i = 0; i < set->count; i++) {
		if (!set->listeners[i].ready)
			continue;
		for (batches = 0; batches < BATCHES_MAX; batches++) {
			count = receive_batch(set->listeners[i].fd, set->batch);
			if (count > 0)
				input(set->batch, (size_t)count);
			if (count < UDP_BATCH)
				break;
		}
		busy = busy || batches > 0;
	}
	if (!busy)
		atomic_store(&set->busy_ms, 0);
	else if (atomic_load(&set->busy_ms) == 0)
		atomic_store(&set->busy_ms, clock_ms());
	return busy;
}

bool
udp_catches_up(const struct udp_set *set)
{
	int64_t since = atomic_load(&set->busy_ms);

	return since != 0 && clock_ms() - since < CATCH_UP_MS;
}

const void *
udp_datagram(const struct udp_batch *batch, size_t i, size_t *len, struct address *from)
{
	*len = batch->messages[i].msg_len;
	*from = address_of_sockaddr(&batch->from[i]);
	return batch->bytes[i];
}

int64_t
udp_arrived(const struct udp_batch *batch, size_t i)
{
	const struct msghdr *message = &batch->messages[i].msg_hdr;
	const struct cmsghdr *beside = CMSG_FIRSTHDR(message);
	struct timespec came;
	int64_t waited;

	if (beside == NULL || beside->cmsg_level != SOL_SOCKET ||
	    beside->cmsg_type != SCM_TIMESTAMPNS)
		return batch->taken_ms;
	memcpy(&came, CMSG_DATA(beside), sizeof(came));
	waited = batch->wall_ms - (int64_t)came.tv_sec * 1000 - came.tv_nsec / 1000000;
	if (waited < 0 || waited > WAITED_MAX_MS || waited >= batch->taken_ms)
		return batch->taken_ms;
	return batch->taken_ms - waited;
}

void
udp_nap(const struct udp_set *set)
{
	struct pollfd wake = {.fd = set->wake, .events = POLLIN};
	const struct udp_listener *l;
	int ms = NAP_MS;

	for (l = set->listeners; l < set->listeners + set->count; l++)
		if (l->fd >= 0 && l->buffer / NAP_BYTES_PER_MS < ms)
			ms = l->buffer / NAP_BYTES_PER_MS;
	poll(&wake, 1, ms);
}

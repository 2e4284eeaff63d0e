#include "gmond-module/receiver.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gmond-module/log.h"
#include "gmond-module/on_event.h"

#define SOCKETS_MAX 8
#define BATCH 64              /* datagrams per system call */
#define BATCHES_MAX 64        /* of one socket, before the others' turn */
#define DATAGRAM_MAX 65536    /* the longest that UDP carries */
#define NAP_MS 20             /* at most, to let datagrams gather */
#define NAP_BYTES_PER_MS 1000000 /* more than ever comes in a millisecond */
#define TICK_MS 250           /* how late a host is called late, at most */
#define CHORES_MS 1000
#define BIND_AGAIN_MS 10000

struct listener {
	struct sockaddr_storage address;
	socklen_t address_len;
	int fd;         /* -1: not bound yet */
	uint32_t drops; /* the kernel's count when last read */
};

/* The place for one batch, made once. */
struct batch {
	struct mmsghdr messages[BATCH];
	struct iovec vectors[BATCH];
	struct sockaddr_storage from[BATCH];
	uint8_t bytes[BATCH][DATAGRAM_MAX];
};

static struct {
	struct collector *collector;
	const struct parameters *parameters;
	struct listener listeners[SOCKETS_MAX];
	size_t count;
	int nap_ms; /* what the smallest buffer can bridge */
	struct batch *batch;
	int wake; /* eventfd that ends the thread */
	bool running;
	pthread_t thread;
	int64_t ticked_ms, bound_ms, chores_ms;
	atomic_uint_fast64_t drops;
} receiver = {.wake = -1};

int
thread_start(pthread_t *thread, void *(*run)(void *), void *argument)
{
	sigset_t all, was;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &was);
	error = pthread_create(thread, NULL, run, argument);
	pthread_sigmask(SIG_SETMASK, &was, NULL);
	if (error != 0)
		log_line("can't start a thread: %s", strerror(error));
	return error;
}

/* Sockets -------------------------------------------------------------------- */

static void
add_listener(const struct address *address, uint16_t port)
{
	struct listener *l = &receiver.listeners[receiver.count++];
	struct sockaddr_in *in4 = (struct sockaddr_in *)&l->address;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&l->address;

	memset(l, 0, sizeof(*l));
	l->fd = -1;
	if (address->type == ADDRESS_IPV4) {
		in4->sin_family = AF_INET;
		in4->sin_port = htons(port);
		memcpy(&in4->sin_addr, address->bytes, 4);
		l->address_len = sizeof(*in4);
	} else {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(port);
		memcpy(&in6->sin6_addr, address->bytes, 16);
		l->address_len = sizeof(*in6);
	}
}

/* No address means all of them: one socket for IPv6 and IPv4 together, or for
 * IPv4 alone where the kernel has no IPv6. */
static void
add_all_addresses(uint16_t port)
{
	struct address any = {.type = ADDRESS_IPV6};
	int s = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (s < 0)
		any.type = ADDRESS_IPV4;
	else
		close(s);
	add_listener(&any, port);
}

static void
add_listeners(const struct parameters *p)
{
	char words[sizeof(p->bind)], *rest = words, *word;
	struct address address;

	receiver.count = 0;
	strcpy(words, p->bind);
	while ((word = strsep(&rest, " ,\t\n")) != NULL)
		if (*word != '\0' && receiver.count < SOCKETS_MAX &&
		    address_parse(word, &address) == 0)
			add_listener(&address, (uint16_t)p->port);
	if (receiver.count == 0)
		add_all_addresses((uint16_t)p->port);
}

/* As large as it was asked for, or as the system lets. Root may have more than
 * net.core.rmem_max. */
static void
set_buffer(int s, int bytes)
{
	int got = 0;
	socklen_t len = sizeof(got);

	if (bytes != 0 && setsockopt(s, SOL_SOCKET, SO_RCVBUFFORCE, &bytes,
	                             sizeof(bytes)) != 0)
		setsockopt(s, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	getsockopt(s, SOL_SOCKET, SO_RCVBUF, &got, &len); /* twice of it */
	if (got / 2 < bytes)
		log_line("the socket's buffer is %d bytes, not %d: "
		         "net.core.rmem_max limits it", got / 2, bytes);
	if (got / NAP_BYTES_PER_MS < receiver.nap_ms)
		receiver.nap_ms = got / NAP_BYTES_PER_MS;
}

static int
open_listener(const struct listener *l)
{
	const struct sockaddr_in6 *in6 = (const void *)&l->address;
	int off = 0, on = 1, s;
	bool any;

	s = socket(l->address.ss_family,
	           SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s < 0)
		return -1;
	any = l->address.ss_family == AF_INET6 &&
	      IN6_IS_ADDR_UNSPECIFIED(&in6->sin6_addr);
	if (l->address.ss_family == AF_INET6)
		setsockopt(s, IPPROTO_IPV6, IPV6_V6ONLY, any ? &off : &on,
		           sizeof(on));
	set_buffer(s, receiver.parameters->rcvbuf);
	if (bind(s, (const void *)&l->address, l->address_len) != 0) {
		int error = errno;

		close(s);
		errno = error;
		return -1;
	}
	return s;
}

/* Binds what is not bound yet. */
static void
bind_listeners(int64_t now)
{
	size_t i;

	receiver.bound_ms = now;
	for (i = 0; i < receiver.count; i++) {
		struct listener *l = &receiver.listeners[i];

		if (l->fd >= 0)
			continue;
		l->fd = open_listener(l);
		if (l->fd < 0)
			log_line("can't listen on UDP port %ld: %s; is another "
			         "collector running? trying again every %d s",
			         receiver.parameters->port, strerror(errno),
			         BIND_AGAIN_MS / 1000);
	}
}

static void
close_listeners(void)
{
	size_t i;

	for (i = 0; i < receiver.count; i++)
		if (receiver.listeners[i].fd >= 0)
			close(receiver.listeners[i].fd);
	receiver.count = 0;
}

/* The kernel's own count; it lives and dies with the socket. */
static void
read_drops(struct listener *l)
{
	uint32_t memory[SK_MEMINFO_VARS];
	socklen_t len = sizeof(memory);

	if (l->fd < 0 || getsockopt(l->fd, SOL_SOCKET, SO_MEMINFO, memory,
	                            &len) != 0)
		return;
	atomic_fetch_add(&receiver.drops, memory[SK_MEMINFO_DROPS] - l->drops);
	l->drops = memory[SK_MEMINFO_DROPS];
}

uint64_t
receiver_kernel_drops(void)
{
	return atomic_load(&receiver.drops);
}

/* Receiving ------------------------------------------------------------------ */

static struct batch *
batch_new(void)
{
	struct batch *b = calloc(1, sizeof(*b));
	size_t i;

	for (i = 0; b != NULL && i < BATCH; i++) {
		b->vectors[i].iov_base = b->bytes[i];
		b->vectors[i].iov_len = DATAGRAM_MAX;
		b->messages[i].msg_hdr.msg_iov = &b->vectors[i];
		b->messages[i].msg_hdr.msg_iovlen = 1;
		b->messages[i].msg_hdr.msg_name = &b->from[i];
	}
	return b;
}

/* Returns how many datagrams there were, at most BATCH. */
static int
receive_batch(int s)
{
	struct batch *b = receiver.batch;
	int64_t now;
	int i, count;

	for (i = 0; i < BATCH; i++)
		b->messages[i].msg_hdr.msg_namelen = sizeof(b->from[i]);
	count = recvmmsg(s, b->messages, BATCH, MSG_DONTWAIT, NULL);
	now = clock_ms();
	for (i = 0; i < count; i++) {
		struct address from = address_of_sockaddr(&b->from[i]);

		collector_input(receiver.collector, b->bytes[i],
		                b->messages[i].msg_len, &from, now);
	}
	return count;
}

/* Returns whether there was a whole batch of datagrams, or more. */
static bool
receive(int s)
{
	int i;

	for (i = 0; i < BATCHES_MAX; i++)
		if (receive_batch(s) < BATCH)
			break;
	return i > 0;
}

/* Log lines, and the administrator's program for events of membership. */
static void
tell_events(int64_t now)
{
	struct collector_event event;

	while (collector_event(receiver.collector, &event)) {
		log_event(&event, now);
		if (event.type >= EVENT_JOINED)
			on_event_run(receiver.parameters->on_event, &event,
			             clock_wall_offset(), now);
	}
}

static void
do_chores(int64_t now)
{
	size_t i;

	if (now - receiver.chores_ms < CHORES_MS)
		return;
	receiver.chores_ms = now;
	if (now - receiver.bound_ms >= BIND_AGAIN_MS)
		bind_listeners(now);
	for (i = 0; i < receiver.count; i++)
		read_drops(&receiver.listeners[i]);
	on_event_tick(now);
}

static void
tick(int64_t now)
{
	if (now - receiver.ticked_ms < TICK_MS)
		return;
	receiver.ticked_ms = now;
	collector_set_wall(receiver.collector, clock_wall_offset());
	collector_tick(receiver.collector, now);
	tell_events(now);
	do_chores(now);
}

static void *
run(void *unused)
{
	struct pollfd polled[SOCKETS_MAX + 1];
	bool busy;
	size_t i;

	(void)unused;
	for (;;) {
		busy = false;
		for (i = 0; i < receiver.count; i++)
			polled[i] = (struct pollfd){
			    .fd = receiver.listeners[i].fd, .events = POLLIN};
		polled[i] = (struct pollfd){.fd = receiver.wake,
		                            .events = POLLIN};
		poll(polled, receiver.count + 1, TICK_MS);
		if (polled[receiver.count].revents != 0)
			return NULL;
		for (i = 0; i < receiver.count; i++)
			if (polled[i].revents != 0)
				busy = receive(polled[i].fd) || busy;
		tick(clock_ms());
		/* To wake up for each datagram costs more than the datagram. */
		if (!busy)
			poll(&polled[receiver.count], 1, receiver.nap_ms);
	}
}

int
receiver_start(const struct parameters *parameters,
               struct collector *collector)
{
	receiver.collector = collector;
	receiver.parameters = parameters;
	receiver.nap_ms = NAP_MS;
	receiver.batch = batch_new();
	receiver.wake = eventfd(0, EFD_CLOEXEC);
	if (receiver.batch == NULL || receiver.wake < 0) {
		log_line("out of memory");
		receiver_stop();
		return -1;
	}
	collector_set_wall(collector, clock_wall_offset());
	add_listeners(parameters);
	bind_listeners(clock_ms());
	receiver.running = thread_start(&receiver.thread, run, NULL) == 0;
	return receiver.running ? 0 : -1;
}

void
receiver_stop(void)
{
	uint64_t one = 1;

	if (receiver.running) {
		(void)!write(receiver.wake, &one, sizeof(one));
		pthread_join(receiver.thread, NULL);
	}
	receiver.running = false;
	on_event_stop();
	close_listeners();
	if (receiver.wake >= 0)
		close(receiver.wake);
	receiver.wake = -1;
	free(receiver.batch);
	receiver.batch = NULL;
}

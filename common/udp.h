/* udp.h - sockets that datagrams are received on. Nothing here logs: the caller
 * knows what a failure means to it.
 */
#ifndef COMMON_UDP_H
#define COMMON_UDP_H

#include <netinet/in.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "sflow/address.h"

#define UDP_LISTENERS 16
#define UDP_BATCH 64 /* datagrams per system call */

struct udp_listener {
	struct sockaddr_storage address;
	socklen_t address_len;
	int fd;         /* -1: not open */
	int buffer;     /* bytes that the kernel gave it */
	bool only_ipv6; /* 0.0.0.0 is a listener of its own */
	bool ready;     /* udp_wait() has seen datagrams */
	uint32_t drops; /* the kernel's count when last read */
};

struct udp_batch;

/* The sockets of one thread. */
struct udp_set {
	struct udp_listener listeners[UDP_LISTENERS];
	size_t count;
	struct udp_batch *batch;
	int wake; /* eventfd */
	atomic_llong busy_ms; /* since then udp_take() has always had much; 0:
	                       * no. Other threads may ask */
};

/* Makes a set without listeners. 0, or -1 and errno. */
int udp_set_init(struct udp_set *set);

/* Closes all of it. A set that udp_set_init() has failed for is fine, too. */
void udp_set_close(struct udp_set *set);

/* A listener on this address, not yet open. `::` is for IPv4, too, unless 0.0.0.0 is
 * added as well. NULL means all addresses: `::`, or 0.0.0.0 where the kernel has no
 * IPv6. More than UDP_LISTENERS are left out. */
void udp_set_add(struct udp_set *set, const struct address *address,
                 uint16_t port);

/* The same, of those that are not open yet. */
void udp_set_port(struct udp_set *set, uint16_t port);

/* Opens and binds it, with a socket buffer of that many bytes (0: as the system
 * has it) or as large as the system lets; `shared` with others that are opened so
 * (SO_REUSEPORT). Returns 0, or -1 and errno. */
int udp_open(struct udp_listener *listener, int buffer, bool shared);
void udp_close(struct udp_listener *listener);

/* Another buffer for an open one; never a smaller one than it has where more is
 * asked for and the system doesn't let. */
void udp_buffer(struct udp_listener *listener, int buffer);

/* The port that it is bound to; 0 when it is not. */
uint16_t udp_port(const struct udp_listener *listener);

/* Datagrams that the kernel has dropped for want of room in the socket's buffer,
 * since it was last asked. */
uint32_t udp_drops(struct udp_listener *listener);

/* Waits for datagrams, `ms` milliseconds at most. Returns true when it was woken by
 * udp_wake() instead, once for each time. */
bool udp_wait(struct udp_set *set, int ms);
void udp_wake(struct udp_set *set);

/* Takes the datagrams that udp_wait() has seen, and what comes meanwhile, up to
 * some thousands: gives them to `input` in batches of at most UDP_BATCH. Returns
 * whether a socket had a whole batch of them, or more: then there may be more. */
bool udp_take(struct udp_set *set,
              void (*input)(const struct udp_batch *batch, size_t count));

/* Whether there is a backlog, of a moment in which this program or its machine was held
 * up, that is not taken yet: whoever was heard meanwhile is in it, and nobody is to be
 * called silent before that is known. True for two seconds at most; a flood is none. */
bool udp_catches_up(const struct udp_set *set);

/* The bytes of one of a batch, its length and its source. */
const void *udp_datagram(const struct udp_batch *batch, size_t i, size_t *len,
                         struct address *from);

/* Sleeps so that datagrams can gather, for to wake up for each costs more than the
 * datagram: as long as the smallest buffer can bridge, at most 20 ms. udp_wake()
 * ends it. */
void udp_nap(const struct udp_set *set);

#endif

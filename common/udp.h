/* udp.h - sockets that receive datagrams. Nothing here logs: the caller decides what a
 * failure means.
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
	bool adopted;   /* by udp_adopt() */
	bool only_ipv6; /* the set has a listener on 0.0.0.0, too */
	bool ready;     /* udp_wait() has seen datagrams */
	uint32_t drops; /* the kernel's count when udp_drops() last read it */
};

struct udp_batch;

/* The sockets of one thread. */
struct udp_set {
	struct udp_listener listeners[UDP_LISTENERS];
	size_t count;
	struct udp_batch *batch;
	int wake;             /* an eventfd */
	atomic_llong busy_ms; /* since when each udp_take() has returned true; 0: the
	                       * last one did not. Read by other threads, too */
};

/* Makes a set without listeners. Returns 0, or -1 and errno. */
int udp_set_init(struct udp_set *set);

/* Closes all listeners, and frees the set's memory. A set for which udp_set_init() has
 * failed is fine, too. */
void udp_set_close(struct udp_set *set);

/* Adds a listener on this address, which is not opened yet. `::` receives IPv4, too,
 * unless 0.0.0.0 is added as well. NULL means all addresses: `::`, or 0.0.0.0 where the
 * kernel has no IPv6. More than UDP_LISTENERS are left out. */
void udp_set_add(struct udp_set *set, const struct address *address, uint16_t port);

/* Sets the port of those listeners that are not open yet. */
void udp_set_port(struct udp_set *set, uint16_t port);

/* Opens and binds a listener. Its socket buffer gets `buffer` bytes, or as many as the
 * system allows; 0: the system's default. `shared` listeners may have the same address
 * and port (SO_REUSEPORT). Returns 0, or -1 and errno. */
int udp_open(struct udp_listener *listener, int buffer, bool shared);
void udp_close(struct udp_listener *listener);

/* Has a listener that is not open take this socket, which is bound already, and closed
 * by udp_close(). Its buffer is as udp_buffer() makes it. What the kernel has dropped so
 * far is not counted. */
void udp_adopt(struct udp_listener *listener, int fd, int buffer);

/* Gives an open listener another buffer. Where the system does not allow as many bytes,
 * the buffer does not become smaller than it is. */
void udp_buffer(struct udp_listener *listener, int buffer);

/* Returns the port that the listener is bound to; 0 when it is not. */
uint16_t udp_port(const struct udp_listener *listener);

/* Returns how many datagrams the kernel has dropped for want of room in the socket's
 * buffer since the last call. */
uint32_t udp_drops(struct udp_listener *listener);

/* Waits for datagrams, `ms` milliseconds at most. Returns true once after udp_wake()
 * was called, also when datagrams have come. */
bool udp_wait(struct udp_set *set, int ms);
void udp_wake(struct udp_set *set);

/* Takes the datagrams that udp_wait() has seen, and those that come meanwhile, up to
 * some thousands: gives them to `input` in batches of at most UDP_BATCH. Returns
 * whether a socket had at least one full batch: then there may be more. */
bool udp_take(struct udp_set *set,
              void (*input)(const struct udp_batch *batch, size_t count));

/* Whether there is still a backlog of datagrams from a moment in which this program or
 * its machine was held up. Datagrams of any host may be in it, so no host is to be
 * called silent yet. True for two seconds at most: what takes longer is a flood. */
bool udp_catches_up(const struct udp_set *set);

/* Returns the bytes of datagram number `i` of a batch, and sets its length and source.
 * They are valid during `input`. */
const void *udp_datagram(const struct udp_batch *batch, size_t i, size_t *len,
                         struct address *from);

/* Returns when datagram number `i` of a batch came to this machine, by clock_ms(): maybe
 * long before it was taken, where this program was held up, or was not there. Where the
 * kernel doesn't know, or the wall clock was set meanwhile, it is the time of taking. The
 * times of a batch need not rise. */
int64_t udp_arrived(const struct udp_batch *batch, size_t i);

/* Sleeps so that datagrams can gather, because waking up for each one costs more than
 * to take it. It sleeps as long as the smallest socket buffer can hold what comes, at
 * most 20 ms. udp_wake() ends the sleep. */
void udp_nap(const struct udp_set *set);

#endif

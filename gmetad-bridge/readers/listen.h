/* listen.h - the sockets that readers connect to, and which readers are trusted. */
#ifndef BRIDGE_LISTEN_H
#define BRIDGE_LISTEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gmetad-bridge/readers/client.h"
#include "gmetad-bridge/config/config.h"

struct listener {
	struct listener *next;
	int fd; /* -1: not bound */
	enum client_port kind;
	unsigned cluster; /* number of the cluster, for a PORT_CLUSTER */
	long port;
	struct address address; /* unknown: all addresses of this machine */
	int epoll;              /* the epoll that watches it; -1: none does */
};

/* Makes a list of listeners, which are not bound: all ports that the configuration
 * wants, on each address. Returns false without memory, and then *list is NULL. */
bool listeners_wanted(const struct config *config, struct listener **list);

/* Binds the listener, and listens. Returns 0, or -1 with a line in the log. */
int listener_open(struct listener *listener);

/* Has epoll report these events of the listener, with `about` as their data. Where
 * epoll refuses, the listener is closed, with a line in the log. */
void listener_watch(struct listener *listener, int epoll, uint32_t events,
                    uint64_t about);

/* Removes all listeners of a list from epoll, closes and frees them. */
void listeners_free(struct listener *list);

/* Replaces *list by `wanted`. Listeners for the same port and address take over the
 * sockets of the old ones; the old list is freed, and the listeners that have no socket
 * yet are bound. */
void listeners_replace(struct listener **list, struct listener *wanted);

/* Whether a reader of that address may read: this machine may, and the addresses that
 * are configured. */
bool listen_trusts(const struct config *config, const struct address *address);

#endif

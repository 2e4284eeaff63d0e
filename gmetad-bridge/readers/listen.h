/* listen.h - the sockets that readers connect to, and who may. */
#ifndef BRIDGE_LISTEN_H
#define BRIDGE_LISTEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gmetad-bridge/readers/client.h"
#include "gmetad-bridge/config/config.h"

struct listener {
	struct listener *next;
	int fd;                 /* -1: not bound */
	enum client_port kind;
	unsigned cluster;       /* its number, of a PORT_CLUSTER */
	long port;
	struct address address; /* unknown: all of this machine's */
	int epoll;              /* that watches it; -1: none does */
};

/* All ports that the configuration wants, on each address. A list of listeners that
 * are not bound; false without memory, and then it is freed. */
bool listeners_wanted(const struct config *config, struct listener **list);

/* Binds it, and listens. 0, or -1 with a line in the log. */
int listener_open(struct listener *listener);

/* Has epoll report these events of it, with `about` as their data. Where epoll does not
 * take it, it is closed, with a line in the log. */
void listener_watch(struct listener *listener, int epoll, uint32_t events,
                    uint64_t about);

/* Removes all of a list from epoll, closes and frees them. */
void listeners_free(struct listener *list);

/* Takes over the sockets of a former list that are for the same port and address,
 * frees the rest of it, and binds what is not bound yet. */
void listeners_replace(struct listener **list, struct listener *wanted);

/* Whether the machine of that address may read: this one may, and those that are
 * configured. */
bool listen_trusts(const struct config *config, const struct address *address);

#endif

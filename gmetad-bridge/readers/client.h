/* client.h - one reader that is being served: its query, its document, and what of
 * it is still to be sent. It never waits; time is an argument.
 *
 * A reader has `reader_timeout_s` for its query. After that it is cut when it takes
 * nothing for so long, or less than CLIENT_LEAST bytes a second on average over such
 * a time: that is one who takes a byte now and then. What counts as taken is what its
 * machine has acknowledged. So there is no bound to how long a large document takes
 * over a slow line, but one to how slow that may be.
 */
#ifndef BRIDGE_CLIENT_H
#define BRIDGE_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gmetad-bridge/config/config.h"
#include "sflow/store/store.h"

#define CLIENT_LEAST 1024        /* bytes a second */
#define CLIENT_DISCARDED 65536   /* bytes behind the query that are read */
#define CLIENT_LINGERS_MS 2000   /* for the reader to close, when it has all */

enum client_port {
	PORT_CLUSTER,    /* gmond's: one cluster's XML */
	PORT_XML,        /* gmetad's: all XML */
	PORT_INTERACTIVE /* gmetad's: answers a line */
};

enum client_state {
	CLIENT_OPEN,
	CLIENT_DONE,  /* it has got all */
	CLIENT_CUT,   /* it is gone, or too slow */
	CLIENT_REFUSED /* it has asked nothing that could be answered */
};

struct client;

/* Takes over a socket, which is non-blocking, and holds the configuration;
 * `cluster` is the place in it, of a PORT_CLUSTER. NULL without memory: then the
 * socket is still the caller's. */
struct client *client_new(int fd, const struct config *config,
                          struct store *store, enum client_port port,
                          size_t cluster, int64_t now);

/* Closes the socket, which no epoll watches any more. NULL is fine. */
void client_free(struct client *client);

int client_fd(const struct client *client);

/* What the client waits for: EPOLLIN, EPOLLOUT, both or none. */
uint32_t client_events(const struct client *client);

/* Its turn: these events have come. It makes at most one piece of the document. */
enum client_state client_turn(struct client *client, uint32_t events,
                              int64_t now, int64_t wall_ms);

/* Whether it has let too much time pass; ask about once a second. */
enum client_state client_tick(struct client *client, int64_t now);

#endif

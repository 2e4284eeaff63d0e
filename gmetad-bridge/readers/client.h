/* client.h - one reader that is being served: its query, its document, and how much of
 * the document is sent. It never waits; time is an argument.
 *
 * A reader has `reader_timeout_s` for its query. After that it is cut off when it takes
 * nothing for that time, or less than CLIENT_LEAST bytes a second on average over that
 * time, as a reader would that takes a byte now and then. Bytes count as taken when the
 * reader's machine has acknowledged them. So a large document may take any time over a
 * slow line, but the line must not be too slow.
 */
#ifndef BRIDGE_CLIENT_H
#define BRIDGE_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gmetad-bridge/config/config.h"
#include "sflow/store/store.h"

#define CLIENT_LEAST 1024      /* bytes a second */
#define CLIENT_DISCARDED 65536 /* more bytes behind the query are not read */
#define CLIENT_LINGERS_MS 2000 /* a reader that has all has so long to close */

enum client_port {
	PORT_CLUSTER,    /* as gmond's: the XML of one cluster */
	PORT_XML,        /* as gmetad's xml_port: the XML of all */
	PORT_INTERACTIVE /* as gmetad's interactive_port: answers a line */
};

enum client_state {
	CLIENT_OPEN,
	CLIENT_DONE,   /* the reader has got all */
	CLIENT_CUT,    /* the reader is gone, or too slow */
	CLIENT_REFUSED /* the reader's query can't be answered */
};

struct client;

/* Takes over a non-blocking socket, and holds the configuration. For a PORT_CLUSTER,
 * `cluster` is the index of the cluster in the configuration. Returns NULL without
 * memory, and then the socket is still the caller's. */
struct client *client_new(int fd, const struct config *config, struct store *store,
                          enum client_port port, size_t cluster, int64_t now);

/* Closes the socket, which must have left all epolls before. NULL is fine. */
void client_free(struct client *client);

int client_fd(const struct client *client);

/* Returns the events that the client waits for: EPOLLIN, EPOLLOUT, both or none. */
uint32_t client_events(const struct client *client);

/* Does what can be done after these events. Makes at most one piece of the document.
 * `now` is clock_ms(), here and elsewhere; `wall_ms` is the wall clock. */
enum client_state client_turn(struct client *client, uint32_t events, int64_t now,
                              int64_t wall_ms);

/* Called about once a second: finds out whether the reader is too slow. */
enum client_state client_tick(struct client *client, int64_t now);

#endif

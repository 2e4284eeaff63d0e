/* server.h - serves readers over TCP: gmond's XML of each cluster, gmetad's XML, and
 * the interactive port. One thread serves all, and no reader waits for another: each
 * has a document of its own, whose next piece is made when the last one is sent.
 */
#ifndef BRIDGE_SERVER_H
#define BRIDGE_SERVER_H

#include "gmetad-bridge/config/config.h"
#include "sflow/store/store.h"

/* Binds the ports, while this process is still root. Returns 0, or -1 after a line in
 * the log says which port can't be bound and why. */
int server_bind(const struct config *config);

/* Starts the thread. Holds the configuration. Returns 0, or -1 with a line in the
 * log. */
int server_start(const struct config *config, struct store *store);

/* Takes another configuration: opens and closes ports, changes who is trusted, and so
 * on. It is in force when this returns. Readers that are being served get the rest of
 * their document by the old one. */
void server_reload(const struct config *config);

/* Ends the thread, and closes the ports. Readers that are being served have time until
 * `deadline_ms` (clock_ms()). Fine when nothing was bound or started. */
void server_stop(int64_t deadline_ms);

#endif

/* server.h - readers: gmond's XML per cluster, gmetad's XML, and the interactive
 * port, over TCP. One thread, no reader waits for another: each has its document,
 * of which the next piece is made when the last one is sent.
 */
#ifndef BRIDGE_SERVER_H
#define BRIDGE_SERVER_H

#include "gmetad-bridge/config/config.h"
#include "sflow/store/store.h"

/* Binds the ports, as long as this process is still root. 0, or -1 after it has
 * said in the log which port can't be bound and why. */
int server_bind(const struct config *config);

/* Starts the thread. Holds the configuration. 0, or -1 with a line in the log. */
int server_start(const struct config *config, struct store *store);

/* Another configuration: ports that are new or not any more, who is trusted, and so
 * on; it holds when this returns. Readers that are being served get their document as
 * it began. */
void server_reload(const struct config *config);

/* Ends it, and closes the ports; readers that are being served have until
 * `deadline_ms` (clock_ms()). Fine when nothing was bound or started. */
void server_stop(int64_t deadline_ms);

#endif

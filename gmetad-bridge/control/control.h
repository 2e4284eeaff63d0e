/* control.h - the socket by which the administrator tells the bridge that runs what to do:
 * a UNIX stream socket, for its owner only, and a thread that takes one request, and gives
 * one answer, on each connection. Nothing else waits for that thread, and no peer can hold
 * it up: connections are few, and each has a time limit.
 */
#ifndef BRIDGE_CONTROL_H
#define BRIDGE_CONTROL_H

#include "gmetad-bridge/config/config.h"
#include "gmetad-bridge/state/state.h"
#include "sflow/collector/collector.h"

#define CONTROL_CLIENTS 8       /* connections at a time; others wait */
#define CONTROL_TIMEOUT_MS 5000 /* for a request to come, and for an answer to go */
#define CONTROL_RRDS_MS 20000   /* for the RRDs to follow */

/* Binds the socket that the configuration names, if it names one, in place of one of a
 * bridge that has ended. Called before there are other threads, because it changes the
 * umask for a moment. Where that fails the log says why, and there is no socket. */
void control_bind(const struct config *config);

/* Starts the thread, if there is a socket. The collector and the state (NULL: none) stay
 * the caller's, and must live until control_stop(). Returns 0, or -1 with a line in the
 * log. */
int control_start(const struct config *config, struct collector *collector,
                  struct state *state);

/* Takes another configuration; the socket stays. */
void control_reload(const struct config *config);

/* Ends the thread, closes all connections, and removes the socket. Fine when nothing was
 * bound or started. */
void control_stop(void);

#endif

/* notify.h - tells systemd the state of a service of Type=notify-reload: it is ready,
 * reads its configuration again, or ends (sd_notify(3): datagrams of "NAME=VALUE" lines
 * to the socket that NOTIFY_SOCKET names).
 *
 * Without NOTIFY_SOCKET these functions do nothing. Only one thread calls them.
 */
#ifndef BRIDGE_NOTIFY_H
#define BRIDGE_NOTIFY_H

/* Reads NOTIFY_SOCKET and removes it from the environment, so that no child process
 * uses it. Call it before there are other threads. */
void notify_open(void);

/* Each returns 0, also without NOTIFY_SOCKET; -1 when the state could not be sent. */
int notify_ready(void);     /* started, or the reload is done */
int notify_reloading(void); /* until notify_ready() */
int notify_stopping(void);

#endif

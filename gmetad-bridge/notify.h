/* notify.h - what systemd wants to know of a service of Type=notify-reload: that
 * it is ready, reads its configuration again, or ends (sd_notify(3): datagrams of
 * "NAME=VALUE" lines to the socket that NOTIFY_SOCKET names).
 *
 * All of it is harmless where nobody asked for it. One thread calls it.
 */
#ifndef BRIDGE_NOTIFY_H
#define BRIDGE_NOTIFY_H

/* Takes NOTIFY_SOCKET out of the environment, so that no child speaks for us. Call
 * it before other threads are there. */
void notify_open(void);

/* Each returns 0, also where nobody asked; -1 when it could not be sent. */
int notify_ready(void);     /* started, or the reload is done */
int notify_reloading(void); /* until notify_ready() */
int notify_stopping(void);

#endif

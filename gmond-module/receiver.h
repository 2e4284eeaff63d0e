/* receiver.h - the thread that hears the datagrams and fills the store. */
#ifndef MODSFLOW_RECEIVER_H
#define MODSFLOW_RECEIVER_H

#include <stdint.h>

#include "gmond-module/parameters.h"

/* Binds the sockets and starts the thread. A port that is taken is no reason
 * to give up: it is said in the log, and tried again. Returns 0, or -1 after
 * it has said why in the log. The parameters and the collector are the
 * caller's and stay until receiver_stop(). */
int receiver_start(const struct parameters *parameters,
                   struct collector *collector);

/* Ends the thread and closes the sockets; fine when nothing was started. */
void receiver_stop(void);

/* Datagrams that the kernel dropped since the start, for want of room in the
 * sockets' buffers. */
uint64_t receiver_kernel_drops(void);

#endif

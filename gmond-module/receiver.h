/* receiver.h - the thread that receives datagrams and fills the store. */
#ifndef MODSFLOW_RECEIVER_H
#define MODSFLOW_RECEIVER_H

#include <stdint.h>

#include "gmond-module/parameters.h"

/* Binds the sockets and starts the thread. A port that is taken is logged, and tried
 * again later. Returns 0, or -1 after a line in the log. The parameters and the
 * collector stay the caller's, and must live until receiver_stop(). */
int receiver_start(const struct parameters *parameters, struct collector *collector);

/* Ends the thread and closes the sockets; fine when nothing was started. */
void receiver_stop(void);

/* Returns how many datagrams the kernel has dropped since the start, for want of room
 * in the sockets' buffers. */
uint64_t receiver_kernel_drops(void);

#endif

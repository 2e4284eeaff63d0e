/* thread.h - starts threads other than the one that handles signals. */
#ifndef COMMON_THREAD_H
#define COMMON_THREAD_H

#include <pthread.h>

/* Starts a thread in which all signals are blocked; `name` is what ps and top show, at
 * most 15 letters. Returns 0, or an errno after a line in the log. */
int thread_start(pthread_t *thread, const char *name, void *(*run)(void *),
                 void *argument);

#endif

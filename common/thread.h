/* thread.h - threads beside the one that handles signals. */
#ifndef COMMON_THREAD_H
#define COMMON_THREAD_H

#include <pthread.h>

/* Starts a thread that takes none of the program's signals; `name` is what ps and
 * top show, at most 15 letters. Returns 0, or an
 * errno after a line in the log. */
int thread_start(pthread_t *thread, const char *name, void *(*run)(void *),
                 void *argument);

#endif

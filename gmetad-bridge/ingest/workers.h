/* workers.h - the threads that receive, and their sockets: how they are opened,
 * started, stopped. What the threads do is ingest.c's.
 */
#ifndef BRIDGE_WORKERS_H
#define BRIDGE_WORKERS_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/udp.h"
#include "gmetad-bridge/config/config.h"

/* A thread with its sockets. What it has is its own while it runs. */
struct worker {
	struct udp_set set;
	int rcvbuf;
	bool shared;      /* its port, with the other workers */
	bool first;       /* of all */
	bool running;
	pthread_t thread;
	int64_t chores_ms, opened_ms;
};

struct workers {
	struct worker *all;
	size_t count;
};

/* Makes `config->sockets` workers and opens their sockets. `alone`: nobody else may
 * have the port, not even another bridge that would share it. Returns 0, or a negative
 * errno, when there is none of them; workers_tell() says why. */
struct workers_fault {
	struct address address;
	uint16_t port;
	int error; /* errno */
};
int workers_open(struct workers *workers, const struct config *config,
                 bool alone, struct workers_fault *fault);
void workers_tell(const struct workers_fault *fault);

/* The same, but a socket that can't be opened is left to worker_open_again(), and the
 * log has a line. There is none of them without memory. */
void workers_open_some(struct workers *workers, const struct config *config);

/* For a thread, once a second: tries to open what is not, every ten seconds. */
void worker_open_again(struct worker *worker, int64_t now);

/* Starts the threads with run(worker). Returns 0, or -1 with a line in the log when
 * one could not be started. */
int workers_start(struct workers *workers, void *(*run)(void *));

/* Ends the threads by udp_wake(), and waits for them. The sockets stay open. */
void workers_stop(struct workers *workers);

/* Other buffers for the sockets of threads that don't run. */
void workers_buffer(struct workers *workers, int rcvbuf);

/* Closes the sockets of threads that don't run. */
void workers_free(struct workers *workers);

#endif

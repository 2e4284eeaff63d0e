/* workers.h - opens the sockets of the threads that receive datagrams, starts and stops
 * these threads. What they do is in ingest.c.
 */
#ifndef BRIDGE_WORKERS_H
#define BRIDGE_WORKERS_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/udp.h"
#include "gmetad-bridge/config/config.h"

/* A thread with its sockets. While it runs only the thread itself uses the struct. */
struct worker {
	struct udp_set set;
	int rcvbuf;
	bool shared; /* its port is shared with the other workers */
	bool first;  /* it is the first of all workers */
	bool running;
	pthread_t thread;
	int64_t chores_ms, opened_ms;
};

struct workers {
	struct worker *all;
	size_t count;
};

/* Makes `config->sockets` workers and opens their sockets, but for those that systemd has
 * opened: see inherited.h. Where it has some, there are as many workers. `alone` says that no other
 * process may have the port, not even another bridge that would share it. Returns 0; or
 * a negative errno, and then there are no workers, and workers_tell() logs the fault. */
struct workers_fault {
	struct address address;
	uint16_t port;
	int error; /* errno */
};
int workers_open(struct workers *workers, const struct config *config, bool alone,
                 struct workers_fault *fault);
void workers_tell(const struct workers_fault *fault);

/* The same, but a socket that can't be opened is left to worker_open_again(), with a
 * line in the log. Without memory there are no workers. */
void workers_open_some(struct workers *workers, const struct config *config);

/* Called by the worker's thread once a second: tries every ten seconds to open the
 * sockets that are not open. */
void worker_open_again(struct worker *worker, int64_t now);

/* Starts the threads with run(worker). Returns 0, or -1 with a line in the log when
 * one could not be started. */
int workers_start(struct workers *workers, void *(*run)(void *));

/* Ends the threads by udp_wake(), and waits for them. The sockets stay open. */
void workers_stop(struct workers *workers);

/* Gives the sockets other buffers. The threads must not run. */
void workers_buffer(struct workers *workers, int rcvbuf);

/* Closes the sockets and frees the workers. The threads must not run. */
void workers_free(struct workers *workers);

#endif

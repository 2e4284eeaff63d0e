#include "gmetad-bridge/ingest/workers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/thread.h"
#include "gmetad-bridge/ingest/inherited.h"
#include "gmetad-bridge/log.h"

#define OPEN_AGAIN_MS 10000

/* Sockets ------------------------------------------------------------------------- */

/* The addresses to listen on, and the port. */
struct place {
	struct address addresses[UDP_LISTENERS];
	size_t count; /* 0: all addresses */
	uint16_t port;
	size_t inherited; /* most sockets that systemd has for one of them */
};

/* Those of `bind`. Where it is empty, they are those on which systemd has sockets with
 * this port. */
static struct place
place_of(const struct config *config)
{
	struct place p = {.port = config->port, .count = config->bind_count};
	size_t i, inherited;

	memcpy(p.addresses, config->bind, p.count * sizeof(p.addresses[0]));
	if (p.count == 0)
		p.count = inherited_addresses(p.port, p.addresses, UDP_LISTENERS);
	for (i = 0; i < p.count; i++) {
		inherited = inherited_count(&p.addresses[i], p.port);
		if (inherited > p.inherited)
			p.inherited = inherited;
	}
	return p;
}

/* Adds worker number `i`'s listener on that address, with systemd's socket number `i` if
 * there is one. Where systemd has sockets, but fewer, the worker has none: another one
 * beside them would get datagrams which nobody keeps over a restart. Returns 0, or -1 and
 * errno. */
static int
add_listener(struct worker *w, size_t i, const struct address *address, uint16_t port)
{
	size_t inherited = inherited_count(address, port), count = w->set.count;
	int fd;

	if (inherited == 0 || i < inherited)
		udp_set_add(&w->set, address, port);
	if (i >= inherited || w->set.count == count)
		return 0;
	fd = inherited_socket(address, port, i);
	if (fd < 0)
		return -1;
	udp_adopt(&w->set.listeners[count], fd, w->rcvbuf);
	return 0;
}

static int
add_listeners(struct worker *w, size_t number, const struct place *place)
{
	size_t i;

	if (place->count == 0)
		udp_set_add(&w->set, NULL, place->port);
	for (i = 0; i < place->count; i++)
		if (add_listener(w, number, &place->addresses[i], place->port) != 0)
			return -1;
	return 0;
}

/* Makes the workers, with listeners that are not open yet but for systemd's. Returns -1
 * and errno without memory or descriptors. */
static int
make_workers(struct workers *workers, const struct config *config,
             const struct place *place)
{
	size_t count = place->inherited != 0 ? place->inherited : config->sockets, i;
	struct worker *w;
	int error;

	*workers = (struct workers){calloc(count, sizeof(*w)), 0};
	if (workers->all == NULL)
		return -1;
	for (i = 0; i < count; i++) {
		w = &workers->all[i];
		w->first = i == 0;
		w->shared = count > 1;
		w->rcvbuf = config->rcvbuf;
		if (udp_set_init(&w->set) == 0) {
			workers->count++;
			if (add_listeners(w, i, place) == 0)
				continue;
		}
		error = errno;
		workers_free(workers);
		errno = error;
		return -1;
	}
	return 0;
}

/* Opens the listeners of a worker that are not open. Where *port is 0, the system chooses the port, and
 * *port is set to it. Returns NULL, or the listener that could not be opened, with
 * errno. */
static const struct udp_listener *
open_worker(struct worker *w, bool shared, uint16_t *port)
{
	struct udp_listener *l;

	for (l = w->set.listeners; l < w->set.listeners + w->set.count; l++) {
		udp_set_port(&w->set, *port);
		if (l->fd < 0 && udp_open(l, w->rcvbuf, shared) != 0)
			return l;
		*port = udp_port(l);
	}
	return NULL;
}

/* Finds out whether another process has the port and shares it: then a socket that does
 * not share it can't be opened. Returns like open_worker(). */
static const struct udp_listener *
try_alone(struct worker *w, uint16_t port)
{
	const struct udp_listener *failed = open_worker(w, false, &port);
	size_t i;

	for (i = 0; i < w->set.count; i++)
		if (!w->set.listeners[i].adopted)
			udp_close(&w->set.listeners[i]);
	return failed;
}

static const struct udp_listener *
open_workers(struct workers *workers, uint16_t port, bool alone)
{
	const struct udp_listener *failed = NULL;
	struct worker *w = workers->all;

	if (alone && w->shared && port != 0)
		failed = try_alone(w, port);
	for (; failed == NULL && w < workers->all + workers->count; w++)
		failed = open_worker(w, w->shared, &port);
	return failed;
}

/* Logs the first buffer that is smaller than it should be. */
static void
tell_buffer(const struct workers *workers)
{
	const struct worker *w = workers->all;
	const struct udp_listener *l;

	if (workers->count == 0)
		return;
	for (l = w->set.listeners; l < w->set.listeners + w->set.count; l++)
		if (l->buffer < w->rcvbuf) {
			log_line("the sockets' buffers are %d bytes, not %d: %s limits "
			         "them",
			         l->buffer, w->rcvbuf,
			         l->adopted ? "ReceiveBuffer= of systemd's socket"
			                    : "net.core.rmem_max");
			return;
		}
}

/* Logs what is otherwise than the configuration says, because systemd has sockets. */
static void
tell_inherited(const struct config *config, const struct place *place)
{
	inherited_tell_unused(place->addresses, place->count, place->port);
	if (place->inherited != 0 && place->inherited != config->sockets)
		log_line("systemd has %zu sockets on UDP port %u: so there are as "
		         "many, and not `sockets` = %u",
		         place->inherited, place->port, config->sockets);
}

void
workers_tell(const struct workers_fault *fault)
{
	char text[ADDRESS_TEXT];

	if (fault->address.type == ADDRESS_UNKNOWN)
		log_line("can't make sockets: %s", strerror(fault->error));
	else
		log_line("can't listen on UDP port %u of %s: %s%s", fault->port,
		         address_text(&fault->address, text), strerror(fault->error),
		         fault->error == EADDRINUSE ? "; is another collector running?"
		                                    : "");
}

/* Makes the workers and opens their sockets. On a fault the workers that were made
 * stay. */
static int
open_all(struct workers *workers, const struct config *config, bool alone,
         struct workers_fault *fault)
{
	const struct place place = place_of(config);
	const struct udp_listener *failed;

	*fault = (struct workers_fault){.port = config->port};
	if (make_workers(workers, config, &place) != 0) {
		fault->error = errno;
		return -fault->error;
	}
	failed = open_workers(workers, config->port, alone);
	if (failed == NULL) {
		tell_inherited(config, &place);
		tell_buffer(workers);
		return 0;
	}
	fault->error = errno;
	fault->address = address_of_sockaddr(&failed->address);
	return -fault->error;
}

int
workers_open(struct workers *workers, const struct config *config, bool alone,
             struct workers_fault *fault)
{
	int result = open_all(workers, config, alone, fault);

	if (result != 0)
		workers_free(workers);
	return result;
}

void
workers_open_some(struct workers *workers, const struct config *config)
{
	struct workers_fault fault;

	if (open_all(workers, config, false, &fault) != 0)
		workers_tell(&fault);
}

void
worker_open_again(struct worker *worker, int64_t now)
{
	struct udp_listener *l = worker->set.listeners;

	if (now - worker->opened_ms < OPEN_AGAIN_MS)
		return;
	worker->opened_ms = now;
	for (; l < worker->set.listeners + worker->set.count; l++)
		if (l->fd < 0 && udp_open(l, worker->rcvbuf, worker->shared) != 0)
			log_line("can't listen again: %s; trying again every %d "
			         "s",
			         strerror(errno), OPEN_AGAIN_MS / 1000);
}

void
workers_buffer(struct workers *workers, int rcvbuf)
{
	struct worker *w;
	size_t i, j;

	for (i = 0; i < workers->count; i++) {
		w = &workers->all[i];
		w->rcvbuf = rcvbuf;
		for (j = 0; j < w->set.count; j++)
			udp_buffer(&w->set.listeners[j], rcvbuf);
	}
	tell_buffer(workers);
}

void
workers_free(struct workers *workers)
{
	size_t i;

	for (i = 0; i < workers->count; i++)
		udp_set_close(&workers->all[i].set);
	free(workers->all);
	*workers = (struct workers){NULL, 0};
}

/* Threads --------------------------------------------------------------------------- */

int
workers_start(struct workers *workers, void *(*run)(void *))
{
	struct worker *w;
	size_t i;

	for (i = 0; i < workers->count; i++) {
		w = &workers->all[i];
		w->opened_ms = clock_ms();
		w->running = thread_start(&w->thread, "ingest", run, w) == 0;
		if (!w->running)
			return -1;
	}
	return 0;
}

void
workers_stop(struct workers *workers)
{
	struct worker *w;
	size_t i;

	for (i = 0; i < workers->count; i++)
		if (workers->all[i].running)
			udp_wake(&workers->all[i].set);
	for (i = 0; i < workers->count; i++) {
		w = &workers->all[i];
		if (w->running)
			pthread_join(w->thread, NULL);
		w->running = false;
	}
}

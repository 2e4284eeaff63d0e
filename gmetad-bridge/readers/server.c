#define _GNU_SOURCE /* accept4() */

#include "gmetad-bridge/readers/server.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utlist.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/thread.h"
#include "gmetad-bridge/readers/client.h"
#include "gmetad-bridge/counters.h"
#include "gmetad-bridge/readers/listen.h"

#define EVENTS 64     /* taken in one round */
#define ACCEPTS 16    /* readers accepted of one listener in one round */
#define TICK_MS 250   /* a reader is cut off at most so late */
#define PAUSE_MS 1000 /* without new readers, when descriptors have run out */
#define UNSENT 262144 /* bytes that the kernel keeps for a reader that stalls */

/* A client that epoll watches. */
struct reader {
	struct reader *prev, *next;
	struct client *client; /* NULL: it has ended */
	uint32_t events;       /* that it waits for */
};

/* An event's data says what it is about: 0 is the eventfd `wake`; else it is a pointer
 * to a listener or reader. The lowest bit of a pointer is free, and is set for a
 * reader. */
#define OF_READER 1U

static struct {
	bool running;
	pthread_t thread;
	int wake;             /* eventfd */
	pthread_mutex_t lock; /* for the orders, up to deadline_ms */
	pthread_cond_t reloaded;
	const struct config *reload; /* NULL: there is none, or it is done */
	bool stop;
	int64_t deadline_ms;
	/* the thread's own */
	const struct config *config;
	struct store *store;
	struct listener *listeners;
	struct reader *readers;
	size_t count;         /* of readers */
	struct reader *ended; /* readers that have ended in this round */
	int epoll;
	bool stopping;
	int64_t ticked_ms;
	int64_t paused_ms; /* until then no reader is accepted; 0: no pause */
	struct log_limit untrusted, too_many, accepting;
} server = {.wake = -1,
            .epoll = -1,
            .lock = PTHREAD_MUTEX_INITIALIZER,
            .reloaded = PTHREAD_COND_INITIALIZER};

/* Watching --------------------------------------------------------------------------- */

static int
watch(int operation, int fd, uint32_t events, uint64_t about)
{
	struct epoll_event event = {.events = events, .data.u64 = about};

	return epoll_ctl(server.epoll, operation, fd, &event);
}

static uint64_t
about_reader(const struct reader *r)
{
	return (uintptr_t)r | OF_READER;
}

/* Has epoll watch all listeners, or, for a pause, none. */
static void
watch_listeners(bool accept_them)
{
	struct listener *l;

	LL_FOREACH(server.listeners, l)
		listener_watch(l, server.epoll, accept_them ? EPOLLIN : 0,
		               (uintptr_t)l);
}

/* Readers ------------------------------------------------------------------------------ */

static void
count_readers(size_t count)
{
	server.count = count;
	atomic_store_explicit(&counters.readers, count, memory_order_relaxed);
}

/* Has the connection reset when it is closed: the reader learns that it was cut off,
 * and the kernel drops the bytes that the reader did not take. */
static void
reset(int fd)
{
	const struct linger at_once = {.l_onoff = 1};

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
}

/* Ends a reader. Epoll forgets a closed socket only when no process has it any more,
 * and a child process that was forked and has not called exec() yet has it; so the
 * socket leaves epoll first. Later events of this round may be about the reader, so its
 * memory is freed after the round. */
static void
end_reader(struct reader *r, enum client_state state)
{
	if (state == CLIENT_CUT) {
		reset(client_fd(r->client));
		counter_add(&counters.requests_cut, 1);
	}
	if (state == CLIENT_REFUSED)
		counter_add(&counters.refused, 1);
	DL_DELETE(server.readers, r);
	LL_PREPEND(server.ended, r);
	watch(EPOLL_CTL_DEL, client_fd(r->client), 0, 0);
	client_free(r->client);
	r->client = NULL;
	count_readers(server.count - 1);
}

static void
free_ended(void)
{
	struct reader *r, *next;

	LL_FOREACH_SAFE(server.ended, r, next)
		free(r);
	server.ended = NULL;
}

static void
reader_turn(struct reader *r, uint32_t events, int64_t now, int64_t wall_ms)
{
	enum client_state state;
	uint32_t wanted;

	if (r->client == NULL)
		return;
	state = client_turn(r->client, events, now, wall_ms);
	if (state != CLIENT_OPEN) {
		end_reader(r, state);
		return;
	}
	wanted = client_events(r->client);
	if (wanted == r->events)
		return;
	if (watch(EPOLL_CTL_MOD, client_fd(r->client), wanted, about_reader(r)) == 0)
		r->events = wanted;
	else
		end_reader(r, CLIENT_CUT);
}

static bool
may_read(const struct sockaddr_storage *from, int64_t now)
{
	struct address address = address_of_sockaddr(from);
	char text[ADDRESS_TEXT];

	if (!listen_trusts(server.config, &address)) {
		log_limited(&server.untrusted, now,
		            "reader %s refused: not in trusted_hosts",
		            address_text(&address, text));
		return false;
	}
	if (server.count < server.config->readers)
		return true;
	log_limited(&server.too_many, now, "reader %s refused: there are %u",
	            address_text(&address, text), server.config->readers);
	return false;
}

/* Finds the index of a listener's cluster in the configuration. Returns false where the
 * cluster is not there any more. */
static bool
find_cluster(const struct listener *l, size_t *cluster)
{
	size_t i;

	*cluster = 0;
	if (l->kind != PORT_CLUSTER)
		return true;
	for (i = 0; i < server.config->cluster_count; i++)
		if (server.config->clusters[i].number == l->cluster) {
			*cluster = i;
			return true;
		}
	return false;
}

/* Adds a reader, which takes over the socket. Returns false on failure, and then the
 * socket is the caller's. */
static bool
add_reader(const struct listener *l, int fd, int64_t now)
{
	struct reader *r = calloc(1, sizeof(*r));
	int unsent = UNSENT;
	size_t cluster;

	if (r == NULL || !find_cluster(l, &cluster))
		goto failed;
	r->client = client_new(fd, server.config, server.store, l->kind, cluster, now);
	if (r->client == NULL)
		goto failed;
	setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof(unsent));
	r->events = client_events(r->client);
	DL_APPEND(server.readers, r);
	count_readers(server.count + 1);
	if (watch(EPOLL_CTL_ADD, fd, r->events, about_reader(r)) != 0)
		end_reader(r, CLIENT_CUT);
	return true;
failed:
	free(r);
	return false;
}

/* Stops accepting for a while. Where the system has no more descriptors or memory, a
 * new reader can't be accepted, and its listener would wake the thread again and
 * again. */
static void
pause_accepting(int error, int64_t now)
{
	log_limited(&server.accepting, now, "can't accept readers: %s",
	            strerror(error));
	server.paused_ms = now + PAUSE_MS;
	watch_listeners(false);
}

static void
accept_readers(struct listener *l, int64_t now)
{
	struct sockaddr_storage from;
	socklen_t len;
	int i, fd;

	for (i = 0; i < ACCEPTS; i++) {
		len = sizeof(from);
		fd = accept4(l->fd, (struct sockaddr *)&from, &len,
		             SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0) {
			if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
			    errno == ENOMEM)
				pause_accepting(errno, now);
			return; /* no more, or a reader that has gone already */
		}
		if (!may_read(&from, now) || !add_reader(l, fd, now)) {
			counter_add(&counters.refused, 1);
			close(fd);
		}
	}
}

static void
tick(int64_t now)
{
	struct reader *r, *next;
	enum client_state state;

	if (server.paused_ms != 0 && now >= server.paused_ms) {
		server.paused_ms = 0;
		watch_listeners(true);
	}
	if (now - server.ticked_ms < TICK_MS)
		return;
	server.ticked_ms = now;
	DL_FOREACH_SAFE(server.readers, r, next) {
		state = client_tick(r->client, now);
		if (state != CLIENT_OPEN)
			end_reader(r, state);
	}
}

/* Orders --------------------------------------------------------------------------------- */

/* Takes another configuration. It is called after all events of a round, because they
 * may be about listeners that end here. */
static void
reconfigure(const struct config *config)
{
	struct listener *wanted;

	config_release(server.config);
	server.config = config;
	if (!listeners_wanted(config, &wanted)) {
		log_line("no memory for other ports of readers");
		return;
	}
	listeners_replace(&server.listeners, wanted);
	watch_listeners(server.paused_ms == 0);
}

static void
take_orders(void)
{
	const struct config *reload;
	eventfd_t number;
	bool stop;

	eventfd_read(server.wake, &number);
	pthread_mutex_lock(&server.lock);
	reload = server.reload;
	stop = server.stop;
	pthread_mutex_unlock(&server.lock);
	if (reload != NULL) {
		reconfigure(reload);
		pthread_mutex_lock(&server.lock);
		server.reload = NULL;
		pthread_cond_signal(&server.reloaded);
		pthread_mutex_unlock(&server.lock);
	}
	if (stop && !server.stopping) {
		server.stopping = true;
		listeners_free(server.listeners);
		server.listeners = NULL;
	}
}

static bool
is_over(int64_t now)
{
	int64_t deadline_ms;

	if (!server.stopping)
		return false;
	pthread_mutex_lock(&server.lock);
	deadline_ms = server.deadline_ms;
	pthread_mutex_unlock(&server.lock);
	return server.count == 0 || now >= deadline_ms;
}

/* The thread ------------------------------------------------------------------------------ */

/* Each reader that is ready has one turn. Returns whether there are orders. */
static bool
deal_with(const struct epoll_event *events, int count, int64_t now)
{
	int64_t wall_ms = now + clock_wall_offset();
	bool orders = false;
	int i;

	for (i = 0; i < count; i++) {
		uint64_t about = events[i].data.u64;

		if (about == 0)
			orders = true;
		else if ((about & OF_READER) != 0)
			reader_turn((struct reader *)(uintptr_t)(about & ~UINT64_C(1)),
			            events[i].events, now, wall_ms);
		else if (server.paused_ms == 0)
			accept_readers((struct listener *)(uintptr_t)about, now);
	}
	return orders;
}

static void *
run(void *argument)
{
	struct epoll_event events[EVENTS];
	int count;
	int64_t now;

	for (now = clock_ms(); !is_over(now); now = clock_ms()) {
		bool idle = server.count == 0 && server.paused_ms == 0;

		count = epoll_wait(server.epoll, events, EVENTS, idle ? -1 : TICK_MS);
		now = clock_ms();
		if (deal_with(events, count, now))
			take_orders();
		tick(now);
		free_ended();
	}
	return argument;
}

static void
close_all(void)
{
	struct reader *r, *next;

	DL_FOREACH_SAFE(server.readers, r, next)
		end_reader(r, CLIENT_CUT);
	free_ended();
	listeners_free(server.listeners);
	server.listeners = NULL;
	if (server.epoll >= 0)
		close(server.epoll);
	if (server.wake >= 0)
		close(server.wake);
	server.epoll = server.wake = -1;
	config_release(server.config);
	server.config = NULL;
	server.stop = server.stopping = false;
}

int
server_bind(const struct config *config)
{
	struct listener *l;

	if (!listeners_wanted(config, &server.listeners)) {
		log_line("no memory for the ports of readers");
		return -1;
	}
	LL_FOREACH(server.listeners, l)
		if (listener_open(l) != 0) {
			listeners_free(server.listeners);
			server.listeners = NULL;
			return -1;
		}
	return 0;
}

int
server_start(const struct config *config, struct store *store)
{
	server.config = config_hold(config);
	server.store = store;
	server.paused_ms = 0;
	server.epoll = epoll_create1(EPOLL_CLOEXEC);
	server.wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (server.epoll < 0 || server.wake < 0 ||
	    watch(EPOLL_CTL_ADD, server.wake, EPOLLIN, 0) != 0) {
		log_line("can't serve readers: %s", strerror(errno));
	} else {
		watch_listeners(true);
		server.running =
		    thread_start(&server.thread, "readers", run, NULL) == 0;
	}
	if (!server.running)
		close_all();
	return server.running ? 0 : -1;
}

void
server_reload(const struct config *config)
{
	if (!server.running)
		return;
	pthread_mutex_lock(&server.lock);
	server.reload = config_hold(config);
	eventfd_write(server.wake, 1);
	while (server.reload != NULL)
		pthread_cond_wait(&server.reloaded, &server.lock);
	pthread_mutex_unlock(&server.lock);
}

void
server_stop(int64_t deadline_ms)
{
	if (!server.running) {
		listeners_free(server.listeners);
		server.listeners = NULL;
		return;
	}
	pthread_mutex_lock(&server.lock);
	server.stop = true;
	server.deadline_ms = deadline_ms;
	pthread_mutex_unlock(&server.lock);
	eventfd_write(server.wake, 1);
	pthread_join(server.thread, NULL);
	server.running = false;
	close_all();
}

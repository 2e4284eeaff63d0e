#include "gmetad-bridge/ingest/ingest.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "common/event_sink.h"
#include "common/listening.h"
#include "gmetad-bridge/counters.h"
#include "gmetad-bridge/ingest/limit.h"
#include "gmetad-bridge/log.h"
#include "gmetad-bridge/ingest/workers.h"

#define TICK_MS 1000
#define DRAIN_MS 500

static struct {
	struct workers workers;
	const struct config *bound; /* by which the sockets are bound; held */
	int64_t ticked_ms;          /* when the first worker last ticked, */
	int64_t told_ms;            /* and when it last told events */
	struct listening listening;
	/* under the lock: */
	struct collector *collector;
	const struct config *config; /* held */
	struct limit *limit;
	int64_t now_ms; /* the latest `now` given to the collector */
} ingest;

/* The lock ------------------------------------------------------------------------ */

/* A thread holds `next` while it waits for `lock`. So a worker that comes back with its
 * next batch can't get the lock before a thread that waits, as it could with one
 * mutex. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t next = PTHREAD_MUTEX_INITIALIZER;

void
ingest_lock(void)
{
	pthread_mutex_lock(&next);
	pthread_mutex_lock(&lock);
	pthread_mutex_unlock(&next);
}

void
ingest_unlock(void)
{
	pthread_mutex_unlock(&lock);
}

int64_t
ingest_now(void)
{
	return clock_not_back(&ingest.now_ms, clock_ms());
}

/* Receiving ------------------------------------------------------------------------ */

/* Whether the source does not send too much. Sources that the collector refuses in any
 * case are not looked up, so they can't use up the limit's buckets. */
static bool
is_within_rate(const struct address *from, int64_t now)
{
	const struct config *config = ingest.config;
	const struct collector_config *c = &config->collector;

	if (config->rate == 0 || !network_list_match(c->allow, from) ||
	    (c->deny != NULL && network_list_match(c->deny, from)))
		return true;
	return limit_allows(ingest.limit, from, config->rate, now);
}

static void
input(const struct udp_batch *batch, size_t count)
{
	struct address from;
	const void *bytes;
	size_t i, len, limited = 0;
	int64_t now;

	counter_add(&counters.received, count);
	ingest_lock();
	for (i = 0; i < count; i++) {
		bytes = udp_datagram(batch, i, &len, &from);
		now = clock_not_back(&ingest.now_ms, udp_arrived(batch, i));
		if (is_within_rate(&from, now))
			collector_input(ingest.collector, bytes, len, &from, now);
		else
			limited++;
	}
	ingest_unlock();
	counter_add(&counters.rate_limited, limited);
}

static void
tell_events(const struct config *config, int64_t now)
{
	const struct event_settings settings = {
	    .program = config->on_event, .nagios_commands = config->nagios_commands};
	int64_t wall_offset = clock_wall_offset();
	struct event events[EVENTS_AT_ONCE];
	size_t i, count;

	do {
		count = 0;
		if (event_sinks_are_full(event_sinks))
			break;
		ingest_lock();
		while (count < EVENTS_AT_ONCE &&
		       collector_event(ingest.collector, &events[count]))
			count++;
		ingest_unlock();
		for (i = 0; i < count; i++)
			event_sinks_tell(event_sinks, &settings, &events[i], now,
			                 wall_offset);
	} while (count == EVENTS_AT_ONCE);
	event_sinks_tick(event_sinks, &settings, now);
}

/* Tells the collector where nobody listened since the last tick. */
static void
note_deafness(int64_t now)
{
	static struct log_limit limit;
	struct listening *l = &ingest.listening;
	int64_t since;

	if (listening_tick(l, counter_get(&counters.received),
	                   counter_get(&counters.kernel_drops), now, &since)) {
		collector_deaf(ingest.collector, since, now);
		log_limited(&limit, now, LISTENING_DEAF, (double)(now - since) / 1000);
	}
	collector_set_loss(ingest.collector, l->lost);
}

/* Under the lock. */
static void
tick_collector(int64_t now)
{
	ingest.ticked_ms = now;
	note_deafness(now);
	collector_set_wall(ingest.collector, clock_wall_offset());
	collector_tick(ingest.collector, now);
}

/* Once a second the collector ticks, and events are told. Sinks that hurry tick more
 * often. */
static void
tick(int64_t now)
{
	bool due = now - ingest.ticked_ms >= TICK_MS;
	bool hurries =
	    event_sinks_hurry(event_sinks) && now - ingest.told_ms >= EVENTS_HURRY_MS;
	const struct config *config;

	if (!due && !hurries)
		return;
	ingest_lock();
	if (due)
		tick_collector(clock_not_back(&ingest.now_ms, now));
	config = config_hold(ingest.config);
	ingest_unlock();
	ingest.told_ms = now;
	tell_events(config, now);
	config_release(config);
}

static void
read_drops(struct worker *w)
{
	size_t i;

	for (i = 0; i < w->set.count; i++)
		counter_add(&counters.kernel_drops, udp_drops(&w->set.listeners[i]));
}

static void
do_chores(struct worker *w, int64_t now)
{
	if (now - w->chores_ms < TICK_MS)
		return;
	w->chores_ms = now;
	read_drops(w);
	worker_open_again(w, now);
}

/* Returns how many ms the worker may wait for datagrams. */
static int
patience(const struct worker *w)
{
	int64_t left = TICK_MS;

	if (w->first)
		left = ingest.ticked_ms + TICK_MS - clock_ms();
	if (w->first && event_sinks_hurry(event_sinks) && left > EVENTS_HURRY_MS)
		left = EVENTS_HURRY_MS;
	return left < 0 ? 0 : left > TICK_MS ? TICK_MS : (int)left;
}

/* Whether any worker has a backlog: datagrams of a host that seems silent may be in
 * it. */
static bool
catch_up(void)
{
	size_t i;

	for (i = 0; i < ingest.workers.count; i++)
		if (udp_catches_up(&ingest.workers.all[i].set))
			return true;
	return false;
}

static void *
run(void *argument)
{
	struct worker *w = argument;
	int64_t until;
	bool busy;

	while (!udp_wait(&w->set, patience(w))) {
		busy = udp_take(&w->set, input);
		do_chores(w, clock_ms());
		if (w->first && !catch_up())
			tick(clock_ms());
		if (!busy)
			udp_nap(&w->set);
	}
	/* take what the kernel has received already */
	until = clock_ms() + DRAIN_MS;
	do
		udp_wait(&w->set, 0);
	while (udp_take(&w->set, input) && clock_ms() < until);
	read_drops(w);
	return NULL;
}

/* Start and end --------------------------------------------------------------------- */

int
ingest_bind(const struct config *config)
{
	struct workers_fault fault;

	if (workers_open(&ingest.workers, config, true, &fault) != 0) {
		workers_tell(&fault);
		return -1;
	}
	ingest.bound = config_hold(config);
	return 0;
}

int
ingest_start(const struct config *config, struct collector *collector)
{
	ingest.limit = limit_new(LIMIT_SOURCES);
	if (ingest.limit == NULL) {
		log_line("out of memory");
		return -1;
	}
	ingest.collector = collector;
	ingest.config = config_hold(config);
	ingest.ticked_ms = 0;
	ingest.listening = (struct listening){0};
	collector_set_wall(collector, clock_wall_offset());
	return workers_start(&ingest.workers, run);
}

void
ingest_stop(void)
{
	workers_stop(&ingest.workers);
	if (ingest.config != NULL)
		tell_events(ingest.config, clock_ms());
	event_sinks_stop(event_sinks);
	workers_free(&ingest.workers);
	limit_free(ingest.limit);
	config_release(ingest.config);
	config_release(ingest.bound);
	ingest.limit = NULL;
	ingest.config = NULL;
	ingest.bound = NULL;
}

uint16_t
ingest_port(void)
{
	return ingest.workers.count == 0
	           ? 0
	           : udp_port(ingest.workers.all[0].set.listeners);
}

/* Another configuration ---------------------------------------------------------------- */

static bool
same_sockets(const struct config *a, const struct config *b)
{
	return a->port == b->port && a->sockets == b->sockets &&
	       a->bind_count == b->bind_count &&
	       memcmp(a->bind, b->bind, a->bind_count * sizeof(a->bind[0])) == 0;
}

/* Changes the sockets' buffers. The sockets stay: a new one might not get a buffer as
 * large as root has made. */
static void
change_buffers(int rcvbuf)
{
	workers_stop(&ingest.workers);
	workers_buffer(&ingest.workers, rcvbuf);
	workers_start(&ingest.workers, run);
}

/* Ends the old workers, and starts these. */
static void
replace_workers(const struct workers *fresh)
{
	workers_stop(&ingest.workers);
	workers_free(&ingest.workers);
	ingest.workers = *fresh;
	workers_start(&ingest.workers, run);
}

/* Closes the old sockets before it opens the new ones, because the old ones have the
 * address. If the new ones can't be opened, opens the old ones again. Returns the
 * configuration by which the sockets are bound then. */
static const struct config *
make_way(const struct config *config)
{
	const struct workers none = {NULL, 0};
	struct workers_fault fault;

	replace_workers(&none);
	if (workers_open(&ingest.workers, config, false, &fault) != 0) {
		workers_tell(&fault);
		config = ingest.bound;
		workers_open_some(&ingest.workers, config);
	}
	workers_start(&ingest.workers, run);
	return config;
}

/* Opens other sockets, where possible before the old ones are closed. Returns the
 * configuration by which the sockets are bound then. */
static const struct config *
change_sockets(const struct config *config)
{
	bool same_port = config->port == ingest.bound->port;
	struct workers_fault fault;
	struct workers fresh;
	int result = workers_open(&fresh, config, !same_port, &fault);

	if (result == 0) {
		replace_workers(&fresh);
		return config;
	}
	if (result == -EADDRINUSE && same_port)
		return make_way(config);
	workers_tell(&fault);
	return ingest.bound;
}

static void
reload_sockets(const struct config *config)
{
	const struct config *was = ingest.bound, *bound = config;

	if (!same_sockets(was, config))
		bound = change_sockets(config);
	else if (was->rcvbuf != config->rcvbuf)
		change_buffers(config->rcvbuf);
	if (bound == was)
		return;
	ingest.bound = config_hold(bound);
	config_release(was);
}

void
ingest_reload(const struct config *config)
{
	const struct config *was = ingest.config;

	ingest_lock();
	collector_reconfigure(ingest.collector, &config->collector, ingest_now());
	ingest.config = config_hold(config);
	ingest_unlock();
	reload_sockets(config);
	config_release(was);
}

bool
ingest_next_renamed(struct collector_renaming *renamed)
{
	bool there;

	ingest_lock();
	there = collector_next_renamed(ingest.collector, renamed);
	ingest_unlock();
	return there;
}

#include "gmond-module/receiver.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "common/clock.h"
#include "common/event_sink.h"
#include "common/listening.h"
#include "common/log.h"
#include "common/thread.h"
#include "common/udp.h"

#define SOCKETS_MAX 8
#define TICK_MS 250 /* a late host is found at most so much later */
#define CHORES_MS 1000
#define BIND_AGAIN_MS 10000

static struct {
	struct collector *collector;
	const struct parameters *parameters;
	struct udp_set set;
	bool running;
	pthread_t thread;
	int64_t ticked_ms, told_ms, bound_ms, chores_ms;
	int64_t now_ms;    /* the latest `now` given to the collector */
	uint64_t received; /* datagrams */
	struct listening listening;
	atomic_uint_fast64_t drops;
} receiver = {.set.wake = -1};

static void
add_listeners(const struct parameters *p)
{
	char words[sizeof(p->bind)], *rest = words, *word;
	struct address address;

	strcpy(words, p->bind);
	while ((word = strsep(&rest, " ,\t\n")) != NULL)
		if (*word != '\0' && receiver.set.count < SOCKETS_MAX &&
		    address_parse(word, &address) == 0)
			udp_set_add(&receiver.set, &address, (uint16_t)p->port);
	if (receiver.set.count == 0)
		udp_set_add(&receiver.set, NULL, (uint16_t)p->port);
}

static void
open_listener(struct udp_listener *l, const struct parameters *p)
{
	int result = udp_open(l, p->rcvbuf, false), error = errno;

	if (l->buffer != 0 && l->buffer < p->rcvbuf)
		log_line("the socket's buffer is %d bytes, not %d: "
		         "net.core.rmem_max limits it",
		         l->buffer, p->rcvbuf);
	if (result != 0)
		log_line("can't listen on UDP port %u: %s; is another "
		         "collector running? trying again every %d s",
		         p->port, strerror(error), BIND_AGAIN_MS / 1000);
}

/* Binds the sockets that are not bound yet. */
static void
bind_listeners(int64_t now)
{
	size_t i;

	receiver.bound_ms = now;
	for (i = 0; i < receiver.set.count; i++)
		if (receiver.set.listeners[i].fd < 0)
			open_listener(&receiver.set.listeners[i], receiver.parameters);
}

uint64_t
receiver_kernel_drops(void)
{
	return atomic_load(&receiver.drops);
}

static void
input(const struct udp_batch *batch, size_t count)
{
	struct address from;
	const void *bytes;
	size_t i, len;

	receiver.received += count;
	for (i = 0; i < count; i++) {
		bytes = udp_datagram(batch, i, &len, &from);
		collector_input(
		    receiver.collector, bytes, len, &from,
		    clock_not_back(&receiver.now_ms, udp_arrived(batch, i)));
	}
}

static void
tell_events(int64_t now)
{
	const struct parameters *p = receiver.parameters;
	const struct event_settings settings = {.program = p->on_event,
	                                        .nagios_commands = p->nagios_commands};
	int64_t wall_offset = clock_wall_offset();
	struct event event;

	while (!event_sinks_are_full(event_sinks) &&
	       collector_event(receiver.collector, &event))
		event_sinks_tell(event_sinks, &settings, &event, now, wall_offset);
	event_sinks_tick(event_sinks, &settings, now);
}

static void
do_chores(int64_t now)
{
	if (now - receiver.chores_ms < CHORES_MS)
		return;
	receiver.chores_ms = now;
	if (now - receiver.bound_ms >= BIND_AGAIN_MS)
		bind_listeners(now);
}

/* Tells the collector where nobody listened since the last tick. */
static void
note_deafness(int64_t now)
{
	static struct log_limit limit;
	struct listening *l = &receiver.listening;
	int64_t since;
	size_t i;

	for (i = 0; i < receiver.set.count; i++)
		atomic_fetch_add(&receiver.drops,
		                 udp_drops(&receiver.set.listeners[i]));
	if (listening_tick(l, receiver.received, atomic_load(&receiver.drops), now,
	                   &since)) {
		collector_deaf(receiver.collector, since, now);
		log_limited(&limit, now, LISTENING_DEAF, (double)(now - since) / 1000);
	}
	collector_set_loss(receiver.collector, l->lost);
}

/* Once a second the collector ticks, and events are told. Sinks that hurry tick more
 * often. */
static void
tick(int64_t now)
{
	bool due = now - receiver.ticked_ms >= TICK_MS;
	bool hurries =
	    event_sinks_hurry(event_sinks) && now - receiver.told_ms >= EVENTS_HURRY_MS;

	if (due) {
		receiver.ticked_ms = now;
		note_deafness(now);
		collector_set_wall(receiver.collector, clock_wall_offset());
		collector_tick(receiver.collector, now);
	}
	if (due || hurries) {
		receiver.told_ms = now;
		tell_events(now);
	}
	if (due)
		do_chores(now);
}

/* Returns how many ms to wait for datagrams. */
static int
patience(void)
{
	return event_sinks_hurry(event_sinks) ? EVENTS_HURRY_MS : TICK_MS;
}

static void *
run(void *unused)
{
	bool busy;

	(void)unused;
	while (!udp_wait(&receiver.set, patience())) {
		busy = udp_take(&receiver.set, input);
		if (!udp_catches_up(&receiver.set))
			tick(clock_not_back(&receiver.now_ms, clock_ms()));
		if (!busy)
			udp_nap(&receiver.set);
	}
	return NULL;
}

int
receiver_start(const struct parameters *parameters, struct collector *collector)
{
	receiver.collector = collector;
	receiver.parameters = parameters;
	receiver.listening = (struct listening){0};
	if (udp_set_init(&receiver.set) != 0) {
		log_line("out of memory");
		receiver_stop();
		return -1;
	}
	collector_set_wall(collector, clock_wall_offset());
	add_listeners(parameters);
	bind_listeners(clock_ms());
	receiver.running =
	    thread_start(&receiver.thread, "sflow-receiver", run, NULL) == 0;
	return receiver.running ? 0 : -1;
}

void
receiver_stop(void)
{
	if (receiver.running) {
		udp_wake(&receiver.set);
		pthread_join(receiver.thread, NULL);
	}
	receiver.running = false;
	event_sinks_stop(event_sinks);
	udp_set_close(&receiver.set);
}

/* simulate_agents - false alarms and detection time of the whole collector, in invented
 * time, where datagrams overtake each other, polls jitter or come in the same second from
 * all, and where the collector is stopped; as TAP.
 *
 *   simulate_agents [MILLIONS [LINE]]   polls per line of the table, in millions; one line
 *
 * Each of 200 hosts polls every interval. In the end all die, somewhere between two
 * polls. A false alarm is a host that is called down before that. Those of the first hour
 * are counted apart: there the collector learns.
 */
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/listening.h"
#include "sflow/collector/collector.h"
#include "tests/sflow/ways.h"
#include "tests/sflow/wire.h"

#define HOSTS 200
#define HELD (300 * HOSTS) /* what 60 s can bring */
#define START_MS INT64_C(100000000)
#define HOUR_MS 3600000
#define YEAR_MS (365.25 * 86400000)
#define TICK_MS 1000
#define ALARMS_MOST 0.1 /* per host and year */
#define FIRST_ALARMS 2  /* of all hosts, where each loses what it loses */

/* A line of the table. */
struct scenario {
	const char *name;
	double interval_s;
	double detected_s;  /* 99 % that die have to be found down in that time */
	double jitter;      /* share of the interval, from one poll to the next; or */
	bool schedule;      /* of each poll, about times that have none */
	bool same_second;   /* all poll in one second of the interval */
	struct way way;     /* of each host; or */
	bool common;        /* one for all */
	unsigned datagrams; /* of a poll */
	double delayed;     /* share of the datagrams */
	double delay_ms;    /* at most */
	double every_ms;    /* so often the collector is stopped, */
	double stop_ms;     /* for so long, and */
	double kept;        /* the kernel keeps this share of a stop's datagrams */
};

/* A datagram on its way, or, with the number 0, a poll that is due. */
struct flight {
	double at_ms, sent_ms;
	uint32_t host, number, part, poll;
};

struct sender {
	double base_ms, died_ms, down_ms; /* 0: not yet */
	struct way way;
	uint32_t number, polls;
};

static struct simulation {
	const struct scenario *scenario;
	struct collector *collector;
	struct listening listening;
	uint64_t received, dropped;
	struct sender senders[HOSTS];
	struct flight heap[HELD], held[HELD];
	size_t flying, held_count, held_most;
	struct way way;         /* of all */
	double now_ms, last_ms; /* when polls end */
	uint64_t first_alarms, alarms;
	double detected[HOSTS]; /* seconds from death to "down" */
} sim;

/* Flights, the earliest first ---------------------------------------------------------- */

static void
swap(struct flight *a, struct flight *b)
{
	struct flight c = *a;

	*a = *b;
	*b = c;
}

static void
put(struct flight flight)
{
	size_t i = sim.flying++;

	if (i == HELD)
		abort();
	sim.heap[i] = flight;
	for (; i > 0 && sim.heap[i].at_ms < sim.heap[(i - 1) / 2].at_ms;
	     i = (i - 1) / 2)
		swap(&sim.heap[i], &sim.heap[(i - 1) / 2]);
}

static struct flight
take(void)
{
	struct flight first = sim.heap[0];
	size_t i = 0, next;

	sim.heap[0] = sim.heap[--sim.flying];
	while ((next = 2 * i + 1) < sim.flying) {
		if (next + 1 < sim.flying &&
		    sim.heap[next + 1].at_ms < sim.heap[next].at_ms)
			next++;
		if (sim.heap[i].at_ms <= sim.heap[next].at_ms)
			break;
		swap(&sim.heap[i], &sim.heap[next]);
		i = next;
	}
	return first;
}

/* Senders --------------------------------------------------------------------------------- */

static double
interval_ms(void)
{
	return sim.scenario->interval_s * 1000;
}

/* Puts the host's next poll into the air. */
static void
plan(uint32_t number, double polled_ms)
{
	struct sender *s = &sim.senders[number];
	double off = sim.scenario->jitter * (2 * uniform() - 1);
	double next = polled_ms + interval_ms() * (1 + off);

	s->polls++;
	if (sim.scenario->schedule)
		next = s->base_ms + interval_ms() * (s->polls + off);
	if (next > sim.last_ms)
		s->died_ms = polled_ms + uniform() * (next - polled_ms);
	else
		put((struct flight){.at_ms = next, .host = number});
}

/* Sends the datagrams of a poll, a millisecond apart. */
static void
poll(const struct flight *due)
{
	struct sender *s = &sim.senders[due->host];
	const struct scenario *sc = sim.scenario;
	uint32_t part;

	for (part = 0; part < sc->datagrams; part++) {
		struct flight f = {.sent_ms = due->at_ms + part,
		                   .host = due->host,
		                   .number = ++s->number,
		                   .part = part,
		                   .poll = s->polls};

		f.at_ms = f.sent_ms;
		if (uniform() < sc->delayed)
			f.at_ms += uniform() * sc->delay_ms;
		if (!way_loses(sc->common ? &sim.way : &s->way, f.sent_ms))
			put(f);
	}
	plan(due->host, due->at_ms);
}

static void
input(const struct flight *f, double now_ms)
{
	const struct address from = {.type = ADDRESS_IPV4, .bytes = {192, 0, 2, 1}};
	char address[32], name[16];
	static struct wire w;

	snprintf(address, sizeof(address), "10.0.%u.%u", f->host / 250, f->host % 250);
	snprintf(name, sizeof(name), "%u", f->host);
	w.len = 0;
	wire_datagram_begin(&w, address, 1, f->number,
	                    (uint32_t)(f->sent_ms - START_MS + 1000.0 * f->host));
	wire_sample_begin(&w, WIRE_COUNTERS, f->poll, f->part == 0 ? 2 : 3,
	                  1 + f->part);
	if (f->part == 0) {
		wire_host_descr(&w, name, 0);
		wire_host_net_io(&w, 1000 * f->poll, 1);
	} else {
		wire_http_counters(&w, f->poll);
	}
	wire_sample_end(&w);
	wire_datagram_end(&w);
	sim.received++;
	if (collector_input(sim.collector, w.bytes, w.len, &from, (int64_t)now_ms) != 0)
		abort();
}

/* The collector --------------------------------------------------------------------------- */

static void
judge(const struct event *e)
{
	struct sender *s = &sim.senders[strtoul(e->host, NULL, 10)];

	if (e->kind != EVENT_DOWN)
		return;
	if (s->died_ms > 0 && sim.now_ms >= s->died_ms)
		s->down_ms = s->down_ms > 0 ? s->down_ms : sim.now_ms;
	else if (sim.now_ms < START_MS + HOUR_MS)
		sim.first_alarms++;
	else
		sim.alarms++;
}

static void
tick(void)
{
	struct event event;
	int64_t now = (int64_t)sim.now_ms, since;

	if (listening_tick(&sim.listening, sim.received, sim.dropped, now, &since))
		collector_deaf(sim.collector, since, now);
	collector_set_loss(sim.collector, sim.listening.lost);
	collector_tick(sim.collector, now);
	while (collector_event(sim.collector, &event))
		judge(&event);
}

/* What came while the collector was stopped: the kernel has kept the first of it. */
static void
resume(void)
{
	size_t i, kept = (size_t)((double)sim.held_count * sim.scenario->kept);

	for (i = 0; i < kept; i++)
		input(&sim.held[i], sim.now_ms);
	sim.dropped += sim.held_count - kept;
	sim.held_count = 0;
}

/* Whether the collector is stopped: in the middle of each such time, and when all die. */
static bool
is_stopped(void)
{
	const struct scenario *sc = sim.scenario;
	double since =
	    sim.now_ms < sim.last_ms
		? fmod(sim.now_ms - START_MS, sc->every_ms) - sc->every_ms / 2
		: sim.now_ms - sim.last_ms;

	return since >= 0 && since < sc->stop_ms;
}

/* A second. */
static void
pass(void)
{
	bool stopped = is_stopped();

	sim.now_ms += TICK_MS;
	while (sim.flying > 0 && sim.heap[0].at_ms < sim.now_ms) {
		struct flight f = take();

		if (f.number == 0)
			poll(&f);
		else if (!stopped)
			input(&f, f.at_ms);
		else if (sim.held_count < HELD)
			sim.held[sim.held_count++] = f;
		else
			abort();
	}
	if (stopped)
		return;
	if (sim.held_count > 0)
		resume();
	tick();
}

/* A line of the table ------------------------------------------------------------------------ */

static void
begin(const struct scenario *sc, uint64_t polls)
{
	struct collector_config config = collector_defaults;
	uint64_t each = polls / HOSTS;
	uint32_t i;

	memset(&sim, 0, sizeof(sim));
	sim.scenario = sc;
	sim.collector = collector_new(&config);
	if (sim.collector == NULL)
		abort();
	sim.now_ms = START_MS;
	sim.last_ms = START_MS + interval_ms() * (double)each;
	sim.way = sc->way;
	sim.way.bad_until_ms = START_MS;
	for (i = 0; i < HOSTS; i++) {
		struct sender *s = &sim.senders[i];
		double range = sc->same_second ? 1000 : interval_ms();

		s->way = sim.way;
		s->base_ms = START_MS + uniform() * range;
		put((struct flight){.at_ms = s->base_ms, .host = i});
	}
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Until all are down, or an hour longer. Returns how many are. */
static unsigned
die(void)
{
	double until = sim.now_ms + HOUR_MS;
	unsigned i, down = 0;

	while (down < HOSTS && sim.now_ms < until) {
		pass();
		for (i = down = 0; i < HOSTS; i++)
			down += sim.senders[i].down_ms > 0;
	}
	for (i = 0; i < HOSTS; i++)
		sim.detected[i] =
		    (sim.senders[i].down_ms - sim.senders[i].died_ms) / 1000;
	qsort(sim.detected, HOSTS, sizeof(sim.detected[0]), by_size);
	return down;
}

/* Returns what is wrong: NULL, nothing. */
static const char *
simulate(const struct scenario *sc, uint64_t polls)
{
	double years;
	unsigned down;

	begin(sc, polls);
	while (sim.now_ms < sim.last_ms)
		pass();
	years = HOSTS * (sim.now_ms - START_MS) / YEAR_MS;
	down = die();
	collector_free(sim.collector);
	printf("# %-52s %6.1f %6.1f %6" PRIu64 " %9.3g %6.2f\n", sc->name,
	       sim.detected[HOSTS / 2], sim.detected[HOSTS * 99 / 100],
	       sim.first_alarms, (double)sim.alarms / years, years);
	return down < HOSTS ? "not all are found down"
	       : (double)sim.alarms > ALARMS_MOST * years ||
	               (!sc->common &&
	                sim.first_alarms > (sc->way.loss > 0 ? FIRST_ALARMS : 0))
	           ? "too many alarms"
	       : sim.detected[HOSTS * 99 / 100] > sc->detected_s + sc->stop_ms / 1000
	           ? "too late"
	           : NULL;
}

#define BURSTS \
	{ \
		.loss = 0.01, .mean_ms = 3000 \
	}

static const struct scenario scenarios[] = {
    {"nothing is lost", 30, 70, .jitter = 0.05},
    {"jitter of 20 % between polls", 30, 85, .jitter = 0.2},
    {"jitter of 40 % between polls", 30, 110, .jitter = 0.4},
    {"jitter of 20 % about a schedule", 30, 100, .jitter = 0.2, .schedule = true},
    {"jitter of 40 % about a schedule", 30, 140, .jitter = 0.4, .schedule = true},
    {"jitter of 40 % about a schedule, 1 s", 1, 6, .jitter = 0.4, .schedule = true},
    {"jitter of 40 % about a schedule, 300 s", 300, 1400, .jitter = 0.4,
     .schedule = true},
    {"1 % lost in 3 s", 30, 160, .jitter = 0.05, .way = BURSTS},
    {"the same, all in one second", 30, 160, .same_second = true, .way = BURSTS},
    {"the same of all at once, each at its time", 30, 160, .jitter = 0.05,
     .way = BURSTS, .common = true},
    {"the same of all at once, all in one second", 30, 160, .same_second = true,
     .way = BURSTS, .common = true},
    {"the same with jitter of 40 % about a schedule", 30, 240, .jitter = 0.4,
     .schedule = true, .way = BURSTS},
    {"a tenth of 4 datagrams late by 0 to 5 s", 30, 75, .jitter = 0.05, .datagrams = 4,
     .delayed = 0.1, .delay_ms = 5000},
    {"the same, 1 s", 1, 9, .jitter = 0.05, .datagrams = 4, .delayed = 0.1,
     .delay_ms = 5000},
    {"the same, and 1 % lost in 3 s", 30, 180, .jitter = 0.05, .datagrams = 4,
     .delayed = 0.1, .delay_ms = 5000, .way = BURSTS},
    {"stopped for 60 s an hour, nothing dropped", 30, 70, .jitter = 0.05,
     .every_ms = 3600e3, .stop_ms = 60e3, .kept = 1},
    {"the same of 1 s, each 200 s", 1, 8, .jitter = 0.05, .every_ms = 200e3,
     .stop_ms = 60e3, .kept = 1},
    {"stopped for 60 s an hour, half dropped", 30, 300, .jitter = 0.05,
     .every_ms = 3600e3, .stop_ms = 60e3, .kept = 0.5},
    {"the same of 1 s, each 200 s", 1, 8, .jitter = 0.05, .every_ms = 200e3,
     .stop_ms = 60e3, .kept = 0.5},
    {"stopped for 60 s an hour, all dropped", 30, 300, .jitter = 0.05,
     .every_ms = 3600e3, .stop_ms = 60e3},
};

#define COUNT (sizeof(scenarios) / sizeof(scenarios[0]))

int
main(int argc, char **argv)
{
	double millions = argc > 1 ? strtod(argv[1], NULL) : 0.1;
	size_t only = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
	const char *fault;
	int failed = 0;
	size_t i;

	printf(
	    "1..%zu\n"
	    "#                                                     detection, s:  alarms,"
	    "  per host    host-\n"
	    "#                                                     median   99%%  first hour"
	    " and year   years\n",
	    COUNT);
	for (i = 0; i < COUNT; i++) {
		struct scenario sc = scenarios[i];

		if (only != 0 && only != i + 1)
			continue;
		if (sc.datagrams == 0)
			sc.datagrams = 1;
		fault = simulate(&sc, (uint64_t)(millions * 1e6));
		failed += fault != NULL;
		printf("%sok %zu - %s%s%s\n", fault != NULL ? "not " : "", i + 1,
		       sc.name, fault != NULL ? ": " : "", fault != NULL ? fault : "");
		fflush(stdout);
	}
	return failed > 0;
}

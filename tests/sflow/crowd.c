/* crowd - what it costs when many agents fall silent in the same second: CPU
 * time of the ticks, in a collector alone. Run by hand; figures go into
 * tests/bench/RESULTS.md.
 *
 *   crowd [AGENTS]
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "gmond-module/deliveries.h"
#include "sflow/collector/collector.h"
#include "tests/sflow/wire.h"

#define POLLING_MS 30000
#define ROUNDS 5

static double
cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void
send_host(struct collector *c, struct wire *w, unsigned agent, unsigned round,
          int64_t now)
{
	struct address from = {.type = ADDRESS_IPV4, .bytes = {127, 0, 0, 1}};
	char text[48];

	snprintf(text, sizeof(text), "10.%u.%u.%u", agent >> 16, agent >> 8 & 255,
	         agent & 255);
	wire_datagram_begin(w, text, 100000, round + 1, round * POLLING_MS);
	wire_sample_begin(w, WIRE_COUNTERS_EXPANDED, round + 1, 2, 1);
	snprintf(text, sizeof(text), "host%u", agent);
	wire_host_descr(w, text, (uint8_t)agent);
	wire_host_net_io(w, round * 1000u, round * 10u);
	wire_sample_end(w);
	wire_datagram_end(w);
	if (collector_input(c, w->bytes, w->len, &from, now) != 0)
		abort();
}

/* What a publisher does, without anybody to publish to. */
static void
take_all(struct deliveries *d, int64_t now)
{
	static struct store_reading readings[DELIVERIES_READ];
	struct store_host *host;

	while ((host = store_take(d->feed)) != NULL) {
		while (deliveries_read(d, host, now, readings) > 0)
			;
		store_done(d->feed, host);
	}
}

int
main(int argc, char **argv)
{
	unsigned agents = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 100000;
	struct collector_config config = collector_defaults;
	double began, most = 0, sum = 0, down = 0;
	struct deliveries deliveries;
	struct collector *c;
	static struct wire w;
	unsigned i, round, second;
	int64_t now = 1000000;

	config.max_agents = agents;
	c = collector_new(&config);
	if (c == NULL || !deliveries_open(&deliveries, collector_store(c)))
		return 1;
	for (round = 0; round < ROUNDS; round++, now += POLLING_MS)
		for (i = 0; i < agents; i++)
			send_host(c, &w, i, round, now);
	now -= POLLING_MS;
	take_all(&deliveries, now);
	for (second = 1; second <= 120; second++) {
		struct event event;
		double cost;

		began = cpu_ms();
		collector_tick(c, now + second * 1000);
		while (collector_event(c, &event))
			;
		take_all(&deliveries, now + second * 1000);
		cost = cpu_ms() - began;
		sum += cost;
		most = cost > most ? cost : most;
		if (second <= 66)
			down = (double)atomic_load(&collector_stats(c)->down);
	}
	printf("%u agents silent at once: %.0f down after 66 s, %" PRIuFAST64
	       " events; a second costs %.0f ms of CPU on average, %.0f ms at "
	       "most\n",
	       agents, down, atomic_load(&collector_stats(c)->events), sum / 120, most);
	collector_free(c);
	return 0;
}

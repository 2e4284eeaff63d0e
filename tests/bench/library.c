/* library - what a sample costs without a gmond: decoding, deriving and
 * storing, and reading the store as a publisher does; and the memory behind it.
 * Run by hand; figures go into tests/bench/RESULTS.md.
 *
 *   library              a table
 *   library AGENTS PORTS [readers] one row: PORTS 0 for hosts; a store for readers,
 *                        who note a mark with each value
 *
 * Time is invented: agents report every 30 s, their datagrams come evenly over
 * that time, and once a second all that is new is read.
 */
#include <err.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gmond-module/deliveries.h"
#include "sflow/collector/collector.h"
#include "tests/bench/traffic.h"

#define INTERVAL_S 30
#define ROUNDS_BEFORE 3 /* until all have a rate, and their metadata is out */
#define ROUNDS 5
#define BATCH_MOST 40000 /* datagrams of a second */

struct row {
	unsigned agents, ports;
	bool spread, all;
	bool readers;
};

/* CPU seconds of a round, and values read in it. */
struct round {
	double input, tick, read;
	size_t values;
};

struct bench {
	struct traffic *traffic;
	struct collector *collector;
	struct deliveries deliveries; /* of a publisher, or */
	struct store_column *marks;   /* a reader's */
	int64_t now;
	bool readers;
	unsigned char *datagrams[BATCH_MOST];
	size_t lengths[BATCH_MOST];
};

static double
cpu_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
input(struct bench *b, size_t count, struct round *round)
{
	struct address from = {.type = ADDRESS_IPV4, .bytes = {127, 0, 0, 1}};
	double began;
	size_t i;

	for (i = 0; i < count; i++)
		b->datagrams[i] = traffic_next(b->traffic, &b->lengths[i]);
	began = cpu_s();
	for (i = 0; i < count; i++)
		if (collector_input(b->collector, b->datagrams[i], b->lengths[i], &from,
		                    b->now) != 0)
			errx(1, "a datagram is refused");
	round->input += cpu_s() - began;
}

static void
tick(struct bench *b, struct round *round)
{
	struct event event;
	double began = cpu_s();

	collector_tick(b->collector, b->now);
	while (collector_event(b->collector, &event))
		;
	round->tick += cpu_s() - began;
}

/* What a publisher does, without anybody to publish to. */
static void
read_all(struct bench *b, struct round *round)
{
	static struct store_reading readings[DELIVERIES_READ];
	struct store_host *host;
	double began = cpu_s();
	size_t n;

	while ((host = store_take(b->deliveries.feed)) != NULL) {
		while ((n = deliveries_read(&b->deliveries, host, b->now, readings)) >
		       0)
			round->values += n;
		store_done(b->deliveries.feed, host);
	}
	round->read += cpu_s() - began;
}

/* What a reader of all does, who remembers something of each number. */
static void
look_at_all(struct bench *b, struct round *round)
{
	struct store *store = collector_store(b->collector);
	struct store_walk walk = {0};
	struct store_state state;
	struct store_value value;
	struct store_look look;
	struct store_host *host;
	double began = cpu_s();

	while ((host = store_next(store, &walk, STORE_ANY_CLUSTER)) != NULL) {
		store_lock(host, &state);
		store_look(&look, host, b->now);
		for (; store_look_next(&look, &value); round->values++)
			if (value.metric->type != STRING &&
			    store_cell(b->marks, &value) == NULL)
				errx(1, "out of memory");
		store_unlock(host);
		store_release(host);
	}
	round->read += cpu_s() - began;
}

/* A second's datagrams at a time. */
static struct round
run_round(struct bench *b)
{
	size_t total = traffic_round(b->traffic), done = 0;
	struct round round = {0, 0, 0, 0};
	unsigned second;

	for (second = 1; second <= INTERVAL_S; second++) {
		size_t due = total * second / INTERVAL_S;

		if (due - done > BATCH_MOST)
			errx(1, "over %d datagrams a second", BATCH_MOST);
		b->now += 1000;
		input(b, due - done, &round);
		tick(b, &round);
		if (!b->readers)
			read_all(b, &round);
		done = due;
	}
	if (b->readers)
		look_at_all(b, &round);
	return round;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
print_spread(double values[ROUNDS])
{
	qsort(values, ROUNDS, sizeof(values[0]), compare);
	printf(" %.2f (%.2f-%.2f) |", values[ROUNDS / 2], values[0],
	       values[ROUNDS - 1]);
}

static void
print_row(const struct row *row, const struct round rounds[ROUNDS], size_t memory)
{
	double samples = (double)row->agents * (row->ports ? row->ports : 1);
	double values[3][ROUNDS];
	unsigned i;

	for (i = 0; i < ROUNDS; i++) {
		values[0][i] = rounds[i].input / samples * 1e6;
		values[1][i] = rounds[i].read / samples * 1e6;
		values[2][i] = rounds[i].tick / samples * 1e6;
	}
	printf("| %u | %u | %s | %s | %s | %.1f |", row->agents, row->ports,
	       row->all ? "all" : "default", row->spread ? "yes" : "no",
	       row->readers ? "readers" : "publisher",
	       (double)rounds[0].values / samples);
	for (i = 0; i < 3; i++)
		print_spread(values[i]);
	printf(" %.2f |\n", (double)memory / samples / 1024);
	fflush(stdout);
}

static struct collector *
new_collector(const struct row *row)
{
	struct collector_config config = collector_defaults;
	struct collector *collector;

	config.max_agents = row->agents > 65536 ? row->agents : 65536;
	memset(config.accept, row->all, row->all ? sizeof(config.accept) : 0);
	collector = collector_new(&config);
	if (collector == NULL)
		errx(1, "out of memory");
	return collector;
}

static void
measure(const struct row *row)
{
	static const struct store_column_options marks = {.cell_size = 16};
	static struct bench b; /* large */
	struct round rounds[ROUNDS];
	struct traffic_options options = {.agents = row->agents,
	                                  .ports = row->ports,
	                                  .spread = row->spread,
	                                  .interval_ms = INTERVAL_S * UINT64_C(1000),
	                                  .first_uptime_ms = 86400000};
	size_t before;
	unsigned i;

	b.now = 1000000;
	b.readers = row->readers;
	b.traffic = traffic_new(&options);
	before = mallinfo2().uordblks;
	b.collector = new_collector(row);
	if (row->readers)
		b.marks = store_column(collector_store(b.collector), &marks);
	else
		deliveries_open(&b.deliveries, collector_store(b.collector));
	for (i = 0; i < ROUNDS_BEFORE; i++)
		run_round(&b);
	for (i = 0; i < ROUNDS; i++)
		rounds[i] = run_round(&b);
	print_row(row, rounds, mallinfo2().uordblks - before);
	collector_free(b.collector);
	traffic_free(b.traffic);
}

static const struct row rows[] = {
    {.agents = 1000},
    {.agents = 1000, .readers = true},
    {.agents = 1000, .ports = 96},
    {.agents = 1000, .ports = 96, .spread = true},
    {.agents = 1000, .ports = 96, .all = true},
    {.agents = 4000, .ports = 24},
    {.agents = 250, .ports = 384},
    {.agents = 94, .ports = 1020},
    {.agents = 94, .ports = 1020, .spread = true},
};

/* A row from the command line. */
static struct row
parse_row(char **argv)
{
	struct row row = {.agents = (unsigned)strtoul(argv[1], NULL, 10),
	                  .ports = (unsigned)strtoul(argv[2], NULL, 10)};

	if (row.agents == 0 || row.agents > AGENTS_MAX || row.ports > PORTS_MAX)
		errx(2, "AGENTS is 1 to %d, PORTS 0 to %d", AGENTS_MAX, PORTS_MAX);
	return row;
}

int
main(int argc, char **argv)
{
	struct row row;
	size_t i;

	printf("CPU microseconds and KB per interface sample, or per host "
	       "datagram where\nports is 0; median (range) of %d rounds.\n\n"
	       "| agents | ports | accept | spread | for | values | input | "
	       "read | tick | KB |\n|---|---|---|---|---|---|---|---|---|---|\n",
	       ROUNDS);
	if (argc == 3 || argc == 4) {
		row = parse_row(argv);
		row.readers = argc == 4;
		measure(&row);
		return 0;
	}
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		measure(&rows[i]);
	return 0;
}

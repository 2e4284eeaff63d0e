#include "gmetad-bridge/own.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "gmetad-bridge/counters.h"
#include "gmetad-bridge/ingest/ingest.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#define VALUES_EVERY_MS 5000
/* After so much silence it is down: four of gmond's host_tmax. */
#define DOWN_AFTER_MS 80000

static struct {
	struct store *store; /* NULL: nothing is started */
	const struct collector_stats *stats;
	struct store_host *host; /* NULL: not wanted, or there was no room */
	struct store_block *block;
	char name[TEXT_SIZE]; /* "": not wanted */
	unsigned cluster;
	int64_t started_s;
} own;

/* The metrics ---------------------------------------------------------------------- */

enum meaning {
	NOW,
	AMOUNT_NOW, /* may need more than 32 bits */
	PER_SECOND, /* the rate of a total */
	PER_MINUTE, /* the same, for what is rare */
	BUSY_US     /* a total of microseconds, in % of the time */
};

static const struct {
	double per_second; /* factor of the rate per second; 0: it is no rate */
} meanings[] = {
    [PER_SECOND] = {1},
    [PER_MINUTE] = {60},
    [BUSY_US] = {100.0 / 1000000},
};

static uint64_t
hosts(void)
{
	return store_count(own.store);
}

/* Returns the processor time of all threads, in user and kernel mode. */
static uint64_t
cpu_us(void)
{
	struct rusage u;

	if (getrusage(RUSAGE_SELF, &u) != 0)
		return 0;
	return (uint64_t)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000 +
	       (uint64_t)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

/* Returns the resident memory: the second number in the file is its pages. */
static uint64_t
memory_kb(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	char line[256], *at = NULL;
	uint64_t pages = 0;

	if (file == NULL)
		return 0;
	if (fgets(line, sizeof(line), file) != NULL)
		at = strchr(line, ' ');
	if (at != NULL)
		pages = strtoul(at, NULL, 10);
	fclose(file);
	return pages * (uint64_t)sysconf(_SC_PAGESIZE) / 1024;
}

static uint64_t
datagrams_lost(void)
{
	return counter_get(&own.stats->datagrams_lost);
}

/* Metrics for which a function is called: ASKED(function, metric, meaning, units,
 * title). */
#define BRIDGE_ASKED(ASKED) \
	ASKED(hosts, "bridge_hosts", NOW, "hosts", "Hosts known, this one among them") \
	ASKED(datagrams_lost, "bridge_datagrams_lost", PER_SECOND, "datagrams/sec", \
	      "sFlow datagrams lost on the way, by their sequence numbers") \
	ASKED(cpu_us, "bridge_cpu", BUSY_US, "%", \
	      "CPU time of the bridge, of one core") \
	ASKED(memory_kb, "bridge_memory", AMOUNT_NOW, "KB", \
	      "Resident memory of the bridge")

#define NONE(...)
#define NOW_AS UINT32, "%u"
#define AMOUNT_NOW_AS DOUBLE, "%.0f"
#define PER_SECOND_AS FLOAT, "%.2f"
#define PER_MINUTE_AS FLOAT, "%.2f"
#define BUSY_US_AS FLOAT, "%.2f"
#define FIELD(name_, type_, format_, units_, group_, title_) \
	{.name = name_, \
	 .type = FIELD_F64, \
	 .formula = GAUGE, \
	 .scale = 1, \
	 .metric = {name_, type_, units_, BOTH, format_, group_, title_, \
	            .fine = (type_) == FLOAT}},
#define FIELD_EXPANDED(name, as, units, group, title) \
	FIELD(name, as, units, group, title)
#define STATS_FIELD(member, metric, meaning, units, title) \
	FIELD_EXPANDED(metric, meaning##_AS, units, "sflow", title)
#define COUNTER_FIELD(member, key, metric, meaning, units, title) \
	FIELD_EXPANDED(metric, meaning##_AS, units, "bridge", title)
#define SOCKET_FIELD(member, key, metric, meaning, units, title) \
	FIELD_EXPANDED(metric, meaning##_AS, units, "sflow", title)
#define ASKED_FIELD(function, metric, meaning, units, title) \
	FIELD_EXPANDED(metric, meaning##_AS, units, "bridge", title)

/* clang-format off */
static const struct field fields[] = {
    COLLECTOR_STATS(STATS_FIELD, NONE)
    COUNTERS_OF_SOCKETS(SOCKET_FIELD, NONE)
    COUNTERS_OF_INGEST(COUNTER_FIELD, NONE)
    COUNTERS_OF_READERS(COUNTER_FIELD, NONE)
    COUNTERS_OF_RRD(COUNTER_FIELD, NONE)
    COUNTERS_OF_STATE(COUNTER_FIELD, NONE)
    BRIDGE_ASKED(ASKED_FIELD)
};
/* clang-format on */

#define ROWS COUNT_OF(fields)

static const struct layout layout = {
    .name = "gmetad-bridge", .kind = KIND_HOST, .fields = fields, .count = ROWS};

/* The source of each metric's number: the offset of a member of the collector's
 * statistics, a counter of the bridge, or a function. */
#define STATS_SOURCE(member, metric, meaning, ...) \
	{meaning, offsetof(struct collector_stats, member), NULL, NULL},
#define COUNTER_SOURCE(member, key, metric, meaning, ...) \
	{meaning, 0, &counters.member, NULL},
#define ASKED_SOURCE(function, metric, meaning, ...) {meaning, 0, NULL, function},

/* clang-format off */
static const struct {
	enum meaning meaning;
	size_t offset;
	const atomic_uint_fast64_t *counter;
	uint64_t (*function)(void);
} sources[] = {
    COLLECTOR_STATS(STATS_SOURCE, NONE)
    BRIDGE_COUNTERS(COUNTER_SOURCE, NONE)
    BRIDGE_ASKED(ASKED_SOURCE)
};
/* clang-format on */

/* Values --------------------------------------------------------------------------- */

/* The numbers from which the last values were made, and when. */
static struct {
	bool there;
	int64_t when_ms;
	uint64_t numbers[ROWS];
} last;

static uint64_t
number(size_t row)
{
	const char *stats = (const char *)own.stats;

	if (sources[row].counter != NULL)
		return counter_get(sources[row].counter);
	if (sources[row].function != NULL)
		return sources[row].function();
	return counter_get((const atomic_uint_fast64_t *)(stats + sources[row].offset));
}

static void
make_value(size_t row, double elapsed_ms, struct derived *value)
{
	double per_second = meanings[sources[row].meaning].per_second;
	uint64_t is = number(row), was = last.numbers[row];

	last.numbers[row] = is;
	value->valid = true;
	if (per_second <= 0)
		value->number = (double)is;
	else if (elapsed_ms > 0)
		value->number =
		    is < was ? 0 : (double)(is - was) * per_second * 1000 / elapsed_ms;
	else
		value->valid = false; /* a rate needs two numbers */
}

static void
make_values(int64_t now)
{
	double elapsed_ms = last.there ? (double)(now - last.when_ms) : 0;
	struct derived values[ROWS];
	size_t row;

	if (last.there && elapsed_ms < VALUES_EVERY_MS)
		return;
	memset(values, 0, sizeof(values));
	for (row = 0; row < ROWS; row++)
		make_value(row, elapsed_ms, &values[row]);
	last.there = true;
	last.when_ms = now;
	store_block_set(own.block, values, ROWS,
	                (struct store_pace){.interval_s = VALUES_EVERY_MS / 1000}, now);
}

/* The host ------------------------------------------------------------------------- */

static void
take_name(const struct config *config)
{
	const char *name = config->self_name != NULL ? config->self_name : "";

	text_name((const uint8_t *)name, strlen(name), own.name);
	own.cluster = config->self_cluster;
}

static void
remove_host(void)
{
	store_host_gone(own.host);
	own.host = NULL;
	own.block = NULL;
	last.there = false;
}

/* Adds the host to the store. It is announced later, when it has values. */
static void
add_host(void)
{
	const struct store_instance bare = {"", "", NULL};

	own.host = store_host_add(own.store, OWN_KEY, NULL, own.cluster);
	if (own.host == NULL)
		return;
	store_host_confirm(own.host);
	own.block = store_block_add(own.host, &layout, &bare);
	if (own.block == NULL)
		remove_host();
}

void
own_start(struct store *store, const struct config *config,
          const struct collector_stats *stats)
{
	own.store = store;
	own.stats = stats;
	own.started_s = 0;
	take_name(config);
}

static void
refresh_host(int64_t now)
{
	make_values(now);
	store_host_heard(own.host, own.started_s, now);
	store_host_tick(own.host, true, DOWN_AFTER_MS, now);
	if (!store_host_announced(own.host))
		store_host_announce(own.host, own.name);
}

void
own_tick(int64_t now, int64_t wall_ms)
{
	if (own.store == NULL || own.name[0] == '\0')
		return;
	if (own.started_s == 0)
		own.started_s = wall_ms / 1000;
	ingest_lock();
	if (own.host == NULL)
		add_host();
	if (own.host != NULL)
		refresh_host(now);
	ingest_unlock();
}

void
own_reload(const struct config *config)
{
	char before[TEXT_SIZE];

	memcpy(before, own.name, sizeof(before));
	take_name(config);
	ingest_lock();
	if (own.host != NULL && strcmp(own.name, before) != 0)
		remove_host();
	if (own.host != NULL)
		store_host_move(own.host, own.cluster);
	ingest_unlock();
}

void
own_stop(void)
{
	if (own.store == NULL)
		return;
	ingest_lock();
	remove_host();
	ingest_unlock();
	own.store = NULL;
}

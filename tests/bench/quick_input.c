/* host, port: a datagram of a host, and a counters sample of a switch's port, into the
 * collector. */
#include "tests/bench/quick_paths.h"

#include <err.h>

#include "tests/bench/fleet.h"

#define HOSTS 60
#define VALUES_OF_HOST 40 /* at least */
#define SWITCHES 4
#define PORTS 48
#define VALUES_OF_PORT 25

static void *
begin_hosts(void)
{
	struct fleet *fleet = fleet_new(HOSTS, 0);

	fleet_settle(fleet);
	return fleet;
}

static void *
begin_switches(void)
{
	struct fleet *fleet = fleet_new(SWITCHES, PORTS);

	fleet_settle(fleet);
	return fleet;
}

static void
report(void *context)
{
	fleet_pass(context, FLEET_INTERVAL_S, true);
}

/* Each sample has become values, for it was but the next one. */
static void
end(struct fleet *fleet, size_t least)
{
	const struct collector_stats *stats = collector_stats(fleet->collector);

	if (fleet_values(fleet) < least)
		errx(1, "%zu values of the last report", fleet_values(fleet));
	if (stats->malformed + stats->unknown + stats->stale + stats->resets +
	        stats->datagrams_lost >
	    0)
		errx(1, "samples were not taken as they should");
	fleet_free(fleet);
}

static void
end_hosts(void *fleet)
{
	end(fleet, HOSTS * VALUES_OF_HOST);
}

static void
end_switches(void *fleet)
{
	end(fleet, SWITCHES * PORTS * VALUES_OF_PORT);
}

const struct path path_host = {.name = "host",
                               .rounds = 10,
                               .units = HOSTS,
                               .begin = begin_hosts,
                               .round = report,
                               .end = end_hosts};

const struct path path_port = {.name = "port",
                               .rounds = 10,
                               .units = SWITCHES * PORTS,
                               .begin = begin_switches,
                               .round = report,
                               .end = end_switches};

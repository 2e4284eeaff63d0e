/* fleet.h - agents that report every 30 s of an invented time to a collector, as it is
 * in gmetad-bridge.
 */
#ifndef BENCH_FLEET_H
#define BENCH_FLEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gmetad-bridge/config/config.h"
#include "sflow/collector/collector.h"

#define FLEET_CLUSTER "bench"
#define FLEET_WALL INT64_C(1700000000000) /* the wall clock at its time 0, in ms */

struct fleet {
	struct config *config; /* of one cluster; RRDs go to an rrdcached */
	struct collector *collector;
	struct store *store;
	struct traffic *traffic;
	int64_t now;
	size_t sent;     /* datagrams of the report that is under way */
	unsigned second; /* of it */
};

/* Hosts, or switches of so many ports, of which all counters are taken. None has
 * reported yet. Ends the program without memory. */
struct fleet *fleet_new(unsigned agents, unsigned ports);
void fleet_free(struct fleet *fleet);

#define FLEET_INTERVAL_S 30

/* So many seconds pass. Each agent reports once in FLEET_INTERVAL_S, one after the
 * other; where it is `counted`, what counts is collector_input(). */
void fleet_pass(struct fleet *fleet, unsigned seconds, bool counted);

/* Values that came within the last FLEET_INTERVAL_S. */
size_t fleet_values(const struct fleet *fleet);

/* All report, until the collector has known them for some time. */
void fleet_settle(struct fleet *fleet);

#endif

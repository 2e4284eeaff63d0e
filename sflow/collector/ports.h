/* ports.h - a host's totals over its physical ports, so that a switch has the charts of
 * a server. Each port comes in its own time, and a sum over some of them would be
 * wrong: it is told when all of them have told their rates since the last one.
 */
#ifndef SFLOW_PORTS_H
#define SFLOW_PORTS_H

#include "sflow/collector/agents.h"
#include "sflow/wire/derive.h"

/* An agent's ports. All zero: it has none. */
struct agent_ports {
	struct port *all; /* in the order in which they came */
	struct store_block *totals;
	unsigned count;   /* those that count for the totals */
	unsigned rated;   /* those of them with a rate since the last ones */
	int64_t heard_ms; /* when any of them was last heard */
	int64_t since_ms; /* and heard again after an outage */
};

#define PORT_TOTALS 4 /* rows of port_totals */

/* Finds the rows of if_counters that add up, by their metrics' names. */
void ports_init(struct collector *collector);

/* A port told its if_counters, which gave `derived`; `steady` is what derive()
 * returned. */
void port_heard(struct collector *collector, struct source *source,
                const struct derive_input *in, const struct derived *derived,
                bool steady, int64_t now);

/* `member` is part of the interface `if_index`, which would count twice. */
void port_aggregated(struct collector *collector, struct source *member,
                     uint32_t if_index, int64_t now);

/* Ports that are silent are not waited for any longer. */
void ports_tick(struct collector *collector, struct agent *agent, int64_t now);

/* Takes the totals out of the store. */
void ports_withdraw(struct agent *agent);

/* The source is no port any more, and what was known of it as one is freed. */
void port_forget(struct source *source);

#endif

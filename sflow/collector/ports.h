/* ports.h - a host's totals over its physical ports, so that a switch has the charts of
 * a server. The counters of the ports come one after the other, and a sum over only
 * some of the ports would be wrong. So the totals are set in the store when all ports
 * have had rates since the last totals.
 */
#ifndef SFLOW_PORTS_H
#define SFLOW_PORTS_H

#include "sflow/collector/agents.h"
#include "sflow/wire/derive.h"

/* An agent's ports. All zero: it has none. */
struct agent_ports {
	struct port *all;           /* in the order in which they came */
	struct store_block *totals; /* of port_totals; NULL: none */
	unsigned count;             /* ports that count for the totals */
	unsigned rated;   /* how many of those have had a rate since the last totals */
	bool named;       /* some have other names since these were looked at */
	bool alikes;      /* there have been several of one ifIndex */
	bool sums;        /* some have names of what may be a sum of others */
	int64_t heard_ms; /* when any port was last heard */
	int64_t since_ms; /* when one was first heard, or first after an outage */
};

#define PORT_TOTALS 4 /* rows of port_totals */

/* Returns false for interfaces that consist of other ones, or of no hardware, by their
 * ifType. */
bool port_is_physical(uint64_t if_type);

/* Finds the rows of if_counters that add up, by their metrics' names. */
void ports_init(struct collector *collector);

/* Notes that if_counters of a port came, in a datagram of this uptime, from which derive()
 * made `derived`. The port `begins` where there were none before to compare with.
 * `unsure`: what is not valid of `derived` is a rate that can't be known. */
void port_heard(struct collector *collector, struct source *source,
                const struct derive_input *in, const struct derived *derived,
                bool begins, bool unsure, uint32_t uptime_ms, int64_t now);

/* Notes that the source has another name, or that the settings for names are others. */
void port_renamed(struct source *source);

/* Notes that the port `member` is part of the interface `if_index`. The interface then
 * does not count for the totals, because its packets would count twice. */
void port_aggregated(struct collector *collector, struct source *member,
                     uint32_t if_index, int64_t now);

/* Stops waiting for ports that are silent, and sets the totals if only those were
 * missing. */
void ports_tick(struct collector *collector, struct agent *agent, int64_t now);

/* Removes the totals from the store. */
void ports_withdraw(struct agent *agent);

/* Frees what is kept of the source as a port. */
void port_forget(struct source *source);

#endif

/* traffic.h - the sFlow v5 datagrams of many agents, for load tests: of hosts,
 * or of switches.
 *
 * Time goes in rounds: in each, every agent reports all of its data sources
 * once. All agents show the same counters in the same round and differ in
 * address, host name and UUID; a switch's ports differ in number and name, and
 * every third and twelfth is of another kind. So a round's records are encoded
 * once, and a datagram costs a copy of them into the agent's prebuilt one, plus
 * its sequence numbers and uptime. Counters are their rate times the uptime, so
 * the rates a collector should find are those written in records.c, or with
 * `uneven` up to a quarter more or less, another one in each round.
 */
#ifndef BENCH_TRAFFIC_H
#define BENCH_TRAFFIC_H

#include <stddef.h>
#include <stdint.h>

enum {
	DATAGRAM_MAX = 1400,     /* bytes; host-sflow's own limit */
	DATAGRAMS_MAX = 1000000, /* of a round */
	AGENTS_MAX = 200000,
	VMS_MAX = 1000,
	PORTS_MAX = 1024, /* of a switch */
	FLOWS_MAX = 4     /* packet samples in a datagram */
};

struct traffic_options {
	uint64_t agents;
	uint64_t vms;
	uint64_t http, memcache, jvm; /* 0 or 1 */
	uint64_t ports;               /* not 0: a switch of so many, and no host */
	uint64_t flows;               /* packet samples in each datagram */
	uint64_t spread;      /* 1: an agent's datagrams come all over the round,
	                  * and not one after the other */
	uint64_t uneven;      /* 1: rates are not the same in all rounds */
	uint64_t ipv6, spoof; /* 0 or 1; spoof: each datagram a new agent's */
	uint64_t interval_ms; /* uptime per round */
	uint64_t first_round, first_uptime_ms;
};

struct traffic;

/* Makes the agents. Ends the program where there is no memory, or where a round
 * would have more than DATAGRAMS_MAX. */
struct traffic *traffic_new(const struct traffic_options *options);
void traffic_free(struct traffic *traffic);

/* Datagrams in a round. */
size_t traffic_round(const struct traffic *traffic);

/* The next datagram's bytes. They stay as they are until a round later. */
unsigned char *traffic_next(struct traffic *traffic, size_t *length);

#endif

/* rack.h - a made-up switch for tests: ports, what they have counted, and how they
 * send it in a script of invented time.
 */
#ifndef TESTS_RACK_H
#define TESTS_RACK_H

#include "sflow/collector/collector_internal.h"
#include "tests/sflow/script.h"

#define AGENT "10.90.0.1"
#define HOST "10.90.0.1" /* a switch sends no name */
#define PORTS 4
#define GIGABIT UINT64_C(1000000000)
#define ETHERNET 6
#define LAG 161
#define ALL_ONES UINT32_C(0xffffffff)

#define ETHERNET_COUNTERS 2
#define PORT_NAME 1005

/* A port, and what it has counted. */
struct port {
	const char *name; /* NULL: it sends none */
	uint32_t index;
	uint32_t type;
	uint64_t speed;
	uint32_t samples;
	uint64_t in, out; /* octets */
	uint32_t pkts_in, pkts_out;
	uint32_t aggregate; /* the LAG that it says it is in; 0: none */
	uint64_t per_s;     /* octets in each second, either way */
	bool mute;
};

/* A switch that polls all its ports every 30 seconds, one after the other. */
struct rack {
	struct device d;
	struct port ports[PORTS];
};

struct rack new_rack(void);

void put_if_counters(struct wire *w, const struct port *p);

void put_name(struct wire *w, const char *name);

void put_aggregate(struct wire *w, uint32_t aggregate);

/* A sample of the port's own, in a datagram that is left open. */
void begin_port(struct script *s, struct rack *r, struct port *p);

void send_port(struct script *s, struct rack *r, struct port *p);

void count_on(struct rack *r, uint32_t seconds);

/* One polling interval: the ports come five seconds apart. What they brought is
 * published at its end. */
void round_of(struct script *s, struct rack *r);

void rounds_of(struct script *s, struct rack *r, int rounds);

bool has(const struct script *s, const char *metric);

/* How many metrics of that name were shown. */
unsigned count_of(const struct script *s, const char *metric);

/* All values that the store holds are shown once more, old ones as well. */
void show_all(struct script *s);

/* Another data source of the switch; its sample is left open. */
void begin_other(struct script *s, struct rack *r, uint32_t class, uint32_t index,
                 uint32_t sample);

/* All counters begin again with the switch. */
void reboot(struct script *s, struct rack *r);

#endif

/* ports_internal.h - what ports.c and once.c keep of a port. */
#ifndef SFLOW_PORTS_INTERNAL_H
#define SFLOW_PORTS_INTERNAL_H

#include "sflow/collector/ports.h"

#define IF_TYPE_OTHER 1

enum port_name { NAME_PLAIN, NAME_OF_SUM, NAME_OF_VLAN };

struct port {
	struct port *prev, *next; /* of the same agent */
	bool counted : 1;         /* it counts for the totals */
	bool rated : 1;           /* it has had rates since the last totals */
	bool begun : 1;           /* its first counters came, and it has no rate yet */
	/* Why it does not count, by once.c: */
	bool left_out : 1; /* the administrator says so */
	bool
	    below : 1; /* its name is that of another port, and a number; or a loopback's */
	bool sum : 1;            /* it is the sum of others */
	uint16_t streak;         /* of `alike`, in which it last went on */
	uint8_t name;            /* what it may be by it, an enum port_name */
	bool valid[PORT_TOTALS]; /* which of the rates there are */
	bool
	    unsure[PORT_TOTALS]; /* which of them there should be, but can't be known */
	int64_t rated_ms;     /* when it last had a rate, or its first counters came */
	int64_t aggregate_ms; /* when another port last was a part of it; 0: never */
	struct source *source;
	struct alike *alike; /* the ports of its ifIndex; NULL: there is one */
	double rates[PORT_TOTALS];
};

/* Ports of one ifIndex, of several sub-agents or data sources, and what the last one of
 * them that spoke said. */
struct alike {
	unsigned members;
	unsigned in_turn;  /* so often did another one go on where the last one was, */
	unsigned went_on;  /* so many of them did, */
	uint16_t streak;   /* in this run without a contradiction */
	bool differ;       /* there was one since they last began again */
	struct port *last; /* NULL: it is no more */
	struct port *counted; /* the one that counts, where they are one; NULL: none */
	uint64_t octets[2];
	uint32_t packets[2];
	uint32_t uptime_ms;
	int64_t arrival_ms;
};

#endif

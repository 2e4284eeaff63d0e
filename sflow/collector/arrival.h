/* arrival.h - judges the order of datagrams: whether one is the next in
 * order, was overtaken on its way, is the first after a restart of its sender, or is of
 * another sender that says that it is the same. No clock, no socket.
 *
 * A sender is known by its clock and by its numbers. A datagram can be late, not early:
 * its arrival minus its uptime has a floor, which moves only as far as the clocks drift
 * apart. What undercuts the floor is of another clock. Until a newcomer has sent a second
 * datagram that goes with its first one, nothing of it counts.
 *
 * Source: sFlow version 5, section 5: sequence numbers and uptime belong to a
 * sub-agent.
 */
#ifndef SFLOW_ARRIVAL_H
#define SFLOW_ARRIVAL_H

#include <stdbool.h>
#include <stdint.h>

#include "sflow/collector/missing.h"
#include "sflow/collector/track.h"
#include "sflow/wire/datagram.h"

enum arrival {
	ARRIVAL_NEXT,    /* in order; `lost` says how many are missing before it */
	ARRIVAL_STALE,   /* a duplicate, or overtaken: it changes nothing */
	ARRIVAL_PAST,    /* from before the sender's restart: to be ignored */
	ARRIVAL_RESTART, /* the sender has begun again; with `kept`, if there is one */
	ARRIVAL_UNDECIDED, /* of a newcomer: to be ignored */
	ARRIVAL_OTHER      /* of another sender with another packet source, which sent
	                    * `kept` before */
};

/* A datagram that waits until it is decided whose it is. */
struct kept_datagram {
	struct datagram datagram; /* its body is in `bytes` */
	int64_t arrival_ms;
	uint8_t bytes[];
};

/* A second sender, or what the sender was before. */
struct rival;

/* The order of the datagrams of one sub-agent. All zero: none has come. */
struct datagram_order {
	struct datagram_track at; /* who sent the latest datagram that counts */
	struct rival *rival;      /* NULL: there is none */
	unsigned epochs;          /* the last one that was given */
	struct missing missing;   /* datagrams, and samples in them */
	uint32_t sequence;        /* of the datagram at hand */
	bool maybe_restarted;     /* its numbers went back near 0 */
};

/* What arrival_of_datagram() says besides. */
struct arrived {
	uint32_t lost;         /* datagrams that are lost for good now */
	uint32_t samples_lost; /* the same of samples; see missing.h */
	bool same_source;      /* NEXT: the packet is from a source of the one before */
	bool restarted;        /* the sender has restarted: to be told */
	bool two_clocks;       /* two senders share the packet source: to be told */
	bool overdue;          /* UNDECIDED, but it is the heartbeat of an agent from
	                        * which nothing else comes */
	bool patience;         /* UNDECIDED, but the agent may have begun again, with
	                        * another polling interval */
	bool keep;             /* UNDECIDED, and arrival_keep() may keep it */
	struct kept_datagram *kept; /* which the caller frees; NULL: none. Where the
	                    * datagram is RESTART or OTHER, it is to be taken before */
	struct address other; /* the packet source of the sender before, or beside */
	int64_t apart_ms;     /* between the two clocks */
};

/* Judges a datagram from the packet source `from`, and remembers it. A datagram that was
 * overtaken is STALE, but its samples may still be news to their data sources. */
enum arrival arrival_of_datagram(struct datagram_order *order,
                                 const struct datagram *datagram,
                                 const struct address *from, int64_t now,
                                 struct arrived *arrived);

/* Keeps a copy of the datagram that was UNDECIDED. Does nothing without memory. Returns
 * whether there is one more kept now. */
bool arrival_keep(struct datagram_order *order, const struct datagram *datagram,
                  int64_t now);

/* Frees what the order has in memory. Returns whether a datagram was kept. */
bool arrival_free(struct datagram_order *order);

#endif

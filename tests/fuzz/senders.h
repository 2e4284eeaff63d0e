/* senders.h - senders for the fuzz targets that are collectors. Each has an agent
 * address, a sub-agent, a packet source, a clock, numbers, and counters that go on by
 * themselves. So a few bytes of an input are a step that takes a whole datagram on the
 * wire, and the next step is the next poll.
 *
 * A step is up to SENDERS_STEP bytes; those that are not there are 0, which asks for the
 * next datagram of sender 0, with its machine and one port:
 *
 *   0: bits 0-2  the sender, see senders.c
 *      bits 3-6  what happens to it: an enum senders_event
 *   1: bits      what it sends: an enum senders_part; 0: MACHINE and PORTS
 *   2: bits 0-1  how many ports, VLANs and metrics, less one
 *      bits 2-4  what they are called: an enum senders_naming
 *      bits 5-6  which data source carries the ports that have none of their own
 *      bit  7    the names come before the counters
 *   3: bits 0-3  what the counters do: an enum senders_move
 *      bits 4-6  those of which port (or of the machine: every second one)
 *   4: bits 0-2  1, 2, 3: the step is done 2, 4, 8 times
 *   5:           how much, for events and moves
 */
#ifndef TESTS_FUZZ_SENDERS_H
#define TESTS_FUZZ_SENDERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sflow/address.h"

#define SENDERS_STEP 15   /* bytes */
#define SENDERS_MOST 4096 /* bytes of a datagram */

enum senders_event {
	SENDER_NEXT,         /* its next datagram */
	SENDER_LOST_ONE,     /* one was lost before it, */
	SENDER_LOST,         /* or several */
	SENDER_EMPTY,        /* it has no samples */
	SENDER_AGAIN,        /* one of the last datagrams, of any sender, comes again */
	SENDER_HELD_UP,      /* it does not come now; maybe with SENDER_AGAIN */
	SENDER_REBOOT,       /* the machine begins again: clock, numbers and counters */
	SENDER_AGENT_ANEW,   /* only the agent begins again: its numbers */
	SENDER_PORT_ANEW,    /* a port: the numbers of its samples, and its counters */
	SENDER_CLOCK_AHEAD,  /* the clock is set ahead */
	SENDER_CLOCK_BACK,   /* or back */
	SENDER_PACE,         /* or goes at another pace */
	SENDER_MOVED,        /* its packets come from another source */
	SENDER_NUMBERS_JUMP, /* its datagrams have other numbers */
	SENDER_SUB_AGENT,    /* it calls itself another sub-agent */
	SENDER_FROM /* nothing is sent. Datagrams that the input itself has come
	                     * from another packet source */
};

enum senders_part {
	PART_MACHINE = 1,  /* the machine's counters */
	PART_PORTS = 2,    /* ports with data sources of their own */
	PART_CARRIED = 4,  /* several in a sample of another data source */
	PART_IN_TURN = 8,  /* one of them in each sample of it */
	PART_VLANS = 16,   /* VLANs in a sample of another data source */
	PART_CUSTOM = 32,  /* metrics that the agent names itself */
	PART_GUEST = 64,   /* a virtual machine, and a packet sample */
	PART_NET_IO = 128, /* the machine's totals over its interfaces */
	PART_PLAIN = PART_MACHINE | PART_PORTS
};

enum senders_naming {
	NAMING_NONE,  /* by ifIndex only */
	NAMING_OWN,   /* each its own */
	NAMING_SAME,  /* all the same */
	NAMING_BOND,  /* the last is a bond of the others */
	NAMING_BELOW, /* a port and VLAN interfaces above it */
	NAMING_VLANS, /* VLAN interfaces that together are the first port */
	NAMING_TAPS,  /* interfaces without a line */
	NAMING_LAG    /* the last is an aggregate by what the others say */
};

enum senders_move {
	MOVE_ON,       /* at their usual rates */
	MOVE_NOT,      /* they stand still */
	MOVE_RESET,    /* they begin at 0, */
	MOVE_ZERO,     /* or are 0 for this time only */
	MOVE_FALL,     /* they go back by some, */
	MOVE_JUMP,     /* or ahead */
	MOVE_ONES,     /* all ones: unknown */
	MOVE_NEAR_TOP, /* close to the wrap of 32 bits */
	MOVE_FAST,     /* more than the line carries */
	MOVE_PACKETS,  /* more packets than usual */
	MOVE_SPEED,    /* the port says another speed, */
	MOVE_TYPE,     /* or another ifType */
	MOVE_SHORT     /* the records are shorter than their structures */
};

/* Begins with all senders at `now`. */
void senders_begin(int64_t now);

/* Does a step, and writes the datagram that arrives at `now`. Returns its length; 0: none
 * does. Sets the source of its packets. */
size_t senders_step(const uint8_t *step, size_t len, int64_t now,
                    uint8_t datagram[SENDERS_MOST], struct address *from);

/* Returns how often the step is done. */
unsigned senders_times(const uint8_t *step, size_t len);

/* Returns the source of the packets of datagrams that the input itself has. */
const struct address *senders_from(void);

/* Whether nobody has lied yet: no clock was set, no counter fell or jumped but to 0, and
 * no two senders of one address and sub-agent have clocks that may be one. Then no rate
 * that is shown may be above SENDERS_RATE. senders_lie() says that somebody has. */
bool senders_honest(void);
void senders_lie(void);

/* Whether the sender of the last step has sent its first port as it should for a while, at
 * one interval, and it is known who it is: then its rate has to be right, whatever it did
 * before. Sets its agent address and sub-agent. senders_unsteady() says that the collector
 * is another one, or has another configuration, and that its clock was set by `ms`. */
bool senders_steady(struct address *agent, uint32_t *sub_agent);
void senders_unsteady(int64_t ms);

#define SENDERS_FIRST_PORT 1e5 /* octets per second */

/* What no port of an honest sender moves per second, thrice. */
#define SENDERS_OCTETS 12e6
#define SENDERS_PACKETS 1e5

#endif

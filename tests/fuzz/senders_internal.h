/* senders_internal.h - what the files of the senders share: senders.c has what happens to
 * them, senders_wire.c writes what they send.
 */
#ifndef TESTS_FUZZ_SENDERS_INTERNAL_H
#define TESTS_FUZZ_SENDERS_INTERNAL_H

#include "tests/fuzz/senders.h"

#define SENDERS 8
#define PORTS 8
#define CARRIERS 4

/* Numbers of samples: of the machine, of each port, of each that carries ports, of one
 * that carries VLANs, of the guest, and of its packets. */
enum {
	OF_MACHINE,
	OF_PORT,
	OF_CARRIER = OF_PORT + PORTS,
	OF_VLANS = OF_CARRIER + CARRIERS,
	OF_GUEST,
	OF_PACKETS,
	NUMBERS
};

struct tally {
	uint64_t octets;
	uint32_t packets, slow;
	int64_t at_ms; /* until then they have counted */
};

struct sender {
	uint8_t agent[4];
	uint32_t sub_agent;
	uint8_t from;   /* the last byte of its packets' source */
	uint8_t counts; /* the sender whose counters it reports */
	int64_t boot_ms;
	double pace;    /* of its clock, by ours */
	bool whole;     /* its clock steps by whole seconds */
	int64_t set_ms; /* its clock was set by so much */
	uint32_t sequence;
	uint32_t numbers[NUMBERS];
	struct tally ports[PORTS];
	struct tally machine;
	uint8_t shapes[PORTS]; /* which sums of others the ports were; 0: none sent */
	unsigned turn;
	unsigned streak; /* so many steps of it were plain, one after the other */
	unsigned streak_names;
	int64_t streak_pause_ms, last_ms, longest_ms;
	bool spoken; /* it has sent samples */
	unsigned
	    again; /* so many of its datagrams came again, late, since its last one */
	bool doubtful; /* what came again may have been taken for it */
};

extern struct sender senders[SENDERS];

/* A step, with all its bytes. */
struct step {
	struct sender *by;
	enum senders_event event;
	unsigned parts, count;
	enum senders_naming naming;
	unsigned carrier;
	bool names_first;
	enum senders_move move;
	unsigned which; /* the port that the move is of */
	unsigned amount;
	int64_t now;
};

/* Returns the sender's clock in ms. */
uint32_t sender_uptime(const struct sender *by, int64_t now);

/* Writes the sender's next datagram, as the step wants it. Returns its length. */
size_t sender_datagram(const struct step *step, uint8_t datagram[SENDERS_MOST]);

#endif

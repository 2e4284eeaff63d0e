/* rivals.h - a second sender beside the one of a sub-agent, or what that was before it began
 * again: whose a datagram is that does not go with the sender. For arrival.c.
 */
#ifndef SFLOW_RIVALS_H
#define SFLOW_RIVALS_H

#include "sflow/collector/arrival.h"

enum rival_state {
	RIVAL_NEWCOMER, /* not decided: it has sent one datagram, or may be another */
	RIVAL_BEFORE,   /* what the sender was before it began again, */
	RIVAL_BESIDE    /* or what goes on beside it */
};

struct rival {
	struct datagram_track track;
	enum rival_state state;
	uint32_t since_ms; /* when the newcomer's first datagram came */
	bool back;         /* its numbers are not those that follow the sender's */
	bool started;      /* it started after the sender was last heard, */
	bool booted;       /* with the same packet source */
	bool crossed;      /* its numbers and the sender's are two sequences */
	bool late;         /* the sender was known already */
	uint8_t count;     /* of its datagrams that go with those before */
	struct kept_datagram *kept;
};

/* Takes the datagram as the sender's next one, which is at this distance from it. */
void order_follow(struct datagram_order *o, const struct datagram *d,
                  const struct distance *x, int64_t now, struct arrived *arrived);

/* Takes a datagram of the sender that was overtaken, or is a duplicate. */
enum arrival order_overtaken(struct datagram_order *o, uint32_t sequence);

/* Takes a datagram with other numbers of the same clock: the agent numbers some datagrams
 * apart, or was restarted while its machine went on. Nothing was reset by that. */
enum arrival rival_line(struct datagram_order *o, const struct datagram *d,
                        const struct distance *x, int64_t now, struct arrived *arrived);

/* Takes a datagram of an unknown clock, or of numbers that can't be. */
enum arrival rival_newcomer(struct datagram_order *o, const struct datagram *d,
                            const struct distance *x, const struct address *from,
                            int64_t now, struct arrived *arrived);

/* Notes whether a datagram of the sender itself shows that the newcomer's numbers are a
 * sequence of their own. */
void rival_crossing(struct datagram_order *o, const struct datagram *d);

/* Takes a datagram that is of the rival, and at this distance from it. */
enum arrival rival_datagram(struct datagram_order *o, const struct datagram *d,
                            const struct distance *x, enum fit fit,
                            const struct address *from, int64_t now,
                            struct arrived *arrived);

#endif

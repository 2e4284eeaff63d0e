/* members.h - the heartbeat: whether a host is up, late or down.
 *
 * sFlow pushes, so each datagram is a heartbeat and each missed one is news.
 * How often a sender sends is learned from what it sends, and so is how much
 * gets lost on the way. A host is late after one expected datagram is missing,
 * and down after so many that losing them all is rarer than one in a million.
 * DESIGN.md has the arithmetic. Pure: no clock, no memory but the caller's.
 */
#ifndef SFLOW_MEMBERS_H
#define SFLOW_MEMBERS_H

#include <stdbool.h>
#include <stdint.h>

/* Until a second sample has come nobody knows how often more will come. Most
 * agents poll every 30 s or less; but to call one down before it was due, only
 * because it polls every five minutes, would be a lie. */
#define INTERVAL_USUAL_MS 30000
#define INTERVAL_UNKNOWN_MS 300000
#define MISSES_LEAST 2
#define MISSES_MOST 5

/* How often a data source sends, learned. All zero: nothing is known. */
struct rhythm {
	uint32_t interval_ms; /* 0: not known */
	uint32_t jitter_ms;   /* mean deviation from it */
	uint32_t other_ms;    /* an interval that was clearly another; 0: none */
	unsigned interval_s;  /* of TMAX and DMAX: moves by a quarter or not */
};

/* Takes note of the time between two samples, between which `lost` were lost.
 * A clearly different interval (by half) is believed when it comes twice. */
void rhythm_learn(struct rhythm *rhythm, double elapsed_ms, uint32_t lost);

/* What was learned before a restart of this program; the interval is not 0. */
void rhythm_begin(struct rhythm *rhythm, uint32_t interval_ms,
                  uint32_t jitter_ms);

/* The source has begun again, maybe with another polling interval. */
void rhythm_restart(struct rhythm *rhythm);

enum member_state { MEMBER_UP, MEMBER_LATE, MEMBER_DOWN };

/* One host's heartbeat. */
struct member {
	enum member_state state;
	unsigned misses;      /* so many in a row mean down, by the loss */
	int64_t heard_ms;     /* the last heartbeat */
	int64_t watched_ms;   /* nobody listened before: no heartbeat was missed */
	uint32_t interval_ms; /* expected between two */
	uint32_t jitter_ms;
	double loss;          /* share of datagrams that get lost, measured */
	double loss_lately;   /* the same, over the last few hundred */
};

enum member_change { MEMBER_SAME, MEMBER_IS_LATE, MEMBER_IS_DOWN,
	             MEMBER_RETURNED };

/* `loss` is what others lose on their way, until its own is measured. */
void member_init(struct member *member, double loss, int64_t now);

/* A datagram came, `lost` before it did not. */
enum member_change member_heard(struct member *member, uint32_t lost,
                                int64_t now);

/* What is expected of it from now on; rhythm NULL or not known: 300 s. */
void member_expect(struct member *member, const struct rhythm *rhythm);

/* Time has passed. `misses`: how many mean down; 0: as its loss wants it. */
enum member_change member_tick(struct member *member, unsigned misses,
                               int64_t now);

/* The moments at which it is late, and down, if nothing comes. */
int64_t member_late_at(const struct member *member);
int64_t member_down_at(const struct member *member, unsigned misses);

/* Heartbeats that were due since the last one. */
unsigned member_missed(const struct member *member, int64_t now);

/* Moves a measured loss by one datagram that came after `lost` that did not. */
double loss_measure(double loss, uint32_t lost, double weight);

/* The smallest m, 2 to 5, for which m losses in a row are rarer than one in a
 * million, where `loss` is the share that gets lost. */
unsigned misses_for_loss(double loss);

#endif

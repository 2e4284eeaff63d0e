/* members.h - the heartbeat: whether a host is up, late or down.
 *
 * Agents send without being asked, so each datagram is a heartbeat, and a missing one
 * is noticed. How often a sender sends is learned from what it sends, and so is how
 * much gets lost on the way. A host is late after one expected datagram is missing, and
 * down after so many that losing them all is rarer than one in a million. DESIGN.md has
 * the arithmetic. Pure: no clock, no memory but the caller's.
 */
#ifndef SFLOW_MEMBERS_H
#define SFLOW_MEMBERS_H

#include <stdbool.h>
#include <stdint.h>

/* Intervals that are assumed until a second sample has come: INTERVAL_USUAL_MS for TMAX
 * and DMAX, as most agents poll every 30 s or less; INTERVAL_UNKNOWN_MS for heartbeats,
 * so that an agent that polls every five minutes is not called down before its second
 * sample is due. */
#define INTERVAL_USUAL_MS 30000
#define INTERVAL_UNKNOWN_MS 300000
/* So many missing heartbeats in a row mean down, at least and at most. */
#define MISSES_LEAST 2
#define MISSES_MOST 5
/* More where losses come in a row, up to so many, and while a host that ends is found
 * down within so long. */
#define MISSES_IN_A_ROW 30
#define DETECTION_MS 300000

/* How often a data source sends, as learned. All zero: nothing is known. */
struct rhythm {
	uint32_t interval_ms; /* 0: not known */
	uint32_t jitter_ms;   /* mean deviation from the interval */
	bool young;           /* only one interval was seen */
	uint32_t proven_ms;   /* since it was learned, for so long samples have come so,
	                       * without a much longer one */
	/* Much shorter ones that came last: their sum, how many, and the longest. While no
	 * interval is known, shorter_ms is how much time has to pass before one is. */
	uint32_t shorter_ms, shorter, shorter_most_ms;
	uint32_t longer_ms;     /* a much longer one that came lately; 0: none did */
	uint32_t longer_all_ms; /* the whole time from which it was taken */
	int64_t longer_left_ms; /* for so long it is remembered */
	unsigned interval_s; /* for TMAX and DMAX: changes only by a quarter or more */
};

/* Learns from the time between two samples, between which `lost` were lost. An interval
 * that is longer by more than half is believed when it comes again before four times as
 * long has passed; shorter ones, when four come in a row, or for half of the interval. */
void rhythm_learn(struct rhythm *rhythm, double elapsed_ms, uint32_t lost);

/* Returns how many of at most `lost` samples were lost in that time, by the interval that
 * is known; 0 where none is. */
uint32_t rhythm_lost(const struct rhythm *rhythm, int64_t elapsed_ms, uint32_t lost);

/* Sets what was learned before a restart of this program. `interval_ms` must not be
 * 0. The jitter may be what was assumed when only one interval was known: of it counts
 * what is assumed of two. */
void rhythm_begin(struct rhythm *rhythm, uint32_t interval_ms, uint32_t jitter_ms);

/* Returns whether a source of this rhythm can take the place of one of the `other`: whether
 * samples have come at its interval for three quarters of that one's interval. */
bool rhythm_is_proven(const struct rhythm *rhythm, const struct rhythm *other);

/* Returns for how many ms a source of this rhythm may be silent. If it is for longer,
 * `misses` samples in a row are missing, and what it sent is stale. */
int64_t rhythm_silence(const struct rhythm *rhythm, unsigned misses);

/* Called when the source has restarted, maybe with another polling interval, which is
 * then learned anew, but not in less than half of the one before: a few datagrams that a
 * stranger sends in a row are no interval. */
void rhythm_restart(struct rhythm *rhythm);

enum member_state { MEMBER_UP, MEMBER_LATE, MEMBER_DOWN };

#define MEMBER_YOUNG 3000 /* datagrams that tell little of a loss */

/* One host's heartbeat. */
struct member {
	enum member_state state;
	unsigned misses;      /* so many in a row mean down, by the losses below */
	int64_t heard_ms;     /* when the last heartbeat came */
	int64_t watched_ms;   /* since when the program listens: no heartbeat can
	                       * have been missed before */
	uint32_t interval_ms; /* expected between two heartbeats */
	uint32_t patience_ms; /* it is not late before so long after one */
	uint32_t jitter_ms;
	double loss;        /* share of datagrams that get lost, measured */
	double loss_lately; /* the same, over the last few hundred */
	double again;   /* share of lost polls after which the next one is lost, too */
	unsigned heard; /* datagrams since it began, MEMBER_YOUNG at most */
};

enum member_change { MEMBER_SAME, MEMBER_IS_LATE, MEMBER_IS_DOWN, MEMBER_RETURNED };

/* Begins a heartbeat at `now`: up. `loss` is the share of all agents' datagrams that
 * get lost; the host's own share is measured from there on. */
void member_init(struct member *member, double loss, int64_t now);

/* Notes that a datagram came, and that `lost` before it were lost. */
enum member_change member_heard(struct member *member, uint32_t lost, int64_t now);

/* Notes that a poll came by which heartbeats are expected, after `lost` ones were lost. */
void member_polled(struct member *member, uint32_t lost);

/* Sets how often heartbeats are expected; 300 s where `rhythm` is NULL or has no
 * interval yet, or as often as before a restart if that is more rarely. After one that was longer, though nothing was lost, the next one may be as
 * long, up to 300 s. */
void member_expect(struct member *member, const struct rhythm *rhythm);

/* Lets pass 300 s at least until heartbeats are missing. */
void member_wait(struct member *member);

/* Notes that nobody listened from `since_ms` to `until_ms`: no heartbeat can have been
 * missed then. */
void member_deaf(struct member *member, int64_t since_ms, int64_t until_ms);

/* Notes that time has passed. `misses`, here and below, is how many missing heartbeats
 * mean down; 0: as many as the measured loss asks for. */
enum member_change member_tick(struct member *member, unsigned misses, int64_t now);

/* Returns how many missing heartbeats mean down. */
unsigned member_misses(const struct member *member, unsigned misses);

/* Return the times at which the host is late, and down, if nothing comes. */
int64_t member_late_at(const struct member *member);
int64_t member_down_at(const struct member *member, unsigned misses);

/* Returns how many heartbeats are missing since the last one: each counts when it is late by the
 * slack, so that a host that gets late misses one, and one that is down as many as mean that. */
unsigned member_missed(const struct member *member, int64_t now);

/* Returns a measured loss, updated by one datagram that came after `lost` ones were
 * lost. One datagram counts with `weight`, a share. */
double loss_measure(double loss, uint32_t lost, double weight);

/* Returns the share of lost polls after which the next one is lost, too, updated by
 * `lost` in a row. Each counts with `weight`, a share. So many that they are an outage
 * count for nothing. */
double again_measure(double again, uint32_t lost, double weight);

/* Returns the smallest m, from MISSES_LEAST to `most`, for which m losses in a row are
 * rarer than one in a million. `loss` is the share of datagrams that get lost; `again`,
 * where it is more, the share of those after which the next one is lost, too. */
unsigned misses_for_losses(double loss, double again, unsigned most);

/* The same for losses that do not come in a row. */
unsigned misses_for_loss(double loss);

/* The same for a member, whose polling limits how many there may be. */
unsigned member_misses_for(const struct member *member, double loss, double again);

#endif

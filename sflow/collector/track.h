/* track.h - one sender's clock and numbers: whether a datagram goes with them, and what is
 * learned from one that does. Pure. For arrival.c, which has the senders of a sub-agent.
 */
#ifndef SFLOW_TRACK_H
#define SFLOW_TRACK_H

#include <stdbool.h>
#include <stdint.h>

#include "sflow/collector/numbers.h"
#include "sflow/wire/datagram.h"

/* What tells the order of datagrams. */
struct datagram_clock {
	uint32_t sequence;
	uint32_t uptime_ms; /* by the agent's clock */
	int64_t arrival_ms; /* by the program's clock */
};

/* A sender's clock and numbers. */
struct datagram_track {
	struct datagram_clock last;   /* the latest datagram */
	struct datagram_clock anchor; /* an earlier one, to learn the pace from */
	struct numbers seen;
	uint32_t floor; /* the least of arrival minus uptime, modulo 2^32 */
	uint32_t
	    gap_ms;     /* the longest between two datagrams lately; 0: there was one */
	uint32_t wraps; /* how often the uptime has wrapped at 2^32 ms */
	unsigned epoch; /* the counters of two epochs can't be compared */
	struct address source; /* of the packets */
	struct address also;   /* another one of the same agent; unknown: none */
	float per_ms;          /* numbers, before the anchor; 0: not known */
	uint8_t polls;         /* since the anchor, at most as many as are needed */
	bool heard;            /* a datagram has come, */
	bool spoken;           /* and one with samples */
	bool gap_known;        /* gap_ms is not only of the first poll's datagrams */
	bool off_pace;   /* the uptime has another unit than ms, or stands still */
	bool pace_known; /* that it has not, or that it has, is known */
};

/* How far a datagram is from a track. */
struct distance {
	int32_t ahead;   /* by its number */
	int32_t later;   /* ms, by the sender's clock */
	int32_t early;   /* ms, by which it undercuts the floor */
	int64_t elapsed; /* ms, by our clock */
	bool same;       /* the packet source */
	bool also;       /* or the other one of the same agent */
};

/* How a datagram goes with a track: not; by its clock, but with other numbers; as one that
 * was overtaken, or a duplicate; as the next one. */
enum fit { FIT_NONE, FIT_LINE, FIT_STALE, FIT_NEXT };

/* What is overtaken by more is rare, and one that comes so late was lost for all that
 * matters. */
#define OVERTAKEN_MS 10000

/* An uptime that goes back by less is a clock that was set, not a restart. */
#define UPTIME_BACK_MS 5000

#define HELD_UP_MS 600000 /* no datagram is held up for longer */
#define BACKLOG_NUMBERS 8 /* so few numbers ahead need no other proof */
#define ONE_CLOCK_MS 2000 /* clocks that differ by less are one */
#define NEAR_ZERO 64      /* numbers that begin again are lower */

static inline bool
is_within(int64_t number, int64_t bound)
{
	return number <= bound && number >= -bound;
}

/* Begins a track with its first datagram, from the packet source `from`. */
void track_begin(struct datagram_track *track, const struct datagram *datagram,
                 const struct address *from, int64_t now);

struct distance track_distance(const struct datagram_track *track,
                               const struct datagram *datagram,
                               const struct address *from, int64_t now);
enum fit track_fits(const struct datagram_track *track,
                    const struct distance *distance);

/* Whether the latest but so many has not come. Known of the latest NUMBERS_KNOWN. */
static inline bool
track_misses(const struct datagram_track *track, uint32_t behind)
{
	return behind < NUMBERS_KNOWN &&
	       !numbers_has(&track->seen, track->last.sequence - behind);
}

/* Whether a datagram that goes with two tracks is by much nearer to the clock of the second
 * one. */
bool track_is_nearer(const struct distance *distance, const struct distance *second);

/* Whether a datagram has been due for a while. */
bool track_overdue(const struct datagram_track *track, int64_t now);

/* Whether it has been silent for longer than lately, as far as that is known. */
bool track_silent(const struct datagram_track *track, int64_t now);

/* Returns when the latest datagram was sent, by our clock: before it came where it was held
 * up. A clock that goes far too slowly doesn't tell. */
int64_t track_sent_ms(const struct datagram_track *track);

/* Whether the clock was set so far ahead that counters can't be compared. */
bool track_leaps(const struct distance *distance);

/* Notes that the agent sends from another packet source, too. */
void track_moves(struct datagram_track *track, const struct address *from);

/* Notes the next datagram, which is at this distance. */
void track_follow(struct datagram_track *track, const struct datagram *datagram,
                  const struct distance *distance, int64_t now);

/* Returns the time between two datagrams in ms, by the sender's clock where that moves
 * plausibly, else by their arrival; 0 when neither moved. */
double track_interval_ms(const struct datagram_track *track, uint32_t uptime_now,
                         uint32_t uptime_before, int64_t arrival_now,
                         int64_t arrival_before);

#endif

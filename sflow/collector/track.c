#include "sflow/collector/track.h"

#include <string.h>

#define DUPLICATE_MS 5000 /* within it, the same number and uptime is a duplicate */
#define EARLY_MS 5000     /* what undercuts the floor by more is another clock, */
/* unless its numbers go on: then what the floor was measured with was held up, or our
 * clock stood still */
#define BACKLOG_MS 60000
#define SAME_MOMENT_MS 1000
#define DRIFT_UP 16  /* the floor rises by so small a part of the time, and */
#define DRIFT_DOWN 8 /* may be undercut by so small a part of it */

#define FASTER_LEAST 9        /* a clock of a smaller unit is so many times as fast */
#define PACE_POLLS 8          /* the pace of a clock is known after so many polls, */
#define PACE_MS 60000         /* and so long */
#define PACE_AGAIN_MS 4194304 /* and is learned anew then */
#define POLL_LEAST_MS 100     /* datagrams that come sooner are of the same poll */

#define UNKNOWN_MS 300000     /* expected between two datagrams until it is known, */
#define KNOWN_MS 60000        /* by the datagrams of so long a time */
#define OVERDUE_SHARE 6       /* it is overdue when it is late by a sixth of that, */
#define OVERDUE_LEAST_MS 1000 /* and this: when a host is late */
#define FEW_NUMBERS 8
#define ONE_POLL_MS 1000
/* While the pace of the numbers is not known, a larger gap is no loss; */
#define GAP_AT_FIRST 64
#define GAP_TIMES 8 /* then: so many times as many as are usual */

#define APART_MS 5000       /* two clocks may differ by this and half the interval */
#define WHOLE_APART_MS 1250 /* whole seconds are off by less than one, and by delays */
#define STEP_MS 2500        /* up to such intervals, a clock that steps by whole */
#define STEP_APART_MS 1500  /* seconds may be so far from the time of arrival */

struct distance
track_distance(const struct datagram_track *t, const struct datagram *d,
               const struct address *from, int64_t now)
{
	struct distance x = {.ahead = (int32_t)(d->sequence - t->last.sequence),
	                     .later = (int32_t)(d->uptime_ms - t->last.uptime_ms),
	                     .early =
	                         (int32_t)(t->floor - ((uint32_t)now - d->uptime_ms)),
	                     .elapsed = now - t->last.arrival_ms,
	                     .same = address_same(&t->source, from),
	                     .also = address_same(&t->also, from)};

	if (t->off_pace)
		x.early = 0;
	return x;
}

/* Returns how many numbers there are in a ms: since the anchor, or where those are few,
 * before it; 0: not known. The datagrams of one poll don't tell it. */
static double
numbers_per_ms(const struct datagram_track *t)
{
	uint32_t numbers = t->last.sequence - t->anchor.sequence;
	int64_t span = t->last.arrival_ms - t->anchor.arrival_ms;

	if (t->per_ms > 0 && numbers < FEW_NUMBERS)
		return (double)t->per_ms;
	return span < ONE_POLL_MS ? 0 : numbers / (double)span;
}

/* Whether so many datagrams can have been sent in that time. Where the one before was held
 * up, more time has passed for their sender than between their arrivals. */
static bool
is_plausible(const struct datagram_track *t, const struct distance *x)
{
	int64_t passed = x->later > x->elapsed ? x->later : x->elapsed;
	double usual;

	if (x->ahead <= BACKLOG_NUMBERS)
		return true;
	usual = numbers_per_ms(t) * (double)passed;
	if (x->ahead - BACKLOG_NUMBERS <= usual * GAP_TIMES)
		return true;
	return t->per_ms == 0 && x->ahead <= GAP_AT_FIRST &&
	       t->last.sequence - t->anchor.sequence < FEW_NUMBERS;
}

/* Whether neither the number nor the uptime has ever changed: the sender does not count,
 * nor has it a clock. */
static bool
stands_still(const struct datagram_track *t)
{
	return t->anchor.sequence == t->last.sequence &&
	       t->anchor.uptime_ms == t->last.uptime_ms;
}

/* A datagram that is not ahead of the latest, by its number and its clock: it may have
 * been overtaken, or be a duplicate. */
static enum fit
fits_behind(const struct datagram_track *t, const struct distance *x)
{
	int64_t lateness = t->off_pace ? x->elapsed : x->elapsed - x->later;
	uint32_t behind = 0u - (uint32_t)x->ahead;

	if (lateness <= DUPLICATE_MS)
		return FIT_STALE;
	if (x->ahead == 0 && x->later == 0 && x->elapsed <= HELD_UP_MS)
		return x->same && stands_still(t) ? FIT_NEXT : FIT_STALE;
	if (lateness <= OVERTAKEN_MS && (behind == 0 || behind >= NUMBERS_KNOWN))
		return FIT_STALE;
	return lateness <= HELD_UP_MS && track_misses(t, behind) ? FIT_STALE : FIT_NONE;
}

/* A datagram that is behind by its number, but not by its clock: it was overtaken by one that
 * another thread stamped a little earlier, or is of another line of numbers. */
static enum fit
fits_across(const struct datagram_track *t, const struct distance *x)
{
	if (x->later <= SAME_MOMENT_MS && is_within(x->early, SAME_MOMENT_MS) &&
	    track_misses(t, 0u - (uint32_t)x->ahead))
		return FIT_STALE;
	return is_within(x->early, ONE_CLOCK_MS) ? FIT_LINE : FIT_NONE;
}

/* The same numbers and the same clock, in packets of another source: of an agent that
 * has several addresses. Where that one is known, some may be missing. */
static enum fit
fits_elsewhere(const struct datagram_track *t, const struct distance *x)
{
	bool next = x->ahead == 1 || (x->also && x->ahead > 0 && is_plausible(t, x));

	return next && is_within(x->early, SAME_MOMENT_MS) ? FIT_NEXT : FIT_NONE;
}

/* Whether the datagram undercuts the floor by more than is allowed, and the clocks can
 * have drifted apart. */
static bool
is_early(const struct distance *x, int64_t allowed)
{
	return x->early > allowed + x->elapsed / DRIFT_DOWN;
}

/* Whether the uptime may count in a smaller unit than ms. */
static bool
may_count_faster(const struct datagram_track *t, const struct distance *x)
{
	return !t->pace_known && x->later / FASTER_LEAST >= x->elapsed;
}

static enum fit
fits_ahead(const struct datagram_track *t, const struct distance *x)
{
	int64_t early = x->ahead <= BACKLOG_NUMBERS ? BACKLOG_MS : EARLY_MS;

	if (is_early(x, early))
		return x->ahead == 1 && may_count_faster(t, x) ? FIT_NEXT : FIT_NONE;
	if (is_plausible(t, x))
		return FIT_NEXT;
	return is_within(x->early, ONE_CLOCK_MS) ? FIT_LINE : FIT_NONE;
}

enum fit
track_fits(const struct datagram_track *t, const struct distance *x)
{
	if (x->ahead == 0 && x->later != 0 && !x->same)
		return FIT_NONE; /* a duplicate has the same uptime, too */
	if (x->ahead <= 0 && x->later <= 0)
		return fits_behind(t, x);
	if (x->later < -UPTIME_BACK_MS)
		return FIT_NONE;
	if (!x->same)
		return fits_elsewhere(t, x);
	if (x->ahead >= 0)
		/* an agent that does not count always sends the same number */
		return fits_ahead(t, x);
	return fits_across(t, x);
}

bool
track_is_nearer(const struct distance *x, const struct distance *second)
{
	int64_t far = x->early < 0 ? -(int64_t)x->early : x->early;

	return far > EARLY_MS && is_within(second->early, far - EARLY_MS);
}

static bool
is_late(const struct datagram_track *t, int64_t gap, int64_t now)
{
	return now - t->last.arrival_ms > gap + gap / OVERDUE_SHARE + OVERDUE_LEAST_MS;
}

bool
track_overdue(const struct datagram_track *t, int64_t now)
{
	return is_late(t, t->gap_known ? t->gap_ms : UNKNOWN_MS, now);
}

bool
track_silent(const struct datagram_track *t, int64_t now)
{
	return t->gap_ms > 0 && is_late(t, t->gap_ms, now);
}

/* Following a track ------------------------------------------------------------------ */

void
track_begin(struct datagram_track *t, const struct datagram *d,
            const struct address *from, int64_t now)
{
	*t = (struct datagram_track){.heard = true,
	                             .spoken = d->samples > 0,
	                             .last = {.sequence = d->sequence,
	                                      .uptime_ms = d->uptime_ms,
	                                      .arrival_ms = now},
	                             .floor = (uint32_t)now - d->uptime_ms,
	                             .source = *from};
	t->anchor = t->last;
	numbers_begin(&t->seen);
}

/* The longest time between two datagrams; forgotten in eight times as long. The datagrams of
 * the first poll, which come right after one another, don't tell it. */
static void
follow_gap(struct datagram_track *t, int64_t elapsed)
{
	int64_t less = (int64_t)t->gap_ms - elapsed / 8;
	int64_t gap = elapsed > less ? elapsed : less;

	t->gap_ms = gap > INT32_MAX ? INT32_MAX : (uint32_t)gap;
	if (t->last.arrival_ms - t->anchor.arrival_ms >= KNOWN_MS)
		t->gap_known = true;
}

static void
follow_floor(struct datagram_track *t, const struct distance *x)
{
	int64_t late = -(int64_t)x->early, rise = x->elapsed / DRIFT_UP;

	t->floor += (uint32_t)(late < rise ? late : rise);
}

/* Learns how fast the sender's clock goes by ours. It is measured from an anchor, which
 * was not held up itself. Where the number stands still as well, it may be one datagram that
 * comes again and again, and says nothing of the clock. */
static void
follow_pace(struct datagram_track *t, const struct distance *x)
{
	int64_t ours = t->last.arrival_ms - t->anchor.arrival_ms;
	uint32_t theirs = t->last.uptime_ms - t->anchor.uptime_ms;

	if (x->elapsed >= POLL_LEAST_MS && t->polls < PACE_POLLS)
		t->polls++;
	if (t->polls == PACE_POLLS && ours >= PACE_MS && !stands_still(t)) {
		t->pace_known = true;
		t->off_pace = theirs < ours - ours / 10 || theirs > ours + ours / 10;
	}
	if ((x->early > SAME_MOMENT_MS && x->elapsed < POLL_LEAST_MS) ||
	    (ours > PACE_AGAIN_MS && (t->off_pace || x->early > -SAME_MOMENT_MS))) {
		if (t->last.sequence - t->anchor.sequence >= FEW_NUMBERS)
			t->per_ms = (float)numbers_per_ms(t);
		t->anchor = t->last;
		t->polls = 0;
	}
}

void
track_moves(struct datagram_track *t, const struct address *from)
{
	t->also = t->source;
	t->source = *from;
}

int64_t
track_sent_ms(const struct datagram_track *t)
{
	int64_t ours = t->last.arrival_ms - t->anchor.arrival_ms;
	uint32_t theirs = t->last.uptime_ms - t->anchor.uptime_ms;
	int32_t late =
	    (int32_t)((uint32_t)t->last.arrival_ms - t->last.uptime_ms - t->floor);

	if (t->off_pace || (!t->pace_known && theirs < ours / 2))
		return t->last.arrival_ms;
	return t->last.arrival_ms - late;
}

bool
track_leaps(const struct distance *x)
{
	return is_early(x, BACKLOG_MS);
}

void
track_follow(struct datagram_track *t, const struct datagram *d,
             const struct distance *x, int64_t now)
{
	uint32_t ahead = x->ahead > 0 ? (uint32_t)x->ahead : 0;

	if (stands_still(t) && (x->ahead != 0 || x->later != 0)) {
		t->anchor = t->last; /* the latest of them */
		t->polls = 0;
	}
	numbers_advance(&t->seen, t->last.sequence, ahead);
	if (d->uptime_ms < t->last.uptime_ms && x->later > 0)
		t->wraps++;
	t->last = (struct datagram_clock){
	    .sequence = d->sequence, .uptime_ms = d->uptime_ms, .arrival_ms = now};
	t->spoken = t->spoken || d->samples > 0;
	follow_gap(t, x->elapsed);
	follow_floor(t, x);
	follow_pace(t, x);
}

/* The time between two datagrams ------------------------------------------------------- */

/* Where the two clocks disagree by much, a datagram was held up on its way or a clock
 * was set. The longer time then avoids a spike, and is used unless it is more than
 * HELD_UP_MS longer. Before the pace of the agent's clock is known, so is a time of
 * which it counts less than half. Some agents step their uptime by whole seconds
 * (memcached, Open vSwitch, pmacct do): then the time of arrival is the more precise
 * one. */
double
track_interval_ms(const struct datagram_track *t, uint32_t uptime_now,
                  uint32_t uptime_before, int64_t arrival_now, int64_t arrival_before)
{
	int32_t uptime = (int32_t)(uptime_now - uptime_before);
	int64_t arrival = arrival_now - arrival_before;
	int64_t longer = uptime > arrival ? uptime : arrival;
	int64_t apart = uptime > arrival ? uptime - arrival : arrival - uptime;
	bool whole_seconds = uptime_now % 1000 == 0 && uptime_before % 1000 == 0;

	if (t->off_pace)
		return arrival > 0 ? (double)arrival : 0;
	if (arrival <= 0)
		return uptime > 0 ? uptime : 0;
	if (uptime <= 0 || uptime - arrival > HELD_UP_MS)
		return (double)arrival;
	if (apart > arrival / 2 + APART_MS || (!t->pace_known && uptime < arrival / 2))
		return (double)longer;
	if (whole_seconds &&
	    (apart < WHOLE_APART_MS || (arrival < STEP_MS && apart < STEP_APART_MS)))
		return (double)arrival;
	return uptime;
}

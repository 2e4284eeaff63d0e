#include "sflow/collector/rivals.h"

#include <stdlib.h>

/* A newcomer with another packet source, that comes when the sender is known, is another
 * agent when so many of its datagrams have gone on, over so many intervals of the sender. */
#define ANOTHER_COUNT 4
#define ANOTHER_GAPS 2

void
order_follow(struct datagram_order *o, const struct datagram *d,
             const struct distance *x, int64_t now, struct arrived *arrived)
{
	missing_pass(&o->missing, &o->at.last, now, arrived);
	if (track_leaps(x))
		o->at.epoch = ++o->epochs;
	if (x->ahead > 1)
		missing_add(&o->missing, &o->at.last, (uint32_t)x->ahead - 1);
	track_follow(&o->at, d, x, now);
}

enum arrival
order_overtaken(struct datagram_order *o, uint32_t sequence)
{
	uint32_t behind = o->at.last.sequence - sequence;

	if (behind < NUMBERS_KNOWN && !track_misses(&o->at, behind))
		return ARRIVAL_STALE;
	if (behind < NUMBERS_KNOWN)
		numbers_note(&o->at.seen, sequence);
	missing_found(&o->missing, sequence);
	return ARRIVAL_STALE;
}

/* A second sender -------------------------------------------------------------------- */

static void
change_places(struct datagram_order *o)
{
	struct datagram_track track = o->at;

	o->at = o->rival->track;
	o->rival->track = track;
	o->maybe_restarted = false;
}

/* Makes room for another rival. Returns false where the one that is there goes on, and
 * without memory. */
static bool
make_room(struct datagram_order *o, int64_t now)
{
	struct rival *r = o->rival;

	if (r == NULL)
		o->rival = r = calloc(1, sizeof(*r));
	else if (r->state == RIVAL_BESIDE && !track_overdue(&r->track, now))
		return false;
	return r != NULL;
}

/* Whether the newcomer that is there has to wait for its second datagram no longer. Of
 * many with one address, each has its turn. The sender itself, begun again, need not
 * wait for those with another packet source, nor for what it was before. */
static bool
is_out_of_turn(const struct datagram_order *o, const struct datagram *d,
               const struct address *from, int64_t now)
{
	const struct rival *r = o->rival;
	int64_t silence = now - r->track.last.arrival_ms;
	bool rival_same = address_same(&r->track.source, &o->at.source);

	if (address_same(from, &o->at.source) && !rival_same)
		return true;
	if (address_same(from, &r->track.source) &&
	    d->uptime_ms <= silence + UPTIME_BACK_MS)
		return true;
	return rival_same ? silence > o->at.gap_ms + o->at.gap_ms / 2
	                  : silence > HELD_UP_MS;
}

static bool
make_room_for(struct datagram_order *o, const struct datagram *d,
              const struct address *from, int64_t now)
{
	if (o->rival != NULL && o->rival->state == RIVAL_NEWCOMER &&
	    !is_out_of_turn(o, d, from, now))
		return false;
	return make_room(o, now);
}

static int64_t
clocks_apart(const struct datagram_order *o)
{
	return (int32_t)(o->at.floor - o->rival->track.floor);
}

static bool
is_one_clock(const struct datagram_order *o)
{
	return is_within(clocks_apart(o), ONE_CLOCK_MS) && !o->at.off_pace &&
	       !o->rival->track.off_pace;
}

/* Gives the kept datagram to the caller. */
static void
hand_over(struct datagram_order *o, struct arrived *arrived)
{
	if (o->rival->kept != NULL)
		arrived->kept = o->rival->kept;
	o->rival->kept = NULL;
}

enum arrival
rival_line(struct datagram_order *o, const struct datagram *d, const struct distance *x,
           int64_t now, struct arrived *arrived)
{
	bool back = x->ahead < 0 && d->sequence < NEAR_ZERO;

	if (make_room(o, now)) {
		hand_over(o, arrived);
		o->rival->track = o->at;
		o->rival->state = RIVAL_BESIDE;
	} else {
		back = false;
	}
	o->at.last.sequence = d->sequence - 1;
	o->at.anchor = o->at.last;
	o->at.polls = 0;
	o->at.per_ms = 0;
	numbers_begin(&o->at.seen);
	order_follow(o, d,
	             &(struct distance){.ahead = 1,
	                                .later = x->later,
	                                .early = x->early,
	                                .elapsed = x->elapsed},
	             now, arrived);
	o->maybe_restarted = back;
	return ARRIVAL_NEXT;
}

/* The sender has begun again. */
static void
begin_again(struct datagram_order *o, struct arrived *arrived)
{
	bool one_clock = is_one_clock(o);
	unsigned epoch = one_clock ? o->at.epoch : ++o->epochs;

	arrived->restarted = o->rival->back || o->rival->booted;
	change_places(o);
	o->rival->state = RIVAL_BEFORE;
	o->at.epoch = epoch;
}

enum arrival
rival_newcomer(struct datagram_order *o, const struct datagram *d,
               const struct distance *x, const struct address *from, int64_t now,
               struct arrived *arrived)
{
	struct rival *r;
	bool started = d->uptime_ms <= x->elapsed + UPTIME_BACK_MS;

	arrived->overdue = track_overdue(&o->at, now);
	if (!make_room_for(o, d, from, now))
		return ARRIVAL_UNDECIDED;
	r = o->rival;
	o->maybe_restarted = false;
	hand_over(o, arrived); /* what another newcomer had sent */
	track_begin(&r->track, d, from, now);
	r->state = RIVAL_NEWCOMER;
	r->since_ms = (uint32_t)now;
	r->started = started;
	r->booted = started && x->same;
	r->back = x->ahead <= 0 || x->ahead > BACKLOG_NUMBERS;
	r->crossed = x->ahead <= 0;
	r->late = o->at.gap_known;
	r->count = 1;
	if (r->booted &&
	    (arrived->overdue || o->at.gap_ms == 0 || track_silent(&o->at, now))) {
		begin_again(o, arrived);
		return ARRIVAL_NEXT;
	}
	arrived->patience = r->booted;
	arrived->keep = true;
	return ARRIVAL_UNDECIDED;
}

/* Whether the sender was heard since the newcomer came, with what it sent after that. */
static bool
goes_on(const struct datagram_order *o)
{
	uint32_t sent_ms = (uint32_t)track_sent_ms(&o->at);

	return (int32_t)(sent_ms - o->rival->since_ms) > 0;
}

/* Whether a newcomer that has gone on is the sender itself, which was not heard since. */
static bool
has_begun_again(const struct datagram_order *o, int64_t now)
{
	const struct rival *r = o->rival;

	bool same = address_same(&o->at.source, &r->track.source);

	return track_overdue(&o->at, now) || r->booted ||
	       (r->started && track_silent(&o->at, now)) || (is_one_clock(o) && same) ||
	       /* its clock was set, or it has another address */
	       (!r->back && (is_one_clock(o) || same));
}

/* Both go on, from one packet source. */
static enum arrival
goes_beside(struct datagram_order *o, const struct datagram *d,
            const struct distance *x, int64_t now, struct arrived *arrived)
{
	struct rival *r = o->rival;

	arrived->two_clocks = !is_one_clock(o);
	r->state = RIVAL_BESIDE;
	r->track.epoch = arrived->two_clocks ? ++o->epochs : o->at.epoch;
	change_places(o);
	order_follow(o, d, x, now, arrived);
	return ARRIVAL_NEXT;
}

static void
forget_rival(struct datagram_order *o)
{
	free(o->rival);
	o->rival = NULL;
}

void
rival_crossing(struct datagram_order *o, const struct datagram *d)
{
	struct rival *r = o->rival;

	if (r != NULL && (int32_t)(d->sequence - r->track.last.sequence) <= 0)
		r->crossed = true;
}

/* Whether the newcomer is the sender, with another packet source: both have the same clock,
 * and their numbers are one sequence. What is not the next number was lost. */
static bool
is_one_agent(const struct datagram_order *o, const struct datagram *d)
{
	const struct rival *r = o->rival;

	return !address_same(&o->at.source, &r->track.source) && is_one_clock(o) &&
	       !r->crossed && (goes_on(o) || !r->back) &&
	       (int32_t)(d->sequence - o->at.last.sequence) > 0;
}

/* The newcomer is the sender. Where that was heard since, the newcomer's first datagram has
 * been overtaken, and isn't taken any more. */
static enum arrival
join(struct datagram_order *o, const struct datagram *d, const struct address *from,
     int64_t now, struct arrived *arrived)
{
	uint32_t first = o->rival->track.last.sequence;
	bool overtaken = goes_on(o);
	const struct kept_datagram *kept;
	struct distance x;

	hand_over(o, arrived);
	kept = overtaken ? NULL : arrived->kept;
	forget_rival(o);
	if (kept != NULL) {
		x = track_distance(&o->at, &kept->datagram, from, kept->arrival_ms);
		order_follow(o, &kept->datagram, &x, kept->arrival_ms, arrived);
	}
	x = track_distance(&o->at, d, from, now);
	order_follow(o, d, &x, now, arrived);
	if (kept == NULL)
		order_overtaken(o, first);
	o->missing.found = false;
	track_moves(&o->at, from);
	return kept != NULL ? ARRIVAL_RESTART : ARRIVAL_NEXT;
}

/* Whether a newcomer with another packet source has gone on for long enough, together with
 * the sender, to be another agent. Two that begin together are two at once. */
static bool
is_another(const struct datagram_order *o, int64_t now)
{
	const struct rival *r = o->rival;
	uint32_t span = (uint32_t)now - r->since_ms;

	return !r->late ||
	       (r->count >= ANOTHER_COUNT && span / ANOTHER_GAPS >= o->at.gap_ms);
}

/* Both go on, from two packet sources. */
static enum arrival
goes_elsewhere(struct datagram_order *o, const struct datagram *d,
               const struct distance *x, int64_t now, struct arrived *arrived)
{
	if (!is_another(o, now)) {
		track_follow(&o->rival->track, d, x, now);
		arrived->keep = true;
		return ARRIVAL_UNDECIDED;
	}
	hand_over(o, arrived);
	forget_rival(o);
	return ARRIVAL_OTHER;
}

/* The newcomer has gone on. */
static enum arrival
decide(struct datagram_order *o, const struct datagram *d, const struct distance *x,
       const struct address *from, int64_t now, struct arrived *arrived)
{
	struct rival *r = o->rival;
	bool same = address_same(&o->at.source, &r->track.source);

	arrived->overdue = track_overdue(&o->at, now);
	if (x->ahead == 0 && x->later == 0 && !arrived->overdue)
		return ARRIVAL_UNDECIDED; /* the same datagram comes again and again */
	arrived->apart_ms = clocks_apart(o);
	arrived->other = o->at.source;
	if (r->count < ANOTHER_COUNT)
		r->count++;
	if (is_one_agent(o, d))
		return join(o, d, from, now, arrived);
	if (goes_on(o) && same) {
		hand_over(o, arrived);
		return goes_beside(o, d, x, now, arrived);
	}
	if (track_leaps(x)) /* what was kept can't be compared with what comes now */
		hand_over(o, arrived);
	if (goes_on(o) && !arrived->overdue)
		return goes_elsewhere(o, d, x, now, arrived);
	if (!goes_on(o) && !has_begun_again(o, now)) {
		track_follow(&r->track, d, x, now);
		return ARRIVAL_UNDECIDED;
	}
	hand_over(o, arrived);
	begin_again(o, arrived);
	order_follow(o, d, x, now, arrived);
	/* what was kept is not taken where its counters can't be compared with these */
	return track_leaps(x) ? ARRIVAL_NEXT : ARRIVAL_RESTART;
}

enum arrival
rival_datagram(struct datagram_order *o, const struct datagram *d,
               const struct distance *x, enum fit fit, const struct address *from,
               int64_t now, struct arrived *arrived)
{
	struct rival *r = o->rival;
	uint32_t sent_ms = d->uptime_ms + r->track.floor;

	if (r->state == RIVAL_NEWCOMER)
		return fit == FIT_STALE ? ARRIVAL_UNDECIDED
		                        : decide(o, d, x, from, now, arrived);
	if (r->state == RIVAL_BEFORE) {
		if (fit == FIT_STALE || (int32_t)(sent_ms - r->since_ms) <= 0)
			return ARRIVAL_PAST;
		r->state = RIVAL_NEWCOMER; /* so it was none of ours */
		r->since_ms = (uint32_t)o->at.last.arrival_ms;
		r->started = r->booted = false;
	}
	change_places(o);
	if (fit == FIT_STALE)
		return order_overtaken(o, d->sequence);
	order_follow(o, d, x, now, arrived);
	return ARRIVAL_NEXT;
}

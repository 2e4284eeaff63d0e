#include "sflow/collector/arrival.h"

#include <stdlib.h>
#include <string.h>

#include "sflow/collector/rivals.h"

#define KEEP_MOST 9216 /* bytes; a larger datagram is not kept */

/* Nobody has sent samples yet: who has sent this one is not known to be the sender, so the
 * first with samples is. */
static enum arrival
begin_with(struct datagram_order *o, const struct datagram *d,
           const struct address *from, int64_t now)
{
	free(o->rival); /* it has sent none either, so nothing is kept */
	o->rival = NULL;
	track_begin(&o->at, d, from, now);
	return ARRIVAL_NEXT;
}

/* Whether a datagram without samples can be taken for the sender's: it is the next one of its
 * source. */
static bool
is_exact(const struct distance *x, enum fit fit)
{
	return fit == FIT_NEXT && x->same && x->ahead == 1 && x->early <= ONE_CLOCK_MS;
}

/* A datagram without samples can't be told from a stranger's: it decides nothing, and is a
 * heartbeat where nothing else comes. */
static enum arrival
says_nothing(const struct datagram_order *o, enum fit fit, int64_t now,
             struct arrived *arrived)
{
	if (fit == FIT_STALE)
		return ARRIVAL_STALE;
	arrived->overdue = track_overdue(&o->at, now);
	return ARRIVAL_UNDECIDED;
}

enum arrival
arrival_of_datagram(struct datagram_order *o, const struct datagram *d,
                    const struct address *from, int64_t now, struct arrived *arrived)
{
	struct distance x, y;
	enum fit fit, other = FIT_NONE;

	*arrived = (struct arrived){0};
	o->missing.found = false;
	o->sequence = d->sequence;
	if (!o->at.heard) {
		track_begin(&o->at, d, from, now);
		return ARRIVAL_NEXT;
	}
	x = track_distance(&o->at, d, from, now);
	fit = track_fits(&o->at, &x);
	if (!o->at.spoken && fit < FIT_STALE && d->samples > 0)
		return begin_with(o, d, from, now);
	if (d->samples == 0 && !is_exact(&x, fit))
		return says_nothing(o, fit, now, arrived);
	if (o->rival != NULL) {
		y = track_distance(&o->rival->track, d, from, now);
		if (fit < FIT_STALE || !x.same || track_is_nearer(&x, &y))
			other = track_fits(&o->rival->track, &y);
	}
	if (other >= FIT_STALE && (fit < FIT_STALE || y.same))
		return rival_datagram(o, d, &y, other, from, now, arrived);
	if (fit == FIT_STALE)
		return order_overtaken(o, d->sequence);
	if (fit == FIT_LINE)
		return rival_line(o, d, &x, now, arrived);
	if (fit == FIT_NONE)
		return rival_newcomer(o, d, &x, from, now, arrived);
	order_follow(o, d, &x, now, arrived);
	arrived->same_source = x.same || x.also;
	if (!x.same)
		track_moves(&o->at, from);
	rival_crossing(o, d);
	if (o->maybe_restarted && track_overdue(&o->rival->track, now)) {
		arrived->restarted = true;
		o->maybe_restarted = false;
	}
	return ARRIVAL_NEXT;
}

bool
arrival_keep(struct datagram_order *o, const struct datagram *d, int64_t now)
{
	struct rival *r = o->rival;
	size_t len = cursor_left(&d->body);
	bool kept = r != NULL && r->kept != NULL;
	struct kept_datagram *k;

	if (r == NULL || len > KEEP_MOST)
		return false;
	k = malloc(sizeof(*k) + len);
	if (k == NULL)
		return false;
	k->datagram = *d;
	k->arrival_ms = now;
	memcpy(k->bytes, d->body.at, len);
	k->datagram.body = cursor_of(k->bytes, len);
	free(r->kept);
	r->kept = k;
	return !kept;
}

bool
arrival_free(struct datagram_order *o)
{
	bool kept = o->rival != NULL && o->rival->kept != NULL;

	if (kept)
		free(o->rival->kept);
	free(o->rival);
	o->rival = NULL;
	return kept;
}

#include "sflow/collector/members.h"

#include <math.h>
#include <stddef.h>

#define RARE 1e-6           /* probability that losses alone make a host seem down */
#define LOSS_WEIGHT 0.0003  /* of one datagram, in `loss` */
#define LATELY_WEIGHT 0.003 /* of one datagram, in `loss_lately`, which rises faster */
#define LOSS_SIGMAS 4       /* so many standard deviations are added to `loss` */
#define AGAIN_WEIGHT 0.02   /* of one lost poll, in `again` */
#define LOST_MOST 10        /* more are an outage, which says little about the loss */

/* A heartbeat may be later than expected by the largest of these three. */
#define SLACK_SHARE 6   /* a sixth of the interval */
#define SLACK_JITTERS 4 /* four mean deviations */
#define SLACK_LEAST_MS 1000

#define JITTER_FIRST 16 /* the jitter of a new interval is this part of it, at least */
#define JITTER_OF_ONE_MS 15000 /* of the first one that is known it is all, or this, */
#define JITTER_OF_TWO 4        /* and of the first two this part of the longer one */
#define JITTERS_USUAL 3        /* so many mean deviations are no other interval, */
#define JITTER_PROVEN 8        /* after so many intervals */
#define SHORTER_ROW 4          /* so many shorter intervals in a row are believed */
#define LONGER_TIMES 4 /* for so many times its length a longer one is remembered */

static uint32_t
apart(uint32_t a, uint32_t b)
{
	return a > b ? a - b : b - a;
}

/* Returns `value` moved towards `to` by one of `parts` parts of their difference. */
static uint32_t
approach(uint32_t value, uint32_t to, int parts)
{
	return (uint32_t)(value + ((int64_t)to - value) / parts);
}

static uint32_t
larger(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

static uint32_t
smaller(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* Where intervals vary, they do so after another one is adopted, too: it may be one of
 * those. */
static void
adopt(struct rhythm *r, uint32_t each, uint32_t proven_ms)
{
	r->interval_ms = each;
	r->proven_ms = proven_ms;
	r->jitter_ms = larger(r->jitter_ms, each / JITTER_FIRST);
	r->shorter_ms = r->shorter = r->longer_ms = 0;
}

/* Sets interval_s, in whole seconds for TMAX and DMAX, which should not change with the
 * jitter. */
static void
follow_in_seconds(struct rhythm *r)
{
	unsigned was = r->interval_s, is = (r->interval_ms + 500) / 1000;

	if (is == 0)
		is = 1;
	if (was == 0 || is > was + was / 4 || is < was - was / 4)
		r->interval_s = is;
}

/* Adopts the first interval after a restart, if enough time has passed since. It may be much
 * shorter than the others will be. */
static void
adopt_first(struct rhythm *r, uint32_t each)
{
	if (each < r->shorter_ms) {
		r->shorter_ms -= each;
		return;
	}
	adopt(r, each, 0);
	r->jitter_ms = larger(each, JITTER_OF_ONE_MS);
	r->young = true;
}

/* With the second one, the longer of both is known, which is half of the mean at least. */
static void
adopt_second(struct rhythm *r, uint32_t each)
{
	uint32_t longer = larger(r->interval_ms, each);

	r->young = false;
	adopt(r, longer, apart(each, r->interval_ms) <= longer / 2 ? each : 0);
	r->jitter_ms = longer / JITTER_OF_TWO;
}

/* Returns by how much an interval may be off and still be no other one: by half of it, or
 * more where the jitter is known, and large. */
static uint32_t
usual_error(const struct rhythm *r)
{
	uint64_t most = (uint64_t)r->jitter_ms * JITTERS_USUAL;
	uint32_t half = r->interval_ms / 2, all = r->interval_ms - r->interval_ms / 8;

	if (r->proven_ms / JITTER_PROVEN < r->interval_ms || most < half)
		return half;
	return most > all ? all : (uint32_t)most;
}

/* An interval that is much longer than usual is believed when it comes again. It need not be
 * the next one: where an agent sends the samples of one poll at several times, short ones
 * come in between. */
static void
learn_longer(struct rhythm *r, uint32_t each, double elapsed_ms)
{
	if (apart(each, r->longer_ms) <= each / 2) {
		adopt(r, each, each);
		return;
	}
	r->jitter_ms =
	    approach(r->jitter_ms, smaller(each - r->interval_ms, r->interval_ms), 4);
	r->longer_ms = each;
	r->longer_all_ms = elapsed_ms < INT32_MAX ? (uint32_t)elapsed_ms : INT32_MAX;
	r->proven_ms = 0;
	r->shorter_ms = r->shorter = 0;
	r->longer_left_ms =
	    (int64_t)smaller(r->longer_all_ms, INTERVAL_UNKNOWN_MS) * LONGER_TIMES;
}

/* Much shorter ones are believed when so many have come in a row, or for half of the usual
 * interval: those between the parts of a poll are fewer. */
static void
learn_shorter(struct rhythm *r, uint32_t each)
{
	r->shorter_ms += each;
	if (r->shorter == 0 || each > r->shorter_most_ms)
		r->shorter_most_ms = each;
	r->shorter++;
	if (r->shorter >= SHORTER_ROW || r->shorter_ms > r->interval_ms / 2)
		adopt(r, r->shorter_most_ms, r->shorter_ms);
}

void
rhythm_learn(struct rhythm *r, double elapsed_ms, uint32_t lost)
{
	double share = elapsed_ms / (lost + 1.0);
	uint32_t each, error;

	if (share < 1 || share > INT32_MAX)
		return;
	each = (uint32_t)share;
	error = apart(each, r->interval_ms);
	r->longer_left_ms -= (int64_t)elapsed_ms;
	if (r->interval_ms == 0) {
		adopt_first(r, each);
	} else if (r->young) {
		adopt_second(r, each);
	} else if (error <= usual_error(r)) {
		r->shorter_ms = r->shorter = 0;
		if (r->proven_ms < INT32_MAX)
			r->proven_ms += each;
		r->jitter_ms = approach(r->jitter_ms, error, 4);
		r->interval_ms = approach(r->interval_ms, each, 8);
	} else if (each > r->interval_ms) {
		learn_longer(r, each, elapsed_ms);
	} else {
		learn_shorter(r, each);
	}
	if (r->longer_left_ms <= 0)
		r->longer_ms = 0;
	if (r->interval_ms != 0)
		follow_in_seconds(r);
}

uint32_t
rhythm_lost(const struct rhythm *r, int64_t elapsed_ms, uint32_t lost)
{
	int64_t half = r->interval_ms / 2, polls;

	if (r->interval_ms == 0 || elapsed_ms <= r->interval_ms + half)
		return 0;
	polls = (elapsed_ms - half) / r->interval_ms;
	return polls < lost ? (uint32_t)polls : lost;
}

/* Returns by how many ms more than an interval something may be late. */
static int64_t
slack_of(uint32_t interval_ms, uint32_t jitter_ms)
{
	int64_t share = interval_ms / SLACK_SHARE;
	int64_t jitters = (int64_t)jitter_ms * SLACK_JITTERS;
	int64_t slack = share > jitters ? share : jitters;

	return slack > SLACK_LEAST_MS ? slack : SLACK_LEAST_MS;
}

int64_t
rhythm_silence(const struct rhythm *r, unsigned misses)
{
	uint32_t interval_ms =
	    r->interval_ms != 0 ? r->interval_ms : INTERVAL_UNKNOWN_MS;

	return (int64_t)interval_ms * misses + slack_of(interval_ms, r->jitter_ms);
}

void
rhythm_begin(struct rhythm *r, uint32_t interval_ms, uint32_t jitter_ms)
{
	adopt(r, interval_ms, 0);
	r->jitter_ms = smaller(jitter_ms, interval_ms / JITTER_OF_TWO);
	follow_in_seconds(r);
}

bool
rhythm_is_proven(const struct rhythm *r, const struct rhythm *other)
{
	/* while it is learned anew, half of what it was is known */
	uint32_t half =
	    other->interval_ms != 0 ? other->interval_ms / 2 : other->shorter_ms;

	return r->proven_ms >= half + half / 2;
}

void
rhythm_restart(struct rhythm *r)
{
	if (r->interval_ms != 0)
		r->shorter_ms = r->interval_ms / 2;
	r->proven_ms = 0;
	r->interval_ms = 0; /* interval_s stays until it is learned anew */
}

/* Returns how many missing heartbeats mean down. The measurement of a loss has an
 * error, so LOSS_SIGMAS standard deviations are added to be on the safe side. */
static unsigned
misses_for_measured(const struct member *m)
{
	double most = m->loss + LOSS_SIGMAS * sqrt(m->loss * LOSS_WEIGHT / 2);

	return member_misses_for(m, most > m->loss_lately ? most : m->loss_lately,
	                         m->again);
}

void
member_init(struct member *m, double loss, int64_t now)
{
	*m = (struct member){
	    .state = MEMBER_UP, .heard_ms = now, .watched_ms = now, .loss = loss};
	member_expect(m, NULL);
	m->misses = misses_for_measured(m);
}

/* After a longer interval than usual: as long once more, and a little longer. Also for the
 * same time after that, unless it was an outage. What was lost in it may have been sent at
 * its very beginning, or end. */
static uint32_t
patience(const struct rhythm *r)
{
	uint32_t ms = smaller(r->longer_all_ms, INTERVAL_UNKNOWN_MS);
	unsigned times = r->longer_all_ms > ms ? LONGER_TIMES : LONGER_TIMES - 1;

	return r->longer_left_ms < (int64_t)ms * times ? 0 : ms + ms / JITTER_FIRST;
}

void
member_expect(struct member *m, const struct rhythm *r)
{
	bool known = r != NULL && r->interval_ms != 0;

	m->interval_ms = known ? r->interval_ms : INTERVAL_UNKNOWN_MS;
	if (r != NULL && !known && r->shorter_ms > INTERVAL_UNKNOWN_MS / 2)
		m->interval_ms = 2 * r->shorter_ms; /* as before the restart */
	m->patience_ms = 0;
	if (known && r->longer_ms != 0)
		m->patience_ms = patience(r);
	m->jitter_ms = known ? r->jitter_ms : 0;
}

void
member_wait(struct member *m)
{
	if (m->interval_ms < INTERVAL_UNKNOWN_MS)
		member_expect(m, NULL);
}

double
loss_measure(double loss, uint32_t lost, double weight)
{
	for (lost = lost < LOST_MOST ? lost : LOST_MOST; lost > 0; lost--)
		loss += (1 - loss) * weight;
	return loss - loss * weight;
}

enum member_change
member_heard(struct member *m, uint32_t lost, int64_t now)
{
	enum member_state was = m->state;

	m->loss = loss_measure(m->loss, lost, LOSS_WEIGHT);
	m->loss_lately = loss_measure(m->loss_lately, lost, LATELY_WEIGHT);
	m->misses = misses_for_measured(m);
	m->heard += m->heard < MEMBER_YOUNG;
	m->heard_ms = now;
	m->state = MEMBER_UP;
	return was == MEMBER_DOWN ? MEMBER_RETURNED : MEMBER_SAME;
}

double
again_measure(double again, uint32_t lost, double weight)
{
	uint32_t i;

	if (lost == 0 || lost > MISSES_MOST)
		return again;
	for (i = 1; i < lost; i++)
		again += (1 - again) * weight;
	return again - again * weight;
}

void
member_polled(struct member *m, uint32_t lost)
{
	m->again = again_measure(m->again, lost, AGAIN_WEIGHT);
}

unsigned
misses_for_losses(double loss, double again, unsigned most)
{
	double all = loss, next = again > loss ? again : loss;
	unsigned m = 1;

	while (m < most && (m < MISSES_LEAST || all >= RARE)) {
		all *= next;
		m++;
	}
	return m;
}

unsigned
misses_for_loss(double loss)
{
	return misses_for_losses(loss, 0, MISSES_MOST);
}

unsigned
member_misses_for(const struct member *m, double loss, double again)
{
	int64_t most = (DETECTION_MS - slack_of(m->interval_ms, m->jitter_ms)) /
	               (m->interval_ms > 0 ? m->interval_ms : 1);

	if (most > MISSES_IN_A_ROW)
		most = MISSES_IN_A_ROW;
	if (most < MISSES_MOST || again <= loss)
		most = MISSES_MOST;
	return misses_for_losses(loss, again, (unsigned)most);
}

/* Returns the time from which on heartbeats are due. */
static int64_t
due_since(const struct member *m)
{
	return m->heard_ms > m->watched_ms ? m->heard_ms : m->watched_ms;
}

void
member_deaf(struct member *m, int64_t since_ms, int64_t until_ms)
{
	int64_t due_ms = due_since(m);

	m->watched_ms = due_ms <= since_ms ? due_ms + until_ms - since_ms : until_ms;
}

static int64_t
after_misses(const struct member *m, unsigned misses)
{
	int64_t after =
	    (int64_t)m->interval_ms * misses + slack_of(m->interval_ms, m->jitter_ms);

	return due_since(m) + (after > m->patience_ms ? after : m->patience_ms);
}

unsigned
member_misses(const struct member *m, unsigned misses)
{
	return misses != 0 ? misses : m->misses;
}

int64_t
member_late_at(const struct member *m)
{
	return after_misses(m, 1);
}

int64_t
member_down_at(const struct member *m, unsigned misses)
{
	return after_misses(m, member_misses(m, misses));
}

enum member_change
member_tick(struct member *m, unsigned misses, int64_t now)
{
	if (m->state == MEMBER_DOWN || now < member_late_at(m))
		return MEMBER_SAME;
	if (now >= member_down_at(m, misses)) {
		m->state = MEMBER_DOWN;
		return MEMBER_IS_DOWN;
	}
	if (m->state == MEMBER_LATE)
		return MEMBER_SAME;
	m->state = MEMBER_LATE;
	return MEMBER_IS_LATE;
}

unsigned
member_missed(const struct member *m, int64_t now)
{
	int64_t silent_ms = now - due_since(m) - slack_of(m->interval_ms, m->jitter_ms);
	int64_t missed = silent_ms / m->interval_ms;

	return missed < 0 ? 0 : missed > 1000000 ? 1000000 : (unsigned)missed;
}

#include "sflow/collector/refused.h"

#include "sflow/collector/collector_internal.h"

#define TELL_MS 60000 /* of each reason an event at most in this time */

static void
remember(struct refused_for *r, const struct address *from)
{
	unsigned i;

	for (i = 0; i < r->count; i++)
		if (address_same(&r->sources[i], from))
			return;
	if (r->count < REFUSED_SOURCES)
		r->sources[r->count++] = *from;
	else
		r->more = true;
}

static void
tell(struct collector *c, enum event_refused reason)
{
	struct refused_for *r = &c->refused.reasons[reason];
	struct event_not_allowed *of;

	if (r->count == 0 || (r->told && c->now_ms - r->told_ms < TELL_MS))
		return;
	of = &collector_tell(c, EVENT_NOT_ALLOWED, &r->sources[0])->of.not_allowed;
	of->reason = reason;
	of->others = r->count - 1;
	of->more = r->more;
	*r = (struct refused_for){.told = true, .told_ms = c->now_ms};
}

void
collector_not_allowed(struct collector *c, const struct address *from,
                      enum event_refused reason)
{
	count(&c->stats.not_allowed);
	remember(&c->refused.reasons[reason], from);
	tell(c, reason);
}

void
collector_forget_refused(struct collector *c)
{
	unsigned reason;

	for (reason = 0; reason < EVENT_REFUSED_COUNT; reason++) {
		c->refused.reasons[reason].count = 0;
		c->refused.reasons[reason].more = false;
	}
}

void
collector_tell_refused(struct collector *c)
{
	unsigned reason;

	for (reason = 0; reason < EVENT_REFUSED_COUNT; reason++)
		tell(c, (enum event_refused)reason);
}

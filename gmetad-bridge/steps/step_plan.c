#include "gmetad-bridge/steps/step_plan.h"

/* A value that stays is written so often: RRDtool takes one for unknown that was
 * not written for more than eight steps. */
#define STAYS_STEPS 6
#define UNKNOWN_STEPS 8

/* When the value was looked at last: it was written then, or it stayed since. Never
 * after `before_s`, whatever the step was until now. */
static uint32_t
last_seen(const struct step_mark *mark, uint32_t before_s, unsigned step_s)
{
	uint32_t last = mark->time_s + (mark->flags & MARK_STAYED) * step_s;

	return last < before_s ? last : before_s;
}

static void
set_stayed(struct step_mark *mark, uint32_t steps)
{
	mark->flags = (mark->flags & ~MARK_STAYED) | (steps & MARK_STAYED);
}

/* RRDtool takes a value for that of all the time since the one before. So when what
 * comes differs from what was left out for some steps, that is written first, as of
 * when it was seen last: then the file has what it would have if all had been
 * written. The same where it would take even a value that stays for unknown. */
struct step_plan
step_value(struct step_mark *mark, double number, enum rrd_write write,
           uint32_t before_s, uint32_t time_s, unsigned step_s)
{
	uint32_t last = last_seen(mark, before_s, step_s);
	uint32_t since = time_s - mark->time_s;
	bool known = mark->time_s != 0;
	bool stays = known && mark->number == number;
	struct step_plan plan = {.before_s = last,
	                         .number_before = mark->number};

	if (write == RRD_CHANGED && stays && since < STAYS_STEPS * step_s) {
		set_stayed(mark, since / step_s);
		return plan;
	}
	plan.before = known && last > mark->time_s &&
	              (!stays || since > UNKNOWN_STEPS * step_s);
	plan.now = true;
	mark->number = number;
	mark->time_s = time_s;
	set_stayed(mark, 0);
	return plan;
}

struct step_plan
step_last(struct step_mark *mark, uint32_t before_s, unsigned step_s)
{
	struct step_plan plan = {.before_s = last_seen(mark, before_s, step_s),
	                         .number_before = mark->number};

	plan.before = mark->time_s != 0 && plan.before_s > mark->time_s;
	mark->time_s = 0;
	return plan;
}

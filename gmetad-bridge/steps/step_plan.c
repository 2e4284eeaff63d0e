#include "gmetad-bridge/steps/step_plan.h"

/* A value that does not change is written every STAYS_STEPS. RRDtool takes a value for
 * unknown that was not written for more than UNKNOWN_STEPS. */
#define STAYS_STEPS 6
#define UNKNOWN_STEPS 8

/* Returns when the value was last looked at: when it was written, or later if it stayed
 * the same. Never after `before_s`, also when the configuration has changed the step. */
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

/* To RRDtool a value is that of all the time since the value before. So when the value
 * changes after it was not written for some steps, the old value is written first, as
 * of when it was last seen: then the file has the same contents as if all had been
 * written. The old value is also written first where so many steps were missed that
 * RRDtool would take the time in between for unknown. */
struct step_plan
step_value(struct step_mark *mark, double number, enum rrd_write write,
           uint32_t before_s, uint32_t time_s, unsigned step_s)
{
	uint32_t last = last_seen(mark, before_s, step_s);
	uint32_t since = time_s - mark->time_s;
	bool known = mark->time_s != 0;
	bool stays = known && mark->number == number;
	struct step_plan plan = {.before_s = last,
	                         .number_before = mark->number,
	                         .before_span_s = last - mark->time_s};

	if (write == RRD_CHANGED && stays && since < STAYS_STEPS * step_s) {
		set_stayed(mark, since / step_s);
		return plan;
	}
	plan.before =
	    known && last > mark->time_s && (!stays || since > UNKNOWN_STEPS * step_s);
	plan.now = true;
	plan.first = !known;
	plan.now_span_s = plan.before ? time_s - last : since;
	if (!known || plan.now_span_s > UNKNOWN_STEPS * step_s)
		plan.now_span_s = step_s;
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

	plan.before_span_s = plan.before_s - mark->time_s;
	plan.before = mark->time_s != 0 && plan.before_s > mark->time_s;
	mark->time_s = 0;
	return plan;
}

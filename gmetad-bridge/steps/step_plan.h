/* step_plan.h - decides which values are written to their RRDs, so that a file has the
 * same contents whether all values are written or only those that change. Pure.
 */
#ifndef BRIDGE_STEP_PLAN_H
#define BRIDGE_STEP_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "gmetad-bridge/config/config.h"

/* What is known of a value's RRD; all zero at first. */
struct step_mark {
	double number;   /* the number that was last written */
	uint32_t time_s; /* its time; 0: none was written */
	uint32_t flags;
};

/* These bits of a mark's flags are step_plan's: for how many steps after `time_s` the
 * value stayed the same. The other bits are free for the user. */
#define MARK_STAYED 0xffu

/* What is to be written to a value's RRD. */
struct step_plan {
	bool before; /* first write `number_before` at `before_s` */
	uint32_t before_s;
	double number_before;
	bool now; /* then write the value, at the step's time */

	/* For how many seconds each of the two has been true: since what was written before
	 * it, unless RRDtool takes that time for unknown. */
	unsigned before_span_s, now_span_s;
	bool first; /* nothing was written before */
};

/* Plans one step of one value. The step is at `time_s`, the step before it was at
 * `before_s` (0: there was none), and there is a step every `step_s` seconds, unless
 * some are missed. Times are multiples of `step_s`, and `time_s` is later than
 * `before_s`. */
struct step_plan step_value(struct step_mark *mark, double number, enum rrd_write write,
                            uint32_t before_s, uint32_t time_s, unsigned step_s);

/* The same when a host is down, or the program ends: the value is not known after the
 * last step in which it was looked at, which was at `before_s` or earlier. */
struct step_plan step_last(struct step_mark *mark, uint32_t before_s, unsigned step_s);

#endif

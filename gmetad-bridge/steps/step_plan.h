/* step_plan.h - which values are to be written to their RRDs, so that a file has the
 * same in it whether all are written or only what changes. Pure.
 */
#ifndef BRIDGE_STEP_PLAN_H
#define BRIDGE_STEP_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "gmetad-bridge/config/config.h"

/* What is known of a value's RRD; all zero at first. */
struct step_mark {
	double number;   /* that was written last, */
	uint32_t time_s; /* at this time; 0: never */
	uint32_t flags;
};

/* Of a mark's flags these are step_plan's: for how many steps after `time_s`, when it
 * was written, the value stayed what it was. The others are its user's. */
#define MARK_STAYED 0xffu

/* What is to be written to a value's RRD. */
struct step_plan {
	bool before;          /* first `number_before` at `before_s`, */
	uint32_t before_s;
	double number_before;
	bool now;             /* then the value, at the step's time */
};

/* One step of one value, at `time_s`, when the step before was at `before_s` (0: there
 * was none), and there is one every `step_s` unless some are missed. All three are
 * multiples of that; `time_s` is later than `before_s`. */
struct step_plan step_value(struct step_mark *mark, double number,
                            enum rrd_write write, uint32_t before_s,
                            uint32_t time_s, unsigned step_s);

/* The same at the end, of a host that went down, or of the program: nothing is known
 * of the value after the last step that it was looked at, which was at `before_s` or
 * earlier. */
struct step_plan step_last(struct step_mark *mark, uint32_t before_s,
                           unsigned step_s);

#endif

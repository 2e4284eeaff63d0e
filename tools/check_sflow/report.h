/* report.h - prints what Nagios reads: a line, performance data, and more lines. It is
 * bounded, because Nagios and NRPE read only so much.
 */
#ifndef CHECK_REPORT_H
#define CHECK_REPORT_H

#include <stdint.h>
#include <stdio.h>

#include "tools/check_sflow/check.h"

#define REPORT_MAX 8192 /* bytes, in all */

/* Prints the result of a check. `took_ms` is how long the check took. Returns 0, or -1
 * when it could not be written. */
int report_print(FILE *out, struct check *check, enum check_state state,
                 int64_t took_ms);

/* The same where nothing could be judged because of a fault. */
int report_fault(FILE *out, enum check_state state, const char *fault);

#endif

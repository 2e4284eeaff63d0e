/* report.h - what Nagios reads: a line, performance data, and lines of more. Bounded,
 * as Nagios and NRPE take no more than so much.
 */
#ifndef CHECK_REPORT_H
#define CHECK_REPORT_H

#include <stdint.h>
#include <stdio.h>

#include "tools/check_sflow/check.h"

#define REPORT_MAX 8192 /* bytes, in all */

/* Prints it. `took_ms` is how long it took. Returns 0, or -1 when it could not be
 * written. */
int report_print(FILE *out, const struct check *check, enum check_state state,
                 int64_t took_ms);

/* The same where there was nothing to judge. */
int report_fault(FILE *out, enum check_state state, const char *fault);

#endif

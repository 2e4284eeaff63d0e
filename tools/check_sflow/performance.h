/* performance.h - performance data: numbers for whoever draws charts of checks.
 *
 * Source: Monitoring Plugins Development Guidelines, "Performance data".
 */
#ifndef CHECK_PERFORMANCE_H
#define CHECK_PERFORMANCE_H

#include "tools/check_sflow/check.h"
#include "tools/check_sflow/text_room.h"

/* Of all that was found: " 'label'=value[unit];warning;critical;least;most" each. */
void performance_put(struct text_room *data, const struct check *check);

#endif

/* performance.h - performance data: the numbers for programs that draw charts of
 * checks.
 *
 * Source: Monitoring Plugins Development Guidelines, "Performance data".
 */
#ifndef CHECK_PERFORMANCE_H
#define CHECK_PERFORMANCE_H

#include "tools/check_sflow/check.h"
#include "tools/check_sflow/text_room.h"

/* Appends " 'label'=value[unit];warning;critical;least;most" for each number found. */
void performance_put(struct text_room *data, const struct check *check);

#endif

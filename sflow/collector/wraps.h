/* wraps.h - whether packets wrapped more often than their counter shows. */
#ifndef SFLOW_WRAPS_H
#define SFLOW_WRAPS_H

#include "sflow/collector/readings.h"

/* Judges the packets of which there may have been 2^32 more, by their octets. Those of which
 * that is not known otherwise become untrue. */
void wraps_judge(struct reading *reading);

#endif

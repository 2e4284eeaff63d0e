/* sums.h - each step: the sums of all clusters, made anew. */
#ifndef BRIDGE_SUMS_H
#define BRIDGE_SUMS_H

#include "gmetad-bridge/config/config.h"
#include "gmetad-bridge/steps/walk.h"

/* Of a configuration's clusters; publishes empty ones. 0, or -1 without memory. */
int sums_start(const struct config *config, int64_t wall_s);
void sums_stop(void);

/* It adds up what it is shown in a step, */
extern const struct walk_visitor sums_visitor;

/* and this publishes that: the end of a step. */
void sums_publish(int64_t wall_s);

#endif

/* sums.h - makes the sums of all clusters anew in each step. */
#ifndef BRIDGE_SUMS_H
#define BRIDGE_SUMS_H

#include "gmetad-bridge/config/config.h"
#include "gmetad-bridge/steps/walk.h"

/* Creates a column in the store for what is remembered of values; called before there
 * are hosts. Returns 0, or -1 where the store has no room for it. */
int sums_open(struct store *store);

/* Begins with the configuration's clusters, and publishes empty sums. Returns 0, or -1
 * without memory. */
int sums_start(const struct config *config, int64_t wall_s);
void sums_stop(void);

/* Takes a configuration, which stays the caller's, and must live until the next one or
 * sums_stop(). It says which metrics are summed up. */
void sums_configure(const struct config *config);

/* Adds up the values that it is shown in a step. */
extern const struct walk_visitor sums_visitor;

/* Publishes the sums, at the end of a step. */
void sums_publish(int64_t wall_s);

#endif

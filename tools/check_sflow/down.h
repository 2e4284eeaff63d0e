/* down.h - how many hosts are down, and which. */
#ifndef CHECK_DOWN_H
#define CHECK_DOWN_H

#include "tools/check_sflow/check.h"
#include "tools/daemon.h"

/* Tells how many hosts are down, and out of how many. */
void down_count(const struct check *check, int64_t *down, int64_t *all);

/* Judges these numbers by the thresholds of --hosts-down. */
enum check_state down_judge(const struct check *check);

/* Whether hosts are down of which the daemon has only told the number: then fills in the
 * query and the visitor for a second daemon_read(), which adds an item for each. When that
 * fails, there are fewer names, and no other state. */
bool down_asks_names(struct check *check, struct daemon_query *query,
                     struct ganglia_visitor *visitor);

#endif

/* awaited.h - metrics that are not there because they are made of two samples, and only one
 * has come: where the host, or the collector, has just begun, and the rest of the host
 * agrees. What is not known so is only missing. And a host that is not there, because the
 * collector has just begun and keeps nothing.
 */
#ifndef CHECK_AWAITED_H
#define CHECK_AWAITED_H

#include "tools/check_sflow/check.h"
#include "tools/daemon.h"

/* Finds out whether any of that is of interest for what is wished. */
void awaited_begin(struct check *check);

/* Notes a metric of the host that is being read. */
void awaited_note(struct check *check, const struct ganglia_metric *metric);

/* Notes a host that is not the one that is asked for, of a cluster in which that may be. */
void awaited_note_other(struct check *check, const struct ganglia_host *host);

/* Called when all metrics of a host are read, for one that it does not have. Returns how
 * many seconds ago the host began, where that is why; else GANGLIA_UNKNOWN, and notes
 * whether it would be why if the collector had just begun. Where many hosts are checked,
 * nothing is looked at. */
int64_t awaited_since(struct check *check, const struct ganglia_host *host,
                      const char *metric);

/* Whether it would help to know when the collector began, and the daemon has not told it,
 * but may in all that it prints: then fills in the query and the visitor for a second
 * daemon_read(), which looks for the host that has the collector's own metrics. */
bool awaited_asks_again(struct check *check, struct daemon_query *query,
                        struct ganglia_visitor *visitor);

/* Makes items of missing metrics awaited ones, where the collector has just begun. */
void awaited_judge(struct check *check);

/* Sets check->unheard.ago of a host that is not there. */
void awaited_judge_absent(struct check *check);

#endif

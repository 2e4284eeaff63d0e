/* archives.h - writes the values of each step into RRDs. */
#ifndef BRIDGE_ARCHIVES_H
#define BRIDGE_ARCHIVES_H

#include "gmetad-bridge/config/config.h"
#include "gmetad-bridge/rrd/rrd_order.h"
#include "gmetad-bridge/steps/walk.h"

/* Creates a column in the store for what is remembered of values; called before there
 * are hosts. Returns 0, or -1 where the store has no room for it. */
int archives_open(struct store *store);

/* Takes another configuration, which stays the caller's, and must live until the next
 * one or archives_stop(). The writers are started again if the change needs it. */
void archives_configure(const struct config *config);

/* Whether RRDs are written at all. */
bool archives_written(void);

/* A step at `time_s`, after the step at `before_s` (0: there was none), both in seconds
 * of the wall clock. Between archives_begin() and archives_end() the visitor writes the
 * values that it is shown. archives_end() writes the sums, too, which have to be
 * published before. Where the clock was set back, nothing is written, because RRDtool
 * takes no times before the last one. */
void archives_begin(uint32_t time_s, uint32_t before_s);
extern const struct walk_visitor archives_visitor;
void archives_end(void);

/* Whether RRDs of a host are there already that another one, `host`, would get with its new
 * name `to`. For the thread of the steps, or between two steps. */
bool archives_folder_is_used(unsigned cluster, const char *host, const char *to);

/* Queues an order about the folder of a host; see rrd_order(). NULL, too, where no RRDs are
 * written. For the same. */
struct rrd_order *archives_order(enum rrd_order_kind kind, unsigned cluster,
                                 const char *host, const char *to, bool replace);

/* Ends writing: writes, as of the last step, the values that were not written because
 * they did not change, and all updates that wait, until `deadline_ms` (clock_ms()). */
void archives_stop(int64_t deadline_ms);

#endif

/* archives.h - each step: what the RRDs get. */
#ifndef BRIDGE_ARCHIVES_H
#define BRIDGE_ARCHIVES_H

#include "gmetad-bridge/config/config.h"
#include "gmetad-bridge/steps/walk.h"

/* What it remembers of values gets a column of the store: before there are hosts. 0, or
 * -1 where the store has no room for it. */
int archives_open(struct store *store);

/* Another configuration, which is the caller's, and stays so until the next one or
 * archives_stop(). The writers begin anew if they have to. */
void archives_configure(const struct config *config);

/* Whether RRDs are written at all. */
bool archives_written(void);

/* A step at `time_s`, after one at `before_s` (0: there was none): it writes what it is
 * shown in between. Where the clock was set back there is no step that RRDtool would
 * take, and nothing is written. archives_end() writes the sums, too, which are published
 * before. */
void archives_begin(uint32_t time_s, uint32_t before_s);
extern const struct walk_visitor archives_visitor;
void archives_end(void);

/* The end: what stayed is written as of the last step, and all that waits, until
 * `deadline_ms` (clock_ms()). */
void archives_stop(int64_t deadline_ms);

#endif

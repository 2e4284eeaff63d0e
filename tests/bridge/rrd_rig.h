/* rrd_rig.h - a temporary folder for RRDs, a configuration, a log that is looked at,
 * and what RRDtool itself would have made of the same values.
 */
#ifndef TESTS_BRIDGE_RRD_RIG_H
#define TESTS_BRIDGE_RRD_RIG_H

#include "tests/sflow/unit.h"

#include "gmetad-bridge/config/config.h"
#include "gmetad-bridge/rrd/rrd.h"

#define RIG_STEP 15
#define RIG_START 1700000010u /* a multiple of the step */

struct rig {
	char folder[64], root[96], socket[112]; /* one of a UNIX socket */
	struct config config;
	struct config_archives rules[2]; /* "no_*": none; "few_*": one */
	struct rrd *rrd;
	struct rrd_chunk *chunk;
};

/* Set-up and tear-down of a test; the counters begin at zero, the log is empty. */
int rig_begin(void **state);
int rig_end(void **state);

void rig_start(struct rig *rig);
/* Queues what is in the chunk and ends, when all is written. */
void rig_stop(struct rig *rig);

/* A line of one value, `steps` after the start. */
void rig_value(struct rig *rig, const char *cluster, const char *host,
               const char *metric, unsigned steps, const char *text, unsigned num);

/* One line of several values "TIME:VALUE" for the metric "m" of host "node1"; and: its
 * file is what RRDtool makes of just these. */
void rig_line(struct rig *rig, const char *const *values, unsigned count);
void rig_assert_line(const struct rig *rig, const char *const *values, unsigned count);

/* Waits until a counter has reached `value`; a minute at most. */
#define rig_wait(counter, value) assert_true(rig_wait_for(&counters.counter, value))
#define assert_count(counter, value) \
	assert_int_equal(counter_get(&counters.counter), value)
bool rig_wait_for(const atomic_uint_fast64_t *counter, uint64_t value);

/* Is this in the log? And: how often? */
bool rig_logged(const char *text);
size_t rig_logged_times(const char *text);

/* The file as `rrdtool dump` prints it; to be freed. "" when there is none. */
char *rig_dump(const char *path);

/* Makes a file with librrd as gmetad would, with these values "TIME:VALUE[:NUM]". */
void rig_reference(const char *path, bool sums, char *const *archives,
                   const char *const *values, size_t count);

/* Are the files alike, the one below the root and this one? */
void rig_assert_same(const struct rig *rig, const char *path, const char *reference);

bool rig_exists(const struct rig *rig, const char *path);

/* Removes what is in a folder, and the folder. */
void rig_remove(const char *folder);

#endif

/* step: one step of 1,000 hosts, from the store to lines for RRDs and new sums.
 *
 * Half of the hosts have reported anew before each, as they do every 30 s. The bridge's
 * own thread takes the steps, by an invented clock: where it waits for the next one, in
 * poll(), it waits for us. A writer of the bridge's takes the lines, and throws them
 * away where it would send them to rrdcached; it is not counted.
 */
#include "tests/bench/quick_paths.h"

#include <err.h>
#include <poll.h>
#include <pthread.h>

#include "common/clock.h"
#include "gmetad-bridge/counters.h"
#include "gmetad-bridge/rrd/rrd_sink.h"
#include "gmetad-bridge/steps/steps.h"
#include "tests/bench/fleet.h"

#define HOSTS 1000
#define STEP_S 15
#define STEPS 10
#define LEAST_VALUES (HOSTS * 20 * STEPS) /* written */

/* Time, and whose turn it is. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	int64_t now;
	bool step;    /* there is one to take */
	bool waiting; /* all that were there are taken */
	bool ending;
} turn = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

/* In place of clock.c's. */
int64_t
clock_ms(void)
{
	return turn.now;
}

int64_t
clock_wall_offset(void)
{
	return FLEET_WALL;
}

/* In place of rrd_cached.c's ------------------------------------------------------- */

static void *
sink_open(struct rrd *rrd, struct rrd_files *files)
{
	(void)files;
	return rrd;
}

static void
sink_close(void *state)
{
	(void)state;
}

static enum rrd_result
sink_write(void *state, struct rrd_block *block)
{
	(void)state;
	counter_add(&counters.rrd_updates, block->values);
	return RRD_DONE;
}

const struct rrd_sink rrd_cached = {
    .open = sink_open, .close = sink_close, .write = sink_write};

/* Turns --------------------------------------------------------------------------- */

int __real_poll(struct pollfd *fds, nfds_t count, int ms);
int __wrap_poll(struct pollfd *fds, nfds_t count, int ms);

/* The steps' thread has done one, and gets the next one. */
int
__wrap_poll(struct pollfd *fds, nfds_t count, int ms)
{
	bool ending;

	counting_off();
	(void)ms;
	pthread_mutex_lock(&turn.lock);
	turn.waiting = true;
	pthread_cond_broadcast(&turn.changed);
	while (!turn.step && !turn.ending)
		pthread_cond_wait(&turn.changed, &turn.lock);
	turn.step = turn.waiting = false;
	ending = turn.ending;
	pthread_mutex_unlock(&turn.lock);
	if (ending)
		return __real_poll(fds, count, -1);
	counting_on();
	return 0;
}

static void
take_step(void)
{
	pthread_mutex_lock(&turn.lock);
	turn.step = true;
	turn.waiting = false;
	pthread_cond_broadcast(&turn.changed);
	while (!turn.waiting)
		pthread_cond_wait(&turn.changed, &turn.lock);
	pthread_mutex_unlock(&turn.lock);
}

/* The path ------------------------------------------------------------------------ */

static void
run(void *context)
{
	uint64_t steps = counter_get(&counters.steps);
	struct fleet *fleet = context;

	fleet_pass(fleet, STEP_S, false);
	turn.now = fleet->now;
	take_step();
	if (counter_get(&counters.steps) != steps + 1)
		errx(1, "a step was not taken");
}

/* The first step is not as others: each value gets its first line. */
static void *
begin(void)
{
	struct fleet *fleet = fleet_new(HOSTS, 0);

	if (steps_open(fleet->store) != 0)
		errx(1, "no steps");
	fleet_settle(fleet);
	turn.now = fleet->now;
	if (steps_start(fleet->config) != 0)
		errx(1, "no steps");
	run(fleet);
	return fleet;
}

static void
end(void *context)
{
	pthread_mutex_lock(&turn.lock);
	turn.ending = true;
	pthread_cond_broadcast(&turn.changed);
	pthread_mutex_unlock(&turn.lock);
	steps_stop(INT64_MAX);
	if (counter_get(&counters.rrd_dropped) > 0 ||
	    counter_get(&counters.rrd_updates) < LEAST_VALUES)
		errx(1, "%llu values were written",
		     (unsigned long long)counter_get(&counters.rrd_updates));
	fleet_free(context);
}

const struct path path_step = {.name = "step",
                               .rounds = STEPS,
                               .units = 1,
                               .begin = begin,
                               .round = run,
                               .end = end};

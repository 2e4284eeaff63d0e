#include "gmetad-bridge/steps/steps.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/thread.h"
#include "gmetad-bridge/counters.h"
#include "gmetad-bridge/steps/archives.h"
#include "gmetad-bridge/steps/sums.h"
#include "gmetad-bridge/steps/walk.h"

/* Each host is shown to these visitors, in this order. */
static const struct walk_visitor *const visitors[] = {&sums_visitor, &archives_visitor};

#define VISITORS (sizeof(visitors) / sizeof(visitors[0]))
_Static_assert(VISITORS <= WALK_VISITORS_MAX, "a walk has no room for so many");
#define SECOND_MS 1000

static struct {
	struct walk walk;
	pthread_t thread;
	bool running;
	int wake;             /* eventfd: there is another configuration, or the end */
	pthread_mutex_t lock; /* for `next` and `stopping` */
	const struct config *next;
	bool stopping;
	/* the thread's own */
	const struct config *config;
	uint32_t time_s, before_s; /* of this step, and of the one before */
	bool told;                 /* the log says that the clock was set back */
	struct log_limit set_back;
	int64_t deadline_ms;
	/* held while the thread takes a step, or another configuration, and at the end */
	pthread_mutex_t held;
} steps = {
    .wake = -1, .lock = PTHREAD_MUTEX_INITIALIZER, .held = PTHREAD_MUTEX_INITIALIZER};

/* Between steps ---------------------------------------------------------------------- */

void
steps_hold(void)
{
	pthread_mutex_lock(&steps.held);
}

void
steps_go_on(void)
{
	pthread_mutex_unlock(&steps.held);
}

bool
steps_folder_is_used(unsigned cluster, const char *host, const char *to)
{
	return archives_folder_is_used(cluster, host, to);
}

struct rrd_order *
steps_order(enum rrd_order_kind kind, unsigned cluster, const char *host,
            const char *to, bool replace)
{
	return archives_order(kind, cluster, host, to, replace);
}

/* A step ----------------------------------------------------------------------------- */

/* Returns the last multiple of a step, in seconds of the wall clock. */
static uint32_t
step_time(int64_t now)
{
	int64_t wall_s = (now + clock_wall_offset()) / 1000;
	int64_t step_s = steps.config->rrd.step_s;

	return (uint32_t)(wall_s - wall_s % step_s);
}

/* Logs once that the clock was set back, and once that it is past that time again. A
 * step at the same time as the one before is no sign that the clock was set. */
static void
tell_set_back(int64_t now)
{
	bool back = archives_written() && steps.time_s < steps.before_s;

	if (steps.told && steps.time_s > steps.before_s) {
		log_limited(&steps.set_back, now,
		            "RRDs: the clock is where it "
		            "was before it was set back; they go on");
		steps.told = false;
	} else if (back && !steps.told) {
		log_limited(&steps.set_back, now,
		            "RRDs: the clock was set back; "
		            "they get nothing in the next %u s, until it is "
		            "where it was",
		            steps.before_s - steps.time_s);
		steps.told = true;
	}
}

static void
step(int64_t now)
{
	int64_t wall_s = (now + clock_wall_offset()) / 1000;

	steps_hold();
	steps.time_s = step_time(now);
	tell_set_back(now);
	archives_begin(steps.time_s, steps.before_s);
	walk_step(&steps.walk, now);
	sums_publish(wall_s);
	archives_end();
	steps_go_on();
	if (steps.time_s > steps.before_s)
		steps.before_s = steps.time_s;
	counter_add(&counters.steps, 1);
}

/* The thread ------------------------------------------------------------------------- */

static void
take_config(const struct config *config)
{
	const struct config *was = steps.config;

	steps_hold();
	steps.config = config;
	archives_configure(config);
	sums_configure(config);
	steps_go_on();
	config_release(was);
}

/* What is due next. */
enum due { DUE_STEP, DUE_SECOND, DUE_END };

/* Returns the ms until the next step; or until the next second, where that comes
 * earlier and a visitor has the pace WALK_EACH_SECOND. */
static int
wait_ms(int64_t wall, enum due *due)
{
	int64_t step_ms = (int64_t)steps.config->rrd.step_s * 1000;
	int64_t step = step_ms - wall % step_ms;
	int64_t second = SECOND_MS - wall % SECOND_MS;
	bool early = steps.walk.feed != NULL && second < step;

	*due = early ? DUE_SECOND : DUE_STEP;
	return (int)(early ? second : step);
}

static enum due
wait_for_due(void)
{
	struct pollfd polled = {.fd = steps.wake, .events = POLLIN};
	const struct config *next;
	eventfd_t wakes;
	bool stopping;
	enum due due;

	for (;;) {
		int64_t wall = clock_ms() + clock_wall_offset();

		if (poll(&polled, 1, wait_ms(wall, &due)) == 0)
			return due;
		eventfd_read(steps.wake, &wakes);
		pthread_mutex_lock(&steps.lock);
		next = steps.next;
		steps.next = NULL;
		stopping = steps.stopping;
		pthread_mutex_unlock(&steps.lock);
		if (next != NULL)
			take_config(next);
		if (stopping)
			return DUE_END;
	}
}

/* Counts the steps that were left out because one took longer than a step's time. */
static void
count_missed(uint32_t before_s)
{
	unsigned step_s = steps.config->rrd.step_s;

	if (before_s != 0 && steps.before_s > before_s + step_s &&
	    steps.before_s - before_s < 100 * step_s)
		counter_add(&counters.steps_missed,
		            (steps.before_s - before_s) / step_s - 1);
}

static void *
run(void *unused)
{
	uint32_t before_s;
	enum due due;

	(void)unused;
	while ((due = wait_for_due()) != DUE_END) {
		walk_second(&steps.walk, clock_ms());
		if (due != DUE_STEP)
			continue;
		before_s = steps.before_s;
		step(clock_ms());
		count_missed(before_s);
	}
	steps_hold();
	archives_stop(steps.deadline_ms);
	steps_go_on();
	return NULL;
}

int
steps_open(struct store *store)
{
	if (archives_open(store) == 0 && sums_open(store) == 0 &&
	    walk_open(&steps.walk, store, visitors, VISITORS))
		return 0;
	log_line("the store has no room for what the steps need");
	return -1;
}

int
steps_start(const struct config *config)
{
	int64_t wall_s = (clock_ms() + clock_wall_offset()) / 1000;

	steps.stopping = false;
	steps.time_s = steps.before_s = 0;
	steps.told = false;
	steps.wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (sums_start(config, wall_s) != 0 || steps.wake < 0) {
		log_line("out of memory");
		return -1;
	}
	take_config(config_hold(config));
	steps.running = thread_start(&steps.thread, "steps", run, NULL) == 0;
	return steps.running ? 0 : -1;
}

static void
wake(void)
{
	eventfd_write(steps.wake, 1);
}

void
steps_reload(const struct config *config)
{
	pthread_mutex_lock(&steps.lock);
	config_release(steps.next);
	steps.next = config_hold(config);
	pthread_mutex_unlock(&steps.lock);
	wake();
}

void
steps_stop(int64_t deadline_ms)
{
	if (steps.running) {
		pthread_mutex_lock(&steps.lock);
		steps.stopping = true;
		steps.deadline_ms = deadline_ms;
		pthread_mutex_unlock(&steps.lock);
		wake();
		pthread_join(steps.thread, NULL);
	}
	steps.running = false;
	sums_stop();
	config_release(steps.next);
	config_release(steps.config);
	steps.next = steps.config = NULL;
	if (steps.wake >= 0)
		close(steps.wake);
	steps.wake = -1;
}

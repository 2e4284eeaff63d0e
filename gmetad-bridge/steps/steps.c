#include "gmetad-bridge/steps/steps.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/thread.h"
#include "gmetad-bridge/counters.h"
#include "gmetad-bridge/steps/step_plan.h"
#include "gmetad-bridge/steps/summary.h"
#include "sflow/format.h"

/* Flags of a value's mark, besides step_plan.h's: whether it has an RRD, by the
 * configuration of that generation. */
#define MARK_NO_RRD 0x1000000u
#define MARK_CHOSEN 0x2000000u
#define MARK_GENERATION 0xfc000000u
#define GENERATION_SHIFT 26

static struct {
	struct store *store;
	struct store_column *marks; /* a struct step_mark for each value */
	struct summary_builder *builder;
	pthread_t thread;
	bool running;
	int wake; /* eventfd: another configuration, or the end */
	pthread_mutex_t lock; /* for the next two */
	const struct config *next;
	bool stopping;
	/* the thread's own */
	const struct config *config;
	struct rrd *rrd;
	struct rrd_chunk *chunk;
	uint32_t generation; /* of the configuration */
	uint32_t time_s, before_s; /* of this step, and the one before */
	bool told;           /* that the clock was set back */
	struct log_limit set_back;
	int64_t deadline_ms;
} steps = {.wake = -1, .lock = PTHREAD_MUTEX_INITIALIZER};

/* Lines ---------------------------------------------------------------------------- */

static const char *
cluster_name(unsigned number)
{
	size_t i;

	for (i = 0; i < steps.config->cluster_count; i++)
		if (steps.config->clusters[i].number == number)
			return steps.config->clusters[i].name;
	return NULL;
}

static void
add_value(const struct metric *metric, double number, uint32_t time_s)
{
	char text[FORMAT_TEXT];

	format_number(metric, number, text);
	rrd_line_value(steps.rrd, &steps.chunk, time_s, text, 0);
}

/* Whether the metric gets an RRD, by its name, looked up once. */
static bool
has_rrd(struct step_mark *mark, const char *name)
{
	uint32_t generation = steps.generation << GENERATION_SHIFT;

	if ((mark->flags & MARK_CHOSEN) == 0 ||
	    (mark->flags & MARK_GENERATION) != generation) {
		mark->flags = (mark->flags & MARK_STAYED) | MARK_CHOSEN |
		              generation;
		if (config_archives(steps.config, name) == NULL)
			mark->flags |= MARK_NO_RRD;
	}
	return (mark->flags & MARK_NO_RRD) == 0;
}

/* The lines that a plan asks for. */
static void
write_plan(const struct step_plan *plan, struct step_mark *mark,
           const char *cluster, const char *host,
           const struct store_value *value)
{
	char name[STORE_NAME];

	if (!plan->before && !plan->now)
		return;
	store_value_name(value, name);
	if (!has_rrd(mark, name))
		return;
	rrd_line_begin(steps.rrd, &steps.chunk, cluster, host, name);
	if (plan->before)
		add_value(value->metric, plan->number_before, plan->before_s);
	if (plan->now)
		add_value(value->metric, value->number, steps.time_s);
	rrd_line_end(steps.rrd, &steps.chunk);
}

/* A value of a host that is up, or, where it `ends`, what is known of it for so long
 * that it is written before it is forgotten: the host went down, or the program
 * ends. Texts have no RRD. */
static void
write_value(const char *cluster, const char *host,
            const struct store_value *value, bool ends)
{
	const struct config_rrd *rrd = &steps.config->rrd;
	struct step_mark *mark;
	struct step_plan plan;

	if (value->metric->type == STRING)
		return;
	mark = store_cell(steps.marks, value);
	if (mark == NULL)
		return;
	plan = ends ? step_last(mark, steps.before_s, rrd->step_s)
	            : step_value(mark, value->number, rrd->write,
	                         steps.before_s, steps.time_s, rrd->step_s);
	write_plan(&plan, mark, cluster, host, value);
}

/* A step ----------------------------------------------------------------------------- */

static void
look_at(struct store_host *host, int64_t now)
{
	bool writes = steps.rrd != NULL && steps.time_s > steps.before_s;
	struct store_state state;
	struct store_value value;
	struct store_look look;
	const char *cluster;

	store_lock(host, &state);
	cluster = cluster_name(state.cluster);
	summary_host(steps.builder, state.cluster, state.up);
	store_look(&look, host, now);
	while (store_look_next(&look, &value)) {
		if (state.up)
			summary_value(steps.builder, state.cluster, &value);
		if (writes && cluster != NULL)
			write_value(cluster, state.name, &value, !state.up);
	}
	store_unlock(host);
}

static void
write_sums(const struct summary *summary, const char *cluster)
{
	char text[SUMMARY_TEXT];
	size_t i;

	for (i = 0; i < summary->count; i++) {
		const struct summary_metric *m = summary->metrics[i];

		if (m->hosts == 0 ||
		    config_archives(steps.config, m->name) == NULL)
			continue;
		summary_text(m, text);
		rrd_line_begin(steps.rrd, &steps.chunk, cluster, NULL, m->name);
		rrd_line_value(steps.rrd, &steps.chunk, steps.time_s, text,
		               m->hosts);
		rrd_line_end(steps.rrd, &steps.chunk);
	}
}

static void
write_summaries(void)
{
	const struct summaries *summaries = summaries_hold();
	size_t i;

	for (i = 0; i < steps.config->cluster_count; i++) {
		const struct config_cluster *c = &steps.config->clusters[i];
		const struct summary *s = summaries_find(summaries, c->number);

		if (s != NULL)
			write_sums(s, c->name);
	}
	write_sums(&summaries->summaries[summaries->count], NULL);
	summaries_release(summaries);
}

/* The wall clock's last multiple of a step. */
static uint32_t
step_time(int64_t now)
{
	int64_t wall_s = (now + clock_wall_offset()) / 1000;
	int64_t step_s = steps.config->rrd.step_s;

	return (uint32_t)(wall_s - wall_s % step_s);
}

/* Said once, and when it is over. The same step again is no clock that was set. */
static void
tell_set_back(int64_t now)
{
	bool back = steps.rrd != NULL && steps.time_s < steps.before_s;

	if (steps.told && steps.time_s > steps.before_s) {
		log_limited(&steps.set_back, now, "RRDs: the clock is where it "
		            "was before it was set back; they go on");
		steps.told = false;
	} else if (back && !steps.told) {
		log_limited(&steps.set_back, now, "RRDs: the clock was set back; "
		            "they get nothing in the next %u s, until it is "
		            "where it was", steps.before_s - steps.time_s);
		steps.told = true;
	}
}

/* A clock that was set back has no step to offer that RRDtool would take: then only
 * the sums are made, until it is later than it was. */
static void
step(int64_t now)
{
	struct store_walk walk = {0};
	struct store_host *host;

	steps.time_s = step_time(now);
	tell_set_back(now);
	while ((host = store_next(steps.store, &walk, STORE_ANY_CLUSTER)) !=
	       NULL) {
		look_at(host, now);
		store_release(host);
	}
	summary_publish(steps.builder, (now + clock_wall_offset()) / 1000);
	if (steps.rrd != NULL && steps.time_s > steps.before_s) {
		if (steps.config->rrd.summaries)
			write_summaries();
		rrd_flush(steps.rrd, &steps.chunk);
	}
	if (steps.time_s > steps.before_s)
		steps.before_s = steps.time_s;
	counter_add(&counters.steps, 1);
}

static void
end_host(struct store_host *host, int64_t now)
{
	struct store_state state;
	struct store_value value;
	struct store_look look;
	const char *cluster;

	store_lock(host, &state);
	cluster = cluster_name(state.cluster);
	store_look(&look, host, now);
	while (cluster != NULL && store_look_next(&look, &value))
		write_value(cluster, state.name, &value, true);
	store_unlock(host);
}

/* The end: what stayed is written as of the last step. */
static void
write_rest(void)
{
	struct store_walk walk = {0};
	struct store_host *host;
	int64_t now;

	if (steps.rrd == NULL)
		return;
	while ((now = clock_ms()) < steps.deadline_ms &&
	       (host = store_next(steps.store, &walk, STORE_ANY_CLUSTER)) !=
	           NULL) {
		end_host(host, now);
		store_release(host);
	}
	rrd_flush(steps.rrd, &steps.chunk);
}

/* The thread ------------------------------------------------------------------------- */

/* Whether the writers of one have to end before those of the other begin. */
static bool
differs(const struct config *a, const struct config *b)
{
	const struct config_rrd *x = &a->rrd, *y = &b->rrd;

	return a->rrd_on != b->rrd_on || strcmp(x->rootdir, y->rootdir) != 0 ||
	       x->step_s != y->step_s || x->connections != y->connections ||
	       x->queue_bytes != y->queue_bytes ||
	       x->lower_case != y->lower_case || x->delay_s != y->delay_s ||
	       strcmp(x->rrdcached != NULL ? x->rrdcached : "",
	              y->rrdcached != NULL ? y->rrdcached : "") != 0;
}

#define RELOAD_MS 2000 /* that the old writers have to come to an end */

static void
take_config(const struct config *config)
{
	const struct config *was = steps.config;

	steps.config = config;
	steps.generation++;
	if (was == NULL || differs(was, config)) {
		rrd_stop(steps.rrd, clock_ms() + RELOAD_MS);
		steps.rrd = config->rrd_on ? rrd_start(config) : NULL;
	} else if (steps.rrd != NULL) {
		rrd_reload(steps.rrd, config);
	}
	config_release(was);
}

/* Waits for the next step. False when the thread is to end. */
static bool
wait_for_step(void)
{
	eventfd_t wakes;
	bool stopping = false;

	for (;;) {
		int64_t now = clock_ms();
		int64_t wall = now + clock_wall_offset();
		int64_t step_ms = (int64_t)steps.config->rrd.step_s * 1000;
		struct pollfd polled = {.fd = steps.wake, .events = POLLIN};
		const struct config *next;

		if (poll(&polled, 1, (int)(step_ms - wall % step_ms)) == 0)
			return true;
		eventfd_read(steps.wake, &wakes);
		pthread_mutex_lock(&steps.lock);
		next = steps.next;
		steps.next = NULL;
		stopping = steps.stopping;
		pthread_mutex_unlock(&steps.lock);
		if (next != NULL)
			take_config(next);
		if (stopping)
			return false;
	}
}

/* A step that took longer than one leaves others out. */
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

	(void)unused;
	while (wait_for_step()) {
		before_s = steps.before_s;
		step(clock_ms());
		count_missed(before_s);
	}
	write_rest();
	rrd_stop(steps.rrd, steps.deadline_ms);
	return NULL;
}

int
steps_open(struct store *store)
{
	const struct store_column_options marks = {
	    .cell_size = sizeof(struct step_mark)};

	steps.store = store;
	steps.marks = store_column(store, &marks);
	if (steps.marks == NULL)
		log_line("the store has no room for what RRDs need");
	return steps.marks != NULL ? 0 : -1;
}

int
steps_start(const struct config *config)
{
	steps.stopping = false;
	steps.time_s = steps.before_s = 0;
	steps.told = false;
	steps.builder = summary_builder_new(config->cluster_count);
	steps.wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (steps.builder == NULL || steps.wake < 0) {
		log_line("out of memory");
		return -1;
	}
	summary_publish(steps.builder, (clock_ms() + clock_wall_offset()) / 1000);
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
	summary_builder_free(steps.builder);
	config_release(steps.next);
	config_release(steps.config);
	steps.builder = NULL;
	steps.next = steps.config = NULL;
	steps.rrd = NULL;
	if (steps.wake >= 0)
		close(steps.wake);
	steps.wake = -1;
}

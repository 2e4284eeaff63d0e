#include "gmetad-bridge/steps/archives.h"

#include <stddef.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "gmetad-bridge/rrd/rrd.h"
#include "gmetad-bridge/steps/folders.h"
#include "gmetad-bridge/steps/step_plan.h"
#include "gmetad-bridge/steps/summary.h"
#include "sflow/format.h"

/* Flags of a value's mark, besides those of step_plan.h: whether the value has an RRD,
 * and the generation of the configuration by which that was found out. */
#define MARK_NO_RRD 0x1000000u
#define MARK_CHOSEN 0x2000000u
#define MARK_GENERATION 0xfc000000u
#define GENERATION_SHIFT 26

#define RELOAD_MS 2000 /* the old writers have so long to end */

static struct {
	struct store *store;
	struct store_column *marks; /* a struct step_mark for each value */
	const struct config *config;
	uint32_t generation; /* of the configuration */
	struct rrd *rrd;
	struct rrd_chunk *chunk;
	uint32_t time_s, before_s; /* of this step, and of the one before */
	int64_t deadline_ms;       /* of archives_stop() */
	bool ends;                 /* the host whose values are shown does */
} archives;

/* Lines ---------------------------------------------------------------------------- */

static const char *
cluster_name(unsigned number)
{
	size_t i;

	for (i = 0; i < archives.config->cluster_count; i++)
		if (archives.config->clusters[i].number == number)
			return archives.config->clusters[i].name;
	return NULL;
}

/* Adds a value that has been true for so many seconds; with `look`, its file is looked at. */
static void
add_value(const struct metric *metric, double number, uint32_t time_s, unsigned span_s,
          bool look)
{
	char text[FORMAT_TEXT];

	format_number(metric, number, text);
	rrd_line_value(archives.rrd, &archives.chunk, time_s, text, 0);
	if (look || span_s != archives.config->rrd.step_s)
		rrd_line_span(archives.rrd, &archives.chunk, span_s, look);
}

/* Finds out whether the metric of this name gets an RRD, once for a configuration: the mark
 * remembers it. Returns whether it was found out now. */
static bool
choose(struct step_mark *mark, const char *name)
{
	uint32_t generation = archives.generation << GENERATION_SHIFT;

	if ((mark->flags & MARK_CHOSEN) != 0 &&
	    (mark->flags & MARK_GENERATION) == generation)
		return false;
	mark->flags = (mark->flags & MARK_STAYED) | MARK_CHOSEN | generation;
	if (config_archives(archives.config, name) == NULL)
		mark->flags |= MARK_NO_RRD;
	return true;
}

/* Writes the values that a plan asks for. */
static void
write_plan(const struct step_plan *plan, struct step_mark *mark,
           const struct store_value *value)
{
	char name[STORE_NAME];
	bool look;

	if (!plan->before && !plan->now)
		return;
	store_value_name(value, name);
	look = choose(mark, name) || plan->first;
	if ((mark->flags & MARK_NO_RRD) != 0)
		return;
	rrd_line_begin(archives.rrd, &archives.chunk, name);
	if (plan->before)
		add_value(value->metric, plan->number_before, plan->before_s,
		          plan->before_span_s, look);
	if (plan->now)
		add_value(value->metric, value->number, archives.time_s,
		          plan->now_span_s, look && !plan->before);
	rrd_line_end(archives.rrd, &archives.chunk);
}

/* The visitors ----------------------------------------------------------------------- */

/* The values of a host that `ends` are written for the last time. */
static bool
take_host(const struct store_state *state, bool ends)
{
	const char *cluster = cluster_name(state->cluster);

	archives.ends = ends;
	if (cluster != NULL)
		rrd_line_folder(archives.rrd, &archives.chunk, cluster, state->name);
	return cluster != NULL;
}

/* Whether this step is written: not if the clock was set back, because RRDtool takes no
 * times before the last one. */
static bool
is_writing(void)
{
	return archives.rrd != NULL && archives.time_s > archives.before_s;
}

/* Tells of two hosts that have one folder. */
static void
watch_folder(const struct store_state *state)
{
	const struct folder_owner *other = folders_note(state, archives.time_s);
	const char *cluster = cluster_name(state->cluster);
	char first[ADDRESS_TEXT], second[ADDRESS_TEXT];

	if (other == NULL || cluster == NULL)
		return;
	log_line("RRDs: hosts %s (%s) and %s (%s) of cluster %s have one folder, for "
	         "lower_case = yes in rrd { }: it gets the values of either; call one "
	         "otherwise",
	         other->name, address_text(&other->agent, first), state->name,
	         address_text(&state->address, second), cluster);
}

/* A host that is not confirmed may be anybody's fancy, and gets no files. */
static bool
step_host(const struct store_state *state, int64_t now)
{
	(void)now;
	if (!is_writing() || !state->confirmed)
		return false;
	if (archives.config->rrd.lower_case)
		watch_folder(state);
	return take_host(state, !state->up);
}

/* Writes what a step has of a value. Where it ends, because it is stale, its host is down
 * or the program ends, that is a value that was not written because it did not change, as
 * of when it was last seen. Texts have no RRD. */
static void
take_value(const struct store_value *value)
{
	const struct config_rrd *rrd = &archives.config->rrd;
	struct step_mark *mark;
	struct step_plan plan;

	if (value->metric->type == STRING)
		return;
	mark = store_cell(archives.marks, value);
	if (mark == NULL)
		return;
	plan = archives.ends || value->stale
	           ? step_last(mark, archives.before_s, rrd->step_s)
	           : step_value(mark, value->number, rrd->write, archives.before_s,
	                        archives.time_s, rrd->step_s);
	write_plan(&plan, mark, value);
}

const struct walk_visitor archives_visitor = {
    .pace = WALK_EACH_STEP, .host = step_host, .value = take_value};

/* At the end, as many hosts are written as there is time for. */
static bool
last_host(const struct store_state *state, int64_t now)
{
	(void)now;
	return clock_ms() < archives.deadline_ms && take_host(state, true);
}

static const struct walk_visitor last_visitor = {
    .pace = WALK_EACH_STEP, .host = last_host, .value = take_value};

/* Sums ------------------------------------------------------------------------------- */

static void
write_sums(const struct summary *summary, const char *cluster)
{
	char text[SUMMARY_TEXT];
	size_t i;

	rrd_line_folder(archives.rrd, &archives.chunk, cluster, NULL);
	for (i = 0; i < summary->count; i++) {
		const struct summary_metric *m = summary->metrics[i];

		if (m->hosts == 0 || config_archives(archives.config, m->name) == NULL)
			continue;
		summary_text(m, text);
		rrd_line_begin(archives.rrd, &archives.chunk, m->name);
		rrd_line_value(archives.rrd, &archives.chunk, archives.time_s, text,
		               m->hosts);
		rrd_line_end(archives.rrd, &archives.chunk);
	}
}

static void
write_summaries(void)
{
	const struct summaries *summaries = summaries_hold();
	size_t i;

	for (i = 0; i < archives.config->cluster_count; i++) {
		const struct config_cluster *c = &archives.config->clusters[i];
		const struct summary *s = summaries_find(summaries, c->number);

		if (s != NULL)
			write_sums(s, c->name);
	}
	write_sums(&summaries->summaries[summaries->count], NULL);
	summaries_release(summaries);
}

/* Steps, start and end ------------------------------------------------------------- */

int
archives_open(struct store *store)
{
	const struct store_column_options marks = {.cell_size =
	                                               sizeof(struct step_mark)};

	archives.store = store;
	archives.marks = store_column(store, &marks);
	return archives.marks != NULL ? 0 : -1;
}

/* Whether the configurations differ so that the writers have to be started again. */
static bool
differs(const struct config *a, const struct config *b)
{
	const struct config_rrd *x = &a->rrd, *y = &b->rrd;

	return a->rrd_on != b->rrd_on || strcmp(x->rootdir, y->rootdir) != 0 ||
	       x->step_s != y->step_s || x->connections != y->connections ||
	       x->queue_bytes != y->queue_bytes || x->lower_case != y->lower_case ||
	       x->delay_s != y->delay_s ||
	       strcmp(x->rrdcached != NULL ? x->rrdcached : "",
	              y->rrdcached != NULL ? y->rrdcached : "") != 0;
}

void
archives_configure(const struct config *config)
{
	const struct config *was = archives.config;

	archives.config = config;
	archives.generation++;
	if (was == NULL || differs(was, config)) {
		rrd_stop(archives.rrd, clock_ms() + RELOAD_MS);
		archives.rrd = config->rrd_on ? rrd_start(config) : NULL;
	} else if (archives.rrd != NULL) {
		rrd_reload(archives.rrd, config);
	}
}

bool
archives_written(void)
{
	return archives.rrd != NULL;
}

void
archives_begin(uint32_t time_s, uint32_t before_s)
{
	archives.time_s = time_s;
	archives.before_s = before_s;
}

void
archives_end(void)
{
	if (!is_writing())
		return;
	if (archives.config->rrd.summaries)
		write_summaries();
	rrd_flush(archives.rrd, &archives.chunk);
	folders_forget(archives.config->rrd.lower_case ? archives.time_s : UINT32_MAX);
	archives.before_s = archives.time_s;
}

bool
archives_folder_is_used(unsigned cluster, const char *host, const char *to)
{
	const char *name = archives.rrd != NULL ? cluster_name(cluster) : NULL;

	return name != NULL && !rrd_folder_is_same(archives.rrd, host, to) &&
	       rrd_folder_is_used(archives.rrd, name, to);
}

struct rrd_order *
archives_order(enum rrd_order_kind kind, unsigned cluster, const char *host,
               const char *to, bool replace)
{
	const char *name = archives.rrd != NULL ? cluster_name(cluster) : NULL;

	return name != NULL ? rrd_order(archives.rrd, kind, name, host, to, replace)
	                    : NULL;
}

void
archives_stop(int64_t deadline_ms)
{
	const struct walk_visitor *const last[] = {&last_visitor};
	struct walk walk;

	archives.deadline_ms = deadline_ms;
	if (archives.rrd != NULL && walk_open(&walk, archives.store, last, 1)) {
		walk_step(&walk, clock_ms());
		rrd_flush(archives.rrd, &archives.chunk);
	}
	rrd_stop(archives.rrd, deadline_ms);
	folders_forget(UINT32_MAX);
	archives.rrd = NULL;
	archives.config = NULL;
}

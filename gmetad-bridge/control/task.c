#include "gmetad-bridge/control/task.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "gmetad-bridge/ingest/ingest.h"
#include "gmetad-bridge/steps/steps.h"

/* What the steps below need. */
struct work {
	struct task *task;
	const struct task_world *world;
	const struct request *request;
	const struct config_cluster *cluster;
};

/* Answers -------------------------------------------------------------------------- */

static void __attribute__((format(printf, 2, 3)))
add(struct task *t, const char *format, ...)
{
	size_t len = strlen(t->answer);
	va_list args;

	va_start(args, format);
	vsnprintf(t->answer + len, sizeof(t->answer) - len, format, args);
	va_end(args);
}

/* Makes an answer that began with REQUEST_OK an error: not all was done. */
static void
turn_into_error(struct task *t)
{
	char rest[REQUEST_ANSWER];

	snprintf(rest, sizeof(rest), "%s", t->answer + strlen(REQUEST_OK));
	snprintf(t->answer, sizeof(t->answer), REQUEST_ERROR "%.600s", rest);
}

static int
refuse(const struct work *w, int reason)
{
	const struct request *r = w->request;
	struct task *t = w->task;

	add(t, REQUEST_ERROR);
	switch (reason) {
	case COLLECTOR_NO_HOST:
		add(t, "there is no host %s in the cluster %s", r->host,
		    w->cluster->name);
		break;
	case COLLECTOR_OWN_HOST:
		add(t, "%s is the bridge's own host", r->host);
		break;
	case COLLECTOR_IS_UP:
		add(t, "%s is up: it sends, and would be back at once", r->host);
		break;
	case COLLECTOR_HAS_MACHINES:
		add(t,
		    "%s has virtual machines that are hosts: they have to be removed "
		    "before",
		    r->host);
		break;
	case COLLECTOR_BAD_NAME:
		add(t, "a host can't be called \"%s\"", r->to);
		break;
	case COLLECTOR_SAME_NAME:
		add(t, "%s is called so already", r->host);
		break;
	case COLLECTOR_NAME_TAKEN:
		add(t, "there is another host %s in the cluster %s", r->to,
		    w->cluster->name);
		break;
	default:
		add(t, "too many hosts are renamed, or there is no memory");
	}
	return -1;
}

/* The cluster ---------------------------------------------------------------------- */

static int
find_named(struct work *w)
{
	const struct config *config = w->world->config;
	size_t i;

	for (i = 0; i < config->cluster_count; i++)
		if (strcmp(config->clusters[i].name, w->request->cluster) == 0) {
			w->cluster = &config->clusters[i];
			return 0;
		}
	add(w->task, REQUEST_ERROR "there is no cluster %s", w->request->cluster);
	return -1;
}

static bool
has_host(const struct work *w, const struct config_cluster *cluster, const char *name)
{
	char shown[TEXT_SIZE];
	bool has;

	ingest_lock();
	has = collector_has_host(w->world->collector, cluster->number, name, shown);
	ingest_unlock();
	return has;
}

/* Finds the one cluster that has a host of that name. */
static int
find_cluster(struct work *w)
{
	const struct config *config = w->world->config;
	const struct request *r = w->request;
	size_t i, found = 0;

	if (r->cluster[0] != '\0')
		return find_named(w);
	for (i = 0; i < config->cluster_count; i++) {
		const struct config_cluster *c = &config->clusters[i];

		if (!has_host(w, c, r->host))
			continue;
		if (found == 1)
			add(w->task,
			    REQUEST_ERROR "several clusters have a host %s: %s",
			    r->host, w->cluster->name);
		if (found++ > 0)
			add(w->task, ", %s", c->name);
		w->cluster = c;
	}
	if (found == 1)
		return 0;
	if (found > 1)
		add(w->task, ". Say which one by --cluster");
	else if (config->self_name != NULL && strcmp(config->self_name, r->host) == 0)
		add(w->task, REQUEST_ERROR "%s is the bridge's own host", r->host);
	else
		add(w->task, REQUEST_ERROR "there is no host %s", r->host);
	return -1;
}

/* Has the host called in the request as it is shown. */
static void
spell_host(struct work *w, struct request *spelled)
{
	char shown[TEXT_SIZE];

	ingest_lock();
	if (collector_has_host(w->world->collector, w->cluster->number, spelled->host,
	                       shown))
		strcpy(spelled->host, shown);
	ingest_unlock();
}

/* The state ------------------------------------------------------------------------ */

/* Has the file written at once. */
static void
save(const struct work *w)
{
	struct state *state = w->world->state;

	if (state == NULL)
		w->task->unsaved = "it has no `state`";
	else if (state_save_round(state, clock_ms()) != 0)
		w->task->unsaved = "its state can't be saved now, as its log says";
}

/* The requests --------------------------------------------------------------------- */

static int
remove_host(struct work *w)
{
	const struct request *r = w->request;
	int reason;

	steps_hold();
	ingest_lock();
	reason = collector_remove_host(w->world->collector, w->cluster->number, r->host,
	                               ingest_now());
	ingest_unlock();
	if (reason == 0 && r->rrds)
		w->task->order =
		    steps_order(RRD_REMOVE, w->cluster->number, r->host, NULL, false);
	steps_go_on();
	if (reason != 0)
		return refuse(w, reason);
	add(w->task, REQUEST_OK "%s is removed", r->host);
	if (r->rrds && w->task->order == NULL)
		add(w->task, "; there are no RRDs of it");
	return 0;
}

/* Renames the host between two steps. */
static int
rename_between_steps(struct work *w)
{
	const struct request *r = w->request;
	unsigned cluster = w->cluster->number;
	int reason;

	if (!r->rrds && !has_host(w, w->cluster, r->to) &&
	    steps_folder_is_used(cluster, r->host, r->to)) {
		add(w->task,
		    REQUEST_ERROR
		    "there are RRDs of a host %s already, which has to be "
		    "said: --replace-rrds",
		    r->to);
		return -1;
	}
	ingest_lock();
	reason = collector_rename_host(w->world->collector, cluster, r->host, r->to,
	                               ingest_now());
	ingest_unlock();
	if (reason != 0)
		return refuse(w, reason);
	w->task->order = steps_order(RRD_MOVE, cluster, r->host, r->to, r->rrds);
	add(w->task, REQUEST_OK "%s is called %s now", r->host, r->to);
	return 0;
}

static int
rename_host(struct work *w)
{
	int result;

	steps_hold();
	result = rename_between_steps(w);
	steps_go_on();
	return result;
}

static void
lower_case(char *text)
{
	for (; *text != '\0'; text++)
		if (*text >= 'A' && *text <= 'Z')
			*text = (char)(*text - 'A' + 'a');
}

void
task_begin(struct task *t, const struct task_world *world,
           const struct request *request)
{
	struct request spelled = *request;
	struct work w = {.task = t, .world = world, .request = &spelled};

	*t = (struct task){.removes = request->verb == REQUEST_REMOVE};
	if (world->config->collector.lower_case)
		lower_case(spelled.to);
	if (find_cluster(&w) != 0)
		return;
	spell_host(&w, &spelled);
	if ((t->removes ? remove_host(&w) : rename_host(&w)) == 0)
		save(&w);
}

/* Adds what has come of the order. Returns false where its RRDs stay. */
static bool
add_result(struct task *t, enum rrd_order_result result, const char *text)
{
	if (result == RRD_ORDER_WAITS)
		add(t, "; its RRDs follow when what waits for them is written");
	else if (result == RRD_ORDER_NOTHING)
		add(t, "; there are no RRDs of it");
	else if (result == RRD_ORDER_DONE)
		add(t, ", and so are its RRDs");
	else
		add(t, ", but its RRDs stay where they are: %s", text);
	return result != RRD_ORDER_FAILED;
}

bool
task_is_over(struct task *t, bool late)
{
	enum rrd_order_result result = RRD_ORDER_NOTHING;
	char text[RRD_ORDER_TEXT];
	bool fine = true;

	if (t->order != NULL) {
		result = rrd_order_result(t->order, text);
		if (result == RRD_ORDER_WAITS && !late)
			return false;
		fine = add_result(t, result, text);
	}
	rrd_order_release(t->order);
	t->order = NULL;
	if (t->unsaved != NULL)
		add(t, ". That holds until gmetad-bridge is restarted: %s", t->unsaved);
	t->unsaved = NULL;
	if (!fine)
		turn_into_error(t);
	return true;
}

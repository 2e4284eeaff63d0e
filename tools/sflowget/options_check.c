#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sflow/wire/datagram.h"
#include "tools/sflowget/fields.h"
#include "tools/sflowget/options_table.h"
#include "tools/sflowget/servers.h"

#define DAEMON_DEADLINE_S 10
#define LISTEN_DEADLINE_S 90 /* a rate needs two polls, usually 30 s apart */

static void
set_task(const struct options_line *l)
{
	struct options *o = l->o;

	if (l->decode)
		o->task = TASK_DECODE;
	else if (o->rrd_file != NULL)
		o->task = TASK_RRD_CREATE;
	else if (o->servers_metric != NULL)
		o->task = TASK_SERVERS;
	else if (l->list)
		o->task = o->wanted.agent != NULL && o->list == LIST_ALL &&
		                  !wanted_many(&o->wanted)
		              ? TASK_METRICS
		              : TASK_AGENTS;
}

static void
set_defaults(const struct options_line *l)
{
	const char *interval = getenv("COLLECTD_INTERVAL");
	struct options *o = l->o;

	if (o->source == SOURCE_READ && !l->port)
		o->port = SFLOW_PORT;
	if (o->source == SOURCE_READ && o->wanted.max_age_s == 0)
		o->wanted.max_age_s = -1; /* recorded values are never too old */
	if (!l->deadline)
		o->deadline_s =
		    o->source == SOURCE_LISTEN ? LISTEN_DEADLINE_S : DAEMON_DEADLINE_S;
	o->deadline_of_first = !l->deadline && o->task == TASK_DECODE;
	if (o->interval_s > 0)
		return;
	if (o->output != &output_collectd || interval == NULL ||
	    !options_seconds(interval, &o->interval_s))
		o->interval_s = o->watch ? WATCH_S : STEP_S;
}

/* munin-node gives "config" as the last word; collectd sets the name of its machine. */
static void
take_environment(struct options *o)
{
	struct wanted *w = &o->wanted;
	size_t last = w->count;

	if (o->output == &output_munin && last > 0 &&
	    strcmp(w->metrics[last - 1], "config") == 0) {
		o->munin = MUNIN_CONFIG;
		w->count--;
	}
	if (o->output == &output_collectd && w->agent == NULL)
		w->agent = getenv("COLLECTD_HOSTNAME");
}

static int
check_source(const struct options_line *l, FILE *err)
{
	const struct options *o = l->o;

	if (l->sources > 1)
		return options_wrong(err, "--daemon, --listen and --read are three "
		                          "sources; one is enough");
	if (o->source == SOURCE_DAEMON && o->task == TASK_DECODE)
		return options_wrong(err, "--decode needs --listen or --read: daemons "
		                          "have no datagrams to tell");
	if (o->source == SOURCE_DAEMON && o->raw && o->task != TASK_RRD_CREATE)
		return options_wrong(err, "raw fields need --listen or --read: daemons "
		                          "tell metrics alone");
	if (o->source != SOURCE_DAEMON && o->wanted.cluster != NULL)
		return options_wrong(err, "--cluster needs --daemon: agents know of no "
		                          "clusters");
	if (o->source == SOURCE_READ && o->watch)
		return options_wrong(err, "--watch needs --daemon or --listen");
	if (o->source != SOURCE_READ && l->port)
		return options_wrong(err, "--port is for --read; --listen has its own");
	if (o->source != SOURCE_LISTEN && o->bind.type != ADDRESS_UNKNOWN)
		return options_wrong(err, "--bind is for --listen");
	return -1;
}

static bool
has_pattern(const struct options *o)
{
	return wanted_has_pattern(&o->wanted) || wanted_many(&o->wanted);
}

static int
check_task(const struct options_line *l, FILE *err)
{
	const struct options *o = l->o;
	bool exact = o->output->exact || o->task == TASK_RRD_CREATE;

	if (l->outputs > 1)
		return options_wrong(err, "--%s: one kind of output is enough",
		                     o->output->option);
	if (o->task == TASK_DECODE && l->outputs > 0 && o->output != &output_json)
		return options_wrong(err, "--decode prints lines, or --json");
	if (o->human && (o->output != &output_table ||
	                 (o->task != TASK_VALUES && o->task != TASK_SERVERS)))
		return options_wrong(err, "--human is for the table: other programs "
		                          "want plain numbers");
	if (o->task == TASK_SERVERS && l->outputs > 0 && o->output != &output_table &&
	    o->output != &output_json)
		return options_wrong(err, "--servers prints lines, or --json");
	if (o->task == TASK_SERVERS && o->count > SERVERS_MOST)
		return options_wrong(err,
		                     "--count=%" PRIu64 ": --servers tells at most %d",
		                     o->count, SERVERS_MOST);
	if (l->count && o->task != TASK_SERVERS && o->task != TASK_DECODE)
		return options_wrong(err, "--count is for --servers and --decode");
	if (l->count && o->count == 0)
		return options_wrong(err, "--count=0: nothing would be told");
	if (o->task == TASK_SERVERS && l->list)
		return options_wrong(err, "--servers or --list, not both");
	if (l->list && l->outputs > 0)
		return options_wrong(err, "--list prints names, in no other form");
	if (o->task == TASK_DECODE && o->wanted.agent != NULL &&
	    o->wanted.address.type == ADDRESS_UNKNOWN)
		return options_wrong(err, "--decode %s: datagrams are of addresses",
		                     o->wanted.agent);
	if (o->task == TASK_AGENTS || o->task == TASK_DECODE || o->task == TASK_SERVERS)
		return -1;
	if (o->wanted.agent == NULL)
		return options_wrong(err, "which agent? --list lists them");
	if (exact && has_pattern(o))
		return options_wrong(err,
		                     "%s needs an agent and metrics by their names: "
		                     "their places tell them apart",
		                     o->task == TASK_RRD_CREATE ? "--rrd-create"
		                                                : "--rrd");
	return -1;
}

int
options_check(struct options_line *l, FILE *err)
{
	struct options *o = l->o;
	int status;
	size_t i;

	take_environment(o);
	wanted_init(&o->wanted);
	for (i = 0; i < o->wanted.count; i++)
		o->raw = o->raw || fields_is_raw(o->wanted.metrics[i]);
	set_task(l);
	set_defaults(l);
	status = check_source(l, err);
	return status >= 0 ? status : check_task(l, err);
}

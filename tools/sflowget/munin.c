/* The command line of a munin plugin, which is a link to sflowget: sflow_AGENT_GROUP.
 * munin-node puts the plugin's settings into the environment ("env.daemon" is $daemon).
 */
#include <stdlib.h>
#include <string.h>

#include "tools/sflowget/options.h"

#define PREFIX "sflow_"
#define METRICS_MAX 256
#define DEADLINE_S 30 /* munin-node waits for a minute */

/* Returns the last part of the path. */
static const char *
name_of(const char *program)
{
	const char *slash = strrchr(program, '/');

	return slash == NULL ? program : slash + 1;
}

bool
options_is_munin(const char *program)
{
	return strncmp(name_of(program), PREFIX, strlen(PREFIX)) == 0;
}

static int
wrong(FILE *err, const char *what, const char *which)
{
	fprintf(err, "sflowget: %s: %s\n", which, what);
	return STATUS_USAGE;
}

/* Splits "AGENT_GROUP" at the first "_", and returns the group; NULL: there is none.
 * Where the agent's name has a "_", $agent has to give it. */
static char *
split_name(struct options *o, char *name)
{
	const char *agent = getenv("agent");
	char *rest = NULL;

	if (agent != NULL) {
		size_t len = strlen(agent);

		o->wanted.agent = agent;
		if (strncmp(name, agent, len) == 0 && name[len] == '_')
			rest = name + len + 1;
		else
			rest = strchr(name, '_') != NULL ? strchr(name, '_') + 1 : name;
		return *rest != '\0' ? rest : NULL;
	}
	o->wanted.agent = name[0] != '\0' ? name : NULL;
	rest = strchr(name, '_');
	if (rest == NULL)
		return NULL;
	*rest++ = '\0';
	return *rest != '\0' ? rest : NULL;
}

static bool
split_metrics(struct options *o, char *text)
{
	char *save, *word = strtok_r(text, " ", &save);

	o->wanted.metrics = calloc(METRICS_MAX, sizeof(*o->wanted.metrics));
	if (o->wanted.metrics == NULL)
		return false;
	for (; word != NULL && o->wanted.count < METRICS_MAX;
	     word = strtok_r(NULL, " ", &save))
		o->wanted.metrics[o->wanted.count++] = word;
	return true;
}

static void
set_task(struct options *o, const char *ask)
{
	if (strcmp(ask, "config") == 0)
		o->munin = MUNIN_CONFIG;
	else if (strcmp(ask, "suggest") == 0)
		o->task = TASK_SUGGEST;
	else if (strcmp(ask, "autoconf") == 0)
		o->task = TASK_AUTOCONF;
}

int
options_munin(struct options *o, int argc, char **argv, FILE *err)
{
	const char *daemon = getenv("daemon"), *host = getenv("host_name");
	char *metrics = getenv("metrics"), *group;
	const char *name = name_of(argv[0]) + strlen(PREFIX);

	*o = (struct options){.output = &output_munin, .deadline_s = DEADLINE_S};
	o->munin_host = host == NULL || strcmp(host, "no") != 0;
	if (daemon_parse(daemon != NULL ? daemon : "127.0.0.1", &o->daemon) != 0)
		return wrong(err, "env.daemon is none", daemon);
	set_task(o, argc > 1 ? argv[1] : "");
	o->munin_name = strdup(name);
	if (o->munin_name == NULL)
		return wrong(err, "out of memory", name);
	group = split_name(o, o->munin_name);
	o->wanted.cluster = getenv("cluster");
	if (metrics != NULL && !split_metrics(o, metrics))
		return wrong(err, "out of memory", name);
	o->wanted.group = metrics == NULL ? group : NULL;
	wanted_init(&o->wanted);
	if (o->task == TASK_VALUES && o->wanted.agent == NULL)
		return wrong(err, "the link is sflow_AGENT_GROUP", argv[0]);
	return -1;
}

void
options_free(struct options *o)
{
	if (o->munin_name != NULL)
		free(o->wanted.metrics);
	free(o->munin_name);
	o->munin_name = NULL;
}

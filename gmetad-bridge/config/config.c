#include "gmetad-bridge/config/config.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/memory.h"
#include "gmetad-bridge/config/config_check.h"
#include "gmetad-bridge/config/config_read.h"
#include "gmetad-bridge/config/config_values.h"
#include "sflow/collector/settings.h"
#include "sflow/wire/datagram.h"

#define MEGABYTE (1024 * 1024)
#define METRIC_BYTES 256 /* that a metric may need, with its files and its name */

/* Defaults ------------------------------------------------------------------------- */

/* Returns the same default as gmetad's. */
static char *
default_authority(void)
{
	char host[256] = "localhost", authority[300];

	if (gethostname(host, sizeof(host) - 1) != 0)
		strcpy(host, "localhost");
	snprintf(authority, sizeof(authority), "http://%s/ganglia/", host);
	return strdup(authority);
}

static void
set_numbers(struct config *config)
{
	config->port = SFLOW_PORT;
	config->sockets = 1;
	config->rcvbuf = 64 * MEGABYTE;
	collector_settings_begin(&config->collector, SETTINGS_OF_BRIDGE);
	config->xml_port = 8651;
	config->interactive_port = 8652;
	config->readers = 100;
	config->reader_timeout_s = 30;
	config->rrd.step_s = 15;
	config->rrd.connections = 2;
	config->rrd.queue_bytes = 256 * MEGABYTE;
	config->rrd.write = RRD_CHANGED;
	config->rrd.keep_free = 10;
	config->rrd.files = 25000;
	config->rrd.summaries = true;
	config->rrd.umask = -1;
	config->references = 1;
}

static int
set_texts(struct config *config, const char *path)
{
	config->path = realpath(path, NULL);
	if (config->path == NULL)
		config->path = strdup(path);
	config->grid = strdup("unspecified");
	config->authority = default_authority();
	config->rrd.rootdir = strdup("/var/lib/ganglia/rrds");
	config->rrd.archives = config_archives_new();
	config->self_name = strdup("gmetad-bridge");
	config->user = strdup("ganglia");
	return config->path == NULL || config->grid == NULL ||
	               config->authority == NULL || config->rrd.rootdir == NULL ||
	               config->rrd.archives == NULL || config->self_name == NULL ||
	               config->user == NULL
	           ? -1
	           : 0;
}

/* Freeing -------------------------------------------------------------------------- */

static void
free_rrd(struct config_rrd *rrd)
{
	size_t i;

	for (i = 0; i < rrd->rule_count; i++) {
		regfree(&rrd->rules[i].metrics);
		config_archives_free(rrd->rules[i].archives);
	}
	free(rrd->rules);
	free(rrd->rootdir);
	free(rrd->rrdcached);
	config_archives_free(rrd->archives);
}

static void
free_config(struct config *config)
{
	config_clusters_free(config);
	config_names_free(&config->summarized);
	config_names_free(&config->unsummarized);
	free_rrd(&config->rrd);
	collector_settings_end(&config->collector);
	network_list_free(config->trusted);
	free(config->vm_cluster);
	free(config->own_cluster);
	free(config->path);
	free(config->grid);
	free(config->authority);
	free(config->state);
	free(config->control);
	free(config->self_name);
	free(config->user);
	free(config->on_event);
	free(config->nagios_commands);
	free(config);
}

struct config *
config_hold(const struct config *config)
{
	struct config *held = (struct config *)(uintptr_t)config;

	if (held != NULL)
		atomic_fetch_add(&held->references, 1);
	return held;
}

void
config_release(const struct config *config)
{
	struct config *held = (struct config *)(uintptr_t)config;

	if (held != NULL && atomic_fetch_sub(&held->references, 1) == 1)
		free_config(held);
}

/* Reading ---------------------------------------------------------------------------- */

static int
finish(struct config_reading *r)
{
	struct collector_config *collector = &r->config->collector;

	collector->keep = r->config->state != NULL;
	collector->max_metrics_in_all =
	    memory_things(collector->max_memory, METRIC_BYTES);
	return config_clusters_finish(r);
}

/* Reads under a lock, because libconfuse can't be used by two threads at once. */
static int
read_alone(struct config_reading *r)
{
	static pthread_mutex_t alone = PTHREAD_MUTEX_INITIALIZER;
	int result;

	pthread_mutex_lock(&alone);
	result = config_read(r);
	pthread_mutex_unlock(&alone);
	return result;
}

/* Reads the file, or the text. With warnings it is also checked. */
static struct config *
parse(const char *text, const char *path, const struct config *before,
      struct config_warnings *warnings, char fault[CONFIG_FAULT])
{
	struct config *config = calloc(1, sizeof(*config));
	struct config_reading *r = calloc(1, sizeof(*r));
	int result = -1;

	*fault = '\0';
	if (config == NULL || r == NULL) {
		free(config);
		free(r);
		snprintf(fault, CONFIG_FAULT, "%s: no memory", path);
		return NULL;
	}
	*r = (struct config_reading){
	    .config = config, .before = before, .warnings = warnings, .fault = fault};
	set_numbers(config);
	if (set_texts(config, path) != 0)
		snprintf(fault, CONFIG_FAULT, "%s: no memory", path);
	else if (config_text_read(&r->text, path, text, warnings, fault) == 0 &&
	         read_alone(r) == 0)
		result = finish(r);
	if (result == 0 && warnings != NULL)
		result = config_check(r);
	config_text_free(&r->text);
	free(r);
	if (result == 0)
		return config;
	config_release(config);
	return NULL;
}

struct config *
config_parse(const char *text, const char *path, const struct config *before,
             char fault[CONFIG_FAULT])
{
	return parse(text, path, before, NULL, fault);
}

struct config *
config_load(const char *path, const struct config *before, char fault[CONFIG_FAULT])
{
	return parse(NULL, path, before, NULL, fault);
}

int
config_test(const char *path, FILE *out, FILE *err)
{
	struct config_warnings warnings = {.to = err};
	char fault[CONFIG_FAULT];
	struct config *config = parse(NULL, path, NULL, &warnings, fault);

	if (config == NULL)
		fprintf(err, "%s\n", fault);
	else if (warnings.count > 0)
		fprintf(out, "%s: fine, but for %u warning%s\n", path, warnings.count,
		        warnings.count == 1 ? "" : "s");
	else
		fprintf(out, "%s: fine\n", path);
	config_release(config);
	return config == NULL ? -1 : 0;
}

/* Archives ---------------------------------------------------------------------------- */

char *const *
config_archives(const struct config *config, const char *metric)
{
	const struct config_rrd *rrd = &config->rrd;
	char *const *archives = rrd->archives;
	size_t i;

	for (i = 0; i < rrd->rule_count; i++)
		if (regexec(&rrd->rules[i].metrics, metric, 0, NULL, 0) == 0) {
			archives = rrd->rules[i].archives;
			break;
		}
	return archives[0] == NULL ? NULL : archives;
}

/* Sums -------------------------------------------------------------------------------- */

static bool
matches(const struct config_names *names, const char *metric)
{
	size_t i;

	for (i = 0; i < names->count; i++)
		if (regexec(&names->expressions[i], metric, 0, NULL, 0) == 0)
			return true;
	return false;
}

bool
config_sums(const struct config *config, const char *metric, bool of_instance)
{
	return matches(&config->summarized, metric) ||
	       (!of_instance && !matches(&config->unsummarized, metric));
}

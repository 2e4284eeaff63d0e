/* The table of the sections that the file may have, and of their keys. */
#include "gmetad-bridge/config/config_sections.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "gmetad-bridge/config/config_read.h"
#include "gmetad-bridge/config/config_values.h"
#include "sflow/collector/settings.h"

/* Keys ---------------------------------------------------------------------------- */

#define IN(member) .to = offsetof(struct config, member)
#define IN_CLUSTER(member) .to = offsetof(struct config_cluster, member)
#define IN_ARCHIVES(member) .to = offsetof(struct config_archives, member)
#define LIST .form = SETTING_LIST
#define MEGABYTE (1L << 20)
#define QUEUE_MOST (LONG_MAX > INT_MAX ? 65536 * MEGABYTE : 1024 * MEGABYTE)

static const char *const write_words[] = {
    [RRD_CHANGED] = "changed", [RRD_ALWAYS] = "always", NULL};

/* clang-format off */
static const struct setting top_keys[] = {
	{"xml_port", config_set_tcp_port, IN(xml_port)},
	{"interactive_port", config_set_tcp_port, IN(interactive_port)},
	{"xml_bind", config_set_xml_bind, LIST},
	{"trusted_hosts", setting_networks, IN(trusted), LIST},
	{"all_trusted", setting_flag, IN(all_trusted)},
	{"gzip_output", setting_flag, IN(gzip)},
	{"readers", setting_number, IN(readers), SETTING_BETWEEN(1, 10000)},
	{"reader_timeout", setting_number, IN(reader_timeout_s), SETTING_BETWEEN(1, 3600)},
	{"summarized_metrics", config_set_names, IN(summarized), LIST},
	{"unsummarized_metrics", config_set_names, IN(unsummarized), LIST},
	{"state", config_set_path, IN(state)},
	{"control", config_set_socket, IN(control)},
	{"user", config_set_name, IN(user)},
	{"syslog", setting_flag, IN(syslog)},
	{"on_event", config_set_path, IN(on_event)},
	{"nagios_commands", config_set_path, IN(nagios_commands)},
};

static const struct setting sflow_keys[] = {
	{"port", config_set_port, IN(port), SETTING_BETWEEN(1, 65535)},
	{"bind", config_set_bind, LIST},
	{"sockets", setting_number, IN(sockets), SETTING_BETWEEN(1, 64)},
	{"rcvbuf", config_set_rcvbuf, IN(rcvbuf), SETTING_BETWEEN(0, 1024 * MEGABYTE)},
	{"rate", setting_number, IN(rate), SETTING_BETWEEN(0, 10000000)},
	{"vm_cluster", config_set_name, IN(vm_cluster)},
};

static const struct setting grid_keys[] = {
	{"name", config_set_text, IN(grid)},
	{"authority", config_set_text, IN(authority)},
};

static const struct setting cluster_keys[] = {
	{"agents", config_set_agents, IN_CLUSTER(agents), LIST},
	{"gmond_port", config_set_tcp_port, IN_CLUSTER(gmond_port)},
	{"owner", config_set_text, IN_CLUSTER(owner)},
	{"latlong", config_set_text, IN_CLUSTER(latlong)},
	{"url", config_set_text, IN_CLUSTER(url)},
};

static const struct setting rrd_keys[] = {
	{"rootdir", config_set_folder, IN(rrd.rootdir)},
	{"step", setting_number, IN(rrd.step_s), SETTING_BETWEEN(1, 86400)},
	{"rrdcached", config_set_rrdcached, IN(rrd.rrdcached)},
	{"connections", setting_number, IN(rrd.connections), SETTING_BETWEEN(1, 64)},
	{"queue", config_set_bytes, IN(rrd.queue_bytes), SETTING_BETWEEN(MEGABYTE, QUEUE_MOST)},
	{"write", setting_word, IN(rrd.write), .words = write_words},
	{"delay", setting_number, IN(rrd.delay_s), SETTING_BETWEEN(0, 3600)},
	{"keep_free", setting_number, IN(rrd.keep_free), SETTING_BETWEEN(0, 99)},
	{"files", setting_number, IN(rrd.files), SETTING_BETWEEN(0, 1000000)},
	{"summaries", setting_flag, IN(rrd.summaries)},
	{"umask", config_set_umask, IN(rrd.umask)},
	{"lower_case", setting_flag, IN(rrd.lower_case)},
	{"rra", config_set_archives, IN(rrd.archives), LIST},
};

static const struct setting archives_keys[] = {
	{"rra", config_set_archives, IN_ARCHIVES(archives), LIST},
};

static const struct setting self_keys[] = {
	{"name", config_set_host, IN(self_name)},
	{"cluster", config_set_name, IN(own_cluster)},
};
/* clang-format on */

/* Beginnings and ends -------------------------------------------------------------- */

static int
begin_cluster(struct config_reading *r, const char *name, unsigned line)
{
	return config_cluster_add(r, name, line) == NULL ? -1 : 0;
}

static int
end_cluster(struct config_reading *r, unsigned line)
{
	(void)line;
	r->cluster_port_lines[r->config->cluster_count - 1] =
	    config_key_line(r, SECTION_CLUSTER, "gmond_port");
	return 0;
}

static void *
last_cluster(const struct config *config)
{
	return &config->clusters[config->cluster_count - 1];
}

static int
begin_rrd(struct config_reading *r, const char *title, unsigned line)
{
	(void)title;
	(void)line;
	r->config->rrd_on = true;
	return 0;
}

/* Begins a section archives "REGEX" { }. */
static int
begin_archives(struct config_reading *r, const char *regex, unsigned line)
{
	struct config_rrd *rrd = &r->config->rrd;
	struct config_archives *rule;
	char reason[SETTING_REASON];

	if (rrd->rules == NULL)
		rrd->rules = calloc(ARCHIVES_MAX, sizeof(*rrd->rules));
	if (rrd->rules == NULL)
		return config_fail(r, line, "no memory");
	if (rrd->rule_count == ARCHIVES_MAX)
		return config_fail(r, line, "more than %d archives", ARCHIVES_MAX);
	rule = &rrd->rules[rrd->rule_count];
	if (!setting_compile(&rule->metrics, regex, reason))
		return config_fail(r, line,
		                   "archives \"%.64s\": it should be "
		                   "an extended regular expression: %s",
		                   regex, reason);
	rrd->rule_count++;
	return 0;
}

static void *
last_archives(const struct config *config)
{
	return &config->rrd.rules[config->rrd.rule_count - 1];
}

static int
end_archives(struct config_reading *r, unsigned line)
{
	const struct config_archives *rule = last_archives(r->config);

	return rule->archives != NULL
	           ? 0
	           : config_fail(r, line, "archives: its rra is missing");
}

/* The table ------------------------------------------------------------------------ */

#define KEYS(array) .keys = array, .key_count = sizeof(array) / sizeof((array)[0])

const struct config_section config_sections[SECTION_COUNT] = {
    [SECTION_TOP] = {"root" /* libconfuse's word */, KEYS(top_keys)},
    [SECTION_SFLOW] = {"sflow", KEYS(sflow_keys), .collector = true},
    [SECTION_GRID] = {"grid", KEYS(grid_keys)},
    [SECTION_CLUSTER] = {"cluster", .titled = true, KEYS(cluster_keys),
                         .begin = begin_cluster, .end = end_cluster,
                         .values = last_cluster},
    [SECTION_RRD] = {"rrd", KEYS(rrd_keys), .begin = begin_rrd},
    [SECTION_ARCHIVES] = {"archives", .in = SECTION_RRD, .titled = true,
                          KEYS(archives_keys), .begin = begin_archives,
                          .end = end_archives, .values = last_archives},
    [SECTION_SELF] = {"self", KEYS(self_keys)},
};

const struct setting *
config_key_at(enum section section, size_t index)
{
	const struct config_section *s = &config_sections[section];

	if (index < s->key_count)
		return &s->keys[index];
	return s->collector
	           ? collector_setting_at(SETTINGS_OF_BRIDGE, index - s->key_count)
	           : NULL;
}

unsigned
config_key_line(const struct config_reading *r, enum section section, const char *name)
{
	const struct setting *key;
	size_t i;

	for (i = 0; (key = config_key_at(section, i)) != NULL; i++)
		if (strcmp(key->name, name) == 0)
			return r->key_lines[section][i];
	return 0;
}

/* Every section that the file may have, and its keys. */
#include "gmetad-bridge/config/config_sections.h"

#include <limits.h>
#include <stdlib.h>

#include "gmetad-bridge/config/config_read.h"
#include "gmetad-bridge/config/config_values.h"

/* Keys ---------------------------------------------------------------------------- */

#define OF_CONFIG(member) offsetof(struct config, member)
#define OF_CLUSTER(member) offsetof(struct config_cluster, member)
#define MEGABYTE (1L << 20)
#define QUEUE_MOST (LONG_MAX > INT_MAX ? 65536 * MEGABYTE : 1024 * MEGABYTE)

/* clang-format off */
static const struct config_key top_keys[] = {
	{"xml_port", config_set_tcp_port, OF_CONFIG(xml_port), 0, 0, false},
	{"interactive_port", config_set_tcp_port, OF_CONFIG(interactive_port), 0, 0, false},
	{"xml_bind", config_set_xml_bind, 0, 0, 0, true},
	{"trusted_hosts", config_set_networks, OF_CONFIG(trusted), 0, 0, true},
	{"all_trusted", config_set_bool, OF_CONFIG(all_trusted), 0, 0, false},
	{"gzip_output", config_set_bool, OF_CONFIG(gzip), 0, 0, false},
	{"readers", config_set_number, OF_CONFIG(readers), 1, 10000, false},
	{"reader_timeout", config_set_number, OF_CONFIG(reader_timeout_s), 1, 3600, false},
	{"state", config_set_path, OF_CONFIG(state), 0, 0, false},
	{"user", config_set_name, OF_CONFIG(user), 0, 0, false},
	{"syslog", config_set_bool, OF_CONFIG(syslog), 0, 0, false},
	{"on_event", config_set_path, OF_CONFIG(on_event), 0, 0, false},
	{"nagios_commands", config_set_path, OF_CONFIG(nagios_commands), 0, 0, false},
};

static const struct config_key sflow_keys[] = {
	{"port", config_set_port, OF_CONFIG(port), 1, 65535, false},
	{"bind", config_set_bind, 0, 0, 0, true},
	{"sockets", config_set_number, OF_CONFIG(sockets), 1, 64, false},
	{"rcvbuf", config_set_rcvbuf, OF_CONFIG(rcvbuf), 0, 1024 * MEGABYTE, false},
	{"allow", config_set_networks, OF_CONFIG(allow), 0, 0, true},
	{"deny", config_set_networks, OF_CONFIG(deny), 0, 0, true},
	{"same_address", config_set_bool, OF_CONFIG(collector.same_address), 0, 0, false},
	{"rate", config_set_number, OF_CONFIG(rate), 0, 10000000, false},
	{"max_agents", config_set_number, OF_CONFIG(collector.max_agents), 1, 1000000, false},
	{"max_sources", config_set_number, OF_CONFIG(collector.max_sources), 1, 1000000, false},
	{"max_metrics", config_set_number, OF_CONFIG(collector.max_metrics), 1, 1000000, false},
	{"accept", config_set_accept, OF_CONFIG(collector.accept), 0, 0, true},
	{"multiple", config_set_multiple, OF_CONFIG(collector.multiple), 0, 0, true},
	{"vm", config_set_vm, OF_CONFIG(collector.vm), 0, 0, false},
	{"vm_cluster", config_set_name, OF_CONFIG(vm_cluster), 0, 0, false},
	{"ports", config_set_ports, 0, 0, 0, false},
	{"ports_except", config_set_ports_except, 0, 0, 0, false},
	{"names", config_set_names, OF_CONFIG(names), 0, 0, true},
	{"names_file", config_set_path, OF_CONFIG(names_file), 0, 0, false},
	{"lower_case", config_set_bool, OF_CONFIG(collector.lower_case), 0, 0, false},
	{"misses", config_set_misses, OF_CONFIG(collector.misses), 1, 100, false},
	{"host_dmax", config_set_seconds, OF_CONFIG(collector.host_dmax_ms), 60, INT_MAX, false},
};

static const struct config_key grid_keys[] = {
	{"name", config_set_text, OF_CONFIG(grid), 0, 0, false},
	{"authority", config_set_text, OF_CONFIG(authority), 0, 0, false},
};

static const struct config_key cluster_keys[] = {
	{"agents", config_set_agents, OF_CLUSTER(agents), 0, 0, true},
	{"gmond_port", config_set_tcp_port, OF_CLUSTER(gmond_port), 0, 0, false},
	{"owner", config_set_text, OF_CLUSTER(owner), 0, 0, false},
	{"latlong", config_set_text, OF_CLUSTER(latlong), 0, 0, false},
	{"url", config_set_text, OF_CLUSTER(url), 0, 0, false},
};

static const struct config_key rrd_keys[] = {
	{"rootdir", config_set_folder, OF_CONFIG(rrd.rootdir), 0, 0, false},
	{"step", config_set_number, OF_CONFIG(rrd.step_s), 1, 86400, false},
	{"rrdcached", config_set_rrdcached, OF_CONFIG(rrd.rrdcached), 0, 0, false},
	{"connections", config_set_number, OF_CONFIG(rrd.connections), 1, 64, false},
	{"queue", config_set_bytes, OF_CONFIG(rrd.queue_bytes), MEGABYTE, QUEUE_MOST, false},
	{"write", config_set_write, OF_CONFIG(rrd.write), 0, 0, false},
	{"delay", config_set_number, OF_CONFIG(rrd.delay_s), 0, 3600, false},
	{"summaries", config_set_bool, OF_CONFIG(rrd.summaries), 0, 0, false},
	{"lower_case", config_set_bool, OF_CONFIG(rrd.lower_case), 0, 0, false},
	{"rra", config_set_archives, OF_CONFIG(rrd.archives), 0, 0, true},
};

static const struct config_key archives_keys[] = {
	{"rra", config_set_archives, offsetof(struct config_archives, archives), 0, 0, true},
};

static const struct config_key self_keys[] = {
	{"name", config_set_host, OF_CONFIG(self_name), 0, 0, false},
	{"cluster", config_set_name, OF_CONFIG(own_cluster), 0, 0, false},
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

/* archives "REGEX" { } */
static int
begin_archives(struct config_reading *r, const char *regex, unsigned line)
{
	struct config_rrd *rrd = &r->config->rrd;
	struct config_archives *rule;
	char reason[128];
	int error;

	if (rrd->rules == NULL)
		rrd->rules = calloc(ARCHIVES_MAX, sizeof(*rrd->rules));
	if (rrd->rules == NULL)
		return config_fail(r, line, "no memory");
	if (rrd->rule_count == ARCHIVES_MAX)
		return config_fail(r, line, "more than %d archives",
		                   ARCHIVES_MAX);
	rule = &rrd->rules[rrd->rule_count];
	error = regcomp(&rule->metrics, regex, REG_EXTENDED | REG_NOSUB);
	if (error != 0) {
		regerror(error, &rule->metrics, reason, sizeof(reason));
		return config_fail(r, line, "archives \"%.64s\": it should be "
		                   "an extended regular expression: %s",
		                   regex, reason);
	}
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

#define KEYS(array) \
	.keys = array, .key_count = sizeof(array) / sizeof((array)[0])

const struct config_section config_sections[SECTION_COUNT] = {
    [SECTION_TOP] = {"root" /* libconfuse's word */, KEYS(top_keys)},
    [SECTION_SFLOW] = {"sflow", KEYS(sflow_keys)},
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

const struct config_key *
config_key_at(enum section section, size_t index)
{
	const struct config_section *s = &config_sections[section];

	return index < s->key_count ? &s->keys[index] : NULL;
}

/* Every key that the file may have. */
#include <limits.h>

#include "gmetad-bridge/config/config_values.h"

#define OF_CONFIG(member) offsetof(struct config, member)
#define OF_CLUSTER(member) offsetof(struct config_cluster, member)
#define MEGABYTE (1L << 20)
#define QUEUE_MOST (LONG_MAX > INT_MAX ? 65536 * MEGABYTE : 1024 * MEGABYTE)

const char *const config_sections[SECTION_COUNT] = {
    [SECTION_TOP] = "root", /* libconfuse's word */
    [SECTION_SFLOW] = "sflow",
    [SECTION_GRID] = "grid",
    [SECTION_CLUSTER] = "cluster",
    [SECTION_RRD] = "rrd",
    [SECTION_ARCHIVES] = "archives",
    [SECTION_SELF] = "self",
};

/* clang-format off */
const struct config_key config_keys[] = {
	{SECTION_TOP, "xml_port", config_set_tcp_port, OF_CONFIG(xml_port), 0, 0, false},
	{SECTION_TOP, "interactive_port", config_set_tcp_port, OF_CONFIG(interactive_port), 0, 0, false},
	{SECTION_TOP, "xml_bind", config_set_xml_bind, 0, 0, 0, true},
	{SECTION_TOP, "trusted_hosts", config_set_networks, OF_CONFIG(trusted), 0, 0, true},
	{SECTION_TOP, "all_trusted", config_set_bool, OF_CONFIG(all_trusted), 0, 0, false},
	{SECTION_TOP, "gzip_output", config_set_bool, OF_CONFIG(gzip), 0, 0, false},
	{SECTION_TOP, "readers", config_set_number, OF_CONFIG(readers), 1, 10000, false},
	{SECTION_TOP, "reader_timeout", config_set_number, OF_CONFIG(reader_timeout_s), 1, 3600, false},
	{SECTION_TOP, "state", config_set_path, OF_CONFIG(state), 0, 0, false},
	{SECTION_TOP, "user", config_set_name, OF_CONFIG(user), 0, 0, false},
	{SECTION_TOP, "syslog", config_set_bool, OF_CONFIG(syslog), 0, 0, false},
	{SECTION_TOP, "on_event", config_set_path, OF_CONFIG(on_event), 0, 0, false},
	{SECTION_TOP, "nagios_commands", config_set_path, OF_CONFIG(nagios_commands), 0, 0, false},

	{SECTION_SFLOW, "port", config_set_port, OF_CONFIG(port), 1, 65535, false},
	{SECTION_SFLOW, "bind", config_set_bind, 0, 0, 0, true},
	{SECTION_SFLOW, "sockets", config_set_number, OF_CONFIG(sockets), 1, 64, false},
	{SECTION_SFLOW, "rcvbuf", config_set_rcvbuf, OF_CONFIG(rcvbuf), 0, 1024 * MEGABYTE, false},
	{SECTION_SFLOW, "allow", config_set_networks, OF_CONFIG(allow), 0, 0, true},
	{SECTION_SFLOW, "deny", config_set_networks, OF_CONFIG(deny), 0, 0, true},
	{SECTION_SFLOW, "same_address", config_set_bool, OF_CONFIG(collector.same_address), 0, 0, false},
	{SECTION_SFLOW, "rate", config_set_number, OF_CONFIG(rate), 0, 10000000, false},
	{SECTION_SFLOW, "max_agents", config_set_number, OF_CONFIG(collector.max_agents), 1, 1000000, false},
	{SECTION_SFLOW, "max_sources", config_set_number, OF_CONFIG(collector.max_sources), 1, 1000000, false},
	{SECTION_SFLOW, "max_metrics", config_set_number, OF_CONFIG(collector.max_metrics), 1, 1000000, false},
	{SECTION_SFLOW, "accept", config_set_accept, OF_CONFIG(collector.accept), 0, 0, true},
	{SECTION_SFLOW, "multiple", config_set_multiple, OF_CONFIG(collector.multiple), 0, 0, true},
	{SECTION_SFLOW, "vm", config_set_vm, OF_CONFIG(collector.vm), 0, 0, false},
	{SECTION_SFLOW, "vm_cluster", config_set_name, OF_CONFIG(vm_cluster), 0, 0, false},
	{SECTION_SFLOW, "ports", config_set_ports, 0, 0, 0, false},
	{SECTION_SFLOW, "ports_except", config_set_ports_except, 0, 0, 0, false},
	{SECTION_SFLOW, "names", config_set_names, OF_CONFIG(names), 0, 0, true},
	{SECTION_SFLOW, "names_file", config_set_path, OF_CONFIG(names_file), 0, 0, false},
	{SECTION_SFLOW, "lower_case", config_set_bool, OF_CONFIG(collector.lower_case), 0, 0, false},
	{SECTION_SFLOW, "misses", config_set_misses, OF_CONFIG(collector.misses), 1, 100, false},
	{SECTION_SFLOW, "host_dmax", config_set_seconds, OF_CONFIG(collector.host_dmax_ms), 60, INT_MAX, false},

	{SECTION_GRID, "name", config_set_text, OF_CONFIG(grid), 0, 0, false},
	{SECTION_GRID, "authority", config_set_text, OF_CONFIG(authority), 0, 0, false},

	{SECTION_CLUSTER, "agents", config_set_agents, OF_CLUSTER(agents), 0, 0, true},
	{SECTION_CLUSTER, "gmond_port", config_set_tcp_port, OF_CLUSTER(gmond_port), 0, 0, false},
	{SECTION_CLUSTER, "owner", config_set_text, OF_CLUSTER(owner), 0, 0, false},
	{SECTION_CLUSTER, "latlong", config_set_text, OF_CLUSTER(latlong), 0, 0, false},
	{SECTION_CLUSTER, "url", config_set_text, OF_CLUSTER(url), 0, 0, false},

	{SECTION_RRD, "rootdir", config_set_folder, OF_CONFIG(rrd.rootdir), 0, 0, false},
	{SECTION_RRD, "step", config_set_number, OF_CONFIG(rrd.step_s), 1, 86400, false},
	{SECTION_RRD, "rrdcached", config_set_rrdcached, OF_CONFIG(rrd.rrdcached), 0, 0, false},
	{SECTION_RRD, "connections", config_set_number, OF_CONFIG(rrd.connections), 1, 64, false},
	{SECTION_RRD, "queue", config_set_bytes, OF_CONFIG(rrd.queue_bytes), MEGABYTE, QUEUE_MOST, false},
	{SECTION_RRD, "write", config_set_write, OF_CONFIG(rrd.write), 0, 0, false},
	{SECTION_RRD, "delay", config_set_number, OF_CONFIG(rrd.delay_s), 0, 3600, false},
	{SECTION_RRD, "summaries", config_set_bool, OF_CONFIG(rrd.summaries), 0, 0, false},
	{SECTION_RRD, "lower_case", config_set_bool, OF_CONFIG(rrd.lower_case), 0, 0, false},
	{SECTION_RRD, "rra", config_set_archives, OF_CONFIG(rrd.archives), 0, 0, true},

	{SECTION_ARCHIVES, "rra", config_set_archives, offsetof(struct config_archives, archives), 0, 0, true},

	{SECTION_SELF, "name", config_set_host, OF_CONFIG(self_name), 0, 0, false},
	{SECTION_SELF, "cluster", config_set_name, OF_CONFIG(own_cluster), 0, 0, false},
};
/* clang-format on */

const size_t config_key_count = sizeof(config_keys) / sizeof(config_keys[0]);

/* What has to be done when all clusters are read: their agents, numbers and ports. */
#include <stdlib.h>
#include <string.h>

#include "gmetad-bridge/config/config_read.h"

#define OTHERS "unspecified" /* the cluster of agents that no other takes */

static struct config_cluster *
find(const struct config *config, const char *name)
{
	size_t i;

	for (i = 0; i < config->cluster_count; i++)
		if (strcmp(config->clusters[i].name, name) == 0)
			return &config->clusters[i];
	return NULL;
}

/* Agents of each cluster ------------------------------------------------------------ */

/* Whether the clusters' networks have all addresses in them. */
static bool
take_all(const struct config *config)
{
	bool ipv4 = false, ipv6 = false;
	size_t i;

	for (i = 0; i < config->cluster_count; i++) {
		const struct network_list *l = config->clusters[i].agents;

		ipv4 = ipv4 || (l != NULL && network_list_all(l, ADDRESS_IPV4));
		ipv6 = ipv6 || (l != NULL && network_list_all(l, ADDRESS_IPV6));
	}
	return ipv4 && ipv6;
}

/* Whether a key gives the cluster hosts of its own, so that it needs no networks. */
static bool
is_named(const struct config *config, const struct config_cluster *cluster)
{
	return (config->vm_cluster != NULL &&
	        strcmp(config->vm_cluster, cluster->name) == 0) ||
	       (config->own_cluster != NULL &&
	        strcmp(config->own_cluster, cluster->name) == 0);
}

/* Finds the one cluster without networks among those that a key names, or that none does.
 * Returns how many there are, at most two: *second is the index of the other one. */
static unsigned
find_bare(const struct config *config, bool named, struct config_cluster **first,
          size_t *second)
{
	unsigned count = 0;
	size_t i;

	for (i = 0; i < config->cluster_count && count < 2; i++) {
		struct config_cluster *cluster = &config->clusters[i];

		if (cluster->agents != NULL || is_named(config, cluster) != named)
			continue;
		if (count++ == 0)
			*first = cluster;
		else
			*second = i;
	}
	return count;
}

/* Returns the cluster that takes the agents which no other takes: the one without
 * networks. Where there are several of these, it is the one that no key names. Else it is
 * "unspecified", or, where the networks have all addresses, the last cluster. NULL with
 * the fault. */
static struct config_cluster *
find_rest(struct config_reading *r)
{
	struct config *config = r->config;
	struct config_cluster *rest = NULL;
	size_t second;
	unsigned count = find_bare(config, false, &rest, &second);

	if (count > 1) {
		config_fail(r, r->cluster_lines[second],
		            "cluster \"%s\": it should have agents, for "
		            "\"%s\" has none, and takes all others",
		            config->clusters[second].name, rest->name);
		return NULL;
	}
	if (count == 0 && find_bare(config, true, &rest, &second) > 1)
		rest = NULL;
	if (rest == NULL && take_all(config))
		return &config->clusters[config->cluster_count - 1];
	if (rest == NULL)
		rest = find(config, OTHERS);
	if (rest == NULL)
		rest = config_cluster_add(r, OTHERS, 1);
	if (rest != NULL)
		rest->all = true;
	return rest;
}

/* Numbers --------------------------------------------------------------------------- */

static int
copy_numbers(struct config *config, const struct config *before)
{
	unsigned i;

	for (i = 0; before != NULL && i < before->numbered_count; i++) {
		config->numbered[i] = strdup(before->numbered[i]);
		if (config->numbered[i] == NULL)
			return -1;
		config->numbered_count++;
	}
	return 0;
}

/* Gives a cluster the number that its name has had before, or a new one. */
static int
number(struct config_reading *r, struct config_cluster *cluster, unsigned line)
{
	struct config *config = r->config;
	unsigned i;

	for (i = 0; i < config->numbered_count; i++)
		if (strcmp(config->numbered[i], cluster->name) == 0)
			break;
	cluster->number = i;
	if (i < config->numbered_count)
		return 0;
	if (i == CLUSTERS_MAX)
		return config_fail(r, line,
		                   "cluster \"%s\": there were %d "
		                   "others since the start",
		                   cluster->name, CLUSTERS_MAX);
	config->numbered[i] = strdup(cluster->name);
	if (config->numbered[i] == NULL)
		return config_fail(r, line, "no memory");
	config->numbered_count++;
	return 0;
}

static int
number_all(struct config_reading *r)
{
	struct config *config = r->config;
	size_t i;

	if (copy_numbers(config, r->before) != 0)
		return config_fail(r, 1, "no memory");
	for (i = 0; i < config->cluster_count; i++)
		if (number(r, &config->clusters[i], r->cluster_lines[i]) != 0)
			return -1;
	return 0;
}

/* The collector's rules ------------------------------------------------------------ */

static int
make_rules(struct config_reading *r)
{
	struct config *config = r->config;
	struct cluster_rule *rule;
	size_t i;

	rule = config->rules = calloc(config->cluster_count, sizeof(*rule));
	if (rule == NULL)
		return config_fail(r, 1, "no memory");
	for (i = 0; i < config->cluster_count; i++)
		if (config->clusters[i].agents != NULL)
			*rule++ = (struct cluster_rule){
			    .agents = config->clusters[i].agents,
			    .cluster = config->clusters[i].number};
	config->collector.clusters = config->rules;
	config->collector.cluster_count = (size_t)(rule - config->rules);
	return 0;
}

/* Sets *to to the number of the cluster that the value of a key names. Without a value
 * it stays as it is. */
static int
take_named(struct config_reading *r, enum section section, const char *key,
           const char *name, unsigned *to)
{
	const struct config_cluster *cluster;

	if (name == NULL)
		return 0;
	cluster = find(r->config, name);
	if (cluster == NULL)
		return config_fail(r, config_key_line(r, section, key),
		                   "%s = \"%.64s\": there is no such cluster", key,
		                   name);
	*to = cluster->number;
	return 0;
}

/* Ports ------------------------------------------------------------------------------ */

struct port {
	const char *key, *of;
	long port;
	unsigned line; /* 0: not given */
};

static bool
is_before(const struct port *a, const struct port *b)
{
	return a->line < b->line || (a->line == b->line && a < b);
}

/* No two ports may be the same. The fault names the line of the later one. */
static int
check_ports(struct config_reading *r)
{
	const struct config *config = r->config;
	struct port ports[CLUSTERS_MAX + 2] = {
	    {"xml_port", "gmetad's", config->xml_port,
	     config_key_line(r, SECTION_TOP, "xml_port")},
	    {"interactive_port", "gmetad's", config->interactive_port,
	     config_key_line(r, SECTION_TOP, "interactive_port")}};
	const struct port *a, *b, *end = ports + 2 + config->cluster_count;
	size_t i;

	for (i = 0; i < config->cluster_count; i++)
		ports[i + 2] = (struct port){"gmond_port", config->clusters[i].name,
		                             config->clusters[i].gmond_port,
		                             r->cluster_port_lines[i]};
	for (a = ports; a < end; a++)
		for (b = ports; a->line > 0 && a->port != 0 && b < end; b++)
			if (b->port == a->port && is_before(b, a))
				return config_fail(r, a->line,
				                   "%s = \"%ld\": it is the %s of %s",
				                   a->key, a->port, b->key, b->of);
	return 0;
}

int
config_clusters_finish(struct config_reading *r)
{
	struct config *config = r->config;
	struct collector_config *collector = &config->collector;
	const struct config_cluster *rest = find_rest(r);

	if (rest == NULL || number_all(r) != 0 || make_rules(r) != 0)
		return -1;
	collector->cluster = rest->number;
	config->self_cluster = rest->number;
	if (take_named(r, SECTION_SFLOW, "vm_cluster", config->vm_cluster,
	               &collector->vm_cluster) != 0 ||
	    take_named(r, SECTION_SELF, "cluster", config->own_cluster,
	               &config->self_cluster) != 0)
		return -1;
	collector->reserved = config->self_name;
	collector->reserved_cluster = config->self_cluster;
	return check_ports(r);
}

/* One cluster of the configuration: checks its name, adds it and frees it. */
#include <stdlib.h>
#include <string.h>

#include "gmetad-bridge/config/config_read.h"

#define NAME_MOST 64

/* Whether it may be a cluster's name, which is printed into XML, is a part of queries,
 * and names a folder. */
static bool
is_name(const char *name)
{
	size_t len = strlen(name), i;

	for (i = 0; i < len; i++)
		if (name[i] < ' ' || name[i] > '~' ||
		    strchr("<>&\"'/", name[i]) != NULL)
			return false;
	return len > 0 && len <= NAME_MOST && name[0] != '.' && name[0] != ' ' &&
	       name[len - 1] != ' ' && strcmp(name, "__SummaryInfo__") != 0;
}

static void
free_cluster(struct config_cluster *cluster)
{
	free(cluster->name);
	free(cluster->owner);
	free(cluster->latlong);
	free(cluster->url);
	network_list_free(cluster->agents);
}

static struct config_cluster *
add(struct config *config, const char *name)
{
	struct config_cluster *cluster;

	if (config->clusters == NULL)
		config->clusters = calloc(CLUSTERS_MAX, sizeof(*config->clusters));
	if (config->clusters == NULL)
		return NULL;
	cluster = &config->clusters[config->cluster_count];
	cluster->name = strdup(name);
	cluster->owner = strdup("unspecified");
	cluster->latlong = strdup("unspecified");
	cluster->url = strdup("unspecified");
	if (cluster->name == NULL || cluster->owner == NULL ||
	    cluster->latlong == NULL || cluster->url == NULL) {
		free_cluster(cluster);
		return NULL;
	}
	config->cluster_count++;
	return cluster;
}

struct config_cluster *
config_cluster_add(struct config_reading *r, const char *name, unsigned line)
{
	struct config_cluster *cluster = NULL;

	r->cluster_lines[r->config->cluster_count % CLUSTERS_MAX] = line;
	if (!is_name(name))
		config_fail(r, line,
		            "cluster \"%.80s\": it should be a name of "
		            "at most %d ASCII characters without "
		            "< > & \" ' and /, without a dot or blank "
		            "at its beginning",
		            name, NAME_MOST);
	else if (r->config->cluster_count == CLUSTERS_MAX)
		config_fail(r, line, "more than %d clusters", CLUSTERS_MAX);
	else if ((cluster = add(r->config, name)) == NULL)
		config_fail(r, line, "no memory");
	return cluster;
}

void
config_clusters_free(struct config *config)
{
	size_t i;

	for (i = 0; i < config->cluster_count; i++)
		free_cluster(&config->clusters[i]);
	free(config->clusters);
	free(config->rules);
	for (i = 0; i < config->numbered_count; i++)
		free(config->numbered[i]);
}

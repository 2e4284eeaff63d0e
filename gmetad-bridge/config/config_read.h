/* config_read.h - a configuration while it is being read. */
#ifndef BRIDGE_CONFIG_READ_H
#define BRIDGE_CONFIG_READ_H

#include <stdarg.h>

#include "gmetad-bridge/config/config.h"
#include "gmetad-bridge/config/config_sections.h"
#include "gmetad-bridge/config/config_text.h"

#define ARCHIVES_MAX 64 /* sections archives { } */

/* Lines here are lines of the text that libconfuse gets; see config_text.h. */
struct config_reading {
	struct config *config;
	const struct config *before;
	struct config_text text;
	struct config_warnings *warnings; /* NULL: nobody wants any */
	char *fault;                      /* "" until there is one */
	/* The line of each key's last value, in the latest section of its kind; 0: the
	 * key was not given. */
	unsigned key_lines[SECTION_COUNT][CONFIG_KEYS_MAX];
	/* At each depth: the section that is being read, its line, and how many
	 * sections there were. */
	const void *section[CONFIG_DEPTH];
	unsigned section_line[CONFIG_DEPTH];
	size_t section_count[CONFIG_DEPTH];
	unsigned seen[SECTION_COUNT]; /* the line of the latest section; 0: none */
	unsigned cluster_lines[CLUSTERS_MAX];
	unsigned cluster_port_lines[CLUSTERS_MAX];
};

/* Writes the fault, with file and line, unless there is one already. Returns -1. */
int config_fail(struct config_reading *r, unsigned line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same with a list of arguments, and no result. */
void config_fail_at(struct config_reading *r, unsigned line, const char *format,
                    va_list arguments);

/* Returns the name of the file that a line is of, and writes the line in it. */
const char *config_place(const struct config_reading *r, unsigned line,
                         unsigned *line_of_file);

/* Returns the line of a key's value; 0: the key was not given. */
unsigned config_key_line(const struct config_reading *r, enum section section,
                         const char *name);

/* Reads the text into the configuration. Returns 0, or -1 with the fault. */
int config_read(struct config_reading *r);

/* Adds a cluster. NULL with the fault. */
struct config_cluster *config_cluster_add(struct config_reading *r, const char *name,
                                          unsigned line);

/* Called when all is read: finds the cluster for agents that no other takes, numbers
 * the clusters, makes the collector's rules, and checks the ports. Returns 0, or -1
 * with the fault. */
int config_clusters_finish(struct config_reading *r);

void config_clusters_free(struct config *config);

#endif

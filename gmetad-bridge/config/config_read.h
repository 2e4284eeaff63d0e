/* config_read.h - a configuration while it is being read. */
#ifndef BRIDGE_CONFIG_READ_H
#define BRIDGE_CONFIG_READ_H

#include <stdarg.h>

#include "gmetad-bridge/config/config.h"
#include "gmetad-bridge/config/config_sections.h"
#include "gmetad-bridge/config/config_text.h"

#define ARCHIVES_MAX 64 /* sections */

/* Lines here are those of the text that libconfuse has. */
struct config_reading {
	struct config *config;
	const struct config *before;
	struct config_text text;
	char *fault; /* "" until there is one */
	/* Of a key's last value, in the section's latest; 0: it was not given. */
	unsigned key_lines[SECTION_COUNT][CONFIG_KEYS_MAX];
	/* The section that is being read at each depth, its line, and how many
	 * there were. */
	const void *section[CONFIG_DEPTH];
	unsigned section_line[CONFIG_DEPTH];
	size_t section_count[CONFIG_DEPTH];
	bool seen[SECTION_COUNT];
	unsigned cluster_lines[CLUSTERS_MAX];
	unsigned cluster_port_lines[CLUSTERS_MAX];
};

/* Notes the fault unless there is one already. Returns -1. */
int config_fail(struct config_reading *r, unsigned line, const char *format,
                ...) __attribute__((format(printf, 3, 4)));

/* The same with a list of arguments, and no result. */
void config_fail_at(struct config_reading *r, unsigned line, const char *format,
                    va_list arguments);

/* The line of a key's value; 0: it was not given. */
unsigned config_key_line(const struct config_reading *r,
                         enum section section, const char *name);

/* Reads the text into the configuration. 0, or -1 with the fault. */
int config_read(struct config_reading *r);

/* A new cluster. NULL with the fault. */
struct config_cluster *config_cluster_add(struct config_reading *r,
                                          const char *name, unsigned line);

/* When all is read: who takes the rest, numbers, rules, ports. 0, or -1 with the
 * fault. */
int config_clusters_finish(struct config_reading *r);

void config_clusters_free(struct config *config);

#endif

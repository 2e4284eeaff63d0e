/* config_sections.h - the sections that the file may have, and their keys. */
#ifndef BRIDGE_CONFIG_SECTIONS_H
#define BRIDGE_CONFIG_SECTIONS_H

#include "gmetad-bridge/config/config.h"
#include "sflow/setting.h"

#define CONFIG_KEYS_MAX 64 /* keys and sections of a section */

enum section {
	SECTION_TOP, /* what is in no section */
	SECTION_SFLOW,
	SECTION_GRID,
	SECTION_CLUSTER,
	SECTION_RRD,
	SECTION_ARCHIVES,
	SECTION_SELF,
	SECTION_COUNT
};

struct config_reading;

struct config_section {
	const char *word;    /* that begins it */
	enum section in;     /* the section that it is in; TOP is in itself */
	bool titled;         /* WORD "TITLE" { }, and there may be several */
	const struct setting *keys;
	size_t key_count;
	bool collector;      /* behind them, the collector's settings are its keys */
	/* Called before its first key, and behind its last; they may be NULL. 0, or
	 * -1 with the fault. `line` is that of the section. */
	int (*begin)(struct config_reading *r, const char *title, unsigned line);
	int (*end)(struct config_reading *r, unsigned line);
	/* The struct that its keys' offsets are in; NULL: struct config. */
	void *(*values)(const struct config *config);
};

extern const struct config_section config_sections[SECTION_COUNT];

/* The key number `index` of a section; NULL: it has no more. */
const struct setting *config_key_at(enum section section, size_t index);

#endif

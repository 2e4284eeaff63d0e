/* config_sections.h - the sections that the file may have, and their keys. */
#ifndef BRIDGE_CONFIG_SECTIONS_H
#define BRIDGE_CONFIG_SECTIONS_H

#include "gmetad-bridge/config/config.h"
#include "sflow/setting.h"

#define CONFIG_KEYS_MAX 64 /* keys and sections in a section */

enum section {
	SECTION_TOP, /* keys outside all sections */
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
	const char *word; /* begins the section */
	enum section in;  /* the section that it is in; TOP is in itself */
	bool titled;      /* it is WORD "TITLE" { }, and there may be several */
	const struct setting *keys;
	size_t key_count;
	bool collector; /* the collector's settings follow its own keys */
	/* Called before the section's first key, and after its last; may be NULL.
	 * `line` is the section's. Return 0, or -1 with the fault. */
	int (*begin)(struct config_reading *r, const char *title, unsigned line);
	int (*end)(struct config_reading *r, unsigned line);
	/* Returns the struct of the keys' offsets; NULL: it is struct config. */
	void *(*values)(const struct config *config);
};

extern const struct config_section config_sections[SECTION_COUNT];

/* Returns the key number `index` of a section, from 0 on; NULL: it has no more. */
const struct setting *config_key_at(enum section section, size_t index);

/* Writes what was meant by the name of a key or section that is not known in a section:
 * ": it belongs into ...", ": perhaps ...", or nothing. */
#define CONFIG_HINT 256
void config_hint(enum section section, const char *name, char hint[CONFIG_HINT]);

#endif

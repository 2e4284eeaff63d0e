/* settings.h - the collector's settings, which an administrator may change: one table,
 * for the parameters of gmond's module and for the keys of the bridge.
 *
 * The values are in a struct collector_config. The setters allocate what its pointers
 * point to, and collector_settings_end() frees it. A collector copies only the
 * pointers, so the struct has to be kept as long as the collector has that
 * configuration.
 */
#ifndef SFLOW_SETTINGS_H
#define SFLOW_SETTINGS_H

#include "sflow/collector/collector.h"
#include "sflow/setting.h"

/* The programs that have these settings. */
enum setting_program { SETTINGS_OF_MODULE, SETTINGS_OF_BRIDGE };

/* A row of the table; the setting's offset is in struct collector_config. */
struct collector_setting {
	struct setting setting;
	/* The default as text, in each program. NULL: that program does not have the
	 * setting. */
	const char *initial[SETTINGS_OF_BRIDGE + 1];
};

extern const struct collector_setting collector_settings[];
extern const size_t collector_setting_count;

/* Returns the program's setting of number `index`, from 0 on; NULL: it has no more. */
const struct setting *collector_setting_at(enum setting_program program, size_t index);

/* Returns the program's setting of that name; NULL: it has none. */
const struct setting *collector_setting_find(enum setting_program program,
                                             const char *name);

/* Fills in the program's defaults. */
void collector_settings_begin(struct collector_config *config,
                              enum setting_program program);

/* Frees what the setters allocated, and sets the pointers to NULL. The other values
 * must not be used any more. */
void collector_settings_end(struct collector_config *config);

#endif

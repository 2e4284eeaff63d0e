/* settings.h - what an administrator may set of the collector: one table, for the
 * parameters of gmond's module and for the keys of the bridge.
 *
 * The values are in a struct collector_config. What its pointers point at is made
 * and freed here: it belongs to who holds the struct, from collector_settings_begin()
 * to collector_settings_end(). A collector only copies the pointers, so they have to
 * live as long as it has that configuration.
 */
#ifndef SFLOW_SETTINGS_H
#define SFLOW_SETTINGS_H

#include "sflow/collector/collector.h"
#include "sflow/setting.h"

/* Whose settings they are. */
enum setting_program { SETTINGS_OF_MODULE, SETTINGS_OF_BRIDGE };

/* A row of the table; its offset is in struct collector_config. */
struct collector_setting {
	struct setting setting;
	/* Its default as text, in each program. NULL: that program does not have the
	 * setting. */
	const char *initial[SETTINGS_OF_BRIDGE + 1];
};

extern const struct collector_setting collector_settings[];
extern const size_t collector_setting_count;

/* The setting number `index` of those that the program has; NULL: it has no more. */
const struct setting *collector_setting_at(enum setting_program program, size_t index);

/* The setting of that name; NULL: the program has none. */
const struct setting *collector_setting_find(enum setting_program program,
                                             const char *name);

/* Makes a configuration of defaults. */
void collector_settings_begin(struct collector_config *config,
                              enum setting_program program);

/* Frees what the settings put there, and sets those pointers to NULL; the other
 * values mean nothing any more. */
void collector_settings_end(struct collector_config *config);

#endif

/* config_text.h - prepares a configuration's text for libconfuse.
 *
 * libconfuse 3.3 has several faults. It counts the line of a comment twice. It accepts
 * a file at whose end a brace or quote is missing. It drops characters that it does not
 * know. After a wrong file its scanner keeps its state, also for the next file, which
 * is read after SIGHUP. So it gets a text without comments, whose quotes and braces
 * have been checked to match, and that already has the text of included files in it.
 * The lines that it counts are indexes into `places`, from 1 on.
 */
#ifndef BRIDGE_CONFIG_TEXT_H
#define BRIDGE_CONFIG_TEXT_H

#include <stddef.h>

#include "gmetad-bridge/config/config.h"
#include "gmetad-bridge/config/config_warning.h"

#define CONFIG_BYTES_MAX (16 * 1024 * 1024) /* of all files together */
#define CONFIG_DEPTH 2 /* sections in sections: rrd { archives "REGEX" { } } */

/* Where a line comes from. */
struct config_place {
	unsigned file, line; /* index of the file in `files`, and line in it */
};

struct config_text {
	char *text;
	char **files; /* names */
	size_t file_count;
	struct config_place *places; /* of each line of the text */
	size_t place_count;
	/* The lines of the text on which sections begin, in their order: at the top,
	 * and inside other sections. */
	unsigned *opened[CONFIG_DEPTH];
	size_t opened_count[CONFIG_DEPTH];
};

/* Reads a file and the files that it includes. `text`, unless NULL, is used in place of
 * the file's contents. A file that sets nothing is a fault, with what it includes. Returns
 * 0, or -1 with the fault; writes warnings, unless that is NULL. In all cases the caller
 * calls config_text_free(). */
int config_text_read(struct config_text *t, const char *path, const char *text,
                     struct config_warnings *warnings, char fault[CONFIG_FAULT]);
void config_text_free(struct config_text *t);

#endif

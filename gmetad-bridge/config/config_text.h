/* config_text.h - a configuration's text, as libconfuse gets it.
 *
 * libconfuse 3.3 counts the line of a comment twice, takes a brace or quote that is
 * missing at a file's end for none, eats characters that it does not know, and when
 * a file is wrong its scanner's state is left to the next one, which SIGHUP brings.
 * So it gets a text without comments, of which quotes and braces are known to
 * match, and in which included files are where they were included. What it calls a
 * line is one of `places`.
 */
#ifndef BRIDGE_CONFIG_TEXT_H
#define BRIDGE_CONFIG_TEXT_H

#include <stddef.h>

#include "gmetad-bridge/config/config.h"

#define CONFIG_BYTES_MAX (16 * 1024 * 1024) /* of all files together */
#define CONFIG_DEPTH 2 /* of sections: rrd { archives "REGEX" { } } */

struct config_place {
	unsigned file, line;
};

struct config_text {
	char *text;
	char **files; /* names */
	size_t file_count;
	struct config_place *places; /* of each line of the text */
	size_t place_count;
	/* The lines of the text on which sections begin, those of the top, and
	 * those inside of others, in their order. */
	unsigned *opened[CONFIG_DEPTH];
	size_t opened_count[CONFIG_DEPTH];
};

/* Reads a file, and what it includes; or takes `text` for its contents unless that
 * is NULL. Returns 0, or -1 with the fault. config_text_free() in either case. */
int config_text_read(struct config_text *t, const char *path, const char *text,
                     char fault[CONFIG_FAULT]);
void config_text_free(struct config_text *t);

#endif

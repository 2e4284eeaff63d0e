/* options_check.h - checks the command line as a whole, after each word of it was read.
 * For options.c only.
 */
#ifndef CHECK_OPTIONS_CHECK_H
#define CHECK_OPTIONS_CHECK_H

#include "tools/check_sflow/options.h"

/* The command line while it is read. The first thing that is wrong is written to
 * `out`. */
struct options_reader {
	struct options *options;
	char **argv;
	FILE *out;
	bool generate, hosts_down;
};

/* Writes what is wrong, and returns the status to exit with. */
int options_wrong(const struct options_reader *reader, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Checks that the options make sense together, and completes them. Returns what
 * options_parse() is to return. */
int options_check(struct options_reader *reader);

#endif

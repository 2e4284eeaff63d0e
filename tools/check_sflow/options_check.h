/* options_check.h - the command line as a whole, once each word of it was taken. Private
 * to options.c.
 */
#ifndef CHECK_OPTIONS_CHECK_H
#define CHECK_OPTIONS_CHECK_H

#include "tools/check_sflow/options.h"

/* The command line while it is read. `out` is told the first thing that is wrong. */
struct options_reader {
	struct options *options;
	char **argv;
	FILE *out;
	bool generate, hosts_down;
};

/* Tells what is wrong, and returns the status to exit with. */
int options_wrong(const struct options_reader *reader, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Whether all of it makes sense together; completes it. Returns what options_parse()
 * returns. */
int options_check(struct options_reader *reader);

#endif

/* options_table.h - the options as data, and the parts of reading them. For the files
 * options*.c only.
 */
#ifndef SFLOWGET_OPTIONS_TABLE_H
#define SFLOWGET_OPTIONS_TABLE_H

#include <getopt.h>

#include "tools/sflowget/options.h"

#define WATCH_S 15 /* gmetad's interval */
#define STEP_S 60  /* cron's interval */

/* Options without a letter. */
enum {
	OPTION_READ = 256,
	OPTION_BIND,
	OPTION_PORT,
	OPTION_CLUSTER,
	OPTION_DEADLINE,
	OPTION_MAX_AGE,
	OPTION_HUMAN,
	OPTION_SERVERS,
	OPTION_DOWN,
	OPTION_LATE,
	OPTION_DECODE,
	OPTION_COUNT,
	OPTION_RRD_CREATE,
	OPTION_STEP,
	OPTION_OUTPUT /* the first output; the others follow it */
};

#define OPTIONS_MOST 64 /* with the outputs */

struct option_row {
	struct option option;
	const char *argument; /* NULL: none */
	const char *about;
};

/* Returns the row, or the output, of that number; NULL: there are no more. */
const struct option_row *options_row(size_t number);
const struct output *options_output(size_t number);

/* Makes getopt_long()'s two forms of the table. */
void options_forms(char letters[3 * OPTIONS_MOST], struct option forms[OPTIONS_MOST]);

void options_usage(FILE *to);

/* What has been read of the command line. */
struct options_line {
	struct options *o;
	unsigned sources, outputs;
	bool port, list, decode, deadline, step, count;
};

/* Completes what was read, and checks that it makes sense together. Returns -1, or the
 * status to exit with. */
int options_check(struct options_line *line, FILE *err);

/* Reads seconds: above zero; fractions are fine. */
bool options_seconds(const char *text, double *seconds);

/* Writes what is wrong in one line, without the usage, among which it would be lost.
 * Returns the status to exit with, as all of these. */
int options_wrong(FILE *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Says what is wrong with an option that getopt_long() does not take: `letter` is ':' or
 * '?', and optopt is a letter, an option without one, or 0. */
int options_wrong_option(FILE *err, int letter, char **argv,
                         const struct option *forms);

/* Says what is wrong with the value of an option, which is optarg. */
int options_wrong_value(FILE *err, int letter);

#endif

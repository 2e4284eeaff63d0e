/* report.h - one round of values, from a source to the output. */
#ifndef SFLOWGET_REPORT_H
#define SFLOWGET_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "tools/sflowget/options.h"

struct report {
	const struct options *options;
	struct printer printer;
	struct collected collected;
	struct item_sink sink; /* what the source fills */
	bool whole;            /* all that was asked for is there */
	bool told;             /* what is missing, once */
	size_t agents;         /* listed */
};

void report_init(struct report *report, const struct options *options);

/* A round: begin, let a source fill report->sink, end, which returns STATUS_FOUND,
 * STATUS_NOT_FOUND, or STATUS_SOURCE where nobody can be written to. What is missing
 * is told on stderr in the first round, if `tell`: a source that failed has told more
 * already. */
void report_begin(struct report *report, int64_t wall_ms);
enum status report_end(struct report *report, bool tell);

/* Whether all output was written. If it wasn't, says so, unless it was a pipe that
 * nobody reads any more. */
bool report_written(void);

/* A line on stderr. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Sources, each until it is done: the status to exit with. */
enum status run_daemon(const struct options *options);
enum status run_read(const struct options *options);
enum status run_listen(const struct options *options);
enum status run_decode(const struct options *options);

#endif

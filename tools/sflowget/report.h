/* report.h - rounds of values, from a source to the output. */
#ifndef SFLOWGET_REPORT_H
#define SFLOWGET_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "tools/sflowget/options.h"
#include "tools/sflowget/servers.h"

#define REPORT_NEAR 16 /* of so many metrics that are not there a near name is told */

struct report {
	const struct options *options;
	struct printer printer;
	struct collected collected;
	struct item_sink sink; /* for the source */
	bool whole;            /* all that was asked for is there */
	bool told;             /* stderr has what is missing */
	size_t agents;         /* how many could be listed */
	struct list list;
	struct servers servers;
	/* What is said of agents and metrics that are not there. */
	struct near near_agent, near_metrics[REPORT_NEAR];
	bool *seen; /* of many agents: for each metric asked for, whether one has it */
	bool any;   /* one of many agents has a value */
};

/* report_free() frees what report_init() and the rounds have allocated. */
void report_init(struct report *report, const struct options *options);
void report_free(struct report *report);

/* A round is report_begin(), a source that fills report->sink, and report_end(). That
 * returns STATUS_FOUND, STATUS_NOT_FOUND, or STATUS_SOURCE where the output can't be
 * written. With `tell` it writes to stderr, in the first round only, what is missing;
 * without, because a source that failed has written more already. */
void report_begin(struct report *report, int64_t wall_ms);
enum status report_end(struct report *report, bool tell);

/* Whether all output was written. If it wasn't, writes so to stderr, unless it was a
 * pipe that nobody reads any more. */
bool report_written(void);

/* Writes a line to stderr. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Complains that the file has no datagrams to the port that was asked for. */
void complain_of_port(const struct options *options);

/* Complains that the deadline has passed with so many datagrams, of that agent (NULL: of all).
 * Returns the status to exit with. */
enum status complain_of_deadline(const struct options *options, uint64_t datagrams,
                                 const char *agent);

/* These run a source until it is done. They return the status to exit with. */
enum status run_daemon(const struct options *options);
enum status run_read(const struct options *options);
enum status run_listen(const struct options *options);
enum status run_decode(const struct options *options);

#endif

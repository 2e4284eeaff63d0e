/* output.h - prints answers as text: for people, and for each program that takes
 * values.
 */
#ifndef SFLOWGET_OUTPUT_H
#define SFLOWGET_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "tools/sflowget/answer.h"

/* What munin asks its plugins for. */
enum munin_ask { MUNIN_FETCH, MUNIN_CONFIG };

/* Where an output prints to, and what it has to know. */
struct printer {
	FILE *out;
	double interval_s; /* between two rounds, for programs that store values */
	bool human;        /* numbers with K, M, G */
	enum munin_ask munin;
	bool munin_host; /* the graph belongs to the agent, as a host of its own */
	/* for the outputs only */
	struct answer *kept;
	size_t count, room;
	bool failed; /* there was no memory */
};

/* A round is begin(), any number of answer(), and end(); then the next one can begin.
 * The calls may be NULL. answer() may take over the contents of the answer, and leave
 * it empty. */
struct output {
	const char *option; /* "json": --json */
	bool exact;         /* only their order tells values apart, so metrics have to
	                     * be asked for by name */
	bool lenient;       /* a missing value is printed as such, and does not make
	                     * the program fail */
	void (*begin)(struct printer *printer);
	void (*answer)(struct printer *printer, struct answer *answer);
	void (*end)(struct printer *printer);
	const char *about;
};

extern const struct output output_table, output_value, output_rrd, output_collectd,
    output_cacti, output_munin, output_json, output_csv, output_influx,
    output_prometheus;

#endif

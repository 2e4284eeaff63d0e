/* output.h - answers as text: for people, and for each program that takes values.
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

/* Where it goes, and what an output wants to know besides. */
struct printer {
	FILE *out;
	double interval_s;  /* between two rounds of values, for who stores them */
	enum munin_ask munin;
	bool munin_host;    /* the graph is on a host of its own: the agent */
	/* the outputs' own */
	struct answer *kept;
	size_t count, room;
	bool failed;        /* there was no memory */
};

/* A round of answers: begin, any number of them, end; then it can begin again. NULL:
 * nothing is to be done. An answer may be taken over, and left empty. */
struct output {
	const char *option; /* "json": --json */
	bool exact;         /* values are told apart by their place: metrics have to
	                     * be asked for by name */
	bool lenient;       /* a value that is not there is told as such, and is no
	                     * reason to fail */
	void (*begin)(struct printer *printer);
	void (*answer)(struct printer *printer, struct answer *answer);
	void (*end)(struct printer *printer);
	const char *about;
};

extern const struct output output_table, output_value, output_rrd, output_collectd,
    output_cacti, output_munin, output_json, output_csv, output_influx,
    output_prometheus;

#endif

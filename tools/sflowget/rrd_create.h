/* rrd_create.h - the command that makes an RRD for the values of --rrd. */
#ifndef SFLOWGET_RRD_CREATE_H
#define SFLOWGET_RRD_CREATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define RRD_NAME 20 /* bytes of a data source's name, with its NUL */

/* Prints `rrdtool create` with one data source for each of the metrics, in their order,
 * a value each `step_s` seconds, fit for a shell. Rates are rates already: GAUGE; raw
 * counters are DERIVE, which takes no reset for a wrap. False without memory. */
bool rrd_create(FILE *out, const char *file, char *const *metrics, size_t count,
                unsigned step_s);

/* The names of the metrics' data sources: each of 1 to 19 of [a-zA-Z0-9_], and no two
 * alike. */
void rrd_names(char *const *metrics, size_t count, char (*names)[RRD_NAME]);

#endif

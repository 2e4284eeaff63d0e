/* rrd_create.h - the command that makes an RRD for the values of --rrd. */
#ifndef SFLOWGET_RRD_CREATE_H
#define SFLOWGET_RRD_CREATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define RRD_NAME 20 /* bytes of a data source's name, with its NUL */

/* Prints a command `rrdtool create` for a shell, with one data source for each of the
 * metrics, in their order, and a value every `step_s` seconds. Metrics are GAUGE,
 * because their rates are rates already; raw counters are DERIVE, which does not take a
 * reset for a wrap. Returns false without memory. */
bool rrd_create(FILE *out, const char *file, char *const *metrics, size_t count,
                unsigned step_s);

/* Makes the names of the metrics' data sources: each has 1 to 19 characters of
 * [a-zA-Z0-9_], and no two are the same. */
void rrd_names(char *const *metrics, size_t count, char (*names)[RRD_NAME]);

#endif

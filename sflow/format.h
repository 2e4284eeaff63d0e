/* format.h - numbers as text, digit by digit as gmond prints them, so that a value
 * reads the same in gmond's XML, in the bridge's XML and in an RRD.
 *
 * gmond's printf is APR's, which rounds a half up where the C library's rounds it to an
 * even digit: 0.125 is "0.13".
 */
#ifndef SFLOW_FORMAT_H
#define SFLOW_FORMAT_H

#include <stddef.h>
#include <stdint.h>

#include "sflow/wire/records.h"

#define FORMAT_TEXT 384    /* bytes of any number as text, with its NUL */
#define FORMAT_DECIMALS 18 /* at most */
#define FORMAT_OF 6        /* of a metric's own format, at most */
#define FORMAT_UNSIGNED 20 /* digits of the largest number */

/* Writes a value, which is no STRING, in its metric's format. Returns the length. From
 * 10^15 on APR's printf gets digits wrong, so these numbers are the C library's. */
size_t format_number(const struct metric *metric, double number,
                     char text[FORMAT_TEXT]);

/* Returns how many decimals the metric's format shows: 0 for whole numbers, and for a
 * format that is neither "%u" nor "%.Nf". */
int format_decimals(const struct metric *metric);

/* Returns how many decimals the number has as a value of the metric: those of the metric's
 * format, or more where the metric is fine and the number below 1, or below 100 if the format
 * has none. */
int format_places(const struct metric *metric, double number);

/* Returns the format for printf, a constant, that prints this value of the metric as
 * format_number() does. */
const char *format_printf(const struct metric *metric, double number);

/* Returns the number as a reader of its text, with that many decimals, would have it. */
double format_rounded(double number, int decimals);

/* Writes the number's digits at `at`, without a NUL; returns where they end. */
char *format_unsigned(char *at, uint64_t number);

#endif

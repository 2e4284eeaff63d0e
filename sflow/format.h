/* format.h - numbers as text, digit by digit as gmond prints them, so that the same
 * value reads the same wherever it is seen: in gmond's XML, in ours, in an RRD.
 *
 * gmond's printf is APR's, which rounds a half up where the C library's rounds it
 * to an even digit: 0.125 is "0.13".
 */
#ifndef SFLOW_FORMAT_H
#define SFLOW_FORMAT_H

#include <stddef.h>
#include <stdint.h>

#include "sflow/wire/records.h"

#define FORMAT_TEXT 384     /* bytes of any number as text, with its NUL */
#define FORMAT_DECIMALS 6   /* at most */
#define FORMAT_UNSIGNED 20  /* digits of the largest number */

/* A value that is no STRING by its metric's format. Returns the length. From 10^15
 * on, where APR's printf gets digits wrong, they are the C library's. */
size_t format_number(const struct metric *metric, double number,
                     char text[FORMAT_TEXT]);

/* Decimals that the metric's format shows: 0 for a whole number, and for a format
 * that is none of "%u" and "%.Nf". */
int format_decimals(const struct metric *metric);

/* The number that whoever reads the text has, of that many decimals. */
double format_rounded(double number, int decimals);

/* Puts digits at `at`, no NUL; returns where they end. */
char *format_unsigned(char *at, uint64_t number);

#endif

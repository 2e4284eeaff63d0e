/* conf_check.h - says what is wrong with the module's part of gmond.conf, for which gmond
 * itself has few words, and some of which it takes in silence.
 */
#ifndef MODSFLOW_CONF_CHECK_H
#define MODSFLOW_CONF_CHECK_H

#include <stdio.h>

/* Reads gmond.conf, or a file that it includes, and writes a line for each fault to `err`;
 * without any, one line to `out`. Returns how many faults there were. Calls fork(). */
unsigned conf_check(const char *path, FILE *out, FILE *err);

#endif

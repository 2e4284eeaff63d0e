/* help.h - what --help prints. */
#ifndef CHECK_HELP_H
#define CHECK_HELP_H

#include <stdio.h>

void help_print(FILE *out);

#endif

/* help.h - the text of --help. */
#ifndef CHECK_HELP_H
#define CHECK_HELP_H

#include <stdio.h>

void help_print(FILE *out);

#endif

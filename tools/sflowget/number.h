/* number.h - numbers as text, and text that is a number. */
#ifndef SFLOWGET_NUMBER_H
#define SFLOWGET_NUMBER_H

#include <stdbool.h>

#define NUMBER_TEXT 32 /* bytes of any number as number_text() prints it */

/* Whether the text is a number as JSON has it, which all other consumers know as well:
 * -?(0|[1-9][0-9]*)(.[0-9]+)?([eE][+-]?[0-9]+)? */
bool number_is_plain(const char *text);

/* The number, in as few digits as it takes to read the same one again; "inf" and "nan"
 * where it is none. Returns `text`. */
char *number_text(double number, char text[NUMBER_TEXT]);

#endif

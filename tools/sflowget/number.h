/* number.h - numbers as text, and text that is a number. */
#ifndef SFLOWGET_NUMBER_H
#define SFLOWGET_NUMBER_H

#include <stdbool.h>

#define NUMBER_TEXT 32 /* bytes of any number as number_text() prints it */

/* Whether the text is a number in JSON's grammar, which all other programs read, too:
 * -?(0|[1-9][0-9]*)(.[0-9]+)?([eE][+-]?[0-9]+)? */
bool number_is_plain(const char *text);

/* Writes the number with as few digits as are needed to read the same one again; "inf"
 * or "nan" where it is none. Returns `text`. */
char *number_text(double number, char text[NUMBER_TEXT]);

#endif

/* number.h - numbers as text, and text that is a number. */
#ifndef TOOLS_NUMBER_H
#define TOOLS_NUMBER_H

#include <stdbool.h>

#define NUMBER_TEXT 352 /* bytes of any number without an exponent */

/* Whether the text is a number in JSON's grammar and without an exponent, which all other
 * programs read, too: -?(0|[1-9][0-9]*)(.[0-9]+)? */
bool number_is_plain(const char *text);

/* Writes the number with `count` significant digits (1 to 17) and without an exponent, nor
 * zeros at the end of its decimals; "inf" or "nan" where it is none. From 10^count on all of
 * its digits are there. Returns `text`. */
char *number_digits(double number, int count, char text[NUMBER_TEXT]);

/* The same with as few digits as are needed to read the same number again. */
char *number_text(double number, char text[NUMBER_TEXT]);

#endif

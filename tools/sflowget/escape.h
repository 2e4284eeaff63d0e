/* escape.h - writes texts of strangers so that no reader of the output takes them for
 * anything but texts. A byte that is no UTF-8 is taken as ISO-8859-1.
 */
#ifndef SFLOWGET_ESCAPE_H
#define SFLOWGET_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Writes a text in a line that people read: control characters become "?". Returns how
 * many characters it wrote; visible_width() only counts them. */
size_t put_visible(FILE *out, const char *text);
size_t visible_width(const char *text);

/* Writes a string for a shell, in quotes. */
void put_shell(FILE *out, const char *text);

/* Writes a field of CSV (RFC 4180), in quotes where it needs them. Control characters
 * other than ends of lines become "?". A text that a spreadsheet would take for a
 * formula, because it begins with = + - @ and is no number, gets a "'" in front. */
void put_csv(FILE *out, const char *text);

/* Writes the text with `before` in front of each of the characters `special`; control
 * characters become "_". */
void put_escaped(FILE *out, const char *text, const char *special, const char *before);

/* Makes a name of letters, digits and the characters `also`; all other characters
 * become "_", and so does an empty text. Unless `digits`, a "_" is put before a digit
 * at the beginning. The name has at most `size` - 1 bytes and a NUL. Returns `name`. */
char *plain_name(const char *text, const char *also, bool digits, char *name,
                 size_t size);

#endif

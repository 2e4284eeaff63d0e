/* escape.h - texts of strangers, written so that they stay what they are to whoever
 * reads the output. What is no UTF-8 is taken for ISO-8859-1.
 */
#ifndef SFLOWGET_ESCAPE_H
#define SFLOWGET_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* For a line that people read: control characters become "?". Returns how many
 * characters it wrote. */
size_t put_visible(FILE *out, const char *text);
size_t visible_width(const char *text);

/* With quotes around it: a string of a shell. */
void put_shell(FILE *out, const char *text);

/* A field of CSV (RFC 4180), in quotes where it needs them. Control characters but
 * ends of lines become "?". */
void put_csv(FILE *out, const char *text);

/* The text with `before` in front of each of the characters `special`; control
 * characters become "_". */
void put_escaped(FILE *out, const char *text, const char *special,
                 const char *before);

/* A name of letters, digits and of what is in `also`; all other characters become
 * "_", and so does an empty text. A digit in front gets a "_" before it unless
 * `digits`. At most `size` - 1 bytes and a NUL. Returns `name`. */
char *plain_name(const char *text, const char *also, bool digits, char *name,
                 size_t size);

#endif

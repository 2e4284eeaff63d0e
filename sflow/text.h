/* text.h - strings from the wire, which may be hostile, are made harmless before
 * anything else uses them. gmond prints host names raw into its XML, and gmetad makes
 * file paths of host and metric names.
 */
#ifndef SFLOW_TEXT_H
#define SFLOW_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TEXT_SIZE 65 /* bytes of any text or name kept, with its NUL */
#define UUID_TEXT 37 /* 8-4-4-4-12 and a NUL */
#define MAC_TEXT 18  /* six times two digits, colons between, and a NUL */

/* Copies a value of `len` bytes, which need no NUL, as printable ASCII without
 * < > & " ' ; each other byte becomes "_". The text ends at a NUL byte, and is cut at
 * TEXT_SIZE - 1. Returns the length. */
size_t text_value(const uint8_t *bytes, size_t len, char text[TEXT_SIZE]);

/* The same for a name of a host or of a metric's prefix: of letters, digits and
 * . _ - + , = alone, without "..", a "." at either end and a leading "-", and never
 * the name that gmetad keeps for its sums. */
size_t text_name(const uint8_t *bytes, size_t len, char text[TEXT_SIZE]);

/* Copies a text to `out`, which has room for `size` bytes (at least 24). Where the text is
 * longer, its end is replaced by a hash of all of it, so that two texts that differ only
 * there stay two. The hash is the same at each start of the program. */
void text_shorten(const char *text, size_t size, char *out);

/* Writes a UUID as 8-4-4-4-12 lower-case hexadecimal digits. Returns `text`. */
char *text_uuid(const uint8_t uuid[16], char text[UUID_TEXT]);

/* Whether a UUID says whose it is: all zeros and all ones do not. */
bool text_uuid_is_unique(const uint8_t uuid[16]);

/* Writes a MAC address as 00:11:22:33:44:55, lower case. Returns `text`. */
char *text_mac(const uint8_t mac[6], char text[MAC_TEXT]);

/* The value of a pointer of text_keep() while it keeps no text: "", never freed. */
extern char text_none[1];

/* Makes *kept a copy of `text`, or text_none where that is "", and frees what *kept
 * was. At first *kept has to be text_none. `text` may be *kept itself. Returns false
 * without memory, and then *kept is text_none. */
bool text_keep(char **kept, const char *text);

#endif

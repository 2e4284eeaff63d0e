/* accept.h - which kinds of counters are taken, in the administrator's words. */
#ifndef SFLOW_ACCEPT_H
#define SFLOW_ACCEPT_H

#include <stdbool.h>
#include <stddef.h>

#include "sflow/wire/records.h"

/* Reads words separated by blanks or commas: "all", "default" (what
 * collector_defaults accepts), the name of a kind, or "-NAME", which leaves it out
 * of what stands before it, or of the default where nothing does. Returns 0; -1 at
 * a word that is none of these, and then `accept` stays as it was. */
int accept_parse(const char *text, bool accept[KIND_COUNT]);

/* The same of names of kinds alone. */
int accept_parse_kinds(const char *text, bool chosen[KIND_COUNT]);

/* The words, for who has used another one. Returns `text`. */
#define ACCEPT_WORDS 256
char *accept_words(char text[ACCEPT_WORDS]);

#endif

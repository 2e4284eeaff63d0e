/* accept.h - the words by which the administrator chooses kinds of counters. */
#ifndef SFLOW_ACCEPT_H
#define SFLOW_ACCEPT_H

#include <stdbool.h>
#include <stddef.h>

#include "sflow/wire/records.h"

/* Reads words separated by blanks or commas: "all", "default" (what
 * collector_defaults accepts), the name of a kind, or "-NAME", which removes a kind
 * from those that the words before it chose, or from the default where it is the first
 * word. Returns 0; -1 at a word that is none of these, and then `accept` stays as it
 * was. */
int accept_parse(const char *text, bool accept[KIND_COUNT]);

/* The same for a text that has nothing but names of kinds. */
int accept_parse_kinds(const char *text, bool chosen[KIND_COUNT]);

/* Writes which words there are, for an error message. Returns `text`. */
#define ACCEPT_WORDS 256
char *accept_words(char text[ACCEPT_WORDS]);

#endif

/* config_scan.h - copies a configuration's file into the text for libconfuse, a token at a
 * time, and checks what libconfuse does not: that quotes and braces match, and that a key
 * is not set twice. For config_text.c.
 */
#ifndef BRIDGE_CONFIG_SCAN_H
#define BRIDGE_CONFIG_SCAN_H

#include <stddef.h>
#include <stdio.h>

#include "gmetad-bridge/config/config_sections.h"
#include "gmetad-bridge/config/config_text.h"

#define BRACES_MAX 8 /* braces in braces */
#define KEY_NAME_MAX 32

/* Keys that were set in the section that is open at some depth, and where. Names that are
 * longer, and more keys than a section can have, are left out: they are faults anyway. */
struct scan_keys {
	size_t count;
	struct scan_key {
		char name[KEY_NAME_MAX];
		struct config_place place;
	} keys[CONFIG_KEYS_MAX];
};

/* What all files of a configuration have together. */
struct scan_whole {
	struct config_text *t;
	FILE *out;
	struct config_warnings *warnings; /* NULL: nobody wants any */
	char *fault;
	size_t bytes;
	struct scan_keys keys[BRACES_MAX + 1]; /* at each depth */
};

/* One file that is being added to the text. */
struct scan {
	struct scan_whole *whole;
	unsigned file, line;
	const char *at;   /* the next character */
	const char *word; /* the latest word, or string without its quotes, */
	size_t word_len;
	char last; /* the token before `at`; 'w': a word or a string */
	bool sets; /* the file has a key or a section */
	unsigned depth;
	unsigned open_lines[BRACES_MAX];
	unsigned includes; /* that it is in */
};

/* Writes the fault, with the file and this line. Returns -1. */
int scan_wrong(const struct scan *s, unsigned line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Begins a line of the text, which comes from the current line of the file. These return
 * 0, or -1 with the fault. */
int scan_new_line(struct scan *s);

/* Copy so many characters, or all blanks, into the text. */
int scan_take(struct scan *s, size_t count);
int scan_blanks(struct scan *s);

/* Takes the next token, whatever it is: a comment, a string, a brace, or a word, of which
 * scan_word_length() is the length. */
int scan_token(struct scan *s);
size_t scan_word_length(const struct scan *s);

#endif

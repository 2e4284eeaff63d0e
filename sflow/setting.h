/* setting.h - settings of an administrator: a row of a table for each setting, and
 * setters, which make a value of a text.
 *
 * A program has its settings in tables of such rows. Its reader of configuration files
 * finds a row by its name, and calls the row's setter, which puts the value into the
 * table's struct. The reader also decides how a file looks.
 */
#ifndef SFLOW_SETTING_H
#define SFLOW_SETTING_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>

struct setting;

/* Puts the value that `text` means at `to`, frees the value that was there, and returns
 * true. Where `text` is no such value it returns false: the value at `to` stays, and
 * `why` says what the text should be, for a sentence such as "it should be a number, 1
 * to 100". A setter whose values are allocated makes NULL of "". */
#define SETTING_WHY 256
typedef bool setting_setter(const struct setting *setting, void *to, const char *text,
                            char why[SETTING_WHY]);

enum setting_form {
	SETTING_VALUE,
	SETTING_LIST, /* blanks, commas or ends of lines separate its elements */
	SETTING_FILE  /* its value is the text of a file. The configuration has the
	               * path of that file; the program sets it after all others */
};

struct setting {
	const char *name;
	setting_setter *set;
	size_t to;        /* the offset of the value in the struct */
	long least, most; /* the bounds of a number */
	enum setting_form form;
	const char *const *words; /* of setting_word; NULL at their end */
};

#define SETTING_BETWEEN(least_, most_) .least = least_, .most = most_

/* Returns the row of that name among `count` rows; NULL: there is none. */
const struct setting *setting_find(const struct setting *settings, size_t count,
                                   const char *name);

/* Compiles an extended regular expression, without its matches. One that the C library would
 * need minutes or gigabytes for, or fall over, is refused: by the depth of its brackets, and
 * by how often its intervals repeat something. Returns whether it did; else `reason` says why
 * not, and there is nothing to free. */
#define SETTING_REASON 128
bool setting_compile(regex_t *regex, const char *text, char reason[SETTING_REASON]);

/* Sets the setting in the struct at `base`. Returns what its setter returns. */
bool setting_set(const struct setting *setting, void *base, const char *text,
                 char why[SETTING_WHY]);

/* For setters: writes `why`, and returns false. */
bool setting_should_be(char why[SETTING_WHY], const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* For setters: reads a number of decimal digits. Returns false where `text` has
 * anything else, or the number is out of its bounds. */
bool setting_read_number(const char *text, long least, long most, long *number);

/* The setters of each type, and the type of their values. */
setting_setter setting_number;   /* unsigned, or int; within the bounds */
setting_setter setting_seconds;  /* int64_t, in milliseconds; within the bounds */
setting_setter setting_flag;     /* bool: "yes" or "no" */
setting_setter setting_word;     /* an enum: the index of one of the words */
setting_setter setting_networks; /* struct network_list *; "": NULL */
setting_setter setting_regex;    /* regex_t *, of an extended regular expression
                                  * without subexpressions; "": NULL */

#endif

/* section.h - the part of a file of Nagios that check_sflow keeps, between two lines of
 * comment. All around it is the administrator's, and stays as it is; so does what the
 * administrator has changed within: it is moved behind the second line, and never
 * touched again.
 */
#ifndef CHECK_SECTION_H
#define CHECK_SECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "tools/check_sflow/objects.h"

#define SECTION_BEGIN "# BEGIN check_sflow: it writes what is between these lines.\n"
#define SECTION_END "# END check_sflow\n"

struct section_host {
	char *cluster, *name; /* Ganglia's; its key */
	char *host_name;      /* Nagios's; NULL: not chosen yet */
	char *address;
	bool seen;            /* in this run */
	bool server;          /* in this run or before */
};

/* Begins as zero. */
struct section {
	char *before, *behind; /* the administrator's texts, NULs and all; the second
	                        * begins with what was adopted from within */
	size_t before_len, behind_len;
	struct names taken;   /* hosts and groups that others define */
	void *hosts;          /* of search.h, by cluster and name */
};

/* Reads a file's text. Returns 0; -1 without memory; or -2 where the two lines are not
 * there once, one after the other. Free it in any case. */
int section_read(struct section *section, const char *text, size_t len);

/* The host of that name, made where there is none. NULL without memory. */
struct section_host *section_host(struct section *section, const char *cluster,
                                  const char *name);

/* How many hosts there are of some kinds. */
struct section_count {
	size_t hosts;    /* that are written */
	size_t fresh;    /* of them, that were not there before */
	size_t unseen;   /* of them, that were not seen in this run */
	size_t others;   /* left out, because the administrator defines them */
	size_t refused;  /* left out, because two have the same name */
};

/* Chooses names and writes the whole file's text, the section alone if `alone`.
 * Returns 0, or -1 without memory. */
int section_write(struct section *section, bool alone, FILE *out,
                  struct section_count *count);

void section_free(struct section *section);

#endif

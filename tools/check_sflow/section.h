/* section.h - the section of a file of Nagios that check_sflow writes, between two
 * lines of comment. The text around it is the administrator's, and is not changed. A
 * definition in the section that the administrator has changed is moved behind the
 * second line, and is not changed any more.
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
	char *cluster, *name; /* Ganglia's names; the key */
	char *host_name;      /* Nagios's name; NULL: not chosen yet */
	char *address;
	bool seen;   /* Ganglia has it in this run */
	bool former; /* Ganglia says that it is called otherwise, or was removed */
	bool server; /* it was found to be a server, in this run or before */
};

/* Begins as zero. */
struct section {
	char *before, *behind; /* the administrator's texts, which may have NULs; the
	                        * second begins with what was moved out of the section */
	size_t before_len, behind_len;
	struct names taken; /* hosts and groups that others define */
	void *hosts;        /* tree of search.h, by cluster and name */
};

/* Reads a file's text. Returns 0; -1 without memory; or -2 where each of the two lines
 * is not there exactly once, or they are in the wrong order. A file without both lines
 * is fine. In all cases the caller calls section_free(). */
int section_read(struct section *section, const char *text, size_t len);

/* Finds the host of that name in the section, or adds it. NULL without memory. */
struct section_host *section_host(struct section *section, const char *cluster,
                                  const char *name);

/* How many hosts there are of each kind. */
struct section_count {
	size_t hosts;   /* written */
	size_t fresh;   /* of these: were not in the file before */
	size_t unseen;  /* of these: Ganglia does not have them in this run */
	size_t others;  /* left out: the administrator defines them */
	size_t refused; /* left out: another host has the name */
	size_t former;  /* taken out: they are called otherwise, or were removed */
};

/* Chooses names, and writes the text of the whole file; with `alone`, only the section.
 * Returns 0, or -1 without memory. */
int section_write(struct section *section, bool alone, FILE *out,
                  struct section_count *count);

void section_free(struct section *section);

#endif

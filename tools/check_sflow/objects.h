/* objects.h - Nagios's object definitions: reads the names that a text defines, and
 * writes the definitions of check_sflow.
 *
 * Source: Nagios Core 4, "Object Definitions", and its xodtemplate.c: a definition
 * begins with "define TYPE {" and ends with "}", each at the beginning of a line; "#"
 * and ";" begin a comment there, ";" also behind a value.
 */
#ifndef CHECK_OBJECTS_H
#define CHECK_OBJECTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define OBJECTS_NAME 128 /* bytes of a name, with the NUL */

/* Names by kind: "host:NAME", "hostgroup:NAME". Begins as zero. */
struct names {
	void *tree; /* of search.h */
};

/* Adds a name. Returns 0, or -1 without memory. */
int names_add(struct names *names, const char *kind, const char *name);
bool names_has(const struct names *names, const char *kind, const char *name);
void names_free(struct names *names);

/* Adds the hosts and host groups that the text defines; not its templates. Returns 0,
 * or -1 without memory. */
int objects_scan(const char *text, size_t len, struct names *names);

/* Whether the name may be written into a definition, from which Nagios puts it into
 * command lines: it has no character that Nagios refuses in names, or that has a
 * meaning to Nagios or a shell. */
bool objects_is_safe(const char *name);

/* A host that check_sflow writes. All its texts have to be safe. The definition has a
 * checksum, so that one that was changed by hand can be recognized. */
struct object_host {
	const char *host_name; /* Nagios's */
	const char *address;
	const char *cluster; /* Ganglia's */
	const char *name;
	bool server; /* it has what sFlow's servers have: load, CPU, memory, disks */
};

/* The group of servers. */
#define OBJECTS_SERVERS "sflow-servers"

void objects_write_host(FILE *out, const struct object_host *host);
void objects_write_group(FILE *out, const char *cluster);

#endif

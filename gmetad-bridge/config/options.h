/* options.h - the command line. */
#ifndef BRIDGE_OPTIONS_H
#define BRIDGE_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>

/* The strings are those of argv. */
struct options {
	const char *config; /* path of the configuration */
	bool foreground;
	bool test;            /* only read the file, and say whether it is fine */
	const char *pid_file; /* NULL: none */
	/* what the bridge that runs is told, instead of starting one; NULL: nothing */
	const char *remove;             /* a host */
	const char *rename, *rename_to; /* a host, and its new name */
	const char *cluster;            /* of the host; NULL: not said */
	bool with_rrds, replace_rrds;
};

/* Reads the command line. Returns -1 where the program is to go on. Else it has written
 * the version or the usage to `out`, or what is wrong to `err`, and returns the status
 * to exit with. */
int options_parse(struct options *options, int argc, char **argv, FILE *out, FILE *err);

/* The same with stdout and stderr; exits where the program is not to go on. */
void options_read(struct options *options, int argc, char **argv);

#endif

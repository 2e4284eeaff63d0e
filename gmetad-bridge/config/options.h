/* options.h - the command line. */
#ifndef BRIDGE_OPTIONS_H
#define BRIDGE_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>

/* The texts are argv's. */
struct options {
	const char *config;   /* the file */
	bool foreground;
	bool test;            /* read the file, and say whether it is fine */
	const char *pid_file; /* NULL: none */
};

/* Reads the command line. Returns -1: go on; else the status to exit with, after the
 * version or the usage is told: on `out`, or on `err` where something is wrong. */
int options_parse(struct options *options, int argc, char **argv, FILE *out,
                  FILE *err);

/* The same on stdout and stderr, and exits there. */
void options_read(struct options *options, int argc, char **argv);

#endif

/* gmond-sflow-check - says what is wrong with the sFlow module's part of gmond.conf. */
#include <config.h>
#include <stdio.h>
#include <string.h>

#include "gmond-module/conf_check.h"

#define WRONG_USE 2 /* the status to exit with */

static void
print_usage(FILE *to)
{
	fputs("Usage: gmond-sflow-check [FILE]\n"
	      "Says what is wrong with the sFlow module's part of gmond.conf.\n"
	      "  -V, --version  print the version, and exit\n"
	      "  -h, --help     print this, and exit\n"
	      "Without FILE: " GMOND_CONF "\n",
	      to);
}

int
main(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : GMOND_CONF;

	if (strcmp(word, "-h") == 0 || strcmp(word, "--help") == 0) {
		print_usage(stdout);
		return 0;
	}
	if (strcmp(word, "-V") == 0 || strcmp(word, "--version") == 0) {
		printf("gmond-sflow-check %s\n", PACKAGE_VERSION);
		return 0;
	}
	if (argc > 2 || word[0] == '-') {
		print_usage(stderr);
		return WRONG_USE;
	}
	return conf_check(word, stdout, stderr) == 0 ? 0 : 1;
}

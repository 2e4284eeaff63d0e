#include "gmetad-bridge/config/options.h"

#include <config.h> /* autoconf's, not gmetad-bridge/config/config.h */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#define WRONG 2 /* the status to exit with */

/* clang-format off */
static const struct {
	struct option option;
	const char *argument; /* NULL: none */
	const char *about;
} table[] = {
    {{"conf", required_argument, NULL, 'c'}, "FILE", "the configuration"},
    {{"foreground", no_argument, NULL, 'f'}, NULL, "stay in the foreground"},
    {{"test", no_argument, NULL, 't'}, NULL, "test the configuration, and exit"},
    {{"pid-file", required_argument, NULL, 'p'}, "FILE",
     "write the process's number to this file"},
    {{"version", no_argument, NULL, 'V'}, NULL, "print the version, and exit"},
    {{"help", no_argument, NULL, 'h'}, NULL, "print this, and exit"},
};
/* clang-format on */

#define COUNT (sizeof(table) / sizeof(table[0]))

static void
print_usage(FILE *to)
{
	char text[32];
	size_t i;

	fprintf(to, "Usage: gmetad-bridge [OPTION...]\n");
	for (i = 0; i < COUNT; i++) {
		const struct option *option = &table[i].option;

		snprintf(text, sizeof(text), "--%s%s%s", option->name,
		         table[i].argument != NULL ? "=" : "",
		         table[i].argument != NULL ? table[i].argument : "");
		fprintf(to, "  -%c, %-18s %s\n", option->val, text, table[i].about);
	}
	fprintf(to, "Without -c: " BRIDGE_CONF "\n");
}

/* Makes getopt_long()'s two forms of the table. */
static void
fill(char letters[2 * COUNT + 2], struct option options[COUNT + 1])
{
	size_t i;

	*letters++ = ':'; /* getopt_long() prints no messages itself */
	for (i = 0; i < COUNT; i++) {
		options[i] = table[i].option;
		*letters++ = (char)options[i].val;
		if (options[i].has_arg == required_argument)
			*letters++ = ':';
	}
	*letters = '\0';
	memset(&options[COUNT], 0, sizeof(options[COUNT]));
}

static int
wrong(FILE *err, const char *what, const char *which)
{
	fprintf(err, "gmetad-bridge: %s: %s\n", which, what);
	print_usage(err);
	return WRONG;
}

/* Says which option getopt_long() did not accept. */
static int
wrong_option(FILE *err, const char *what, char **argv)
{
	char letter[] = {'-', (char)optopt, '\0'};

	return wrong(err, what, optopt != 0 ? letter : argv[optind - 1]);
}

static int
take(struct options *options, int letter, char **argv, FILE *out, FILE *err)
{
	switch (letter) {
	case 'c':
		options->config = optarg;
		return -1;
	case 'f':
		options->foreground = true;
		return -1;
	case 't':
		options->test = true;
		return -1;
	case 'p':
		options->pid_file = optarg;
		return -1;
	case 'V':
		fprintf(out, "gmetad-bridge %s\n", PACKAGE_VERSION);
		return EXIT_SUCCESS;
	case 'h':
		print_usage(out);
		return EXIT_SUCCESS;
	case ':':
		return wrong_option(err, "its value is missing", argv);
	default:
		return wrong_option(err, "there is no such option", argv);
	}
}

int
options_parse(struct options *options, int argc, char **argv, FILE *out, FILE *err)
{
	char letters[2 * COUNT + 2];
	struct option forms[COUNT + 1];
	int letter, status = -1;

	*options = (struct options){.config = BRIDGE_CONF};
	fill(letters, forms);
	optind = 0; /* begin again, also where it was called before */
	while (status < 0 &&
	       (letter = getopt_long(argc, argv, letters, forms, NULL)) != -1)
		status = take(options, letter, argv, out, err);
	if (status < 0 && optind < argc)
		return wrong(err, "it is no option", argv[optind]);
	return status;
}

void
options_read(struct options *options, int argc, char **argv)
{
	int status = options_parse(options, argc, argv, stdout, stderr);

	if (status >= 0)
		exit(status);
}

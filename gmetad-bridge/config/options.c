#include "gmetad-bridge/config/options.h"

#include <config.h> /* autoconf's, not gmetad-bridge/config/config.h */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#define WRONG 2 /* the status to exit with */

/* Of options without a letter. */
enum { REMOVE = 256, WITH_RRDS, RENAME, REPLACE_RRDS, CLUSTER };

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
    {{"remove", required_argument, NULL, REMOVE}, "HOST",
     "tell the one that runs: take away a host that is down"},
    {{"with-rrds", no_argument, NULL, WITH_RRDS}, NULL, "and its RRDs"},
    {{"rename", required_argument, NULL, RENAME}, "OLD NEW",
     "tell the one that runs: call a host otherwise, for good"},
    {{"replace-rrds", no_argument, NULL, REPLACE_RRDS}, NULL,
     "though there are RRDs of the new name"},
    {{"cluster", required_argument, NULL, CLUSTER}, "NAME",
     "of that host, where several have one of its name"},
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
		if (option->val < REMOVE)
			fprintf(to, "  -%c, ", option->val);
		else
			fprintf(to, "      ");
		fprintf(to, "%-18s %s\n", text, table[i].about);
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
		if (options[i].val >= REMOVE)
			continue;
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
	bool has_letter = optopt != 0 && optopt < REMOVE;

	return wrong(err, what, has_letter ? letter : argv[optind - 1]);
}

/* Takes "OLD NEW", of which getopt_long() knows only the first. */
static int
take_rename(struct options *options, int argc, char **argv, FILE *err)
{
	if (optind >= argc || argv[optind][0] == '-')
		return wrong(err, "its second value is missing", "--rename");
	options->rename = optarg;
	options->rename_to = argv[optind++];
	return -1;
}

/* Whether what the bridge that runs is told makes sense. */
static int
judge_orders(const struct options *o, FILE *err)
{
	if (o->remove != NULL && o->rename != NULL)
		return wrong(err, "one of them at a time", "--remove, --rename");
	if (o->with_rrds && o->remove == NULL)
		return wrong(err, "it goes with --remove", "--with-rrds");
	if (o->replace_rrds && o->rename == NULL)
		return wrong(err, "it goes with --rename", "--replace-rrds");
	if (o->cluster != NULL && o->remove == NULL && o->rename == NULL)
		return wrong(err, "it goes with --remove and --rename", "--cluster");
	return -1;
}

static int
take(struct options *options, int letter, int argc, char **argv, FILE *out, FILE *err)
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
	case REMOVE:
		options->remove = optarg;
		return -1;
	case RENAME:
		return take_rename(options, argc, argv, err);
	case CLUSTER:
		options->cluster = optarg;
		return -1;
	case WITH_RRDS:
		options->with_rrds = true;
		return -1;
	case REPLACE_RRDS:
		options->replace_rrds = true;
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
		status = take(options, letter, argc, argv, out, err);
	if (status < 0 && optind < argc)
		return wrong(err, "it is no option", argv[optind]);
	return status < 0 ? judge_orders(options, err) : status;
}

void
options_read(struct options *options, int argc, char **argv)
{
	int status = options_parse(options, argc, argv, stdout, stderr);

	if (status >= 0)
		exit(status);
}

#include "tools/sflowget/options.h"

#include <config.h> /* autoconf's */
#include <stdlib.h>
#include <string.h>

#include "tools/sflowget/options_table.h"

#define TIME_MAX_S 1e8

/* Options -------------------------------------------------------------------------- */

/* Reads a number of digits alone, at most `most`. */
static bool
read_count(const char *text, uint64_t most, uint64_t *number)
{
	char *end;

	if (text[0] < '0' || text[0] > '9')
		return false;
	*number = strtoull(text, &end, 10);
	return *end == '\0' && *number <= most;
}

static bool
read_port(const char *text, unsigned *port)
{
	uint64_t number;

	if (!read_count(text, 65535, &number))
		return false;
	*port = (unsigned)number;
	return true;
}

bool
options_seconds(const char *text, double *seconds)
{
	char *end;

	if ((text[0] < '0' || text[0] > '9') && text[0] != '.')
		return false;
	*seconds = strtod(text, &end);
	return end > text && *end == '\0' && *seconds > 0 && *seconds <= TIME_MAX_S;
}

static bool
read_age(const char *text, int64_t *age_s)
{
	uint64_t number;

	if (!read_count(text, (uint64_t)TIME_MAX_S, &number))
		return false;
	*age_s = number == 0 ? -1 : (int64_t)number;
	return true;
}

static bool
is_number(const char *text)
{
	double seconds;

	return options_seconds(text, &seconds);
}

static bool
take_source(struct options_line *l, enum source source, bool fine)
{
	l->o->source = source;
	l->sources++;
	return fine;
}

static bool
take_watch(struct options_line *l)
{
	l->o->watch = true;
	l->o->watch_paced = optarg != NULL;
	return optarg == NULL || options_seconds(optarg, &l->o->interval_s);
}

/* Takes an option. Returns false where its value is wrong. */
static bool
take(struct options_line *l, int letter)
{
	struct options *o = l->o;

	switch (letter) {
	case 'd':
		return take_source(l, SOURCE_DAEMON,
		                   daemon_parse(optarg, &o->daemon) == 0);
	case 'l':
		return take_source(l, SOURCE_LISTEN,
		                   read_port(optarg, &o->port) && o->port != 0);
	case 'r':
		o->file = optarg;
		return take_source(l, SOURCE_READ, true);
	case 'i':
		o->wanted.ignore_case = true;
		return true;
	case 'L':
		l->list = true;
		return true;
	case 'w':
		return take_watch(l);
	case OPTION_CLUSTER:
		o->wanted.cluster = optarg;
		return true;
	case OPTION_BIND:
		return address_parse(optarg, &o->bind) == 0;
	case OPTION_PORT:
		l->port = true;
		return read_port(optarg, &o->port);
	case OPTION_DEADLINE:
		l->deadline = true;
		return options_seconds(optarg, &o->deadline_s);
	case OPTION_MAX_AGE:
		return read_age(optarg, &o->wanted.max_age_s);
	case OPTION_DOWN:
	case OPTION_LATE:
		l->list = true;
		o->list |= letter == OPTION_DOWN ? LIST_DOWN : LIST_LATE;
		return true;
	case OPTION_SERVERS:
		o->servers_metric = optarg;
		return *optarg != '\0';
	case OPTION_HUMAN:
		o->human = true;
		return true;
	case OPTION_DECODE:
		l->decode = true;
		return true;
	case OPTION_COUNT:
		l->count = true;
		return read_count(optarg, UINT64_MAX, &o->count);
	case OPTION_RRD_CREATE:
		o->rrd_file = optarg;
		return true;
	case OPTION_STEP:
		l->step = true;
		return options_seconds(optarg, &o->interval_s);
	default:
		l->outputs++;
		o->output = options_output((size_t)(letter - OPTION_OUTPUT));
		return true;
	}
}

/* Takes away the "=" of "-w=1", which getopt_long() takes for a part of the value. */
static void
skip_equals(char **argv)
{
	const char *word = argv[optind - 1];

	if (optarg != NULL && *optarg == '=' && word[0] == '-' && word[1] != '-' &&
	    optarg > word && optarg <= word + strlen(word))
		optarg++;
}

/* Takes the words that are no options: the agent and the metrics. */
static int
take_rest(struct options_line *l, int argc, char **argv, FILE *err)
{
	struct options *o = l->o;

	if (o->watch && !o->watch_paced && optind < argc && is_number(argv[optind]))
		return options_wrong(
		    err,
		    "--watch %s: its SECONDS are joined to it: -w%s or "
		    "--watch=%s",
		    argv[optind], argv[optind], argv[optind]);
	if (optind < argc)
		o->wanted.agent = argv[optind++];
	o->wanted.metrics = argv + optind;
	o->wanted.count = (size_t)(argc - optind);
	if (o->servers_metric != NULL && optind < argc)
		return options_wrong(err, "--servers %s: %s is one word too many",
		                     o->servers_metric, argv[optind]);
	if (o->servers_metric != NULL) {
		o->wanted.metrics = &o->servers_metric;
		o->wanted.count = 1;
	}
	return options_check(l, err);
}

int
options_parse(struct options *options, int argc, char **argv, FILE *out, FILE *err)
{
	struct option forms[OPTIONS_MOST];
	struct options_line line = {.o = options};
	char letters[3 * OPTIONS_MOST];
	int letter;

	*options = (struct options){.output = &output_table};
	daemon_parse("127.0.0.1", &options->daemon);
	options_forms(letters, forms);
	optind = 0; /* begin again, also where it was called before */
	while ((letter = getopt_long(argc, argv, letters, forms, NULL)) != -1) {
		if (letter == 'V') {
			fprintf(out, "sflowget %s\n", PACKAGE_VERSION);
			return STATUS_FOUND;
		}
		if (letter == 'h') {
			options_usage(out);
			return STATUS_FOUND;
		}
		if (letter == ':' || letter == '?')
			return options_wrong_option(err, letter, argv, forms);
		skip_equals(argv);
		if (!take(&line, letter))
			return options_wrong_value(err, letter);
	}
	return take_rest(&line, argc, argv, err);
}

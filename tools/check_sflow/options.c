#define _GNU_SOURCE /* FNM_CASEFOLD */

#include "tools/check_sflow/options.h"

#include <config.h> /* autoconf's */
#include <fnmatch.h>
#include <getopt.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tools/check_sflow/help.h"
#include "tools/check_sflow/options_check.h"

#define SERVER "127.0.0.1" /* its port is gmond's */
#define TIMEOUT_S 10       /* as in all plugins */
#define TIMEOUT_MOST_S 3600

/* Options without a letter. */
enum {
	HOST = UCHAR_MAX + 1,
	HOST_REGEX,
	CLUSTER,
	IGNORE_CASE,
	HEARTBEAT,
	METRIC,
	ALL_METRICS,
	HOSTS_DOWN,
	TOP,
	AGE,
	ANY_AGE,
	ABSENT,
	FORMER,
	AWAITED,
	NO_DATA,
	GENERATE,
	OUTPUT,
	EXCEPT
};

static const struct option table[] = {
    {"hostname", required_argument, NULL, 'H'},
    {"host", required_argument, NULL, HOST},
    {"host-regex", required_argument, NULL, HOST_REGEX},
    {"cluster", required_argument, NULL, CLUSTER},
    {"ignore-case", no_argument, NULL, IGNORE_CASE},
    {"heartbeat", no_argument, NULL, HEARTBEAT},
    {"metric", required_argument, NULL, METRIC},
    {"all-metrics", required_argument, NULL, ALL_METRICS},
    {"hosts-down", no_argument, NULL, HOSTS_DOWN},
    {"warning", required_argument, NULL, 'w'},
    {"critical", required_argument, NULL, 'c'},
    {"top", required_argument, NULL, TOP},
    {"age", no_argument, NULL, AGE},
    {"any-age", no_argument, NULL, ANY_AGE},
    {"absent", required_argument, NULL, ABSENT},
    {"former", required_argument, NULL, FORMER},
    {"awaited", required_argument, NULL, AWAITED},
    {"no-perfdata", no_argument, NULL, NO_DATA},
    {"generate-hosts", no_argument, NULL, GENERATE},
    {"output", required_argument, NULL, OUTPUT},
    {"except", required_argument, NULL, EXCEPT},
    {"timeout", required_argument, NULL, 't'},
    {"verbose", no_argument, NULL, 'v'},
    {"version", no_argument, NULL, 'V'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

int
options_wrong(const struct options_reader *reader, const char *format, ...)
{
	va_list list;

	fputs("SFLOW UNKNOWN - ", reader->out);
	va_start(list, format);
	vfprintf(reader->out, format, list);
	va_end(list);
	fputs("\nSee check_sflow --help.\n", reader->out);
	return CHECK_UNKNOWN;
}

/* Single values ----------------------------------------------------------------------- */

/* Takes a word that may be given once. */
static int
take_text(const struct options_reader *reader, const char **to, const char *name)
{
	if (*to != NULL)
		return options_wrong(reader, "--%s is given twice", name);
	if (*optarg == '\0')
		return options_wrong(reader, "--%s is empty", name);
	*to = optarg;
	return -1;
}

static int
take_server(const struct options_reader *reader)
{
	struct options *options = reader->options;

	options->server_text = optarg;
	if (daemon_parse(optarg, &options->server) != 0)
		return options_wrong(reader, "-H %s is no ADDRESS[:PORT]", optarg);
	return -1;
}

/* Takes a number from 1 to `most`. */
static int
take_number(const struct options_reader *reader, unsigned *to, unsigned most,
            const char *name)
{
	char *end;
	unsigned long number = strtoul(optarg, &end, 10);

	if (*optarg < '0' || *optarg > '9' || *end != '\0' || number < 1 ||
	    number > most)
		return options_wrong(reader, "%s %s is not 1 to %u", name, optarg,
		                     most);
	*to = (unsigned)number;
	return -1;
}

static int
take_state(const struct options_reader *reader, enum check_state *to, const char *name)
{
	static const char *const names[] = {"ok", "warning", "critical", "unknown"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(optarg, names[i]) == 0) {
			*to = (enum check_state)i;
			return -1;
		}
	}
	return options_wrong(reader,
	                     "--%s=%s is none of ok, warning, critical, "
	                     "unknown",
	                     name, optarg);
}

/* Takes a state, or what Nagios's macros "$HOSTSTATE$ $HOSTSTATETYPE$
 * $HOSTNOTIFICATIONNUMBER$" say: that the host is to stay as people know it. A soft DOWN is of
 * the moment in which the collector was restarted. Then all its hosts are UNREACHABLE: those
 * of which people were told before were DOWN. */
static int
take_awaited(const struct options_reader *reader)
{
	static const char *const states[] = {"UP ", "DOWN ", "UNREACHABLE "};
	enum check_state *to = &reader->options->awaited;
	const char *type = NULL, *told;
	size_t i, len;

	for (i = 0; i < sizeof(states) / sizeof(states[0]) && type == NULL; i++) {
		len = strlen(states[i]);
		type = strncmp(optarg, states[i], len) == 0 ? optarg + len : NULL;
	}
	if (type == NULL ||
	    (strncmp(type, "HARD ", 5) != 0 && strncmp(type, "SOFT ", 5) != 0))
		return take_state(reader, to, "awaited");
	told = type + 5;
	if (*told == '\0' || told[strspn(told, "0123456789")] != '\0')
		return take_state(reader, to, "awaited");
	*to = CHECK_OK;
	if ((*optarg == 'D' && *type == 'H') ||
	    (strncmp(optarg, "UN", 2) == 0 && told[strspn(told, "0")] != '\0'))
		*to = CHECK_CRITICAL;
	return -1;
}

/* Takes the two words of "--top N METRIC". */
static int
take_top(const struct options_reader *reader)
{
	struct options *options = reader->options;
	int status;

	if (options->top != 0)
		return options_wrong(reader, "--top is given twice");
	status = take_number(reader, &options->top, OPTIONS_TOP, "--top");
	if (status >= 0)
		return status;
	options->top_metric = reader->argv[optind];
	if (options->top_metric == NULL || *options->top_metric == '-' ||
	    *options->top_metric == '\0')
		return options_wrong(reader, "--top %u: the metric is missing",
		                     options->top);
	optind++;
	return -1;
}

static int
take_except(const struct options_reader *reader)
{
	struct options *options = reader->options;

	if (options->except_count == OPTIONS_EXCEPT)
		return options_wrong(reader, "more than %d --except", OPTIONS_EXCEPT);
	options->except[options->except_count++] = optarg;
	return -1;
}

/* Wishes and thresholds --------------------------------------------------------------- */

static int
take_wish(const struct options_reader *reader, enum wish_kind kind, const char *name)
{
	struct options *options = reader->options;

	if (options->wish_count == OPTIONS_WISHES)
		return options_wrong(reader, "more than %d metrics", OPTIONS_WISHES);
	if (name != NULL && *name == '\0')
		return options_wrong(reader, "the name of a metric is empty");
	options->wishes[options->wish_count++] =
	    (struct wish){.kind = kind, .name = name};
	return -1;
}

/* Takes -w or -c. It belongs to the wish before it; before the first wish, to all that
 * have no thresholds of their own. */
static int
take_threshold(const struct options_reader *reader, int letter)
{
	struct options *options = reader->options;
	struct thresholds *thresholds = &options->common;
	struct range *range;

	if (options->wish_count > 0)
		thresholds = &options->wishes[options->wish_count - 1].thresholds;
	range = letter == 'w' ? &thresholds->warning : &thresholds->critical;
	if (range->text != NULL)
		return options_wrong(reader, "-%c %s: there is a -%c %s already",
		                     letter, optarg, letter, range->text);
	if (range_parse(optarg, range) != 0)
		return options_wrong(reader,
		                     "-%c %s is no range such as 10, 10:, ~:10, "
		                     "10:20 or @10:20",
		                     letter, optarg);
	return -1;
}

/* Options -------------------------------------------------------------------------- */

/* Prints what --version and --help ask for. Returns the status to exit with. */
static int
tell(const struct options_reader *reader, int letter)
{
	if (letter == 'V')
		fprintf(reader->out, "check_sflow %s\n", PACKAGE_VERSION);
	else
		help_print(reader->out);
	return CHECK_UNKNOWN; /* as the guidelines and their plugins do */
}

static int
wrong_option(const struct options_reader *reader, const char *what)
{
	char letter[] = {'-', (char)optopt, '\0'};
	bool is_letter = optopt > 0 && optopt <= UCHAR_MAX;

	return options_wrong(reader, "%s: %s",
	                     is_letter ? letter : reader->argv[optind - 1], what);
}

static int
take_target(struct options_reader *reader, int letter)
{
	struct options *options = reader->options;

	switch (letter) {
	case 'H':
		return take_server(reader);
	case HOST:
		return take_text(reader, &options->host, "host");
	case HOST_REGEX:
		return take_text(reader, &options->host_regex, "host-regex");
	case CLUSTER:
		return take_text(reader, &options->cluster, "cluster");
	case OUTPUT:
		return take_text(reader, &options->output, "output");
	case EXCEPT:
		return take_except(reader);
	case ABSENT:
		return take_state(reader, &options->absent, "absent");
	case FORMER:
		return take_state(reader, &options->former, "former");
	case AWAITED:
		return take_awaited(reader);
	case TOP:
		return take_top(reader);
	case 't':
		return take_number(reader, &options->timeout_s, TIMEOUT_MOST_S, "-t");
	case ':':
		return wrong_option(reader, "its value is missing");
	default:
		return wrong_option(reader, "there is no such option");
	}
}

static int
take(struct options_reader *reader, int letter)
{
	struct options *options = reader->options;

	switch (letter) {
	case 'w':
	case 'c':
		return take_threshold(reader, letter);
	case HEARTBEAT:
		return take_wish(reader, WISH_HEARTBEAT, NULL);
	case METRIC:
		return take_wish(reader, WISH_METRIC, optarg);
	case ALL_METRICS:
		return take_wish(reader, WISH_PATTERN, optarg);
	case HOSTS_DOWN:
		reader->hosts_down = true;
		return take_wish(reader, WISH_DOWN, NULL);
	case GENERATE:
		reader->generate = true;
		return -1;
	case NO_DATA:
		options->no_data = true;
		return -1;
	case IGNORE_CASE:
		options->ignore_case = true;
		return -1;
	case AGE:
	case ANY_AGE:
		options->any_age = letter == ANY_AGE;
		return -1;
	case 'v':
		options->verbose++;
		return -1;
	case 'V':
	case 'h':
		return tell(reader, letter);
	default:
		return take_target(reader, letter);
	}
}

/* Takes away the "=" of "-w=5", which getopt_long() takes for a part of the value. */
static void
skip_equals(const struct options_reader *reader)
{
	const char *word = reader->argv[optind - 1];

	if (optarg != NULL && *optarg == '=' && optarg == word + 2 && word[0] == '-')
		optarg++;
}

int
options_parse(struct options *options, int argc, char **argv, FILE *out)
{
	struct options_reader reader = {.options = options, .argv = argv, .out = out};
	int letter, status = -1;

	*options = (struct options){.absent = CHECK_UNKNOWN,
	                            .former = CHECK_UNKNOWN,
	                            .awaited = CHECK_UNKNOWN,
	                            .timeout_s = TIMEOUT_S,
	                            .server_text = SERVER};
	daemon_parse(SERVER, &options->server);
	optind = 0; /* begin again, also where it was called before */
	while (status < 0 &&
	       (letter = getopt_long(argc, argv, "+:H:w:c:t:vVh", table, NULL)) != -1) {
		skip_equals(&reader);
		status = take(&reader, letter);
	}
	if (status < 0 && optind < argc)
		return options_wrong(&reader, "%s is no option", argv[optind]);
	return status < 0 ? options_check(&reader) : status;
}

void
options_free(struct options *options)
{
	size_t i;

	if (options->host_regex != NULL)
		regfree(&options->host_pattern);
	for (i = 0; i < options->wish_count; i++)
		if (options->wishes[i].kind == WISH_PATTERN)
			regfree(&options->wishes[i].pattern);
}

bool
options_same(const struct options *options, const char *a, const char *b)
{
	return options->ignore_case ? strcasecmp(a, b) == 0 : strcmp(a, b) == 0;
}

bool
options_wants_cluster(const struct options *options, const char *name)
{
	return options->cluster == NULL ||
	       options_same(options, options->cluster, name);
}

bool
options_wants(const struct options *options, const struct ganglia_host *host)
{
	if (!options_wants_cluster(options, host->cluster))
		return false;
	if (options->host != NULL)
		return options_same(options, options->host, host->name);
	return options->host_regex == NULL ||
	       regexec(&options->host_pattern, host->name, 0, NULL, 0) == 0;
}

bool
options_is_top(const struct options *options, const char *metric)
{
	return options->top > 0 &&
	       (options_same(options, options->top_metric, metric) ||
	        (options_top_is_pattern(options) &&
	         fnmatch(options->top_metric, metric,
	                 options->ignore_case ? FNM_CASEFOLD : 0) == 0));
}

bool
options_top_is_pattern(const struct options *options)
{
	return strpbrk(options->top_metric, "*?[") != NULL;
}

bool
options_one_host(const struct options *options)
{
	return options->host != NULL;
}

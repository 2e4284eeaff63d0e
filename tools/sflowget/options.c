#include "tools/sflowget/options.h"

#include <config.h> /* autoconf's */
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "sflow/wire/datagram.h"
#include "tools/sflowget/fields.h"

#define DAEMON_DEADLINE_S 10
#define LISTEN_DEADLINE_S 90 /* a rate needs two polls, usually 30 s apart */
#define WATCH_S 15           /* gmetad's interval */
#define STEP_S 60            /* cron's interval */
#define TIME_MAX_S 1e8

enum {
	OPTION_READ = 256,
	OPTION_BIND,
	OPTION_PORT,
	OPTION_CLUSTER,
	OPTION_DEADLINE,
	OPTION_MAX_AGE,
	OPTION_DOWN,
	OPTION_LATE,
	OPTION_DECODE,
	OPTION_COUNT,
	OPTION_RRD_CREATE,
	OPTION_STEP,
	OPTION_OUTPUT /* the first output; the others follow it */
};

static const struct output *const outputs[] = {
    &output_table,    &output_value, &output_json,  &output_csv,    &output_rrd,
    &output_collectd, &output_cacti, &output_munin, &output_influx, &output_prometheus};

#define OUTPUTS (sizeof(outputs) / sizeof(outputs[0]))

/* clang-format off */
static const struct {
	struct option option;
	const char *argument; /* NULL: none */
	const char *about;
} table[] = {
    {{"daemon", required_argument, NULL, 'd'}, "HOST[:PORT]",
     "ask gmond, gmetad or gmetad-bridge;\n127.0.0.1:8649 is the default"},
    {{"listen", required_argument, NULL, 'l'}, "PORT",
     "wait for the agents' next samples"},
    {{"read", required_argument, NULL, 'r'}, "FILE",
     "read recorded traffic (pcap, pcapng)"},
    {{"cluster", required_argument, NULL, OPTION_CLUSTER}, "NAME",
     "only agents of this cluster"},
    {{"ignore-case", no_argument, NULL, 'i'}, NULL,
     "of the names of clusters and agents"},
    {{"bind", required_argument, NULL, OPTION_BIND}, "ADDRESS",
     "listen on this address only"},
    {{"port", required_argument, NULL, OPTION_PORT}, "PORT",
     "UDP port of recorded sFlow: 6343; 0: any"},
    {{"deadline", required_argument, NULL, OPTION_DEADLINE}, "SECONDS",
     "to wait: 10; with --listen 90"},
    {{"max-age", required_argument, NULL, OPTION_MAX_AGE}, "SECONDS",
     "what is older is no value; 0: nothing is\ntoo old. "
     "Default: 4 times its TMAX"},
    {{"list", no_argument, NULL, 'L'}, NULL,
     "list the agents, or AGENT's metrics"},
    {{"down", no_argument, NULL, OPTION_DOWN}, NULL,
     "list the agents that are down"},
    {{"late", no_argument, NULL, OPTION_LATE}, NULL,
     "list those of which one and a half polls\nare missing"},
    {{"decode", no_argument, NULL, OPTION_DECODE}, NULL,
     "print datagrams as they are, field by field,\n"
     "of --listen or --read; or --json"},
    {{"count", required_argument, NULL, OPTION_COUNT}, "N",
     "end after so many datagrams"},
    {{"watch", optional_argument, NULL, 'w'}, "[=SECONDS]",
     "again and again"},
    {{"rrd-create", required_argument, NULL, OPTION_RRD_CREATE}, "FILE",
     "print the rrdtool command that creates FILE\nfor --rrd"},
    {{"step", required_argument, NULL, OPTION_STEP}, "SECONDS",
     "between two values, for --rrd-create and\n--collectd"},
    {{"version", no_argument, NULL, 'V'}, NULL, "print the version, and exit"},
    {{"help", no_argument, NULL, 'h'}, NULL, "print this, and exit"},
};
/* clang-format on */

#define COUNT (sizeof(table) / sizeof(table[0]))

/* The usage ---------------------------------------------------------------------- */

static void
put_option(FILE *to, int letter, const char *name, const char *argument,
           const char *about)
{
	char text[64];
	size_t len;

	snprintf(text, sizeof(text), "--%s%s%s", name,
	         argument == NULL || argument[0] == '[' ? "" : "=",
	         argument == NULL ? "" : argument);
	if (letter < 256)
		fprintf(to, "  -%c, %-22s", letter, text);
	else
		fprintf(to, "      %-22s", text);
	for (; *(about += strspn(about, "\n")) != '\0'; about += len) {
		len = strcspn(about, "\n");
		fprintf(to, " %.*s\n", (int)len, about);
		if (about[len] != '\0')
			fprintf(to, "%28s", "");
	}
}

static void
print_usage(FILE *to)
{
	size_t i;

	fputs("Usage: sflowget [OPTION...] AGENT [METRIC...]\n"
	      "Values of an sFlow agent: snmpget for sFlow.\n\n"
	      "AGENT is a name, an address, a UUID, or a pattern such as 'web*'. "
	      "METRIC is a\nname, a pattern, or a raw field such as "
	      "host_cpu.cpu_user; without, all metrics.\n\n",
	      to);
	for (i = 0; i < COUNT; i++)
		put_option(to, table[i].option.val, table[i].option.name,
		           table[i].argument, table[i].about);
	fputs("\nOutput:\n", to);
	for (i = 0; i < OUTPUTS; i++)
		put_option(to, OPTION_OUTPUT, outputs[i]->option, NULL,
		           outputs[i]->about);
	fputs("\nExamples:\n"
	      "  sflowget node1 load_one\n"
	      "  sflowget --value --daemon monitor:8652 switch1 "
	      "swp1.bytes_in\n"
	      "  sflowget --listen 6343 192.0.2.1 'swp*.bytes_*'\n"
	      "  rrdtool update node1.rrd $(sflowget --rrd node1 load_one "
	      "bytes_in)\n"
	      "  sflowget --read traffic.pcap --decode\n"
	      "\nExit status: 0 found, 1 not found, 2 usage, 3 deadline, "
	      "4 source.\n",
	      to);
}

/* Writes what is wrong in one line, without the usage, among which it would be lost. */
static int __attribute__((format(printf, 2, 3)))
wrong(FILE *err, const char *format, ...)
{
	va_list arguments;

	fputs("sflowget: ", err);
	va_start(arguments, format);
	vfprintf(err, format, arguments);
	va_end(arguments);
	fputs("\nsflowget --help says more.\n", err);
	return STATUS_USAGE;
}

/* Options -------------------------------------------------------------------------- */

/* Makes getopt_long()'s two forms of the table. */
static void
fill(char letters[3 * COUNT + 3], struct option options[COUNT + OUTPUTS + 1])
{
	size_t i;

	*letters++ = ':'; /* getopt_long() prints no messages itself */
	for (i = 0; i < COUNT; i++) {
		options[i] = table[i].option;
		if (options[i].val >= 256)
			continue;
		*letters++ = (char)options[i].val;
		if (options[i].has_arg != no_argument)
			*letters++ = ':';
		if (options[i].has_arg == optional_argument)
			*letters++ = ':';
	}
	*letters = '\0';
	for (i = 0; i < OUTPUTS; i++)
		options[COUNT + i] = (struct option){outputs[i]->option, no_argument,
		                                     NULL, OPTION_OUTPUT + (int)i};
	memset(&options[COUNT + OUTPUTS], 0, sizeof(options[0]));
}

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

/* Reads seconds: above zero; fractions are fine. */
static bool
read_seconds(const char *text, double *seconds)
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

/* What has been read of the command line. */
struct line {
	struct options *o;
	unsigned sources, outputs;
	bool port, list, decode, deadline, step;
};

static bool
take_source(struct line *l, enum source source, bool fine)
{
	l->o->source = source;
	l->sources++;
	return fine;
}

static bool
take_watch(struct line *l)
{
	l->o->watch = true;
	l->o->watch_paced = optarg != NULL;
	return optarg == NULL || read_seconds(optarg, &l->o->interval_s);
}

/* Takes an option. Returns false where its value is wrong. */
static bool
take(struct line *l, int letter)
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
		return read_seconds(optarg, &o->deadline_s);
	case OPTION_MAX_AGE:
		return read_age(optarg, &o->wanted.max_age_s);
	case OPTION_DOWN:
	case OPTION_LATE:
		l->list = true;
		o->list |= letter == OPTION_DOWN ? LIST_DOWN : LIST_LATE;
		return true;
	case OPTION_DECODE:
		l->decode = true;
		return true;
	case OPTION_COUNT:
		return read_count(optarg, UINT64_MAX, &o->count);
	case OPTION_RRD_CREATE:
		o->rrd_file = optarg;
		return true;
	case OPTION_STEP:
		l->step = true;
		return read_seconds(optarg, &o->interval_s);
	default:
		l->outputs++;
		o->output = outputs[letter - OPTION_OUTPUT];
		return true;
	}
}

/* The whole line ------------------------------------------------------------------- */

static void
set_task(const struct line *l)
{
	struct options *o = l->o;

	if (l->decode)
		o->task = TASK_DECODE;
	else if (o->rrd_file != NULL)
		o->task = TASK_RRD_CREATE;
	else if (l->list)
		o->task = o->wanted.agent != NULL && o->list == LIST_ALL ? TASK_METRICS
		                                                         : TASK_AGENTS;
}

static void
set_defaults(const struct line *l)
{
	const char *interval = getenv("COLLECTD_INTERVAL");
	struct options *o = l->o;

	if (o->source == SOURCE_READ && !l->port)
		o->port = SFLOW_PORT;
	if (o->source == SOURCE_READ && o->wanted.max_age_s == 0)
		o->wanted.max_age_s = -1; /* recorded values are never too old */
	if (!l->deadline && o->task != TASK_DECODE)
		o->deadline_s =
		    o->source == SOURCE_LISTEN ? LISTEN_DEADLINE_S : DAEMON_DEADLINE_S;
	if (o->interval_s > 0)
		return;
	if (o->output != &output_collectd || interval == NULL ||
	    !read_seconds(interval, &o->interval_s))
		o->interval_s = o->watch ? WATCH_S : STEP_S;
}

/* munin-node gives "config" as the last word; collectd sets the name of its machine. */
static void
take_environment(struct options *o)
{
	struct wanted *w = &o->wanted;
	size_t last = w->count;

	if (o->output == &output_munin && last > 0 &&
	    strcmp(w->metrics[last - 1], "config") == 0) {
		o->munin = MUNIN_CONFIG;
		w->count--;
	}
	if (o->output == &output_collectd && w->agent == NULL)
		w->agent = getenv("COLLECTD_HOSTNAME");
}

static int
check_source(const struct line *l, FILE *err)
{
	const struct options *o = l->o;

	if (l->sources > 1)
		return wrong(err, "--daemon, --listen and --read are three "
		                  "sources; one is enough");
	if (o->source == SOURCE_DAEMON && o->task == TASK_DECODE)
		return wrong(err, "--decode needs --listen or --read: daemons "
		                  "have no datagrams to tell");
	if (o->source == SOURCE_DAEMON && o->raw && o->task != TASK_RRD_CREATE)
		return wrong(err, "raw fields need --listen or --read: daemons "
		                  "tell metrics alone");
	if (o->source != SOURCE_DAEMON && o->wanted.cluster != NULL)
		return wrong(err, "--cluster needs --daemon: agents know of no "
		                  "clusters");
	if (o->source == SOURCE_READ && o->watch)
		return wrong(err, "--watch needs --daemon or --listen");
	if (o->source != SOURCE_READ && l->port)
		return wrong(err, "--port is for --read; --listen has its own");
	if (o->source != SOURCE_LISTEN && o->bind.type != ADDRESS_UNKNOWN)
		return wrong(err, "--bind is for --listen");
	return -1;
}

static bool
has_pattern(const struct options *o)
{
	return wanted_has_pattern(&o->wanted) || wanted_many(&o->wanted);
}

static int
check_task(const struct line *l, FILE *err)
{
	const struct options *o = l->o;
	bool exact = o->output->exact || o->task == TASK_RRD_CREATE;

	if (l->outputs > 1)
		return wrong(err, "one kind of output is enough");
	if (o->task == TASK_DECODE && l->outputs > 0 && o->output != &output_json)
		return wrong(err, "--decode prints lines, or --json");
	if (l->list && l->outputs > 0)
		return wrong(err, "--list prints names, in no other form");
	if (o->task == TASK_DECODE && o->wanted.agent != NULL &&
	    o->wanted.address.type == ADDRESS_UNKNOWN)
		return wrong(err, "%s: datagrams are of addresses", o->wanted.agent);
	if (o->task == TASK_AGENTS || o->task == TASK_DECODE)
		return -1;
	if (o->wanted.agent == NULL)
		return wrong(err, "which agent? --list lists them");
	if (exact && has_pattern(o))
		return wrong(err,
		             "%s needs an agent and metrics by their names: "
		             "their places tell them apart",
		             o->task == TASK_RRD_CREATE ? "--rrd-create" : "--rrd");
	return -1;
}

/* Returns the name of the option that getopt_long() gave as `letter`. */
static const char *
option_name(int letter)
{
	size_t i;

	for (i = 0; i < COUNT; i++)
		if (table[i].option.val == letter)
			return table[i].option.name;
	return "";
}

/* Takes the words that are no options: the agent and the metrics. */
static int
take_rest(struct line *l, int argc, char **argv, FILE *err)
{
	struct options *o = l->o;
	int status;
	size_t i;

	if (optind < argc)
		o->wanted.agent = argv[optind++];
	o->wanted.metrics = argv + optind;
	o->wanted.count = (size_t)(argc - optind);
	take_environment(o);
	wanted_init(&o->wanted);
	for (i = 0; i < o->wanted.count; i++)
		o->raw = o->raw || fields_is_raw(o->wanted.metrics[i]);
	set_task(l);
	set_defaults(l);
	status = check_source(l, err);
	return status >= 0 ? status : check_task(l, err);
}

int
options_parse(struct options *options, int argc, char **argv, FILE *out, FILE *err)
{
	struct option forms[COUNT + OUTPUTS + 1];
	struct line line = {.o = options};
	char letters[3 * COUNT + 3];
	int letter;

	*options = (struct options){.output = &output_table};
	daemon_parse("127.0.0.1", &options->daemon);
	fill(letters, forms);
	optind = 0; /* begin again, also where it was called before */
	while ((letter = getopt_long(argc, argv, letters, forms, NULL)) != -1) {
		const char *word = argv[optind > 0 ? optind - 1 : 0];

		if (letter == 'V') {
			fprintf(out, "sflowget %s\n", PACKAGE_VERSION);
			return STATUS_FOUND;
		}
		if (letter == 'h') {
			print_usage(out);
			return STATUS_FOUND;
		}
		if (letter == ':')
			return wrong(err, "%s: its value is missing", word);
		if (letter == '?')
			return wrong(err, "%s: there is no such option", word);
		if (!take(&line, letter))
			return wrong(err, "--%s=%s: that is no value for it",
			             option_name(letter), optarg);
	}
	return take_rest(&line, argc, argv, err);
}

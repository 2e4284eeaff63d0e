#include "tools/sflowget/options_table.h"

#include <string.h>

static const struct output *const outputs[] = {
    &output_table,    &output_value, &output_json,  &output_csv,    &output_rrd,
    &output_collectd, &output_cacti, &output_munin, &output_influx, &output_prometheus};

#define OUTPUTS (sizeof(outputs) / sizeof(outputs[0]))

/* clang-format off */
static const struct option_row table[] = {
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
    {{"human", no_argument, NULL, OPTION_HUMAN}, NULL,
     "the table's numbers with K, M, G; bit/s, too"},
    {{"servers", required_argument, NULL, OPTION_SERVERS}, "METRIC",
     "the agents, virtual machines or ports where\nit is highest, of all or of AGENT; "
     "median\nand quartiles of all; or --json"},
    {{"decode", no_argument, NULL, OPTION_DECODE}, NULL,
     "print datagrams as they are, field by field,\n"
     "of --listen or --read; or --json"},
    {{"count", required_argument, NULL, OPTION_COUNT}, "N",
     "end after so many datagrams; tell so many\nof --servers: 10"},
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

_Static_assert(COUNT + OUTPUTS < OPTIONS_MOST, "there is room for a row of zeros");

const struct option_row *
options_row(size_t number)
{
	return number < COUNT ? &table[number] : NULL;
}

const struct output *
options_output(size_t number)
{
	return number < OUTPUTS ? outputs[number] : NULL;
}

void
options_forms(char letters[3 * OPTIONS_MOST], struct option options[OPTIONS_MOST])
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

void
options_usage(FILE *to)
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

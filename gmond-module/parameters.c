#include "gmond-module/parameters.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/file.h"
#include "common/log.h"
#include "sflow/accept.h"
#include "sflow/wire/datagram.h"

#define BLANKS " ,\t\n"
#define RCVBUF (16 * 1024 * 1024)

/* A parameter: its name, and how its value is taken. A setter returns NULL, or
 * what the value ought to be. */
struct parameter {
	const char *name;
	const char *(*set)(struct parameters *p, const char *value, int argument);
	int argument;
};

static bool
read_number(const char *text, long least, long most, long *number)
{
	char *end;

	*number = strtol(text, &end, 10);
	return *text != '\0' && *end == '\0' && *number >= least &&
	       *number <= most;
}

static const char *
set_port(struct parameters *p, const char *value, int unused)
{
	(void)unused;
	return read_number(value, 1, 65535, &p->port) ? NULL
	                                              : "a port, 1 to 65535";
}

static const char *
set_bind(struct parameters *p, const char *value, int unused)
{
	char word[sizeof(p->bind)], *rest = word, *at;
	struct address address;

	(void)unused;
	if (strlen(value) >= sizeof(p->bind))
		return "shorter";
	strcpy(word, value);
	while ((at = strsep(&rest, BLANKS)) != NULL)
		if (*at != '\0' && address_parse(at, &address) != 0)
			return "addresses of this machine, separated by blanks";
	strcpy(p->bind, value);
	return NULL;
}

static const char *
set_allow(struct parameters *p, const char *value, int unused)
{
	size_t bad;

	(void)unused;
	network_list_free(p->allow);
	if (network_list_parse(value, &p->allow, &bad) != 0)
		return "networks such as 10.0.0.0/8 fd00::/8";
	p->collector.allow = p->allow;
	return NULL;
}

static const char *
set_deliver(struct parameters *p, const char *value, int unused)
{
	static const char *const names[] = {"auto", "direct", "channel"};
	int i;

	(void)unused;
	for (i = 0; i < 3; i++)
		if (strcmp(value, names[i]) == 0) {
			p->deliver = (enum deliver)i;
			return NULL;
		}
	return "auto, direct or channel";
}

static const char *
set_rcvbuf(struct parameters *p, const char *value, int unused)
{
	long number;

	(void)unused;
	if (!read_number(value, 0, 1L << 30, &number))
		return "bytes, at most 1073741824 (0: the system's default)";
	p->rcvbuf = (int)number;
	return NULL;
}

static const char *
set_bound(struct parameters *p, const char *value, int which)
{
	unsigned *bounds[] = {&p->collector.max_agents,
	                      &p->collector.max_sources,
	                      &p->collector.max_metrics};
	long number;

	if (!read_number(value, 1, 1000000, &number))
		return "a number, 1 to 1000000";
	*bounds[which] = (unsigned)number;
	return NULL;
}

static const char *
set_accept(struct parameters *p, const char *value, int unused)
{
	static char words[ACCEPT_WORDS];

	(void)unused;
	return accept_parse(value, p->collector.accept) == 0
	           ? NULL
	           : accept_words(words);
}

/* An extended regular expression; empty: none. */
static const char *
set_ports(struct parameters *p, const char *value, int except)
{
	static char fault[160] = "an extended regular expression: ";
	size_t len = strlen("an extended regular expression: ");
	regex_t *regex = except ? &p->ports_except : &p->ports;
	const regex_t **used =
	    except ? &p->collector.ports_except : &p->collector.ports;
	int error;

	if (*used != NULL)
		regfree(regex);
	*used = NULL;
	if (*value == '\0')
		return NULL;
	error = regcomp(regex, value, REG_EXTENDED | REG_NOSUB);
	if (error == 0) {
		*used = regex;
		return NULL;
	}
	regerror(error, regex, fault + len, sizeof(fault) - len);
	return fault;
}

static const char *
set_multiple(struct parameters *p, const char *value, int kind)
{
	bool yes = strcmp(value, "yes") == 0;

	if (!yes && strcmp(value, "no") != 0)
		return "yes or no";
	p->collector.multiple[kind] = yes;
	return NULL;
}

static const char *
set_vm(struct parameters *p, const char *value, int unused)
{
	static const char *const names[] = {"prefix", "host", "no"};
	int i;

	(void)unused;
	for (i = 0; i < 3; i++)
		if (strcmp(value, names[i]) == 0) {
			p->collector.vm = (enum vm_hosts)i;
			return NULL;
		}
	return "prefix, host or no";
}

/* "ADDRESS = NAME", several of them separated by commas. */
static const char *
set_names(struct parameters *p, const char *value, int unused)
{
	char *lines = strdup(value), *at;
	int bad;

	(void)unused;
	if (lines == NULL)
		return "shorter";
	for (at = lines; *at != '\0'; at++)
		if (*at == ',')
			*at = '\n';
	bad = name_list_add(p->names, lines);
	free(lines);
	return bad == 0 ? NULL : "ADDRESS = NAME, ADDRESS = NAME, ...";
}

static const char *
set_names_file(struct parameters *p, const char *value, int unused)
{
	static char fault[64];
	size_t len;
	char *text = file_read(value, &len);
	int bad;

	(void)unused;
	if (text == NULL)
		return "a file that can be read, in the format of hosts(5)";
	bad = name_list_add(p->names, text);
	free(text);
	if (bad == 0)
		return NULL;
	snprintf(fault, sizeof(fault), "a file of addresses and names: line %d",
	         bad);
	return fault;
}

static const char *
set_lower_case(struct parameters *p, const char *value, int unused)
{
	(void)unused;
	p->collector.lower_case = strcmp(value, "yes") == 0;
	return p->collector.lower_case || strcmp(value, "no") == 0
	           ? NULL
	           : "yes or no";
}

static const char *
set_misses(struct parameters *p, const char *value, int unused)
{
	long number = 0;

	(void)unused;
	if (strcmp(value, "auto") != 0 && !read_number(value, 1, 100, &number))
		return "auto, or a number, 1 to 100";
	p->collector.misses = (unsigned)number;
	return NULL;
}

/* "": none. False where it can't be one. */
static bool
take_path(char *path, size_t size, const char *value)
{
	if (*value != '\0' && (*value != '/' || strlen(value) >= size))
		return false;
	strcpy(path, value);
	return true;
}

static const char *
set_on_event(struct parameters *p, const char *value, int unused)
{
	(void)unused;
	return take_path(p->on_event, sizeof(p->on_event), value)
	           ? NULL
	           : "the path of a program, from the root on";
}

static const char *
set_nagios_commands(struct parameters *p, const char *value, int unused)
{
	(void)unused;
	return take_path(p->nagios_commands, sizeof(p->nagios_commands), value)
	           ? NULL
	           : "the path of Nagios's command file, from the root on";
}

static const struct parameter known[] = {
    {"port", set_port, 0},
    {"bind", set_bind, 0},
    {"allow", set_allow, 0},
    {"deliver", set_deliver, 0},
    {"rcvbuf", set_rcvbuf, 0},
    {"max_agents", set_bound, 0},
    {"max_sources", set_bound, 1},
    {"max_metrics", set_bound, 2},
    {"accept", set_accept, 0},
    {"ports", set_ports, false},
    {"ports_except", set_ports, true},
    {"multiple_http", set_multiple, KIND_HTTP},
    {"multiple_memcache", set_multiple, KIND_MEMCACHE},
    {"multiple_jvm", set_multiple, KIND_JVM},
    {"vm", set_vm, 0},
    {"names", set_names, 0},
    {"names_file", set_names_file, 0},
    {"lower_case", set_lower_case, 0},
    {"misses", set_misses, 0},
    {"on_event", set_on_event, 0},
    {"nagios_commands", set_nagios_commands, 0},
};

static int
set_parameter(struct parameters *p, const char *name, const char *value)
{
	const char *wanted;
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(known[i].name, name) != 0)
			continue;
		wanted = known[i].set(p, value, known[i].argument);
		if (wanted == NULL)
			return 0;
		log_line("param %s { value = \"%s\" }: it should be %s", name,
		         value, wanted);
		return -1;
	}
	log_line("param %s is not known", name);
	return -1;
}

/* gmond.conf's sflow section -------------------------------------------------- */

/* Whether the file says it, for the section has defaults of its own. */
static bool
is_set(cfg_t *section, const char *name)
{
	cfg_opt_t *option = cfg_getopt(section, name);

	return option != NULL && (option->flags & CFGF_MODIFIED) != 0;
}

static void
take_bool(cfg_t *section, const char *name, bool *to)
{
	if (is_set(section, name))
		*to = cfg_getbool(section, name);
}

static void
read_section(struct parameters *p, cfg_t *section)
{
	bool *accept = p->collector.accept, *multiple = p->collector.multiple;

	if (is_set(section, "udp_port"))
		p->port = cfg_getint(section, "udp_port");
	take_bool(section, "accept_vm_metrics", &accept[KIND_VM]);
	take_bool(section, "accept_http_metrics", &accept[KIND_HTTP]);
	take_bool(section, "accept_memcache_metrics", &accept[KIND_MEMCACHE]);
	take_bool(section, "accept_jvm_metrics", &accept[KIND_JVM]);
	take_bool(section, "multiple_http_instances", &multiple[KIND_HTTP]);
	take_bool(section, "multiple_memcache_instances",
	          &multiple[KIND_MEMCACHE]);
	take_bool(section, "multiple_jvm_instances", &multiple[KIND_JVM]);
}

/* gmond forgets a silent host after host_dmax, or never when that is 0; here
 * never is a day. */
static void
read_globals(struct parameters *p, cfg_t *globals)
{
	long host_dmax = cfg_getint(globals, "host_dmax");

	if (host_dmax > 0)
		p->collector.host_dmax_ms = (int64_t)host_dmax * 1000;
}

int
parameters_read(struct parameters *p, cfg_t *config,
                const apr_array_header_t *list)
{
	cfg_t *section = cfg_getopt(config, "sflow") == NULL
	                     ? NULL
	                     : cfg_getsec(config, "sflow");
	const mmparam *params = (const void *)list->elts;
	int i, result = 0;

	memset(p, 0, sizeof(*p));
	p->port = SFLOW_PORT;
	p->rcvbuf = RCVBUF;
	p->collector = collector_defaults;
	p->names = name_list_new();
	p->collector.names = p->names;
	if (p->names == NULL)
		return -1;
	read_globals(p, cfg_getsec(config, "globals"));
	if (section != NULL)
		read_section(p, section);
	for (i = 0; i < list->nelts; i++)
		if (set_parameter(p, params[i].name, params[i].value) != 0)
			result = -1;
	return result;
}

void
parameters_free(struct parameters *p)
{
	network_list_free(p->allow);
	name_list_free(p->names);
	set_ports(p, "", false);
	set_ports(p, "", true);
	p->allow = NULL;
	p->names = NULL;
}

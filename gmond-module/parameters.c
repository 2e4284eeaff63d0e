#include "gmond-module/parameters.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "common/file.h"
#include "common/log.h"
#include "common/memory.h"
#include "common/near.h"
#include "sflow/collector/settings.h"
#include "sflow/wire/datagram.h"

#define RCVBUF (16 * 1024 * 1024)
#define METRIC_BYTES 9000 /* that gmond needs for a metric; see docs/scale.md */
#define BLANKS " ,\t\n"

/* The module's own parameters --------------------------------------------------- */

static bool
set_bind(const struct setting *setting, void *to, const char *text,
         char why[SETTING_WHY])
{
	char word[BIND_SIZE], *rest = word, *at;
	struct address address;

	(void)setting;
	if (strlen(text) >= sizeof(word))
		return setting_should_be(why, "shorter");
	strcpy(word, text);
	while ((at = strsep(&rest, BLANKS)) != NULL)
		if (*at != '\0' && address_parse(at, &address) != 0)
			return setting_should_be(why, "addresses of this machine, "
			                              "separated by blanks");
	strcpy(to, text);
	return true;
}

/* Sets an absolute path; "": none. */
static bool
set_path(const struct setting *setting, void *to, const char *text,
         char why[SETTING_WHY])
{
	(void)setting;
	if (*text != '\0' && (*text != '/' || strlen(text) >= PATH_SIZE))
		return setting_should_be(why, "a path from the root on");
	strcpy(to, text);
	return true;
}

static bool
set_rcvbuf(const struct setting *setting, void *to, const char *text,
           char why[SETTING_WHY])
{
	return setting_number(setting, to, text, why) ||
	       setting_should_be(why,
	                         "bytes, at most %ld (0: the system's "
	                         "default)",
	                         setting->most);
}

#define IN(member) .to = offsetof(struct parameters, member)

static const char *const deliver_words[] = {[DELIVER_AUTO] = "auto",
                                            [DELIVER_DIRECT] = "direct",
                                            [DELIVER_CHANNEL] = "channel",
                                            NULL};

static const struct setting own[] = {
    {"port", setting_number, IN(port), SETTING_BETWEEN(1, 65535)},
    {"bind", set_bind, IN(bind)},
    {"deliver", setting_word, IN(deliver), .words = deliver_words},
    {"rcvbuf", set_rcvbuf, IN(rcvbuf), SETTING_BETWEEN(0, 1 << 30)},
    {"on_event", set_path, IN(on_event)},
    {"nagios_commands", set_path, IN(nagios_commands)},
};

#define OWN_COUNT (sizeof(own) / sizeof(own[0]))

/* Names and values ---------------------------------------------------------------- */

/* Writes that there is no such parameter, and which one may be meant. */
static void
say_unknown(const char *name, char fault[PARAMETER_FAULT])
{
	struct near near = {.asked = name};
	const struct setting *setting;
	size_t i;

	for (i = 0; i < OWN_COUNT; i++)
		near_offer(&near, own[i].name);
	for (i = 0; (setting = collector_setting_at(SETTINGS_OF_MODULE, i)) != NULL;
	     i++)
		near_offer(&near, setting->name);
	snprintf(fault, PARAMETER_FAULT, "param %.64s is not known%s%s", name,
	         near_found(&near) != NULL ? ": perhaps " : "",
	         near_found(&near) != NULL ? near_found(&near) : "");
}

bool
parameters_set(struct parameters *p, const char *name, const char *value,
               char fault[PARAMETER_FAULT])
{
	const struct setting *setting = setting_find(own, OWN_COUNT, name);
	void *base = p;
	char why[SETTING_WHY];

	if (setting == NULL) {
		setting = collector_setting_find(SETTINGS_OF_MODULE, name);
		base = &p->collector;
	}
	if (setting == NULL) {
		say_unknown(name, fault);
		return false;
	}
	if (setting->form == SETTING_FILE ? file_set(setting, base, value, why)
	                                  : setting_set(setting, base, value, why))
		return true;
	snprintf(fault, PARAMETER_FAULT,
	         "param %s { value = \"%.128s\" }: it should be %s", name, value, why);
	return false;
}

bool
parameters_is_file(const char *name)
{
	const struct setting *setting =
	    collector_setting_find(SETTINGS_OF_MODULE, name);

	return setting != NULL && setting->form == SETTING_FILE;
}

/* Sets the parameters whose values are files, or the others. */
static int
set_parameters(struct parameters *p, const apr_array_header_t *list, bool files)
{
	const mmparam *params = (const void *)list->elts;
	char fault[PARAMETER_FAULT];
	int i, result = 0;

	for (i = 0; i < list->nelts; i++) {
		if (parameters_is_file(params[i].name) != files ||
		    parameters_set(p, params[i].name, params[i].value, fault))
			continue;
		log_line("%s", fault);
		result = -1;
	}
	return result;
}

/* gmond.conf's sflow section -------------------------------------------------- */

/* Whether the option is set in the file; if not, it has gmond's default. */
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

/* Returns 0, or -1 with a line in the log. */
static int
read_port(struct parameters *p, cfg_t *section)
{
	const struct setting *port = setting_find(own, OWN_COUNT, "port");
	char number[32], why[SETTING_WHY];

	snprintf(number, sizeof(number), "%ld", cfg_getint(section, "udp_port"));
	if (setting_set(port, p, number, why))
		return 0;
	log_line("sflow { udp_port = %s }: it should be %s", number, why);
	return -1;
}

static int
read_section(struct parameters *p, cfg_t *section)
{
	bool *accept = p->collector.accept, *multiple = p->collector.multiple;

	take_bool(section, "accept_vm_metrics", &accept[KIND_VM]);
	take_bool(section, "accept_http_metrics", &accept[KIND_HTTP]);
	take_bool(section, "accept_memcache_metrics", &accept[KIND_MEMCACHE]);
	take_bool(section, "accept_jvm_metrics", &accept[KIND_JVM]);
	take_bool(section, "multiple_http_instances", &multiple[KIND_HTTP]);
	take_bool(section, "multiple_memcache_instances", &multiple[KIND_MEMCACHE]);
	take_bool(section, "multiple_jvm_instances", &multiple[KIND_JVM]);
	return is_set(section, "udp_port") ? read_port(p, section) : 0;
}

/* gmond forgets a silent host after host_dmax, or never when that is 0. Here it is
 * forgotten after a day where that is 0. */
static void
read_globals(struct parameters *p, cfg_t *globals)
{
	long host_dmax = cfg_getint(globals, "host_dmax");

	if (host_dmax > INT_MAX)
		host_dmax = INT_MAX;
	if (host_dmax > 0)
		p->collector.host_dmax_ms = (int64_t)host_dmax * 1000;
}

void
parameters_begin(struct parameters *p)
{
	memset(p, 0, sizeof(*p));
	p->port = SFLOW_PORT;
	p->rcvbuf = RCVBUF;
	collector_settings_begin(&p->collector, SETTINGS_OF_MODULE);
}

int
parameters_read(struct parameters *p, cfg_t *config, const apr_array_header_t *list)
{
	cfg_t *section =
	    cfg_getopt(config, "sflow") == NULL ? NULL : cfg_getsec(config, "sflow");
	int result = 0;

	parameters_begin(p);
	read_globals(p, cfg_getsec(config, "globals"));
	if (section != NULL)
		result = read_section(p, section);
	if (set_parameters(p, list, false) != 0)
		result = -1;
	if (set_parameters(p, list, true) != 0)
		result = -1;
	p->collector.max_metrics_in_all =
	    memory_things(p->collector.max_memory, METRIC_BYTES);
	return result;
}

void
parameters_free(struct parameters *p)
{
	collector_settings_end(&p->collector);
}

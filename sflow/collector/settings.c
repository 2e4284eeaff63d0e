#include "sflow/collector/settings.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "sflow/collector/accept.h"

/* Setters for one setting each ------------------------------------------------- */

static bool
set_accept(const struct setting *setting, void *to, const char *text,
           char why[SETTING_WHY])
{
	char words[ACCEPT_WORDS];

	(void)setting;
	return accept_parse(text, to) == 0 ||
	       setting_should_be(why, "%s", accept_words(words));
}

static bool
set_multiple(const struct setting *setting, void *to, const char *text,
             char why[SETTING_WHY])
{
	(void)setting;
	return accept_parse_kinds(text, to) == 0 ||
	       setting_should_be(why, "words of accept, such as http memcache "
	                              "jvm");
}

/* Sets a number, or 0 for "auto". */
static bool
set_number_or_auto(const struct setting *setting, void *to, const char *text,
                   char why[SETTING_WHY])
{
	long number = 0;

	if (strcmp(text, "auto") != 0 &&
	    !setting_read_number(text, setting->least, setting->most, &number))
		return setting_should_be(why, "auto, or a number, %ld to %ld",
		                         setting->least, setting->most);
	*(unsigned *)to = (unsigned)number;
	return true;
}

static bool
set_names(const struct setting *setting, void *to, const char *text,
          char why[SETTING_WHY])
{
	struct name_list *fresh = NULL, **names = to;
	char wrong[NAME_LIST_WHY] = "";

	(void)setting;
	if (*text != '\0') {
		fresh = name_list_new();
		if (fresh == NULL || name_list_add_settings(fresh, text, wrong) != 0) {
			name_list_free(fresh);
			return setting_should_be(
			    why, "ADDRESS = NAME, ADDRESS = NAME, ...%s%s",
			    wrong[0] != '\0' ? "; " : "", wrong);
		}
	}
	name_list_free(*names);
	*names = fresh;
	return true;
}

/* Adds the names of a file to those of the setting `names`, which count first. Where a
 * line is wrong, the names in the lines before it are added all the same. */
static bool
add_names_of_file(const struct setting *setting, void *to, const char *text,
                  char why[SETTING_WHY])
{
	struct name_list **names = to;
	int bad = -1;

	(void)setting;
	if (*names == NULL && *text != '\0')
		*names = name_list_new();
	if (*names != NULL)
		bad = name_list_add(*names, text);
	if (bad > 0)
		return setting_should_be(
		    why, "a file of addresses and names, but its line %d", bad);
	return bad == 0 || *text == '\0' ||
	       setting_should_be(why, "shorter: no memory");
}

static bool
set_speeds(const struct setting *setting, void *to, const char *text,
           char why[SETTING_WHY])
{
	struct port_speeds *fresh = NULL, **speeds = to;

	(void)setting;
	if (*text != '\0') {
		fresh = port_speeds_parse(text);
		if (fresh == NULL)
			return setting_should_be(why, "HOST/PORT = SPEED, such as "
			                              "core-1/swp1 = 10G");
	}
	port_speeds_free(*speeds);
	*speeds = fresh;
	return true;
}

/* The table -------------------------------------------------------------------- */

#define IN(member) .to = offsetof(struct collector_config, member)
#define LIST .form = SETTING_LIST
#define FILE_OF .form = SETTING_FILE
#define TEXT_OF(number_) #number_
#define NUMBER(macro_) TEXT_OF(macro_)

static const char *const vm_words[] = {
    [VM_PREFIX] = "prefix", [VM_HOST] = "host", [VM_NO] = "no", NULL};

/* clang-format off */
const struct collector_setting collector_settings[] = {
	/* The name, the setter, the member of the configuration, bounds or form; and
	 * the defaults of the module and of the bridge. */
	{{"allow", setting_networks, IN(allow), LIST}, {"", ""}},
	{{"deny", setting_networks, IN(deny), LIST}, {NULL, ""}},
	{{"same_address", setting_flag, IN(same_address)}, {NULL, "no"}},
	{{"max_agents", setting_number, IN(max_agents), SETTING_BETWEEN(1, 1000000)}, {NUMBER(DEFAULT_MAX_AGENTS), "100000"}},
	{{"max_sources", setting_number, IN(max_sources), SETTING_BETWEEN(1, 1000000)}, {NUMBER(DEFAULT_MAX_SOURCES), NUMBER(DEFAULT_MAX_SOURCES)}},
	{{"max_metrics", setting_number, IN(max_metrics), SETTING_BETWEEN(1, 1000000)}, {NUMBER(DEFAULT_MAX_METRICS), NUMBER(DEFAULT_MAX_METRICS)}},
	{{"max_memory", set_number_or_auto, IN(max_memory), SETTING_BETWEEN(16, 100000000)}, {"auto", "auto"}},
	{{"accept", set_accept, IN(accept), LIST}, {"default", "default"}},
	{{"multiple", set_multiple, IN(multiple), LIST}, {NULL, ""}},
	/* In the module these have the names of gmond's own parameters. */
	{{"multiple_http", setting_flag, IN(multiple[KIND_HTTP])}, {"no", NULL}},
	{{"multiple_memcache", setting_flag, IN(multiple[KIND_MEMCACHE])}, {"no", NULL}},
	{{"multiple_jvm", setting_flag, IN(multiple[KIND_JVM])}, {"no", NULL}},
	{{"vm", setting_word, IN(vm), .words = vm_words}, {"prefix", "prefix"}},
	{{"ports", setting_regex, IN(ports)}, {"", ""}},
	{{"ports_except", setting_regex, IN(ports_except)}, {"", ""}},
	{{"totals_except", setting_regex, IN(totals_except)}, {"", ""}},
	{{"names", set_names, IN(names), LIST}, {"", ""}},
	{{"names_file", add_names_of_file, IN(names), FILE_OF}, {"", ""}},
	{{"speeds", set_speeds, IN(speeds), LIST}, {"", ""}},
	{{"lower_case", setting_flag, IN(lower_case)}, {"no", "no"}},
	{{"successors", setting_flag, IN(successors)}, {"yes", "yes"}},
	{{"misses", set_number_or_auto, IN(misses), SETTING_BETWEEN(1, 100)}, {"auto", "auto"}},
	/* The module uses gmond's host_dmax. */
	{{"host_dmax", setting_seconds, IN(host_dmax_ms), SETTING_BETWEEN(60, INT_MAX)}, {NULL, NUMBER(DEFAULT_HOST_DMAX_S)}},
};
/* clang-format on */

#define COUNT (sizeof(collector_settings) / sizeof(collector_settings[0]))

const size_t collector_setting_count = COUNT;

const struct setting *
collector_setting_at(enum setting_program program, size_t index)
{
	size_t i;

	for (i = 0; i < COUNT; i++)
		if (collector_settings[i].initial[program] != NULL && index-- == 0)
			return &collector_settings[i].setting;
	return NULL;
}

const struct setting *
collector_setting_find(enum setting_program program, const char *name)
{
	const struct setting *setting;
	size_t i;

	for (i = 0; (setting = collector_setting_at(program, i)) != NULL; i++)
		if (strcmp(setting->name, name) == 0)
			return setting;
	return NULL;
}

void
collector_settings_begin(struct collector_config *config, enum setting_program program)
{
	const struct collector_setting *row;
	char why[SETTING_WHY];

	*config = collector_defaults;
	for (row = collector_settings; row < collector_settings + COUNT; row++)
		if (row->initial[program] != NULL)
			setting_set(&row->setting, config, row->initial[program], why);
}

/* Every setter whose values own memory takes "" as none, and frees what was there. */
void
collector_settings_end(struct collector_config *config)
{
	const struct collector_setting *row;
	char why[SETTING_WHY];

	for (row = collector_settings; row < collector_settings + COUNT; row++)
		setting_set(&row->setting, config, "", why);
}

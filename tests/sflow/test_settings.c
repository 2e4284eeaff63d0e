/* The table of the collector's settings: bounds, defaults, who owns what, and what the
 * manuals and the module's installed file say. The bridge's file is looked at by
 * tests/bridge/test_config.c. */
#include "sflow/collector/settings.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/sflow/unit.h"
#include "tests/tools/source_file.h"

static char why[SETTING_WHY];

static bool
set(struct collector_config *config, const char *name, const char *text)
{
	const struct setting *setting =
	    collector_setting_find(SETTINGS_OF_BRIDGE, name);

	assert_non_null(setting);
	*why = '\0';
	return setting_set(setting, config, text, why);
}

/* Defaults and bounds ------------------------------------------------------------- */

/* Numbers are the same because they stand once; what is written as a word is read. */
static void
programs_begin_with_the_collectors_defaults(void **state)
{
	struct collector_config config;

	(void)state;
	collector_settings_begin(&config, SETTINGS_OF_MODULE);
	assert_memory_equal(&config, &collector_defaults, sizeof(config));
	collector_settings_begin(&config, SETTINGS_OF_BRIDGE);
	assert_int_equal(config.max_agents, 100000);
	config.max_agents = collector_defaults.max_agents;
	assert_memory_equal(&config, &collector_defaults, sizeof(config));
}

/* collector_settings_begin() could not say that one is wrong. */
static void
defaults_are_values(void **state)
{
	struct collector_config config = collector_defaults;
	size_t i, program;

	(void)state;
	for (i = 0; i < collector_setting_count; i++)
		for (program = 0; program <= SETTINGS_OF_BRIDGE; program++) {
			const struct collector_setting *row = &collector_settings[i];

			if (row->initial[program] != NULL &&
			    !setting_set(&row->setting, &config, row->initial[program],
			                 why))
				fail_msg("%s: \"%s\" should be %s", row->setting.name,
				         row->initial[program], why);
		}
}

static bool
takes(const struct setting *setting, long long number)
{
	struct collector_config config = collector_defaults;
	char text[32];

	snprintf(text, sizeof(text), "%lld", number);
	return setting_set(setting, &config, text, why);
}

static void
numbers_have_bounds(void **state)
{
	size_t i, count = 0;

	(void)state;
	for (i = 0; i < collector_setting_count; i++) {
		const struct setting *setting = &collector_settings[i].setting;
		char bounds[64];

		if (setting->most == 0)
			continue;
		count++;
		snprintf(bounds, sizeof(bounds), "%ld to %ld", setting->least,
		         setting->most);
		assert_true(takes(setting, setting->least));
		assert_true(takes(setting, setting->most));
		assert_false(takes(setting, setting->least - 1LL));
		assert_non_null(strstr(why, bounds));
		assert_false(takes(setting, setting->most + 1LL));
	}
	assert_true(count >= 5);
}

static void
programs_have_their_own(void **state)
{
	(void)state;
	assert_null(collector_setting_find(SETTINGS_OF_MODULE, "deny"));
	assert_null(collector_setting_find(SETTINGS_OF_MODULE, "host_dmax"));
	assert_non_null(collector_setting_find(SETTINGS_OF_BRIDGE, "host_dmax"));
	assert_null(collector_setting_find(SETTINGS_OF_BRIDGE, "multiple_jvm"));
	assert_non_null(collector_setting_find(SETTINGS_OF_MODULE, "multiple_jvm"));
	assert_null(collector_setting_find(SETTINGS_OF_BRIDGE, "port"));
	assert_null(collector_setting_at(SETTINGS_OF_BRIDGE, collector_setting_count));
}

/* Values -------------------------------------------------------------------------- */

static void
texts_become_values(void **state)
{
	struct collector_config config;

	(void)state;
	collector_settings_begin(&config, SETTINGS_OF_BRIDGE);
	assert_true(set(&config, "vm", "no"));
	assert_int_equal(config.vm, VM_NO);
	assert_true(set(&config, "misses", "3"));
	assert_int_equal(config.misses, 3);
	assert_true(set(&config, "misses", "auto"));
	assert_int_equal(config.misses, 0);
	assert_true(set(&config, "accept", "vm, jvm"));
	assert_false(config.accept[KIND_HOST]);
	assert_true(config.accept[KIND_JVM]);
	assert_true(set(&config, "multiple", "http\njvm"));
	assert_true(config.multiple[KIND_HTTP] && config.multiple[KIND_JVM]);
	assert_true(set(&config, "multiple", "http"));
	assert_false(config.multiple[KIND_JVM]);
	collector_settings_end(&config);
}

static void
wrong_texts_change_nothing(void **state)
{
	struct collector_config config, before;
	size_t i;

	(void)state;
	collector_settings_begin(&config, SETTINGS_OF_BRIDGE);
	assert_true(set(&config, "allow", "10.0.0.0/8"));
	assert_true(set(&config, "ports", "a"));
	assert_true(set(&config, "names", "10.0.0.1 = a"));
	assert_true(set(&config, "speeds", "a/b = 10G"));
	assert_non_null(config.speeds);
	before = config;
	for (i = 0; i < collector_setting_count; i++) {
		*why = '\0';
		assert_false(
		    setting_set(&collector_settings[i].setting, &config, "(", why));
		assert_true(strlen(why) > 5);
		assert_memory_equal(&config, &before, sizeof(config));
	}
	collector_settings_end(&config);
}

static void
reasons(void **state)
{
	static const struct {
		const char *name, *text, *why;
	} wrong[] = {
	    {"vm", "yes", "prefix, host or no"},
	    {"misses", "0", "auto, or a number, 1 to 100"},
	    {"multiple", "http,all", "words of accept, such as http memcache jvm"},
	    {"names", "a = b", "ADDRESS = NAME, ADDRESS = NAME, ..."},
	    {"names", "192.0.2.1", "ADDRESS = NAME, ADDRESS = NAME, ..."},
	    {"names", "192.0.2.3 = c, 192.0.2.1=core-1; 192.0.2.2=core-2",
	     "ADDRESS = NAME, ADDRESS = NAME, ...; behind the name core-1; comes "
	     "192.0.2.2"},
	    {"names", "192.0.2.1 = core 1",
	     "ADDRESS = NAME, ADDRESS = NAME, ...; behind the name core comes 1"},
	    {"names", "192.0.2.1 = core-1;",
	     "ADDRESS = NAME, ADDRESS = NAME, ...; core-1; can't be a host's name"},
	};
	struct collector_config config;
	size_t i;

	(void)state;
	collector_settings_begin(&config, SETTINGS_OF_BRIDGE);
	for (i = 0; i < COUNT_OF(wrong); i++) {
		assert_false(set(&config, wrong[i].name, wrong[i].text));
		assert_string_equal(why, wrong[i].why);
	}
	collector_settings_end(&config);
}

/* Of what is left behind, the sanitizers tell. */
static void
the_end_frees_all(void **state)
{
	struct collector_config config;

	(void)state;
	collector_settings_begin(&config, SETTINGS_OF_BRIDGE);
	assert_true(set(&config, "allow", "::/0"));
	assert_true(set(&config, "deny", "10.0.0.0/8"));
	assert_true(set(&config, "ports", "^a"));
	assert_true(set(&config, "ports_except", "b"));
	assert_true(set(&config, "totals_except", "^br"));
	assert_true(set(&config, "names", "10.0.0.1 = a"));
	assert_true(config.allow != NULL && config.deny != NULL);
	assert_true(config.ports != NULL && config.ports_except != NULL);
	assert_non_null(config.totals_except);
	assert_non_null(config.names);
	collector_settings_end(&config);
	assert_true(config.allow == NULL && config.deny == NULL);
	assert_true(config.ports == NULL && config.ports_except == NULL);
	assert_null(config.totals_except);
	assert_null(config.names);
	assert_null(config.speeds);
	collector_settings_end(&config);
}

static uint64_t
speed_of(const struct collector_config *config, const char *host, const char *port)
{
	const char *const hosts[] = {host, "10.0.0.1"}, *const ports[] = {port, "7"};
	uint64_t bits = UINT64_MAX;

	port_speeds_find(config->speeds, hosts, ports, &bits);
	return bits;
}

static void
speeds_are_of_hosts_and_ports(void **state)
{
	static const char *const wrong[] = {
	    "core-1 = 10G", "core-1/ = 10G", "/swp1 = 10G",    "core-1/swp1",
	    "a/b = x",      "a/b = 10GG",    "a/b = -1",       "a/b = 1e9",
	    "a/b = 10 G",   "a/b = G",       "a/b = 1000000T", "a/b = 1,c",
	    "a/b = inf",    "a/b 10G",       "a/b==10G",       "a/b = = 10G",
	    "a/b =10G=",    "a b/c = 10G",   "= 10G",          "a/b = 1.5.",
	    "a/b ="};
	struct collector_config config;
	size_t i;

	(void)state;
	collector_settings_begin(&config, SETTINGS_OF_BRIDGE);
	assert_null(config.speeds);
	assert_true(set(&config, "speeds",
	                "core-1/swp1 = 10G, core-1/swp[12]=2.5G,\n"
	                "10.0.0.1/7 = 100M\n, */Eth1/1 = 0,"));
	assert_true(speed_of(&config, "core-1", "swp1") == UINT64_C(10000000000));
	assert_true(speed_of(&config, "core-1", "swp2") == UINT64_C(2500000000));
	assert_true(speed_of(&config, "", "") == UINT64_C(100000000));
	assert_true(speed_of(&config, "core-2", "swp9") == UINT64_C(100000000));
	assert_true(set(&config, "speeds", "*/Eth1/1 = 0, a/b = 9600"));
	assert_true(speed_of(&config, "x", "Eth1/1") == 0);
	assert_true(speed_of(&config, "a", "b") == 9600);
	assert_true(speed_of(&config, "a", "c") == UINT64_MAX);
	for (i = 0; i < COUNT_OF(wrong); i++) {
		assert_false(set(&config, "speeds", wrong[i]));
		assert_string_equal(why, "HOST/PORT = SPEED, such as core-1/swp1 = "
		                         "10G");
	}
	assert_true(speed_of(&config, "a", "b") == 9600);
	collector_settings_end(&config);
}

static const char *
name_of(const struct collector_config *config, const char *text)
{
	struct address address;

	assert_int_equal(address_parse(text, &address), 0);
	return name_list_find(config->names, &address);
}

static void
names_win_over_those_of_the_file(void **state)
{
	struct collector_config config;

	(void)state;
	collector_settings_begin(&config, SETTINGS_OF_BRIDGE);
	assert_int_equal(collector_setting_find(SETTINGS_OF_BRIDGE, "names_file")->form,
	                 SETTING_FILE);
	assert_true(set(&config, "names", "10.0.0.1 = old"));
	assert_true(set(&config, "names", "10.0.0.2 = two, 10.0.0.3 = three"));
	assert_true(set(&config, "names_file",
	                "10.0.0.3 other # a comment\n\n"
	                "10.0.0.4 four\n"));
	assert_null(name_of(&config, "10.0.0.1"));
	assert_string_equal(name_of(&config, "10.0.0.2"), "two");
	assert_string_equal(name_of(&config, "10.0.0.3"), "three");
	assert_string_equal(name_of(&config, "10.0.0.4"), "four");
	assert_false(set(&config, "names_file", "10.0.0.5 five\nsix\n"));
	assert_string_equal(why, "a file of addresses and names, but its line 2");
	collector_settings_end(&config);
	assert_true(set(&config, "names_file", "10.0.0.4 four\n"));
	assert_string_equal(name_of(&config, "10.0.0.4"), "four");
	collector_settings_end(&config);
}

/* Documents ----------------------------------------------------------------------- */

/* Whether the line is the heading of an item for it. */
static bool
is_heading(const char *line, const char *name)
{
	size_t len = strlen(name);
	const char *at = line;

	if (strncmp(line, ".It Ic ", 7) != 0)
		return false;
	while ((at = strstr(at + 1, name)) != NULL)
		if (at[-1] == ' ' && (at[len] == ' ' || at[len] == '\0'))
			return true;
	return false;
}

/* What the manual says of it, in one line and without the names of macros; the
 * caller's. */
static char *
item_of(const char *manual, const char *name)
{
	char *copy = strdup(manual), *rest = copy, *line, *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	bool inside = false;

	assert_true(copy != NULL && out != NULL);
	while ((line = strsep(&rest, "\n")) != NULL) {
		if (strncmp(line, ".It", 3) == 0 || strcmp(line, ".El") == 0)
			inside = is_heading(line, name);
		else if (inside)
			fprintf(out, " %s",
			        line + (*line == '.' ? strcspn(line, " ") : 0));
	}
	fclose(out);
	free(copy);
	return text;
}

static bool
says(const char *item, const char *format, const char *what)
{
	char text[128];

	snprintf(text, sizeof(text), format, what);
	return strstr(item, text) != NULL;
}

/* "" is said in words. */
static bool
says_default(const char *item, const char *initial)
{
	if (*initial == '\0')
		return says(item, "Default: %s", "none.") ||
		       says(item, "Default: %s", "all") ||
		       says(item, "Default: %s", "everywhere.");
	return says(item, " Default %s.", initial) ||
	       says(item, " Default: %s.", initial) ||
	       says(item, " %s , the default", initial);
}

static bool
says_bounds(const char *item, const struct setting *setting)
{
	char text[64];

	if (setting->most == INT_MAX) /* as good as none */
		snprintf(text, sizeof(text), "%ld at least", setting->least);
	else
		snprintf(text, sizeof(text), "%ld to %ld", setting->least,
		         setting->most);
	return setting->most == 0 || says(item, "%s", text);
}

static void
check_item(const char *page, const char *item, const struct setting *setting,
           const char *initial)
{
	const char *const *word;

	if (*item == '\0')
		fail_msg("%s has no %s", page, setting->name);
	if (!says_default(item, initial))
		fail_msg("%s, %s: no default \"%s\"", page, setting->name, initial);
	if (!says_bounds(item, setting))
		fail_msg("%s, %s: not %ld to %ld", page, setting->name, setting->least,
		         setting->most);
	for (word = setting->words; word != NULL && *word != NULL; word++)
		if (!says(item, " %s", *word))
			fail_msg("%s, %s: no %s", page, setting->name, *word);
}

static void
manuals_have_all_settings(void **state)
{
	static const char *const pages[] = {
	    [SETTINGS_OF_MODULE] = "man/gmond-sflow.conf.5",
	    [SETTINGS_OF_BRIDGE] = "man/gmetad-bridge.conf.5"};
	size_t use, i;

	(void)state;
	for (use = 0; use < COUNT_OF(pages); use++) {
		char *manual = source_file(pages[use]);

		for (i = 0; i < collector_setting_count; i++) {
			const struct collector_setting *row = &collector_settings[i];
			char *item = item_of(manual, row->setting.name);

			if (row->initial[use] != NULL)
				check_item(pages[use], item, &row->setting,
				           row->initial[use]);
			else if (*item != '\0')
				fail_msg("%s has %s", pages[use], row->setting.name);
			free(item);
		}
		free(manual);
	}
}

static void
installed_file_shows_all_parameters(void **state)
{
	char *text = source_file("conf.d/sflow.conf.in"), param[64];
	const struct setting *setting;
	size_t i;

	(void)state;
	for (i = 0; (setting = collector_setting_at(SETTINGS_OF_MODULE, i)) != NULL;
	     i++) {
		snprintf(param, sizeof(param), "param %s { value = ", setting->name);
		if (strstr(text, param) == NULL)
			fail_msg("%s is not shown", setting->name);
	}
	free(text);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(programs_begin_with_the_collectors_defaults),
	    cmocka_unit_test(defaults_are_values),
	    cmocka_unit_test(numbers_have_bounds),
	    cmocka_unit_test(programs_have_their_own),
	    cmocka_unit_test(texts_become_values),
	    cmocka_unit_test(wrong_texts_change_nothing),
	    cmocka_unit_test(reasons),
	    cmocka_unit_test(the_end_frees_all),
	    cmocka_unit_test(speeds_are_of_hosts_and_ports),
	    cmocka_unit_test(names_win_over_those_of_the_file),
	    cmocka_unit_test(manuals_have_all_settings),
	    cmocka_unit_test(installed_file_shows_all_parameters),
	};

	return cmocka_run_group_tests_name("settings", tests, NULL, NULL);
}

#include "gmetad-bridge/config/config_read.h"

#include <confuse.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* libconfuse hands nothing through to its callbacks, and has one scanner. */
static struct config_reading *reading;

/* Faults -------------------------------------------------------------------------- */

static void
fail_at(struct config_reading *r, unsigned line, const char *format,
        va_list arguments)
{
	struct config_place place = {0, 0};
	char what[CONFIG_FAULT / 2], *at;

	if (*r->fault != '\0')
		return;
	if (line > 0 && line <= r->text.place_count)
		place = r->text.places[line - 1];
	vsnprintf(what, sizeof(what), format, arguments);
	for (at = what; *at != '\0'; at++)
		if (*at > 0 && *at < ' ')
			*at = ' ';
	snprintf(r->fault, CONFIG_FAULT, "%.*s:%u: %s", CONFIG_FAULT / 2 - 16,
	         r->text.files[place.file], place.line, what);
}

int
config_fail(struct config_reading *r, unsigned line, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fail_at(r, line, format, arguments);
	va_end(arguments);
	return -1;
}

/* libconfuse's own. */
static void
take_error(cfg_t *cfg, const char *format, va_list arguments)
{
	fail_at(reading, (unsigned)cfg->line, format, arguments);
}

static unsigned
line_of(const cfg_t *cfg)
{
	return (unsigned)cfg->line;
}

/* Keys ---------------------------------------------------------------------------- */

static enum config_section
section_of(cfg_t *cfg)
{
	unsigned section = 0;

	while (section < SECTION_COUNT - 1 &&
	       strcmp(cfg_name(cfg), config_sections[section]) != 0)
		section++;
	return (enum config_section)section;
}

/* The `index`th key of a section; NULL: it has less. */
static const struct config_key *
key_at(enum config_section section, unsigned index)
{
	size_t i;

	for (i = 0; i < config_key_count; i++)
		if (config_keys[i].section == section && index-- == 0)
			return &config_keys[i];
	return NULL;
}

/* NULL: it is another section's, for libconfuse takes "sflow|port" for a name. */
static const struct config_key *
key_of(cfg_t *cfg, const cfg_opt_t *opt)
{
	unsigned i;

	for (i = 0; i < cfg_num(cfg); i++)
		if (cfg_getnopt(cfg, i) == opt)
			return key_at(section_of(cfg), i);
	return NULL;
}

unsigned
config_key_line(const struct config_reading *r, enum config_section section,
                const char *name)
{
	size_t i;

	for (i = 0; i < config_key_count; i++)
		if (config_keys[i].section == section &&
		    strcmp(config_keys[i].name, name) == 0)
			return r->key_lines[i];
	return 0;
}

/* Sections ------------------------------------------------------------------------ */

/* archives "REGEX" { } */
static int
begin_archives(struct config_reading *r, const char *regex, unsigned line)
{
	struct config_rrd *rrd = &r->config->rrd;
	struct config_archives *rule;
	char reason[128];
	int error;

	if (rrd->rules == NULL)
		rrd->rules = calloc(ARCHIVES_MAX, sizeof(*rrd->rules));
	if (rrd->rules == NULL)
		return config_fail(r, line, "no memory");
	if (rrd->rule_count == ARCHIVES_MAX)
		return config_fail(r, line, "more than %d archives",
		                   ARCHIVES_MAX);
	rule = &rrd->rules[rrd->rule_count];
	error = regcomp(&rule->metrics, regex, REG_EXTENDED | REG_NOSUB);
	if (error != 0) {
		regerror(error, &rule->metrics, reason, sizeof(reason));
		return config_fail(r, line, "archives \"%.64s\": it should be "
		                   "an extended regular expression: %s",
		                   regex, reason);
	}
	rrd->rule_count++;
	return 0;
}

/* A section that has not been seen yet, at its first key or its end. */
static int
begin_section(struct config_reading *r, cfg_t *cfg)
{
	enum config_section section = section_of(cfg);
	unsigned depth = section == SECTION_ARCHIVES, line = line_of(cfg);
	size_t index = r->section_count[depth];

	if (section == SECTION_TOP || r->section[depth] == cfg)
		return 0;
	if (index < r->text.opened_count[depth])
		line = r->text.opened[depth][index];
	r->section[depth] = cfg;
	r->section_line[depth] = line;
	r->section_count[depth]++;
	if (section == SECTION_CLUSTER)
		return config_cluster_add(r, cfg_title(cfg), line) == NULL ? -1
		                                                           : 0;
	if (section == SECTION_ARCHIVES)
		return begin_archives(r, cfg_title(cfg), line);
	if (r->seen[section])
		return config_fail(r, line, "a second section %s { }",
		                   config_sections[section]);
	r->seen[section] = true;
	return 0;
}

/* Where the section's values belong. */
static char *
base_of(struct config_reading *r, enum config_section section)
{
	struct config *config = r->config;

	if (section == SECTION_CLUSTER)
		return (char *)&config->clusters[config->cluster_count - 1];
	if (section == SECTION_ARCHIVES)
		return (char *)&config->rrd.rules[config->rrd.rule_count - 1];
	return (char *)config;
}

/* Values -------------------------------------------------------------------------- */

static int
set_value(struct config_reading *r, const struct config_key *key,
          const char *value)
{
	unsigned line = r->key_lines[key - config_keys];
	char why[CONFIG_WHY];

	if (key->set(key, base_of(r, key->section) + key->to, value, why))
		return 0;
	return config_fail(r, line, "%s = \"%.64s\": it should be %s",
	                   key->name, value, why);
}

/* libconfuse has read a value, or an element of a list. */
static int
take_value(cfg_t *cfg, cfg_opt_t *opt)
{
	struct config_reading *r = reading;
	const struct config_key *key = key_of(cfg, opt);

	if (key == NULL)
		return config_fail(r, line_of(cfg), "no such option '%s'",
		                   opt->name);
	if (begin_section(r, cfg) != 0)
		return -1;
	r->key_lines[key - config_keys] = line_of(cfg);
	if (key->section == SECTION_CLUSTER &&
	    strcmp(key->name, "gmond_port") == 0)
		r->cluster_port_lines[r->config->cluster_count - 1] =
		    line_of(cfg);
	return set_value(r, key, cfg_opt_getnstr(opt, cfg_opt_size(opt) - 1));
}

/* All elements of a list, a line each. */
static char *
join(cfg_opt_t *opt)
{
	unsigned i, count = cfg_opt_size(opt);
	size_t size = 1;
	char *text, *at;

	for (i = 0; i < count; i++)
		size += strlen(cfg_opt_getnstr(opt, i)) + 1;
	at = text = malloc(size);
	if (text == NULL)
		return NULL;
	*at = '\0';
	for (i = 0; i < count; i++)
		at = stpcpy(stpcpy(at, cfg_opt_getnstr(opt, i)), "\n");
	return text;
}

/* The lists of a section, at its end: their elements are only checked so far. */
static int
set_lists(struct config_reading *r, cfg_t *cfg)
{
	const struct config_key *key;
	cfg_opt_t *opt;
	unsigned i;
	char *text;
	int result = 0;

	for (i = 0; result == 0 &&
	            (key = key_at(section_of(cfg), i)) != NULL; i++) {
		opt = cfg_getnopt(cfg, i);
		if (!key->list || (opt->flags & CFGF_MODIFIED) == 0)
			continue;
		if (cfg_opt_size(opt) == 0)
			r->key_lines[key - config_keys] = line_of(cfg);
		text = join(opt);
		result = text == NULL ? config_fail(r, line_of(cfg),
		                                    "no memory")
		                      : set_value(r, key, text);
		free(text);
	}
	return result;
}

static int
end_archives(struct config_reading *r)
{
	struct config_rrd *rrd = &r->config->rrd;
	struct config_archives *rule = &rrd->rules[rrd->rule_count - 1];

	if (rule->archives == NULL)
		return config_fail(r, r->section_line[1],
		                   "archives: its rra is missing");
	return 0;
}

/* libconfuse has read a section. */
static int
take_section(cfg_t *parent, cfg_opt_t *opt)
{
	struct config_reading *r = reading;
	cfg_t *cfg = cfg_opt_getnsec(opt, cfg_opt_size(opt) - 1);

	(void)parent;
	if (begin_section(r, cfg) != 0 || set_lists(r, cfg) != 0)
		return -1;
	return section_of(cfg) == SECTION_ARCHIVES ? end_archives(r) : 0;
}

/* libconfuse's tables --------------------------------------------------------------- */

/* Sections that are not in the file are not made. */
#define SECTION_FLAGS (CFGF_MULTI | CFGF_NODEFAULT)
#define TITLE_FLAGS (SECTION_FLAGS | CFGF_TITLE | CFGF_NO_TITLE_DUPES)

typedef cfg_opt_t options[CONFIG_KEYS_MAX];

static size_t
add_keys(enum config_section section, options opts)
{
	const struct config_key *key;
	unsigned i;

	for (i = 0; (key = key_at(section, i)) != NULL; i++) {
		opts[i].name = key->name;
		opts[i].type = CFGT_STR;
		opts[i].flags = CFGF_NODEFAULT |
		                (key->list ? CFGF_LIST : CFGF_NONE);
		opts[i].validcb = take_value;
	}
	return i;
}

static void
add_section(cfg_opt_t *opt, enum config_section section, cfg_opt_t *keys,
            cfg_flag_t flags)
{
	opt->name = config_sections[section];
	opt->type = CFGT_SEC;
	opt->flags = flags;
	opt->subopts = keys;
	opt->validcb = take_section;
}

/* libconfuse copies it. */
static cfg_t *
new_parser(void)
{
	options opts[SECTION_COUNT];
	size_t count[SECTION_COUNT];
	cfg_opt_t *top = opts[SECTION_TOP];
	int section;

	memset(opts, 0, sizeof(opts));
	for (section = 0; section < SECTION_COUNT; section++)
		count[section] = add_keys((enum config_section)section,
		                          opts[section]);
	top += count[SECTION_TOP];
	add_section(&opts[SECTION_RRD][count[SECTION_RRD]], SECTION_ARCHIVES,
	            opts[SECTION_ARCHIVES], TITLE_FLAGS);
	add_section(top++, SECTION_SFLOW, opts[SECTION_SFLOW], SECTION_FLAGS);
	add_section(top++, SECTION_GRID, opts[SECTION_GRID], SECTION_FLAGS);
	add_section(top++, SECTION_CLUSTER, opts[SECTION_CLUSTER], TITLE_FLAGS);
	add_section(top++, SECTION_RRD, opts[SECTION_RRD], SECTION_FLAGS);
	add_section(top, SECTION_SELF, opts[SECTION_SELF], SECTION_FLAGS);
	return cfg_init(opts[SECTION_TOP], CFGF_NONE);
}

int
config_read(struct config_reading *r)
{
	cfg_t *cfg = new_parser();
	int result;

	if (cfg == NULL)
		return config_fail(r, 1, "no memory");
	reading = r;
	cfg_set_error_function(cfg, take_error);
	result = cfg_parse_buf(cfg, r->text.text) != CFG_SUCCESS
	             ? config_fail(r, line_of(cfg), "the name of a key is "
	                                            "missing")
	             : set_lists(r, cfg);
	r->config->rrd_on = r->seen[SECTION_RRD];
	reading = NULL;
	cfg_free(cfg);
	return result;
}

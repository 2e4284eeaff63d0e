#include "gmetad-bridge/config/config_read.h"

#include <confuse.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/file.h"
#include "gmetad-bridge/config/config_values.h"

/* What is being read. libconfuse's callbacks have no argument for it. */
static struct config_reading *reading;

/* Faults -------------------------------------------------------------------------- */

static enum section
section_of(cfg_t *cfg)
{
	unsigned section = 0;

	while (section < SECTION_COUNT - 1 &&
	       strcmp(cfg_name(cfg), config_sections[section].word) != 0)
		section++;
	return (enum section)section;
}

/* Takes a fault that libconfuse finds itself. */
static void
take_error(cfg_t *cfg, const char *format, va_list arguments)
{
	unsigned line = (unsigned)cfg->line;
	char hint[CONFIG_HINT];
	const char *name;

	if (strcmp(format, "no such option '%s'") != 0) {
		config_fail_at(reading, line, format, arguments);
		return;
	}
	name = va_arg(arguments, const char *);
	config_hint(section_of(cfg), name, hint);
	config_fail(reading, line, "no such option '%s'%s", name, hint);
}

static unsigned
line_of(const cfg_t *cfg)
{
	return (unsigned)cfg->line;
}

/* Keys ---------------------------------------------------------------------------- */

/* Returns the number of the key among those of the section; -1: it belongs to another
 * section, because libconfuse accepts "sflow|port" as a name. */
static int
index_of(cfg_t *cfg, const cfg_opt_t *opt)
{
	unsigned i;

	for (i = 0; i < cfg_num(cfg); i++)
		if (cfg_getnopt(cfg, i) == opt)
			return (int)i;
	return -1;
}

/* Sections ------------------------------------------------------------------------ */

static unsigned
depth_of(const struct config_section *s)
{
	return s->in != SECTION_TOP;
}

/* Begins a section, at its first key or its end; does nothing where it has begun. */
static int
begin_section(struct config_reading *r, cfg_t *cfg)
{
	enum section section = section_of(cfg);
	const struct config_section *s = &config_sections[section];
	unsigned depth = depth_of(s), line = line_of(cfg), before;
	size_t index = r->section_count[depth];
	const char *file;

	if (section == SECTION_TOP || r->section[depth] == cfg)
		return 0;
	if (index < r->text.opened_count[depth])
		line = r->text.opened[depth][index];
	r->section[depth] = cfg;
	r->section_line[depth] = line;
	r->section_count[depth]++;
	if (!s->titled && r->seen[section] != 0) {
		file = config_place(r, r->seen[section], &before);
		return config_fail(r, line, "a second section %s { }, after %s:%u",
		                   s->word, file, before);
	}
	r->seen[section] = line;
	memset(r->key_lines[section], 0, sizeof(r->key_lines[section]));
	return s->begin == NULL ? 0 : s->begin(r, cfg_title(cfg), line);
}

/* Returns the struct of the key's offset. */
static void *
base_of(const struct config_reading *r, enum section section, size_t index)
{
	const struct config_section *s = &config_sections[section];

	if (index >= s->key_count)
		return &r->config->collector;
	return s->values == NULL ? r->config : s->values(r->config);
}

/* Values -------------------------------------------------------------------------- */

/* Translates libconfuse's other words for yes and no. */
static const char *
yes_or_no(const char *value)
{
	int yes = cfg_parse_boolean(value);

	return yes < 0 ? value : yes ? "yes" : "no";
}

static bool
set_by_file(const struct setting *key, void *base, const char *path,
            char why[SETTING_WHY])
{
	return *path == '\0' ||
	       (config_is_path(path, why) && file_set(key, base, path, why));
}

static int
set_value(struct config_reading *r, enum section section, size_t index,
          const char *value)
{
	const struct setting *key = config_key_at(section, index);
	const char *text = key->set == setting_flag ? yes_or_no(value) : value;
	void *base = base_of(r, section, index);
	char why[SETTING_WHY];

	if (key->form == SETTING_FILE ? set_by_file(key, base, text, why)
	                              : setting_set(key, base, text, why))
		return 0;
	return config_fail(r, r->key_lines[section][index],
	                   "%s = \"%.64s\": it should be %s", key->name, value, why);
}

/* Called when libconfuse has read a value, or an element of a list. */
static int
take_value(cfg_t *cfg, cfg_opt_t *opt)
{
	struct config_reading *r = reading;
	enum section section = section_of(cfg);
	int index = index_of(cfg, opt);

	if (index < 0)
		return config_fail(r, line_of(cfg), "no such option '%s'", opt->name);
	if (begin_section(r, cfg) != 0)
		return -1;
	r->key_lines[section][index] = line_of(cfg);
	if (config_key_at(section, (size_t)index)->form == SETTING_FILE)
		return 0;
	return set_value(r, section, (size_t)index,
	                 cfg_opt_getnstr(opt, cfg_opt_size(opt) - 1));
}

/* Returns all elements of a list, a line each, in memory that the caller frees. */
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

static int
set_list(struct config_reading *r, cfg_t *cfg, size_t index, cfg_opt_t *opt)
{
	enum section section = section_of(cfg);
	char *text = join(opt);
	int result;

	if (text == NULL)
		return config_fail(r, line_of(cfg), "no memory");
	if (cfg_opt_size(opt) == 0)
		r->key_lines[section][index] = line_of(cfg);
	result = set_value(r, section, index, text);
	free(text);
	return result;
}

/* Sets at a section's end what could not be set before: its lists, whose elements have
 * only been checked so far, and its files, which come after all other keys. */
static int
set_at_end(struct config_reading *r, cfg_t *cfg)
{
	enum section section = section_of(cfg);
	const struct setting *key;
	cfg_opt_t *opt;
	unsigned i;
	int result = 0;

	for (i = 0; result == 0 && (key = config_key_at(section, i)) != NULL; i++) {
		opt = cfg_getnopt(cfg, i);
		if ((opt->flags & CFGF_MODIFIED) == 0)
			continue;
		if (key->form == SETTING_LIST)
			result = set_list(r, cfg, i, opt);
		else if (key->form == SETTING_FILE)
			result = set_value(r, section, i, cfg_opt_getstr(opt));
	}
	return result;
}

/* Called when libconfuse has read a section. */
static int
take_section(cfg_t *parent, cfg_opt_t *opt)
{
	struct config_reading *r = reading;
	cfg_t *cfg = cfg_opt_getnsec(opt, cfg_opt_size(opt) - 1);
	const struct config_section *s = &config_sections[section_of(cfg)];

	(void)parent;
	if (begin_section(r, cfg) != 0 || set_at_end(r, cfg) != 0)
		return -1;
	return s->end == NULL ? 0 : s->end(r, r->section_line[depth_of(s)]);
}

/* libconfuse's tables --------------------------------------------------------------- */

/* With these flags libconfuse makes no sections that are not in the file. */
#define SECTION_FLAGS (CFGF_MULTI | CFGF_NODEFAULT)
#define TITLE_FLAGS (CFGF_TITLE | CFGF_NO_TITLE_DUPES)

typedef cfg_opt_t options[CONFIG_KEYS_MAX];

static size_t
add_keys(enum section section, options opts)
{
	const struct setting *key;
	size_t i;

	for (i = 0; (key = config_key_at(section, i)) != NULL; i++) {
		opts[i].name = key->name;
		opts[i].type = CFGT_STR;
		opts[i].flags = CFGF_NODEFAULT |
		                (key->form == SETTING_LIST ? CFGF_LIST : CFGF_NONE);
		opts[i].validcb = take_value;
	}
	return i;
}

/* Makes libconfuse's parser. cfg_init() copies the tables. */
static cfg_t *
new_parser(void)
{
	options opts[SECTION_COUNT];
	size_t count[SECTION_COUNT];
	int i;

	memset(opts, 0, sizeof(opts));
	for (i = 0; i < SECTION_COUNT; i++)
		count[i] = add_keys((enum section)i, opts[i]);
	for (i = SECTION_TOP + 1; i < SECTION_COUNT; i++) {
		const struct config_section *s = &config_sections[i];
		cfg_opt_t *opt = &opts[s->in][count[s->in]++];

		opt->name = s->word;
		opt->type = CFGT_SEC;
		opt->flags = SECTION_FLAGS | (s->titled ? TITLE_FLAGS : CFGF_NONE);
		opt->subopts = opts[i];
		opt->validcb = take_section;
	}
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
	             ? config_fail(r, line_of(cfg),
	                           "the name of a key is "
	                           "missing")
	             : set_at_end(r, cfg);
	reading = NULL;
	cfg_free(cfg);
	return result;
}

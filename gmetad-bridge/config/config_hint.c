/* What was meant by a key or section that is not known where it stands. */
#include <stdio.h>
#include <string.h>

#include "common/near.h"
#include "gmetad-bridge/config/config_sections.h"

#define WHERE 128

typedef bool visit_word(void *context, enum section section, const char *word);

/* Calls it for all keys of a section, and for the sections in it, until it returns false. */
static bool
each_word(enum section section, visit_word *visit, void *context)
{
	const struct setting *key;
	unsigned i;

	for (i = 0; (key = config_key_at(section, i)) != NULL; i++)
		if (!visit(context, section, key->name))
			return false;
	for (i = SECTION_TOP + 1; i < SECTION_COUNT; i++)
		if (config_sections[i].in == section &&
		    !visit(context, section, config_sections[i].word))
			return false;
	return true;
}

static bool
is_other(void *context, enum section section, const char *word)
{
	(void)section;
	return strcmp(context, word) != 0;
}

static bool
has_word(enum section section, const char *name)
{
	return !each_word(section, is_other, (void *)(uintptr_t)name);
}

static bool
offer(void *context, enum section section, const char *word)
{
	(void)section;
	near_offer(context, word);
	return true;
}

/* Writes "into sflow { }", of all sections that have the word. False: none has. */
static bool
say_where(const char *word, char where[WHERE])
{
	size_t len = 0;
	unsigned i;

	where[0] = '\0';
	for (i = SECTION_TOP; i < SECTION_COUNT && len < WHERE; i++)
		if (has_word((enum section)i, word))
			len += (size_t)snprintf(
			    where + len, WHERE - len, "%s%s%s%s", len > 0 ? " or " : "",
			    i == SECTION_TOP ? "outside of sections" : "into ",
			    i == SECTION_TOP ? "" : config_sections[i].word,
			    i == SECTION_TOP            ? ""
			    : config_sections[i].titled ? " \"...\" { }"
							: " { }");
	return len > 0;
}

void
config_hint(enum section section, const char *name, char hint[CONFIG_HINT])
{
	struct near here = {.asked = name}, anywhere = {.asked = name};
	char where[WHERE];
	unsigned i;

	hint[0] = '\0';
	if (say_where(name, where)) {
		snprintf(hint, CONFIG_HINT, ": it belongs %s", where);
		return;
	}
	each_word(section, offer, &here);
	for (i = 0; i < SECTION_COUNT; i++)
		each_word((enum section)i, offer, &anywhere);
	if (near_found(&here) != NULL)
		snprintf(hint, CONFIG_HINT, ": perhaps %s", near_found(&here));
	else if (near_found(&anywhere) != NULL &&
	         say_where(near_found(&anywhere), where))
		snprintf(hint, CONFIG_HINT, ": perhaps %s, which belongs %s",
		         near_found(&anywhere), where);
}

/* Setters of values that are lists. */
#include <stdlib.h>
#include <string.h>

#include "gmetad-bridge/config/config_values.h"

#define SEPARATORS " ,\t\r\n"
#define ARCHIVES_MOST 32
#define ROWS_MOST 100000000 /* rows of an archive, and steps of a row */

/* Returns a copy of the next word of a list, which the caller frees; NULL at the end,
 * or without memory. */
static char *
next_word(const char **at)
{
	const char *word = *at + strspn(*at, SEPARATORS);
	size_t len = strcspn(word, SEPARATORS);

	*at = word + len;
	return len == 0 ? NULL : strndup(word, len);
}

/* Networks and addresses ------------------------------------------------------------ */

bool
config_set_agents(const struct setting *key, void *to, const char *value,
                  char why[SETTING_WHY])
{
	if (!setting_networks(key, to, value, why))
		return false;
	return *(struct network_list **)to != NULL ||
	       setting_should_be(why, "networks; without the key it is all "
	                              "others");
}

static bool
read_addresses(const char *value, struct address *addresses, size_t *count,
               char why[SETTING_WHY])
{
	char *word;
	bool good = true;

	for (*count = 0; good && (word = next_word(&value)) != NULL;) {
		if (*count == CONFIG_LISTEN_MAX)
			good = setting_should_be(why, "at most %d addresses",
			                         CONFIG_LISTEN_MAX);
		else if (address_parse(word, &addresses[*count]) != 0)
			good = setting_should_be(
			    why, "addresses of this machine, not %.64s", word);
		else
			++*count;
		free(word);
	}
	return good;
}

bool
config_set_bind(const struct setting *key, void *to, const char *value,
                char why[SETTING_WHY])
{
	struct config *config = to;

	(void)key;
	return read_addresses(value, config->bind, &config->bind_count, why);
}

bool
config_set_xml_bind(const struct setting *key, void *to, const char *value,
                    char why[SETTING_WHY])
{
	struct config *config = to;

	(void)key;
	return read_addresses(value, config->xml_bind, &config->xml_bind_count, why);
}

/* Names of metrics ------------------------------------------------------------------ */

void
config_names_free(struct config_names *names)
{
	while (names->count > 0)
		regfree(&names->expressions[--names->count]);
	free(names->expressions);
	names->expressions = NULL;
}

static bool
add_expression(struct config_names *names, const char *text, char why[SETTING_WHY])
{
	regex_t *more = realloc(names->expressions, (names->count + 1) * sizeof(*more));
	char reason[SETTING_REASON];

	if (more == NULL)
		return setting_should_be(why, "shorter: no memory");
	names->expressions = more;
	if (setting_compile(&more[names->count], text, reason)) {
		names->count++;
		return true;
	}
	return setting_should_be(why, "extended regular expressions: %s", reason);
}

/* Only ends of lines separate these elements, because an expression may have commas. */
bool
config_set_names(const struct setting *key, void *to, const char *value,
                 char why[SETTING_WHY])
{
	struct config_names fresh = {0};
	char *copy = strdup(value), *rest = copy, *line;
	bool good = copy != NULL || setting_should_be(why, "shorter: no memory");

	(void)key;
	while (good && (line = strsep(&rest, "\n")) != NULL)
		good = *line == '\0' || add_expression(&fresh, line, why);
	free(copy);
	if (!good) {
		config_names_free(&fresh);
		return false;
	}
	config_names_free(to);
	*(struct config_names *)to = fresh;
	return true;
}

/* Archives ------------------------------------------------------------------------- */

static bool
is_count(const char *text)
{
	long number;

	return setting_read_number(text, 1, ROWS_MOST, &number);
}

/* Whether the text is a share of a row's steps that may be unknown: 0 to less than 1. */
static bool
is_share(const char *text)
{
	size_t zeros = strspn(text, "0");
	const char *rest = text + zeros;

	if (zeros == 0 || *rest == '\0')
		return zeros > 0;
	return *rest == '.' && rest[1 + strspn(rest + 1, "0123456789")] == '\0';
}

/* Whether the word is "RRA:CF:XFF:STEPS:ROWS". */
static bool
is_archive(const char *word)
{
	static const char *const functions[] = {"AVERAGE", "MIN", "MAX", "LAST"};
	char copy[128], *rest = copy, *part[5];
	size_t i;

	if (strlen(word) >= sizeof(copy))
		return false;
	strcpy(copy, word);
	for (i = 0; i < 5; i++)
		if ((part[i] = strsep(&rest, ":")) == NULL)
			return false;
	if (rest != NULL || strcmp(part[0], "RRA") != 0 || !is_share(part[2]) ||
	    !is_count(part[3]) || !is_count(part[4]))
		return false;
	for (i = 0; i < 4; i++)
		if (strcmp(part[1], functions[i]) == 0)
			return true;
	return false;
}

/* Returns all words of the text, with NULL at the end; NULL without memory. */
static char **
split(const char *text, size_t *count)
{
	char **words = calloc(ARCHIVES_MOST + 1, sizeof(*words));

	for (*count = 0; words != NULL && *count < ARCHIVES_MOST; ++*count)
		if ((words[*count] = next_word(&text)) == NULL)
			break;
	if (words != NULL && text[strspn(text, SEPARATORS)] != '\0') {
		config_archives_free(words);
		return NULL;
	}
	return words;
}

bool
config_set_archives(const struct setting *key, void *to, const char *value,
                    char why[SETTING_WHY])
{
	char **archives, ***list = to;
	size_t count, i;

	(void)key;
	archives = split(value, &count);
	if (archives == NULL)
		return setting_should_be(why, "at most %d archives", ARCHIVES_MOST);
	for (i = 0; i < count; i++)
		if (!is_archive(archives[i])) {
			config_archives_free(archives);
			return setting_should_be(
			    why, "RRA:AVERAGE:0.5:1:5856 or such (AVERAGE, "
				 "MIN, MAX or LAST; steps; rows)");
		}
	config_archives_free(*list);
	*list = archives;
	return true;
}

char **
config_archives_new(void)
{
	size_t count;

	return split("RRA:AVERAGE:0.5:1:5856 RRA:AVERAGE:0.5:4:20160 "
	             "RRA:AVERAGE:0.5:40:52704",
	             &count);
}

void
config_archives_free(char **archives)
{
	size_t i;

	for (i = 0; archives != NULL && archives[i] != NULL; i++)
		free(archives[i]);
	free(archives);
}

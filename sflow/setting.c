#include "sflow/setting.h"

#include <errno.h>
#include <regex.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sflow/address.h"

#define SEPARATORS " ,\t\r\n"
#define BRACKETS_MOST 200  /* in brackets, in an expression */
#define REPEATS_MOST 65536 /* copies that intervals in intervals make */
#define SHOWN_MOST 64      /* characters of a wrong word that a message shows */

const struct setting *
setting_find(const struct setting *settings, size_t count, const char *name)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(settings[i].name, name) == 0)
			return &settings[i];
	return NULL;
}

bool
setting_set(const struct setting *setting, void *base, const char *text,
            char why[SETTING_WHY])
{
	return setting->set(setting, (char *)base + setting->to, text, why);
}

bool
setting_should_be(char why[SETTING_WHY], const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(why, SETTING_WHY, format, arguments);
	va_end(arguments);
	return false;
}

/* Numbers ----------------------------------------------------------------------- */

bool
setting_read_number(const char *text, long least, long most, long *number)
{
	size_t len = strspn(text, "0123456789");

	errno = 0;
	*number = strtol(text, NULL, 10);
	return len > 0 && text[len] == '\0' && errno == 0 && *number >= least &&
	       *number <= most;
}

static bool
read_bounded(const struct setting *setting, const char *text, const char *what,
             long *number, char why[SETTING_WHY])
{
	return setting_read_number(text, setting->least, setting->most, number) ||
	       setting_should_be(why, "%s, %ld to %ld", what, setting->least,
	                         setting->most);
}

bool
setting_number(const struct setting *setting, void *to, const char *text,
               char why[SETTING_WHY])
{
	long number;

	if (!read_bounded(setting, text, "a number", &number, why))
		return false;
	*(unsigned *)to = (unsigned)number;
	return true;
}

bool
setting_seconds(const struct setting *setting, void *to, const char *text,
                char why[SETTING_WHY])
{
	long number;

	if (!read_bounded(setting, text, "seconds", &number, why))
		return false;
	*(int64_t *)to = (int64_t)number * 1000;
	return true;
}

/* Words ------------------------------------------------------------------------- */

bool
setting_flag(const struct setting *setting, void *to, const char *text,
             char why[SETTING_WHY])
{
	bool yes = strcmp(text, "yes") == 0;

	(void)setting;
	if (!yes && strcmp(text, "no") != 0)
		return setting_should_be(why, "yes or no");
	*(bool *)to = yes;
	return true;
}

/* Writes `why` as a list such as "prefix, host or no". Returns false. */
static bool
should_be_word(const char *const *words, char why[SETTING_WHY])
{
	size_t len = 0;

	for (*why = '\0'; *words != NULL && len < SETTING_WHY; words++)
		len += (size_t)snprintf(why + len, SETTING_WHY - len, "%s%s",
		                        len == 0           ? ""
		                        : words[1] == NULL ? " or "
		                                           : ", ",
		                        *words);
	return false;
}

bool
setting_word(const struct setting *setting, void *to, const char *text,
             char why[SETTING_WHY])
{
	unsigned i;

	for (i = 0; setting->words[i] != NULL; i++)
		if (strcmp(setting->words[i], text) == 0) {
			*(unsigned *)to = i; /* the type of an enum without negatives */
			return true;
		}
	return should_be_word(setting->words, why);
}

/* Networks and regular expressions ---------------------------------------------- */

bool
setting_networks(const struct setting *setting, void *to, const char *text,
                 char why[SETTING_WHY])
{
	struct network_list *fresh, **list = to;
	size_t bad = 0, len;

	(void)setting;
	switch (network_list_parse(text, &fresh, &bad)) {
	case 0:
		network_list_free(*list);
		*list = fresh;
		return true;
	case -1:
		len = strcspn(text + bad, SEPARATORS);
		return setting_should_be(why,
		                         "networks such as 10.0.0.0/8 or "
		                         "fd00::/8, not %.*s",
		                         (int)(len < SHOWN_MOST ? len : SHOWN_MOST),
		                         text + bad);
	default:
		return setting_should_be(why, "shorter: no memory");
	}
}

static void
regex_free(regex_t *regex)
{
	if (regex != NULL)
		regfree(regex);
	free(regex);
}

/* Returns how often an interval, "{7}", "{2,9}" or "{2,}", repeats what is before it, at
 * least 1. */
static uint64_t
repeats(const char *interval)
{
	char *end;
	uint64_t most = strtoul(interval + 1, &end, 10), last;

	last = *end == ',' ? strtoul(end + 1, NULL, 10) : 0;
	most = last > most ? last : most;
	return most < 1 ? 1 : most;
}

/* Whether an expression is modest, when its intervals are written out: "(ab{3}){2}" as
 * "abbbabbb". Brackets [ ] count as what they have in them, which is too much by little. */
static bool
is_modest(const char *text)
{
	uint64_t size[BRACKETS_MOST + 1] = {0}; /* of what is open, at each depth */
	uint64_t last = 0, n; /* the size of what an interval repeats */
	size_t depth = 0;

	for (; *text != '\0' && size[depth] <= REPEATS_MOST; text++) {
		if (*text == '(') {
			if (++depth > BRACKETS_MOST)
				return false;
			size[depth] = 0;
			continue;
		}
		if (*text == '{' && (n = repeats(text)) <= REPEATS_MOST) {
			size[depth] += last * (n - 1);
			last *= n;
			text += strcspn(text, "}") - (strchr(text, '}') == NULL);
			continue;
		}
		last = *text == ')' && depth > 0 ? size[depth--] : 1;
		text += *text == '\\' && text[1] != '\0';
		size[depth] += last;
	}
	return size[depth] <= REPEATS_MOST;
}

bool
setting_compile(regex_t *regex, const char *text, char reason[SETTING_REASON])
{
	int error;

	if (!is_modest(text)) {
		snprintf(reason, SETTING_REASON, "too many brackets or repetitions");
		return false;
	}
	error = regcomp(regex, text, REG_EXTENDED | REG_NOSUB);
	if (error != 0)
		regerror(error, regex, reason, SETTING_REASON);
	return error == 0;
}

/* Returns the compiled expression; or NULL, with the reason in `why`. */
static regex_t *
compile(const char *text, char why[SETTING_WHY])
{
	regex_t *regex = malloc(sizeof(*regex));
	char reason[SETTING_REASON];

	if (regex == NULL) {
		setting_should_be(why, "shorter: no memory");
		return NULL;
	}
	if (setting_compile(regex, text, reason))
		return regex;
	setting_should_be(why, "an extended regular expression: %s", reason);
	free(regex);
	return NULL;
}

bool
setting_regex(const struct setting *setting, void *to, const char *text,
              char why[SETTING_WHY])
{
	regex_t *fresh = NULL, **regex = to;

	(void)setting;
	if (*text != '\0' && (fresh = compile(text, why)) == NULL)
		return false;
	regex_free(*regex);
	*regex = fresh;
	return true;
}

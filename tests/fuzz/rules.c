#include "tests/fuzz/rules.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
rules_broken(const char *rule, const char *what)
{
	fprintf(stderr, "broken rule: %s: \"%s\"\n", rule, what);
	abort();
}

/* Printable, and nothing that XML or a shell would take for its own. */
void
rules_text(const char *text, size_t most)
{
	size_t i, len = strlen(text);

	if (len > most)
		rules_broken("a text is bounded", text);
	for (i = 0; i < len; i++)
		if (text[i] < ' ' || text[i] > '~' || strchr("<>&\"'", text[i]) != NULL)
			rules_broken("a text is harmless", text);
}

/* A name may also become part of a path, and of "address:name". */
void
rules_name(const char *name, size_t most)
{
	rules_text(name, most);
	if (name[0] == '\0' || name[0] == '.' || name[0] == '-')
		rules_broken("a name begins well", name);
	if (strpbrk(name, " /:") != NULL || strstr(name, "..") != NULL)
		rules_broken("a name is harmless", name);
}

/* Temperatures, what is made of them, and what agents name themselves. */
static bool
may_be_negative(const struct metric *metric)
{
	return strcmp(metric->group, "custom") == 0 ||
	       strcmp(metric->group, "energy") == 0 || strcmp(metric->units, "C") == 0;
}

void
rules_number(const struct metric *metric, double number)
{
	double most = metric->type == UINT16   ? UINT16_MAX
	              : metric->type == UINT32 ? UINT32_MAX
	                                       : HUGE_VAL;
	char text[512];

	if (!isfinite(number) || number > most ||
	    (number < 0 && !may_be_negative(metric)))
		rules_broken("a number is in range", metric->name);
	if (metric->type == UINT16 || metric->type == UINT32) {
		if (number != floor(number))
			rules_broken("a count is whole", metric->name);
		snprintf(text, sizeof(text), metric->format, (unsigned)number);
	} else {
		snprintf(text, sizeof(text), metric->format, number);
	}
	rules_text(text, sizeof(text) - 1);
}

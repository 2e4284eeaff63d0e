#include "tests/fuzz/rules.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

/* Printable, and nothing that XML or a shell would take for its own. */
void
rules_text(const char *text, size_t most)
{
	const char *at;

	for (at = text; *at != '\0'; at++)
		if (*at < ' ' || *at > '~' || *at == '<' || *at == '>' || *at == '&' ||
		    *at == '"' || *at == '\'')
			fuzz_broken("a text is harmless", text);
	if ((size_t)(at - text) > most)
		fuzz_broken("a text is bounded", text);
}

/* A name may also become part of a path, and of "address:name". */
void
rules_name(const char *name, size_t most)
{
	rules_text(name, most);
	if (name[0] == '\0' || name[0] == '.' || name[0] == '-')
		fuzz_broken("a name begins well", name);
	if (strpbrk(name, " /:") != NULL || strstr(name, "..") != NULL)
		fuzz_broken("a name is harmless", name);
}

/* Temperatures, what is made of them, and what agents name themselves. */
static bool
may_be_negative(const struct metric *metric)
{
	return strcmp(metric->group, "custom") == 0 ||
	       strcmp(metric->group, "energy") == 0 || strcmp(metric->units, "C") == 0;
}

/* Shares of a whole, and twice what a line carries, beyond which nothing is shown. */
static double
most_percent(const struct metric *metric)
{
	if (metric->units[0] != '%' || strcmp(metric->group, "custom") == 0)
		return HUGE_VAL;
	if (strcmp(metric->name, "cpu_guest") == 0 ||
	    strcmp(metric->name, "cpu_gnice") == 0)
		return 110.01; /* they are read apart from the whole */
	if (strncmp(metric->name, "cpu_", 4) == 0 &&
	    strcmp(metric->group, "cpu") == 0 && metric->type == FLOAT)
		return 100.01;
	if (strcmp(metric->name, "util_in") == 0 ||
	    strcmp(metric->name, "util_out") == 0)
		return 200.01;
	if (strcmp(metric->name, "vmem_util") == 0 ||
	    strcmp(metric->name, "jvm_vmem_util") == 0)
		return 100.01;
	return HUGE_VAL;
}

void
rules_number(const struct metric *metric, double number)
{
	double most = metric->type == UINT16   ? UINT16_MAX
	              : metric->type == UINT32 ? UINT32_MAX
	                                       : HUGE_VAL;
	char text[512];

	if (number > most_percent(metric))
		fuzz_broken("a share is of its whole", metric->name);
	if (!isfinite(number) || number > most ||
	    (number < 0 && !may_be_negative(metric)))
		fuzz_broken("a number is in range", metric->name);
	if (metric->type == UINT16 || metric->type == UINT32) {
		if (number != floor(number))
			fuzz_broken("a count is whole", metric->name);
		snprintf(text, sizeof(text), metric->format, (unsigned)number);
	} else if (number < 1e9 && number > -1e9) {
		return; /* its text is short */
	} else {
		snprintf(text, sizeof(text), metric->format, number);
	}
	rules_text(text, sizeof(text) - 1);
}

void
rules_saved(const struct collector_saved *saved)
{
	if (saved->gone)
		return;
	rules_text(saved->name, TEXT_SIZE - 1);
	rules_name(saved->shown, TEXT_SIZE - 1);
	if (!(saved->loss >= 0 && saved->loss <= 1))
		fuzz_broken("a loss is a share", saved->shown);
}

void
rules_begin_names(struct rules_names *names)
{
	if (names->count > 0)
		memset(names, 0, sizeof(*names));
}

void
rules_unique(struct rules_names *names, const char *name)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
	const char *at;
	size_t i;

	for (at = name; *at != '\0'; at++)
		hash = (hash ^ (uint8_t)*at) * UINT64_C(0x100000001b3);
	hash |= 1;
	for (i = hash >> 32; names->hashes[i % RULES_NAMES] != 0; i++)
		if (names->hashes[i % RULES_NAMES] == hash)
			fuzz_broken("no two metrics have one name", name);
	names->hashes[i % RULES_NAMES] = hash;
	if (++names->count > RULES_NAMES / 2)
		fuzz_broken("metrics of a host are bounded", name);
}

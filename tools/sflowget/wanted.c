#define _GNU_SOURCE /* FNM_CASEFOLD */

#include "tools/sflowget/wanted.h"

#include <ctype.h>
#include <fnmatch.h>
#include <string.h>
#include <strings.h>

#define TMAX_TIMES 4 /* to Ganglia a value is too old after so many TMAX */

bool
wanted_is_pattern(const char *asked)
{
	return strpbrk(asked, "*?[") != NULL;
}

/* Whether the text is 8-4-4-4-12 hexadecimal digits. */
static bool
is_uuid(const char *text)
{
	size_t i;

	for (i = 0; text[i] != '\0'; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? text[i] != '-' : !isxdigit((unsigned char)text[i]))
			return false;
	}
	return i == 36;
}

bool
wanted_address(const char *text, struct address *address)
{
	char colons[ADDRESS_TEXT], *at;

	if (address_parse(text, address) == 0)
		return true;
	if (strlen(text) >= sizeof(colons) || strpbrk(text, ":.") != NULL)
		return false;
	strcpy(colons, text);
	for (at = colons; (at = strchr(at, '-')) != NULL;)
		*at = ':';
	return address_parse(colons, address) == 0;
}

void
wanted_init(struct wanted *w)
{
	w->address = (struct address){.type = ADDRESS_UNKNOWN};
	w->pattern = w->uuid = false;
	if (w->agent == NULL || wanted_address(w->agent, &w->address))
		return;
	w->uuid = is_uuid(w->agent);
	w->pattern = wanted_is_pattern(w->agent);
}

bool
wanted_many(const struct wanted *w)
{
	return w->agent == NULL || w->pattern;
}

static bool
same_text(const struct wanted *w, const char *one, const char *other)
{
	return (w->ignore_case ? strcasecmp : strcmp)(one, other) == 0;
}

static bool
same_address(const struct wanted *w, const char *text)
{
	struct address address;

	return w->address.type != ADDRESS_UNKNOWN && wanted_address(text, &address) &&
	       address_same(&address, &w->address);
}

enum wanted_host
wanted_host(const struct wanted *w, const struct item_host *host)
{
	if (w->cluster != NULL && !same_text(w, w->cluster, host->cluster))
		return WANTED_NOT;
	if (w->agent == NULL || same_text(w, w->agent, host->name) ||
	    same_address(w, host->address) || same_address(w, host->name))
		return WANTED;
	if (w->uuid)
		return WANTED_MAYBE;
	return w->pattern && fnmatch(w->agent, host->name,
	                             w->ignore_case ? FNM_CASEFOLD : 0) == 0
	           ? WANTED
	           : WANTED_NOT;
}

bool
wanted_former(const struct wanted *w, const char *cluster, const char *was)
{
	return !wanted_many(w) && same_text(w, w->agent, was) &&
	       (w->cluster == NULL || same_text(w, w->cluster, cluster));
}

bool
wanted_uuid(const struct wanted *w, const char *uuid)
{
	return strcasecmp(w->agent, uuid) == 0;
}

/* Whether the group is asked for. In the name of a munin link "_" stands for a blank. */
static bool
is_group(const char *asked, const char *group)
{
	for (; *asked != '\0' && *group != '\0'; asked++, group++)
		if (*asked != *group && (*asked != '_' || *group != ' '))
			return false;
	return *asked == *group;
}

bool
wanted_fits(const char *asked, const char *metric)
{
	return strcmp(asked, metric) == 0 ||
	       (wanted_is_pattern(asked) && fnmatch(asked, metric, 0) == 0);
}

bool
wanted_metric(const struct wanted *w, const struct item *item)
{
	size_t i;

	for (i = 0; i < w->count; i++)
		if (wanted_fits(w->metrics[i], item->metric))
			return true;
	return w->count == 0 && (w->group == NULL || is_group(w->group, item->group) ||
	                         strcmp(w->group, item->metric) == 0);
}

bool
wanted_has_pattern(const struct wanted *w)
{
	size_t i;

	for (i = 0; i < w->count; i++)
		if (wanted_is_pattern(w->metrics[i]))
			return true;
	return w->count == 0;
}

bool
wanted_too_old(const struct wanted *w, const struct item *item)
{
	int64_t most = w->max_age_s != 0 ? w->max_age_s : TMAX_TIMES * item->tmax_s;

	if (w->max_age_s == 0 && item->stale)
		return true;
	return w->max_age_s >= 0 && most > 0 && item->age_s > most;
}

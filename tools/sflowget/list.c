#define _GNU_SOURCE /* strverscmp() */

#include "tools/sflowget/list.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tools/sflowget/escape.h"

/* The TMAX of a collector's metrics is two polls, or a minute where that is more; other
 * gmonds' own metrics may have a smaller one. A host is late after three quarters of it. */
#define PACE_LEAST_S 60
#define LATE_QUARTERS 3

static bool
copy(const char **text)
{
	*text = strdup(*text);
	return *text != NULL;
}

static void
free_host(struct item_host *host)
{
	free((char *)host->cluster);
	free((char *)host->name);
	free((char *)host->address);
}

bool
list_add(struct list *list, const struct item_host *host)
{
	struct item_host *grown = list->hosts;
	bool fine;

	if (list->count == list->room) {
		list->room = 2 * list->room + 16;
		grown = reallocarray(list->hosts, list->room, sizeof(*grown));
		list->failed = grown == NULL;
		if (list->failed)
			return false;
		list->hosts = grown;
	}
	grown += list->count++;
	*grown = *host;
	fine = copy(&grown->cluster);
	fine = copy(&grown->name) && fine;
	fine = copy(&grown->address) && fine;
	list->failed = !fine;
	if (!fine) {
		free_host(grown);
		list->count--;
	}
	return fine;
}

static int
by_name(const void *left, const void *right)
{
	const struct item_host *one = left, *other = right;
	int order = strverscmp(one->name, other->name);

	return order != 0 ? order : strverscmp(one->cluster, other->cluster);
}

/* Whether it should have been heard since: one and a half polls ago or longer. */
static bool
is_late(const struct item_host *host)
{
	int64_t pace_s = host->pace_s > PACE_LEAST_S ? host->pace_s : PACE_LEAST_S;

	return !host->down && host->age_s * 4 > pace_s * LATE_QUARTERS;
}

static void
print(FILE *out, const struct item_host *host)
{
	size_t n = put_visible(out, host->name);

	fprintf(out, "%*s  ", n < 32 ? (int)(32 - n) : 0, "");
	n = put_visible(out, host->address);
	fprintf(out, "%*s  ", n < 15 ? (int)(15 - n) : 0, "");
	n = put_visible(out, host->cluster[0] != '\0' ? host->cluster : "-");
	fprintf(out, "%*s  %-4s  %" PRId64 " s\n", n < 15 ? (int)(15 - n) : 0, "",
	        host->down      ? "down"
	        : is_late(host) ? "late"
	                        : "up",
	        host->age_s);
}

void
list_print(struct list *list, unsigned which, FILE *out)
{
	size_t i;

	if (list->count > 0)
		qsort(list->hosts, list->count, sizeof(*list->hosts), by_name);
	for (i = 0; i < list->count; i++) {
		struct item_host *host = &list->hosts[i];

		if (which == LIST_ALL || (host->down && (which & LIST_DOWN) != 0) ||
		    (is_late(host) && (which & LIST_LATE) != 0))
			print(out, host);
		free_host(host);
	}
	free(list->hosts);
	*list = (struct list){.failed = list->failed};
}

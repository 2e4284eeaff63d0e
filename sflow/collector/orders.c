/* What the administrator orders: to remove a host, and to rename one for good. */
#include <string.h>

#include "sflow/collector/collector_internal.h"
#include "sflow/collector/forget.h"
#include "sflow/collector/machines.h"

/* Whether the name is one that text_name() leaves as it is. */
static bool
is_name(const char *name)
{
	size_t len = strnlen(name, TEXT_SIZE);
	char harmless[TEXT_SIZE];

	if (len == 0 || len == TEXT_SIZE)
		return false;
	text_name((const uint8_t *)name, len, harmless);
	return strcmp(harmless, name) == 0;
}

/* Finds a host. Returns 0, or why not. */
static int
find(const struct collector *c, unsigned cluster, const char *name, struct host **host)
{
	char spelled[TEXT_SIZE];

	if (strlen(name) >= TEXT_SIZE)
		return COLLECTOR_NO_HOST;
	host_spelling(c, name, spelled);
	*host = hosts_find(&c->hosts, cluster, name); /* from before `lower_case` */
	if (*host == NULL)
		*host = hosts_find(&c->hosts, cluster, spelled);
	if (*host != NULL)
		return 0;
	return hosts_is_taken(&c->hosts, cluster, spelled) ? COLLECTOR_OWN_HOST
	                                                   : COLLECTOR_NO_HOST;
}

bool
collector_has_host(const struct collector *c, unsigned cluster, const char *name,
                   char shown[TEXT_SIZE])
{
	struct host *host;

	if (find(c, cluster, name, &host) != 0)
		return false;
	strcpy(shown, host->name);
	return true;
}

static bool
reports_machines(const struct host *host)
{
	const struct source *source;

	if (host->key.machine)
		return false;
	for (source = agent_sources(agent_of_host(host)); source != NULL;
	     source = source_next(source))
		if (machine_host(source) != NULL)
			return true;
	return false;
}

int
collector_remove_host(struct collector *c, unsigned cluster, const char *name,
                      int64_t now)
{
	struct host *host;
	const char *key;
	int reason = find(c, cluster, name, &host);

	if (reason != 0)
		return reason;
	if (host->member.state == MEMBER_UP)
		return COLLECTOR_IS_UP;
	if (reports_machines(host))
		return COLLECTOR_HAS_MACHINES;
	c->now_ms = now;
	host_tell(c, host, EVENT_REMOVED, now);
	key = renamings_key(&c->hosts.renamings, cluster, host->name);
	if (key != NULL)
		renamings_set(&c->hosts.renamings, cluster, key, key);
	store_former_removed(c->store, cluster, host->name);
	forget_host(c, host);
	return 0;
}

/* Whether a host may be called so. */
static int
judge_name(const struct collector *c, const struct host *host, const char *to,
           char spelled[TEXT_SIZE])
{
	if (!is_name(to))
		return COLLECTOR_BAD_NAME;
	host_spelling(c, to, spelled);
	if (strcmp(host->name, spelled) == 0)
		return COLLECTOR_SAME_NAME;
	if (hosts_is_taken(&c->hosts, host->cluster, spelled))
		return COLLECTOR_NAME_TAKEN;
	return 0;
}

/* A host that does not have the name that it sends, because another one had it, and that
 * got a name of its own now, does not take that one when it is free. */
static void
settle(const struct collector *c, struct host *host)
{
	struct collector_saved saved = {.name = ""};
	char called[TEXT_SIZE];

	host->kind->describe(host, &saved);
	host_called(c, host->cluster, saved.name, called);
	if (saved.name[0] != '\0' && strcmp(called, host->name) != 0)
		host->contested = true;
}

int
collector_rename_host(struct collector *c, unsigned cluster, const char *name,
                      const char *to, int64_t now)
{
	struct renamings *renamings = &c->hosts.renamings;
	char spelled[TEXT_SIZE], by_itself[TEXT_SIZE];
	struct host *host;
	const char *key;
	int reason = find(c, cluster, name, &host);

	if (reason == 0)
		reason = judge_name(c, host, to, spelled);
	if (reason != 0)
		return reason;
	key = renamings_key(renamings, cluster, host->name);
	strcpy(by_itself, key != NULL ? key : host->name);
	if (renamings_set(renamings, cluster, by_itself, spelled) != 0)
		return COLLECTOR_FULL;
	c->now_ms = now;
	host_call(c, host, spelled, now);
	settle(c, host);
	return 0;
}

size_t
collector_renamings(const struct collector *c, struct collector_renaming *list,
                    size_t room)
{
	return renamings_list(&c->hosts.renamings, list, room);
}

uint64_t
collector_renamings_version(const struct collector *c)
{
	return c->hosts.renamings.version;
}

int
collector_restore_renaming(struct collector *c,
                           const struct collector_renaming *renaming)
{
	if (!is_name(renaming->name) || !is_name(renaming->is))
		return -1;
	return renamings_set(&c->hosts.renamings, renaming->cluster, renaming->name,
	                     renaming->is);
}

bool
collector_next_renamed(struct collector *c, struct collector_renaming *renamed)
{
	if (c->renamed_next >= c->renamed_count)
		return false;
	*renamed = c->renamed[c->renamed_next++];
	return true;
}

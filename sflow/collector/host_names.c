/* The names that hosts have, and those that are kept from them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sflow/collector/host.h"
#include "sflow/collector/kept.h"
#include "sflow/hash.h"

/* A name that a host has, so that no other host of its cluster gets it. */
struct taken_name {
	UT_hash_handle hh;
	struct host *host;   /* NULL: it is only kept from others */
	unsigned numbered;   /* that hosts have got who wanted this name */
	unsigned char key[]; /* a struct name_key without what is behind the name */
};

struct name_key {
	unsigned cluster;
	char name[TEXT_SIZE];
};

static size_t
name_key(struct name_key *key, unsigned cluster, const char *name)
{
	key->cluster = cluster;
	strncpy(key->name, name, sizeof(key->name) - 1);
	key->name[sizeof(key->name) - 1] = '\0';
	return offsetof(struct name_key, name) + strlen(key->name);
}

static struct taken_name *
find_name(const struct hosts *hosts, unsigned cluster, const char *name)
{
	struct taken_name *taken;
	struct name_key key;
	size_t len = name_key(&key, cluster, name);

	HASH_FIND(hh, hosts->names, &key, len, taken);
	return taken;
}

bool
hosts_is_taken(const struct hosts *hosts, unsigned cluster, const char *name)
{
	return find_name(hosts, cluster, name) != NULL;
}

struct host *
hosts_find(const struct hosts *hosts, unsigned cluster, const char *name)
{
	const struct taken_name *taken = find_name(hosts, cluster, name);

	return taken != NULL ? taken->host : NULL;
}

bool
hosts_take_name(struct hosts *hosts, unsigned cluster, const char *name,
                struct host *host)
{
	struct taken_name *taken;
	struct name_key key;
	size_t len = name_key(&key, cluster, name);

	if (find_name(hosts, cluster, name) != NULL)
		return false;
	taken = malloc(sizeof(*taken) + len);
	if (taken == NULL)
		return true; /* two hosts of one name are better than one without */
	taken->host = host;
	taken->numbered = 1;
	memcpy(taken->key, &key, len);
	HASH_ADD(hh, hosts->names, key, len, taken);
	if (taken->hh.tbl == NULL)
		free(taken);
	return true;
}

/* Takes what the administrator has given to hosts of that name, and writes it. Returns
 * false where there is none, or another host has it. */
static bool
take_renamed(struct hosts *hosts, struct host *host, char name[TEXT_SIZE])
{
	const char *is = renamings_find(&hosts->renamings, host->cluster, name);

	if (is == NULL || !hosts_take_name(hosts, host->cluster, is, host))
		return false;
	strcpy(name, is);
	return true;
}

/* The numbers of a name go on from where they were, so that it costs no more when there
 * are many. */
void
hosts_take_numbered(struct hosts *hosts, struct host *host, char name[TEXT_SIZE])
{
	struct taken_name *taken = find_name(hosts, host->cluster, name);
	char longest[TEXT_SIZE];

	strcpy(longest, name);
	while (!take_renamed(hosts, host, name) &&
	       !hosts_take_name(hosts, host->cluster, name, host) && taken != NULL)
		snprintf(name, TEXT_SIZE, "%.50s-%u", longest, ++taken->numbered);
}

void
hosts_give_name(struct hosts *hosts, unsigned cluster, const char *name,
                struct host *to)
{
	struct taken_name *taken = find_name(hosts, cluster, name);

	if (taken != NULL)
		taken->host = to;
}

void
hosts_return_name(struct hosts *hosts, unsigned cluster, const char *name)
{
	struct taken_name *taken = find_name(hosts, cluster, name);

	if (taken == NULL)
		return;
	HASH_DEL(hosts->names, taken);
	free(taken);
}

void
hosts_free(struct hosts *hosts)
{
	struct taken_name *taken, *next;

	HASH_ITER(hh, hosts->names, taken, next) {
		HASH_DEL(hosts->names, taken);
		free(taken);
	}
	renamings_free(&hosts->renamings);
	hosts_drop_forgotten(hosts);
}

#include "sflow/collector/naming.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sflow/collector/collector_internal.h"
#include "sflow/collector/instances.h"
#include "sflow/collector/machines.h"
#include "sflow/collector/ports.h"

/* In RENAMES_MS a host may be renamed so often, another machine may have its address, and a
 * data source may be renamed. */
#define RENAMES_AGENT 3
#define RENAMES_MACHINE 10
#define RENAMES_SOURCE 10
#define RENAMES_MS 3600000

/* The host of an agent --------------------------------------------------------------- */

static void
store_key(const struct host *host, char key[TEXT_SIZE])
{
	if (host->key.apart)
		host_agent_key(host, key);
	else
		host_address_key(&host->key.agent, key);
}

static void
detach(struct host *host)
{
	struct agent *agent = agent_of_host(host);
	struct source *source;

	for (source = agent_sources(agent); source != NULL;
	     source = source_next(source)) {
		source_remove_blocks(source, host->shown);
		instance_reset(source);
	}
	ports_withdraw(agent);
}

static void
describe(const struct host *host, struct collector_saved *saved)
{
	const struct agent_naming *naming = agent_naming(agent_of_host(host));

	strcpy(saved->name, naming->called);
	memcpy(saved->uuid, naming->uuid, sizeof(saved->uuid));
}

static bool
is_confirmed(const struct host *host)
{
	return agent_is_confirmed(agent_of_host(host));
}

const struct host_kind agent_host_kind = {.store_key = store_key,
                                          .is_confirmed = is_confirmed,
                                          .detach = detach,
                                          .describe = describe};

/* The name of an agent ------------------------------------------------------------- */

static void
set_name(struct collector *c, struct agent *agent, const char *name, int64_t now)
{
	struct agent_naming *naming = agent_naming(agent);
	struct host *host = agent_host(agent);
	char called[TEXT_SIZE];

	text_keep(&naming->other, "");
	host_called(c, host->cluster, name, called);
	if (strcmp(host->name, called) == 0)
		return; /* the administrator has called it so already */
	naming->renames.count += host_is_named(host);
	host_rename(c, host, name, now);
}

/* Adds an event that a name changes all the time: of the host that the source is, if it
 * is a virtual machine; else of its agent's host, or of one of that host's sources. */
static void
tell_flipping(struct collector *c, struct agent *agent, const struct source *source,
              const char *name)
{
	const struct host *own = source != NULL ? machine_host(source) : NULL;
	struct event *event =
	    host_tell_names(c, own != NULL ? own : agent_host(agent), EVENT_FLIPPING);

	event->of.flipping.source = source != NULL && own == NULL;
	strcpy(event->of.flipping.name, name);
}

/* Whether there were few enough renames in this hour. Each name makes new metrics,
 * which gmond keeps for a while, so they are limited. `source` is what is renamed;
 * NULL: the agent. */
static bool
may_rename(struct collector *c, struct agent *agent, struct source *source,
           const char *name, unsigned most, int64_t now)
{
	struct agent_naming *naming = agent_naming(agent);
	struct renames *renames =
	    source != NULL ? source_renames(source) : &naming->renames;

	if (now - renames->since_ms >= RENAMES_MS) {
		renames->count = 0;
		renames->since_ms = now;
	}
	if (renames->count < most)
		return true;
	if (!naming->renames.told)
		tell_flipping(c, agent, source, name);
	naming->renames.told = true;
	return false;
}

/* Whether an agent's new name counts: it has to be heard twice in a row, and must not
 * change all the time. */
static bool
believes(struct collector *c, struct agent *agent, const char *name, bool another,
         int64_t now)
{
	struct agent_naming *naming = agent_naming(agent);

	if (naming->called[0] == '\0')
		return true;
	if (strcmp(naming->other, name) != 0) {
		text_keep(&naming->other, name);
		return false;
	}
	return may_rename(c, agent, NULL, name,
	                  another ? RENAMES_MACHINE : RENAMES_AGENT, now);
}

/* Whether the agent's machine is another one than that which had its name. */
static bool
is_another_machine(const struct agent_naming *naming, const char *name,
                   const uint8_t uuid[16])
{
	return naming->called[0] != '\0' && strcmp(naming->called, name) != 0 &&
	       text_uuid_is_unique(naming->uuid) && text_uuid_is_unique(uuid) &&
	       memcmp(naming->uuid, uuid, sizeof(naming->uuid)) != 0;
}

bool
agent_calls_itself(struct collector *c, struct agent *agent, const char *name,
                   const uint8_t uuid[16], int64_t now)
{
	struct agent_naming *naming = agent_naming(agent);
	bool another = is_another_machine(naming, name, uuid);

	if (!another)
		memcpy(naming->uuid, uuid, sizeof(naming->uuid));
	if (agent_host(agent)->waits) {
		text_keep(&naming->other, name);
	} else if (strcmp(naming->called, name) == 0) {
		text_keep(&naming->other, "");
	} else if (believes(c, agent, name, another, now)) {
		if (another) {
			naming->renames.count++;
			return true;
		}
		text_keep(&naming->called, name);
		set_name(c, agent, name, now);
	}
	return false;
}

/* Writes a name that the administrator gave, and behind it what tells the agent from
 * another one of its address. */
static void
given_name(const struct host *host, const char *given, char name[TEXT_SIZE])
{
	char source[TEXT_SIZE];

	host_address_key(&host->key.packets, source);
	if (host->key.packets.type == ADDRESS_UNKNOWN)
		snprintf(name, TEXT_SIZE, "%s", given);
	else
		snprintf(name, TEXT_SIZE, "%.*s-%.46s",
		         (int)(TEXT_SIZE - 2 - strnlen(source, 46)), given, source);
}

/* Writes the name of an agent that sends none. */
static void
other_name(const struct collector *c, const struct agent *agent, char name[TEXT_SIZE])
{
	const char *given = name_list_find(c->config.names, agent_address(agent));

	if (given != NULL)
		given_name(agent_host(agent), given, name);
	else
		host_agent_key(agent_host(agent), name);
}

void
agent_name_otherwise(struct collector *c, struct agent *agent, int64_t now)
{
	struct agent_naming *naming = agent_naming(agent);
	struct host *host = agent_host(agent);
	char name[TEXT_SIZE];

	if (host->waits) { /* no longer */
		host->waits = false;
		strcpy(name, naming->other);
		text_keep(&naming->called, name);
	} else {
		other_name(c, agent, name);
	}
	set_name(c, agent, name, now);
}

void
agent_name_apart(struct collector *c, struct agent *agent, int64_t now)
{
	if (host_is_named(agent_host(agent)) && agent_naming(agent)->called[0] == '\0')
		agent_name_otherwise(c, agent, now);
}

/* Whether the name is the one that the administrator gave, or was made from it because
 * another host has that. */
static bool
is_called_after(const char *name, const char *given)
{
	size_t len = strlen(given);

	return strncasecmp(name, given, len) == 0 &&
	       (name[len] == '\0' || name[len] == '-');
}

/* Notes that the configuration has renamed a host, for collector_next_renamed(). Without
 * memory it is not noted. */
static void
note_renamed(struct collector *c, const struct host *host, const char *was)
{
	size_t count = c->renamed_count + 1;
	struct collector_renaming *renamed =
	    realloc(c->renamed, count * sizeof(renamed[0]));

	if (renamed == NULL)
		return;
	c->renamed = renamed;
	renamed += c->renamed_count++;
	renamed->cluster = host->cluster;
	strcpy(renamed->name, was);
	strcpy(renamed->is, host->name);
}

void
agent_review_name(struct collector *c, struct agent *agent, int64_t now)
{
	const char *given = name_list_find(c->config.names, agent_address(agent));
	struct host *host = agent_host(agent);
	char name[TEXT_SIZE], called[TEXT_SIZE], was[TEXT_SIZE];

	if (given == NULL || !host_is_named(host) ||
	    agent_naming(agent)->called[0] != '\0')
		return;
	host_called(c, host->cluster, given, called);
	if (is_called_after(host->name, called))
		return;
	strcpy(was, host->name);
	other_name(c, agent, name);
	host_called(c, host->cluster, name, called);
	host_call(c, host, called, now);
	if (host_is_named(host) && strcmp(host->name, was) != 0)
		note_renamed(c, host, was);
}

void
naming_forget(struct agent *agent)
{
	struct agent_naming *naming = agent_naming(agent);

	text_keep(&naming->called, "");
	text_keep(&naming->other, "");
	memset(naming->uuid, 0, sizeof(naming->uuid));
}

/* The name of a data source ------------------------------------------------------------ */

static bool
is_known(const struct source *source)
{
	static const uint8_t none[16];

	return source_name(source)[0] != '\0' ||
	       memcmp(source_uuid(source), none, sizeof(none)) != 0;
}

void
source_calls_itself(struct collector *c, struct source *source, const char *name,
                    const uint8_t uuid[16], int64_t now)
{
	bool known = is_known(source);

	if (strcmp(source_name(source), name) == 0 &&
	    memcmp(source_uuid(source), uuid, 16) == 0)
		return;
	if (known &&
	    !may_rename(c, source_agent(source), source, name, RENAMES_SOURCE, now))
		return;
	source_renames(source)->count += known;
	instance_withdraw(source);
	source_instance(source)->contested = false;
	source_instance(source)->apart = false;
	if (source_is_port(source) && source_name(source)[0] != '\0')
		source_unlatch(source); /* its number is another port's now */
	source_set_identity(source, name, uuid);
	port_renamed(source);
	machine_called(c, source, now);
}

/* Hosts and instances: an agent is a host; what runs on it (virtual machines,
 * web servers, memcached, JVMs) is told apart by a prefix, and the first of
 * its kind has none, unless "multiple" asks for it. */
#include <stdio.h>
#include <string.h>
#include <utlist.h>

#include "sflow/collector_internal.h"

/* An address as part of a key or name: gmond splits at the first colon. */
static void
address_key(const struct address *address, char key[TEXT_SIZE])
{
	char *colon;

	address_text(address, key);
	while ((colon = strchr(key, ':')) != NULL)
		*colon = '-';
}

/* Takes the metrics of all that is shown on the agent's own host out of the
 * store. */
static void
detach_all(struct agent *agent)
{
	struct source *source;

	DL_FOREACH(agent->sources, source)
		if (source->host == NULL)
			source_detach(source);
}

static void
set_name(struct collector *c, struct agent *agent, const char *name)
{
	bool renamed = agent->host != NULL && agent->name[0] != '\0';

	if (renamed) {
		detach_all(agent);
		store_host_gone(agent->host);
		agent->host = NULL;
	}
	strcpy(agent->name, name);
	agent->other_name[0] = '\0';
	if (agent->host != NULL)
		store_host_announce(agent->host, name);
	collector_tell(c, renamed ? EVENT_RENAMED : EVENT_JOINED,
	               &agent->address, 0, name);
}

void
agent_calls_itself(struct collector *c, struct agent *agent, const char *name)
{
	bool known = agent->name[0] != '\0' && !agent->named_by_address;

	if (known && strcmp(agent->name, name) == 0)
		agent->other_name[0] = '\0';
	else if (known && strcmp(agent->other_name, name) != 0)
		strcpy(agent->other_name, name);
	else
		set_name(c, agent, name);
	agent->named_by_address = false;
}

void
agent_name_by_address(struct collector *c, struct agent *agent)
{
	char name[TEXT_SIZE];

	address_key(&agent->address, name);
	agent->named_by_address = true;
	set_name(c, agent, name);
}

void
source_calls_itself(struct collector *c, struct source *source,
                    const char *name, const uint8_t uuid[16])
{
	bool same = strcmp(source->name, name) == 0 &&
	            memcmp(source->uuid, uuid, 16) == 0;

	if (same)
		return;
	source_detach(source);
	if (source->host != NULL)
		collector_tell(c, EVENT_RENAMED, &source->agent->address, 0,
		               name);
	store_host_gone(source->host);
	source->host = NULL;
	memmove(source->name, name, strlen(name) + 1); /* may be the same */
	memcpy(source->uuid, uuid, 16);
}

static struct store_host *
agent_host(struct collector *c, struct agent *agent)
{
	char key[TEXT_SIZE];

	if (agent->host == NULL) {
		address_key(&agent->address, key);
		agent->host = store_host_add(c->store, key);
		if (agent->host != NULL && agent->name[0] != '\0')
			store_host_announce(agent->host, agent->name);
	}
	return agent->host;
}

/* A virtual machine stays itself when it moves, by its UUID; one that sends
 * none is known by where it is. */
static void
machine_key(const struct source *source, char key[TEXT_SIZE])
{
	static const uint8_t none[16];
	char agent[TEXT_SIZE];

	if (memcmp(source->uuid, none, 16) != 0) {
		text_uuid(source->uuid, key);
		return;
	}
	address_key(&source->agent->address, agent);
	snprintf(key, TEXT_SIZE, "%.45s-%u-%u", agent, source->key.id.class,
	         source->key.id.index);
}

static struct store_host *
machine_host(struct collector *c, struct source *source)
{
	char key[TEXT_SIZE];
	const char *name = source->name[0] != '\0' ? source->name : key;

	if (source->host != NULL)
		return source->host;
	machine_key(source, key);
	source->host = store_host_add(c->store, key);
	if (source->host != NULL) {
		store_host_announce(source->host, name);
		collector_tell(c, EVENT_JOINED, &source->agent->address, 0,
		               name);
	}
	return source->host;
}

static bool
prefix_taken(const struct source *source, const char *prefix)
{
	struct source *other;

	DL_FOREACH(source->agent->sources, other)
		if (other != source && strcmp(other->prefix, prefix) == 0)
			return true;
	return false;
}

/* The name of a VM or JVM, else the index of the data source; where two are
 * alike, with more of what tells them apart. */
static void
choose_prefix(struct source *source, enum kind kind)
{
	bool by_name = (kind == KIND_VM || kind == KIND_JVM) &&
	               source->name[0] != '\0';
	unsigned index = source->key.id.index;
	char prefix[TEXT_SIZE];

	snprintf(prefix, sizeof(prefix), "%u", index);
	if (by_name)
		strcpy(prefix, source->name);
	if (prefix_taken(source, prefix) && by_name)
		snprintf(prefix, sizeof(prefix), "%.50s-%u", source->name,
		         index);
	if (prefix_taken(source, prefix))
		snprintf(prefix, sizeof(prefix), "%.30s-%u-%u-%u",
		         by_name ? source->name : kind_name(kind),
		         source->key.sub_agent->key.id, source->key.id.class,
		         index);
	strcpy(source->prefix, prefix);
}

/* The prefix of the source's metrics of this kind on its agent's host. */
static const char *
instance_prefix(struct collector *c, struct source *source, enum kind kind)
{
	struct agent *agent = source->agent;
	bool bare = kind != KIND_VM && !c->config.multiple[kind];

	if (bare && agent->first[kind] == NULL)
		agent->first[kind] = source;
	if (bare && agent->first[kind] == source)
		return "";
	if (source->prefix[0] == '\0')
		choose_prefix(source, kind);
	if (bare && !agent->told[kind]) {
		agent->told[kind] = true;
		collector_tell(c, EVENT_INSTANCE, &agent->address, kind,
		               source->prefix);
	}
	return source->prefix;
}

struct store_block *
instance_block(struct collector *c, struct source *source,
               const struct layout *layout, bool *refused)
{
	bool own = layout->kind == KIND_VM && c->config.vm == VM_HOST;
	struct store_host *host =
	    own ? machine_host(c, source) : agent_host(c, source->agent);
	const char *prefix = own ? "" : NULL;

	*refused = host == NULL;
	if (host == NULL)
		return NULL;
	if (prefix == NULL)
		prefix = instance_prefix(c, source, layout->kind);
	if (layout->alone && prefix[0] != '\0')
		return NULL;
	return store_block_add(host, layout, prefix);
}

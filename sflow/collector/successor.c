#include "sflow/collector/successor.h"

#include <string.h>

#include "sflow/collector/collector_internal.h"
#include "sflow/collector/forget.h"
#include "sflow/collector/machines.h"
#include "sflow/collector/naming.h"
#include "sflow/hash.h"

/* Who claims a name. */
struct claim {
	struct host *host;         /* it may have no name yet */
	const struct agent *agent; /* that it is, or is reported by */
	unsigned cluster;
	const struct identity *identity;
};

/* Whether both have one UUID, and it is not that of an image that was cloned: at a third
 * address it identifies nobody. */
static bool
is_same_machine(const struct host *holder, const struct claim *claim)
{
	struct collector_saved saved;

	if (holder->by_uuid || !text_uuid_is_unique(claim->identity->uuid))
		return false;
	holder->kind->describe(holder, &saved);
	return memcmp(saved.uuid, claim->identity->uuid, sizeof(saved.uuid)) == 0;
}

/* Returns a hash of what says where a host is: it is the same when it is heard again. */
static uint64_t
hash_of(const struct host_key *key)
{
	struct {
		struct address agent, packets;
		uint32_t machine, sub_agent, class, index;
	} place;

	memset(&place, 0, sizeof(place));
	place.agent = key->agent;
	if (key->apart)
		place.packets = key->packets;
	place.machine = key->machine;
	place.sub_agent = key->sub_agent;
	place.class = key->source.class;
	place.index = key->source.index;
	return keyed_hash_64(&place, sizeof(place));
}

/* Whether the claim is that of a successor. One that comes back where it was before its
 * own successor came is none: they are two for good. So are those of which a former run
 * of the program has told both. */
static bool
succeeds(const struct claim *claim, const struct host *holder, bool *by_uuid)
{
	if (holder == claim->host)
		return false;
	if (claim->host->first_ms <= holder->member.heard_ms)
		claim->host->contested = true;
	if (claim->host->contested || holder->before == hash_of(&claim->host->key))
		return false;
	*by_uuid = is_same_machine(holder, claim);
	if (*by_uuid && holder->key.machine && claim->host->key.machine)
		return false; /* machines.c has it move */
	return *by_uuid || holder->member.state != MEMBER_UP;
}

/* Whether the holder is the agent that reports the claimant, so it is heard just now. */
static bool
is_own_agent(const struct host *holder, const struct claim *claim)
{
	return !holder->key.machine && agent_of_host(holder) == claim->agent;
}

/* Frees the name for a successor of the host that has it. Returns whether the claimant
 * may take it, also where nobody has it any more. */
static bool
frees(struct collector *c, const struct claim *claim, int64_t now)
{
	struct host *holder, *host = claim->host;
	char name[TEXT_SIZE];
	struct event *event;
	bool by_uuid = false;

	host_called(c, claim->cluster, claim->identity->name, name);
	if (!c->config.successors || strcmp(host->name, name) == 0)
		return false;
	if (!hosts_is_taken(&c->hosts, claim->cluster, name))
		return host_is_named(host) && !host->contested;
	holder = hosts_find(&c->hosts, claim->cluster, name);
	if (holder == NULL || is_own_agent(holder, claim) ||
	    !succeeds(claim, holder, &by_uuid))
		return false;
	event = host_tell(c, holder, EVENT_MOVED, now);
	event->of.membership.old_agent = event->agent;
	event->agent = host->key.agent;
	host->before = hash_of(&holder->key);
	host->by_uuid = by_uuid;
	forget_host(c, holder);
	return true;
}

void
successor_of_agent(struct collector *c, struct agent *agent,
                   const struct identity *identity, int64_t now)
{
	struct host *host = agent_host(agent);
	const struct claim claim = {.host = host,
	                            .agent = agent,
	                            .cluster = host->cluster,
	                            .identity = identity};

	/* a name that is new to a host is believed, or not, in naming.c */
	if (host_is_named(host) &&
	    strcmp(agent_naming(agent)->called, identity->name) != 0)
		return;
	if (frees(c, &claim, now) && host_is_named(host))
		host_rename(c, host, identity->name, now);
}

void
successor_of_machine(struct collector *c, struct source *source,
                     const struct identity *identity, int64_t now)
{
	struct host *host = machine_prepare(c, source, now);
	const struct claim claim = {.host = host,
	                            .agent = source_agent(source),
	                            .cluster = machine_cluster(c, source),
	                            .identity = identity};

	if (host == NULL ||
	    (host_is_named(host) && strcmp(source_name(source), identity->name) != 0))
		return;
	if (frees(c, &claim, now) && host_is_named(host))
		machine_called(c, source, now);
}

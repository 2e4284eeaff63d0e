#include "sflow/collector/successor.h"

#include <string.h>
#include <strings.h>

#include "sflow/collector/collector_internal.h"
#include "sflow/collector/forget.h"
#include "sflow/collector/machines.h"
#include "sflow/collector/naming.h"
#include "sflow/hash.h"

/* A claimant waits for so many intervals of the holder at most. */
#define WAIT_INTERVALS 10

/* Who claims a name. */
struct claim {
	struct host *host;         /* it may have no name yet */
	const struct agent *agent; /* that it is, or is reported by */
	unsigned cluster;
	const struct identity *identity;
};

/* Whether both have one UUID. */
static bool
have_one_uuid(const struct host *holder, const struct claim *claim)
{
	struct collector_saved saved;

	if (!text_uuid_is_unique(claim->identity->uuid))
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

/* What becomes of a claim. */
enum outcome { IS_ANOTHER, SUCCEEDS, WAITS };

/* Judges whether the claim is that of a successor. Those of which a former run of the
 * program has told both are two for good. So is one that comes back where it was before its
 * own successor came, unless both have one UUID; then it does so as soon as the other is
 * late, because two machines of one UUID may be those of an image that was cloned. At a
 * third address, too, a UUID identifies nobody at once. Where the holder was not heard since
 * the claimant came, and will be heard or late soon, a claimant without a name waits for
 * that: so it has no other name for a poll. */
static enum outcome
judge(const struct claim *claim, const struct host *holder, bool *by_uuid, int64_t now)
{
	bool back = holder->before == hash_of(&claim->host->key);
	bool one_uuid = have_one_uuid(holder, claim);

	if (holder == claim->host)
		return IS_ANOTHER;
	if (claim->host->first_ms <= holder->own_ms)
		claim->host->contested = true;
	if (claim->host->contested || (back && !one_uuid))
		return IS_ANOTHER;
	*by_uuid = one_uuid && !back && !holder->by_uuid;
	if (*by_uuid && holder->key.machine && claim->host->key.machine)
		return IS_ANOTHER; /* machines.c has it move */
	if (*by_uuid || holder->member.state != MEMBER_UP)
		return SUCCEEDS;
	return host_is_named(claim->host) ||
	               holder->member.interval_ms >= INTERVAL_UNKNOWN_MS ||
	               now - claim->host->first_ms >
	                   WAIT_INTERVALS * (int64_t)holder->member.interval_ms
	           ? IS_ANOTHER
	           : WAITS;
}

/* Whether the holder is the agent that reports the claimant, so it is heard just now. */
static bool
is_own_agent(const struct host *holder, const struct claim *claim)
{
	return !holder->key.machine && agent_of_host(holder) == claim->agent;
}

/* Notes, and tells, that the host is about to take the name of the other one. */
static void
succeed(struct collector *c, struct host *host, const struct host *holder, bool by_uuid,
        int64_t now)
{
	struct event *event = host_tell(c, holder, EVENT_MOVED, now);

	event->of.membership.old_agent = event->agent;
	event->agent = host->key.agent;
	host->before = hash_of(&holder->key);
	host->by_uuid = by_uuid;
}

/* Frees the name for a successor of the host that has it. Returns whether the claimant
 * may take it, also where nobody has it any more. A claimant that waits is noted. One that
 * has the name as it was spelled before `lower_case` was changed keeps it. */
static bool
frees(struct collector *c, const struct claim *claim, int64_t now)
{
	enum outcome outcome;
	struct host *holder, *host = claim->host;
	char name[TEXT_SIZE];
	bool by_uuid = false;

	host->waits = false;
	host_called(c, claim->cluster, claim->identity->name, name);
	if (!c->config.successors || strcasecmp(host->name, name) == 0)
		return false;
	if (!hosts_is_taken(&c->hosts, claim->cluster, name))
		return host_is_named(host) && !host->contested;
	holder = hosts_find(&c->hosts, claim->cluster, name);
	if (holder == NULL || is_own_agent(holder, claim))
		return false;
	outcome = judge(claim, holder, &by_uuid, now);
	host->waits = outcome == WAITS;
	if (outcome != SUCCEEDS)
		return false;
	succeed(c, host, holder, by_uuid, now);
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

/* Finds the agent that waits for the name of this agent's host, and has its UUID: the same
 * machine at another address. NULL: none does. */
static struct agent *
find_elsewhere(const struct collector *c, const struct agent *agent)
{
	const struct agent_naming *naming = agent_naming(agent);
	struct agent *other;

	for (other = agents_first(&c->agents); other != NULL; other = agent_next(other))
		if (agent_host(other)->waits &&
		    agent_host(other)->cluster == agent_host(agent)->cluster &&
		    memcmp(agent_naming(other)->uuid, naming->uuid,
		           sizeof(naming->uuid)) == 0 &&
		    strcmp(agent_naming(other)->other, naming->called) == 0)
			break;
	return other;
}

void
successor_displace(struct collector *c, struct agent *agent, int64_t now)
{
	struct agent *elsewhere = find_elsewhere(c, agent);
	struct host *host = agent_host(agent);
	unsigned cluster = host->cluster;
	struct host_key key = host->key;

	if (elsewhere != NULL)
		succeed(c, agent_host(elsewhere), host, true, now);
	else
		host_tell(c, host, EVENT_GONE, now);
	host_remove(c, host);
	host_init(host, &agent_host_kind, &key, c->hosts.loss, now);
	host->cluster = cluster;
	naming_forget(agent);
	if (elsewhere != NULL)
		agent_name_otherwise(c, elsewhere, now); /* it waits no longer */
}

/* Which hosts there are, and what they are called: an agent is a host, and so is a
 * virtual machine where the administrator wants it (vm = host). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <utlist.h>

#include "sflow/collector/collector_internal.h"

#define RENAMES_AGENT 3   /* of one host, and */
#define RENAMES_SOURCE 10 /* of a port, virtual machine and so on, in */
#define RENAMES_MS 3600000
#define SETTLE_MS 5000 /* after a virtual machine has moved */

/* An address as part of a key or name: gmond splits at the first colon. */
static void
address_key(const struct address *address, char key[TEXT_SIZE])
{
	char text[ADDRESS_TEXT], *colon;

	/* ::1 is 0::1 as well; no name begins with a dash */
	address_text(address, text);
	snprintf(key, TEXT_SIZE, "%s%s", text[0] == ':' ? "0" : "", text);
	while ((colon = strchr(key, ':')) != NULL)
		*colon = '-';
}

/* Takes all metrics out of the agent's own host. */
static void
detach_all(struct agent *agent)
{
	struct source *source;

	DL_FOREACH(agent->sources, source)
		source_detach(source, agent->host);
	store_block_remove(agent->totals);
	agent->totals = NULL;
}

/* Takes `wanted` as the name of a host of the cluster, or, where another one has
 * it, with the key behind it, by which they are told apart. */
static void
take_name(struct collector *c, const struct address *agent, unsigned cluster,
          const char *wanted, const char *key, char name[TEXT_SIZE])
{
	char alone[TEXT_SIZE], longest[TEXT_SIZE];
	unsigned more;
	size_t i;

	strcpy(alone, wanted);
	for (i = 0; c->config.lower_case && alone[i] != '\0'; i++)
		if (alone[i] >= 'A' && alone[i] <= 'Z')
			alone[i] = (char)(alone[i] - 'A' + 'a');
	strcpy(name, alone);
	if (agents_take_name(&c->agents, cluster, name))
		return;
	snprintf(name, TEXT_SIZE, "%.*s-%.40s",
	         (int)(TEXT_SIZE - 2 - strnlen(key, 40)), alone, key);
	strcpy(longest, name);
	for (more = 2; !agents_take_name(&c->agents, cluster, name); more++)
		snprintf(name, TEXT_SIZE, "%.50s-%u", longest, more);
	collector_tell(c, EVENT_SAME_NAME, agent, 0, name);
}

void
agent_leaves_host(struct agent *agent)
{
	if (agent->host == NULL)
		return;
	detach_all(agent);
	store_host_gone(agent->host);
	agent->host = NULL;
}

/* The host that had another name leaves at once: nothing may linger. */
static void
leave_name(struct collector *c, struct agent *agent)
{
	if (agent->name[0] == '\0')
		return;
	agents_return_name(&c->agents, agent->cluster, agent->name);
	agent_leaves_host(agent);
}

void
agent_takes_name(struct collector *c, struct agent *agent, const char *name)
{
	char key[TEXT_SIZE], taken[TEXT_SIZE];

	address_key(&agent->address, key);
	take_name(c, &agent->address, agent->cluster, name, key, taken);
	if (!agent_set_name(agent, taken))
		agents_return_name(&c->agents, agent->cluster, taken);
	agent->kept.saved = false;
	if (agent->host != NULL && agent->name[0] != '\0')
		store_host_announce(agent->host, agent->name);
}

static void
forget_other_name(struct agent *agent)
{
	free(agent->other_name);
	agent->other_name = NULL;
}

static void
set_name(struct collector *c, struct agent *agent, const char *name,
         int64_t now)
{
	bool renamed = agent->name[0] != '\0';
	struct collector_event *event;
	char was[TEXT_SIZE];

	strcpy(was, agent->name);
	leave_name(c, agent);
	agent_takes_name(c, agent, name);
	forget_other_name(agent);
	agent->renames.count += renamed;
	event = collector_tell_member(c, renamed ? EVENT_RENAMED : EVENT_JOINED,
	                              &agent->address, agent->name,
	                              &agent->member, now);
	if (renamed)
		strcpy(event->other, was);
}

/* Each name makes new metrics, which gmond keeps for a while: so there are only so
 * many in an hour. */
static bool
may_rename(struct collector *c, struct agent *agent, struct renames *renames,
           unsigned most, const char *name, int64_t now)
{
	if (now - renames->since_ms >= RENAMES_MS) {
		renames->count = 0;
		renames->since_ms = now;
	}
	if (renames->count < most)
		return true;
	if (!agent->told_flipping)
		collector_tell(c, EVENT_FLIPPING, &agent->address,
		               renames != &agent->renames, name);
	agent->told_flipping = true;
	return false;
}

/* Another name than before: it has to be heard twice in a row, and may not
 * change all the time. */
static bool
believes(struct collector *c, struct agent *agent, const char *name,
         int64_t now)
{
	if (agent->called[0] == '\0')
		return true;
	if (agent->other_name == NULL || strcmp(agent->other_name, name) != 0) {
		forget_other_name(agent);
		agent->other_name = strdup(name);
		return false;
	}
	return may_rename(c, agent, &agent->renames, RENAMES_AGENT, name, now);
}

void
agent_calls_itself(struct collector *c, struct agent *agent, const char *name,
                   int64_t now)
{
	if (strcmp(agent->called, name) == 0) {
		forget_other_name(agent);
	} else if (believes(c, agent, name, now)) {
		agent_set_called(agent, name);
		set_name(c, agent, name, now);
	}
}

void
agent_name_otherwise(struct collector *c, struct agent *agent, int64_t now)
{
	const char *given = name_list_find(c->config.names, &agent->address);
	char key[TEXT_SIZE];

	address_key(&agent->address, key);
	set_name(c, agent, given != NULL ? given : key, now);
}

void
show_member(const struct collector *c, struct store_host *host,
            const struct member *member, int64_t started_s, int64_t now)
{
	store_host_heard(host, started_s, member->heard_ms);
	store_host_tick(host, member->state != MEMBER_DOWN,
	                member_down_at(member, c->config.misses) -
	                    member->heard_ms, now);
}

void
machine_leaves_host(struct collector *c, struct source *source)
{
	source_detach(source, NULL);
	if (source_host(source) == NULL)
		return;
	agents_unsave_source(&c->agents, source);
	agents_unset_uuid(&c->agents, source);
	store_host_gone(source_host(source));
	source->machine->host = NULL;
}

void
source_leaves_host(struct collector *c, struct source *source)
{
	if (source_host(source) != NULL)
		agents_return_name(&c->agents, source->machine->cluster,
		                   source->machine->name);
	machine_leaves_host(c, source);
}

static bool
is_known(const struct source *source)
{
	static const uint8_t none[16];

	return source->name[0] != '\0' || memcmp(source->uuid, none, 16) != 0;
}

void
source_calls_itself(struct collector *c, struct source *source,
                    const char *name, const uint8_t uuid[16], int64_t now)
{
	bool had_host = source_host(source) != NULL;
	bool same = strcmp(source->name, name) == 0 &&
	            memcmp(source->uuid, uuid, 16) == 0;

	if (same || (is_known(source) &&
	             !may_rename(c, source->agent, &source->renames,
	                         RENAMES_SOURCE, name, now)))
		return;
	source->renames.count += is_known(source);
	source_leaves_host(c, source);
	source->contested = false;
	if (source_is_port(source) && source->name[0] != '\0')
		source->epoch++; /* another port has its number now */
	source_set_name(source, name);
	memcpy(source->uuid, uuid, 16);
	if (had_host)
		collector_tell_member(c, EVENT_RENAMED, &source->agent->address,
		                      source->name, &source->machine->member,
		                      now);
}

/* What the administrator called it, or much like that. */
static bool
is_called_after(const char *name, const char *given)
{
	size_t len = strlen(given);

	return strncasecmp(name, given, len) == 0 &&
	       (name[len] == '\0' || name[len] == '-');
}

void
agent_review_name(struct collector *c, struct agent *agent, int64_t now)
{
	const char *given = name_list_find(c->config.names, &agent->address);

	if (given != NULL && agent->name[0] != '\0' &&
	    agent->called[0] == '\0' && !is_called_after(agent->name, given))
		agent_name_otherwise(c, agent, now);
}

struct store_host *
agent_host(struct collector *c, struct agent *agent)
{
	char key[TEXT_SIZE];

	if (agent->host == NULL) {
		address_key(&agent->address, key);
		agent->host = store_host_add(c->store, key, &agent->address,
		                             agent->cluster);
		if (agent->host != NULL && agent->name[0] != '\0')
			store_host_announce(agent->host, agent->name);
	}
	return agent->host;
}

/* Where a virtual machine is: its key where it has no UUID of its own. */
static void
place_key(const struct source *source, char key[TEXT_SIZE])
{
	char agent[TEXT_SIZE];

	address_key(&source->agent->address, agent);
	snprintf(key, TEXT_SIZE, "%.40s-%u-%u", agent, source->key.id.class,
	         source->key.id.index);
}

/* The same virtual machine, heard from another hypervisor: its host goes with it,
 * but for where another one has its name in that cluster. */
static void
move_host(struct collector *c, struct source *from, struct source *to,
          int64_t now)
{
	struct machine *m = to->machine, *was = from->machine;

	source_detach(from, was->host);
	m->host = was->host;
	was->host = NULL;
	was->moved_ms = now;
	agents_unsave_source(&c->agents, from);
	m->cluster = was->cluster;
	strcpy(m->name, was->name);
	m->first_ms = was->first_ms;
	m->member.heard_ms = was->member.heard_ms;
	agents_set_uuid(&c->agents, to);
	collector_tell_member(c, EVENT_MOVED, &to->agent->address, m->name,
	                      &was->member, now);
	if (!machine_follows_agent(c, to))
		source_leaves_host(c, to);
}

void
machine_takes_host(struct collector *c, struct source *source,
                   const char *wanted)
{
	static const uint8_t none[16];
	bool by_uuid = memcmp(source->uuid, none, 16) != 0 &&
	               agents_find_uuid(&c->agents, source->uuid) == NULL;
	struct machine *m = source->machine;
	char place[TEXT_SIZE], key[TEXT_SIZE];

	place_key(source, place);
	strcpy(key, place);
	if (by_uuid)
		text_uuid(source->uuid, key);
	m->cluster = cluster_of_machine(c, source);
	m->host = store_host_add(c->store, key, NULL, m->cluster);
	if (m->host == NULL)
		return;
	if (by_uuid)
		agents_set_uuid(&c->agents, source);
	take_name(c, &source->agent->address, m->cluster,
	          wanted[0] != '\0' ? wanted : key, place, m->name);
	store_host_announce(m->host, m->name);
	m->kept.saved = false;
}

/* It is heard from here for the first time, or from where its host has gone. */
static void
find_host(struct collector *c, struct source *source, int64_t now)
{
	static const uint8_t none[16];
	struct machine *m = source->machine;
	struct source *other = NULL;

	member_init(&m->member, c->agents.loss, now);
	m->first_ms = now;
	if (memcmp(source->uuid, none, 16) != 0)
		other = agents_find_uuid(&c->agents, source->uuid);
	if (other != NULL && m->moved_ms == 0) {
		move_host(c, other, source, now);
		other = NULL;
	}
	if (m->host != NULL)
		return;
	if (other != NULL)
		collector_tell(c, EVENT_SAME_UUID, &source->agent->address, 0,
		               source->name);
	machine_takes_host(c, source, source->name);
	if (m->host != NULL)
		collector_tell_member(c, EVENT_JOINED, &source->agent->address,
		                      m->name, &m->member, now);
}

/* A virtual machine stays itself when it moves, by its UUID: who says it now has
 * it. If it is then still heard from where it was, there are two of one UUID,
 * and this one is known by where it is; as is one without a UUID. */
struct store_host *
machine_host(struct collector *c, struct source *source, int64_t now,
             bool *refused)
{
	struct machine *m = source_machine(source);

	*refused = m == NULL;
	if (m == NULL || m->host != NULL)
		return source_host(source);
	if (m->moved_ms != 0 && now - m->moved_ms < SETTLE_MS)
		return NULL; /* its last words from there */
	find_host(c, source, now);
	*refused = m->host == NULL;
	return m->host;
}

/* Hosts and instances: an agent is a host; what runs on it (virtual machines,
 * web servers, memcached, JVMs) is told apart by a prefix, and the first of
 * its kind has none, unless "multiple" asks for it. */
#include <stdio.h>
#include <string.h>
#include <utlist.h>

#include "sflow/collector_internal.h"

#define RENAMES_AGENT 3   /* of one host, and */
#define RENAMES_SOURCE 10 /* of a port, virtual machine and so on, in */
#define RENAMES_MS 3600000
#define SETTLE_MS 5000 /* after a virtual machine has moved */

static bool
is_port(const struct source *source)
{
	return source->key.id.class == SOURCE_INTERFACE;
}

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

/* Takes `wanted` as the name of a host, or, where another host has it, with
 * the key behind it, by which they are told apart. */
static void
take_name(struct collector *c, const struct address *agent, const char *wanted,
          const char *key, char name[TEXT_SIZE])
{
	char alone[TEXT_SIZE], longest[TEXT_SIZE];
	unsigned more;
	size_t i;

	strcpy(alone, wanted);
	for (i = 0; c->config.lower_case && alone[i] != '\0'; i++)
		if (alone[i] >= 'A' && alone[i] <= 'Z')
			alone[i] = (char)(alone[i] - 'A' + 'a');
	strcpy(name, alone);
	if (agents_take_name(&c->agents, name))
		return;
	snprintf(name, TEXT_SIZE, "%.*s-%.40s",
	         (int)(TEXT_SIZE - 2 - strnlen(key, 40)), alone, key);
	strcpy(longest, name);
	for (more = 2; !agents_take_name(&c->agents, name); more++)
		snprintf(name, TEXT_SIZE, "%.50s-%u", longest, more);
	collector_tell(c, EVENT_SAME_NAME, agent, 0, name);
}

/* The host that had another name leaves at once: nothing may linger. */
static void
leave_name(struct collector *c, struct agent *agent)
{
	if (agent->name[0] == '\0')
		return;
	agents_return_name(&c->agents, agent->name);
	if (agent->host == NULL)
		return;
	detach_all(agent);
	store_host_gone(agent->host);
	agent->host = NULL;
}

static void
set_name(struct collector *c, struct agent *agent, const char *name,
         int64_t now)
{
	bool renamed = agent->name[0] != '\0';
	struct collector_event *event;
	char was[TEXT_SIZE], key[TEXT_SIZE];

	strcpy(was, agent->name);
	address_key(&agent->address, key);
	leave_name(c, agent);
	take_name(c, &agent->address, name, key, agent->name);
	agent->other_name[0] = '\0';
	agent->renames.count += renamed;
	if (agent->host != NULL)
		store_host_announce(agent->host, agent->name);
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
	if (strcmp(agent->other_name, name) != 0) {
		strcpy(agent->other_name, name);
		return false;
	}
	return may_rename(c, agent, &agent->renames, RENAMES_AGENT, name, now);
}

void
agent_calls_itself(struct collector *c, struct agent *agent, const char *name,
                   int64_t now)
{
	if (strcmp(agent->called, name) == 0) {
		agent->other_name[0] = '\0';
	} else if (believes(c, agent, name, now)) {
		strcpy(agent->called, name);
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

/* Takes a virtual machine's own host away from its source. */
static void
leave_host(struct collector *c, struct source *source)
{
	source_detach(source, NULL);
	if (source->host == NULL)
		return;
	agents_return_name(&c->agents, source->host_name);
	agents_unset_uuid(&c->agents, source);
	store_host_gone(source->host);
	source->host = NULL;
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
	bool had_host = source->host != NULL;
	bool same = strcmp(source->name, name) == 0 &&
	            memcmp(source->uuid, uuid, 16) == 0;

	if (same || (is_known(source) &&
	             !may_rename(c, source->agent, &source->renames,
	                         RENAMES_SOURCE, name, now)))
		return;
	source->renames.count += is_known(source);
	leave_host(c, source);
	source->contested = false;
	if (is_port(source) && source->name[0] != '\0')
		source->epoch++; /* another port has its number now */
	memmove(source->name, name, strlen(name) + 1); /* may be the same */
	memcpy(source->uuid, uuid, 16);
	if (had_host)
		collector_tell_member(c, EVENT_RENAMED, &source->agent->address,
		                      name, &source->member, now);
}

struct store_host *
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

/* Where a virtual machine is: its key where it has no UUID of its own. */
static void
place_key(const struct source *source, char key[TEXT_SIZE])
{
	char agent[TEXT_SIZE];

	address_key(&source->agent->address, agent);
	snprintf(key, TEXT_SIZE, "%.40s-%u-%u", agent, source->key.id.class,
	         source->key.id.index);
}

/* The same virtual machine, heard from another hypervisor: its host goes with
 * it. */
static void
move_host(struct collector *c, struct source *from, struct source *to,
          int64_t now)
{
	source_detach(from, from->host);
	to->host = from->host;
	from->host = NULL;
	from->moved_ms = now;
	strcpy(to->host_name, from->host_name);
	to->member.heard_ms = from->member.heard_ms;
	agents_set_uuid(&c->agents, to);
	collector_tell_member(c, EVENT_MOVED, &to->agent->address,
	                      to->host_name, &from->member, now);
}

static void
new_machine_host(struct collector *c, struct source *source, const char *key,
                 int64_t now)
{
	char place[TEXT_SIZE];

	place_key(source, place);
	source->host = store_host_add(c->store, key);
	if (source->host == NULL)
		return;
	take_name(c, &source->agent->address,
	          source->name[0] != '\0' ? source->name : key, place,
	          source->host_name);
	store_host_announce(source->host, source->host_name);
	collector_tell_member(c, EVENT_JOINED, &source->agent->address,
	                      source->host_name, &source->member, now);
}

/* A virtual machine stays itself when it moves, by its UUID: who says it now has
 * it. If it is then still heard from where it was, there are two of one UUID,
 * and this one is known by where it is; as is one without a UUID. */
static struct store_host *
machine_host(struct collector *c, struct source *source, int64_t now,
             bool *refused)
{
	static const uint8_t none[16];
	bool has_uuid = memcmp(source->uuid, none, 16) != 0;
	struct source *other = NULL;
	char key[TEXT_SIZE];

	if (source->host != NULL)
		return source->host;
	if (source->moved_ms != 0 && now - source->moved_ms < SETTLE_MS)
		return NULL; /* its last words from there */
	member_init(&source->member, c->agents.loss, now);
	if (has_uuid)
		other = agents_find_uuid(&c->agents, source->uuid);
	if (other != NULL && source->moved_ms == 0) {
		move_host(c, other, source, now);
		return source->host;
	}
	place_key(source, key);
	if (other != NULL)
		collector_tell(c, EVENT_SAME_UUID, &source->agent->address, 0,
		               source->name);
	else if (has_uuid)
		text_uuid(source->uuid, key);
	new_machine_host(c, source, key, now);
	if (other == NULL && has_uuid && source->host != NULL)
		agents_set_uuid(&c->agents, source);
	*refused = source->host == NULL;
	return source->host;
}

static struct source *
prefix_holder(const struct source *source, const char *prefix)
{
	struct source *other;

	DL_FOREACH(source->agent->sources, other)
		if (other != source && strcmp(other->prefix, prefix) == 0)
			return other;
	return NULL;
}

/* What calls itself by a name has that as its prefix, but for web servers and
 * memcacheds, whose name would be their machine's. */
static bool
goes_by_name(const struct source *source, enum kind kind)
{
	return source->name[0] != '\0' && kind != KIND_HTTP &&
	       kind != KIND_MEMCACHE;
}

/* A port's name goes to who says last that it has it: ports get new numbers when
 * a switch is restarted, and the old one will say what it is called now. One that
 * still claims it is told apart from then on. */
static void
take_over(struct source *source, const char *prefix)
{
	struct source *holder = prefix_holder(source, prefix);

	if (holder == NULL || !is_port(source) || !is_port(holder) ||
	    source->contested)
		return;
	source_detach(holder, NULL);
	holder->contested = true;
}

/* A name, else the index of the data source; where two are alike, with more of
 * what tells them apart. */
static void
choose_prefix(struct source *source, enum kind kind)
{
	bool by_name = goes_by_name(source, kind);
	unsigned index = source->key.id.index, more;
	char prefix[TEXT_SIZE], longest[TEXT_SIZE];

	snprintf(prefix, sizeof(prefix), "%s%u",
	         source->key.id.class == SOURCE_VLAN ? "vlan" : "", index);
	if (by_name) {
		strcpy(prefix, source->name);
		take_over(source, prefix);
	}
	if (by_name && prefix_holder(source, prefix) != NULL)
		snprintf(prefix, sizeof(prefix), "%.50s-%u", source->name,
		         index);
	if (prefix_holder(source, prefix) != NULL)
		snprintf(prefix, sizeof(prefix), "%.20s-%u-%u-%u",
		         by_name ? source->name : kinds[kind].name,
		         source->key.sub_agent->key.id, source->key.id.class,
		         index);
	strcpy(longest, prefix);
	for (more = 2; prefix_holder(source, prefix) != NULL; more++)
		snprintf(prefix, sizeof(prefix), "%.50s-%u", longest, more);
	strcpy(source->prefix, prefix);
}

/* Whether the administrator wants to see the port, by its own name. */
static bool
is_wanted(const struct collector *c, const struct source *source)
{
	const char *port =
	    source->name[0] != '\0' ? source->name : source->prefix;
	const regex_t *only = c->config.ports, *not = c->config.ports_except;

	return !is_port(source) ||
	       ((only == NULL || regexec(only, port, 0, NULL, 0) == 0) &&
	        (not == NULL || regexec(not, port, 0, NULL, 0) != 0));
}

static bool
is_bare(const struct collector *c, const struct source *source,
        enum kind kind)
{
	enum naming naming = kinds[kind].naming;
	bool of_port = source->key.id.class == SOURCE_INTERFACE ||
	               source->key.id.class == SOURCE_VLAN;

	return naming != NAMING_ALWAYS && !c->config.multiple[kind] &&
	       (naming == NAMING_MACHINE || !of_port);
}

/* The prefix of the source's metrics of this kind on its agent's host. */
static const char *
instance_prefix(struct collector *c, struct source *source, enum kind kind)
{
	struct agent *agent = source->agent;
	bool bare = is_bare(c, source, kind);

	if (bare && agent->first[kind] == NULL)
		agent->first[kind] = source;
	if (bare && agent->first[kind] == source)
		return "";
	if (source->prefix[0] == '\0') {
		choose_prefix(source, kind);
		source->unwanted = !is_wanted(c, source);
	}
	if (bare && !agent->told[kind]) {
		agent->told[kind] = true;
		collector_tell(c, EVENT_INSTANCE, &agent->address, kind,
		               source->prefix);
	}
	return source->prefix;
}

static struct store_block *
add_block(struct store_host *host, const struct source *source,
          const struct counters *counters, const char *prefix)
{
	struct store_instance instance = {.prefix = prefix, .part = ""};
	char part[STORE_PART];

	if (counters->layout->each != NULL) {
		snprintf(part, sizeof(part), "%s%u", counters->layout->each,
		         counters->part);
		instance.part = part;
	}
	if (is_port(source) && prefix[0] != '\0')
		instance.group = "port";
	return store_block_add(host, counters->layout, &instance);
}

struct store_block *
instance_block(struct collector *c, struct source *source,
               const struct counters *counters, int64_t now, bool *refused)
{
	enum kind kind = counters->layout->kind;
	bool own = kind == KIND_VM && c->config.vm == VM_HOST;
	struct store_block *block;
	struct store_host *host;
	const char *prefix = "";

	*refused = false;
	if (own) {
		host = machine_host(c, source, now, refused);
	} else {
		host = agent_host(c, source->agent);
		*refused = host == NULL;
	}
	if (host == NULL)
		return NULL;
	if (!own)
		prefix = instance_prefix(c, source, kind);
	if (source->unwanted || (counters->layout->alone && prefix[0] != '\0'))
		return NULL;
	block = add_block(host, source, counters, prefix);
	if (block == NULL) {
		*refused = true;
		collector_tell(c, EVENT_AT_BOUND, &source->agent->address, 2,
		               "max_metrics");
	}
	return block;
}

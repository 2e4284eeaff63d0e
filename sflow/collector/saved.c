/* Over a restart: what is kept of the hosts, and how they begin again. */
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "sflow/collector/collector_internal.h"

/* When a host was last heard changes all the time; so it is saved with something
 * else, or when what is saved is as old as this. */
#define HEARD_AGAIN_MS 300000
#define FEW_DATAGRAMS 3 /* an agent heard so often is no passer-by */

/* Whether what is known differs from what was saved. */
static bool
is_unsaved(const struct kept *kept, const struct member *m)
{
	uint32_t apart = kept->interval_ms > m->interval_ms
	                     ? kept->interval_ms - m->interval_ms
	                     : m->interval_ms - kept->interval_ms;

	return !kept->saved || kept->down != (m->state == MEMBER_DOWN) ||
	       apart > m->interval_ms / 4 ||
	       m->heard_ms - kept->heard_ms >= HEARD_AGAIN_MS;
}

static void
note_saved(struct kept *kept, const struct member *m)
{
	*kept = (struct kept){.stored = true,
	                      .saved = true,
	                      .down = m->state == MEMBER_DOWN,
	                      .interval_ms = m->interval_ms,
	                      .heard_ms = m->heard_ms};
}

static void
save_member(const struct collector *c, struct kept *kept,
            const struct member *m, const struct store_host *host,
            struct collector_saved *saved)
{
	struct store_info info = {.started_s = 0};

	if (host != NULL)
		store_host_info((struct store_host *)(uintptr_t)host, &info);
	saved->heard_ms = m->heard_ms + c->wall_ms;
	saved->started_s = info.started_s;
	if (m->interval_ms != INTERVAL_UNKNOWN_MS) {
		saved->interval_ms = m->interval_ms;
		saved->jitter_ms = m->jitter_ms;
	}
	saved->loss = m->loss;
	saved->down = m->state == MEMBER_DOWN;
	note_saved(kept, m);
}

static void
save_agent(struct collector *c, struct agent *agent,
           struct collector_saved *saved)
{
	memset(saved, 0, sizeof(*saved));
	saved->agent = agent->address;
	strcpy(saved->name, agent->called);
	strcpy(saved->shown, agent->name);
	saved->first_ms = agent->first_ms + c->wall_ms;
	save_member(c, &agent->kept, &agent->member, agent->host, saved);
}

static void
save_source(struct collector *c, struct source *source,
            struct collector_saved *saved)
{
	struct machine *m = source->machine;

	memset(saved, 0, sizeof(*saved));
	saved->machine = true;
	saved->agent = source->agent->address;
	saved->sub_agent = source->key.sub_agent->key.id;
	saved->source_class = source->key.id.class;
	saved->source_index = source->key.id.index;
	memcpy(saved->uuid, source->uuid, sizeof(saved->uuid));
	strcpy(saved->name, source->name);
	strcpy(saved->shown, m->name);
	saved->first_ms = m->first_ms + c->wall_ms;
	save_member(c, &m->kept, &m->member, m->host, saved);
}

static bool
agent_has_news(const struct agent *agent)
{
	return agent->name[0] != '\0' && agent->host != NULL &&
	       is_unsaved(&agent->kept, &agent->member);
}

static bool
source_has_news(const struct source *source)
{
	const struct machine *m = source->machine;

	return source_host(source) != NULL && is_unsaved(&m->kept, &m->member);
}

/* The agent and its virtual machines, as far as there is room; false where there
 * was not enough. */
static bool
save_all_of(struct collector *c, struct agent *agent,
            struct collector_saved *saved, size_t room, size_t *n)
{
	struct source *source;

	if (agent_has_news(agent)) {
		if (*n == room)
			return false;
		save_agent(c, agent, &saved[(*n)++]);
	}
	if (c->config.vm == VM_HOST)
		DL_FOREACH(agent->sources, source)
			if (source_has_news(source)) {
				if (*n == room)
					return false;
				save_source(c, source, &saved[(*n)++]);
			}
	return true;
}

static void
save_forgotten(struct collector *c, struct collector_saved *saved, size_t room,
               size_t *n)
{
	struct forgotten *forgotten;

	while (*n < room && (forgotten = c->agents.forgotten) != NULL) {
		saved[(*n)++] = (struct collector_saved){
		    .gone = true,
		    .machine = forgotten->machine,
		    .agent = forgotten->agent,
		    .sub_agent = forgotten->sub_agent,
		    .source_class = forgotten->source.class,
		    .source_index = forgotten->source.index};
		c->agents.forgotten = forgotten->next;
		free(forgotten);
	}
}

/* A round goes once over all agents: what changes behind it comes in the next one. So
 * it comes to its end, however much changes meanwhile. */
size_t
collector_save(struct collector *c, struct collector_saved *saved, size_t room)
{
	struct agents *agents = &c->agents;
	struct agent *agent = agents->save_next;
	size_t n = 0;

	if (agents->saved_all) {
		agents->saved_all = false;
		return 0;
	}
	save_forgotten(c, saved, room, &n);
	if (agent == NULL)
		agent = agents->agents;
	for (; agent != NULL; agent = agent->hh.next)
		if (!save_all_of(c, agent, saved, room, &n))
			break;
	agents->save_next = agent;
	agents->saved_all = agent == NULL && n > 0 && agents->forgotten == NULL;
	return n;
}

void
collector_unsaved(struct collector *c)
{
	struct agent *agent, *next;
	struct source *source;

	agents_drop_forgotten(&c->agents);
	c->agents.save_next = NULL;
	c->agents.saved_all = false;
	HASH_ITER(hh, c->agents.agents, agent, next) {
		agent->kept = (struct kept){0};
		DL_FOREACH(agent->sources, source)
			if (source->machine != NULL)
				source->machine->kept = (struct kept){0};
	}
}

/* Restoring ------------------------------------------------------------------------ */

/* What was saved, as a heartbeat: nobody listened until now, so one that was up is
 * expected from now on. */
static void
restore_member(struct collector *c, struct member *m,
               const struct collector_saved *saved, int64_t now)
{
	struct rhythm rhythm = {.interval_ms = saved->interval_ms,
	                        .jitter_ms = saved->jitter_ms};

	member_init(m, saved->loss, now);
	member_expect(m, &rhythm);
	m->heard_ms = saved->heard_ms - c->wall_ms;
	if (m->heard_ms > now)
		m->heard_ms = now; /* the clock was set back */
	if (saved->down) {
		m->state = MEMBER_DOWN;
		m->watched_ms = m->heard_ms;
	}
}

/* It is in the file; as it is now, unless it was heard before it was restored. */
static void
keep(struct kept *kept, const struct member *m, bool heard)
{
	note_saved(kept, m);
	kept->saved = !heard;
}

/* One that sends no name has the one that it is given, as that is now. */
static const char *
name_to_show(const struct collector *c, const struct collector_saved *saved)
{
	const char *given = NULL;

	if (saved->name[0] == '\0')
		given = name_list_find(c->config.names, &saved->agent);
	return given != NULL ? given : saved->shown;
}

static int
restore_agent(struct collector *c, const struct collector_saved *saved,
              struct agent *agent, int64_t now)
{
	bool heard = agent->datagrams > 0;

	if (agent->name[0] != '\0')
		return -1; /* it is there already */
	if (!heard)
		restore_member(c, &agent->member, saved, now);
	if (agent->datagrams < FEW_DATAGRAMS)
		agent->datagrams = FEW_DATAGRAMS;
	agent->first_ms = saved->first_ms - c->wall_ms;
	agent->interval_ms = saved->interval_ms;
	agent->jitter_ms = saved->jitter_ms;
	agent_set_called(agent, saved->name);
	agent_takes_name(c, agent, name_to_show(c, saved));
	agent->kept.stored = true;
	if (agent_host(c, agent) == NULL)
		return -1;
	show_member(c, agent->host, &agent->member, saved->started_s, now);
	if (strcmp(agent->name, saved->shown) == 0)
		keep(&agent->kept, &agent->member, heard);
	return 0;
}

static int
restore_machine(struct collector *c, const struct collector_saved *saved,
                struct agent *agent, int64_t now)
{
	struct source_id id = {.class = saved->source_class,
	                       .index = saved->source_index};
	struct sub_agent *sub =
	    agents_sub_agent(&c->agents, agent, saved->sub_agent);
	struct source *source = NULL;
	struct machine *m;

	if (sub != NULL)
		source = agents_source(&c->agents, sub, id, now);
	if (source == NULL || source->counters_ms != 0 ||
	    source_host(source) != NULL || (m = source_machine(source)) == NULL)
		return -1;
	source_set_name(source, saved->name);
	memcpy(source->uuid, saved->uuid, sizeof(source->uuid));
	restore_member(c, &m->member, saved, now);
	if (saved->interval_ms != 0)
		rhythm_begin(&source->rhythm, saved->interval_ms,
		             saved->jitter_ms);
	source->heard_ms = m->member.heard_ms;
	m->first_ms = saved->first_ms - c->wall_ms;
	m->kept.stored = true;
	machine_takes_host(c, source, saved->shown);
	if (m->host == NULL)
		return -1;
	show_member(c, m->host, &m->member, saved->started_s, now);
	if (strcmp(m->name, saved->shown) == 0)
		keep(&m->kept, &m->member, false);
	return 0;
}

/* Whether the host is not to be seen any more. */
static bool
is_unwanted(const struct collector *c, const struct collector_saved *saved,
            int64_t now)
{
	return now + c->wall_ms - saved->heard_ms > c->config.host_dmax_ms ||
	       (saved->machine ? c->config.vm != VM_HOST
	                       : saved->shown[0] == '\0');
}

int
collector_restore(struct collector *c, const struct collector_saved *saved,
                  int64_t now)
{
	struct agent *agent;

	if (is_unwanted(c, saved, now))
		return -1;
	agent = agents_agent(&c->agents, &saved->agent, now);
	if (agent == NULL)
		return -1;
	agent_finds_cluster(c, agent);
	return saved->machine ? restore_machine(c, saved, agent, now)
	                      : restore_agent(c, saved, agent, now);
}

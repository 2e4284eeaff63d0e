#include "sflow/collector/host.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sflow/collector/collector_internal.h"
#include "sflow/collector/kept.h"
#include "sflow/hash.h"

/* Bytes of a place behind a name that another host has, with its NUL. */
#define PLACE_SIZE 41

void
host_address_key(const struct address *address, char key[TEXT_SIZE])
{
	char text[ADDRESS_TEXT], *colon;

	/* A name must not begin with a dash, so ::1 is written 0::1. */
	address_text(address, text);
	snprintf(key, TEXT_SIZE, "%s%s", text[0] == ':' ? "0" : "", text);
	while ((colon = strchr(key, ':')) != NULL)
		*colon = '-';
}

/* Two IPv6 addresses are too long for a key, so the second is shortened to a hash. */
void
host_agent_key(const struct host *host, char key[TEXT_SIZE])
{
	const struct address *packets = &host->key.packets;
	char agent[TEXT_SIZE], source[TEXT_SIZE];
	uint64_t hash = UINT64_C(14695981039346656037);
	size_t i;

	host_address_key(&host->key.agent, agent);
	if (packets->type == ADDRESS_UNKNOWN) {
		strcpy(key, agent);
		return;
	}
	host_address_key(packets, source);
	for (i = 0; i < sizeof(packets->bytes); i++)
		hash = (hash ^ packets->bytes[i]) * UINT64_C(1099511628211);
	if (strlen(agent) + strlen(source) + 2 > TEXT_SIZE)
		snprintf(source, TEXT_SIZE, "%016" PRIx64, hash);
	snprintf(key, TEXT_SIZE, "%.39s-%.24s", agent, source);
}

void
host_place(const struct host *host, char place[TEXT_SIZE])
{
	char agent[TEXT_SIZE], whole[TEXT_SIZE + sizeof("-4294967295-4294967295")];

	host_agent_key(host, agent);
	if (!host->key.machine) {
		strcpy(place, agent);
		return;
	}
	snprintf(whole, sizeof(whole), "%s-%u-%u", agent, host->key.source.class,
	         host->key.source.index);
	text_shorten(whole, TEXT_SIZE, place);
}

/* Adds an event about the host with this name, which is its own or would be. */
static struct event *
tell_named(struct collector *c, const struct host *host, enum event_kind kind,
           const char *name)
{
	struct event *event = collector_tell(c, kind, &host->key.agent);

	event->cluster = host->cluster;
	strcpy(event->host, name);
	return event;
}

struct event *
host_tell_names(struct collector *c, const struct host *host, enum event_kind kind)
{
	return host_is_named(host) ? tell_named(c, host, kind, host->name)
	                           : collector_tell(c, kind, &host->key.agent);
}

void
host_spelling(const struct collector *c, const char *name, char spelled[TEXT_SIZE])
{
	char *at;

	strcpy(spelled, name);
	for (at = spelled; c->config.lower_case && *at != '\0'; at++)
		if (*at >= 'A' && *at <= 'Z')
			*at = (char)(*at - 'A' + 'a');
}

void
host_called(const struct collector *c, unsigned cluster, const char *name,
            char called[TEXT_SIZE])
{
	const char *is;

	host_spelling(c, name, called);
	is = renamings_find(&c->hosts.renamings, cluster, name);
	if (is == NULL)
		is = renamings_find(&c->hosts.renamings, cluster, called);
	if (is != NULL)
		host_spelling(c, is, called);
}

/* Takes the name `alone` for the host; where another host of its cluster has that
 * name, `alone` followed by the host's place. Writes the name that was taken. */
static void
take_name(struct collector *c, struct host *host, const char *alone,
          char name[TEXT_SIZE])
{
	char whole[TEXT_SIZE], place[PLACE_SIZE];

	strcpy(name, alone);
	if (hosts_take_name(&c->hosts, host->cluster, name, host))
		return;
	host_place(host, whole);
	text_shorten(whole, PLACE_SIZE, place);
	snprintf(name, TEXT_SIZE, "%.*s-%s", (int)(TEXT_SIZE - 2 - strlen(place)),
	         alone, place);
	hosts_take_numbered(&c->hosts, host, name);
	collector_tell_same_name(c, host, alone, name);
}

/* Takes the host's name away, so that other hosts may have it. */
static void
return_name(struct collector *c, struct host *host)
{
	if (host_is_named(host))
		hosts_return_name(&c->hosts, host->cluster, host->name);
	text_keep(&host->name, "");
}

/* Gives the host the name `alone`, or one that begins with it, but does not show it. */
static void
give_name(struct collector *c, struct host *host, const char *alone)
{
	char name[TEXT_SIZE];

	take_name(c, host, alone, name);
	if (!text_keep(&host->name, name))
		hosts_return_name(&c->hosts, host->cluster, name);
	host->kept.saved = false;
	store_former_used(c->store, host->cluster, name);
}

static void
announce(struct host *host)
{
	if (host->shown != NULL && host_is_named(host))
		store_host_announce(host->shown, host->name);
}

void
host_set_name(struct collector *c, struct host *host, const char *wanted)
{
	char alone[TEXT_SIZE];

	host_called(c, host->cluster, wanted, alone);
	give_name(c, host, alone);
	announce(host);
}

void
host_keep_name(struct collector *c, struct host *host, const char *wanted)
{
	char alone[TEXT_SIZE];

	host_spelling(c, wanted, alone);
	give_name(c, host, alone);
	announce(host);
}

static void
tell_renamed(struct collector *c, const struct host *host, const char *was, int64_t now)
{
	strcpy(host_tell(c, host, EVENT_RENAMED, now)->of.membership.old_name, was);
	if (host_is_named(host))
		store_former_renamed(c->store, host->cluster, was, host->name);
}

void
host_rename(struct collector *c, struct host *host, const char *wanted, int64_t now)
{
	bool renamed = host_is_named(host);
	char was[TEXT_SIZE];

	strcpy(was, host->name);
	return_name(c, host);
	if (renamed)
		host_leave(host);
	host_set_name(c, host, wanted);
	if (!renamed)
		host_tell(c, host, EVENT_JOINED, now);
	else if (strcmp(host->name, was) != 0)
		tell_renamed(c, host, was, now);
}

/* In the store --------------------------------------------------------------------- */

void
host_init(struct host *host, const struct host_kind *kind, const struct host_key *key,
          double loss, int64_t now)
{
	*host = (struct host){.kind = kind,
	                      .key = *key,
	                      .name = text_none,
	                      .first_ms = now,
	                      .own_ms = now};
	member_init(&host->member, loss, now);
}

void
host_confirm(struct host *host)
{
	if (host->shown != NULL)
		store_host_confirm(host->shown);
}

struct store_host *
host_enter(struct collector *c, struct host *host)
{
	char key[TEXT_SIZE];

	if (host->shown != NULL)
		return host->shown;
	host->kind->store_key(host, key);
	host->shown = store_host_add(
	    c->store, key, host->key.machine ? NULL : &host->key.agent, host->cluster);
	if (host->shown != NULL && host->kind->is_confirmed(host))
		store_host_confirm(host->shown);
	if (host->shown != NULL && host_is_named(host))
		store_host_announce(host->shown, host->name);
	return host->shown;
}

void
host_leave(struct host *host)
{
	if (host->shown == NULL)
		return;
	host->kind->detach(host);
	store_host_gone(host->shown);
	host->shown = NULL;
}

void
host_call(struct collector *c, struct host *host, const char *wanted, int64_t now)
{
	struct store_info info = {.started_s = 0};
	bool shown = host->shown != NULL;
	char was[TEXT_SIZE], alone[TEXT_SIZE];

	strcpy(was, host->name);
	host_spelling(c, wanted, alone);
	if (shown)
		store_host_info(host->shown, &info);
	return_name(c, host);
	give_name(c, host, alone);
	if (strcmp(host->name, was) == 0)
		return;
	if (shown &&
	    !(host_is_named(host) && store_host_rename(host->shown, host->name))) {
		host_leave(host);
		host_enter(c, host); /* it may be down: no sample would bring it back */
		host_show_member(c, host, info.started_s, now);
	}
	tell_renamed(c, host, was, now);
}

void
host_remove(struct collector *c, struct host *host)
{
	return_name(c, host);
	hosts_forget(&c->hosts, host);
	host_leave(host);
}

void
host_hand_over(struct collector *c, struct host *from, struct host *to)
{
	hosts_give_name(&c->hosts, from->cluster, from->name, to);
	from->kind->detach(from);
	hosts_forget(&c->hosts, from);
	to->shown = from->shown;
	to->name = from->name;
	to->cluster = from->cluster;
	to->first_ms = from->first_ms;
	to->member.heard_ms = to->silent_ms = from->member.heard_ms;
	to->own_ms = from->own_ms;
	to->told_down = from->told_down;
	from->shown = NULL;
	from->name = text_none;
}

/* Clusters ------------------------------------------------------------------------- */

void
host_depart(struct collector *c, struct host *host, unsigned cluster)
{
	if (host_is_named(host)) {
		hosts_return_name(&c->hosts, host->cluster, host->name);
		renamings_move(&c->hosts.renamings, host->cluster, cluster, host->name);
	}
	host->cluster = cluster;
	host->moves = true;
}

void
host_arrive(struct collector *c, struct host *host, int64_t now)
{
	struct store_info info = {.started_s = 0};
	char was[TEXT_SIZE];

	if (!host->moves)
		return;
	host->moves = false;
	if (!host_is_named(host) ||
	    hosts_take_name(&c->hosts, host->cluster, host->name, host)) {
		if (host->shown != NULL)
			store_host_move(host->shown, host->cluster);
		return;
	}
	strcpy(was, host->name);
	if (host->shown != NULL)
		store_host_info(host->shown, &info);
	host_leave(host);
	host_keep_name(c, host, was);
	host_enter(c, host);
	host_show_member(c, host, info.started_s, now);
	tell_renamed(c, host, was, now);
}

/* The heartbeat -------------------------------------------------------------------- */

/* Returns how many missing heartbeats mean down: those that are configured, or that the
 * host's own losses ask for, or this machine's. Of a young host the losses are not known
 * yet: they are those of its neighbours. */
static unsigned
misses_of(const struct collector *c, const struct member *m)
{
	unsigned misses = member_misses(m, c->config.misses);
	unsigned others = m->heard < MEMBER_YOUNG
	                      ? member_misses_for(m, c->hosts.loss, c->hosts.again)
	                      : 0;
	unsigned most = c->losing > others ? c->losing : others;

	return c->config.misses == 0 && most > misses ? most : misses;
}

struct event *
host_tell(struct collector *c, const struct host *host, enum event_kind kind,
          int64_t now)
{
	struct event *event = tell_named(c, host, kind, host->name);
	const struct member *m = &host->member;

	count(&c->stats.events);
	event->of.membership.heard_ms = m->heard_ms;
	event->of.membership.interval_ms = m->interval_ms;
	event->values.now = event->values.peak = member_missed(m, now);
	event->values.limit = misses_of(c, m);
	return event;
}

/* Tells that the host is down, or has returned, unless that was told. If too many such
 * events wait already, the next tick tells it: no death is lost. */
static void
tell_state(struct collector *c, struct host *host, int64_t now)
{
	bool down = host->member.state == MEMBER_DOWN;
	enum event_kind kind = down ? EVENT_DOWN : EVENT_RETURNED;
	struct event *event;

	if (down == host->told_down || !host_is_named(host) ||
	    !events_has_room(&c->events, kind))
		return;
	event = host_tell(c, host, kind, now);
	if (!down)
		event->of.membership.heard_ms = host->silent_ms;
	if (events_is_waiting(&c->events, event))
		host->told_down = down;
}

void
host_heard(struct collector *c, struct host *host, uint32_t lost, int64_t started_s,
           int64_t now)
{
	int64_t before = host->member.heard_ms;

	host->own_ms = now;
	if (member_heard(&host->member, lost, now) == MEMBER_RETURNED) {
		host->silent_ms = before;
		tell_state(c, host, now);
	}
	if (host->shown != NULL)
		store_host_heard(host->shown, started_s, now);
}

/* Returns after how many ms of silence the member is down. */
static int64_t
down_after(const struct collector *c, const struct member *member)
{
	return member_down_at(member, misses_of(c, member)) - member->heard_ms;
}

void
host_show_member(const struct collector *c, struct host *host, int64_t started_s,
                 int64_t now)
{
	const struct member *m = &host->member;

	if (host->shown == NULL)
		return;
	store_host_heard(host->shown, started_s, m->heard_ms);
	store_host_tick(host->shown, m->state != MEMBER_DOWN, down_after(c, m), now);
}

bool
host_tick(struct collector *c, struct host *host, int64_t now)
{
	struct member *m = &host->member;
	enum member_change change;

	if (host->shown == NULL)
		return false;
	if (!store_host_announced(host->shown) && host_is_named(host))
		/* host_enter() had no memory for the name */
		store_host_announce(host->shown, host->name);
	if (!store_host_announced(host->shown))
		return false;
	if (c->deaf_until_ms != 0)
		member_deaf(m, c->deaf_since_ms, c->deaf_until_ms);
	change = member_tick(m, misses_of(c, m), now);
	if (change == MEMBER_IS_LATE)
		host_tell(c, host, EVENT_LATE, now);
	tell_state(c, host, now);
	store_host_tick(host->shown, m->state != MEMBER_DOWN, down_after(c, m), now);
	return true;
}

/* Over a restart ------------------------------------------------------------------- */

void
host_restore_member(const struct collector *c, struct host *host,
                    const struct collector_saved *saved, int64_t now)
{
	struct rhythm rhythm = {0};
	struct member *m = &host->member;

	if (saved->interval_ms != 0)
		rhythm_begin(&rhythm, saved->interval_ms, saved->jitter_ms);
	member_init(m, saved->loss, now);
	member_expect(m, &rhythm);
	m->heard_ms = saved->heard_ms - c->wall_ms;
	if (m->heard_ms > now)
		m->heard_ms = now; /* the clock was set back */
	host->own_ms = m->heard_ms;
	host->contested = true;
	host->told_down = saved->down;
	host->silent_ms = m->heard_ms;
	if (saved->down) {
		m->state = MEMBER_DOWN;
		m->watched_ms = m->heard_ms;
	}
}

int
host_restore(struct collector *c, struct host *host,
             const struct collector_saved *saved, const char *wanted, bool heard,
             int64_t now)
{
	host->first_ms = saved->first_ms - c->wall_ms;
	if (host->first_ms > now)
		host->first_ms = now; /* the clock was set back */
	host_keep_name(c, host, wanted);
	host->kept.stored = true;
	if (!host_is_named(host) || host_enter(c, host) == NULL)
		return -1;
	host_show_member(c, host, saved->started_s, now);
	if (strcmp(host->name, saved->shown) == 0) {
		host_note_saved(host);
		host->kept.saved = !heard;
	}
	return 0;
}

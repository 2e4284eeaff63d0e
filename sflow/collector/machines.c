#include "sflow/collector/machines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sflow/collector/clusters.h"
#include "sflow/collector/collector_internal.h"
#include "sflow/hash.h"

/* After a move, the old hypervisor may still report it so long. */
#define SETTLE_MS 5000
/* While it is moved, both may, for so many intervals: what is on two for longer are two. */
#define MOVING_INTERVALS 10
#define MOVING_MOST_MS 300000

/* A virtual machine that is a host of its own, or was. */
struct machine {
	struct host host; /* first, so that a cast finds the machine of a host */
	struct source *source;
	int64_t moved_ms;  /* when another source took its host over; 0: never */
	int64_t claims_ms; /* when it was first heard while another source has a machine
	                    * of its UUID; 0: it does not wait */
	int64_t claimed_ms; /* and when it was last heard so */
	uint8_t uuid[16];
	bool by_uuid;      /* it is in the table by UUID */
	UT_hash_handle hh; /* in that table */
};

static const uint8_t no_uuid[16];

static struct machine *
machine_of(const struct source *source)
{
	return source_slot(source, SLOT_MACHINE);
}

struct host *
machine_host(const struct source *source)
{
	struct machine *m = machine_of(source);

	return m != NULL && host_is_named(&m->host) ? &m->host : NULL;
}

struct source *
machine_source(const struct host *host)
{
	return ((const struct machine *)host)->source;
}

/* The kind of host that machines are ----------------------------------------------- */

/* Another sub-agent of this agent has one in the same place, which is its key. */
static bool
place_is_taken(const struct machine *m)
{
	struct source *other = NULL;

	while ((other = source_alike(m->source, other)) != NULL) {
		const struct machine *there = machine_of(other);

		if (there != NULL && there->host.shown != NULL && !there->by_uuid)
			return true;
	}
	return false;
}

static void
store_key(const struct host *host, char key[TEXT_SIZE])
{
	const struct machine *m = (const struct machine *)host;
	size_t len;

	if (m->by_uuid) {
		text_uuid(m->uuid, key);
		return;
	}
	host_place(host, key);
	len = strlen(key);
	if (place_is_taken(m))
		snprintf(key + len, TEXT_SIZE - len, "-%u", host->key.sub_agent);
}

static void
detach(struct host *host)
{
	struct machine *m = (struct machine *)host;

	source_remove_blocks(m->source, host->shown);
}

static void
describe(const struct host *host, struct collector_saved *saved)
{
	const struct source *source = ((const struct machine *)host)->source;

	strcpy(saved->name, source_name(source));
	memcpy(saved->uuid, source_uuid(source), sizeof(saved->uuid));
}

static bool
is_confirmed(const struct host *host)
{
	return agent_is_confirmed(source_agent(((const struct machine *)host)->source));
}

static const struct host_kind kind = {.store_key = store_key,
                                      .is_confirmed = is_confirmed,
                                      .detach = detach,
                                      .describe = describe};

/* UUIDs ------------------------------------------------------------------------------ */

static struct machine *
find_uuid(const struct collector *c, const uint8_t uuid[16])
{
	struct machine *m = NULL;

	if (memcmp(uuid, no_uuid, sizeof(no_uuid)) != 0)
		HASH_FIND(hh, c->machines, uuid, sizeof(m->uuid), m);
	return m;
}

/* Puts the machine into the table by its source's UUID, unless it has no UUID, or
 * another machine is there under that UUID. */
static void
claim_uuid(struct collector *c, struct machine *m)
{
	memcpy(m->uuid, source_uuid(m->source), sizeof(m->uuid));
	if (memcmp(m->uuid, no_uuid, sizeof(no_uuid)) == 0 ||
	    find_uuid(c, m->uuid) != NULL)
		return;
	HASH_ADD(hh, c->machines, uuid, sizeof(m->uuid), m);
	m->by_uuid = m->hh.tbl != NULL;
}

static void
return_uuid(struct collector *c, struct machine *m)
{
	if (!m->by_uuid)
		return;
	HASH_DELETE(hh, c->machines, m);
	m->by_uuid = false;
}

/* Joining, moving, leaving ----------------------------------------------------------- */

unsigned
machine_cluster(const struct collector *c, const struct source *source)
{
	return c->config.vm_cluster != CLUSTER_OF_AGENT
	           ? c->config.vm_cluster
	           : agent_host(source_agent(source))->cluster;
}

static struct machine *
machine_new(const struct collector *c, struct source *source, int64_t now)
{
	const struct host_key *of = &agent_host(source_agent(source))->key;
	struct host_key key = {.agent = of->agent,
	                       .packets = of->packets,
	                       .apart = of->apart,
	                       .machine = true,
	                       .sub_agent = source_sub_agent_id(source),
	                       .source = source_id(source)};
	struct machine *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	host_init(&m->host, &kind, &key, c->hosts.loss, now);
	m->source = source;
	source_set_slot(source, SLOT_MACHINE, m);
	return m;
}

struct host *
machine_prepare(struct collector *c, struct source *source, int64_t now)
{
	struct machine *m = machine_of(source);

	if (m == NULL)
		m = machine_new(c, source, now);
	return m != NULL ? &m->host : NULL;
}

/* Returns the name that the machine sends, or its key where it sends none. */
static const char *
wanted_name(const struct machine *m, char key[TEXT_SIZE])
{
	const char *name = source_name(m->source);

	if (name[0] != '\0')
		return name;
	store_key(&m->host, key);
	return key;
}

/* Returns whether the machine got a name. Without memory for one it is no host, and
 * begins anew with its next sample. */
static bool
has_name(struct collector *c, struct machine *m)
{
	if (!host_is_named(&m->host))
		machine_remove(c, m->source);
	return host_is_named(&m->host);
}

/* Makes the machine a host. Returns false at a bound or without memory, and then it is
 * none. */
static bool
begin(struct collector *c, struct machine *m)
{
	char key[TEXT_SIZE];

	m->host.cluster = machine_cluster(c, m->source);
	claim_uuid(c, m);
	if (host_enter(c, &m->host) == NULL) {
		return_uuid(c, m);
		return false;
	}
	host_set_name(c, &m->host, wanted_name(m, key));
	return has_name(c, m);
}

void
machine_remove(struct collector *c, struct source *source)
{
	struct machine *m = machine_of(source);

	if (m == NULL)
		return;
	host_remove(c, &m->host);
	return_uuid(c, m);
}

/* Gives the host of a virtual machine that is now reported by another hypervisor to the
 * machine there. Where another host of the new cluster has its name, it gets another. */
static void
move(struct collector *c, struct machine *from, struct machine *to, int64_t now)
{
	unsigned cluster = machine_cluster(c, to->source);
	struct event *event;

	event = host_tell(c, &from->host, EVENT_MOVED, now);
	event->of.membership.old_agent = event->agent;
	event->agent = to->host.key.agent;
	host_hand_over(c, &from->host, &to->host);
	from->moved_ms = now;
	return_uuid(c, from);
	claim_uuid(c, to);
	if (cluster != to->host.cluster) {
		host_depart(c, &to->host, cluster);
		renamings_settle(&c->hosts.renamings);
		host_arrive(c, &to->host, now);
	}
}

static void
tell_same_uuid(struct collector *c, const struct machine *m)
{
	struct event *event = collector_tell(c, EVENT_SAME_UUID, &m->host.key.agent);

	event->cluster = machine_cluster(c, m->source);
	strcpy(event->host, source_name(m->source));
}

/* What becomes of a source that reports a virtual machine whose UUID another source has. */
enum claim { CLAIM_WAITS, CLAIM_MOVES, CLAIM_IS_ANOTHER };

/* Returns for how long both may report it while it is moved. */
static int64_t
moving_ms(const struct machine *other)
{
	int64_t ms = (int64_t)other->host.member.interval_ms * MOVING_INTERVALS;

	return ms < MOVING_MOST_MS ? ms : MOVING_MOST_MS;
}

/* Where the hypervisor that had the machine is late with it, it has moved. Until then the
 * claim waits: so nobody takes a machine away by its UUID alone. Where both have reported it
 * for longer than a move takes, they are two of that UUID. */
static enum claim
judge(const struct machine *m, const struct machine *other, int64_t now)
{
	if (other->host.member.heard_ms > m->claims_ms &&
	    now - m->claims_ms >= moving_ms(other))
		return CLAIM_IS_ANOTHER;
	return other->host.member.state == MEMBER_UP ? CLAIM_WAITS : CLAIM_MOVES;
}

/* Notes when the claim began: a move that was given up is none any more. */
static void
note_claim(struct machine *m, int64_t now)
{
	if (m->claims_ms == 0 ||
	    now - m->claimed_ms >
	        rhythm_silence(source_rhythm(m->source), MISSES_LEAST))
		m->claims_ms = now;
	m->claimed_ms = now;
}

/* Makes a host of a machine that this source reports for the first time, or whose host
 * has moved away or ended. `from` is the machine that it was until now; NULL: none. */
static void
join(struct collector *c, struct machine *m, struct machine *from, int64_t now)
{
	uint64_t before = m->host.before; /* successor.c may have freed its name */
	bool by_uuid = m->host.by_uuid;

	machine_remove(c, m->source); /* it may have lost its name without memory */
	host_init(&m->host, &kind, &m->host.key, c->hosts.loss, now);
	m->claims_ms = 0;
	m->host.before = before;
	m->host.by_uuid = by_uuid;
	if (from != NULL)
		move(c, from, m, now);
	else if (begin(c, m))
		host_tell(c, &m->host, EVENT_JOINED, now);
}

/* Makes the machine a host, unless it has to wait. */
static void
claim(struct collector *c, struct machine *m, int64_t now)
{
	struct machine *other = find_uuid(c, source_uuid(m->source));
	enum claim claim;

	if (other == NULL) {
		join(c, m, NULL, now);
		return;
	}
	note_claim(m, now);
	claim = judge(m, other, now);
	if (claim == CLAIM_WAITS)
		return;
	if (claim == CLAIM_IS_ANOTHER)
		tell_same_uuid(c, m);
	join(c, m, claim == CLAIM_MOVES ? other : NULL, now);
}

/* A virtual machine keeps its host when it moves to another hypervisor. If the one that
 * lost it reports it again after SETTLE_MS, while the other one does, there are two
 * machines of one UUID, and this one is known by its data source, like a machine without
 * a UUID. */
struct store_host *
machine_enter(struct collector *c, struct source *source, int64_t now, bool *refused)
{
	struct machine *m = machine_of(source);

	*refused = false;
	if (m == NULL)
		m = machine_new(c, source, now);
	if (m != NULL && !host_is_named(&m->host)) {
		if (m->host.waits)
			return NULL; /* for its name, see successor.c */
		if (m->moved_ms != 0 && now - m->moved_ms < SETTLE_MS)
			return NULL; /* a late sample from the old hypervisor */
		claim(c, m, now);
		if (m->claims_ms != 0)
			return NULL;
	}
	if (m != NULL && host_is_named(&m->host))
		host_enter(c, &m->host);
	*refused = m == NULL || m->host.shown == NULL;
	return *refused ? NULL : m->host.shown;
}

/* Whether the source's UUID says that it is another machine now, and not the same one
 * under another name. */
static bool
is_another(const struct machine *m)
{
	const uint8_t *uuid = source_uuid(m->source);

	return memcmp(uuid, no_uuid, sizeof(no_uuid)) != 0 &&
	       memcmp(m->uuid, no_uuid, sizeof(no_uuid)) != 0 &&
	       memcmp(uuid, m->uuid, sizeof(m->uuid)) != 0;
}

void
machine_called(struct collector *c, struct source *source, int64_t now)
{
	struct machine *m = machine_of(source);
	struct store_info info = {.started_s = 0};
	char key[TEXT_SIZE];

	if (machine_host(source) == NULL)
		return;
	if (is_another(m)) {
		host_tell(c, &m->host, EVENT_GONE, now);
		machine_remove(c, source);
		return;
	}
	if (m->host.shown != NULL)
		store_host_info(m->host.shown, &info);
	return_uuid(c, m);
	claim_uuid(c, m);
	host_rename(c, &m->host, wanted_name(m, key), now);
	if (!has_name(c, m))
		return;
	host_enter(c, &m->host);
	host_show_member(c, &m->host, info.started_s, now);
}

int
machine_restore(struct collector *c, struct source *source,
                const struct collector_saved *saved, int64_t now)
{
	struct machine *m = machine_of(source);

	if (m == NULL)
		m = machine_new(c, source, now);
	if (m == NULL || host_is_named(&m->host))
		return -1;
	host_restore_member(c, &m->host, saved, now);
	m->host.cluster = machine_cluster(c, source);
	claim_uuid(c, m);
	if (host_restore(c, &m->host, saved, saved->shown, false, now) == 0)
		return 0;
	machine_remove(c, source);
	return -1;
}

void
machine_heard(struct collector *c, struct source *source, uint32_t lost, int64_t now)
{
	struct host *host = machine_host(source);

	if (host == NULL)
		return;
	member_expect(&host->member, source_rhythm(source));
	host_heard(c, host, lost, 0, now);
}

void
machine_forget(struct collector *c, struct source *source)
{
	machine_remove(c, source);
	free(machine_of(source));
	source_set_slot(source, SLOT_MACHINE, NULL);
}

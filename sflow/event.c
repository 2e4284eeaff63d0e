#include "sflow/event.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sflow/wire/datagram.h"

/* How many events of a kind may wait, so that a flood of one kind does not displace the
 * others: FEW, or a CROWD for kinds of which a large site may have one for each host at
 * once. */
#define FEW 32
#define CROWD 4096

_Static_assert(sizeof(struct event) <= 400, "thousands of them may wait");

#define WHO (TEXT_SIZE + ADDRESS_TEXT + 16)

/* Writes "host web1 (agent 192.0.2.1)"; without a host, "agent 192.0.2.1". */
static const char *
who(const struct event *e, const char *agent, char text[WHO])
{
	if (e->host[0] != '\0')
		snprintf(text, WHO, "host %s (agent %s)", e->host, agent);
	else
		snprintf(text, WHO, "agent %s", agent);
	return text;
}

static void
malformed_text(const struct event *e, const char *agent, char *text)
{
	snprintf(text, EVENT_TEXT, "malformed datagram from %s: %s", agent,
	         datagram_error_text(e->of.malformed.error));
}

static void
short_text(const struct event *e, const char *agent, char *text)
{
	const struct event_short *s = &e->of.is_short;
	size_t least = layout_size(s->layout);
	char instead[32] = "";

	if (s->bytes < least)
		snprintf(instead, sizeof(instead), ", not %zu", least);
	snprintf(text, EVENT_TEXT,
	         "agent %s sends structure %u:%u (%s) of %u "
	         "bytes%s: it ends inside %s, and what is before that is used",
	         agent, SFLOW_ENTERPRISE(s->layout->tag), SFLOW_FORMAT(s->layout->tag),
	         s->layout->name, s->bytes, instead,
	         s->field[0] != '\0' ? s->field : "its first field");
}

static void
unknown_text(const struct event *e, const char *agent, char *text)
{
	uint32_t tag = e->of.unknown.tag;

	snprintf(text, EVENT_TEXT,
	         "agent %s sends structure %u:%u (%s), which is "
	         "skipped",
	         agent, SFLOW_ENTERPRISE(tag), SFLOW_FORMAT(tag), e->of.unknown.what);
}

static void
instance_text(const struct event *e, const char *agent, char *text)
{
	char subject[WHO];

	snprintf(text, EVENT_TEXT,
	         "%s has more than one instance of %s: the "
	         "metrics of the second have the prefix \"%s.\"",
	         who(e, agent, subject), kinds[e->of.instance.kind].name,
	         e->of.instance.prefix);
}

static void
not_allowed_text(const struct event *e, const char *agent, char *text)
{
	static const char *const whys[] = {
	    [EVENT_REFUSED_NOT_IN_ALLOW] = "`allow` has no network of theirs",
	    [EVENT_REFUSED_IN_DENY] = "`deny` has their networks",
	    [EVENT_REFUSED_OTHER_ADDRESS] =
		"they have another agent's address, and same_address is set",
	};
	const struct event_not_allowed *of = &e->of.not_allowed;
	char others[64] = "";

	if (of->others > 0)
		snprintf(others, sizeof(others), " and %u%s other source%s", of->others,
		         of->more ? " or more" : "", of->others == 1 ? "" : "s");
	snprintf(text, EVENT_TEXT, "datagrams from %s%s are not allowed: %s", agent,
	         others, whys[of->reason]);
}

static void
at_bound_text(const struct event *e, const char *agent, char *text)
{
	static const struct {
		const char *refused, *why;
	} bounds[] = {
	    [EVENT_BOUND_AGENTS] = {"datagrams", "too many (max_agents)"},
	    [EVENT_BOUND_SOURCES] = {"data sources", "too many (max_sources)"},
	    [EVENT_BOUND_METRICS] = {"metrics", "too many (max_metrics)"},
	    [EVENT_BOUND_MEMORY] = {"metrics", "all the memory for them is in use "
	                                       "(max_memory)"},
	};
	enum event_bound bound = e->of.at_bound.bound;

	snprintf(text, EVENT_TEXT, "%s of agent %s refused: %s", bounds[bound].refused,
	         agent, bounds[bound].why);
}

static void
same_name_text(const struct event *e, const char *agent, char *text)
{
	const struct event_same_name *s = &e->of.same_name;
	char other[ADDRESS_TEXT];

	address_text(&s->other, other);
	if (s->lower_case)
		snprintf(text, EVENT_TEXT,
		         "lower_case makes one name, %s, of the hosts of agents %s and "
		         "%s: the latter is called %s; rename one, or set lower_case = "
		         "no",
		         s->wanted, other, agent, e->host);
	else if (s->other.type != ADDRESS_UNKNOWN)
		snprintf(text, EVENT_TEXT,
		         "agent %s has a host with the name %s, which the host of "
		         "agent %s has: it is called %s",
		         agent, s->wanted, other, e->host);
	else
		snprintf(text, EVENT_TEXT,
		         "agent %s has a host with the name %s, which is taken: it is "
		         "called %s",
		         agent, s->wanted, e->host);
}

static void
same_uuid_text(const struct event *e, const char *agent, char *text)
{
	snprintf(text, EVENT_TEXT,
	         "agent %s has a virtual machine (%s) with a UUID "
	         "that another one has at the same time",
	         agent, e->host);
}

static void
same_address_text(const struct event *e, const char *agent, char *text)
{
	const struct event_same_address *s = &e->of.same_address;
	char first[ADDRESS_TEXT], second[ADDRESS_TEXT];
	double apart_s = (double)(s->apart_ms < 0 ? -s->apart_ms : s->apart_ms) / 1000;

	address_text(&s->sources[0], first);
	address_text(&s->sources[1], second);
	if (strcmp(first, second) != 0)
		snprintf(text, EVENT_TEXT,
		         "agent %s is two: packets from %s and from "
		         "%s, whose clocks are %.0f s apart, and each is a host now",
		         agent, first, second, apart_s);
	else
		snprintf(text, EVENT_TEXT,
		         "agent %s is two: packets from %s have two "
		         "clocks, %.0f s apart, so there are no rates of them",
		         agent, first, apart_s);
}

static void
flipping_text(const struct event *e, const char *agent, char *text)
{
	char subject[WHO];

	snprintf(text, EVENT_TEXT,
	         "%s changes %s all the time, to %s now: it "
	         "keeps the one it has",
	         who(e, agent, subject),
	         e->of.flipping.source ? "the name of one of its data sources"
	                               : "its name",
	         e->of.flipping.name);
}

static void
speed_text(const struct event *e, const char *agent, char *text)
{
	char subject[WHO], number[16];
	bool named = e->of.speed.port[0] != '\0';

	snprintf(number, sizeof(number), "%u", e->of.speed.index);
	snprintf(text, EVENT_TEXT,
	         "%s: the speed of port %s is wrong, for more "
	         "passes than %" PRIu64 " bit/s: it has no utilization",
	         who(e, agent, subject), named ? e->of.speed.port : number,
	         e->of.speed.bits);
}

/* Events of membership ---------------------------------------------------------- */

long
event_silence_s(const struct event *e)
{
	return (long)((e->last_ms - e->of.membership.heard_ms + 500) / 1000);
}

static void
joined_text(const struct event *e, const char *agent, char *text)
{
	snprintf(text, EVENT_TEXT, "host %s joined (agent %s)", e->host, agent);
}

static void
restarted_text(const struct event *e, const char *agent, char *text)
{
	snprintf(text, EVENT_TEXT,
	         "host %s restarted (agent %s): its numbers begin "
	         "again",
	         e->host, agent);
}

static void
renamed_text(const struct event *e, const char *agent, char *text)
{
	snprintf(text, EVENT_TEXT, "host %s renamed (agent %s): it was %s", e->host,
	         agent, e->of.membership.old_name);
}

/* Writes the text of an event after a silence; `did` stands before the kind's word. Where more
 * heartbeats are missing than there may be, all of these are. */
static void
silence_text(const struct event *e, const char *did, const char *agent, char *text)
{
	double missed =
	    e->values.now < e->values.limit ? e->values.now : e->values.limit;

	snprintf(text, EVENT_TEXT,
	         "host %s %s%s (agent %s): last heard %ld s ago, "
	         "%.0f of %.0f heartbeats missed, expected every %.0f s",
	         e->host, did, event_kinds[e->kind].word, agent, event_silence_s(e),
	         missed, e->values.limit, e->of.membership.interval_ms / 1000.0);
}

static void
change_text(const struct event *e, const char *agent, char *text)
{
	silence_text(e, "", agent, text);
}

static void
moved_text(const struct event *e, const char *agent, char *text)
{
	char before[ADDRESS_TEXT];

	address_text(&e->of.membership.old_agent, before);
	snprintf(text, EVENT_TEXT,
	         "host %s moved (agent %s): it was at agent %s, last heard %ld s ago",
	         e->host, agent, before, event_silence_s(e));
}

static void
removed_text(const struct event *e, const char *agent, char *text)
{
	snprintf(text, EVENT_TEXT, "host %s removed (agent %s): last heard %ld s ago",
	         e->host, agent, event_silence_s(e));
}

static void
state_text(const struct event *e, const char *agent, char *text)
{
	silence_text(e, "is ", agent, text);
}

const struct event_kind_info event_kinds[EVENT_KIND_COUNT] = {
    [EVENT_MALFORMED] = {"malformed", EVENT_OF_WIRE, FEW, malformed_text},
    [EVENT_SHORT] = {"short", EVENT_OF_WIRE, FEW, short_text},
    [EVENT_UNKNOWN] = {"unknown", EVENT_OF_WIRE, FEW, unknown_text},
    [EVENT_INSTANCE] = {"instance", EVENT_OF_NAMES, FEW, instance_text},
    [EVENT_AT_BOUND] = {"at_bound", EVENT_OF_BOUNDS, FEW, at_bound_text},
    [EVENT_NOT_ALLOWED] = {"not_allowed", EVENT_OF_BOUNDS, FEW, not_allowed_text},
    [EVENT_SAME_NAME] = {"same_name", EVENT_OF_NAMES, FEW, same_name_text},
    [EVENT_SAME_UUID] = {"same_uuid", EVENT_OF_NAMES, FEW, same_uuid_text},
    [EVENT_SAME_ADDRESS] = {"same_address", EVENT_OF_NAMES, FEW, same_address_text},
    [EVENT_FLIPPING] = {"flipping", EVENT_OF_NAMES, FEW, flipping_text},
    [EVENT_SPEED] = {"speed", EVENT_OF_WIRE, FEW, speed_text},
    [EVENT_JOINED] = {"joined", EVENT_OF_MEMBERSHIP, CROWD, joined_text},
    [EVENT_LATE] = {"late", EVENT_OF_MEMBERSHIP, FEW, state_text},
    [EVENT_DOWN] = {"down", EVENT_OF_MEMBERSHIP, CROWD, state_text},
    [EVENT_RETURNED] = {"returned", EVENT_OF_MEMBERSHIP, CROWD, change_text},
    [EVENT_RESTARTED] = {"restarted", EVENT_OF_MEMBERSHIP, FEW, restarted_text},
    [EVENT_RENAMED] = {"renamed", EVENT_OF_MEMBERSHIP, CROWD, renamed_text},
    [EVENT_MOVED] = {"moved", EVENT_OF_MEMBERSHIP, CROWD, moved_text},
    [EVENT_GONE] = {"gone", EVENT_OF_MEMBERSHIP, CROWD, state_text},
    [EVENT_REMOVED] = {"removed", EVENT_OF_MEMBERSHIP, CROWD, removed_text},
};

char *
event_text(const struct event *e, char text[EVENT_TEXT])
{
	char agent[ADDRESS_TEXT];

	event_kinds[e->kind].text(e, address_text(&e->agent, agent), text);
	return text;
}

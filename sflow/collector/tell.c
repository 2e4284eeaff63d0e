/* The collector's events. Their time is the `now` of the collector's latest call. */
#include <string.h>
#include <strings.h>

#include "sflow/collector/collector_internal.h"
#include "sflow/collector/host.h"

struct event *
collector_tell(struct collector *c, enum event_kind kind, const struct address *agent)
{
	struct event *event = events_tell(&c->events, kind, agent);

	event->begin_ms = event->last_ms = event->peak_ms = event->end_ms = c->now_ms;
	return event;
}

/* Whether the hosts call themselves otherwise, and only `lower_case` makes one name of
 * both. */
static bool
differ_in_case(const struct collector *c, const struct host *one,
               const struct host *other)
{
	struct collector_saved is = {.name = ""}, theirs = {.name = ""};

	one->kind->describe(one, &is);
	other->kind->describe(other, &theirs);
	return c->config.lower_case && strcasecmp(is.name, theirs.name) == 0 &&
	       strcmp(is.name, theirs.name) != 0;
}

void
collector_tell_same_name(struct collector *c, const struct host *host,
                         const char *wanted, const char *name)
{
	const struct host *holder = hosts_find(&c->hosts, host->cluster, wanted);
	struct event *event = collector_tell(c, EVENT_SAME_NAME, &host->key.agent);
	struct event_same_name *same = &event->of.same_name;

	event->cluster = host->cluster;
	strcpy(event->host, name);
	strcpy(same->wanted, wanted);
	if (holder == NULL)
		return;
	same->other = holder->key.agent;
	same->lower_case = differ_in_case(c, host, holder);
}

void
collector_malformed(struct collector *c, const struct address *from, int error)
{
	count(&c->stats.malformed);
	collector_tell(c, EVENT_MALFORMED, from)->of.malformed.error = error;
}

bool
collector_event(struct collector *c, struct event *event)
{
	return events_next(&c->events, event);
}

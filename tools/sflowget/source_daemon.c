#include "tools/sflowget/source_daemon.h"

#include <string.h>

#include "tools/heard.h"
#include "tools/number.h"

/* Two samples come in that time where agents are polled each 30 s, as is usual. */
#define SECOND_SAMPLE_S 60

struct reading {
	const struct item_sink *sink;
	int64_t wall_ms;
	int64_t started_s; /* the collector; 0: not known */
	/* of the host that is being read: */
	struct item_host told;
	enum item_wish wish;
	int64_t newest_s, pace_s; /* the smallest TN and TMAX of its metrics */
	char address[ADDRESS_TEXT];
};

static int64_t
known(int64_t number)
{
	return number == GANGLIA_UNKNOWN ? 0 : number;
}

/* Returns how long ago something began; 0: too long, or not known. */
static int64_t
began_s(int64_t started_s, int64_t now_s)
{
	int64_t ago = now_s - started_s;

	if (started_s <= 0 || now_s <= 0 || ago < 0 || ago > SECOND_SAMPLE_S)
		return 0;
	return ago > 0 ? ago : 1;
}

/* Returns the text of an address as all others write it, where gmond writes one of IPv6
 * without colons. */
static const char *
address_of(const char *text, char room[ADDRESS_TEXT])
{
	struct address address;

	return wanted_address(text, &address) ? address_text(&address, room) : text;
}

static bool
tell_host(void *context, const struct ganglia_host *host, bool *metrics)
{
	struct reading *r = context;
	bool more;

	r->told = (struct item_host){
	    .cluster = host->cluster,
	    .name = host->name,
	    .address = address_of(host->address, r->address),
	    .age_s = known(host->tn_s),
	    .down = ganglia_is_down(host),
	    .began_s = began_s(host->started_s, host->localtime_s),
	    .collector_began_s = began_s(r->started_s, host->localtime_s)};
	r->newest_s = r->pace_s = GANGLIA_UNKNOWN;
	r->wish = ITEM_VALUES;
	more = r->sink->host(r->sink->context, &r->told, &r->wish);
	*metrics = r->wish != ITEM_NOTHING;
	return more;
}

static bool
tell_metric(void *context, const struct ganglia_host *host,
            const struct ganglia_metric *metric)
{
	struct reading *r = context;
	char number[NUMBER_TEXT];
	struct item item = {.metric = metric->name,
	                    .text = metric->value,
	                    .type = metric->type,
	                    .units = metric->units,
	                    .constant = strcmp(metric->slope, "zero") == 0,
	                    .group = metric->group,
	                    .about = metric->about,
	                    .title = metric->title,
	                    .age_s = known(metric->tn_s),
	                    .tmax_s = known(metric->tmax_s),
	                    .ceased = ganglia_has_ceased(metric)};

	(void)host;
	r->newest_s = heard_sooner(r->newest_s, metric->tn_s);
	if (metric->tmax_s > 0)
		r->pace_s = heard_sooner(r->pace_s, metric->tmax_s);
	if (r->wish != ITEM_VALUES)
		return true;
	item.heard_ms = r->wall_ms - item.age_s * 1000;
	item.is_number = ganglia_number(metric, &item.number);
	if (item.is_number && !number_is_plain(item.text))
		item.text = number_text(item.number, number);
	return r->sink->item(r->sink->context, &item);
}

static bool
tell_end(void *context, const struct ganglia_host *host)
{
	struct reading *r = context;

	if (r->wish == ITEM_NOTHING)
		return true;
	r->told.age_s = known(heard_ago(host, r->newest_s));
	r->told.pace_s = known(r->pace_s);
	return r->sink->host_end(r->sink->context, &r->told);
}

static bool
tell_former(void *context, const struct ganglia_former *former)
{
	const struct reading *r = context;

	return r->sink->former == NULL ||
	       r->sink->former(r->sink->context, former->cluster, former->was,
	                       former->is);
}

/* Whether a query can ask for the agent. That needs its name; an address, a UUID or a
 * pattern has to be looked for among all hosts. */
static bool
can_ask(const struct wanted *w)
{
	return !wanted_many(w) && !w->uuid && !w->ignore_case &&
	       w->address.type == ADDRESS_UNKNOWN;
}

enum daemon_result
source_daemon_read(const struct daemon_address *address, const struct wanted *wanted,
                   const struct item_sink *sink, int64_t deadline_ms, int64_t wall_ms,
                   char fault[DAEMON_FAULT])
{
	struct reading reading = {.sink = sink, .wall_ms = wall_ms};
	struct ganglia_visitor visitor = {.host = tell_host,
	                                  .metric = tell_metric,
	                                  .host_end = tell_end,
	                                  .former = tell_former,
	                                  .context = &reading};
	struct daemon_query query = {.cluster =
	                                 wanted->ignore_case ? NULL : wanted->cluster,
	                             .host = can_ask(wanted) ? wanted->agent : NULL,
	                             .started_s = &reading.started_s};

	query.former = wanted->ignore_case && !wanted_many(wanted);
	return daemon_read(address, &query, &visitor, deadline_ms, fault);
}

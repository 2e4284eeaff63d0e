#include "tools/sflowget/source_daemon.h"

#include <string.h>

#include "tools/sflowget/number.h"

/* Two samples come in that time where agents are polled each 30 s, as is usual. */
#define SECOND_SAMPLE_S 60

struct reading {
	const struct item_sink *sink;
	int64_t wall_ms;
	int64_t started_s; /* the collector; 0: not known */
	bool values;       /* this host's values are wanted */
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

static bool
tell_host(void *context, const struct ganglia_host *host, bool *metrics)
{
	struct reading *r = context;
	struct item_host told = {.cluster = host->cluster,
	                         .name = host->name,
	                         .address = host->address,
	                         .age_s = known(host->tn_s),
	                         .down = ganglia_is_down(host),
	                         .began_s = began_s(host->started_s, host->localtime_s),
	                         .collector_began_s =
	                             began_s(r->started_s, host->localtime_s)};
	bool more;

	r->values = true;
	more = r->sink->host(r->sink->context, &told, &r->values);
	*metrics = r->values;
	return more;
}

static bool
tell_metric(void *context, const struct ganglia_host *host,
            const struct ganglia_metric *metric)
{
	const struct reading *r = context;
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
	                    .tmax_s = known(metric->tmax_s)};

	(void)host;
	item.heard_ms = r->wall_ms - item.age_s * 1000;
	item.is_number = ganglia_number(metric, &item.number);
	if (item.is_number && !number_is_plain(item.text))
		item.text = number_text(item.number, number);
	return r->sink->item(r->sink->context, &item);
}

static bool
tell_end(void *context, const struct ganglia_host *host)
{
	const struct reading *r = context;

	(void)host;
	return !r->values || r->sink->host_end(r->sink->context);
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
	                                  .context = &reading};
	struct daemon_query query = {.cluster =
	                                 wanted->ignore_case ? NULL : wanted->cluster,
	                             .host = can_ask(wanted) ? wanted->agent : NULL,
	                             .started_s = &reading.started_s};

	return daemon_read(address, &query, &visitor, deadline_ms, fault);
}

#include "tools/check_sflow/check.h"

#include <stddef.h>
#include <string.h>

#include "tools/check_sflow/awaited.h"
#include "tools/check_sflow/down.h"
#include "tools/check_sflow/meant.h"
#include "tools/heard.h"

static bool
matches(const regex_t *pattern, const char *text)
{
	return regexec(pattern, text, 0, NULL, 0) == 0;
}

/* Items ------------------------------------------------------------------------------ */

static void
add(struct check *check, const struct ganglia_host *host, struct item *item)
{
	if (host != NULL) {
		item_text(item->host, sizeof(item->host), host->name);
		item_text(item->cluster, sizeof(item->cluster), host->cluster);
	}
	check->now.worst = check_state_worse(check->now.worst, item->state);
	items_add(&check->items, item);
}

/* Adds an item for a value that can't be judged. For a single host that is UNKNOWN. Of
 * many hosts some may not have the metric, so they are only counted. */
static void
add_none(struct check *check, const struct ganglia_host *host, enum item_kind kind,
         const char *metric, int64_t seconds)
{
	struct item item = {.kind = kind, .state = CHECK_UNKNOWN, .seconds = seconds};

	check->now.lacks = true;
	if (host != NULL && !options_one_host(check->options))
		return;
	item_text(item.metric, sizeof(item.metric), metric);
	add(check, host, &item);
}

/* Returns the age of the value; GANGLIA_UNKNOWN where its TN does not say that. */
static int64_t
age_of(const struct ganglia_metric *metric)
{
	return ganglia_has_ceased(metric) ? GANGLIA_UNKNOWN : metric->tn_s;
}

static void
add_value(struct check *check, const struct ganglia_host *host,
          const struct ganglia_metric *metric, double number, const struct wish *wish)
{
	struct item item = {.kind = ITEM_VALUE_OF,
	                    .thresholds = &wish->thresholds,
	                    .counter = strcmp(metric->slope, "positive") == 0,
	                    .seconds = age_of(metric)};

	item.state = thresholds_judge(&wish->thresholds, number);
	item_text(item.metric, sizeof(item.metric), metric->name);
	item_text(item.value, sizeof(item.value), metric->value);
	item_text(item.units, sizeof(item.units), metric->units);
	add(check, host, &item);
}

/* When a host was heard ------------------------------------------------------------ */

static void
judge_heartbeat(struct check *check, const struct ganglia_host *host,
                const struct wish *wish)
{
	struct item item = {.kind = ITEM_AGE,
	                    .thresholds = &wish->thresholds,
	                    .seconds = heard_ago(host, check->now.newest_s)};

	item.state = item.seconds == GANGLIA_UNKNOWN
	                 ? CHECK_UNKNOWN
	                 : thresholds_judge(&wish->thresholds, (double)item.seconds);
	add(check, host, &item);
}

static bool
wishes_heartbeat(const struct options *options)
{
	size_t i;

	for (i = 0; i < options->wish_count; i++)
		if (options->wishes[i].kind == WISH_HEARTBEAT)
			return true;
	return false;
}

/* Judges a host that is down. Where the metrics of many hosts are checked, a host that
 * is down is no fault; --heartbeat and --hosts-down are for that. */
static void
judge_down(struct check *check, const struct ganglia_host *host)
{
	const struct options *options = check->options;
	struct item item = {.kind = ITEM_DOWN,
	                    .state = CHECK_CRITICAL,
	                    .seconds = heard_ago(host, check->now.newest_s),
	                    .at_most = heard_at_most(host, check->now.newest_s)};

	check->hosts_down++;
	if (!options_one_host(options) && !wishes_heartbeat(options))
		item.state = CHECK_OK;
	add(check, host, &item);
}

/* Adds an item for a metric that the host does not have, with one that may be meant. */
static void
add_not_there(struct check *check, const struct ganglia_host *host, size_t number)
{
	const char *metric = check->options->wishes[number].name;
	const char *near = near_found(&check->near_metrics[number]);
	struct item item = {.kind = ITEM_MISSING, .state = CHECK_UNKNOWN};

	check->now.lacks = true;
	if (!options_one_host(check->options))
		return;
	item_text(item.metric, sizeof(item.metric), metric);
	if (near != NULL)
		item_text(item.value, sizeof(item.value), near);
	add(check, host, &item);
}

/* Adds an item for a metric of which the host has no value: it is awaited, or not there. */
static void
add_missing(struct check *check, const struct ganglia_host *host, size_t number)
{
	const char *metric = check->options->wishes[number].name;
	int64_t ago = awaited_since(check, host, metric);

	if (ago != GANGLIA_UNKNOWN)
		add_none(check, host, ITEM_AWAITED, metric, ago);
	else
		add_not_there(check, host, number);
}

/* Calls of the reader -------------------------------------------------------------- */

/* Whether the host's metrics have to be read. A heartbeat alone does not need them
 * where the host's own TN is the real one. */
static bool
needs_metrics(const struct check *check, const struct ganglia_host *host)
{
	const struct options *options = check->options;

	if (options->top > 0)
		return true;
	if (options->mode == MODE_HOSTS_DOWN)
		return check->now.down;
	return options->wish_count > 1 || options->wishes[0].kind != WISH_HEARTBEAT ||
	       check->now.down || !heard_by_tn(host);
}

/* Notes a host that is not asked for. */
static void
note_other(struct check *check, const struct ganglia_host *host)
{
	const struct options *options = check->options;

	if (!options_one_host(options) ||
	    !options_wants_cluster(options, host->cluster))
		return;
	awaited_note_other(check, host);
	meant_note_host(check, host->name);
}

static bool
on_host(void *context, const struct ganglia_host *host, bool *metrics)
{
	struct check *check = context;

	memset(&check->now, 0, sizeof(check->now));
	check->now.newest_s = GANGLIA_UNKNOWN;
	check->now.wanted = options_wants(check->options, host);
	check->now.down = ganglia_is_down(host);
	if (check->now.wanted) {
		check->hosts++;
		meant_begin_host(check);
	} else {
		note_other(check, host);
	}
	*metrics = check->now.wanted && needs_metrics(check, host);
	return true;
}

static bool
is_old(const struct options *options, const struct ganglia_metric *metric)
{
	return !options->any_age && ganglia_is_old(metric);
}

static void
judge_metric(struct check *check, const struct ganglia_host *host,
             const struct ganglia_metric *metric, size_t number)
{
	const struct wish *wish = &check->options->wishes[number];
	double value;

	if (!ganglia_number(metric, &value)) {
		if (wish->kind == WISH_METRIC) {
			check->now.seen |= UINT64_C(1) << number;
			add_none(check, host, ITEM_TEXT, metric->name, 0);
		}
		return;
	}
	check->now.seen |= UINT64_C(1) << number;
	if (is_old(check->options, metric)) {
		add_none(check, host, ITEM_OLD, metric->name, age_of(metric));
		return;
	}
	check->wishes_seen |= UINT64_C(1) << number;
	add_value(check, host, metric, value, wish);
}

static bool
is_wished(const struct options *options, const struct wish *wish, const char *metric)
{
	if (wish->kind == WISH_METRIC)
		return options_same(options, wish->name, metric);
	return wish->kind == WISH_PATTERN && matches(&wish->pattern, metric);
}

/* Notes a value for --top. Without memory some of them are missing, which the report
 * says. */
static void
look_at_top(struct check *check, const struct ganglia_host *host,
            const struct ganglia_metric *metric)
{
	struct ranked value = {.cluster = host->cluster,
	                       .host = host->name,
	                       .metric = metric->name,
	                       .value = metric->value,
	                       .units = metric->units};

	if (!options_is_top(check->options, metric->name) ||
	    is_old(check->options, metric) || !ganglia_number(metric, &value.number))
		return;
	check->top_hosts += !check->now.in_top;
	check->now.in_top = true;
	ranking_add(&check->top, &value);
}

static bool
on_metric(void *context, const struct ganglia_host *host,
          const struct ganglia_metric *metric)
{
	struct check *check = context;
	const struct options *options = check->options;
	size_t i;

	check->now.newest_s = heard_sooner(check->now.newest_s, metric->tn_s);
	awaited_note(check, metric);
	if (check->now.down)
		return true;
	look_at_top(check, host, metric);
	meant_note_metric(check, metric->name);
	for (i = 0; i < options->wish_count; i++)
		if (is_wished(options, &options->wishes[i], metric->name))
			judge_metric(check, host, metric, i);
	return true;
}

/* Judges the heartbeat of a host that is up, and the wishes of which it has no value. */
static void
judge_rest(struct check *check, const struct ganglia_host *host)
{
	const struct options *options = check->options;
	size_t i;

	for (i = 0; i < options->wish_count; i++) {
		const struct wish *wish = &options->wishes[i];

		if (wish->kind == WISH_HEARTBEAT)
			judge_heartbeat(check, host, wish);
		else if (wish->kind != WISH_DOWN &&
		         (check->now.seen & UINT64_C(1) << i) == 0)
			add_missing(check, host, i);
	}
}

/* Whether there can be only one host of that name: in one cluster, which a gmond is,
 * too. */
static bool
is_only(const struct options *options)
{
	return options->host != NULL &&
	       (options->cluster != NULL || options->server.port == DAEMON_GMOND_PORT);
}

static bool
on_host_end(void *context, const struct ganglia_host *host)
{
	struct check *check = context;
	const struct options *options = check->options;

	if (!check->now.wanted)
		return true;
	if (check->now.down)
		judge_down(check, host);
	else
		judge_rest(check, host);
	check->hosts_in[check->now.worst]++;
	check->hosts_without += check->now.lacks;
	return !is_only(options);
}

static bool
on_count(void *context, const struct ganglia_count *count)
{
	struct check *check = context;

	if (*count->cluster == '\0') {
		check->grid.up = count->up;
		check->grid.down = count->down;
		check->grid.any = true;
	} else if (options_wants_cluster(check->options, count->cluster)) {
		check->clusters.any = true;
		check->clusters.up += count->up;
		check->clusters.down += count->down;
	}
	return true;
}

static bool
on_former(void *context, const struct ganglia_former *former)
{
	struct check *check = context;
	const struct options *options = check->options;

	if (options->host == NULL ||
	    !options_same(options, options->host, former->was) ||
	    !options_wants_cluster(options, former->cluster))
		return true;
	check->former.known = true;
	item_text(check->former.is, sizeof(check->former.is), former->is);
	return true;
}

/* Beginning and end --------------------------------------------------------------------- */

void
check_begin(struct check *check, const struct options *options,
            struct daemon_query *query, struct ganglia_visitor *visitor)
{
	memset(check, 0, offsetof(struct check, top)); /* `items` is large */
	check->top = (struct ranking){.most = options->top};
	check->top_hosts = 0;
	memset(&check->items, 0, offsetof(struct items, kept));
	check->options = options;
	meant_begin(check);
	awaited_begin(check);
	*query = (struct daemon_query){.cluster = options->cluster,
	                               .host = options->host,
	                               .started_s = &check->started_s};
	if (options->ignore_case) /* a query needs the exact names */
		query->cluster = query->host = NULL;
	query->former = options->ignore_case && options->host != NULL;
	query->summary = options->mode == MODE_HOSTS_DOWN &&
	                 options->host_regex == NULL && options->top == 0;
	*visitor = (struct ganglia_visitor){.host = on_host,
	                                    .metric = on_metric,
	                                    .host_end = on_host_end,
	                                    .former = on_former,
	                                    .context = check};
	if (query->summary)
		visitor->count = on_count;
}

bool
check_found(const struct check *check)
{
	int64_t down, all;

	if (check->options->mode != MODE_HOSTS_DOWN)
		return check->hosts > 0;
	down_count(check, &down, &all);
	return all > 0;
}

/* Judges many hosts together: a metric that none of them has is unknown; and that all
 * of them are down is critical. */
static void
judge_many(struct check *check)
{
	const struct options *options = check->options;
	struct item item = {.kind = ITEM_DOWN, .state = CHECK_CRITICAL};
	size_t i;

	if (check->hosts_down == check->hosts) {
		if (!wishes_heartbeat(options))
			items_add(&check->items, &item);
		return;
	}
	for (i = 0; i < options->wish_count; i++)
		if (options->wishes[i].kind != WISH_HEARTBEAT &&
		    (check->wishes_seen & UINT64_C(1) << i) == 0)
			add_none(check, NULL, ITEM_MISSING, options->wishes[i].name, 0);
}

enum check_state
check_end(struct check *check)
{
	const struct options *options = check->options;
	enum check_state worst = CHECK_OK;
	size_t i;

	if (!check_found(check)) {
		awaited_judge_absent(check);
		if (check->former.known)
			return options->former;
		return check->unheard.ago != GANGLIA_UNKNOWN ? options->awaited
		                                             : options->absent;
	}
	if (options->mode == MODE_HOSTS_DOWN)
		return down_judge(check);
	awaited_judge(check);
	if (!options_one_host(options))
		judge_many(check);
	for (i = 0; i < ITEM_STATES; i++)
		if (check->items.in_state[i] > 0)
			worst = check_state_worse(worst, (enum check_state)i);
	return worst;
}

void
check_free(struct check *check)
{
	ranking_clear(&check->top);
}

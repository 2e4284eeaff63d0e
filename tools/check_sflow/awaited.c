#include "tools/check_sflow/awaited.h"

#include <string.h>

#include "sflow/wire/deltas.h"

/* A metric of its own that each collector has on its own host. */
#define COLLECTORS_METRIC "sflow_agents"

/* A collector that remembers nothing has heard all agents after this time: two or three
 * datagrams of a switch that is polled each 30 s are needed. */
#define UNHEARD_S 179

/* Returns how long ago something began; GANGLIA_UNKNOWN where that is not known, or longer
 * ago than `pace_s`, so that what is awaited should have come since. */
static int64_t
began_ago(int64_t started_s, int64_t now_s, int64_t pace_s)
{
	int64_t ago = now_s - started_s;

	return started_s > 0 && now_s > 0 && ago >= 0 && ago <= pace_s
	           ? ago
	           : GANGLIA_UNKNOWN;
}

void
awaited_begin(struct check *check)
{
	const struct options *options = check->options;
	size_t i;

	for (i = 0; i < options->wish_count && options_one_host(options); i++)
		check->awaits |= options->wishes[i].kind == WISH_METRIC &&
		                 metric_is_of_deltas(options->wishes[i].name);
}

void
awaited_note(struct check *check, const struct ganglia_metric *metric)
{
	if (!check->awaits)
		return;
	if (metric->tmax_s > 0 &&
	    (check->now.pace_s == 0 || metric->tmax_s < check->now.pace_s))
		check->now.pace_s = metric->tmax_s;
	if (!check->now.deltas)
		check->now.deltas = metric_is_of_deltas(metric->name);
}

/* Notes that the host has only what one sample tells. Two of one name, in two clusters,
 * may be two collectors'. */
static void
note_young(struct check *check, const struct ganglia_host *host)
{
	char cluster[ITEM_NAME];

	item_text(cluster, sizeof(cluster), host->cluster);
	if (check->young.any && strcmp(cluster, check->young.cluster) != 0)
		check->several = true;
	check->young.any = true;
	check->young.now_s = host->localtime_s;
	check->young.pace_s = check->now.pace_s;
	strcpy(check->young.cluster, cluster);
}

int64_t
awaited_since(struct check *check, const struct ganglia_host *host, const char *metric)
{
	int64_t ago;

	if (check->now.pace_s == 0 || check->now.deltas || !metric_is_of_deltas(metric))
		return GANGLIA_UNKNOWN;
	ago = began_ago(host->started_s, host->localtime_s, check->now.pace_s);
	if (ago == GANGLIA_UNKNOWN)
		note_young(check, host);
	return ago;
}

void
awaited_note_other(struct check *check, const struct ganglia_host *host)
{
	check->unheard.now_s = host->localtime_s;
	if (began_ago(host->started_s, host->localtime_s, UNHEARD_S) != GANGLIA_UNKNOWN)
		check->unheard.young = true;
}

/* The second reading ----------------------------------------------------------------- */

static bool
on_any_host(void *context, const struct ganglia_host *host, bool *metrics)
{
	const struct check *check = context;
	char cluster[ITEM_NAME];

	item_text(cluster, sizeof(cluster), host->cluster);
	*metrics = strcmp(cluster, check->young.cluster) == 0;
	return true;
}

static bool
on_any_metric(void *context, const struct ganglia_host *host,
              const struct ganglia_metric *metric)
{
	struct check *check = context;

	if (strcmp(metric->name, COLLECTORS_METRIC) != 0)
		return true;
	check->several = check->started_s != 0;
	check->started_s = host->started_s;
	return !check->several;
}

/* Of a host that is not there, all collectors of its clusters count. */

static bool
on_other_host(void *context, const struct ganglia_host *host, bool *metrics)
{
	const struct check *check = context;

	*metrics = options_wants_cluster(check->options, host->cluster);
	return true;
}

static bool
on_other_metric(void *context, const struct ganglia_host *host,
                const struct ganglia_metric *metric)
{
	struct check *check = context;
	int64_t *first_s = &check->unheard.started_s;

	if (strcmp(metric->name, COLLECTORS_METRIC) != 0)
		return true;
	check->several |= host->started_s <= 0; /* one of which nothing is known */
	if (*first_s == 0 || host->started_s < *first_s)
		*first_s = host->started_s;
	return !check->several;
}

bool
awaited_asks_again(struct check *check, struct daemon_query *query,
                   struct ganglia_visitor *visitor)
{
	const struct daemon_address *server = &check->options->server;
	bool absent = check->hosts == 0 && check->unheard.young;

	/* who was asked for one host would have to print many */
	if ((!absent && !check->young.any) || check->started_s != 0 || check->several ||
	    server->port == DAEMON_INTERACTIVE_PORT || server->ask == DAEMON_ASK_ALWAYS)
		return false;
	*query = (struct daemon_query){.cluster = check->options->cluster};
	if (check->options->ignore_case) /* a query needs the exact names */
		query->cluster = NULL;
	*visitor =
	    (struct ganglia_visitor){.host = absent ? on_other_host : on_any_host,
	                             .metric = absent ? on_other_metric : on_any_metric,
	                             .context = check};
	return true;
}

void
awaited_judge(struct check *check)
{
	int64_t ago =
	    began_ago(check->started_s, check->young.now_s, check->young.pace_s);
	size_t i;

	if (!check->young.any || check->several || ago == GANGLIA_UNKNOWN)
		return;
	for (i = 0; i < check->items.count; i++) {
		struct item *item = &check->items.kept[i];

		if (item->kind != ITEM_MISSING || !metric_is_of_deltas(item->metric))
			continue;
		item->kind = ITEM_AWAITED;
		item->of_collector = true;
		item->seconds = ago;
	}
}

void
awaited_judge_absent(struct check *check)
{
	int64_t started_s =
	    check->started_s != 0 ? check->started_s : check->unheard.started_s;
	int64_t now_s =
	    check->unheard.now_s != 0 ? check->unheard.now_s : check->wall_s;

	check->unheard.ago = options_one_host(check->options) && !check->several
	                         ? began_ago(started_s, now_s, UNHEARD_S)
	                         : GANGLIA_UNKNOWN;
}

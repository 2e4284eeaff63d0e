#include "tools/check_sflow/down.h"

#include "tools/heard.h"

void
down_count(const struct check *check, int64_t *down, int64_t *all)
{
	if (check->grid.any && check->options->cluster == NULL) {
		*down = check->grid.down;
		*all = check->grid.down + check->grid.up;
	} else if (check->clusters.any && check->hosts == 0) {
		*down = check->clusters.down;
		*all = check->clusters.down + check->clusters.up;
	} else {
		*down = (int64_t)check->hosts_down;
		*all = (int64_t)check->hosts;
	}
}

enum check_state
down_judge(const struct check *check)
{
	const struct thresholds *thresholds = &check->options->wishes[0].thresholds;
	double numbers[2]; /* hosts, percent */
	int64_t down, all;

	down_count(check, &down, &all);
	numbers[false] = (double)down;
	numbers[true] = 100.0 * (double)down / (double)all;
	if (range_alerts(&thresholds->critical, numbers[thresholds->critical.percent]))
		return CHECK_CRITICAL;
	if (range_alerts(&thresholds->warning, numbers[thresholds->warning.percent]))
		return CHECK_WARNING;
	return CHECK_OK;
}

/* Names ---------------------------------------------------------------------------- */

static bool
on_named(void *context, const struct ganglia_host *host, bool *metrics)
{
	struct check *check = context;
	struct item item = {.kind = ITEM_DOWN, .state = CHECK_OK};

	*metrics = false;
	if (!ganglia_is_down(host) || !options_wants(check->options, host))
		return true;
	item.seconds = heard_ago(host, GANGLIA_UNKNOWN);
	item.at_most = heard_at_most(host, GANGLIA_UNKNOWN);
	item_text(item.host, sizeof(item.host), host->name);
	item_text(item.cluster, sizeof(item.cluster), host->cluster);
	items_add(&check->items, &item);
	return true;
}

bool
down_asks_names(struct check *check, struct daemon_query *query,
                struct ganglia_visitor *visitor)
{
	int64_t down, all;

	if (check->options->mode != MODE_HOSTS_DOWN || check->hosts > 0)
		return false;
	down_count(check, &down, &all);
	if (down == 0)
		return false;
	*query = (struct daemon_query){.cluster = check->options->cluster,
	                               .hosts_only = true};
	*visitor = (struct ganglia_visitor){.host = on_named, .context = check};
	return true;
}

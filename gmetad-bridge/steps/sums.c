#include "gmetad-bridge/steps/sums.h"

#include "gmetad-bridge/steps/summary.h"

static struct {
	struct summary_builder *builder;
	unsigned cluster; /* of the host whose values are shown */
} sums;

static bool
host(const struct store_state *state, int64_t now)
{
	(void)now;
	sums.cluster = state->cluster;
	summary_host(sums.builder, state->cluster, state->up);
	return state->up;
}

static void
value(const struct store_value *v)
{
	if (!v->stale)
		summary_value(sums.builder, sums.cluster, v);
}

const struct walk_visitor sums_visitor = {
    .pace = WALK_EACH_STEP, .host = host, .value = value};

void
sums_publish(int64_t wall_s)
{
	summary_publish(sums.builder, wall_s);
}

int
sums_start(const struct config *config, int64_t wall_s)
{
	sums.builder = summary_builder_new(config->cluster_count);
	if (sums.builder == NULL)
		return -1;
	sums_publish(wall_s);
	return 0;
}

void
sums_stop(void)
{
	summary_builder_free(sums.builder);
	sums.builder = NULL;
}

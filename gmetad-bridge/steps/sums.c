#include "gmetad-bridge/steps/sums.h"

#include "gmetad-bridge/steps/summary.h"

/* What is remembered of a value: by which configuration it was decided whether it is
 * summed up, and what was decided; zero at first. */
struct choice {
	uint32_t generation;
	bool summed;
};

static struct {
	struct summary_builder *builder;
	struct store_column *choices;
	const struct config *config;
	uint32_t generation; /* of the configuration, from 1 on */
	bool by_name;        /* the configuration has expressions */
	unsigned cluster;    /* of the host whose values are shown */
} sums;

static bool
host(const struct store_state *state, int64_t now)
{
	(void)now;
	sums.cluster = state->cluster;
	summary_host(sums.builder, state->cluster, state->up);
	return state->up;
}

static bool
choose(const struct store_value *v, bool of_instance)
{
	char name[STORE_NAME];

	store_value_name(v, name);
	return config_sums(sums.config, name, of_instance);
}

/* Whether the value is summed up, where expressions say so; they are matched once for a
 * configuration. */
static bool
is_chosen(const struct store_value *v)
{
	bool of_instance = v->prefix[0] != '\0';
	struct choice *choice = store_cell(sums.choices, v);

	if (choice == NULL)
		return choose(v, of_instance);
	if (choice->generation != sums.generation)
		*choice = (struct choice){sums.generation, choose(v, of_instance)};
	return choice->summed;
}

static void
value(const struct store_value *v)
{
	if (!v->stale && (sums.by_name ? is_chosen(v) : v->prefix[0] == '\0'))
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
sums_open(struct store *store)
{
	const struct store_column_options choices = {.cell_size =
	                                                 sizeof(struct choice)};

	sums.choices = store_column(store, &choices);
	return sums.choices != NULL ? 0 : -1;
}

void
sums_configure(const struct config *config)
{
	sums.config = config;
	sums.by_name =
	    config != NULL && config->summarized.count + config->unsummarized.count > 0;
	sums.generation++;
}

int
sums_start(const struct config *config, int64_t wall_s)
{
	sums.builder = summary_builder_new(config->cluster_count);
	if (sums.builder == NULL)
		return -1;
	sums_configure(config);
	sums_publish(wall_s);
	return 0;
}

void
sums_stop(void)
{
	summary_builder_free(sums.builder);
	sums.builder = NULL;
	sums.config = NULL;
}

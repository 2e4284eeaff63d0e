#include "tests/bridge/grid.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/log.h"
#include "gmetad-bridge/steps/summary.h"

/* The metrics of a table, in one place of memory for all hosts. */
static const struct field fields[] = {
    {.name = "count",
     .type = FIELD_U32,
     .formula = GAUGE,
     .scale = 1,
     .metric = {"count", UINT32, "", ZERO, "%u", "group", "A count", false}},
    {.name = "load",
     .type = FIELD_F32,
     .formula = GAUGE,
     .scale = 1,
     .metric = {"load", FLOAT, "%", BOTH, "%.2f", "group", "A load", false}},
    {.name = "size",
     .type = FIELD_U64,
     .formula = GAUGE,
     .scale = 1,
     .metric = {"size", DOUBLE, "KB", BOTH, "%.0f", "group", "A size", false}},
    {.name = "text",
     .type = FIELD_STRING,
     .formula = TEXT,
     .scale = 1,
     .metric = {"text", STRING, "", ZERO, "%s", "group", "A text", false}},
};

static const struct layout layout = {
    .name = "grid", .kind = KIND_HOST, .fields = fields, .count = 4};

static char web[] = "web", other[] = "other one", unspecified[] = "unspecified",
	    ops[] = "ops", grid[] = "cloud",
	    authority[] = "http://monitor.example/ganglia/";

struct config *
grid_config(void)
{
	static struct config_cluster clusters[2];
	static struct config config;

	clusters[0] = (struct config_cluster){.name = web,
	                                      .owner = ops,
	                                      .latlong = unspecified,
	                                      .url = unspecified,
	                                      .number = GRID_WEB};
	clusters[1] = (struct config_cluster){.name = other,
	                                      .owner = unspecified,
	                                      .latlong = unspecified,
	                                      .url = unspecified,
	                                      .number = GRID_OTHER};
	config = (struct config){.grid = grid,
	                         .authority = authority,
	                         .clusters = clusters,
	                         .cluster_count = 2,
	                         .readers = 16,
	                         .reader_timeout_s = 30,
	                         .collector = {.host_dmax_ms = 86400000},
	                         .references = 1};
	return &config;
}

struct store *
grid_store(void)
{
	return store_new(100000, 100000);
}

struct store_block *
grid_block(struct store_host *host, const char *prefix, const char *part,
           const char *group, double load, int64_t heard_ms)
{
	struct store_instance instance = {prefix, part, group};
	struct derived values[4] = {{.valid = true, .number = 4},
	                            {.valid = true, .number = load},
	                            {.valid = true, .number = 1048576},
	                            {.valid = true, .text = "as it came"}};
	struct store_block *block = store_block_add(host, &layout, &instance);

	if (block != NULL)
		store_block_set(block, values, 4,
		                (struct store_pace){.interval_s = GRID_INTERVAL_S},
		                heard_ms);
	return block;
}

struct store_host *
grid_host(struct store *store, unsigned cluster, const char *name, double load)
{
	struct address address = {.type = ADDRESS_IPV4, .bytes = {192, 0, 2, 1}};
	bool is_agent = strcmp(name, "node1") == 0;
	struct store_host *host;

	host = store_host_add(store, name, is_agent ? &address : NULL, cluster);
	if (host == NULL)
		return NULL;
	grid_block(host, "", "", NULL, load, GRID_NOW);
	store_host_announce(host, name);
	store_host_heard(host, GRID_WALL / 1000 - 3600, GRID_NOW);
	store_host_tick(host, true, 65000, GRID_NOW);
	return host;
}

static void
add_host(struct summary_builder *builder, struct store_host *host)
{
	struct store_state state;
	struct store_look look;
	struct store_value value;

	store_lock(host, &state);
	summary_host(builder, state.cluster, state.up);
	store_look(&look, host, GRID_NOW);
	while (state.up && store_look_next(&look, &value))
		summary_value(builder, state.cluster, &value);
	store_unlock(host);
}

void
grid_publish(struct store *store)
{
	struct summary_builder *builder = summary_builder_new(2);
	struct store_walk walk = {0};
	struct store_host *host;

	while ((host = store_next(store, &walk, STORE_ANY_CLUSTER)) != NULL) {
		add_host(builder, host);
		store_release(host);
	}
	summary_publish(builder, GRID_WALL / 1000);
	summary_builder_free(builder);
}

/* In place of config.c and of the program's log, where nothing else needs them. */
__attribute__((weak)) struct config *
config_hold(const struct config *config)
{
	return (struct config *)(uintptr_t)config;
}

__attribute__((weak)) void
config_release(const struct config *config)
{
	(void)config;
}

__attribute__((weak)) void
log_line(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	printf("# ");
	vprintf(format, args);
	printf("\n");
	va_end(args);
}

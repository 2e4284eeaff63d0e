#include "tests/bench/fleet.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/bench/quick_paths.h"
#include "tests/bench/traffic.h"

#define SETTLED 4       /* reports */
#define BATCH_MOST 4000 /* datagrams of a second */

static const char conf[] =
    "sflow { accept = { \"%s\" } }\n"
    "cluster \"" FLEET_CLUSTER "\" { }\n"
    "rrd { rootdir = \"/nowhere\" rrdcached = \"unix:/nowhere\" }\n";

static struct config *
new_config(bool all)
{
	char text[sizeof(conf) + 16], fault[CONFIG_FAULT];
	struct config *config;

	snprintf(text, sizeof(text), conf, all ? "all" : "default");
	config = config_parse(text, "quick.conf", NULL, fault);
	if (config == NULL)
		errx(1, "%s", fault);
	return config;
}

struct fleet *
fleet_new(unsigned agents, unsigned ports)
{
	struct traffic_options options = {.agents = agents,
	                                  .ports = ports,
	                                  .uneven = 1,
	                                  .interval_ms = FLEET_INTERVAL_S * 1000,
	                                  .first_uptime_ms = 86400000};
	struct fleet *fleet = calloc(1, sizeof(*fleet));

	if (fleet == NULL)
		errx(1, "out of memory");
	fleet->config = new_config(ports > 0);
	fleet->collector = collector_new(&fleet->config->collector);
	if (fleet->collector == NULL)
		errx(1, "out of memory");
	fleet->store = collector_store(fleet->collector);
	fleet->traffic = traffic_new(&options);
	collector_set_wall(fleet->collector, FLEET_WALL);
	return fleet;
}

void
fleet_free(struct fleet *fleet)
{
	collector_free(fleet->collector);
	traffic_free(fleet->traffic);
	config_release(fleet->config);
	free(fleet);
}

static void
send_some(struct fleet *fleet, size_t count, bool counted)
{
	static struct {
		const void *bytes;
		size_t len;
	} batch[BATCH_MOST];
	struct address from = {.type = ADDRESS_IPV4, .bytes = {127, 0, 0, 1}};
	size_t i, refused = 0;

	if (count > BATCH_MOST)
		errx(1, "over %d datagrams a second", BATCH_MOST);
	for (i = 0; i < count; i++)
		batch[i].bytes = traffic_next(fleet->traffic, &batch[i].len);
	if (counted)
		counting_on();
	for (i = 0; i < count; i++)
		refused += collector_input(fleet->collector, batch[i].bytes,
		                           batch[i].len, &from, fleet->now) != 0;
	if (counted)
		counting_off();
	if (refused > 0)
		errx(1, "%zu datagrams are refused", refused);
}

static void
pass_second(struct fleet *fleet, bool counted)
{
	size_t total = traffic_round(fleet->traffic), due;
	struct event event;

	due = total * ++fleet->second / FLEET_INTERVAL_S;
	fleet->now += 1000;
	send_some(fleet, due - fleet->sent, counted);
	fleet->sent = due;
	collector_tick(fleet->collector, fleet->now);
	while (collector_event(fleet->collector, &event))
		;
	if (fleet->second == FLEET_INTERVAL_S)
		fleet->sent = fleet->second = 0;
}

void
fleet_pass(struct fleet *fleet, unsigned seconds, bool counted)
{
	for (; seconds > 0; seconds--)
		pass_second(fleet, counted);
}

void
fleet_settle(struct fleet *fleet)
{
	fleet_pass(fleet, SETTLED * FLEET_INTERVAL_S, false);
}

static size_t
count_values(struct store_host *host, int64_t now)
{
	struct store_state state;
	struct store_value value;
	struct store_look look;
	size_t n = 0;

	store_lock(host, &state);
	store_look(&look, host, now);
	while (store_look_next(&look, &value))
		n += now - value.heard_ms < FLEET_INTERVAL_S * 1000;
	store_unlock(host);
	return n;
}

size_t
fleet_values(const struct fleet *fleet)
{
	struct store_walk walk = {0};
	struct store_host *host;
	size_t n = 0;

	while ((host = store_next(fleet->store, &walk, STORE_ANY_CLUSTER)) != NULL) {
		n += count_values(host, fleet->now);
		store_release(host);
	}
	return n;
}

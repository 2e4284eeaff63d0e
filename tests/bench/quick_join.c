/* join, join-many: a virtual machine that joins under a name that thousands of others
 * want. Their places are so long that they are shortened, and the names that come of these
 * collide, as a hostile sender would have it. agent, agent-many: the same of agents. */
#include "tests/bench/quick_paths.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>

#include "sflow/collector/collector.h"
#include "tests/sflow/wire.h"

#define FEW 1000 /* hosts that are there before */
#define MANY (10 * FEW)
#define JOINS 10 /* of a round */
#define START_MS INT64_C(100000000)

struct joins {
	struct collector *collector;
	bool machines; /* else: agents */
	unsigned count;
};

/* The datagram of the next machine. */
static void
next_machine(const struct joins *j, struct wire *w)
{
	w->len = 0;
	wire_datagram_begin(w, "2001:db8:1111:2222:3333:4444:5555:1000", 0,
	                    j->count + 1, 1000 * (j->count + 1));
	wire_sample_begin(w, WIRE_COUNTERS, 1, 3, 100000 + j->count);
	wire_host_descr(w, "same-name", 0);
	wire_virt_cpu(w, 1);
	wire_sample_end(w);
	wire_datagram_end(w);
}

/* The datagram of the next agent. */
static void
next_agent(const struct joins *j, struct wire *w)
{
	char address[64];

	snprintf(address, sizeof(address), "2001:db8:1111:2222:3333:4444:%x:%x",
	         0x1000 + j->count / 1000, 0x1000 + j->count % 1000);
	w->len = 0;
	wire_datagram_begin(w, address, 0, 1, 1000);
	wire_sample_begin(w, WIRE_COUNTERS, 1, 2, 1);
	wire_host_descr(w, "same-name", 0);
	wire_sample_end(w);
	wire_datagram_end(w);
}

static void
join(struct joins *j, unsigned count, bool counted)
{
	struct address from = {.type = ADDRESS_IPV4, .bytes = {192, 0, 2, 1}};
	struct wire w;

	for (; count > 0; count--) {
		if (j->machines)
			next_machine(j, &w);
		else
			next_agent(j, &w);
		j->count++;
		if (counted)
			counting_on();
		if (collector_input(j->collector, w.bytes, w.len, &from,
		                    START_MS + 1000 * (int64_t)j->count) != 0)
			errx(1, "a datagram was not taken");
		counting_off();
	}
}

static void *
begin(bool machines, unsigned before)
{
	struct collector_config config = collector_defaults;
	struct joins *j = calloc(1, sizeof(*j));

	config.vm = VM_HOST;
	config.max_agents = config.max_sources = 2 * MANY;
	if (j == NULL || (j->collector = collector_new(&config)) == NULL)
		errx(1, "no memory");
	j->machines = machines;
	join(j, before, false);
	return j;
}

static void *
begin_machines(void)
{
	return begin(true, FEW);
}

static void *
begin_many_machines(void)
{
	return begin(true, MANY);
}

static void *
begin_agents(void)
{
	return begin(false, FEW);
}

static void *
begin_many_agents(void)
{
	return begin(false, MANY);
}

static void
round_of_joins(void *context)
{
	join(context, JOINS, true);
}

static void
end(void *context)
{
	struct joins *j = context;

	if (store_count(collector_store(j->collector)) != j->count)
		errx(1, "%zu hosts instead of %u",
		     store_count(collector_store(j->collector)), j->count);
	collector_free(j->collector);
	free(j);
}

#define PATH(n, b) \
	{ \
		.name = (n), .rounds = 50, .units = JOINS, .begin = (b), \
		.round = round_of_joins, .end = end \
	}

const struct path path_join = PATH("join", begin_machines);
const struct path path_join_many = PATH("join-many", begin_many_machines);
const struct path path_agent = PATH("agent", begin_agents);
const struct path path_agent_many = PATH("agent-many", begin_many_agents);

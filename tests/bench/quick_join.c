/* join: a virtual machine that joins under a name that thousands of others want. Their
 * places are so long that they are shortened, and the names that come of these collide, as
 * a hostile sender would have it. */
#include "tests/bench/quick_paths.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>

#include "sflow/collector/collector.h"
#include "tests/sflow/wire.h"

#define BEFORE 3000
#define JOINS 10       /* of a round */
#define PER_AGENT 1000 /* machines */
#define START_MS INT64_C(100000000)

struct joins {
	struct collector *collector;
	unsigned count;
};

/* The datagram of the next machine. */
static void
next_machine(struct joins *j, struct wire *w)
{
	unsigned agent = j->count / PER_AGENT, machine = j->count % PER_AGENT;
	char address[64];

	snprintf(address, sizeof(address), "2001:db8:1111:2222:3333:4444:5555:%x",
	         0x1000 + agent);
	w->len = 0;
	wire_datagram_begin(w, address, 0, machine + 1, 1000 * (machine + 1));
	wire_sample_begin(w, WIRE_COUNTERS, 1, 3, 100000 + machine);
	wire_host_descr(w, "same-name", 0);
	wire_virt_cpu(w, 1);
	wire_sample_end(w);
	wire_datagram_end(w);
	j->count++;
}

static void
join(struct joins *j, unsigned count, bool counted)
{
	struct address from = {.type = ADDRESS_IPV4, .bytes = {192, 0, 2, 1}};
	struct wire w;

	for (; count > 0; count--) {
		next_machine(j, &w);
		if (counted)
			counting_on();
		if (collector_input(j->collector, w.bytes, w.len, &from,
		                    START_MS + 1000 * (int64_t)j->count) != 0)
			errx(1, "a datagram was not taken");
		counting_off();
	}
}

static void *
begin(void)
{
	struct collector_config config = collector_defaults;
	struct joins *j = calloc(1, sizeof(*j));

	config.vm = VM_HOST;
	if (j == NULL || (j->collector = collector_new(&config)) == NULL)
		errx(1, "no memory");
	join(j, BEFORE, false);
	return j;
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

const struct path path_join = {.name = "join",
                               .rounds = 50,
                               .units = JOINS,
                               .begin = begin,
                               .round = round_of_joins,
                               .end = end};

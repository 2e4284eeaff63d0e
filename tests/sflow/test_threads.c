/* For ThreadSanitizer: one thread fills the store, with hosts that come, are
 * renamed, and go; one adds values of its own to them; one publishes; one reads the
 * statistics. */
#include "tests/sflow/unit.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "tests/sflow/script.h"

#define FILL_MS 1000     /* real time; the threads run for as long */
#define ROUNDS_LEAST 200 /* and on a slow machine for longer */
#define AGENTS 40

struct threads {
	struct collector *c;
	struct deliveries deliveries;
	struct store_feed *feed; /* theirs */
	atomic_bool ended;       /* nothing more is filled in */
	atomic_llong now;        /* invented time */
	uint64_t published;      /* values; the publisher's */
	uint64_t gone;           /* hosts */
	uint64_t foretold;       /* values of the thread that adds some */
};

static int64_t
real_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* A machine with a virtual machine and a web server; its name changes now and
 * then. */
static void
build(struct wire *w, unsigned agent, uint32_t i, int64_t now)
{
	char address[ADDRESS_TEXT], name[32];

	snprintf(address, sizeof(address), "10.0.0.%u", agent + 1);
	snprintf(name, sizeof(name), "node%u-%u", agent, i / 16);
	wire_datagram_begin(w, address, 1, i, (uint32_t)now);
	wire_sample_begin(w, WIRE_COUNTERS, i, 2, 1);
	wire_host_descr(w, name, 1);
	wire_host_net_io(w, i * UINT64_C(1000), i);
	wire_zeros(w, 2003, 80);
	wire_sample_end(w);
	wire_sample_begin(w, WIRE_COUNTERS, i, 3, 100000 + agent);
	wire_host_descr(w, name, (uint8_t)(agent + 1));
	wire_virt_cpu(w, i);
	wire_sample_end(w);
	wire_sample_begin(w, WIRE_COUNTERS, i, 3, 80);
	wire_http_counters(w, i);
	wire_zeros(w, 9999u << 12 | i % 30, 4);
	wire_sample_end(w);
	wire_datagram_end(w);
}

static void
drain_events(struct collector *c)
{
	struct event event;
	char text[EVENT_TEXT];

	while (collector_event(c, &event))
		event_text(&event, text);
}

static void *
fill(void *arg)
{
	struct threads *t = arg;
	struct address from = {.type = ADDRESS_IPV4};
	int64_t until = real_ms() + FILL_MS, now = SCRIPT_START;
	struct wire w;
	uint32_t i;
	unsigned agent;

	for (i = 1; i <= ROUNDS_LEAST || real_ms() < until; i++) {
		for (agent = 0; agent < AGENTS; agent++) {
			if (i / 64 % AGENTS == agent)
				continue; /* silent for long enough to expire */
			build(&w, agent, i, now);
			collector_input(t->c, w.bytes, w.len, &from, now);
		}
		now += 10 * SECONDS;
		atomic_store(&t->now, now);
		collector_tick(t->c, now);
		drain_events(t->c);
	}
	atomic_store(&t->ended, true);
	return NULL;
}

static void
publish_host(struct threads *t, struct store_host *host, unsigned turn)
{
	static struct store_reading readings[DELIVERIES_READ];
	struct store_info info;
	size_t n;

	store_host_info(host, &info);
	if (!info.gone && turn % 7 == 0) {
		store_again(t->feed, host);
		return;
	}
	if (!info.gone && turn % 5 == 0)
		store_news_again(t->feed, host);
	while (!info.gone && (n = deliveries_read(&t->deliveries, host,
	                                          atomic_load(&t->now), readings)) > 0)
		t->published += n;
	t->gone += info.gone;
	store_done(t->feed, host);
}

static void *
publish(void *arg)
{
	struct threads *t = arg;
	struct store_host *host;
	unsigned turn = 0;
	bool ended;

	do {
		ended = atomic_load(&t->ended); /* then once more */
		while ((host = store_take(t->feed)) != NULL)
			publish_host(t, host, ++turn);
	} while (!ended);
	return NULL;
}

/* A block in a host that is held for a while. */
struct foretold {
	struct store_host *host;
	struct store_block *block;
};

#define FORETOLD 16

static void
foretell_one(struct threads *t, struct foretold *f, struct store_host *host,
             const struct layout *one)
{
	static const struct store_instance bare = {"", "", NULL};
	struct derived value = {.valid = true, .number = (double)t->foretold};

	store_block_remove(f->block);
	store_release(f->host);
	f->host = host;
	f->block = host != NULL ? store_block_add(host, one, &bare) : NULL;
	if (f->block == NULL)
		return;
	store_block_set(f->block, &value, 1, (struct store_pace){.interval_s = 10},
	                atomic_load(&t->now));
	store_host_news(host);
	t->foretold++;
}

static void *
foretell(void *arg)
{
	static const struct field row = {.formula = GAUGE,
	                                 .scale = 1,
	                                 .metric = {"foretold", DOUBLE, "", BOTH,
	                                            "%.0f", "group", "Foretold",
	                                            false}};
	struct layout *one = layout_new(KIND_HOST, &row);
	struct foretold all[FORETOLD] = {{NULL, NULL}};
	struct threads *t = arg;
	struct store_walk walk = {0};
	unsigned i = 0;

	while (!atomic_load(&t->ended)) {
		struct store_host *host =
		    store_next(collector_store(t->c), &walk, STORE_ANY_CLUSTER);

		if (host == NULL)
			walk = (struct store_walk){0};
		else
			foretell_one(t, &all[i++ % FORETOLD], host, one);
	}
	for (i = 0; i < FORETOLD; i++)
		foretell_one(t, &all[i], NULL, one);
	layout_free(one);
	return NULL;
}

static void *
watch(void *arg)
{
	struct threads *t = arg;
	const struct collector_stats *s = collector_stats(t->c);
	uint64_t before = 0, datagrams;

	while (!atomic_load(&t->ended)) {
		datagrams = s->datagrams;
		if (datagrams < before || s->agents > AGENTS ||
		    store_count(collector_store(t->c)) > 2 * AGENTS)
			abort(); /* cmocka is for the main thread only */
		before = datagrams;
		store_waiting(t->feed);
	}
	return NULL;
}

static void
run(enum vm_hosts vm)
{
	struct collector_config config = collector_defaults;
	struct threads t = {.now = SCRIPT_START};
	void *(*const bodies[])(void *) = {fill, foretell, publish, watch};
	pthread_t threads[COUNT_OF(bodies)];
	size_t i;

	config.vm = vm;
	config.host_dmax_ms = 5 * MINUTES;
	t.c = collector_new(&config);
	assert_non_null(t.c);
	assert_true(deliveries_open(&t.deliveries, collector_store(t.c)));
	t.feed = t.deliveries.feed;
	collector_set_wall(t.c, SCRIPT_WALL);
	for (i = 0; i < COUNT_OF(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, bodies[i], &t), 0);
	for (i = 0; i < COUNT_OF(threads); i++)
		pthread_join(threads[i], NULL);
	assert_int_not_equal(t.published, 0);
	assert_int_not_equal(t.gone, 0);
	assert_int_not_equal(t.foretold, 0);
	assert_int_not_equal(collector_stats(t.c)->datagrams, 0);
	collector_free(t.c);
}

static void
filling_and_publishing_go_together(void **state)
{
	(void)state;
	run(VM_PREFIX);
}

static void
so_do_virtual_machines_as_hosts(void **state)
{
	(void)state;
	run(VM_HOST);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(filling_and_publishing_go_together),
	    cmocka_unit_test(so_do_virtual_machines_as_hosts),
	};

	return cmocka_run_group_tests_name("threads", tests, NULL, NULL);
}

/* Values that do not come when they should, in invented time: an application, a port or a
 * record falls silent while its host goes on. */
#include "tests/sflow/rack.h"
#include "tests/sflow/unit.h"

#define NODE "node1"
#define POLLING (30 * SECONDS)

/* Whether the value is stale now. A value that is not there is a failure. */
static bool
is_stale(const struct script *s, const char *name_of_host, const char *metric)
{
	struct store_host *host = store_find(collector_store(s->c), 0, name_of_host);
	struct store_look look;
	struct store_state state;
	struct store_value value;
	char name[STORE_NAME];
	bool found = false, stale = false;

	assert_non_null(host);
	store_lock(host, &state);
	store_look(&look, host, s->now);
	while (!found && store_look_next(&look, &value)) {
		store_value_name(&value, name);
		found = strcmp(name, metric) == 0;
		stale = value.stale;
	}
	store_unlock(host);
	store_release(host);
	if (!found)
		fail_msg("there is no %s", metric);
	return stale;
}

static void
send_http(struct script *s, struct device *d, uint32_t gets)
{
	script_begin(s, d);
	wire_http_counters(&s->w, gets);
	script_end(s);
	assert_int_equal(script_input(s), 0);
}

/* So many polls of a host and its web server, which falls silent after `spoken`. */
static void
polls(struct script *s, struct device *host, struct device *web, unsigned count,
      unsigned spoken)
{
	unsigned i;

	for (i = 0; i < count; i++) {
		script_send_host(s, host, NODE, (uint64_t)s->now);
		if (i < spoken)
			send_http(s, web, 100 * i);
		script_pass(s, POLLING);
	}
}

static void
application_that_falls_silent(void **state)
{
	struct script *s = *state;
	struct device d = script_machine("192.0.2.1");
	struct device web = script_source(&d, 100000, 3, 80);

	polls(s, &d, &web, 20, 20);
	assert_false(is_stale(s, NODE, "http_meth_get"));
	polls(s, &d, &web, 1, 0); /* 60 s after it was heard */
	assert_false(is_stale(s, NODE, "http_meth_get"));
	script_send_host(s, &d, NODE, (uint64_t)s->now);
	script_pass(s, 8 * SECONDS);
	assert_true(is_stale(s, NODE, "http_meth_get"));
	assert_false(is_stale(s, NODE, "bytes_in"));
	script_publish(s);
	assert_int_equal(s->events[EVENT_LATE] + s->events[EVENT_DOWN], 0);
	send_http(s, &web, 5000); /* and it is there again */
	assert_false(is_stale(s, NODE, "http_meth_get"));
}

static void
misses_that_are_configured(void **state)
{
	struct script *s = *state;
	struct collector_config config = collector_defaults;
	struct device d = script_machine("192.0.2.1");
	struct device web = script_source(&d, 100000, 3, 80);

	config.misses = 4;
	script_configure(s, &config);
	polls(s, &d, &web, 23, 20);
	assert_false(is_stale(s, NODE, "http_meth_get"));
	script_pass(s, 8 * SECONDS);
	assert_true(is_stale(s, NODE, "http_meth_get"));
	config.misses = 100; /* five are the most for what a host consists of */
	script_configure(s, &config);
	polls(s, &d, &web, 24, 20);
	assert_false(is_stale(s, NODE, "http_meth_get"));
	script_pass(s, 8 * SECONDS);
	assert_true(is_stale(s, NODE, "http_meth_get"));
}

static void
send_workers(struct script *s, struct device *d)
{
	script_begin(s, d);
	wire_http_counters(&s->w, 1);
	wire_zeros(&s->w, 2206, 20);
	script_end(s);
	assert_int_equal(script_input(s), 0);
}

/* It may poll every five minutes. */
static void
interval_that_is_not_known(void **state)
{
	struct script *s = *state;
	struct device d = script_machine("192.0.2.1");
	struct device web = script_source(&d, 100000, 3, 80);

	polls(s, &d, &web, 10, 0);
	send_workers(s, &web);
	polls(s, &d, &web, 10, 0);
	assert_false(is_stale(s, NODE, "http_workers_idle"));
}

/* A switch that does not send counters of idle ports. */
static void
idle_port_is_no_event(void **state)
{
	struct script *s = *state;
	struct rack r = new_rack();

	rounds_of(s, &r, 20);
	assert_false(is_stale(s, HOST, "swp2.bytes_in"));
	r.ports[1].mute = true;
	rounds_of(s, &r, 1);
	assert_false(is_stale(s, HOST, "swp2.bytes_in"));
	rounds_of(s, &r, 1);
	assert_true(is_stale(s, HOST, "swp2.bytes_in"));
	assert_false(is_stale(s, HOST, "swp1.bytes_in"));
	assert_false(is_stale(s, HOST, "bytes_in"));
	rounds_of(s, &r, 5); /* the others are summed up without it */
	assert_false(is_stale(s, HOST, "bytes_in"));
	assert_int_equal(s->events[EVENT_LATE] + s->events[EVENT_DOWN], 0);
}

/* A record that is in each fourth sample of its source only. */
static void
record_in_some_samples(void **state)
{
	struct script *s = *state;
	struct device d = script_machine("192.0.2.1");
	unsigned i;

	for (i = 0; i < 40; i++) {
		script_begin(s, &d);
		wire_host_descr(&s->w, NODE, 1);
		if (i % 4 == 0)
			wire_zeros(&s->w, 2005, 52);
		wire_host_net_io(&s->w, 1000 * i, 0);
		script_end(s);
		assert_int_equal(script_input(s), 0);
		if (i >= 8) {
			script_pass(s, POLLING - 1 * SECONDS);
			assert_false(is_stale(s, NODE, "disk_total"));
			script_pass(s, 1 * SECONDS);
		} else {
			script_pass(s, POLLING);
		}
	}
}

/* The program was stopped: what it could not hear makes nothing stale, but what was stale
 * before stays so. */
static void
nobody_listened(void **state)
{
	struct script *s = *state;
	struct device d = script_machine("192.0.2.1");
	struct device web = script_source(&d, 100000, 3, 80);

	polls(s, &d, &web, 22, 20);
	script_pass(s, 8 * SECONDS);
	assert_true(is_stale(s, NODE, "http_meth_get"));
	s->now += 4 * MINUTES;
	collector_deaf(s->c, s->now - 4 * MINUTES, s->now);
	script_send_net(s, &d, 0);
	assert_true(is_stale(s, NODE, "http_meth_get"));
}

/* Its values are not stale: the host is down, and is told to be. */
static void
silent_host(void **state)
{
	struct script *s = *state;
	struct device d = script_machine("192.0.2.1");
	struct device web = script_source(&d, 100000, 3, 80);
	int i;

	polls(s, &d, &web, 20, 20);
	assert_false(is_stale(s, NODE, "bytes_in"));
	for (i = 0; i < 60; i++) {
		script_pass(s, 1 * SECONDS);
		assert_false(is_stale(s, NODE, "bytes_in"));
	}
	script_publish(s);
	assert_int_equal(s->events[EVENT_DOWN], 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(application_that_falls_silent),
	    TEST(misses_that_are_configured),
	    TEST(interval_that_is_not_known),
	    TEST(idle_port_is_no_event),
	    TEST(record_in_some_samples),
	    TEST(silent_host),
	    TEST(nobody_listened),
	};

	return cmocka_run_group_tests_name("stale", tests, NULL, NULL);
}

/* Who is not confirmed: they make way at each bound, and keep nobody out. */
#include "tests/sflow/unit.h"

#include <stdio.h>

#include "sflow/collector/strangers.h"
#include "tests/sflow/looks.h"

#define FLOOD 500 /* datagrams per second */

/* Single datagrams, each in the name of another agent. */
struct flood {
	unsigned sent;
};

static const struct collector_stats *
stats(const struct script *s)
{
	return collector_stats(s->c);
}

static void
send_flood(struct script *s, struct flood *flood, unsigned count)
{
	char address[ADDRESS_TEXT];

	for (; count > 0; count--) {
		unsigned n = flood->sent++;
		struct device d;

		snprintf(address, sizeof(address), "10.%u.%u.%u", 128 + n / 65536,
		         n / 256 % 256, n % 256);
		d = script_machine(address);
		d.sequence = n * 2654435761U;
		script_send_host(s, &d, "flood", n);
	}
}

/* So many seconds, with a flood in each; the devices are heard every 10 s. */
static void
pass_flooded(struct script *s, struct flood *flood, struct device *newcomer,
             struct device *known, int seconds)
{
	int i;

	for (i = 0; i < seconds; i++) {
		if (i % 10 == 0) {
			script_send_net(s, newcomer, 100 * (uint64_t)s->now / 1000);
			script_send_net(s, known, 100 * (uint64_t)s->now / 1000);
		}
		send_flood(s, flood, FLOOD);
		script_pass(s, SECONDS);
	}
	script_publish(s);
}

static bool
is_confirmed(struct script *s, const char *name)
{
	return looks_state(s, 0, name).confirmed;
}

static void
configure(struct script *s, unsigned agents, size_t metrics)
{
	struct collector_config config = collector_defaults;

	config.max_agents = agents;
	config.max_metrics_in_all = metrics;
	looks_configure(s, &config);
}

/* Who was seen ------------------------------------------------------------------------- */

static struct datagram
datagram_of(uint32_t sequence, uint32_t uptime_ms)
{
	struct datagram d = {.sequence = sequence, .uptime_ms = uptime_ms};

	assert_int_equal(address_parse("10.0.0.1", &d.agent), 0);
	return d;
}

/* Whether a datagram is confirmed by one that comes later, by so much. */
static bool
is_followed(const char *from, uint32_t numbers, int32_t uptime_ms, int64_t ms)
{
	struct strangers strangers = {.sightings = NULL};
	struct datagram first = datagram_of(7, 4294967000U);
	struct datagram second =
	    datagram_of(7 + numbers, 4294967000U + (uint32_t)uptime_ms);
	struct address source, other;
	bool followed;

	assert_int_equal(address_parse("10.0.0.1", &source), 0);
	assert_int_equal(address_parse(from, &other), 0);
	assert_false(strangers_see(&strangers, &first, &source, SCRIPT_START));
	followed = strangers_see(&strangers, &second, &other, SCRIPT_START + ms);
	strangers_free(&strangers);
	return followed;
}

static void
second_datagram_has_to_follow(void **state)
{
	(void)state;
	assert_true(is_followed("10.0.0.1", 1, 10000, 10000));
	assert_true(is_followed("10.0.0.1", 1, 5000, 5000));
	assert_true(is_followed("10.0.0.1", 40, 300000, 300900));
	assert_false(is_followed("10.0.0.2", 1, 10000, 10000)); /* another source */
	assert_false(is_followed("10.0.0.1", 1, 4900, 5100));   /* too soon */
	assert_false(is_followed("10.0.0.1", 1, 5100, 4900));
	assert_false(is_followed("10.0.0.1", 0, 10000, 10000)); /* the same number */
	assert_false(is_followed("10.0.0.1", 5000, 10000, 10000));
	assert_false(is_followed("10.0.0.1", (uint32_t)-1, 10000, 10000));
	assert_false(is_followed("10.0.0.1", 1, 60000, 10000)); /* another clock */
	assert_false(is_followed("10.0.0.1", 1, -10000, 10000));
}

/* One that sends each second is not put off by its own datagrams. */
static void
datagrams_in_between_do_not_put_off(void **state)
{
	struct strangers strangers = {.sightings = NULL};
	struct address from;
	uint32_t i;

	(void)state;
	assert_int_equal(address_parse("10.0.0.1", &from), 0);
	for (i = 0; i <= 5; i++) {
		struct datagram d = datagram_of(i, i * 1000);

		assert_int_equal(
		    strangers_see(&strangers, &d, &from, SCRIPT_START + i * SECONDS),
		    i == 5);
	}
	strangers_free(&strangers);
}

/* In the collector ----------------------------------------------------------------------- */

static void
second_datagram_confirms(void **state)
{
	struct device d = script_machine("10.0.0.1");
	struct script *s = *state;

	configure(s, 10, 0);
	script_send_host(s, &d, "node", 0);
	assert_false(is_confirmed(s, "node"));
	script_pass(s, 4 * SECONDS);
	script_send_host(s, &d, "node", 0);
	assert_false(is_confirmed(s, "node"));
	script_pass(s, SECONDS);
	s->from = "192.0.2.77"; /* another source */
	script_send_host(s, &d, "node", 0);
	assert_false(is_confirmed(s, "node"));
	s->from = NULL;
	script_send_host(s, &d, "node", 0);
	assert_true(is_confirmed(s, "node"));
}

/* Within two polls an honest newcomer is in, and who was known stays. */
static void
single_datagrams_keep_nobody_out(void **state)
{
	struct device known = script_machine("10.0.0.1");
	struct device newcomer = script_machine("10.0.0.2");
	struct flood flood = {0};
	struct script *s = *state;

	configure(s, 50, 0);
	looks_run(s, &known, "known", 2 * MINUTES);
	send_flood(s, &flood, 1000);
	assert_int_equal(stats(s)->agents, 50);
	pass_flooded(s, &flood, &newcomer, &known, 10);
	assert_false(looks_there(s, 0, "10.0.0.2"));
	pass_flooded(s, &flood, &newcomer, &known, 30);
	assert_true(looks_there(s, 0, "10.0.0.2"));
	assert_true(is_confirmed(s, "10.0.0.2"));
	assert_true(looks_has(s, 0, "10.0.0.2", "bytes_in"));
	assert_true(looks_state(s, 0, "known").up);
	assert_int_equal(stats(s)->agents, 50);
	assert_true(s->events[EVENT_AT_BOUND] > 0);
}

/* Those who go on as well as honest agents do, but came later. */
static void
confirmed_liars_displace_nobody(void **state)
{
	static struct device liars[200];
	static char addresses[200][ADDRESS_TEXT];
	struct device known = script_machine("10.0.0.1");
	struct script *s = *state;
	int i, round;

	configure(s, 50, 0);
	looks_run(s, &known, "known", 2 * MINUTES);
	for (i = 0; i < 200; i++) {
		snprintf(addresses[i], ADDRESS_TEXT, "10.9.0.%d", i);
		liars[i] = script_machine(addresses[i]);
	}
	for (round = 0; round < 6; round++) {
		for (i = 0; i < 200; i++)
			script_send_net(s, &liars[i], 0);
		looks_run(s, &known, "known", 30 * SECONDS);
	}
	assert_int_equal(stats(s)->agents, 50);
	assert_true(looks_there(s, 0, "known"));
	assert_true(looks_has(s, 0, "known", "bytes_in"));
	assert_true(s->events[EVENT_AT_BOUND] > 0);
	assert_int_equal(s->events[EVENT_GONE], 0);
}

static void
strangers_are_gone_after_minutes(void **state)
{
	struct device known = script_machine("10.0.0.1");
	struct flood flood = {0};
	struct script *s = *state;

	configure(s, 500, 0);
	looks_run(s, &known, "known", MINUTES);
	send_flood(s, &flood, 300);
	assert_int_equal(stats(s)->agents, 301);
	looks_run(s, &known, "known", 12 * MINUTES);
	assert_int_equal(stats(s)->agents, 1);
	assert_true(looks_there(s, 0, "known"));
}

/* One that polls every quarter of an hour is forgotten in between, once. */
static void
slow_agents_are_known_again(void **state)
{
	struct device d = script_machine("10.0.0.1");
	struct script *s = *state;

	configure(s, 10, 0);
	script_send_host(s, &d, "slow", 0);
	script_pass(s, 15 * MINUTES);
	assert_false(looks_there(s, 0, "slow"));
	script_send_host(s, &d, "slow", 90000);
	assert_true(is_confirmed(s, "slow"));
	script_pass(s, 15 * MINUTES);
	script_send_host(s, &d, "slow", 180000);
	assert_true(looks_has(s, 0, "slow", "bytes_in"));
}

/* The metrics of all --------------------------------------------------------------------- */

static void
send_ports(struct script *s, struct device *d, uint32_t count)
{
	uint32_t i;

	for (i = 1; i <= count; i++) {
		struct device port = script_source(d, d->sub_agent, 0, i);

		port.sequence = d->sequence;
		script_send_net(s, &port, 0);
		d->sequence = port.sequence;
	}
}

static size_t
metrics(struct script *s)
{
	struct store_walk walk = {0};
	struct store_host *host;
	struct store_look look;
	struct store_state seen;
	struct store_value value;
	size_t n = 0;

	while ((host = store_next(collector_store(s->c), &walk, 0)) != NULL) {
		store_lock(host, &seen);
		store_look(&look, host, s->now);
		while (store_look_next(&look, &value))
			n++;
		store_unlock(host);
		store_release(host);
	}
	return n;
}

static void
metrics_are_bounded_in_all(void **state)
{
	struct device known = script_machine("10.0.0.1");
	struct device late = script_machine("10.0.0.2");
	struct flood flood = {0};
	struct script *s = *state;

	configure(s, 1000, 400);
	looks_run(s, &known, "known", 2 * MINUTES);
	send_flood(s, &flood, 900);
	script_pass(s, 2 * MINUTES);
	send_flood(s, &flood, 90);
	script_publish(s);
	assert_in_range(metrics(s), 1, 300);
	assert_true(s->events[EVENT_AT_BOUND] > 0);
	assert_int_equal(s->last[EVENT_AT_BOUND].of.at_bound.bound, EVENT_BOUND_MEMORY);
	looks_run(s, &late, "late", 2 * MINUTES); /* strangers make way for it */
	assert_true(looks_has(s, 0, "late", "bytes_in"));
	assert_true(looks_has(s, 0, "known", "bytes_in"));
	assert_in_range(metrics(s), 1, 400);
}

static void
sources_are_bounded_in_all(void **state)
{
	struct collector_config config = collector_defaults;
	struct device known = script_machine("10.0.0.1");
	struct device stranger = script_machine("10.0.0.2");
	struct script *s = *state;

	config.max_agents =
	    6; /* with 64 sources each on average, but one may have all */
	config.max_sources = 384;
	looks_configure(s, &config);
	script_send_net(s, &known, 0);
	script_pass(s, 30 * SECONDS);
	script_send_net(s, &known, 0);
	send_ports(s, &stranger, 1000);
	assert_int_equal(stats(s)->refused, 1000 - (288 - 1));
	send_ports(s, &known, 40);
	assert_int_equal(stats(s)->agents, 2);
	send_ports(s, &known, 383);
	assert_int_equal(stats(s)->agents, 1); /* the stranger has made way */
	assert_int_equal(stats(s)->refused, 1000 - (288 - 1));
}

static void
newcomers_are_confirmed_where_it_is_tight(void **state)
{
	static struct device k[30];
	static char address[30][ADDRESS_TEXT];
	struct device late = script_machine("10.0.9.9");
	struct script *s = *state;
	int i, t;

	configure(s, 1000, 400); /* 30 hosts of 12 metrics: 360, and 40 are free */
	for (t = 0; t < 12; t++) {
		for (i = 0; i < 30; i++) {
			snprintf(address[i], ADDRESS_TEXT, "10.0.1.%d", i);
			if (t == 0)
				k[i] = script_machine(address[i]);
			script_send_host(s, &k[i], address[i], 0);
		}
		script_pass(s, 10 * SECONDS);
		if (t > 5)
			script_send_host(s, &late, "late", 0);
	}
	script_publish(s);
	assert_int_equal(s->events[EVENT_GONE], 1); /* it made way once */
	assert_true(looks_there(s, 0, "late") && is_confirmed(s, "late"));
}

static void
fast_senders_are_confirmed_at_the_bound(void **state)
{
	struct strangers strangers = {.sightings = NULL};
	struct address from;
	bool confirmed = false;
	uint32_t i;

	(void)state;
	address_parse("10.0.0.1", &from);
	for (i = 0; i < 2000 && !confirmed; i++) { /* 20 a second */
		struct datagram d = datagram_of(i, i * 50);

		confirmed = strangers_see(&strangers, &d, &from, SCRIPT_START + i * 50);
	}
	strangers_free(&strangers);
	assert_true(confirmed);
}

static void
clocks_of_seconds_are_confirmed(void **state)
{
	struct device d = script_machine("10.0.0.1"), other;
	struct script *s = *state;
	char a[ADDRESS_TEXT];
	uint32_t i;

	configure(s, 1, 0); /* and with 10 agents at 900 s */
	for (i = 0; i < 60; i++) {
		snprintf(a, sizeof(a), "10.7.0.%u", i);
		other = script_machine(a);
		script_send_net(s, &other, 0); /* each is heard once */
		script_begin(s, &d);
		wire_host_net_io(&s->w, i, i);
		script_end(s);
		wire_patch(&s->w, 20, 1000 + i * 30); /* uptime in s */
		script_input(s);
		script_pass(s, 30 * SECONDS);
	}
	assert_true(looks_there(s, 0, "10.0.0.1"));
}

static void
second_sender_of_an_address_displaces_a_stranger(void **state)
{
	struct device a = script_machine("10.0.0.1"), b = a, k;
	struct script *s = *state;
	char t[ADDRESS_TEXT];
	int i;

	b.booted_ms -= 5000000;
	b.sequence = 77777;
	configure(s, 4, 0);
	for (i = 0; i < 60; i++) {
		s->from = "192.0.2.1";
		script_send_host(s, &a, "aa", 5);
		script_pass(s, 3000);
		s->from = "192.0.2.2";
		if (i > 8)
			script_send_host(s, &b, "bb", 5);
		script_pass(s, 7000);
		s->from = NULL;
		snprintf(t, sizeof(t), "10.7.0.%d", i);
		k = script_machine(t);
		script_send_net(s, &k, 0); /* each is heard once */
	}
	assert_true(looks_there(s, 0, "bb"));
}

/* Single datagrams in the name of a known agent, each of another sub-agent. */
static void
ports_of_known_hosts(void **state)
{
	struct device known = script_machine("10.0.0.1"), e, port;
	struct script *s = *state;
	uint32_t i;

	configure(s, 4096, 0);
	looks_run(s, &known, "known", 5 * MINUTES);
	s->from = "192.0.2.66";
	for (i = 0; i < 1100; i++) { /* single datagrams */
		e = script_source(&known, 5000 + i, 2, 1);
		e.sequence = i * 7777;
		script_send_net(s, &e, 0);
	}
	s->from = NULL;
	i = (uint32_t)stats(s)->refused;
	port = script_source(&known, known.sub_agent, 0, 5);
	port.sequence = known.sequence;
	script_send_net(s, &port, 0);
	assert_int_equal(stats(s)->refused, i);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(second_datagram_has_to_follow),
	    cmocka_unit_test(datagrams_in_between_do_not_put_off),
	    TEST(second_datagram_confirms),
	    TEST(single_datagrams_keep_nobody_out),
	    TEST(confirmed_liars_displace_nobody),
	    TEST(strangers_are_gone_after_minutes),
	    TEST(slow_agents_are_known_again),
	    TEST(metrics_are_bounded_in_all),
	    TEST(sources_are_bounded_in_all),
	    TEST(newcomers_are_confirmed_where_it_is_tight),
	    cmocka_unit_test(fast_senders_are_confirmed_at_the_bound),
	    TEST(clocks_of_seconds_are_confirmed),
	    TEST(second_sender_of_an_address_displaces_a_stranger),
	    TEST(ports_of_known_hosts),
	};

	return cmocka_run_group_tests_name("strangers", tests, NULL, NULL);
}

/* Servers that have an address in turn, in invented time: a pair that swaps one, one that
 * takes over that of a dead one. */
#include <math.h>
#include <string.h>

#include "tests/sflow/looks.h"
#include "tests/sflow/script.h"
#include "tests/sflow/unit.h"

#define VIRTUAL "10.250.0.100"
#define OWN_A "10.250.0.1"
#define OWN_B "10.250.0.2"
#define FROM_A "198.51.100.1"
#define FROM_B "198.51.100.2"
#define POLLING (30 * SECONDS)
#define BYTES UINT64_C(1000000000000) /* that the second one has counted before */

/* A server: where it sends from, who it is, and what it counts. */
struct server {
	const char *name, *from;
	uint8_t uuid;
	uint64_t bytes;
	struct device device;
};

static struct server
server_new(const char *name, const char *address, const char *from, uint8_t uuid,
           uint64_t bytes)
{
	struct server server = {
	    .name = name, .from = from, .uuid = uuid, .bytes = bytes};

	server.device = script_machine(address);
	server.device.booted_ms -= (int64_t)uuid * 10 * HOURS;
	return server;
}

/* It has another address from now on. */
static void
use(struct server *server, const char *address)
{
	if (strcmp(server->device.address, address) == 0)
		return;
	server->device.address = address;
	server->device.sequence = server->device.sample = 0;
}

static void
poll(struct script *s, struct server *server)
{
	s->from = server->from;
	script_begin(s, &server->device);
	wire_host_descr(&s->w, server->name, server->uuid);
	wire_host_net_io(&s->w, server->bytes += 3000, 0);
	script_end(s);
	assert_int_equal(script_input(s), 0);
}

/* The address of the agent that has the host; "": there is none. */
static const char *
agent_of(const struct script *s, const char *host)
{
	static char text[ADDRESS_TEXT];
	struct store_host *found = store_find(collector_store(s->c), 0, host);
	struct store_state state;

	if (found == NULL)
		return "";
	store_lock(found, &state);
	store_unlock(found);
	address_text(&state.address, text);
	store_release(found);
	return text;
}

/* Time goes on to the next poll; each host has the rate of its own counter, if any. */
static void
next_poll(struct script *s, int64_t ms)
{
	static const char *const hosts[] = {"ha-a", "ha-b"};
	size_t i;

	script_pass(s, ms);
	script_publish(s);
	for (i = 0; i < COUNT_OF(hosts); i++) {
		double rate = script_value(s, hosts[i], "bytes_in");

		if (!isnan(rate))
			assert_near(rate, 100);
	}
}

/* So many polls of both. The first one has the virtual address where `first_has_it`, else
 * the other one. The second one is polled so much later. */
static void
both(struct script *s, struct server *a, struct server *b, bool first_has_it,
     int64_t later_ms, int count)
{
	use(a, first_has_it ? VIRTUAL : OWN_A);
	use(b, first_has_it ? OWN_B : VIRTUAL);
	for (; count > 0; count--) {
		poll(s, a);
		next_poll(s, later_ms);
		poll(s, b);
		next_poll(s, POLLING - later_ms);
	}
}

/* Each keeps its name, whenever they poll; nothing is mixed, there are no other names. */
static void
swap(struct script *s, int64_t later_ms)
{
	struct server a = server_new("ha-a", VIRTUAL, FROM_A, 1, 0);
	struct server b = server_new("ha-b", OWN_B, FROM_B, 2, BYTES);
	bool first_has_it = true;
	int turns;

	script_configure(s, &collector_defaults);
	memset(s->events, 0, sizeof(s->events));
	for (turns = 0; turns < 6; turns++) {
		both(s, &a, &b, first_has_it, later_ms, 10);
		assert_string_equal(agent_of(s, "ha-a"),
		                    first_has_it ? VIRTUAL : OWN_A);
		assert_string_equal(agent_of(s, "ha-b"),
		                    first_has_it ? OWN_B : VIRTUAL);
		assert_int_equal(store_count(collector_store(s->c)), 2);
		assert_int_equal(s->events[EVENT_MOVED], 2 * turns);
		first_has_it = !first_has_it;
	}
	/* who polls just before the other one is not overdue when that has polled twice */
	if (later_ms < POLLING - 6 * SECONDS)
		assert_int_equal(s->events[EVENT_DOWN], 0);
	assert_int_equal(s->events[EVENT_GONE] + s->events[EVENT_SAME_NAME] +
	                     s->events[EVENT_RENAMED],
	                 0);
}

static void
two_swap_an_address(void **state)
{
	int64_t later_ms;

	for (later_ms = 1 * SECONDS; later_ms < POLLING; later_ms += 4 * SECONDS)
		swap(*state, later_ms);
}

/* The one that had it is dead, and is told so; the one that takes it over is never down. */
static void
taken_over(struct script *s, int64_t later_ms)
{
	struct server a = server_new("ha-a", VIRTUAL, FROM_A, 1, 0);
	struct server b = server_new("ha-b", OWN_B, FROM_B, 2, BYTES);
	int i;

	script_configure(s, &collector_defaults);
	memset(s->events, 0, sizeof(s->events));
	both(s, &a, &b, true, later_ms, 10);
	use(&b, VIRTUAL);
	next_poll(s, later_ms);
	for (i = 0; i < 10; i++) {
		poll(s, &b);
		next_poll(s, POLLING);
	}
	assert_string_equal(agent_of(s, "ha-b"), VIRTUAL);
	assert_string_equal(agent_of(s, "ha-a"), "");
	assert_int_equal(store_count(collector_store(s->c)), 1);
	assert_int_equal(s->events[EVENT_MOVED], 1);
	assert_int_equal(s->events[EVENT_RENAMED] + s->events[EVENT_RESTARTED], 0);
	if (s->events[EVENT_DOWN] != 0)
		assert_string_equal(s->last[EVENT_DOWN].host, "ha-a");
	assert_int_equal(s->events[EVENT_GONE], 1);
	assert_string_equal(s->last[EVENT_GONE].host, "ha-a");
	use(&a, OWN_A);
	poll(s, &a);
	next_poll(s, POLLING - later_ms);
	assert_string_equal(agent_of(s, "ha-a"), OWN_A);
}

static void
one_takes_over_the_address_of_a_dead_one(void **state)
{
	int64_t later_ms;

	for (later_ms = 1 * SECONDS; later_ms < POLLING; later_ms += 4 * SECONDS)
		taken_over(*state, later_ms);
}

/* The name is changed, and the machine is the same. */
static void
the_same_machine_is_renamed(void **state)
{
	struct script *s = *state;
	struct server a = server_new("ha-a", VIRTUAL, FROM_A, 1, 0);
	int i;

	for (i = 0; i < 10; i++) {
		if (i == 5)
			a.name = "ha-c";
		poll(s, &a);
		next_poll(s, POLLING);
	}
	assert_string_equal(agent_of(s, "ha-c"), VIRTUAL);
	assert_int_equal(s->events[EVENT_RENAMED], 1);
	assert_int_equal(s->events[EVENT_GONE], 0);
}

/* One datagram in an agent's name says nothing; and where another machine speaks again and
 * again, the host changes ten times an hour at most. */
static void
somebody_else_speaks(void **state)
{
	struct script *s = *state;
	struct server a = server_new("ha-a", VIRTUAL, FROM_A, 1, 0);
	int i;

	for (i = 0; i < 5; i++) {
		poll(s, &a);
		next_poll(s, POLLING);
	}
	a.name = "evil", a.uuid = 9;
	poll(s, &a);
	next_poll(s, POLLING);
	a.name = "ha-a", a.uuid = 1;
	poll(s, &a);
	next_poll(s, POLLING);
	assert_string_equal(agent_of(s, "ha-a"), VIRTUAL);
	assert_int_equal(s->events[EVENT_GONE], 0);
	for (i = 0; i < 100; i++) {
		a.name = i / 3 % 2 ? "ha-a" : "evil", a.uuid = i / 3 % 2 ? 1 : 9;
		poll(s, &a);
		next_poll(s, POLLING);
	}
	assert_int_equal(s->events[EVENT_GONE], 10);
	assert_int_equal(s->events[EVENT_FLIPPING], 1);
}

/* Somebody sends datagrams without samples in the name of the one that has the name, so it is
 * never late: who waits for the name is shown all the same, after ten intervals. */
static void
claim_does_not_wait_for_ever(void **state)
{
	struct collector_config config = collector_defaults;
	struct device a = script_machine("10.1.0.1"), b = script_machine("10.2.0.1");
	struct device liar = script_machine("10.1.0.1");
	struct script *s = *state;
	int i;

	liar.sequence = 123456;
	liar.booted_ms -= 777777;
	looks_configure(s, &config);
	looks_run(s, &a, "web", 10 * MINUTES);
	for (i = 0; i < 36; i++) {
		s->from = "192.0.2.5";
		wire_datagram_begin(&s->w, liar.address, liar.sub_agent,
		                    ++liar.sequence,
		                    (uint32_t)(s->now - liar.booted_ms));
		wire_datagram_end(&s->w);
		script_input(s);
		s->from = NULL;
		if (i % 3 == 0)
			script_send_host(s, &b, "web", 0);
		script_pass(s, 10 * SECONDS);
	}
	assert_int_equal(looks_hosts(s, STORE_ANY_CLUSTER), 2);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    TEST(two_swap_an_address),
	    TEST(one_takes_over_the_address_of_a_dead_one),
	    TEST(the_same_machine_is_renamed),
	    TEST(somebody_else_speaks),
	    TEST(claim_does_not_wait_for_ever),
	};

	return cmocka_run_group_tests_name("swap", tests, NULL, NULL);
}

/* What changes at a site while all goes on: servers get other addresses, containers are
 * made anew, virtual machines move, polling intervals change, the collector is stopped, and
 * datagrams are lost in bursts. In invented time. Each test says what is right. */
#include <stdio.h>
#include <string.h>

#include "tests/sflow/script.h"
#include "tests/sflow/unit.h"

#define NAME "foo-1"
#define FIRST "10.250.0.1"
#define SECOND "10.251.0.2"
#define THIRD "10.252.0.3"
#define POLLING (30 * SECONDS)

/* Sends a server's poll, with its UUID. */
static void
send_server(struct script *s, struct device *d, const char *name, uint8_t uuid)
{
	static uint64_t bytes;

	script_begin(s, d);
	wire_host_descr(&s->w, name, uuid);
	wire_host_net_io(&s->w, bytes += 1000, 0);
	script_end(s);
	assert_int_equal(script_input(s), 0);
}

static void
polls(struct script *s, struct device *d, uint8_t uuid, int64_t polling, int count)
{
	for (; count > 0; count--) {
		send_server(s, d, NAME, uuid);
		script_pass(s, polling);
		script_publish(s);
	}
}

/* So many are sent, and lost. */
static void
lose(struct device *d, uint32_t count)
{
	d->sequence += count;
	d->sample += count;
}

/* Sends the counters of a machine on that server, with the next of its numbers. */
static void
send_vm(struct script *s, struct device *d, struct device *vm, const char *name,
        uint8_t uuid)
{
	vm->sequence = d->sequence;
	script_begin(s, vm);
	wire_host_descr(&s->w, name, uuid);
	wire_virt_cpu(&s->w, (uint32_t)s->now);
	script_end(s);
	d->sequence = vm->sequence;
	assert_int_equal(script_input(s), 0);
}

/* The agent that the host is of; "": there is no such host. */
static const char *
agent_of(struct script *s, const char *host)
{
	static char text[ADDRESS_TEXT];
	struct store_host *found = store_find(collector_store(s->c), 0, host);
	struct store_state state;

	if (found == NULL)
		return "";
	store_lock(found, &state);
	address_text(&state.address, text);
	store_unlock(found);
	store_release(found);
	return text;
}

/* Whether the host is in the store, and up. */
static bool
is_up(struct script *s, const char *host)
{
	struct store_host *found = store_find(collector_store(s->c), 0, host);
	struct store_state state;

	if (found == NULL)
		return false;
	store_lock(found, &state);
	store_unlock(found);
	store_release(found);
	return state.up;
}

/* How many metrics of this end are shown, and not stale, of the host. */
static int
count_metrics(const struct script *s, const char *name, const char *end)
{
	struct store_host *host = store_find(collector_store(s->c), 0, name);
	struct store_state state;
	struct store_look look;
	struct store_value value;
	char metric[STORE_NAME];
	int count = 0;

	assert_non_null(host);
	store_lock(host, &state);
	store_look(&look, host, s->now);
	while (store_look_next(&look, &value)) {
		store_value_name(&value, metric);
		count += !value.stale && strlen(metric) >= strlen(end) &&
		         strcmp(metric + strlen(metric) - strlen(end), end) == 0;
	}
	store_unlock(host);
	store_release(host);
	return count;
}

static size_t
hosts(const struct script *s)
{
	return store_count(collector_store(s->c));
}

static void
configure_vm_hosts(struct script *s)
{
	struct collector_config config = collector_defaults;

	config.vm = VM_HOST;
	script_configure(s, &config);
}

/* Seconds of silence until a host is down; -1: not within an hour. */
static int
seconds_until_down(struct script *s)
{
	unsigned was;
	int second;

	script_publish(s);
	was = s->events[EVENT_DOWN];
	for (second = 1; second <= 3600; second++) {
		script_pass(s, 1 * SECONDS);
		script_publish(s);
		if (s->events[EVENT_DOWN] > was)
			return second;
	}
	return -1;
}

/* A server with a new address ---------------------------------------------------------- */

/* Twice, soon after one another: at the third address the UUID says nothing any more, so it
 * is a successor when the second is late. Nobody is ever down. */
static void
two_addresses_after_one_another(void **state)
{
	struct script *s = *state;
	struct device one = script_machine(FIRST), two = script_machine(SECOND),
		      three = script_machine(THIRD);

	polls(s, &one, 1, POLLING, 10);
	polls(s, &two, 1, POLLING, 3);
	polls(s, &three, 1, POLLING, 10);
	assert_string_equal(agent_of(s, NAME), THIRD);
	assert_int_equal(hosts(s), 1);
	assert_int_equal(s->events[EVENT_MOVED], 2);
	assert_int_equal(s->events[EVENT_DOWN], 0);
}

/* From IPv4 to IPv6, and the network loses what it sends in the first minute: it may be
 * down meanwhile, but that is the same host when it is heard. */
static void
new_address_in_a_burst_of_loss(void **state)
{
	struct script *s = *state;
	struct device one = script_machine(FIRST), two = script_machine("2001:db8::7");

	polls(s, &one, 1, POLLING, 10);
	lose(&two, 2);
	script_pass(s, 2 * POLLING);
	polls(s, &two, 1, POLLING, 10);
	assert_string_equal(agent_of(s, NAME), "2001:db8::7");
	assert_int_equal(hosts(s), 1);
	assert_int_equal(s->events[EVENT_MOVED], 1);
	assert_in_range(s->events[EVENT_DOWN], 0, 1);
	assert_int_equal(s->events[EVENT_SAME_NAME], 0);
}

/* With the new address it also gets another name, and its virtual machines come along: the
 * server of the old name is down, for nobody says where it is; they are not. */
static void
new_address_and_name_with_machines(void **state)
{
	struct script *s = *state;
	struct device one = script_machine(FIRST), two = script_machine(SECOND), vm;
	int i;

	configure_vm_hosts(s);
	for (i = 0; i < 30; i++) {
		vm = script_source(i < 15 ? &one : &two, 100000, 3, 100001);
		vm.sample = (uint32_t)i;
		send_server(s, i < 15 ? &one : &two, i < 15 ? NAME : "bar-1", 1);
		send_vm(s, i < 15 ? &one : &two, &vm, "vm-a", 7);
		script_pass(s, POLLING);
		script_publish(s);
	}
	assert_int_equal(s->events[EVENT_DOWN], 1);
	assert_string_equal(s->last[EVENT_DOWN].host, NAME);
	assert_true(is_up(s, "vm-a") && is_up(s, "bar-1"));
	assert_int_equal(s->events[EVENT_MOVED], 1);
	assert_string_equal(s->last[EVENT_MOVED].host, "vm-a");
	assert_int_equal(hosts(s), 3);
}

/* A container made anew ----------------------------------------------------------------- */

/* Two of one name that run side by side, and are made anew at the same time: one has the
 * name, the other one what tells it apart. */
static void
two_containers_made_anew_at_once(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(FIRST), one, two;
	uint32_t made;
	int i;

	for (made = 0; made < 4; made++) {
		one = script_source(&d, 100000, 3, 100000 + 2 * made);
		two = script_source(&d, 100000, 3, 100001 + 2 * made);
		for (i = 0; i < 8; i++) {
			send_server(s, &d, NAME, 1);
			send_vm(s, &d, &one, "web", (uint8_t)(10 + 2 * made));
			send_vm(s, &d, &two, "web", (uint8_t)(11 + 2 * made));
			script_pass(s, POLLING);
			script_publish(s);
		}
		assert_int_equal(count_metrics(s, NAME, "web.vcpu_state"), 1);
		assert_int_equal(count_metrics(s, NAME, ".vcpu_state"), 2);
	}
	assert_int_equal(s->events[EVENT_DOWN], 0);
}

/* One that ends at once, and is made anew with each poll, until it runs: then it has its
 * name, and nothing of the others is left but what is stale. */
static void
container_that_crashes_and_runs_then(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(FIRST), vm;
	int i;

	for (i = 0; i < 60; i++) {
		vm = script_source(&d, 100000, 3, 100000 + (i < 20 ? (uint32_t)i : 20));
		vm.sample = i < 20 ? 0 : (uint32_t)(i - 20);
		send_server(s, &d, NAME, 1);
		send_vm(s, &d, &vm, "web", (uint8_t)(10 + (i < 20 ? i : 20)));
		script_pass(s, POLLING);
		script_publish(s);
	}
	assert_int_equal(count_metrics(s, NAME, "web.vcpu_state"), 1);
	assert_int_equal(count_metrics(s, NAME, ".vcpu_state"), 1);
}

/* As a host of its own, while its server begins again: one host, that is not down. */
static void
container_made_anew_by_a_reboot(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(FIRST);
	struct device one = script_source(&d, 100000, 3, 100001);
	struct device two = script_source(&d, 100000, 3, 100002);
	int i;

	configure_vm_hosts(s);
	for (i = 0; i < 30; i++) {
		if (i == 15) {
			script_pass(s, 20 * SECONDS);
			script_reboot(s, &d);
			script_reboot(s, &two);
		}
		send_server(s, &d, NAME, 1);
		send_vm(s, &d, i < 15 ? &one : &two, "web", i < 15 ? 7 : 8);
		script_pass(s, POLLING);
		script_publish(s);
	}
	assert_true(is_up(s, "web"));
	assert_int_equal(hosts(s), 2);
	assert_int_equal(s->events[EVENT_DOWN], 0);
	assert_int_equal(s->events[EVENT_MOVED], 1);
}

/* A virtual machine on another hypervisor ------------------------------------------------ */

/* Hypervisors, each of which polls its machine in its part of this mask. */
static void
poll_hypervisors(struct script *s, const char *when[3], int count)
{
	static const char *const addresses[] = {FIRST, SECOND, THIRD};
	struct device d[3], vm[3];
	char name[16];
	int i, n;

	configure_vm_hosts(s);
	for (i = 0; i < 3; i++) {
		d[i] = script_machine(addresses[i]);
		vm[i] = script_source(&d[i], 100000, 3, 100001 + (uint32_t)i);
	}
	for (n = 0; n < count; n++) {
		for (i = 0; i < 3; i++) {
			snprintf(name, sizeof(name), "kvm-%d", i);
			send_server(s, &d[i], name, (uint8_t)(20 + i));
			if (when[i][n] == 'x')
				send_vm(s, &d[i], &vm[i], "vm-a", 7);
			script_pass(s, POLLING / 3);
		}
		script_publish(s);
	}
}

/* While it is moved, both report it. */
static void
machine_on_both_while_it_moves(void **state)
{
	static const char *when[] = {"xxxxxxxxxxxxx..............", //
	                             "..........xxxxxxxxxxxxxxxxx",
	                             "..........................."};
	struct script *s = *state;

	poll_hypervisors(s, when, 27);
	assert_int_equal(s->events[EVENT_MOVED], 1);
	assert_int_equal(s->events[EVENT_SAME_UUID], 0);
	assert_int_equal(s->events[EVENT_DOWN], 0);
	assert_true(is_up(s, "vm-a"));
	assert_int_equal(hosts(s), 4);
}

/* The move is given up, and succeeds with the second try. */
static void
machine_whose_move_is_given_up(void **state)
{
	static const char *when[] = {
	    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx........",
	    "..........xxx...........................xxxxxxxxxx",
	    ".................................................."};
	struct script *s = *state;

	poll_hypervisors(s, when, 50);
	assert_int_equal(s->events[EVENT_MOVED], 1);
	assert_int_equal(s->events[EVENT_SAME_UUID], 0);
	assert_int_equal(s->events[EVENT_DOWN], 0);
	assert_true(is_up(s, "vm-a"));
	assert_int_equal(hosts(s), 4);
}

/* On to a third one, and back to the first, each a few polls after the other. */
static void
machine_that_goes_round(void **state)
{
	static const char *when[] = {"xxxxxxxxxx............xxxxxxxxx", //
	                             "..........xxxxxx...............",
	                             "................xxxxxx........."};
	struct script *s = *state;

	poll_hypervisors(s, when, 31);
	assert_int_equal(s->events[EVENT_MOVED], 3);
	assert_int_equal(s->events[EVENT_SAME_UUID], 0);
	assert_int_equal(s->events[EVENT_DOWN], 0);
	assert_true(is_up(s, "vm-a"));
	assert_int_equal(hosts(s), 4);
}

/* Polling that changes -------------------------------------------------------------------- */

/* Faster: nobody is down, and soon who ends is found in the new time. */
static void
polling_from_300_to_10(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(FIRST);

	polls(s, &d, 1, 300 * SECONDS, 12);
	polls(s, &d, 1, 10 * SECONDS, 60);
	assert_int_equal(s->events[EVENT_DOWN] + s->events[EVENT_LATE], 0);
	assert_in_range(seconds_until_down(s), 12, 25);
}

/* Slower, and slower again: with each change it may seem down once. */
static void
polling_from_10_to_60_to_300(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(FIRST);

	polls(s, &d, 1, 10 * SECONDS, 60);
	polls(s, &d, 1, 60 * SECONDS, 20);
	assert_in_range(s->events[EVENT_DOWN], 0, 1);
	polls(s, &d, 1, 300 * SECONDS, 20);
	assert_in_range(s->events[EVENT_DOWN], 0, 2);
	assert_int_equal(s->events[EVENT_DOWN], s->events[EVENT_RETURNED]);
	assert_in_range(seconds_until_down(s), 300, 400);
}

/* Slower, and what is sent around the change is lost: `lost` of the fast ones before it,
 * and then of the slow ones. It may seem down once. */
static void
check_loss_at_the_change(struct script *s, int fast, int slow)
{
	struct device d = script_machine(FIRST);

	script_configure(s, &collector_defaults);
	polls(s, &d, 1, 10 * SECONDS, 60);
	lose(&d, (uint32_t)fast);
	script_pass(s, fast * 10 * SECONDS);
	lose(&d, (uint32_t)slow);
	script_pass(s, slow * 300 * SECONDS);
	polls(s, &d, 1, 300 * SECONDS, 20);
	assert_in_range(s->events[EVENT_DOWN], 0, 1);
	assert_int_equal(s->events[EVENT_DOWN], s->events[EVENT_RETURNED]);
}

static void
polling_from_10_to_300_with_loss(void **state)
{
	check_loss_at_the_change(*state, 0, 0);
	check_loss_at_the_change(*state, 1, 0);
	check_loss_at_the_change(*state, 0, 1);
	check_loss_at_the_change(*state, 1, 1);
}

/* The collector is stopped -------------------------------------------------------------------- */

/* Stops it; all that is sent meanwhile is lost. */
static void
stop(struct script *s, struct device *d, int64_t ms, uint32_t lost)
{
	s->now += ms;
	lose(d, lost);
	collector_deaf(s->c, s->now - ms, s->now);
	collector_tick(s->c, s->now);
}

/* Again and again, with little time to hear between. */
static void
stopped_again_and_again(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(FIRST);
	int i;

	polls(s, &d, 1, POLLING, 10);
	for (i = 0; i < 5; i++) {
		script_pass(s, 5 * SECONDS);
		stop(s, &d, 60 * SECONDS, 2);
	}
	polls(s, &d, 1, POLLING, 10);
	assert_int_equal(s->events[EVENT_DOWN], 0);
}

/* Polling becomes slower meanwhile. It may seem down once, as at any such change. */
static void
stopped_while_polling_changes(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(FIRST);

	polls(s, &d, 1, 10 * SECONDS, 30);
	stop(s, &d, 60 * SECONDS, 3);
	polls(s, &d, 1, 60 * SECONDS, 20);
	assert_in_range(s->events[EVENT_DOWN], 0, 1);
	assert_in_range(seconds_until_down(s), 60, 250);
}

/* The kernel has kept all: it comes at once. Rates are what they were, and who ended
 * meanwhile is down in its own time from then on. */
static void
stopped_and_nothing_lost(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(FIRST), ends = script_machine(SECOND);
	struct wire held[6];
	double rate;
	int i;

	for (i = 0; i < 20; i++) {
		script_send_host(s, &d, "a", (uint64_t)(s->now - SCRIPT_START));
		script_send_host(s, &ends, "b", 0);
		script_pass(s, 10 * SECONDS);
		script_publish(s);
	}
	for (i = 0; i < 6; i++) {
		script_begin(s, &d);
		wire_host_descr(&s->w, "a", 1);
		wire_host_net_io(&s->w, (uint64_t)(s->now - SCRIPT_START), 0);
		script_end(s);
		held[i] = s->w;
		s->now += 10 * SECONDS;
	}
	for (i = 0; i < 6; i++) {
		script_input_wire(s, &held[i]);
		script_publish(s);
		rate = script_value(s, "a", "bytes_in");
		assert_true(isnan(rate) || (rate > 900 && rate < 1100));
	}
	collector_deaf(s->c, s->now - 60 * SECONDS, s->now);
	for (i = 0; i < 6; i++) {
		script_pass(s, 10 * SECONDS);
		script_send_host(s, &d, "a", (uint64_t)(s->now - SCRIPT_START));
		script_publish(s);
		assert_int_equal(s->events[EVENT_DOWN],
		                 i < 1 ? 0 : s->events[EVENT_DOWN]);
	}
	assert_int_equal(s->events[EVENT_DOWN], 1);
	assert_string_equal(s->last[EVENT_DOWN].host, "b");
}

/* Bursts of loss ------------------------------------------------------------------------------ */

/* Now and then three of the datagrams of a poll in a row: the next poll comes. That is no
 * reason for more patience than a loss now and then is. */
static void
burst_within_a_poll(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(FIRST);
	struct device port = script_source(&d, 100000, 0, 1);
	int i, part;

	for (i = 0; i < 400; i++) {
		if (i % 40 == 20) {
			d.sequence += 3;
			port.sample += 3;
		}
		send_server(s, &d, NAME, 1);
		port.sequence = d.sequence;
		for (part = 0; part < 5; part++) {
			script_begin(s, &port);
			wire_zeros(&s->w, 1, 88);
			script_end(s);
			script_input(s);
		}
		d.sequence = port.sequence;
		script_pass(s, POLLING);
		script_publish(s);
	}
	assert_int_equal(s->events[EVENT_DOWN], 0);
	assert_in_range(seconds_until_down(s), 1, 5 * 30 + 10);
}

/* Each hour two polls in a row, of all hosts at the same time, as a switch begins again.
 * The first time nobody could know that. Later nobody is down. */
static void
burst_of_all_hosts(void **state)
{
	static char addresses[20][16];
	struct script *s = *state;
	struct device d[20];
	char name[16];
	unsigned first = 0;
	int i, poll;

	for (i = 0; i < 20; i++) {
		snprintf(addresses[i], 16, "10.0.0.%d", i);
		d[i] = script_machine(addresses[i]);
	}
	for (poll = 0; poll < 1000; poll++) {
		for (i = 0; i < 20; i++) {
			snprintf(name, sizeof(name), "host%d", i);
			if (poll % 120 == 50 || poll % 120 == 51)
				lose(&d[i], 1);
			else
				send_server(s, &d[i], name, (uint8_t)(1 + i));
		}
		script_pass(s, POLLING);
		script_publish(s);
		if (poll == 120)
			first = s->events[EVENT_DOWN];
	}
	assert_in_range(first, 0, 20);
	assert_int_equal(s->events[EVENT_DOWN], first);
}

/* A tenth of all polls, in bursts of one to three: down once while that is learned, and who
 * ends then is found within five minutes. */
static void
bursts_all_the_time(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(FIRST);
	unsigned first = 0;
	int i, n;

	for (i = 0; i < 600; i++) {
		for (n = 0; n < i % 20 % 4 && i % 20 > 16; n++) {
			lose(&d, 1);
			script_pass(s, POLLING);
		}
		polls(s, &d, 1, POLLING, 1);
		if (i == 60)
			first = s->events[EVENT_DOWN];
	}
	assert_in_range(first, 0, 3);
	assert_int_equal(s->events[EVENT_DOWN], first);
	assert_in_range(seconds_until_down(s), 60, 300);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    TEST(two_addresses_after_one_another),
	    TEST(new_address_in_a_burst_of_loss),
	    TEST(new_address_and_name_with_machines),
	    TEST(two_containers_made_anew_at_once),
	    TEST(container_that_crashes_and_runs_then),
	    TEST(container_made_anew_by_a_reboot),
	    TEST(machine_on_both_while_it_moves),
	    TEST(machine_whose_move_is_given_up),
	    TEST(machine_that_goes_round),
	    TEST(polling_from_300_to_10),
	    TEST(polling_from_10_to_60_to_300),
	    TEST(polling_from_10_to_300_with_loss),
	    TEST(stopped_again_and_again),
	    TEST(stopped_while_polling_changes),
	    TEST(stopped_and_nothing_lost),
	    TEST(burst_within_a_poll),
	    TEST(burst_of_all_hosts),
	    TEST(bursts_all_the_time),
	};

	return cmocka_run_group_tests_name("changes", tests, NULL, NULL);
}

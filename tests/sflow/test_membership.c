/* Membership as the collector sees it: datagrams in, events and states out, in
 * invented time.
 */
#include <stdio.h>
#include <string.h>

#include "sflow/collector/collector_internal.h"
#include "tests/sflow/script.h"
#include "tests/sflow/unit.h"

#define NODE "node.example.net"

/* Sends the machine's counters `count` times, every `interval`. */
static void
poll_for(struct script *s, struct device *d, int64_t interval, int count)
{
	for (; count > 0; count--) {
		script_pass(s, interval);
		script_send_host(s, d, NODE, 1000);
	}
}

static uint64_t
hosts_down(const struct script *s)
{
	return atomic_load(&collector_stats(s->c)->down);
}

/* Seconds of silence until `type` has happened once more; -1: not within an
 * hour. */
static int
seconds_until(struct script *s, enum event_kind kind)
{
	unsigned was;
	int second;

	script_publish(s);
	was = s->events[kind];
	for (second = 1; second <= 3600; second++) {
		script_pass(s, 1 * SECONDS);
		script_publish(s);
		if (s->events[kind] > was)
			return second;
	}
	return -1;
}

/* Of a host that was heard twice little is known, so it is waited for longer: what the events
 * say is missing goes with what they say of it. */
static void
test_heard_briefly(void **state)
{
	struct script *s = *state;
	struct device d = script_machine("10.0.0.1");
	char text[EVENT_TEXT];

	script_send_host(s, &d, NODE, 1000);
	poll_for(s, &d, 30 * SECONDS, 1);
	assert_true(seconds_until(s, EVENT_LATE) > 45);
	assert_int_equal(s->last[EVENT_LATE].values.now, 1);
	assert_true(seconds_until(s, EVENT_DOWN) > 0);
	assert_int_equal(s->last[EVENT_DOWN].values.now, 2);
	event_text(&s->last[EVENT_DOWN], text);
	assert_non_null(strstr(text, "2 of 2 heartbeats missed, expected every 30 s"));
}

static void
test_late_down_returned(void **state)
{
	struct script *s = *state;
	struct device d = script_machine("10.0.0.1");

	script_send_host(s, &d, NODE, 1000);
	poll_for(s, &d, 30 * SECONDS, 40);
	assert_int_equal(seconds_until(s, EVENT_LATE), 35);
	assert_int_equal(seconds_until(s, EVENT_DOWN), 30);
	assert_int_equal(hosts_down(s), 1);
	assert_string_equal(s->last[EVENT_DOWN].host, NODE);
	assert_int_equal(s->last[EVENT_DOWN].values.now, 2);
	assert_int_equal(s->last[EVENT_DOWN].values.limit, 2);
	script_pass(s, 10 * MINUTES);
	script_send_host(s, &d, NODE, 1000);
	script_pass(s, 1 * SECONDS);
	script_publish(s);
	assert_int_equal(s->events[EVENT_RETURNED], 1);
	assert_int_equal(s->events[EVENT_DOWN], 1);
	assert_int_equal(hosts_down(s), 0);
	assert_int_equal(s->last[EVENT_RETURNED].last_ms -
	                     s->last[EVENT_RETURNED].of.membership.heard_ms,
	                 65 * SECONDS + 10 * MINUTES);
}

#define MANY 9000 /* hosts, more than twice as many as there may be events of a kind */
#define CROWD 300

static void
send_crowd(struct script *s, struct device d[CROWD])
{
	char name[16];
	int i;

	for (i = 0; i < CROWD; i++) {
		snprintf(name, sizeof(name), "host%d", i);
		script_send_host(s, &d[i], name, 1000);
	}
}

static unsigned
count_events(struct script *s, enum event_kind kind)
{
	struct event event;
	unsigned count = 0;

	while (collector_event(s->c, &event))
		count += event.kind == kind;
	return count;
}

/* A whole room loses its power, and has it back: each host is told of. */
static void
test_crowd(void **state)
{
	static char addresses[CROWD][16];
	static struct device d[CROWD];
	struct script *s = *state;
	int i;

	for (i = 0; i < CROWD; i++) {
		snprintf(addresses[i], 16, "10.0.%d.%d", i / 100, i % 100);
		d[i] = script_machine(addresses[i]);
	}
	send_crowd(s, d);
	assert_int_equal(count_events(s, EVENT_JOINED), CROWD);
	for (i = 0; i < 3; i++) {
		script_pass(s, 30 * SECONDS);
		send_crowd(s, d);
	}
	script_pass(s, 10 * MINUTES);
	assert_int_equal(count_events(s, EVENT_DOWN), CROWD);
	send_crowd(s, d);
	assert_int_equal(count_events(s, EVENT_RETURNED), CROWD);
}

static void
send_many(struct script *s, struct device *d)
{
	char name[16];
	int i;

	for (i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "many%d", i);
		script_send_host(s, &d[i], name, 1000);
	}
}

/* More than can wait die, and come back, at once: what there is no room for is told with
 * the next ticks. */
static void
test_more_than_can_wait(void **state)
{
	static char addresses[MANY][16];
	static struct device d[MANY];
	struct collector_config config = collector_defaults;
	struct script *s = *state;
	unsigned down = 0, returned = 0;
	int i;

	config.max_agents = MANY;
	script_configure(s, &config);
	for (i = 0; i < MANY; i++) {
		snprintf(addresses[i], 16, "10.0.%d.%d", i / 100, i % 100);
		d[i] = script_machine(addresses[i]);
	}
	for (i = 0; i < 4; i++) {
		send_many(s, d);
		script_pass(s, 30 * SECONDS);
		count_events(s, EVENT_JOINED);
	}
	script_pass(s, 10 * MINUTES); /* nobody fetches */
	for (i = 0; i < 3; i++) {
		down += count_events(s, EVENT_DOWN);
		script_pass(s, 1 * SECONDS);
	}
	assert_int_equal(down, MANY);
	send_many(s, d);
	for (i = 0; i < 3; i++) {
		returned += count_events(s, EVENT_RETURNED);
		script_pass(s, 1 * SECONDS);
	}
	assert_int_equal(returned, MANY);
}

static void
assert_next_is(struct script *s, int number)
{
	struct event event;
	char name[16];

	snprintf(name, sizeof(name), "host%d", number);
	assert_true(collector_event(s->c, &event));
	assert_string_equal(event.host, name);
}

/* Also where more come while they are fetched: ten by ten, first too few of them, and
 * then more than have come. */
static void
test_order_of_events(void **state)
{
	static char addresses[CROWD][16];
	struct script *s = *state;
	int i, fetched = 0, left;
	struct device d;
	char name[16];

	for (i = 0; i < CROWD; i++) {
		snprintf(addresses[i], 16, "10.0.%d.%d", i / 100, i % 100);
		snprintf(name, sizeof(name), "host%d", i);
		d = script_machine(addresses[i]);
		script_send_host(s, &d, name, 1000);
		if (i % 10 == 9)
			for (left = i < CROWD / 2 ? 2 : 14; left > 0; left--)
				assert_next_is(s, fetched++);
	}
	while (fetched < CROWD)
		assert_next_is(s, fetched++);
	assert_int_equal(count_events(s, EVENT_JOINED), 0);
}

#define GMOND_PATIENCE 80 /* s: four times its host_tmax, for all hosts */

/* For any polling interval, within an hour, nobody is called late or down. What
 * gmond's own rule says of the same traffic is printed beside it. */
static void
test_nobody_flaps(void **state)
{
	static const int intervals[] = {1, 5, 60, 300};
	static char addresses[COUNT_OF(intervals)][16];
	struct script *s = *state;
	struct device d[COUNT_OF(intervals)];
	int heard[COUNT_OF(intervals)], flaps[COUNT_OF(intervals)] = {0};
	char name[16];
	int second;
	size_t i;

	for (i = 0; i < COUNT_OF(intervals); i++) {
		snprintf(addresses[i], 16, "10.0.0.%zu", i + 1);
		d[i] = script_machine(addresses[i]);
	}
	for (second = 0; second < 3600; second++) {
		for (i = 0; i < COUNT_OF(intervals); i++) {
			snprintf(name, sizeof(name), "poll%d", intervals[i]);
			if (second % intervals[i] == 0) {
				script_send_host(s, &d[i], name, 1000);
				heard[i] = second;
			}
			flaps[i] += second - heard[i] == GMOND_PATIENCE + 1;
		}
		script_pass(s, 1 * SECONDS);
	}
	script_publish(s);
	for (i = 0; i < COUNT_OF(intervals); i++)
		printf("# polling %d s: down %u times in an hour here, %d times "
		       "by gmond's own rule\n",
		       intervals[i], s->events[EVENT_DOWN], flaps[i]);
	assert_int_equal(s->events[EVENT_JOINED], COUNT_OF(intervals));
	assert_int_equal(s->events[EVENT_DOWN], 0);
	assert_int_equal(s->events[EVENT_LATE], 0);
	assert_int_equal(flaps[3], 12);
}

static void
test_restart_is_not_down(void **state)
{
	struct script *s = *state;
	struct device d = script_machine("10.0.0.1");

	poll_for(s, &d, 5 * SECONDS, 20);
	script_reboot(s, &d);
	script_send_host(s, &d, NODE, 0);
	poll_for(s, &d, 60 * SECONDS, 10); /* and it polls less often now */
	script_publish(s);
	assert_int_equal(s->events[EVENT_RESTARTED], 1);
	assert_int_equal(s->events[EVENT_DOWN], 0);
}

/* An application that was polled more often than its machine ends. */
static void
test_end_of_an_application(void **state)
{
	struct script *s = *state;
	struct device d = script_machine("10.0.0.1");
	struct device jvm = script_source(&d, 200001, 3, 8080);
	int i, j;

	for (i = 0; i < 20; i++) {
		script_send_host(s, &d, NODE, 1000);
		for (j = 0; j < 6; j++) {
			script_begin(s, &jvm);
			wire_jvm_statistics(&s->w, 5);
			script_end(s);
			script_input(s);
			script_pass(s, 5 * SECONDS);
		}
	}
	script_send_host(s, &d, NODE, 1000);
	poll_for(s, &d, 30 * SECONDS, 20);
	script_publish(s);
	assert_int_equal(s->events[EVENT_LATE], 0);
	assert_int_equal(s->events[EVENT_DOWN], 0);
	assert_in_range(seconds_until(s, EVENT_DOWN), 65, 66);
}

/* The machine's agent ends, an application goes on: the host is up. */
static void
test_end_of_the_agent(void **state)
{
	struct script *s = *state;
	struct device d = script_machine("10.0.0.1");
	struct device web = script_source(&d, 80, 3, 80);
	int i;

	poll_for(s, &d, 30 * SECONDS, 10);
	for (i = 0; i < 100; i++) {
		script_begin(s, &web);
		wire_http_counters(&s->w, 5);
		script_end(s);
		script_input(s);
		script_pass(s, 20 * SECONDS);
	}
	script_publish(s);
	assert_int_equal(s->events[EVENT_DOWN], 0);
}

/* A datagram that was seen before is no sign of life. */
static void
test_replay_is_no_heartbeat(void **state)
{
	struct script *s = *state;
	struct device d = script_machine("10.0.0.1");
	struct wire old;
	int i;

	poll_for(s, &d, 10 * SECONDS, 20);
	old = s->w;
	for (i = 0; i < 4; i++) {
		script_pass(s, 1 * SECONDS);
		script_input_wire(s, &old);
	}
	assert_in_range(seconds_until(s, EVENT_DOWN), 17, 19);
}

static void
test_losses_ask_for_patience(void **state)
{
	struct script *s = *state;
	struct device d = script_machine("10.0.0.1");
	int i;

	for (i = 0; i < 3000; i++) {
		d.sequence += i % 20 == 0; /* 5 % */
		poll_for(s, &d, 30 * SECONDS, 1);
	}
	assert_in_range(seconds_until(s, EVENT_DOWN), 154, 157);
}

static void
test_misses_are_set(void **state)
{
	struct collector_config config = collector_defaults;
	struct script *s = *state;
	struct device d = script_machine("10.0.0.1");

	config.misses = 4;
	script_configure(s, &config);
	poll_for(s, &d, 30 * SECONDS, 40);
	assert_int_equal(seconds_until(s, EVENT_DOWN), 125);
}

static void
test_names_that_are_given(void **state)
{
	struct collector_config config = collector_defaults;
	struct name_list *names = name_list_new();
	struct script *s = *state;
	struct device d = script_machine("10.0.0.1");
	struct device other = script_machine("10.0.0.2");
	int i;

	assert_int_equal(name_list_add(names, "# switches\n"
	                                      "10.0.0.1 Core-1 alias # first\n"
	                                      "\nfd00::1 = core-2\n"),
	                 0);
	assert_int_equal(name_list_add(names, "10.0.0.9\n"), 1);
	assert_int_equal(name_list_add(names, "\n\nten dot 9 x\n"), 3);
	config.names = names;
	config.lower_case = true;
	script_configure(s, &config);
	for (i = 0; i < 10; i++) {
		script_send_net(s, &d, 1000);
		script_send_host(s, &other, "UPPER", 1000);
		script_pass(s, 30 * SECONDS);
	}
	script_publish(s);
	assert_true(script_is_shown(s, "core-1"));
	assert_true(script_is_shown(s, "upper"));
	script_configure(s, &collector_defaults);
	name_list_free(names);
}

static void
test_two_of_one_name(void **state)
{
	struct script *s = *state;
	struct device a = script_machine("10.0.0.1");
	struct device b = script_machine("10.0.0.2");

	script_send_host(s, &a, NODE, 1000);
	script_send_host(s, &b, NODE, 1000);
	script_send_host(s, &a, NODE, 1000);
	script_send_host(s, &b, NODE, 1000);
	script_publish(s);
	assert_true(script_is_shown(s, NODE));
	assert_true(script_is_shown(s, NODE "-10.0.0.2"));
	assert_int_equal(s->events[EVENT_SAME_NAME], 1);
}

/* Two machines of which lower_case makes one name: told once, with both, over many polls
 * and a restart. */
static void
test_two_that_lower_case_makes_one(void **state)
{
	struct collector_config config = collector_defaults;
	struct script *s = *state;
	struct device a = script_machine("10.0.0.1");
	struct device b = script_machine("10.0.0.2");
	struct event event, told = {.kind = EVENT_SAME_NAME};
	char text[EVENT_TEXT];
	int i, count = 0;

	config.lower_case = true;
	script_configure_unpublished(s, &config);
	for (i = 0; i < 20; i++) {
		script_send_host(s, &a, "WEB1", 1000);
		script_send_host(s, &b, "web1", 1000);
		if (i == 10)
			script_reboot(s, &b);
		script_pass(s, 30 * SECONDS);
		while (collector_event(s->c, &event))
			if (event.kind == EVENT_SAME_NAME && ++count > 0)
				told = event;
	}
	assert_int_equal(count, 1);
	assert_string_equal(event_text(&told, text),
	                    "lower_case makes one name, web1, of the hosts of agents "
	                    "10.0.0.1 and 10.0.0.2: the latter is called "
	                    "web1-10.0.0.2; rename one, or set lower_case = no");
}

/* At every datagram another name, and in pairs: few renames, said once. */
static void
test_name_that_flips(void **state)
{
	struct script *s = *state;
	struct device d = script_machine("10.0.0.1");
	int i;

	for (i = 0; i < 200; i++) {
		script_send_host(s, &d, i / 2 % 2 ? "one" : "two", 1000);
		script_pass(s, 5 * SECONDS);
		if (i % 10 == 0)
			script_publish(s);
	}
	script_publish(s);
	assert_in_range(s->events[EVENT_RENAMED], 0, 3);
	assert_int_equal(s->events[EVENT_FLIPPING], 1);
}

static void
test_rename_leaves_no_zombie(void **state)
{
	struct script *s = *state;
	struct device d = script_machine("10.0.0.1");

	poll_for(s, &d, 30 * SECONDS, 30);
	script_publish(s);
	script_send_host(s, &d, "new.example.net", 1000);
	script_pass(s, 30 * SECONDS);
	script_send_host(s, &d, "new.example.net", 1000);
	script_publish(s);
	assert_true(script_is_gone(s, NODE));
	assert_true(script_is_shown(s, "new.example.net"));
	assert_string_equal(s->last[EVENT_RENAMED].of.membership.old_name, NODE);
}

static void
send_machine_as(struct script *s, struct device *vm, const char *name, uint8_t uuid)
{
	script_begin(s, vm);
	wire_host_descr(&s->w, name, uuid);
	wire_virt_cpu(&s->w, 1000);
	script_end(s);
	script_input(s);
}

static void
send_machine(struct script *s, struct device *vm, uint8_t uuid)
{
	send_machine_as(s, vm, "vm-a", uuid);
}

static void
start_with_machines(struct script *s)
{
	struct collector_config config = collector_defaults;

	config.vm = VM_HOST;
	script_configure(s, &config);
}

static void
test_machine_that_moves(void **state)
{
	struct script *s = *state;
	struct device a = script_machine("10.0.0.1");
	struct device b = script_machine("10.0.0.2");
	struct device here = script_source(&a, 100000, 3, 100001);
	struct device there = script_source(&b, 100000, 3, 100007);
	int i;

	start_with_machines(s);
	for (i = 0; i < 10; i++) {
		send_machine(s, &here, 7);
		script_pass(s, 30 * SECONDS);
	}
	script_pass(s, 10 * SECONDS);
	for (i = 0; i < 10; i++) {
		send_machine(s, &there, 7);
		script_pass(s, 30 * SECONDS);
	}
	script_publish(s);
	assert_int_equal(s->events[EVENT_MOVED], 1);
	assert_int_equal(s->events[EVENT_JOINED], 1);
	assert_int_equal(s->events[EVENT_DOWN], 0);
	assert_int_equal(s->gone_count, 0);
	assert_true(script_is_shown(s, "vm-a"));
}

/* Before its old hypervisor has forgotten it. */
static void
test_machine_that_moves_back(void **state)
{
	struct script *s = *state;
	struct device a = script_machine("10.0.0.1");
	struct device b = script_machine("10.0.0.2");
	struct device here = script_source(&a, 100000, 3, 100001);
	struct device there = script_source(&b, 100000, 3, 100007);
	int i;

	start_with_machines(s);
	for (i = 0; i < 30; i++) {
		script_send_host(s, &a, "a", 1000);
		script_send_host(s, &b, "b", 1000);
		send_machine(s, i / 10 == 1 ? &there : &here, 7);
		script_pass(s, 30 * SECONDS);
	}
	script_publish(s);
	assert_int_equal(s->events[EVENT_MOVED], 2);
	assert_int_equal(s->events[EVENT_SAME_UUID], 0);
	assert_int_equal(s->events[EVENT_JOINED], 3);
	assert_int_equal(s->events[EVENT_DOWN], 0);
	assert_int_equal(s->gone_count, 0);
	assert_true(script_is_shown(s, "vm-a"));
}

static void
test_two_of_one_uuid(void **state)
{
	struct script *s = *state;
	struct device a = script_machine("10.0.0.1");
	struct device b = script_machine("10.0.0.2");
	struct device here = script_source(&a, 100000, 3, 100001);
	struct device there = script_source(&b, 100000, 3, 100007);
	int i;

	start_with_machines(s);
	for (i = 0; i < 20; i++) {
		send_machine(s, &here, 7);
		send_machine(s, &there, 7);
		script_pass(s, 30 * SECONDS);
	}
	script_publish(s);
	assert_int_equal(s->events[EVENT_MOVED], 0);
	assert_int_equal(s->events[EVENT_SAME_UUID], 1);
	assert_int_equal(s->events[EVENT_JOINED], 2);
	assert_int_equal(s->gone_count, 0);
}

/* A stranger reports another hypervisor's machine, and ends. */
static void
test_machine_is_not_taken_by_its_uuid(void **state)
{
	struct script *s = *state;
	struct device a = script_machine("10.0.0.1");
	struct device b = script_machine("10.0.0.2");
	struct device here = script_source(&a, 100000, 3, 100001);
	struct device there = script_source(&b, 100000, 3, 100007);
	int i;

	start_with_machines(s);
	for (i = 0; i < 50; i++) {
		send_machine(s, &here, 7);
		if (i > 20 && i < 35)
			send_machine(s, &there, 7);
		script_pass(s, 30 * SECONDS);
	}
	script_publish(s);
	assert_int_equal(s->events[EVENT_MOVED], 0);
	assert_int_equal(s->events[EVENT_SAME_UUID], 1);
	assert_int_equal(s->events[EVENT_DOWN], 1); /* the stranger's own */
	assert_string_not_equal(s->last[EVENT_DOWN].host, "vm-a");
}

static void
test_machine_that_ends(void **state)
{
	struct script *s = *state;
	struct device d = script_machine("10.0.0.1");
	struct device vm = script_source(&d, 100000, 3, 100001);
	int i;

	start_with_machines(s);
	for (i = 0; i < 20; i++) {
		script_send_host(s, &d, NODE, 1000);
		send_machine(s, &vm, 7);
		script_pass(s, 30 * SECONDS);
	}
	poll_for(s, &d, 30 * SECONDS, 4);
	script_publish(s);
	assert_int_equal(s->events[EVENT_DOWN], 1);
	assert_string_equal(s->last[EVENT_DOWN].host, "vm-a");
}

/* It is told once, with both names, and by no other event. */
static void
test_machine_that_is_renamed(void **state)
{
	struct script *s = *state;
	struct device d = script_machine("10.0.0.1");
	struct device vm = script_source(&d, 100000, 3, 100001);
	int i;

	start_with_machines(s);
	for (i = 0; i < 4; i++) {
		send_machine_as(s, &vm, i < 2 ? "vm-a" : "vm-b", 7);
		script_pass(s, 30 * SECONDS);
	}
	script_publish(s);
	assert_int_equal(s->events[EVENT_JOINED], 1);
	assert_int_equal(s->events[EVENT_RENAMED], 1);
	assert_string_equal(s->last[EVENT_RENAMED].host, "vm-b");
	assert_string_equal(s->last[EVENT_RENAMED].of.membership.old_name, "vm-a");
	assert_true(script_is_gone(s, "vm-a"));
	assert_true(script_is_shown(s, "vm-b"));
	assert_int_equal(s->events[EVENT_GONE], 0);
}

/* Its heartbeat goes on: what was learned of it before is not forgotten. */
static void
test_machine_that_is_renamed_and_ends(void **state)
{
	struct script *s = *state;
	struct device d = script_machine("10.0.0.1");
	struct device vm = script_source(&d, 100000, 3, 100001);
	int i;

	start_with_machines(s);
	for (i = 0; i < 20; i++) {
		script_send_host(s, &d, NODE, 1000);
		send_machine_as(s, &vm, i < 19 ? "vm-a" : "vm-b", 7);
		script_pass(s, 10 * SECONDS);
	}
	poll_for(s, &d, 10 * SECONDS, 6);
	script_publish(s);
	assert_int_equal(s->events[EVENT_DOWN], 1);
	assert_string_equal(s->last[EVENT_DOWN].host, "vm-b");
}

/* What is told is the name that it got, not the one that it wanted: that host is
 * another one, and still down. */
static void
test_machine_that_takes_a_dead_hosts_name(void **state)
{
	struct script *s = *state;
	struct device d = script_machine("10.0.0.1");
	struct device vm = script_source(&d, 100000, 3, 100001);
	struct device dead = script_source(&d, 100000, 3, 100002);
	int i;

	start_with_machines(s);
	for (i = 0; i < 20; i++) {
		script_send_host(s, &d, NODE, 1000);
		send_machine_as(s, &vm, "vm-a", 7);
		if (i < 10)
			send_machine_as(s, &dead, "vm-b", 8);
		script_pass(s, 10 * SECONDS);
	}
	script_publish(s);
	assert_int_equal(s->events[EVENT_DOWN], 1);
	assert_string_equal(s->last[EVENT_DOWN].host, "vm-b");
	send_machine_as(s, &vm, "vm-b", 7);
	script_publish(s);
	assert_int_equal(s->events[EVENT_RENAMED], 1);
	assert_string_equal(s->last[EVENT_RENAMED].host, "vm-b-10.0.0.1-3-100001");
	assert_string_equal(s->last[EVENT_RENAMED].of.membership.old_name, "vm-a");
	assert_int_equal(s->events[EVENT_RETURNED], 0);
	assert_int_equal(s->events[EVENT_JOINED], 3);
}

/* Another machine has its data source now: the one before is gone, and that is told
 * first. */
static void
test_machine_that_is_another_one(void **state)
{
	struct script *s = *state;
	struct device d = script_machine("10.0.0.1");
	struct device vm = script_source(&d, 100000, 3, 100001);
	int i;

	start_with_machines(s);
	for (i = 0; i < 4; i++) {
		send_machine_as(s, &vm, i < 2 ? "vm-a" : "vm-b", i < 2 ? 7 : 8);
		script_pass(s, 30 * SECONDS);
	}
	script_publish(s);
	assert_int_equal(s->events[EVENT_RENAMED], 0);
	assert_int_equal(s->events[EVENT_GONE], 1);
	assert_string_equal(s->last[EVENT_GONE].host, "vm-a");
	assert_int_equal(s->events[EVENT_JOINED], 2);
	assert_string_equal(s->last[EVENT_JOINED].host, "vm-b");
	assert_true(s->last[EVENT_GONE].last_ms <= s->last[EVENT_JOINED].last_ms);
}

/* A machine without a UUID that says one later stays the same, and is told of once. */
static void
test_machine_whose_uuid_is_known_later(void **state)
{
	struct script *s = *state;
	struct device d = script_machine("10.0.0.1");
	struct device vm = script_source(&d, 100000, 3, 100001);
	int i;

	start_with_machines(s);
	for (i = 0; i < 4; i++) {
		send_machine_as(s, &vm, "vm-a", i < 2 ? 0 : 7);
		script_pass(s, 30 * SECONDS);
	}
	script_publish(s);
	assert_int_equal(s->events[EVENT_JOINED], 1);
	assert_int_equal(s->events[EVENT_RENAMED], 0);
	assert_int_equal(s->events[EVENT_GONE], 0);
	assert_true(script_is_shown(s, "vm-a"));
}

/* It is not restarted for that, so it may seem down once, and then no more. */
static void
test_polling_that_slows_down(void **state)
{
	static const int64_t slower[] = {60, 120, 300};
	struct script *s = *state;
	struct device d;
	size_t i;

	for (i = 0; i < COUNT_OF(slower); i++) {
		script_configure(s, &collector_defaults);
		d = script_machine("10.0.0.1");
		poll_for(s, &d, 10 * SECONDS, 20);
		poll_for(s, &d, slower[i] * SECONDS, 20);
		poll_for(s, &d, 10 * SECONDS, 20);
		script_publish(s);
		assert_int_equal(s->events[EVENT_DOWN], 1);
		assert_in_range(seconds_until(s, EVENT_DOWN), 20, 30);
	}
}

/* The program was stopped for a minute, and all that was sent meanwhile is lost. */
static void
test_nobody_listened(void **state)
{
	static const char *const names[] = {"a", "b", "c"};
	struct script *s = *state;
	struct device d[3];
	int i, poll;

	for (i = 0; i < 3; i++)
		d[i] = script_machine(i == 0   ? "10.0.0.1"
		                      : i == 1 ? "10.0.0.2"
		                               : "10.0.0.3");
	for (poll = 0; poll < 10; poll++)
		for (i = 0; i < 3; i++) {
			script_send_host(s, &d[i], names[i], 1000);
			script_pass(s, 10 * SECONDS);
		}
	s->now += 60 * SECONDS;
	for (i = 0; i < 3; i++) { /* they have sent two times each */
		d[i].sequence += 2;
		d[i].sample += 2;
	}
	collector_deaf(s->c, s->now - 60 * SECONDS, s->now);
	for (i = 0; i < 3; i++) {
		script_send_host(s, &d[i], names[i], 1000);
		script_pass(s, 10 * SECONDS);
	}
	script_publish(s);
	assert_int_equal(s->events[EVENT_DOWN], 0);
	/* and one that ended while nobody listened is down in its own time */
	for (poll = 0; poll < 2; poll++)
		for (i = 0; i < 2; i++) {
			script_send_host(s, &d[i], names[i], 1000);
			script_pass(s, 15 * SECONDS);
		}
	s->now += 60 * SECONDS;
	collector_deaf(s->c, s->now - 60 * SECONDS, s->now);
	for (poll = 0; poll < 2; poll++)
		for (i = 0; i < 2; i++) {
			script_send_host(s, &d[i], names[i], 1000);
			script_pass(s, 15 * SECONDS);
		}
	script_publish(s);
	assert_int_equal(s->events[EVENT_DOWN], 1);
	assert_string_equal(s->last[EVENT_DOWN].host, "c");
}

/* The kernel keeps the first of what comes meanwhile, so that the second comes right after
 * it: what is missing between them was lost, and tells no longer interval. */
static void
test_first_was_kept_while_nobody_listened(void **state)
{
	struct script *s = *state;
	struct device d = script_machine("10.0.0.1");

	poll_for(s, &d, 2 * SECONDS, 8);
	script_begin(s, &d);
	wire_host_net_io(&s->w, 1000, 1000);
	script_end(s);
	s->now += 20 * SECONDS;
	collector_deaf(s->c, s->now - 20 * SECONDS, s->now);
	script_input(s);
	d.sequence += 9;
	d.sample += 9;
	poll_for(s, &d, 100, 1);
	poll_for(s, &d, 2 * SECONDS, 2);
	script_pass(s, 26 * SECONDS); /* as long as nothing came before, and a little */
	script_publish(s);
	assert_int_equal(s->events[EVENT_DOWN], 1);
}

/* As long as datagrams get lost on this machine, as many have to be missing. */
static void
test_losses_of_this_machine(void **state)
{
	struct script *s = *state;
	struct device d = script_machine("10.0.0.1");

	poll_for(s, &d, 30 * SECONDS, 20);
	collector_set_loss(s->c, 0.3);
	script_pass(s, 2 * MINUTES);
	script_publish(s);
	assert_int_equal(s->events[EVENT_DOWN], 0);
	script_pass(s, 40 * SECONDS);
	script_publish(s);
	assert_int_equal(s->events[EVENT_DOWN], 1);
}

/* Of a host that has sent but little, the losses are not known: others lose 2 %. */
static void
test_young_host_goes_by_its_neighbours(void **state)
{
	static char addresses[50][16];
	static struct device d[50];
	struct script *s = *state;
	struct device young = script_machine("10.0.1.1");
	char name[16];
	int i, poll;

	for (i = 0; i < 50; i++) {
		snprintf(addresses[i], 16, "10.0.0.%d", i);
		d[i] = script_machine(addresses[i]);
	}
	for (poll = 0; poll < 20; poll++) {
		for (i = 0; i < 50; i++) {
			if ((i + poll) % 50 == 0)
				d[i].sequence++, d[i].sample++;
			snprintf(name, sizeof(name), "host%d", i);
			script_send_host(s, &d[i], name, 1000);
		}
		if (poll > 15)
			script_send_host(s, &young, "young", 1000);
		script_pass(s, 30 * SECONDS);
	}
	script_publish(s);
	script_pass(s, 10 * MINUTES);
	while (strcmp(s->last[EVENT_DOWN].host, "young") != 0)
		assert_true(collector_event(s->c, &s->last[EVENT_DOWN]));
	assert_true(s->last[EVENT_DOWN].values.limit == 4);
}

/* Clocks that jump, and intervals of nothing and of days. */
static void
test_strange_clocks(void **state)
{
	struct script *s = *state;
	struct device d = script_machine("10.0.0.1");
	int i;

	poll_for(s, &d, 30 * SECONDS, 10);
	for (i = 0; i < 20; i++) {
		d.booted_ms += i % 2 ? 40 * DAYS : -40 * DAYS;
		poll_for(s, &d, 30 * SECONDS, 1);
	}
	for (i = 0; i < 20; i++)
		script_send_host(s, &d, NODE, 1000); /* all at once */
	poll_for(s, &d, 30 * SECONDS, 10);
	script_publish(s);
	assert_int_equal(s->events[EVENT_DOWN], 0);
	poll_for(s, &d, 12 * HOURS, 6); /* believed when it has come twice */
	script_publish(s);
	assert_int_equal(s->events[EVENT_DOWN], 2);
	assert_int_equal(s->events[EVENT_RETURNED], 2);
}

int
main(void)
{
#define SCRIPT(test) \
	cmocka_unit_test_setup_teardown(test, script_setup, script_teardown)
	static const struct CMUnitTest tests[] = {
	    SCRIPT(test_heard_briefly),
	    SCRIPT(test_late_down_returned),
	    SCRIPT(test_crowd),
	    SCRIPT(test_nobody_listened),
	    SCRIPT(test_first_was_kept_while_nobody_listened),
	    SCRIPT(test_losses_of_this_machine),
	    SCRIPT(test_young_host_goes_by_its_neighbours),
	    SCRIPT(test_more_than_can_wait),
	    SCRIPT(test_order_of_events),
	    SCRIPT(test_nobody_flaps),
	    SCRIPT(test_restart_is_not_down),
	    SCRIPT(test_end_of_an_application),
	    SCRIPT(test_end_of_the_agent),
	    SCRIPT(test_replay_is_no_heartbeat),
	    SCRIPT(test_losses_ask_for_patience),
	    SCRIPT(test_misses_are_set),
	    SCRIPT(test_names_that_are_given),
	    SCRIPT(test_two_of_one_name),
	    SCRIPT(test_two_that_lower_case_makes_one),
	    SCRIPT(test_name_that_flips),
	    SCRIPT(test_rename_leaves_no_zombie),
	    SCRIPT(test_machine_that_moves),
	    SCRIPT(test_machine_that_moves_back),
	    SCRIPT(test_two_of_one_uuid),
	    SCRIPT(test_machine_is_not_taken_by_its_uuid),
	    SCRIPT(test_machine_that_ends),
	    SCRIPT(test_machine_that_is_renamed),
	    SCRIPT(test_machine_that_is_renamed_and_ends),
	    SCRIPT(test_machine_that_takes_a_dead_hosts_name),
	    SCRIPT(test_machine_that_is_another_one),
	    SCRIPT(test_machine_whose_uuid_is_known_later),
	    SCRIPT(test_polling_that_slows_down),
	    SCRIPT(test_strange_clocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Hosts that take the place of others, in invented time: a server with another address, a
 * machine made anew, cloned images, two that are there for good. */
#include <string.h>

#include "tests/sflow/script.h"
#include "tests/sflow/unit.h"

#define NAME "foo-1"
#define FIRST "10.250.0.1"
#define SECOND "10.251.0.2"
#define THIRD "10.252.0.3"
#define POLLING (30 * SECONDS)

/* A poll of a server with this UUID (0: none), and the time after it. */
static void
polled(struct script *s, struct device *d, const char *name, uint8_t uuid, int64_t ms)
{
	static uint64_t bytes;

	script_begin(s, d);
	wire_host_descr(&s->w, name, uuid);
	wire_host_net_io(&s->w, bytes += 1000, 0);
	script_end(s);
	assert_int_equal(script_input(s), 0);
	script_pass(s, ms);
	script_publish(s);
}

static void
polls(struct script *s, struct device *d, const char *name, uint8_t uuid, int count)
{
	for (; count > 0; count--)
		polled(s, d, name, uuid, POLLING);
}

static void
assert_agent(struct script *s, const char *host, const char *agent)
{
	struct store_host *found = store_find(collector_store(s->c), 0, host);
	struct store_state state;
	char text[ADDRESS_TEXT];

	if (found == NULL)
		fail_msg("there is no %s", host);
	store_lock(found, &state);
	store_unlock(found);
	assert_string_equal(address_text(&state.address, text), agent);
	store_release(found);
}

static bool
is_there(struct script *s, const char *host)
{
	struct store_host *found = store_find(collector_store(s->c), 0, host);

	store_release(found);
	return found != NULL;
}

static void
assert_moved(struct script *s, unsigned times, const char *from, const char *to)
{
	const struct event *event = &s->last[EVENT_MOVED];
	char text[ADDRESS_TEXT];

	assert_int_equal(s->events[EVENT_MOVED], times);
	assert_string_equal(event->host, NAME);
	assert_string_equal(address_text(&event->agent, text), to);
	assert_string_equal(address_text(&event->of.membership.old_agent, text), from);
}

static void
same_uuid_moves_at_once(void **state)
{
	struct script *s = *state;
	struct device one = script_machine(FIRST), two = script_machine(SECOND);

	polls(s, &one, NAME, 1, 5);
	polls(s, &two, NAME, 1, 1);
	assert_agent(s, NAME, SECOND);
	assert_int_equal(store_count(collector_store(s->c)), 1);
	assert_moved(s, 1, FIRST, SECOND);
	polls(s, &two, NAME, 1, 10);
	assert_int_equal(s->events[EVENT_DOWN] + s->events[EVENT_SAME_NAME], 0);
	assert_int_equal(s->events[EVENT_JOINED], 2);
}

/* Another UUID: when the one before is late. Until then it has no other name. */
static void
by_name_when_the_other_is_late(void **state)
{
	struct script *s = *state;
	struct device one = script_machine(FIRST), two = script_machine(SECOND);

	polls(s, &one, NAME, 1, 5);
	polls(s, &two, NAME, 2, 1);
	assert_agent(s, NAME, FIRST);
	assert_false(is_there(s, NAME "-" SECOND));
	polls(s, &two, NAME, 2, 1);
	assert_agent(s, NAME, SECOND);
	assert_moved(s, 1, FIRST, SECOND);
	polls(s, &two, NAME, 2, 10);
	assert_false(is_there(s, NAME "-" SECOND));
	assert_int_equal(s->events[EVENT_DOWN] + s->events[EVENT_SAME_NAME], 0);
	assert_int_equal(s->events[EVENT_RENAMED], 0);
}

/* A second server of the name waits until the first one is heard again, however slowly
 * both poll; then it has a name of its own. */
static void
waits_for_the_other_to_be_heard(void **state)
{
	struct script *s = *state;
	struct device one = script_machine(FIRST), two = script_machine(SECOND);
	int i;

	for (i = 0; i < 10; i++) {
		polls(s, &one, NAME, 1, 1);
		script_pass(s, 3 * MINUTES);
		if (i < 4)
			continue;
		polls(s, &two, NAME, 2, 1);
		assert_int_equal(is_there(s, NAME "-" SECOND), i > 4);
		assert_int_equal(store_count(collector_store(s->c)), 2);
	}
	assert_agent(s, NAME, FIRST);
	assert_agent(s, NAME "-" SECOND, SECOND);
	assert_int_equal(s->events[EVENT_MOVED] + s->events[EVENT_DOWN], 0);
	assert_int_equal(s->events[EVENT_SAME_NAME], 1);
	assert_int_equal(s->events[EVENT_JOINED], 2);
}

/* How often the first one is heard is not known yet: nobody waits for that. */
static void
waits_for_nobody_unknown(void **state)
{
	struct script *s = *state;
	struct device one = script_machine(FIRST), two = script_machine(SECOND);

	polls(s, &one, NAME, 1, 1);
	polls(s, &two, NAME, 2, 1);
	assert_agent(s, NAME, FIRST);
	assert_agent(s, NAME "-" SECOND, SECOND);
}

/* Where a recording ends before the first one is heard again, both are shown. */
static void
named_while_it_waits(void **state)
{
	struct script *s = *state;
	struct device one = script_machine(FIRST), two = script_machine(SECOND);

	polls(s, &one, NAME, 1, 5);
	polls(s, &two, NAME, 2, 1);
	collector_name_all(s->c, s->now);
	assert_agent(s, NAME, FIRST);
	assert_agent(s, NAME "-" SECOND, SECOND);
}

/* The one before is down already. */
static void
after_a_death(void **state)
{
	struct script *s = *state;
	struct device one = script_machine(FIRST), two = script_machine(SECOND);

	polls(s, &one, NAME, 0, 5);
	script_pass(s, 10 * MINUTES);
	polls(s, &two, NAME, 0, 1);
	assert_agent(s, NAME, SECOND);
	assert_int_equal(s->events[EVENT_DOWN], 1);
	assert_int_equal(s->events[EVENT_RENAMED], 0);
	assert_moved(s, 1, FIRST, SECOND);
}

/* Both send: they are two for good, whoever is late now and then. */
static void
two_for_good(void **state)
{
	struct script *s = *state;
	struct device one = script_machine(FIRST), two = script_machine(SECOND);
	int i;

	polls(s, &one, NAME, 1, 5);
	polls(s, &two, NAME, 2, 1);
	polls(s, &one, NAME, 1, 1);
	for (i = 0; i < 5; i++) {
		polls(s, &one, NAME, 1, i % 2 ? 1 : 4); /* the other is late, or down */
		polls(s, &two, NAME, 2, i % 2 ? 4 : 1);
	}
	assert_agent(s, NAME, FIRST);
	assert_agent(s, NAME "-" SECOND, SECOND);
	assert_int_equal(s->events[EVENT_MOVED] + s->events[EVENT_RENAMED], 0);
	assert_int_equal(s->events[EVENT_SAME_NAME], 1);
}

/* One that was succeeded is heard again: it is another host, and the name stays. */
static void
heard_again(void **state)
{
	struct script *s = *state;
	struct device one = script_machine(FIRST), two = script_machine(SECOND);
	int i;

	polls(s, &one, NAME, 0, 5);
	polls(s, &two, NAME, 0, 2);
	for (i = 0; i < 5; i++) {
		polls(s, &one, NAME, 0, i % 2 ? 1 : 4);
		polls(s, &two, NAME, 0, i % 2 ? 4 : 1);
	}
	assert_agent(s, NAME, SECOND);
	assert_agent(s, NAME "-" FIRST, FIRST);
	assert_moved(s, 1, FIRST, SECOND);
	assert_int_equal(s->events[EVENT_SAME_NAME], 1);
	assert_int_equal(s->events[EVENT_RENAMED], 0);
}

/* With one UUID it returns, but only when the other one is late. */
static void
returns_with_its_uuid(void **state)
{
	struct script *s = *state;
	struct device one = script_machine(FIRST), two = script_machine(SECOND);

	polls(s, &one, NAME, 1, 5);
	polls(s, &two, NAME, 1, 5);
	polls(s, &one, NAME, 1, 1);
	assert_agent(s, NAME, SECOND);
	polls(s, &one, NAME, 1, 1);
	assert_agent(s, NAME, FIRST);
	assert_moved(s, 2, SECOND, FIRST);
	assert_int_equal(s->events[EVENT_SAME_NAME] + s->events[EVENT_DOWN], 0);
}

/* Two of a cloned image: the second one takes the name, until the first one is heard. */
static void
two_of_one_uuid(void **state)
{
	struct script *s = *state;
	struct device one = script_machine(FIRST), two = script_machine(SECOND);
	int i;

	polls(s, &one, NAME, 1, 5);
	for (i = 0; i < 10; i++) {
		polled(s, &two, NAME, 1, POLLING / 2);
		polled(s, &one, NAME, 1, POLLING / 2);
	}
	assert_agent(s, NAME, SECOND);
	assert_agent(s, NAME "-" FIRST, FIRST);
	assert_moved(s, 1, FIRST, SECOND);
	assert_int_equal(s->events[EVENT_SAME_NAME], 1);
}

/* At a third address the UUID identifies nobody: the image was cloned. */
static void
cloned_images(void **state)
{
	struct script *s = *state;
	struct device one = script_machine(FIRST), two = script_machine(SECOND),
		      three = script_machine(THIRD);

	polls(s, &one, NAME, 1, 5);
	polls(s, &two, NAME, 1, 1);
	polls(s, &three, NAME, 1, 1);
	assert_agent(s, NAME, SECOND);
	assert_agent(s, NAME "-" THIRD, THIRD);
	assert_moved(s, 1, FIRST, SECOND);
}

/* All zeros and all ones identify nobody either. */
static void
uuids_that_are_none(void **state)
{
	static const uint8_t none[] = {0, 0xff};
	struct script *s = *state;
	size_t i;

	for (i = 0; i < COUNT_OF(none); i++) {
		struct device one = script_machine(FIRST), two = script_machine(SECOND);

		script_configure(s, &collector_defaults);
		polls(s, &one, NAME, none[i], 5);
		polls(s, &two, NAME, none[i], 1);
		assert_agent(s, NAME, FIRST);
		assert_int_equal(s->events[EVENT_MOVED], 0);
	}
}

static void
successors_are_not_wanted(void **state)
{
	struct collector_config config = collector_defaults;
	struct script *s = *state;
	struct device one = script_machine(FIRST), two = script_machine(SECOND);

	config.successors = false;
	script_configure(s, &config);
	polls(s, &one, NAME, 1, 5);
	polls(s, &two, NAME, 1, 10);
	assert_agent(s, NAME, FIRST);
	assert_agent(s, NAME "-" SECOND, SECOND);
	assert_int_equal(s->events[EVENT_MOVED], 0);
	assert_int_equal(s->events[EVENT_DOWN], 1);
}

/* The server got its new address while this program was restarted. */
static void
over_a_restart(void **state)
{
	struct collector_config config = collector_defaults;
	struct collector_saved saved[4];
	struct script *s = *state;
	struct device one = script_machine(FIRST), two = script_machine(SECOND);
	int64_t now;
	size_t count;

	config.keep = true;
	script_configure(s, &config);
	polls(s, &one, NAME, 1, 5);
	count = collector_save(s->c, saved, COUNT_OF(saved));
	assert_int_equal(count, 1);
	now = s->now + 1 * MINUTES;
	script_configure(s, &config);
	s->now = now;
	collector_set_wall(s->c, SCRIPT_WALL);
	assert_int_equal(collector_restore(s->c, saved, s->now), 0);
	polls(s, &two, NAME, 1, 1);
	assert_agent(s, NAME, SECOND);
	assert_moved(s, 1, FIRST, SECOND);
}

static void
send_vm(struct script *s, struct device *d, const char *name, uint8_t uuid)
{
	script_begin(s, d);
	wire_host_descr(&s->w, name, uuid);
	wire_virt_cpu(&s->w, (uint32_t)s->now);
	script_end(s);
	assert_int_equal(script_input(s), 0);
}

/* A container that is made anew each time, as a host of its own. */
static void
machine_made_anew(void **state)
{
	struct collector_config config = collector_defaults;
	struct script *s = *state;
	struct device d = script_machine(FIRST), vm;
	uint32_t made;
	int i;

	config.vm = VM_HOST;
	script_configure(s, &config);
	for (made = 1; made <= 4; made++) {
		vm = script_source(&d, 100000, 3, 100000 + made);
		for (i = 0; i < 8; i++) {
			script_send_host(s, &d, "hypervisor", 0);
			send_vm(s, &vm, NAME, (uint8_t)made);
			script_pass(s, POLLING);
			script_publish(s);
			assert_true(is_there(s, NAME));
			assert_int_equal(store_count(collector_store(s->c)), 2);
		}
	}
	assert_int_equal(s->events[EVENT_RENAMED] + s->events[EVENT_SAME_NAME], 0);
	assert_moved(s, 3, FIRST, FIRST);
	assert_int_equal(s->events[EVENT_DOWN] + s->events[EVENT_GONE], 0);
}

/* What runs on a host -------------------------------------------------------------- */

static void
send_http(struct script *s, struct device *d)
{
	script_begin(s, d);
	wire_http_counters(&s->w, 1);
	wire_zeros(&s->w, 2206, 20);
	script_end(s);
	assert_int_equal(script_input(s), 0);
}

static void
send_jvm(struct script *s, struct device *d, const char *name)
{
	script_begin(s, d);
	wire_host_descr(&s->w, name, 0);
	wire_virt_cpu(&s->w, 1);
	wire_zeros(&s->w, 2102, 16);
	wire_jvm_statistics(&s->w, 1);
	script_end(s);
	assert_int_equal(script_input(s), 0);
}

/* Whether the metric is shown, and not stale. */
static bool
has(const struct script *s, const char *metric)
{
	struct store_host *host = store_find(collector_store(s->c), 0, "host");
	struct store_state state;
	struct store_look look;
	struct store_value value;
	char name[STORE_NAME];
	bool found = false;

	assert_non_null(host);
	store_lock(host, &state);
	store_look(&look, host, s->now);
	while (!found && store_look_next(&look, &value)) {
		store_value_name(&value, name);
		found = strcmp(name, metric) == 0 && !value.stale;
	}
	store_unlock(host);
	store_release(host);
	return found;
}

/* A container of one name and each time another number and UUID. It never has another
 * name. */
static void
container_made_anew(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(FIRST), vm;
	uint32_t made;
	int i;

	for (made = 1; made <= 4; made++) {
		vm = script_source(&d, 100000, 3, 100000 + made);
		for (i = 0; i < 8; i++) {
			script_send_host(s, &d, "host", 0);
			send_vm(s, &vm, "web", (uint8_t)made);
			script_pass(s, POLLING);
			script_publish(s);
			assert_false(has(s, "web-100002.vcpu_state"));
			assert_false(has(s, "web-100003.vcpu_state"));
			assert_false(has(s, "web-100004.vcpu_state"));
		}
		assert_true(has(s, "web.vcpu_state"));
	}
}

/* The same UUID, and another number: at once. */
static void
container_with_another_number(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(FIRST);
	struct device one = script_source(&d, 100000, 3, 100001);
	struct device two = script_source(&d, 100000, 3, 100002);
	int i;

	for (i = 0; i < 5; i++) {
		script_send_host(s, &d, "host", 0);
		send_vm(s, i < 3 ? &one : &two, "web", 7);
		script_pass(s, POLLING);
		script_publish(s);
		assert_true(has(s, "web.vcpu_state"));
		assert_false(has(s, "web-100002.vcpu_state"));
	}
}

/* Two that run at the same time are two, also when one of them pauses. */
static void
containers_of_one_name(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(FIRST);
	struct device one = script_source(&d, 100000, 3, 100001);
	struct device two = script_source(&d, 100000, 3, 100002);
	int i;

	for (i = 0; i < 30; i++) {
		script_send_host(s, &d, "host", 0);
		if (i < 10 || i > 20)
			send_vm(s, &one, "web", 1);
		if (i > 2)
			send_vm(s, &two, "web", 2);
		script_pass(s, POLLING);
		script_publish(s);
		if (i > 2)
			assert_true(has(s, "web-100002.vcpu_state"));
		if (i < 10 || i > 20)
			assert_true(has(s, "web.vcpu_state"));
	}
}

/* A Java virtual machine whose number is its process's: it has no prefix, and keeps none. */
static void
jvm_with_another_process(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(FIRST), jvm;
	uint32_t process;
	int i;

	for (process = 1; process <= 3; process++) {
		jvm = script_source(&d, 100000, 3, 4000 + process);
		for (i = 0; i < 6; i++) {
			script_send_host(s, &d, "host", 0);
			send_jvm(s, &jvm, "java");
			script_pass(s, POLLING);
			script_publish(s);
			assert_false(has(s, "java.jvm_gc_cpu"));
		}
		assert_true(has(s, "jvm_gc_cpu"));
	}
	assert_int_equal(s->events[EVENT_INSTANCE], 0);
}

/* A web server at another port, and one that is there beside the first. */
static void
web_server_elsewhere(void **state)
{
	struct script *s = *state;
	struct device d = script_machine(FIRST);
	struct device one = script_source(&d, 100000, 3, 80);
	struct device two = script_source(&d, 100000, 3, 8080);
	struct device beside = script_source(&d, 100000, 3, 443);
	int i;

	for (i = 0; i < 20; i++) {
		script_send_host(s, &d, "host", 0);
		send_http(s, i < 5 ? &one : &two);
		send_http(s, &beside);
		script_pass(s, POLLING);
		script_publish(s);
		assert_true(has(s, "443.http_workers_idle"));
	}
	assert_true(has(s, "http_workers_idle"));
	assert_false(has(s, "8080.http_workers_idle"));
}

static void
containers_without_successors(void **state)
{
	struct collector_config config = collector_defaults;
	struct script *s = *state;
	struct device d = script_machine(FIRST);
	struct device one = script_source(&d, 100000, 3, 100001);
	struct device two = script_source(&d, 100000, 3, 100002);
	int i;

	config.successors = false;
	script_configure(s, &config);
	for (i = 0; i < 10; i++) {
		script_send_host(s, &d, "host", 0);
		send_vm(s, i < 3 ? &one : &two, "web", 7);
		script_pass(s, POLLING);
		script_publish(s);
	}
	assert_true(has(s, "web-100002.vcpu_state"));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    TEST(same_uuid_moves_at_once),
	    TEST(by_name_when_the_other_is_late),
	    TEST(waits_for_the_other_to_be_heard),
	    TEST(waits_for_nobody_unknown),
	    TEST(named_while_it_waits),
	    TEST(after_a_death),
	    TEST(two_for_good),
	    TEST(heard_again),
	    TEST(returns_with_its_uuid),
	    TEST(two_of_one_uuid),
	    TEST(cloned_images),
	    TEST(uuids_that_are_none),
	    TEST(successors_are_not_wanted),
	    TEST(over_a_restart),
	    TEST(machine_made_anew),
	    TEST(container_made_anew),
	    TEST(container_with_another_number),
	    TEST(containers_of_one_name),
	    TEST(jvm_with_another_process),
	    TEST(web_server_elsewhere),
	    TEST(containers_without_successors),
	};

	return cmocka_run_group_tests_name("successor", tests, NULL, NULL);
}

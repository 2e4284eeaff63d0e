/* What becomes of a virtual machine when there is no memory for its name. */
#include "tests/sflow/unit.h"

#include "tests/sflow/looks.h"

static bool no_memory;

char *__real_strdup(const char *text);
char *__wrap_strdup(const char *text);

char *
__wrap_strdup(const char *text)
{
	return no_memory ? NULL : __real_strdup(text);
}

static void
send_without_memory(struct script *s, struct device *d, uint8_t uuid)
{
	no_memory = true;
	looks_send_vm(s, d, "guest", uuid);
	no_memory = false;
}

static struct device
begin(struct script *s)
{
	struct collector_config config = collector_defaults;
	struct device machine = script_machine("10.1.0.1");

	config.vm = VM_HOST;
	looks_configure(s, &config);
	return script_source(&machine, 100000, 3, 100);
}

static void
machine_has_its_name_as_soon_as_possible(void **state)
{
	struct script *s = *state;
	struct device vm = begin(s);

	send_without_memory(s, &vm, 5);
	script_publish(s);
	assert_int_equal(s->events[EVENT_JOINED], 0);
	looks_send_vm(s, &vm, "guest", 5);
	script_publish(s);
	assert_int_equal(s->events[EVENT_JOINED], 1);
	assert_true(looks_there(s, 0, "guest"));
	assert_int_equal(store_count(collector_store(s->c)), 1);
}

/* Then nobody has the UUID that it had before. */
static void
machine_may_be_another_meanwhile(void **state)
{
	struct script *s = *state;
	struct device vm = begin(s);

	send_without_memory(s, &vm, 5);
	looks_send_vm(s, &vm, "other", 6);
	assert_true(looks_there(s, 0, "other"));
	assert_int_equal(store_count(collector_store(s->c)), 1);
	vm.index++;
	looks_send_vm(s, &vm, "guest", 5);
	script_publish(s);
	assert_int_equal(s->events[EVENT_MOVED], 0);
	assert_int_equal(s->events[EVENT_JOINED], 2);
	script_pass(s, 2 * DAYS);
	assert_int_equal(store_count(collector_store(s->c)), 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    TEST(machine_has_its_name_as_soon_as_possible),
	    TEST(machine_may_be_another_meanwhile),
	};

	return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}

/* Hosts that have one folder of RRDs, where the names of folders are in lower case. */
#include "gmetad-bridge/steps/folders.h"

#include "tests/sflow/unit.h"

/* Notes a host at that address. Returns the name of the other one, or "". */
static const char *
note(unsigned cluster, const char *name, const char *agent, uint32_t time_s)
{
	struct store_state state = {.name = name, .cluster = cluster};
	const struct folder_owner *other;

	assert_int_equal(address_parse(agent, &state.address), 0);
	other = folders_note(&state, time_s);
	return other == NULL ? "" : other->name;
}

static int
forget(void **state)
{
	(void)state;
	folders_forget(UINT32_MAX);
	return 0;
}

static void
two_of_one_folder_are_told_once(void **state)
{
	uint32_t time_s;

	(void)state;
	for (time_s = 15; time_s < 150; time_s += 15) {
		assert_string_equal(note(0, "WEB1", "10.0.0.1", time_s), "");
		assert_string_equal(note(1, "Web1", "10.0.0.3", time_s), "");
		assert_string_equal(note(0, "web1", "10.0.0.2", time_s),
		                    time_s == 15 ? "WEB1" : "");
		assert_string_equal(note(0, "web2", "10.0.0.4", time_s), "");
		folders_forget(time_s);
	}
	/* in another order, too */
	assert_string_equal(note(0, "web1", "10.0.0.2", time_s), "");
	assert_string_equal(note(0, "WEB1", "10.0.0.1", time_s), "");
}

static void
one_is_told_from_another_by_its_agent(void **state)
{
	struct store_state web = {.name = "web1"};
	const struct folder_owner *other;
	struct address agent;

	(void)state;
	address_parse("10.0.0.1", &agent);
	assert_string_equal(note(0, "WEB1", "10.0.0.1", 15), "");
	other = folders_note(&web, 15);
	assert_non_null(other);
	assert_true(address_same(&other->agent, &agent));
}

static void
host_with_a_new_name_is_no_other(void **state)
{
	(void)state;
	assert_string_equal(note(0, "Node", "10.0.0.1", 15), "");
	folders_forget(15);
	assert_string_equal(note(0, "node", "10.0.0.1", 30), "");
	assert_string_equal(note(0, "node", "10.0.0.1", 45), "");
}

static void
those_that_come_again_are_told_again(void **state)
{
	(void)state;
	note(0, "A", "10.0.0.1", 15);
	assert_string_equal(note(0, "a", "10.0.0.2", 15), "A");
	folders_forget(30); /* a step without them */
	note(0, "A", "10.0.0.1", 45);
	assert_string_equal(note(0, "a", "10.0.0.2", 45), "A");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test_teardown(two_of_one_folder_are_told_once, forget),
	    cmocka_unit_test_teardown(one_is_told_from_another_by_its_agent, forget),
	    cmocka_unit_test_teardown(host_with_a_new_name_is_no_other, forget),
	    cmocka_unit_test_teardown(those_that_come_again_are_told_again, forget),
	};

	return cmocka_run_group_tests_name("folders", tests, NULL, NULL);
}

/* Which of several names is taken for the one that was meant. */
#include "common/near.h"

#include "tests/sflow/unit.h"

/* The nearest of names with blanks between; "": none. */
static const char *
nearest(const char *asked, const char *names)
{
	static struct near near;
	char copy[512], *rest = NULL, *name;
	const char *found;

	near = (struct near){.asked = asked};
	strcpy(copy, names);
	for (name = strtok_r(copy, " ", &rest); name != NULL;
	     name = strtok_r(NULL, " ", &rest))
		near_offer(&near, name);
	found = near_found(&near);
	return found != NULL ? found : "";
}

static void
near_names(void **state)
{
	(void)state;
	assert_string_equal(nearest("load_ones", "load_five load_one"), "load_one");
	assert_string_equal(nearest("laod_one", "load_one"), "load_one");
	assert_string_equal(nearest("node1", "node2 node1.a node1.b"), "node1.a");
	assert_string_equal(nearest("node1.a", "node2 node1"), "node1");
	assert_string_equal(nearest("NODE1", "node2 node1"), "node1");
	assert_string_equal(nearest("cpu", "cpi"), "cpi");
	assert_string_equal(nearest("prot", "bind port"), "port");
	assert_string_equal(nearest("work", "port"), "");
}

static void
no_near_names(void **state)
{
	(void)state;
	assert_string_equal(nearest("node1", "node1 node1.a"), "");
	assert_string_equal(nearest("node1", "node1.a node1"), "");
	assert_string_equal(nearest("node1", "web core"), "");
	assert_string_equal(nearest("ab", "cd x ab1y"), "");
	assert_string_equal(nearest("", "a b .a"), "");
	assert_string_equal(nearest("cpu", "xyu"), "");
	assert_string_equal(nearest("node1", ""), "");
}

/* Names may be as long as a stranger likes. */
static void
long_names(void **state)
{
	char asked[NEAR_NAME + 8], name[NEAR_NAME + 8];
	size_t len;

	(void)state;
	for (len = NEAR_NAME - 3; len < NEAR_NAME + 3; len++) {
		memset(asked, 'a', len);
		asked[len] = '\0';
		strcpy(name, asked);
		name[0] = 'b';
		assert_string_equal(nearest(asked, name), len < NEAR_NAME ? name : "");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(near_names),
	    cmocka_unit_test(no_near_names),
	    cmocka_unit_test(long_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

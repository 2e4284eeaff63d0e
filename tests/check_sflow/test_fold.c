/* Many names in few words. */
#include "tools/check_sflow/fold.h"

#include "tests/sflow/unit.h"

/* What becomes of names with blanks between. */
static size_t
fold(const char *line, size_t most, char bytes[], size_t size)
{
	const char *names[64];
	struct text_room room = {bytes, 0, size, 0, 0};
	static char copy[1024];
	char *rest = NULL, *name;
	size_t count = 0;

	bytes[0] = '\0';
	strcpy(copy, line);
	for (name = strtok_r(copy, " ", &rest); name != NULL;
	     name = strtok_r(NULL, " ", &rest))
		names[count++] = name;
	return fold_names(&room, names, count, most);
}

static void
runs(void **state)
{
	static const struct {
		const char *names, *folded;
	} table[] = {
	    {"node9 node1 node3 node2 node5 node4", "node[1-5,9]"},
	    {"node2 node1", "node[1,2]"},
	    {"node10 node9 node8", "node[8-10]"},
	    {"node08 node09 node10", "node[08-10]"},
	    {"node9 node010 node011", "node9, node[010,011]"},
	    {"a1.x b1.x a2.x a1.y", "a[1,2].x, a1.y, b1.x"},
	    {"r1-n1.x r1-n2.x r2-n1.x", "r1-n[1,2].x, r2-n1.x"},
	    {"10.0.0.7 10.0.0.8 10.0.1.8", "10.0.0.[7,8], 10.0.1.8"},
	    {"web", "web"},
	    {"web web1 web", "web, web1"},
	    {"db1 db1 db2", "db[1,2]"},
	    {"db1 db1", "db1"},
	    {"n12345678901234567890 n12345678901234567891",
	     "n12345678901234567890, n12345678901234567891"},
	    {"0 1 2", "[0-2]"},
	    {"n0 n7 n14", "n[0,7,14]"},
	};
	char bytes[256];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(table); i++) {
		fold(table[i].names, 5, bytes, sizeof(bytes));
		assert_string_equal(bytes, table[i].folded);
	}
}

static void
bounds(void **state)
{
	char bytes[64];

	(void)state;
	assert_int_equal(fold("a b c1 c2 d e f", 3, bytes, sizeof(bytes)), 4);
	assert_string_equal(bytes, "a, b, c[1,2]");
	assert_int_equal(fold("aaa bbb ccc", 5, bytes, 9), 2);
	assert_string_equal(bytes, "aaa, bbb");
	assert_int_equal(fold("aaa bbb ccc", 5, bytes, 3), 0);
	assert_int_equal(fold("", 5, bytes, sizeof(bytes)), 0);
	assert_string_equal(bytes, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(runs),
	    cmocka_unit_test(bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

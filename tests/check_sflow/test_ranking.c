/* The highest of many values, and their median and quartiles. */
#include "tools/ranking.h"

#include "tests/sflow/unit.h"

static struct ranking ranking;

static void
add(const char *host, double number)
{
	struct ranked value = {.number = number,
	                       .cluster = "c",
	                       .host = host,
	                       .metric = "m",
	                       .value = "v",
	                       .units = "u"};

	assert_true(ranking_add(&ranking, &value));
}

static void
assert_highest(const char *hosts)
{
	char found[64] = "";
	size_t i;

	for (i = 0; i < ranking.count; i++) {
		assert_string_equal(ranking.highest[i].cluster, "c");
		assert_string_equal(ranking.highest[i].units, "u");
		strcat(found, ranking.highest[i].host);
	}
	assert_string_equal(found, hosts);
}

static void
highest_first(void **state)
{
	(void)state;
	ranking.most = 3;
	assert_highest("");
	add("a", 1);
	add("b", 3);
	assert_highest("ba");
	add("c", 2);
	add("d", 2);
	assert_highest("bcd"); /* of equal ones the first */
	add("e", -1);
	assert_highest("bcd");
	add("f", 9);
	add("g", 9);
	add("h", 3);
	assert_highest("fgb");
	assert_int_equal(ranking.all, 8);
	ranking_clear(&ranking);
	assert_highest("");
	add("a", 0);
	assert_highest("a");
	ranking_clear(&ranking);
}

static void
spread_of(size_t count, const double *numbers, const double *expected)
{
	double spread[SPREAD];
	size_t i;

	for (i = 0; i < count; i++)
		add("x", numbers[i]);
	assert_true(ranking_spread(&ranking, spread));
	for (i = 0; i < SPREAD; i++)
		assert_near(spread[i], expected[i]);
	ranking_clear(&ranking);
}

static void
quartiles(void **state)
{
	double spread[SPREAD];

	(void)state;
	ranking.most = 1;
	assert_false(ranking_spread(&ranking, spread));
	spread_of(1, (double[]){7}, (double[]){7, 7, 7, 7, 7});
	spread_of(2, (double[]){2, 1}, (double[]){1, 1.25, 1.5, 1.75, 2});
	spread_of(5, (double[]){5, 1, 4, 2, 3}, (double[]){1, 2, 3, 4, 5});
	spread_of(6, (double[]){0, 0, 0, 0, 0, 100}, (double[]){0, 0, 0, 0, 100});
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(highest_first),
	    cmocka_unit_test(quartiles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

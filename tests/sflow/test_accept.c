#include "sflow/collector/accept.h"

#include "sflow/collector/collector.h"
#include "tests/sflow/unit.h"

static bool accept[KIND_COUNT];

static bool
taken(const char *text)
{
	return accept_parse(text, accept) == 0;
}

static size_t
count(void)
{
	size_t i, n = 0;

	for (i = 0; i < KIND_COUNT; i++)
		n += accept[i];
	return n;
}

static bool
is_default(void)
{
	return memcmp(accept, collector_defaults.accept, sizeof(accept)) == 0;
}

static void
takes_words(void **state)
{
	(void)state;
	assert_true(taken("default"));
	assert_true(is_default());
	assert_true(taken("all"));
	assert_int_equal(count(), KIND_COUNT);
	assert_true(taken(" host,\tvm\n"));
	assert_int_equal(count(), 2);
	assert_true(accept[KIND_HOST] && accept[KIND_VM]);
	assert_true(taken(""));
	assert_int_equal(count(), 0);
}

static void
leaves_out(void **state)
{
	(void)state;
	assert_true(taken("all -custom"));
	assert_int_equal(count(), KIND_COUNT - 1);
	assert_false(accept[KIND_CUSTOM]);
	assert_true(taken("-vlan"));
	assert_false(accept[KIND_VLAN]);
	accept[KIND_VLAN] = true;
	assert_true(is_default());
	assert_true(taken("host -host"));
	assert_int_equal(count(), 0);
}

static void
refuses_other_words(void **state)
{
	static const char *const wrong[] = {"defaults", "al",   "host -", "--host",
	                                    "-all",     "HOST", "host;vm"};
	char words[ACCEPT_WORDS];
	size_t i;

	(void)state;
	assert_true(taken("host"));
	for (i = 0; i < COUNT_OF(wrong); i++)
		assert_false(taken(wrong[i]));
	assert_int_equal(count(), 1);
	assert_true(accept[KIND_HOST]);
	assert_non_null(strstr(accept_words(words), " host vm http "));
	assert_in_range(strlen(words), 100, ACCEPT_WORDS - 1);
}

static void
takes_kinds_alone(void **state)
{
	static const char *const wrong[] = {"all", "default", "-host", "host,x"};
	size_t i;

	(void)state;
	assert_int_equal(accept_parse_kinds("http\njvm, http", accept), 0);
	assert_int_equal(count(), 2);
	assert_true(accept[KIND_HTTP] && accept[KIND_JVM]);
	for (i = 0; i < COUNT_OF(wrong); i++)
		assert_int_equal(accept_parse_kinds(wrong[i], accept), -1);
	assert_int_equal(count(), 2);
	assert_int_equal(accept_parse_kinds("", accept), 0);
	assert_int_equal(count(), 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(takes_words),
	    cmocka_unit_test(leaves_out),
	    cmocka_unit_test(refuses_other_words),
	    cmocka_unit_test(takes_kinds_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

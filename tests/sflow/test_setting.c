/* The types of settings: what each takes, and refuses, and why. */
#include "sflow/setting.h"

#include <limits.h>
#include <regex.h>

#include "sflow/address.h"
#include "tests/sflow/unit.h"

enum meal { BREAKFAST, LUNCH, SUPPER };

struct values {
	unsigned number;
	int64_t ms;
	bool flag;
	enum meal meal;
	struct network_list *networks;
	regex_t *regex;
};

#define IN(member) .to = offsetof(struct values, member)

static const char *const meals[] = {"breakfast", "lunch", "supper", NULL};

static const struct setting settings[] = {
    {"number", setting_number, IN(number), SETTING_BETWEEN(3, 1000)},
    {"seconds", setting_seconds, IN(ms), SETTING_BETWEEN(0, INT_MAX)},
    {"flag", setting_flag, IN(flag)},
    {"meal", setting_word, IN(meal), .words = meals},
    {"networks", setting_networks, IN(networks), .form = SETTING_LIST},
    {"regex", setting_regex, IN(regex)},
};

static struct values values;
static char why[SETTING_WHY];

static bool
set(const char *name, const char *text)
{
	const struct setting *setting =
	    setting_find(settings, COUNT_OF(settings), name);

	assert_non_null(setting);
	*why = '\0';
	return setting_set(setting, &values, text, why);
}

static void
names_are_found(void **state)
{
	(void)state;
	assert_ptr_equal(setting_find(settings, COUNT_OF(settings), "number"),
	                 &settings[0]);
	assert_ptr_equal(setting_find(settings, COUNT_OF(settings), "regex"),
	                 &settings[5]);
	assert_null(setting_find(settings, COUNT_OF(settings), "numbers"));
	assert_null(setting_find(settings, 5, "regex"));
}

static void
texts_become_values(void **state)
{
	(void)state;
	assert_true(set("number", "3"));
	assert_int_equal(values.number, 3);
	assert_true(set("number", "1000"));
	assert_int_equal(values.number, 1000);
	assert_true(set("seconds", "5000000"));
	assert_true(values.ms == INT64_C(5000000000));
	assert_true(set("flag", "yes"));
	assert_true(values.flag);
	assert_true(set("flag", "no"));
	assert_false(values.flag);
	assert_true(set("meal", "supper"));
	assert_int_equal(values.meal, SUPPER);
	assert_true(set("meal", "breakfast"));
	assert_int_equal(values.meal, BREAKFAST);
}

static void
wrong_texts_change_nothing(void **state)
{
	static const struct {
		const char *name, *text, *why; /* how it begins */
	} wrong[] = {
	    {"number", "2", "a number, 3 to 1000"},
	    {"number", "1001", "a number, 3 to 1000"},
	    {"number", "", "a number, 3 to 1000"},
	    {"number", " 7", "a number, 3 to 1000"},
	    {"number", "7x", "a number, 3 to 1000"},
	    {"number", "+7", "a number, 3 to 1000"},
	    {"number", "-7", "a number, 3 to 1000"},
	    {"number", "99999999999999999999", "a number, 3 to 1000"},
	    {"seconds", "99999999999999999999", "seconds, 0 to "},
	    {"flag", "true", "yes or no"},
	    {"flag", "", "yes or no"},
	    {"meal", "tea", "breakfast, lunch or supper"},
	    {"meal", "", "breakfast, lunch or supper"},
	    {"networks", "::1, a.example b",
	     "networks such as 10.0.0.0/8 or fd00::/8, not a.example"},
	    {"networks", "10.0.0.0/33", "networks such as "},
	    {"regex", "(a", "an extended regular expression: "},
	};
	struct values before;
	size_t i;

	(void)state;
	assert_true(set("networks", "10.0.0.0/8"));
	assert_true(set("regex", "a"));
	before = values;
	for (i = 0; i < COUNT_OF(wrong); i++) {
		assert_false(set(wrong[i].name, wrong[i].text));
		if (strncmp(why, wrong[i].why, strlen(wrong[i].why)) != 0)
			fail_msg("%s\nshould begin %s", why, wrong[i].why);
		assert_memory_equal(&values, &before, sizeof(values));
	}
	assert_true(set("networks", ""));
	assert_true(set("regex", ""));
}

static bool
has_address(const char *text)
{
	struct address address;

	assert_int_equal(address_parse(text, &address), 0);
	return network_list_match(values.networks, &address);
}

/* Of what is left behind, the sanitizers tell. */
static void
owned_values_are_replaced(void **state)
{
	(void)state;
	assert_true(set("networks", "10.0.0.0/8"));
	assert_true(set("networks", "fd00::/8,\n192.0.2.1"));
	assert_false(has_address("10.0.0.1"));
	assert_true(has_address("192.0.2.1"));
	assert_true(has_address("fd00::1"));
	assert_true(set("regex", "^a"));
	assert_true(set("regex", "^(b|c)"));
	assert_int_equal(regexec(values.regex, "c", 0, NULL, 0), 0);
	assert_int_equal(regexec(values.regex, "a", 0, NULL, 0), REG_NOMATCH);
	assert_true(set("networks", ""));
	assert_null(values.networks);
	assert_true(set("regex", ""));
	assert_null(values.regex);
}

/* What would take the C library gigabytes, or its stack. */
static void
expressions_are_modest(void **state)
{
	char deep[2 * 20000 + 1], reason[SETTING_REASON];
	regex_t regex;

	(void)state;
	memset(deep, '(', 20000);
	memset(deep + 20000, ')', 20000);
	deep[40000] = '\0';
	assert_false(setting_compile(&regex, deep, reason));
	assert_string_equal(reason, "too many brackets or repetitions");
	assert_false(setting_compile(&regex, "(((a{200}){200}){200})", reason));
	assert_false(
	    setting_compile(&regex, "((((a{1,99}){1,99}){2,}){0,99})", reason));
	assert_false(setting_compile(&regex, "a{99999}", reason)); /* by regcomp() */
	assert_true(setting_compile(
	    &regex, "^([0-9a-f]{8})-([0-9a-f]{4}-){3}[0-9a-f]{12}$", reason));
	regfree(&regex);
	assert_true(setting_compile(&regex, "a{200}b{200}(c{200}){9}\\({200}", reason));
	regfree(&regex);
	assert_false(setting_compile(&regex, "a{200", reason)); /* by regcomp() */
	assert_false(setting_compile(&regex, "(a{200}){200}(a{200}){200}", reason));
	assert_false(setting_compile(&regex, "a{200}{200}{200}", reason));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_are_found),
	    cmocka_unit_test(texts_become_values),
	    cmocka_unit_test(wrong_texts_change_nothing),
	    cmocka_unit_test(owned_values_are_replaced),
	    cmocka_unit_test(expressions_are_modest),
	};

	return cmocka_run_group_tests_name("setting", tests, NULL, NULL);
}

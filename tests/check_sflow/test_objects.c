#include "tools/check_sflow/section.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/sflow/unit.h"

static struct section section;
static struct section_count count;
static char *text;

/* Who is defined ---------------------------------------------------------------------- */

static void
who_is_defined(void **state)
{
	static const char objects[] =
	    "define host{\n host_name web1\n alias x ; host_name web9\n}\n"
	    "define host {\n\thost_name\tweb 2  ; a comment\n}\n"
	    "# define host {\n# host_name web3\n# }\n"
	    "define host {\n host_name web4\n register 0\n}\n"
	    "define service {\n host_name web5\n hostgroup_name g5\n}\n"
	    "  define   hostgroup  {\n hostgroup_name g1\r\n  }\n"
	    "define host {\n host_name \\\n web6\n}\n"
	    "define host {\n ;host_name web7\n}\n"
	    "host_name web8\n"
	    "define host {\n host_name web10";
	static const char *const defined[] = {"web1", "web 2", "web6"};
	static const char *const not [] = {"web3", "web4", "web5",  "web7",
	                                   "web8", "web9", "web10", "web"};
	struct names names = {NULL};
	size_t i;

	(void)state;
	assert_int_equal(objects_scan(objects, strlen(objects), &names), 0);
	for (i = 0; i < COUNT_OF(defined); i++)
		if (!names_has(&names, "host", defined[i]))
			fail_msg("%s isn't", defined[i]);
	for (i = 0; i < COUNT_OF(not ); i++)
		if (names_has(&names, "host", not [i]))
			fail_msg("%s is", not [i]);
	assert_true(names_has(&names, "hostgroup", "g1"));
	assert_false(names_has(&names, "hostgroup", "g5"));
	names_free(&names);
}

static void
names_that_are_safe(void **state)
{
	static const char *const safe[] = {
	    "a", "web-1.example.net", "a b", "fd80--1", "x@y", "1/2", "a_b:c+d"};
	static const char *const unsafe[] = {
	    "",     " ",    " a",  "a ",  "-a",  "+a",    "null",      "a;b", "a'b",
	    "a\"b", "a`b",  "a$b", "a&b", "a|b", "a<b",   "a>b",       "a*b", "a?b",
	    "a,b",  "a(b",  "a)b", "a=b", "a!b", "a%b",   "a^b",       "a~b", "a\\b",
	    "a\nb", "a\tb", "a{b", "a}b", "a#b", "a\x7f", "a\xc3\xa9",
	};
	char *longest = calloc(1, OBJECTS_NAME + 1);
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(safe); i++)
		if (!objects_is_safe(safe[i]))
			fail_msg("\"%s\" is refused", safe[i]);
	for (i = 0; i < COUNT_OF(unsafe); i++)
		if (objects_is_safe(unsafe[i]))
			fail_msg("\"%s\" is taken", unsafe[i]);
	memset(longest, 'a', OBJECTS_NAME);
	assert_false(objects_is_safe(longest));
	free(longest);
}

/* The section ------------------------------------------------------------------------- */

static void
see(const char *cluster, const char *name, const char *address)
{
	struct section_host *host = section_host(&section, cluster, name);

	assert_non_null(host);
	free(host->address);
	host->address = strdup(address);
	host->seen = true;
}

static void
read_text(const char *from)
{
	section_free(&section);
	assert_int_equal(section_read(&section, from, strlen(from)), 0);
}

static const char *
written(void)
{
	size_t len;
	FILE *out;

	free(text);
	out = open_memstream(&text, &len);
	assert_non_null(out);
	assert_int_equal(section_write(&section, false, out, &count), 0);
	fclose(out);
	return text;
}

/* What comes when nothing new is seen. */
static const char *
again(void)
{
	char *before = strdup(text);

	assert_non_null(before);
	read_text(before);
	free(before);
	return written();
}

#define assert_has(part) \
	do { \
		if (strstr(text, part) == NULL) \
			fail_msg("no \"%s\" in %s", part, text); \
	} while (0)
#define assert_has_not(part) assert_null(strstr(text, part))

static void
written_again_the_same(void **state)
{
	char *before;

	(void)state;
	read_text("");
	see("b", "web2", "10.0.0.2");
	see("a", "web1", "10.0.0.1");
	see("b", "web1", "10.0.1.1");
	section_host(&section, "b", "web2")->server = true;
	written();
	assert_int_equal(count.hosts, 3);
	assert_int_equal(count.fresh, 3);
	assert_has("\thost_name\tweb1\n\talias\tweb1\n\taddress\t10.0.0.1\n"
	           "\thostgroups\tsflow-hosts,sflow-cluster-a\n"
	           "\t_SFLOW_CLUSTER\ta\n\t_SFLOW_NAME\tweb1\n}\n");
	assert_has("\thost_name\tweb1@b\n");
	assert_has("\thostgroups\tsflow-hosts,sflow-servers,sflow-cluster-b\n"
	           "\t_SFLOW_CLUSTER\tb\n\t_SFLOW_NAME\tweb2\n}\n");
	assert_has("\thostgroup_name\tsflow-cluster-b\n");
	before = strdup(text);
	assert_string_equal(again(), before);
	assert_int_equal(count.fresh, 0);
	assert_int_equal(count.unseen, 3);
	free(before);
}

/* Names that were given once stay, whoever comes later. */
static void
names_stay(void **state)
{
	(void)state;
	read_text("");
	see("b", "web1", "10.0.1.1");
	written();
	assert_has("\thost_name\tweb1\n");
	again();
	see("a", "web1", "10.0.0.1");
	see("b", "web1", "10.9.9.9");
	written();
	assert_has("\thost_name\tweb1@a\n");
	assert_has("\thost_name\tweb1\n\talias\tweb1\n\taddress\t10.9.9.9\n");
}

static void
around_it_nothing_changes(void **state)
{
	static const char before[] = "# mine\n\n\tdefine host {\n host_name x\n}";
	char whole[2000];

	(void)state;
	read_text(before);
	see("a", "web1", "10.0.0.1");
	see("a", "x", "10.0.0.2");
	written();
	assert_memory_equal(text, before, strlen(before));
	assert_int_equal(count.others, 1);
	assert_has_not("10.0.0.2");
	snprintf(whole, sizeof(whole), "%s# behind\n\n", text);
	read_text(whole);
	assert_string_equal(written(), whole);
}

/* What is changed within is the administrator's. */
static void
changes_are_adopted(void **state)
{
	char *at, whole[2000];

	(void)state;
	read_text("");
	see("a", "web1", "10.0.0.1");
	see("a", "web2", "10.0.0.2");
	written();
	at = strstr(text, "10.0.0.1");
	memcpy(at, "10.7.7.7", 8);
	again();
	assert_non_null(strstr(strstr(text, SECTION_END), "10.7.7.7"));
	assert_int_equal(count.hosts, 1);
	see("a", "web1", "10.0.0.1");
	written();
	assert_has_not("10.0.0.1");
	assert_has("10.7.7.7");
	snprintf(whole, sizeof(whole), "%s", text);
	assert_string_equal(again(), whole);
}

static void
words_within_are_adopted(void **state)
{
	(void)state;
	read_text(SECTION_BEGIN
	          "# a note\n\ndefine command {\n x y\n}\n"
	          "define hostgroup {\n hostgroup_name sflow-cluster-a\n}\n"
	          "define host {\n host_name z\n" SECTION_END "behind\n");
	see("a", "web1", "10.0.0.1");
	see("a", "z", "10.0.0.1");
	written();
	assert_has(SECTION_END
	           "# a note\ndefine command {\n x y\n}\n"
	           "define hostgroup {\n hostgroup_name sflow-cluster-a\n}\n"
	           "define host {\n host_name z\nbehind\n");
	assert_has_not("\thostgroup_name\t");
}

static void
one_is_taken_out_by_hand(void **state)
{
	char *at, *end;

	(void)state;
	read_text("");
	see("a", "web1", "10.0.0.1");
	see("a", "web2", "10.0.0.2");
	written();
	at = strstr(text, "define host {");
	end = strstr(at, "}\n") + 2;
	memmove(at, end, strlen(end) + 1);
	again();
	assert_int_equal(count.hosts, 1);
	assert_has_not("web1");
}

static void
lines_that_are_damaged(void **state)
{
	static const char *const table[] = {
	    SECTION_BEGIN,
	    SECTION_END,
	    SECTION_END SECTION_BEGIN,
	    SECTION_BEGIN SECTION_END SECTION_BEGIN SECTION_END,
	    SECTION_BEGIN SECTION_BEGIN SECTION_END,
	    "# END check_sflow",
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(table); i++) {
		section_free(&section);
		assert_int_equal(section_read(&section, table[i], strlen(table[i])),
		                 -2);
	}
}

static int
clean_up(void **state)
{
	(void)state;
	section_free(&section);
	free(text);
	text = NULL;
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(who_is_defined),
	    cmocka_unit_test(names_that_are_safe),
	    cmocka_unit_test_teardown(written_again_the_same, clean_up),
	    cmocka_unit_test_teardown(names_stay, clean_up),
	    cmocka_unit_test_teardown(around_it_nothing_changes, clean_up),
	    cmocka_unit_test_teardown(changes_are_adopted, clean_up),
	    cmocka_unit_test_teardown(words_within_are_adopted, clean_up),
	    cmocka_unit_test_teardown(one_is_taken_out_by_hand, clean_up),
	    cmocka_unit_test_teardown(lines_that_are_damaged, clean_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "tests/sflow/unit.h"

#include "gmetad-bridge/readers/query.h"

static struct query query;

static int
parse(const char *line)
{
	return query_parse(line, strlen(line), &query);
}

static void
paths(void **state)
{
	(void)state;
	assert_int_equal(parse("/"), 0);
	assert_int_equal(query.count, 0);
	assert_false(query.http || query.summary || query.status);
	assert_int_equal(parse("/web servers/node1/cpu_num"), 0);
	assert_int_equal(query.count, 3);
	assert_string_equal(query.parts[0], "web servers");
	assert_string_equal(query.parts[1], "node1");
	assert_string_equal(query.parts[2], "cpu_num");
	assert_int_equal(parse("/web/"), 0);
	assert_int_equal(query.count, 1);
	assert_int_equal(parse("/web//"), 0);
	assert_int_equal(query.count, 2);
	assert_string_equal(query.parts[1], "");
	assert_int_equal(parse("//"), 0);
	assert_int_equal(query.count, 1);
	assert_int_equal(parse(" /web \t\r\n"), 0);
	assert_string_equal(query.parts[0], "web");
}

static void
deeper_than_there_is(void **state)
{
	(void)state;
	assert_int_equal(parse("/a/b/c/d/e/f/g"), 0);
	assert_int_equal(query.count, QUERY_PARTS);
	assert_string_equal(query.parts[3], "d");
}

/* A name that is cut must not be another one's. */
static void
too_long_for_a_name(void **state)
{
	char line[300] = "/";

	(void)state;
	memset(line + 1, 'x', 255);
	assert_int_equal(parse(line), 0);
	assert_int_equal(strlen(query.parts[0]), 255);
	line[256] = 'x';
	assert_int_equal(parse(line), 0);
	assert_int_equal(query.count, 1);
	assert_string_equal(query.parts[0], "");
}

static void
filters(void **state)
{
	(void)state;
	assert_int_equal(parse("/?filter=summary"), 0);
	assert_true(query.summary);
	assert_int_equal(query.count, 0);
	assert_int_equal(parse("/web?anything=summary"), 0);
	assert_true(query.summary);
	assert_string_equal(query.parts[0], "web");
	assert_int_equal(parse("/?filter=summary2"), 0);
	assert_false(query.summary);
	assert_int_equal(parse("/web?filter=former"), 0);
	assert_true(query.former);
	assert_false(query.summary);
	assert_int_equal(parse("/web?filter=former2"), 0);
	assert_false(query.former);
	assert_int_equal(parse("/?filter"), -1);
	assert_int_equal(parse("/?"), -1);
}

static void
http(void **state)
{
	(void)state;
	assert_int_equal(parse("GET / HTTP/1.0"), 0);
	assert_true(query.http);
	assert_int_equal(query.count, 0);
	assert_int_equal(parse("GET /*/node1?filter=summary HTTP/1.1\r"), 0);
	assert_true(query.http && query.summary);
	assert_string_equal(query.parts[0], "*");
	assert_string_equal(query.parts[1], "node1");
	assert_int_equal(parse("GET /a cluster HTTP/1.1"), 0);
	assert_string_equal(query.parts[0], "a cluster");
	assert_int_equal(parse("GET /"), -1);
	assert_int_equal(parse("GET / HTTP/2.0"), -1);
	assert_int_equal(parse("GET  HTTP/1.0"), -1);
	assert_int_equal(parse("POST / HTTP/1.0"), -1);
	assert_int_equal(parse("HEAD / HTTP/1.0"), -1);
}

static void
status(void **state)
{
	(void)state;
	assert_int_equal(parse("/status"), 0);
	assert_true(query.status);
	assert_string_equal(query.callback, "");
	assert_int_equal(parse("GET /STATUS?callback=jQuery1_2.f&_=3 HTTP/1.1"), 0);
	assert_true(query.status);
	assert_string_equal(query.callback, "jQuery1_2.f");
	assert_int_equal(parse("/status?callback=alert(1)"), -1);
	assert_int_equal(parse("/status?callback="), -1);
	assert_int_equal(parse("/status?callback=0123456789012345678901234567890"
	                       "123456789012345678901234567890123456789"),
	                 -1);
}

static void
what_gmetad_answers_nothing(void **state)
{
	static const char *const lines[] = {"",
	                                    " ",
	                                    "web",
	                                    "/web;ls",
	                                    "/$HOME",
	                                    "/`ls`",
	                                    "/a|b",
	                                    "/a\"b",
	                                    "/a'b",
	                                    "/a\\b",
	                                    "/a<b",
	                                    "/a>b",
	                                    "/a!",
	                                    "/@a",
	                                    "/#",
	                                    "/%2e",
	                                    "/?filter=<summary>"};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(lines); i++)
		assert_int_equal(parse(lines[i]), -1);
	assert_int_equal(query_parse("/a\0b", 4, &query), -1);
}

static void
length_is_bounded(void **state)
{
	static char line[QUERY_MAX + 2];

	(void)state;
	memset(line, ' ', QUERY_MAX + 1);
	line[0] = '/';
	assert_int_equal(query_parse(line, QUERY_MAX, &query), 0);
	assert_int_equal(query_parse(line, QUERY_MAX + 1, &query), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(paths),
	    cmocka_unit_test(deeper_than_there_is),
	    cmocka_unit_test(too_long_for_a_name),
	    cmocka_unit_test(filters),
	    cmocka_unit_test(http),
	    cmocka_unit_test(status),
	    cmocka_unit_test(what_gmetad_answers_nothing),
	    cmocka_unit_test(length_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Which agent and which metrics are meant, and the order of what comes of it. */
#include "tools/sflowget/answer.h"

#include <stdlib.h>

#include "tests/sflow/unit.h"

#define UUID "6e4e3a52-9b5c-4a3c-8e25-0102030405aB"

static struct wanted wanted;
static char *metrics[8];

static void
want(const char *agent)
{
	wanted = (struct wanted){.agent = agent, .metrics = metrics};
	wanted_init(&wanted);
}

static enum wanted_host
host(const char *cluster, const char *name, const char *address)
{
	struct item_host h = {.cluster = cluster, .name = name, .address = address};

	return wanted_host(&wanted, &h);
}

static void
names(void **state)
{
	(void)state;
	want("web1");
	assert_int_equal(host("", "web1", "192.0.2.1"), WANTED);
	assert_int_equal(host("", "web1.example.net", "192.0.2.1"), WANTED_NOT);
	assert_int_equal(host("", "Web1", "192.0.2.1"), WANTED_NOT);
	assert_int_equal(host("", "web10", "192.0.2.1"), WANTED_NOT);
	wanted.ignore_case = true;
	assert_int_equal(host("", "Web1", "192.0.2.1"), WANTED);
	wanted.cluster = "a";
	assert_int_equal(host("A", "web1", "192.0.2.1"), WANTED);
	assert_int_equal(host("b", "web1", "192.0.2.1"), WANTED_NOT);
	assert_false(wanted_many(&wanted));
}

static void
addresses(void **state)
{
	(void)state;
	want("2001:DB8::0:1");
	assert_int_equal(host("", "x", "2001:db8::1"), WANTED);
	assert_int_equal(host("", "x", "2001:db8::2"), WANTED_NOT);
	assert_int_equal(host("", "x", "none"), WANTED_NOT);
	want("192.0.2.1");
	assert_int_equal(host("", "192.0.2.1", "spoofed"), WANTED);
}

static void
patterns(void **state)
{
	(void)state;
	want("web*[0-8]");
	assert_true(wanted_many(&wanted));
	assert_int_equal(host("", "web-18", ""), WANTED);
	assert_int_equal(host("", "web-19", ""), WANTED_NOT);
	assert_int_equal(host("", "web*[0-8]", ""), WANTED);
	want(NULL);
	assert_true(wanted_many(&wanted));
	assert_int_equal(host("", "any", ""), WANTED);
}

static void
ages(void **state)
{
	struct item item = {.age_s = 240, .tmax_s = 60};

	(void)state;
	want("x");
	assert_false(wanted_too_old(&wanted, &item));
	item.age_s = 241;
	assert_true(wanted_too_old(&wanted, &item));
	item.tmax_s = 0; /* not known */
	assert_false(wanted_too_old(&wanted, &item));
	wanted.max_age_s = 240;
	assert_true(wanted_too_old(&wanted, &item));
	wanted.max_age_s = -1;
	assert_false(wanted_too_old(&wanted, &item));
}

/* Answers ----------------------------------------------------------------------------- */

static char lines[256]; /* of the last answer, with blanks between */

static bool
ready(void *context, struct answer *answer)
{
	size_t i;

	(void)context;
	lines[0] = '\0';
	for (i = 0; i < answer->count; i++) {
		strcat(lines, i > 0 ? " " : "");
		strcat(lines, answer->lines[i].asked);
		strcat(lines, answer->lines[i].state == ANSWER_MISSING ? "-"
		              : answer->lines[i].state == ANSWER_OLD   ? "~"
		                                                       : "");
	}
	return true;
}

static struct collected collected;
static struct item_sink sink;

/* A host of these metrics; whether the source is to go on. */
static bool
give(const char *name, const char *const *them)
{
	struct item_host h = {.cluster = "", .name = name, .address = "192.0.2.1"};
	enum item_wish wish = ITEM_VALUES;

	assert_true(sink.host(sink.context, &h, &wish));
	if (wish == ITEM_NOTHING)
		return true;
	for (; *them != NULL; them++) {
		struct item item = {.metric = *them,
		                    .text = strcmp(*them, "uuid") == 0 ? UUID : "1",
		                    .type = "float",
		                    .units = "",
		                    .group = "g h",
		                    .about = "",
		                    .title = "",
		                    .age_s = **them == 'o' ? 999 : 1,
		                    .tmax_s = 60};

		assert_true(sink.item(sink.context, &item));
	}
	return sink.host_end(sink.context, &h);
}

static void
begin(size_t count)
{
	collected_end(&collected);
	wanted.count = count;
	collected = (struct collected){.wanted = &wanted, .ready = ready};
	sink = collected_sink(&collected);
	lines[0] = '\0';
}

static const char *const some[] = {"swp10.x", "swp2.x", "old", "uuid", "a", NULL};

static void
order(void **state)
{
	(void)state;
	want("x");
	begin(0);
	assert_false(give("x", some)); /* there is no other */
	assert_string_equal(lines, "a old~ swp2.x swp10.x uuid");
	metrics[0] = "uuid";
	metrics[1] = "nothing";
	metrics[2] = "swp*";
	metrics[3] = "a";
	metrics[4] = "no*";
	begin(5);
	assert_false(give("x", some));
	assert_string_equal(lines, "uuid nothing- swp2.x swp10.x a no*-");
	metrics[0] = "a";
	metrics[1] = "*";
	begin(2);
	give("x", some);
	assert_string_equal(lines, "a old~ swp2.x swp10.x uuid");
	collected_end(&collected);
}

static void
groups(void **state)
{
	(void)state;
	want("x");
	wanted.group = "g_h";
	begin(0);
	give("x", some);
	assert_string_equal(lines, "a old~ swp2.x swp10.x uuid");
	wanted.group = "swp2.x";
	begin(0);
	give("x", some);
	assert_string_equal(lines, "swp2.x");
	wanted.group = "g";
	begin(0);
	give("x", some);
	assert_string_equal(lines, "");
	collected_end(&collected);
}

static void
uuids(void **state)
{
	static const char *const none[] = {"a", NULL};

	(void)state;
	want("6E4E3A52-9b5c-4a3c-8e25-0102030405ab");
	metrics[0] = "a";
	begin(1);
	assert_true(give("other", none));
	assert_int_equal(collected.answers, 0);
	assert_false(give("x", some));
	assert_int_equal(collected.answers, 1);
	assert_string_equal(lines, "a");
	collected_end(&collected);
}

static void
several(void **state)
{
	(void)state;
	want("x*");
	begin(0);
	assert_true(give("x1", some));
	assert_true(give("y", some));
	assert_true(give("x2", some));
	assert_int_equal(collected.answers, 2);
	collected_end(&collected);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names),    cmocka_unit_test(addresses),
	    cmocka_unit_test(patterns), cmocka_unit_test(ages),
	    cmocka_unit_test(order),    cmocka_unit_test(groups),
	    cmocka_unit_test(uuids),    cmocka_unit_test(several),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* An rrdcached that fails in each way: nothing is lost, and nothing counted twice. */
#include "tests/bridge/rrd_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "common/buffer.h"
#include "common/clock.h"
#include "common/json.h"
#include "gmetad-bridge/counters.h"
#include "gmetad-bridge/rrd/rrd_cached.h"
#include "gmetad-bridge/rrd/rrd_link.h"
#include "tests/bridge/fake_rrdcached.h"

#define FAKE(acts, replies) \
	fake_start(rig->socket, acts, COUNT_OF(acts), replies, COUNT_OF(replies))

/* Starts with one connection for updates. */
static void
start_fake(struct rig *rig)
{
	rig->config.rrd.rrdcached = rig->socket;
	rig->config.rrd.connections = 1;
	rig_start(rig);
}

/* And queues three lines. */
static void
begin_fake(struct rig *rig)
{
	start_fake(rig);
	rig_value(rig, "web", "node1", "a", 0, "1", 0);
	rig_value(rig, "web", "node1", "b", 0, "2", 0);
	rrd_line_folder(rig->rrd, &rig->chunk, "web", "node1");
	rrd_line_begin(rig->rrd, &rig->chunk, "c");
	rrd_line_value(rig->rrd, &rig->chunk, RIG_START, "3", 0);
	rrd_line_value(rig->rrd, &rig->chunk, RIG_START + RIG_STEP, "4", 0);
	rrd_line_end(rig->rrd, &rig->chunk);
	rrd_flush(rig->rrd, &rig->chunk);
}

static size_t
occurrences(const char *text, const char *what)
{
	size_t n = 0;

	for (; (text = strstr(text, what)) != NULL; text++)
		n++;
	return n;
}

/* Errors belong to lines by their number; a message may be of two lines. */
static void
test_errors(void **state)
{
	static const enum act acts[] = {SERVE};
	static const char *const replies[] = {
	    "3 errors\n1 x: Permission denied\n2 first\nsecond\n",
	};
	struct rig *rig = *state;
	struct fake *fake = FAKE(acts, replies);

	begin_fake(rig);
	rig_stop(rig);
	fake_stop(fake, NULL);
	assert_count(rrd_failed, 2);
	assert_count(rrd_updates, 2);
	assert_true(rig_logged("1 outside; such as web/node1/a.rrd: rrdcached's base"));
	assert_true(rig_logged("(x: Permission denied)"));
	assert_true(rig_logged("web/node1/b.rrd: first"));
}

/* An error that is of no line counts for none. */
static void
test_numbers_of_no_line(void **state)
{
	static const enum act acts[] = {SERVE};
	static const char *const replies[] = {
	    "8 errors\n0 x\n-1 x\nx\n\n2 x\n2 x\n1 x\n99999999999999999999 x\n",
	};
	struct rig *rig = *state;
	struct fake *fake = FAKE(acts, replies);

	begin_fake(rig);
	rig_stop(rig);
	fake_stop(fake, NULL);
	assert_count(rrd_failed, 1);
	assert_count(rrd_updates, 3);
}

/* A file that isn't there is made, and gets its value; where that can't be found
 * either there is an end. */
static void
test_missing(void **state)
{
	static const enum act acts[] = {SERVE};
	static const char *const replies[] = {
	    "2 errors\n1 No such file: a\n2 No such file: b\n",
	    "0 errors\n", /* CREATE a */
	    "0 errors\n", /* UPDATE a */
	    "1 errors\n1 RRD Error: creating 'b': File exists\n",
	    "1 errors\n1 No such file: b\n", /* UPDATE b */
	};
	struct rig *rig = *state;
	struct fake *fake = FAKE(acts, replies);
	char *lines;

	begin_fake(rig);
	rig_stop(rig);
	fake_stop(fake, &lines);
	assert_int_equal(occurrences(lines, "CREATE "), 2);
	assert_int_equal(occurrences(lines, "UPDATE "), 5);
	assert_non_null(strstr(lines, "/web/node1/a.rrd -s 15 -b 1700000009 -O "
	                              "DS:sum:GAUGE:120:U:U RRA:AVERAGE:0.5:1:100"
	                              " RRA:AVERAGE:0.5:4:50\n"));
	free(lines);
	assert_count(rrd_created, 1);
	assert_count(rrd_updates, 3);
	assert_count(rrd_failed, 1);
}

/* While a file is being made, what comes for it waits behind what does already. Here
 * the second connection, the creator's, breaks: so that takes some time. */
static void
test_missing_for_long(void **state)
{
	static const enum act acts[] = {SERVE, HANG_AT_END, SERVE};
	static const char *const replies[] = {"1 errors\n1 No such file: a\n"};
	struct rig *rig = *state;
	struct fake *fake = FAKE(acts, replies);
	int before = rrd_cached_timeout_ms;
	char *lines, *first, *second;

	rrd_cached_timeout_ms = 200;
	start_fake(rig);
	rig_value(rig, "web", "node1", "a", 0, "1", 0);
	rrd_flush(rig->rrd, &rig->chunk);
	rig_value(rig, "web", "node1", "a", 1, "2", 0);
	rig_value(rig, "web", "node1", "b", 1, "3", 0);
	rrd_flush(rig->rrd, &rig->chunk);
	rig_wait(rrd_updates, 3);
	rig_stop(rig);
	rrd_cached_timeout_ms = before;
	fake_stop(fake, &lines);
	assert_int_equal(occurrences(lines, "a.rrd 1700000010:1"), 2);
	assert_int_equal(occurrences(lines, "1700000025:2"), 1);
	assert_int_equal(occurrences(lines, "b.rrd 1700000025:3"), 1);
	first = strstr(strstr(lines, "a.rrd 1700000010:1") + 1, "a.rrd 1700000010:1");
	second = strstr(lines, "1700000025:2");
	assert_true(first < second);
	free(lines);
	assert_count(rrd_updates, 3);
	assert_count(rrd_failed, 0);
	assert_count(rrd_queued, 0);
}

/* Where it breaks off before the lines were sent, they are sent once. */
static void
test_breaks_before(void **state)
{
	static const enum act acts[] = {CLOSE_AT_ONCE, CLOSE_AFTER_BATCH, REFUSE_BATCH,
	                                TALK_NONSENSE, SERVE};
	static const char *const replies[] = {"0 errors\n"};
	struct rig *rig = *state;
	struct fake *fake = FAKE(acts, replies);
	char *lines;

	rrd_link_tell_ms = 0;
	begin_fake(rig);
	rig_stop(rig);
	rrd_link_tell_ms = 60000;
	fake_stop(fake, &lines);
	assert_int_equal(occurrences(lines, "UPDATE "), 3);
	free(lines);
	assert_count(rrd_updates, 4);
	assert_count(rrd_failed, 0);
	assert_true(rig_logged("Permission denied"));
	assert_true(rig_logged("? what?"));
	assert_true(rig_logged("connected again"));
}

/* What /status says of rrdcached at `now`, when the wall clock is at 1000000 ms. */
static const char *
shown(int64_t now)
{
	static char text[512];
	struct buffer buffer = {0};
	struct json json = {.buffer = &buffer};

	json_open(&json, NULL, '{');
	rrd_link_show(&json, now, 1000000);
	json_close(&json, '}');
	snprintf(text, sizeof(text), "%.*s", (int)buffer.len, buffer.bytes);
	buffer_free(&buffer);
	return text;
}

/* All connections together have a line when it begins, one a minute, and one at the end. */
static void
test_link(void **state)
{
	bool lost[3] = {false, false, false};
	int64_t now;
	int i;

	(void)state;
	rrd_link_begin("HERE");
	assert_string_equal(shown(1), "{\"rrdcached\":\"not asked yet\"}");
	for (i = 0; i < 3; i++)
		rrd_link_answer(&lost[i], 1);
	assert_string_equal(shown(1), "{\"rrdcached\":\"connected\"}");
	for (now = 10000; now < 160000; now += 5000)
		for (i = 0; i < 3; i++)
			rrd_link_lose(&lost[i], i == 0 ? "first" : "gone", now);
	assert_int_equal(rig_logged_times("rrdcached at HERE: "), 3);
	assert_int_equal(rig_logged_times("rrdcached at HERE: first; values wait\n"),
	                 1);
	assert_true(rig_logged("HERE: first, since 60 s ago; values wait\n"));
	assert_true(rig_logged("HERE: first, since 120 s ago; values wait\n"));
	assert_string_equal(shown(160000), "{\"rrdcached\":\"gone\","
	                                   "\"rrdcached_since\":850000}");
	rrd_link_answer(&lost[0], 160000);
	rrd_link_answer(&lost[0], 160000);
	rrd_link_rest(&lost[1]);
	assert_int_equal(rig_logged_times("connected again"), 0);
	rrd_link_answer(&lost[2], 161000);
	assert_true(rig_logged("HERE: connected again, after 151 s\n"));
	assert_string_equal(shown(170000), "{\"rrdcached\":\"connected\"}");

	/* One that comes and goes has no more lines than one that stays away. */
	for (now = 170000; now < 290000; now += 1000) {
		rrd_link_lose(&lost[0], "torn", now);
		rrd_link_answer(&lost[0], now + 500);
	}
	assert_int_equal(rig_logged_times("HERE: torn; values wait\n"), 2);
	assert_int_equal(rig_logged_times("connected again"), 3);
	rrd_link_begin(NULL);
	assert_string_equal(shown(170000), "{}");
}

/* One that isn't there is told by the writers once, and in /status. */
static void
test_nobody_there(void **state)
{
	struct rig *rig = *state;
	struct timespec nap = {.tv_nsec = 10000000};
	char begin[64] = "";
	int i;

	rig->config.rrd.rrdcached = rig->socket;
	rig->config.rrd.connections = 4;
	rig_start(rig);
	for (i = 0; i < 20; i++) {
		snprintf(begin, sizeof(begin), "node%d", i);
		rig_value(rig, "web", begin, "m", 0, "1", 0);
	}
	rrd_flush(rig->rrd, &rig->chunk);
	for (i = 0; i < 6000 && strstr(shown(0), "No such file") == NULL; i++)
		nanosleep(&nap, NULL);
	assert_non_null(strstr(shown(0), "{\"rrdcached\":\"No such file or directory\","
	                                 "\"rrdcached_since\":"));
	rrd_stop(rig->rrd, clock_ms() + 500);
	rig->rrd = NULL;
	assert_int_equal(rig_logged_times("rrdcached at"), 1);
	assert_string_equal(shown(0), "{}");
}

/* Where it breaks off later, they are sent again; what it had taken counts as
 * written, and what it hadn't is written then. */
static void
test_breaks_within(void **state)
{
	static const enum act acts[] = {CLOSE_IN_BATCH, CLOSE_AT_END, CLOSE_IN_ANSWER,
	                                SERVE};
	static const char *const replies[] = {
	    "2 errors\n"
	    "1 illegal attempt to update using time 1700000010\n"
	    "3 illegal attempt to update using time 1700000010\n",
	    "1 errors\n"
	    "1 illegal attempt to update using time 1700000025\n",
	};
	struct rig *rig = *state;
	struct fake *fake = FAKE(acts, replies);
	char *lines;

	begin_fake(rig);
	rig_stop(rig);
	fake_stop(fake, &lines);
	/* at the end, in the answer, served, and the second value of the last */
	assert_int_equal(occurrences(lines, "UPDATE "), 3 + 3 + 3 + 1);
	assert_int_equal(occurrences(lines, "c.rrd 1700000025:4\n"), 1);
	free(lines);
	assert_count(rrd_updates, 4);
	assert_count(rrd_failed, 0);
	assert_count(rrd_dropped, 0);
}

/* One that hangs is cut, at any point. */
static void
test_hangs(void **state)
{
	static const enum act acts[] = {HANG, HANG_AT_END, TALK_WITHOUT_END, SERVE};
	static const char *const replies[] = {"0 errors\n"};
	struct rig *rig = *state;
	struct fake *fake = FAKE(acts, replies);
	int before = rrd_cached_timeout_ms;

	rrd_cached_timeout_ms = 50;
	begin_fake(rig);
	rig_wait(rrd_updates, 4);
	rig_stop(rig);
	rrd_cached_timeout_ms = before;
	fake_stop(fake, NULL);
	assert_count(rrd_updates, 4);
	assert_count(rrd_failed, 0);
}

/* The end doesn't wait for one that hangs, nor for one that isn't there. */
static void
test_end(void **state)
{
	static const enum act acts[] = {HANG_AT_END};
	static const char *const replies[] = {"0 errors\n"};
	struct rig *rig = *state;
	struct fake *fake = FAKE(acts, replies);

	begin_fake(rig);
	rrd_stop(rig->rrd, clock_ms() + 50);
	fake_stop(fake, NULL);
	assert_count(rrd_dropped, 4);
	begin_fake(rig); /* refused by now */
	rrd_stop(rig->rrd, clock_ms() + 50);
	rig->rrd = NULL;
	assert_count(rrd_dropped, 8);
	assert_count(rrd_updates, 0);
	assert_count(rrd_queued, 0);
	assert_true(rig_logged("not written in time"));
}

/* What makes it break off each time is left out in the end. */
static void
test_gives_up(void **state)
{
	static const enum act acts[] = {
	    CLOSE_AT_END, CLOSE_AT_END, CLOSE_AT_END, CLOSE_AT_END,
	    CLOSE_AT_END, CLOSE_AT_END, CLOSE_AT_END, CLOSE_AT_END,
	    CLOSE_AT_END, CLOSE_AT_END, SERVE,
	};
	static const char *const replies[] = {"0 errors\n"};
	struct rig *rig = *state;
	struct fake *fake = FAKE(acts, replies);
	struct rrd *rrd;

	begin_fake(rig);
	rrd = rig->rrd;
	rig_value(rig, "web", "node1", "d", 0, "1", 0);
	rrd_flush(rrd, &rig->chunk);
	rig_stop(rig); /* pauses are short at the end */
	fake_stop(fake, NULL);
	assert_count(rrd_failed, 4);
	assert_count(rrd_updates, 1);
	assert_true(rig_logged("left out"));
}

static void
test_fake_over_tcp(void **state)
{
	static const enum act acts[] = {CLOSE_IN_ANSWER, SERVE};
	static const char *const replies[] = {"0 errors\n"};
	struct rig *rig = *state;
	struct fake *fake = fake_start(NULL, acts, COUNT_OF(acts), replies, 1);

	snprintf(rig->socket, sizeof(rig->socket), "localhost:%u", fake_port(fake));
	begin_fake(rig);
	rig_stop(rig);
	fake_stop(fake, NULL);
	assert_count(rrd_updates, 4);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_begin, rig_end)
	const struct CMUnitTest tests[] = {
	    TEST(test_errors),        TEST(test_numbers_of_no_line),
	    TEST(test_missing),       TEST(test_missing_for_long),
	    TEST(test_breaks_before), TEST(test_breaks_within),
	    TEST(test_hangs),         TEST(test_end),
	    TEST(test_gives_up),      TEST(test_fake_over_tcp),
	    TEST(test_link),          TEST(test_nobody_there),
	};

	return cmocka_run_group_tests_name("rrdcached faults", tests, NULL, NULL);
}

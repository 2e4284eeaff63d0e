/* Lines on stderr, and the limits on them. */
#include "tests/sflow/unit.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/event_sink.h"
#include "gmetad-bridge/log.h"

#define MINUTE INT64_C(60000)
#define THREADS 4
#define LINES 200 /* of each thread */

struct capture {
	FILE *file;
	int stderr_was;
};

static int
setup(void **state)
{
	struct capture *c = calloc(1, sizeof(*c));

	assert_non_null(c);
	c->file = tmpfile();
	assert_non_null(c->file);
	fflush(stderr);
	c->stderr_was = dup(STDERR_FILENO);
	dup2(fileno(c->file), STDERR_FILENO);
	*state = c;
	return 0;
}

/* What came on stderr until now; from here on it goes to the old one. */
static char *
captured(struct capture *c)
{
	static char text[1 << 17];
	size_t len;

	if (c->stderr_was >= 0) {
		dup2(c->stderr_was, STDERR_FILENO);
		close(c->stderr_was);
		c->stderr_was = -1;
	}
	rewind(c->file);
	len = fread(text, 1, sizeof(text) - 1, c->file);
	text[len] = '\0';
	return text;
}

static int
teardown(void **state)
{
	struct capture *c = *state;

	captured(c);
	fclose(c->file);
	free(c);
	return 0;
}

static unsigned
count(const char *text, const char *word)
{
	unsigned n = 0;

	for (; (text = strstr(text, word)) != NULL; text += strlen(word))
		n++;
	return n;
}

static void
test_line(void **state)
{
	log_open(false);
	log_line("port %d", 8651);
	assert_string_equal(captured(*state), "gmetad-bridge: port 8651\n");
}

static void
test_long_line_is_cut(void **state)
{
	char *text;

	log_line("%05000d", 1);
	text = captured(*state);
	assert_true(strlen(text) < 1100);
	assert_int_equal(text[strlen(text) - 1], '\n');
}

static void
test_limit(void **state)
{
	struct log_limit limit = {0};
	char *text;
	int i;

	for (i = 0; i < 25; i++)
		log_limited(&limit, 5, "refused");
	log_limited(&limit, 5 + MINUTE - 1, "refused");
	log_limited(&limit, 5 + MINUTE, "refused");
	log_limited(&limit, 5 + MINUTE, "refused");
	text = captured(*state);
	assert_int_equal(count(text, "refused"), 12);
	assert_int_equal(count(text, "refused (and 16 more like it before)"), 1);
}

/* One place's lines don't use up those of another. */
static void
test_limits_are_apart(void **state)
{
	struct log_limit a = {0}, b = {0};
	int i;

	for (i = 0; i < 25; i++)
		log_limited(&a, MINUTE, "a");
	log_limited(&b, MINUTE, "from b");
	assert_int_equal(count(captured(*state), "from b"), 1);
}

/* Invented times are their own; began is over all tests of this program. */
static void
test_events(void **state)
{
	const struct event_settings settings = {.program = NULL};
	struct event e = {.kind = EVENT_DOWN, .host = "web1"};
	char *text;
	int i;

	for (i = 0; i < 25; i++)
		event_log.tell(&settings, &e, 10 * MINUTE, 0);
	e.kind = EVENT_RETURNED;
	event_log.tell(&settings, &e, 10 * MINUTE, 0);
	event_log.tell(&settings, &e, 11 * MINUTE, 0);
	text = captured(*state);
	assert_int_equal(count(text, "host web1 is down"), 10);
	assert_int_equal(count(text, "host web1 returned"), 2);
	assert_int_equal(count(text, "15 more lines were left out"), 1);
}

static void *
log_many(void *argument)
{
	struct log_limit *limit = argument;
	int i;

	for (i = 0; i < LINES; i++) {
		log_line("a line of a thread");
		log_limited(limit, MINUTE, "limited");
	}
	return NULL;
}

static void
test_threads(void **state)
{
	struct log_limit limit = {0};
	pthread_t threads[THREADS];
	char *text;
	int i;

	for (i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, log_many, &limit),
		                 0);
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	text = captured(*state);
	assert_int_equal(count(text, "gmetad-bridge: a line of a thread\n"),
	                 THREADS * LINES);
	assert_int_equal(count(text, "gmetad-bridge: limited\n"), 10);
	assert_int_equal(count(text, "\n"), THREADS * LINES + 10);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_line),   TEST(test_long_line_is_cut),
	    TEST(test_limit),  TEST(test_limits_are_apart),
	    TEST(test_events), TEST(test_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

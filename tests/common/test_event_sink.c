/* Who hears of events: each sink of a list, and what the real ones choose. */
#include "tests/sflow/unit.h"

#include <stdio.h>

#include "common/event_nagios.h"
#include "common/event_sink.h"
#include "common/log.h"

#define NOW INT64_C(5000000)
#define OFFSET INT64_C(1700000000000)

static char heard[1 << 14]; /* what the log and the sinks of this test were told */

static void
note(const char *format, va_list args)
{
	size_t len = strlen(heard);

	vsnprintf(heard + len, sizeof(heard) - len, format, args);
}

void
log_line(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	note(format, args);
	va_end(args);
	strcat(heard, "\n");
}

/* No program runs here, and all seems well. */
static char ran[1 << 14];
int __wrap_posix_spawn(int *pid, const char *path, const void *files,
                       const void *attributes, char *const *arguments,
                       char *const *environment);

int
__wrap_posix_spawn(int *pid, const char *path, const void *files,
                   const void *attributes, char *const *arguments,
                   char *const *environment)
{
	(void)path;
	(void)files;
	(void)attributes;
	(void)arguments;
	*pid = 0;
	strcat(strcat(ran, environment[1]), "\n");
	return 0;
}

static int
setup(void **state)
{
	(void)state;
	heard[0] = ran[0] = '\0';
	return 0;
}

/* Lists of this test's own ---------------------------------------------------------- */

static const struct event_settings settings = {.program = "/p",
                                               .nagios_commands = "/n"};

static void
tell(char sink, const struct event_settings *s, const struct event *event, int64_t now,
     int64_t offset)
{
	assert_ptr_equal(s, &settings);
	assert_true(now == NOW && offset == OFFSET);
	sprintf(heard + strlen(heard), "%c:%s ", sink, event->host);
}

static void
tell_a(const struct event_settings *s, const struct event *event, int64_t now,
       int64_t offset)
{
	tell('a', s, event, now, offset);
}

static void
tell_b(const struct event_settings *s, const struct event *event, int64_t now,
       int64_t offset)
{
	tell('b', s, event, now, offset);
}

static void
tick_b(const struct event_settings *s, int64_t now)
{
	assert_ptr_equal(s, &settings);
	assert_true(now == NOW);
	strcat(heard, "tick ");
}

static void
stop_b(void)
{
	strcat(heard, "stop ");
}

static const struct event_sink a = {.tell = tell_a};
static const struct event_sink b = {.tell = tell_b, .tick = tick_b, .stop = stop_b};

static void
each_of_a_list_is_called(void **state)
{
	static const struct event_sink *const list[] = {&b, &a, NULL};
	const struct event event = {.host = "web1"};

	(void)state;
	event_sinks_tell(list, &settings, &event, NOW, OFFSET);
	event_sinks_tick(list, &settings, NOW);
	event_sinks_stop(list);
	assert_string_equal(heard, "b:web1 a:web1 tick stop ");
}

static void
nobody_wants_to_hear(void **state)
{
	static const struct event_sink *const list[] = {NULL};
	const struct event event = {.host = "web1"};

	(void)state;
	event_sinks_tell(list, &settings, &event, NOW, OFFSET);
	event_sinks_tick(list, &settings, NOW);
	event_sinks_stop(list);
	assert_string_equal(heard, "");
}

/* The programs' list ----------------------------------------------------------------- */

/* One of each kind, of a host that has its name from it. */
static void
tell_one_of_each(const struct event_settings *s)
{
	struct event event;
	unsigned kind;

	for (kind = 0; kind < EVENT_KIND_COUNT; kind++) {
		memset(&event, 0, sizeof(event));
		event.kind = kind;
		event.agent = (struct address){ADDRESS_IPV4, {192, 0, 2, 1}};
		strcpy(event.host, event_kinds[kind].word);
		event.values.limit = 2;
		if (kind == EVENT_UNKNOWN)
			event.of.unknown.what = "sample";
		if (kind == EVENT_SHORT)
			event.of.is_short = (struct event_short){
			    .layout = &layouts[0], .field = "a field", .bytes = 8};
		event_sinks_tell(event_sinks, s, &event, NOW, OFFSET);
	}
}

static unsigned
lines_of(const char *text)
{
	unsigned n = 0;

	for (; (text = strchr(text, '\n')) != NULL; text++)
		n++;
	return n;
}

/* The log all, the program those of membership, and Nagios those of up and down: down,
 * gone, joined, returned, moved, renamed and removed. */
static void
each_chooses(void **state)
{
	(void)state;
	tell_one_of_each(&settings);
	assert_int_equal(lines_of(heard), EVENT_KIND_COUNT);
	assert_string_equal(
	    ran, "SFLOW_EVENT=joined\nSFLOW_EVENT=late\n"
		 "SFLOW_EVENT=down\nSFLOW_EVENT=returned\n"
		 "SFLOW_EVENT=restarted\nSFLOW_EVENT=renamed\n"
		 "SFLOW_EVENT=moved\nSFLOW_EVENT=gone\nSFLOW_EVENT=removed\n");
	assert_int_equal(nagios_counts.waiting, 7);
	event_sinks_stop(event_sinks);
	assert_int_equal(nagios_counts.waiting, 0);
}

static void
without_settings_only_the_log_hears(void **state)
{
	const struct event_settings none = {.program = "", .nagios_commands = NULL};

	(void)state;
	tell_one_of_each(&none);
	assert_int_equal(lines_of(heard), EVENT_KIND_COUNT);
	assert_string_equal(ran, "");
	assert_int_equal(nagios_counts.waiting, 0);
}

/* What sinks say in /status --------------------------------------------------------- */

static const char *
shown(void)
{
	static char text[1 << 16];
	struct buffer buffer = {0};
	struct json json = {.buffer = &buffer, .ascii = true};

	json_open(&json, NULL, '{');
	event_sinks_show(event_sinks, &json);
	json_close(&json, '}');
	assert_false(buffer.failed);
	assert_true(buffer.len < sizeof(text));
	memcpy(text, buffer.bytes, buffer.len);
	text[buffer.len] = '\0';
	buffer_free(&buffer);
	return text;
}

static void
nagios_shows_its_counts(void **state)
{
	(void)state;
	tell_one_of_each(&settings);
	assert_non_null(
	    strstr(shown(), "\"nagios\":{\"sent\":0,\"dropped\":0,\"waiting\":7}"));
	event_sinks_stop(event_sinks);
}

/* Of each kind the newest ones, in the order that people read. */
static void
newest_events_are_shown(void **state)
{
	struct event event = {.kind = EVENT_DOWN, .values.limit = 2};
	const char *text, *first, *last;
	int i;

	(void)state;
	event_sinks_stop(event_sinks);
	assert_non_null(strstr(shown(), "\"events\":{}"));
	event.agent = (struct address){ADDRESS_IPV4, {192, 0, 2, 1}};
	strcpy(event.host, "web1</script>");
	event.last_ms = NOW;
	event_sinks_tell(event_sinks, &settings, &event, NOW, OFFSET);
	assert_non_null(strstr(
	    shown(), "\"events\":{\"down\":[{\"time\":1700005000000,"
		     "\"host\":\"web1\\u003c/script\\u003e\",\"agent\":\"192.0.2.1\","
		     "\"text\":\"host web1\\u003c/script\\u003e is down"));
	for (i = 0; i < 1000; i++) {
		event.kind = i % 2 != 0 ? EVENT_JOINED : EVENT_MALFORMED;
		snprintf(event.host, sizeof(event.host), "host%d", i);
		event_sinks_tell(event_sinks, &settings, &event, NOW, OFFSET);
	}
	text = shown();
	assert_non_null(strstr(text, "\"down\":[{"));
	first = strstr(text, "\"host\":\"host999\"");
	last = strstr(text, "\"host\":\"host985\"");
	assert_true(first != NULL && last != NULL && first < last);
	assert_null(strstr(text, "\"host\":\"host983\""));
	event_sinks_stop(event_sinks);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(each_of_a_list_is_called, setup),
	    cmocka_unit_test_setup(nobody_wants_to_hear, setup),
	    cmocka_unit_test_setup(each_chooses, setup),
	    cmocka_unit_test_setup(without_settings_only_the_log_hears, setup),
	    cmocka_unit_test_setup(nagios_shows_its_counts, setup),
	    cmocka_unit_test_setup(newest_events_are_shown, setup),
	};

	return cmocka_run_group_tests_name("event_sink", tests, NULL, NULL);
}

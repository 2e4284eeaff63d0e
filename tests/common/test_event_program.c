/* The administrator's program: its environment, and how many run, for how long. No
 * program runs here: what would start, wait for and kill one are this test's. */
#include "tests/sflow/unit.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/types.h>

#include "common/event_sink.h"
#include "common/log.h"

#define NOW INT64_C(5000000)
#define OFFSET INT64_C(1700000000000) /* to the wall clock */
#define PIDS 64
#define AT_A_TIME 16

static const struct event_settings settings = {.program = "/bin/admin"};
static char log_text[1024];
static char environment_text[4096];
static int started; /* programs, whose pids are 1 and so on */
static bool ended[PIDS];
static unsigned killed, looks;
static int spawn_error;
static int64_t now;

void
log_line(const char *format, ...)
{
	size_t len = strlen(log_text);
	va_list args;

	va_start(args, format);
	vsnprintf(log_text + len, sizeof(log_text) - len, format, args);
	va_end(args);
	strcat(log_text, "\n");
}

int __wrap_posix_spawn(pid_t *pid, const char *path, const void *files,
                       const void *attributes, char *const *arguments,
                       char *const *environment);
int __wrap_kill(pid_t pid, int signal);
pid_t __wrap_waitpid(pid_t pid, int *status, int options);

int
__wrap_posix_spawn(pid_t *pid, const char *path, const void *files,
                   const void *attributes, char *const *arguments,
                   char *const *environment)
{
	(void)files;
	(void)attributes;
	assert_string_equal(path, "/bin/admin");
	assert_string_equal(arguments[0], "/bin/admin");
	assert_null(arguments[1]);
	environment_text[0] = '\0';
	for (; *environment != NULL; environment++)
		strcat(strcat(environment_text, *environment), "\n");
	if (spawn_error == 0)
		*pid = ++started;
	return spawn_error;
}

/* With its process group. */
int
__wrap_kill(pid_t pid, int signal)
{
	assert_in_range(-pid, 1, started);
	assert_int_equal(signal, SIGKILL);
	ended[-pid] = true;
	killed++;
	return 0;
}

pid_t
__wrap_waitpid(pid_t pid, int *status, int options)
{
	(void)status;
	assert_in_range(pid, 1, started);
	looks++;
	if (ended[pid])
		return pid;
	assert_int_not_equal(options, 0); /* else it would wait for ever */
	return 0;
}

/* A minute passes before each test. */
static int
setup(void **state)
{
	(void)state;
	log_text[0] = environment_text[0] = '\0';
	started = spawn_error = 0;
	killed = looks = 0;
	memset(ended, 0, sizeof(ended));
	now += INT64_C(60000);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	event_program.stop();
	return 0;
}

static struct event
event_of(enum event_kind kind)
{
	struct event event = {
	    .kind = kind,
	    .agent = {ADDRESS_IPV4, {10, 1, 0, 1}},
	    .host = "web1",
	    .last_ms = NOW,
	    .values = {.now = 2, .limit = 3},
	    .of.membership = {.heard_ms = NOW - 65000, .interval_ms = 30500}};

	return event;
}

/* So many hosts are down. */
static void
tell(unsigned count)
{
	static unsigned hosts;
	struct event event = event_of(EVENT_DOWN);

	while (count-- > 0) {
		snprintf(event.host, sizeof(event.host), "host%u", hosts++);
		event_program.tell(&settings, &event, now, OFFSET);
	}
}

static void
what_the_program_is_told(void **state)
{
	struct event event = event_of(EVENT_DOWN);

	(void)state;
	event_program.tell(&settings, &event, now, OFFSET);
	assert_string_equal(
	    environment_text,
	    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n"
	    "SFLOW_EVENT=down\nSFLOW_HOST=web1\nSFLOW_OLD_HOST=\n"
	    "SFLOW_AGENT=10.1.0.1\nSFLOW_OLD_AGENT=\nSFLOW_TIME=1700005000\n"
	    "SFLOW_LAST_HEARD=1700004935\nSFLOW_MISSED=2\nSFLOW_ALLOWED=3\n"
	    "SFLOW_INTERVAL=30.500\n");
	event = event_of(EVENT_RENAMED);
	strcpy(event.of.membership.old_name, "old1");
	event_program.tell(&settings, &event, now, OFFSET);
	assert_non_null(
	    strstr(environment_text, "SFLOW_HOST=web1\nSFLOW_OLD_HOST=old1\n"));
}

static void
no_program(void **state)
{
	const struct event_settings none = {.program = NULL}, empty = {.program = ""};
	struct event event = event_of(EVENT_DOWN);

	(void)state;
	event_program.tell(&none, &event, now, OFFSET);
	event_program.tell(&empty, &event, now, OFFSET);
	event = event_of(EVENT_MALFORMED);
	event_program.tell(&settings, &event, now, OFFSET);
	assert_int_equal(started, 0);
}

static void
program_that_cannot_run(void **state)
{
	(void)state;
	spawn_error = ENOENT;
	tell(1);
	assert_string_equal(log_text,
	                    "can't run /bin/admin: No such file or directory\n");
	spawn_error = 0;
	tell(AT_A_TIME); /* it has left its place free */
	assert_int_equal(started, AT_A_TIME);
}

/* The others wait, and are looked after ten times a second. */
static void
so_many_at_a_time(void **state)
{
	(void)state;
	assert_false(event_program.hurries());
	tell(AT_A_TIME + 3);
	assert_int_equal(started, AT_A_TIME);
	assert_true(event_program.hurries());
	event_program.tick(&settings, now);
	ended[5] = ended[6] = true;
	event_program.tick(&settings, now + 99);
	assert_int_equal(started, AT_A_TIME);
	event_program.tick(&settings, now + 100);
	assert_int_equal(started, AT_A_TIME + 2);
	ended[7] = true;
	event_program.tick(&settings, now + 200);
	assert_int_equal(started, AT_A_TIME + 3);
	assert_false(event_program.hurries());
	assert_string_equal(log_text, "");
}

/* A death is told before hosts that joined earlier. */
static void
deaths_come_first(void **state)
{
	struct event event = event_of(EVENT_JOINED);
	unsigned i;

	(void)state;
	tell(AT_A_TIME);
	for (i = 0; i < 1000; i++) {
		snprintf(event.host, sizeof(event.host), "new%u", i);
		event_program.tell(&settings, &event, now, OFFSET);
	}
	event = event_of(EVENT_DOWN);
	event_program.tell(&settings, &event, now, OFFSET);
	ended[1] = true;
	event_program.tick(&settings, now + 1000);
	assert_non_null(
	    strstr(environment_text, "SFLOW_EVENT=down\nSFLOW_HOST=web1\n"));
}

/* It was taken out of the configuration. */
static void
nobody_waits_without_a_program(void **state)
{
	const struct event_settings none = {.program = NULL};

	(void)state;
	tell(AT_A_TIME + 3);
	event_program.tick(&none, now + 1000);
	assert_false(event_program.hurries());
	assert_int_equal(started, AT_A_TIME);
}

static void
so_long_at_most(void **state)
{
	(void)state;
	tell(2);
	ended[1] = true;
	event_program.tick(&settings, now + 29999);
	assert_int_equal(killed, 0);
	event_program.tick(&settings, now + 30999);
	assert_int_equal(killed, 1);
	assert_true(ended[2]);
}

/* However often it is called. */
static void
it_looks_once_a_second(void **state)
{
	int64_t ms;

	(void)state;
	tell(1);
	for (ms = 0; ms < 10000; ms += 250)
		event_program.tick(&settings, now + ms);
	assert_int_equal(looks, 10);
}

static void
the_end_kills_all(void **state)
{
	(void)state;
	tell(3);
	event_program.stop();
	assert_int_equal(killed, 3);
	tell(AT_A_TIME); /* all places are free */
	assert_int_equal(started, 3 + AT_A_TIME);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    TEST(what_the_program_is_told),
	    TEST(no_program),
	    TEST(program_that_cannot_run),
	    TEST(so_many_at_a_time),
	    TEST(so_long_at_most),
	    TEST(it_looks_once_a_second),
	    TEST(the_end_kills_all),
	    TEST(deaths_come_first),
	    TEST(nobody_waits_without_a_program),
	};

	return cmocka_run_group_tests_name("event_program", tests, NULL, NULL);
}

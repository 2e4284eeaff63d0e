/* Passive results for Nagios: what is written, and what is wrong with its command
 * file. In a folder of its own, with invented time.
 */
#include "tests/sflow/unit.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/event_nagios.h"
#include "common/event_sink.h"
#include "common/log.h"

#define NOW INT64_C(5000000)     /* clock_ms() */
#define WALL INT64_C(1700000000) /* s: the wall clock then */
#define OFFSET (WALL * 1000 - NOW)
#define MINUTE INT64_C(60000)

static char folder[] = "/tmp/test-nagios-XXXXXX";
static char path[64], other[64]; /* the command file, and what isn't one */
static int reader = -1;
static char log_text[1 << 16];
static int64_t now;

void
log_line(const char *format, ...)
{
	size_t len = strlen(log_text);
	va_list args;

	va_start(args, format);
	vsnprintf(log_text + len, sizeof(log_text) - len, format, args);
	va_end(args);
}

static unsigned
logged(const char *words)
{
	const char *at = log_text;
	unsigned n = 0;

	for (; (at = strstr(at, words)) != NULL; at++)
		n++;
	return n;
}

/* Nagios: it opens its file, reads and ends. */
static void
begin_reading(void)
{
	reader = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	assert_true(reader >= 0);
}

static void
end_reading(void)
{
	close(reader);
	reader = -1;
}

/* Between open() and write() there is this. */
static bool dies_next;
int __real_fstat(int fd, struct stat *status);
int __wrap_fstat(int fd, struct stat *status);

int
__wrap_fstat(int fd, struct stat *status)
{
	if (dies_next)
		end_reading();
	dies_next = false;
	return __real_fstat(fd, status);
}

/* What is in the file now. */
static const char *
read_all(void)
{
	static char text[1 << 20];
	size_t len = 0;
	ssize_t got;

	while ((got = read(reader, text + len, sizeof(text) - 1 - len)) > 0)
		len += (size_t)got;
	text[len] = '\0';
	return text;
}

static void
assert_read(const char *want)
{
	assert_string_equal(read_all(), want);
}

/* An hour passes before each test, so that none uses up the log of the next. */
static int
setup(void **state)
{
	(void)state;
	now += 60 * MINUTE;
	log_text[0] = '\0';
	memset(&nagios_counts, 0, sizeof(nagios_counts));
	unlink(path);
	if (mkfifo(path, 0600) != 0)
		return -1;
	begin_reading();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	event_nagios.stop();
	if (reader >= 0)
		end_reading();
	unlink(other);
	return atomic_load(&nagios_counts.waiting) == 0 ? 0 : -1;
}

static void
nagios_tell(const char *commands, const struct event *event)
{
	const struct event_settings settings = {.nagios_commands = commands};

	event_nagios.tell(&settings, event, now, OFFSET);
}

static void
nagios_tick(const char *commands, int64_t at)
{
	const struct event_settings settings = {.nagios_commands = commands};

	event_nagios.tick(&settings, at);
}

/* An event of a host that was heard 42 s ago. */
static void
tell(enum event_kind kind, const char *host)
{
	struct event event = {.kind = kind,
	                      .last_ms = NOW,
	                      .values = {.now = 2, .limit = 2},
	                      .of.membership.heard_ms = NOW - 42400};

	strncpy(event.host, host, TEXT_SIZE - 1);
	nagios_tell(path, &event);
}

static void
tell_many(enum event_kind kind, unsigned first, unsigned count)
{
	char host[32];

	for (; count > 0; count--) {
		snprintf(host, sizeof(host), "host%u", first++);
		tell(kind, host);
	}
}

static uint64_t
waiting(void)
{
	return atomic_load(&nagios_counts.waiting);
}

static uint64_t
sent(void)
{
	return atomic_load(&nagios_counts.sent);
}

static uint64_t
dropped(void)
{
	return atomic_load(&nagios_counts.dropped);
}

/* What is written ------------------------------------------------------------------ */

#define COMMAND "[1700000000] PROCESS_HOST_CHECK_RESULT;"

static void
what_nagios_hears(void **state)
{
	static const struct {
		enum event_kind kind;
		const char *line; /* "": nothing */
	} events[] = {
	    {EVENT_DOWN,
	     COMMAND "web1;1;sFlow: silent for 42 s, 2 heartbeats missed\n"},
	    {EVENT_GONE, COMMAND "web1;1;sFlow: silent for 42 s, forgotten\n"},
	    {EVENT_RETURNED, COMMAND "web1;0;sFlow: heard again after 42 s\n"},
	    {EVENT_JOINED, COMMAND "web1;0;sFlow: heard by this name\n"},
	    {EVENT_MOVED, COMMAND "web1;0;sFlow: heard at another agent\n"},
	    {EVENT_REMOVED, COMMAND "web1;0;sFlow: removed by the administrator\n"},
	    {EVENT_RENAMED, ""}, /* it is silent, and called otherwise */
	    {EVENT_LATE, ""},
	    {EVENT_RESTARTED, ""},
	    {EVENT_MALFORMED, ""},
	    {EVENT_SAME_NAME, ""},
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(events); i++) {
		tell(events[i].kind, "web1");
		nagios_tick(path, now);
		assert_read(events[i].line);
	}
	assert_int_equal(sent(), 6);
	assert_int_equal(dropped(), 0);
	assert_string_equal(log_text, "");
}

static void
renamed_while_it_is_heard(void **state)
{
	struct event event = {.kind = EVENT_RENAMED,
	                      .host = "new",
	                      .last_ms = NOW,
	                      .values = {.now = 1, .limit = 2},
	                      .of.membership.old_name = "old"};

	(void)state;
	nagios_tell(path, &event);
	nagios_tick(path, now);
	assert_read(COMMAND "new;0;sFlow: heard by this name\n");
}

static void
the_newest_of_a_host(void **state)
{
	(void)state;
	tell(EVENT_DOWN, "web1");
	tell(EVENT_DOWN, "web2");
	tell(EVENT_RETURNED, "web1");
	assert_int_equal(waiting(), 2);
	nagios_tick(path, now);
	assert_read(COMMAND
	            "web2;1;sFlow: silent for 42 s, 2 heartbeats missed\n" COMMAND
	            "web1;0;sFlow: heard again after 42 s\n");
	assert_int_equal(waiting(), 0);
	nagios_tick(path, now);
	assert_read("");
}

static void
no_path_is_nothing(void **state)
{
	struct event event = {.kind = EVENT_DOWN, .host = "web1"};

	(void)state;
	nagios_tell(NULL, &event);
	nagios_tell("", &event);
	assert_int_equal(waiting(), 0);
	tell(EVENT_DOWN, "web1");
	assert_int_equal(waiting(), 1);
	nagios_tick("", now); /* it was taken out of the configuration */
	assert_int_equal(waiting(), 0);
	nagios_tick(path, now);
	assert_read("");
}

/* Nothing that a host is called can be another command. The names that the library
 * makes have only the first of these. */
static void
hostile_names(void **state)
{
	static const char *const names[] = {
	    "a;0;UP", "a\n[1] SHUTDOWN_PROGRAM", "a\rb", "a\tb", "\x7f", "a\x80", "",
	};
	char longest[TEXT_SIZE];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(names); i++)
		tell(EVENT_DOWN, names[i]);
	nagios_tick(path, now);
	assert_read("");
	assert_int_equal(dropped(), COUNT_OF(names));
	assert_int_equal(logged("it can't have such a name"), COUNT_OF(names));
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	tell(EVENT_DOWN, longest);
	nagios_tick(path, now);
	assert_int_equal(
	    strlen(read_all()),
	    strlen(COMMAND) + strlen(longest) +
		strlen(";1;sFlow: silent for 42 s, 2 heartbeats missed\n"));
}

/* What is wrong with the file ------------------------------------------------------- */

static void
nobody_reads(void **state)
{
	int i;

	(void)state;
	end_reading();
	tell(EVENT_DOWN, "web1");
	for (i = 0; i < 100; i++)
		nagios_tick(path, now + i * 1000);
	assert_int_equal(waiting(), 1);
	assert_int_equal(logged("nobody reads it; is Nagios running?"), 1);
	begin_reading();
	nagios_tick(path, now);
	assert_read(COMMAND "web1;1;sFlow: silent for 42 s, 2 heartbeats missed\n");
	assert_int_equal(logged("Nagios is told again"), 1);
	assert_int_equal(dropped(), 0);
}

/* Each time that it has read what there was, more goes in; all lines are whole. */
static void
full_file(void **state)
{
	unsigned turns, lines = 0;
	const char *at;

	(void)state;
	tell_many(EVENT_DOWN, 0, 5000);
	for (turns = 0; waiting() > 0 && turns < 100; turns++) {
		nagios_tick(path, now);
		nagios_tick(path, now); /* no room, no matter */
		for (at = read_all(); *at != '\0'; at = strchr(at, '\n') + 1) {
			assert_int_equal(strncmp(at, COMMAND, strlen(COMMAND)), 0);
			lines++;
		}
	}
	assert_int_equal(lines, 5000);
	assert_int_equal(sent(), 5000);
	assert_in_range(turns, 4, 20);
	assert_string_equal(log_text, "");
}

/* A flood of new hosts, more than can wait, makes way for a death. */
static void
flood_hides_no_death(void **state)
{
	(void)state;
	end_reading();
	tell_many(EVENT_JOINED, 0, NAGIOS_WAITING_MAX + 5);
	assert_int_equal(waiting(), NAGIOS_WAITING_MAX);
	assert_int_equal(dropped(), 5);
	assert_int_equal(logged("Nagios is not told of all hosts"), 5);
	assert_false(event_nagios.is_full());
	tell(EVENT_DOWN, "web1");
	assert_int_equal(waiting(), NAGIOS_WAITING_MAX);
	begin_reading();
	nagios_tick(path, now);
	assert_int_equal(strncmp(read_all(), COMMAND "web1;1;", strlen(COMMAND) + 7),
	                 0);
}

/* Where only deaths wait, it is full, and asks for no more. */
static void
more_deaths_than_can_wait(void **state)
{
	(void)state;
	end_reading();
	tell_many(EVENT_DOWN, 0, NAGIOS_WAITING_MAX - EVENTS_AT_ONCE);
	assert_false(event_nagios.is_full());
	tell_many(EVENT_DOWN, NAGIOS_WAITING_MAX, EVENTS_AT_ONCE);
	assert_true(event_nagios.is_full());
	assert_int_equal(dropped(), 0);
	tell_many(EVENT_RETURNED, 0, 100);
	assert_false(event_nagios.is_full());
}

/* Nagios ends when its file has just been opened. SIGPIPE is blocked, as in all
 * threads of thread_start(): it comes, and is nobody's end. */
static void
reader_dies(void **state)
{
	sigset_t set, was;

	(void)state;
	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	assert_int_equal(pthread_sigmask(SIG_BLOCK, &set, &was), 0);
	tell(EVENT_DOWN, "web1");
	dies_next = true;
	nagios_tick(path, now);
	assert_false(dies_next);
	assert_int_equal(sigtimedwait(&set, NULL, &(struct timespec){0}), SIGPIPE);
	pthread_sigmask(SIG_SETMASK, &was, NULL);
	assert_int_equal(waiting(), 1);
	assert_int_equal(logged("nobody reads it"), 1);
	begin_reading();
	nagios_tick(path, now);
	assert_int_equal(sent(), 1);
}

static size_t
size_of(const char *name)
{
	struct stat status;

	assert_int_equal(stat(name, &status), 0);
	return (size_t)status.st_size;
}

static void
no_fifo(void **state)
{
	int fd = open(other, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	tell(EVENT_DOWN, "web1");
	nagios_tick(other, now);
	assert_int_equal(logged("it is no FIFO"), 1);
	assert_int_equal(size_of(other), 0);
	nagios_tick("/dev/null", now);
	assert_int_equal(waiting(), 1);
	nagios_tick(folder, now);
	assert_int_equal(logged("Is a directory"), 1);
	nagios_tick(path, now);
	assert_int_equal(sent(), 1);
}

static void
symbolic_link(void **state)
{
	(void)state;
	assert_int_equal(symlink(path, other), 0);
	tell(EVENT_DOWN, "web1");
	nagios_tick(other, now);
	assert_int_equal(logged("it is a symbolic link"), 1);
	assert_read("");
	assert_int_equal(waiting(), 1);
}

static void
no_file(void **state)
{
	(void)state;
	tell(EVENT_DOWN, "web1");
	nagios_tick(other, now);
	assert_int_equal(logged("No such file or directory (results that wait: 1)"), 1);
	assert_int_equal(mkfifo(other, 0600), 0);
	nagios_tick(other, now);
	assert_int_equal(logged("nobody reads it"), 1);
	assert_int_equal(waiting(), 1);
}

/* A file that comes and goes all the time. */
static void
the_log_is_bounded(void **state)
{
	unsigned i;

	(void)state;
	for (i = 0; i < 1000; i++) {
		tell(EVENT_DOWN, "web1");
		nagios_tick(i % 2 ? path : other, now);
	}
	assert_int_equal(logged("can't tell Nagios"), 10);
	assert_int_equal(logged("told again"), 10); /* none that answers no fault */
}

static int
make_folder(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/nagios.cmd", folder);
	snprintf(other, sizeof(other), "%s/other", folder);
	return 0;
}

static int
remove_folder(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(folder);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    TEST(what_nagios_hears),
	    TEST(renamed_while_it_is_heard),
	    TEST(the_newest_of_a_host),
	    TEST(no_path_is_nothing),
	    TEST(hostile_names),
	    TEST(nobody_reads),
	    TEST(full_file),
	    TEST(flood_hides_no_death),
	    TEST(more_deaths_than_can_wait),
	    TEST(reader_dies),
	    TEST(no_fifo),
	    TEST(symbolic_link),
	    TEST(no_file),
	    TEST(the_log_is_bounded),
	};

	return cmocka_run_group_tests_name("nagios", tests, make_folder, remove_folder);
}

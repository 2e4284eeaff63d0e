/* Runs the administrator's program for each event of membership, with the event in its
 * environment and without a shell. The number of running programs and their time are
 * bounded. When too many run already, an event waits; the log says how many found no
 * room.
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "common/event_sink.h"
#include "common/event_waiting.h"
#include "common/log.h"

#define RUNNING_MAX 16 /* programs at a time */
#define SECONDS_MAX 30 /* a program that runs longer is killed */
#define LOOK_MS 1000   /* between two looks at the running programs */
#define WAITING_MAX 100000
#define VARIABLES 12
#define VARIABLE_SIZE 160
#define FIRST_OTHER_FD 3

static struct {
	pid_t pid; /* 0: a free place */
	int64_t began_ms;
} running[RUNNING_MAX];
static struct event_waiting waiting = {.max = WAITING_MAX};
static uint64_t left_out; /* as the log has it */
static int64_t looked_ms;

/* The program's whole environment. */
struct environment {
	size_t count;
	char text[VARIABLES][VARIABLE_SIZE];
	char *pointers[VARIABLES + 1];
};

static void add(struct environment *e, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
add(struct environment *e, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(e->text[e->count], VARIABLE_SIZE, format, args);
	va_end(args);
	e->pointers[e->count] = e->text[e->count];
	e->pointers[++e->count] = NULL;
}

static void
describe(struct environment *e, const struct event *event, int64_t wall_offset_ms)
{
	const struct event_membership *member = &event->of.membership;
	char address[ADDRESS_TEXT], before[ADDRESS_TEXT] = "";

	if (event->kind == EVENT_MOVED)
		address_text(&member->old_agent, before);
	e->count = 0;
	add(e, "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
	add(e, "SFLOW_EVENT=%s", event_kinds[event->kind].word);
	add(e, "SFLOW_HOST=%s", event->host);
	add(e, "SFLOW_OLD_HOST=%s", member->old_name);
	add(e, "SFLOW_AGENT=%s", address_text(&event->agent, address));
	add(e, "SFLOW_OLD_AGENT=%s", before);
	add(e, "SFLOW_TIME=%" PRId64, (event->last_ms + wall_offset_ms) / 1000);
	add(e, "SFLOW_LAST_HEARD=%" PRId64, (member->heard_ms + wall_offset_ms) / 1000);
	add(e, "SFLOW_MISSED=%.0f", event->values.now);
	add(e, "SFLOW_ALLOWED=%.0f", event->values.limit);
	add(e, "SFLOW_INTERVAL=%.3f", member->interval_ms / 1000.0);
}

/* Starts the program without this program's file descriptors and signal handling, in a
 * process group of its own. Returns 0 or an errno. */
static int
spawn(const char *program, char *const *environment, pid_t *pid)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	char *arguments[] = {strdup(program), NULL};
	sigset_t none, all;
	int error;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", 0, 0);
	posix_spawn_file_actions_addclosefrom_np(&files, FIRST_OTHER_FD);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK |
	                                          POSIX_SPAWN_SETSIGDEF |
	                                          POSIX_SPAWN_SETPGROUP);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &all);
	posix_spawnattr_setpgroup(&attributes, 0);
	error = arguments[0] == NULL ? ENOMEM
	                             : posix_spawn(pid, program, &files, &attributes,
	                                           arguments, environment);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&files);
	free(arguments[0]);
	return error;
}

static int
free_place(void)
{
	int i;

	for (i = 0; i < RUNNING_MAX; i++)
		if (running[i].pid == 0)
			return i;
	return -1;
}

static void
start(const char *program, int place, const struct event *event, int64_t now,
      int64_t wall_offset_ms)
{
	struct environment environment;
	int error;

	describe(&environment, event, wall_offset_ms);
	error = spawn(program, environment.pointers, &running[place].pid);
	if (error != 0) {
		running[place].pid = 0;
		log_line("can't run %s: %s", program, strerror(error));
	}
	running[place].began_ms = now;
}

static void
tell(const struct event_settings *settings, const struct event *event, int64_t now,
     int64_t wall_offset_ms)
{
	const char *program = settings->program;
	int place = free_place();

	if (program == NULL || *program == '\0' ||
	    event_kinds[event->kind].category != EVENT_OF_MEMBERSHIP)
		return;
	if (place >= 0 && waiting.count == 0)
		start(program, place, event, now, wall_offset_ms);
	else
		event_waiting_add(&waiting, event, wall_offset_ms);
}

static bool
is_full(void)
{
	return event_waiting_is_full(&waiting);
}

static bool
hurries(void)
{
	return waiting.count > 0;
}

/* Starts the program for as many of the events that wait as there are places. Without a
 * program, which another configuration may have taken away, they are dropped. */
static void
start_waiting(const char *program, int64_t now)
{
	const struct waiting_event *next;
	int place;

	if (program == NULL || *program == '\0') {
		event_waiting_free(&waiting);
		return;
	}
	while ((next = event_waiting_next(&waiting)) != NULL &&
	       (place = free_place()) >= 0) {
		start(program, place, &next->event, now, next->wall_offset_ms);
		event_waiting_remove(&waiting);
	}
}

/* Waits for the programs that have ended, kills those that take too long, and starts
 * others. */
static void
tick(const struct event_settings *settings, int64_t now)
{
	int i, status;

	if (now - looked_ms < (waiting.count > 0 ? EVENTS_HURRY_MS : LOOK_MS))
		return;
	looked_ms = now;
	for (i = 0; i < RUNNING_MAX; i++) {
		if (running[i].pid == 0)
			continue;
		if (waitpid(running[i].pid, &status, WNOHANG) != 0)
			running[i].pid = 0;
		else if (now - running[i].began_ms >= SECONDS_MAX * 1000)
			kill(-running[i].pid, SIGKILL);
	}
	start_waiting(settings->program, now);
	if (waiting.left_out > left_out && waiting.count == 0) {
		log_line("on_event: %" PRIu64 " events were left out, for %d waited",
		         waiting.left_out - left_out, WAITING_MAX);
		left_out = waiting.left_out;
	}
}

/* Kills all programs that still run. */
static void
stop(void)
{
	int i;

	event_waiting_free(&waiting);
	for (i = 0; i < RUNNING_MAX; i++)
		if (running[i].pid != 0) {
			kill(-running[i].pid, SIGKILL);
			waitpid(running[i].pid, NULL, 0);
			running[i].pid = 0;
		}
}

const struct event_sink event_program = {
    .tell = tell, .tick = tick, .is_full = is_full, .hurries = hurries, .stop = stop};

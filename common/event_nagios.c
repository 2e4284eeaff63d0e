/* Tells Nagios which hosts are down and up: it writes passive results of host checks
 * into Nagios's command file, which has to be a FIFO and no symbolic link. It never
 * waits for Nagios: results that can't be written now are kept, the newest one of each
 * host.
 */
#include "common/event_nagios.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/event_sink.h"
#include "common/event_waiting.h"
#include "common/log.h"

#define OUTPUT_SIZE 80
#define LINE_SIZE 256
#define NO_FIFO ENOSTR /* stands for "no FIFO" among errnos; open() never gives it */

/* A line of at most PIPE_BUF bytes is written as a whole, or not at all: pipe(7). */
_Static_assert(LINE_SIZE <= PIPE_BUF, "a line may come in pieces");

struct nagios_counts nagios_counts;
static struct event_waiting waiting = {.max = NAGIOS_WAITING_MAX, .one_per_host = true};
static int trouble; /* the errno that was last logged; 0: none */

/* Results ----------------------------------------------------------------------- */

static void
add(atomic_uint_fast64_t *counter)
{
	atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

static void
count_waiting(void)
{
	atomic_store_explicit(&nagios_counts.waiting, waiting.count,
	                      memory_order_relaxed);
}

/* Makes a result of an event. A host that is down or gone is DOWN; a host that joined,
 * returned, moved, or was renamed while it is heard is UP. So is one that was removed, so
 * that nobody is notified of it any more: its death was told before. Returns false where the event says
 * neither: a silent host may be renamed, too, by another configuration. The output must
 * not have a "|", because Nagios takes what follows as performance data. */
static bool
judge(const struct event *e, bool *down, char output[OUTPUT_SIZE])
{
	long silent;

	if (event_kinds[e->kind].category != EVENT_OF_MEMBERSHIP)
		return false;
	silent = event_silence_s(e);
	*down = e->kind == EVENT_DOWN || e->kind == EVENT_GONE;
	if (e->kind == EVENT_DOWN)
		snprintf(output, OUTPUT_SIZE,
		         "sFlow: silent for %ld s, %.0f heartbeat%s missed", silent,
		         e->values.now, e->values.now == 1 ? "" : "s");
	else if (e->kind == EVENT_GONE)
		snprintf(output, OUTPUT_SIZE, "sFlow: silent for %ld s, forgotten",
		         silent);
	else if (e->kind == EVENT_RETURNED)
		snprintf(output, OUTPUT_SIZE, "sFlow: heard again after %ld s", silent);
	else if (e->kind == EVENT_MOVED)
		snprintf(output, OUTPUT_SIZE, "sFlow: heard at another agent");
	else if (e->kind == EVENT_REMOVED)
		snprintf(output, OUTPUT_SIZE, "sFlow: removed by the administrator");
	else if (e->kind == EVENT_JOINED ||
	         (e->kind == EVENT_RENAMED && e->values.now < e->values.limit))
		snprintf(output, OUTPUT_SIZE, "sFlow: heard by this name");
	else
		return false;
	return true;
}

/* Whether Nagios may have a host of that name. To Nagios a ";" ends the name, and a
 * control byte may end the line, so its own hosts' names have neither. */
static bool
may_be_a_host(const char *name)
{
	const char *at;

	for (at = name; *at != '\0'; at++)
		if (*at < ' ' || *at > '~' || *at == ';')
			return false;
	return at != name;
}

static void
tell(const struct event_settings *settings, const struct event *event, int64_t now,
     int64_t wall_offset_ms)
{
	static struct log_limit unnamed, many;
	const char *path = settings->nagios_commands;
	uint64_t left_out = waiting.left_out;
	char output[OUTPUT_SIZE];
	bool down;

	if (path == NULL || *path == '\0' || !judge(event, &down, output))
		return;
	if (!may_be_a_host(event->host)) {
		add(&nagios_counts.dropped);
		log_limited(&unnamed, now,
		            "Nagios is not told of host %s: it can't have such a name",
		            event->host);
		return;
	}
	event_waiting_add(&waiting, event, wall_offset_ms);
	count_waiting();
	if (waiting.left_out == left_out)
		return;
	add(&nagios_counts.dropped);
	log_limited(&many, now, "Nagios is not told of all hosts: results of %u wait",
	            (unsigned)waiting.count);
}

static bool
is_full(void)
{
	return event_waiting_is_full(&waiting);
}

/* The command file --------------------------------------------------------------- */

/* Opens the command file. Returns 0 and the descriptor, or an errno. */
static int
open_fifo(const char *path, int *fd)
{
	struct stat status;
	int error = 0;

	*fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY);
	if (*fd < 0)
		return errno;
	if (fstat(*fd, &status) != 0)
		error = errno;
	else if (!S_ISFIFO(status.st_mode))
		error = NO_FIFO;
	if (error != 0)
		close(*fd);
	return error;
}

/* Writes the result of an event. Returns 0 or an errno. */
static int
send_result(int fd, const struct waiting_event *next)
{
	int64_t time_s = (next->event.last_ms + next->wall_offset_ms) / 1000;
	char output[OUTPUT_SIZE] = "", line[LINE_SIZE];
	bool down = false;
	int len;

	judge(&next->event, &down, output);
	len =
	    snprintf(line, sizeof(line), "[%lld] PROCESS_HOST_CHECK_RESULT;%s;%d;%s\n",
	             (long long)time_s, next->event.host, down, output);
	return write(fd, line, (size_t)len) == len ? 0 : errno;
}

/* Writes as many waiting results as the FIFO has room for; the next call goes on with
 * the others. Returns 0 or an errno. */
static int
send_waiting(int fd)
{
	const struct waiting_event *next;
	int error;

	while ((next = event_waiting_next(&waiting)) != NULL) {
		error = send_result(fd, next);
		if (error != 0)
			return error == EAGAIN ? 0 : error;
		event_waiting_remove(&waiting);
		add(&nagios_counts.sent);
	}
	return 0;
}

static const char *
reason(int error)
{
	switch (error) {
	case NO_FIFO:
		return "it is no FIFO";
	case ELOOP:
		return "it is a symbolic link";
	case ENXIO:
	case EPIPE:
		return "nobody reads it; is Nagios running?";
	default:
		return strerror(error);
	}
}

/* Logs when writing begins to fail; limited, because Nagios may be restarted again and
 * again. And when it works again, where a failure was logged. */
static void
tell_trouble(const char *path, int error, int64_t now)
{
	static struct log_limit limit;
	static bool logged;

	if (error == trouble)
		return;
	trouble = error;
	if (error != 0) {
		logged |= log_limited(&limit, now,
		                      "can't tell Nagios by %s: %s (results that "
		                      "wait: %u)",
		                      path, reason(error), (unsigned)waiting.count);
		return;
	}
	if (logged)
		log_line("Nagios is told again by %s", path);
	logged = false;
}

/* Drops the waiting results. */
static void
stop(void)
{
	event_waiting_free(&waiting);
	count_waiting();
	trouble = 0;
}

/* Writes the waiting results; without a path, drops them. */
static void
tick(const struct event_settings *settings, int64_t now)
{
	const char *path = settings->nagios_commands;
	int fd, error;

	if (waiting.count == 0)
		return;
	if (path == NULL || *path == '\0') {
		stop();
		return;
	}
	error = open_fifo(path, &fd);
	if (error == 0) {
		error = send_waiting(fd);
		close(fd);
	}
	count_waiting();
	tell_trouble(path, error, now);
}

static void
show(struct json *json)
{
	json_open(json, "nagios", '{');
	json_number(json, "sent", nagios_counts.sent);
	json_number(json, "dropped", nagios_counts.dropped);
	json_number(json, "waiting", nagios_counts.waiting);
	json_close(json, '}');
}

const struct event_sink event_nagios = {
    .tell = tell, .tick = tick, .is_full = is_full, .stop = stop, .show = show};

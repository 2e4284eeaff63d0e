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
#include "common/log.h"
#include "sflow/hash.h"

#define OUTPUT_SIZE 80
#define LINE_SIZE 256
#define NO_FIFO ENOSTR /* stands for "no FIFO" among errnos; open() never gives it */

/* A line of at most PIPE_BUF bytes is written as a whole, or not at all: pipe(7). */
_Static_assert(LINE_SIZE <= PIPE_BUF, "a line may come in pieces");

/* The newest result of a host. */
struct result {
	char host[TEXT_SIZE];
	bool down;
	int64_t time_s; /* of the wall clock */
	char output[OUTPUT_SIZE];
	UT_hash_handle hh;
};

struct nagios_counts nagios_counts;
static struct result *waiting; /* by host, in the order in which they came */
static int trouble;            /* the errno that was last logged; 0: none */

/* Results ----------------------------------------------------------------------- */

static void
add(atomic_uint_fast64_t *counter)
{
	atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

static void
count_waiting(void)
{
	atomic_store_explicit(&nagios_counts.waiting, HASH_COUNT(waiting),
	                      memory_order_relaxed);
}

/* Makes a result of an event. A host that is down or gone is DOWN; a host that joined,
 * returned, or was renamed while it is heard is UP. Returns false where the event says
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
drop(const char *host, const char *why, int64_t now)
{
	static struct log_limit limit;

	add(&nagios_counts.dropped);
	log_limited(&limit, now, "Nagios is not told of host %s: %s", host, why);
}

static void
remove_result(struct result *result)
{
	HASH_DEL(waiting, result);
	free(result);
}

/* Finds the host's waiting result, or adds one. NULL where there is no room. */
static struct result *
find_or_add(const char *host)
{
	struct result *result;

	HASH_FIND_STR(waiting, host, result);
	if (result != NULL || HASH_COUNT(waiting) >= NAGIOS_WAITING_MAX)
		return result;
	result = calloc(1, sizeof(*result));
	if (result == NULL)
		return NULL;
	strcpy(result->host, host);
	HASH_ADD_STR(waiting, host, result);
	if (result->hh.tbl == NULL) {
		free(result);
		return NULL;
	}
	return result;
}

static void
tell(const struct event_settings *settings, const struct event *event, int64_t now,
     int64_t wall_offset_ms)
{
	const char *path = settings->nagios_commands;
	char output[OUTPUT_SIZE];
	struct result *result;
	bool down;

	if (path == NULL || *path == '\0' || !judge(event, &down, output))
		return;
	if (!may_be_a_host(event->host)) {
		drop(event->host, "it can't have such a name", now);
		return;
	}
	result = find_or_add(event->host);
	if (result == NULL) {
		drop(event->host, "too much waits already", now);
		return;
	}
	result->down = down;
	result->time_s = (event->last_ms + wall_offset_ms) / 1000;
	strcpy(result->output, output);
	count_waiting();
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

/* Writes a result. Returns 0 or an errno. */
static int
send_result(int fd, const struct result *result)
{
	char line[LINE_SIZE];
	int len = snprintf(
	    line, sizeof(line), "[%lld] PROCESS_HOST_CHECK_RESULT;%s;%d;%s\n",
	    (long long)result->time_s, result->host, result->down, result->output);

	return write(fd, line, (size_t)len) == len ? 0 : errno;
}

/* Writes as many waiting results as the FIFO has room for; the next call goes on with
 * the others. Returns 0 or an errno. */
static int
send_waiting(int fd)
{
	struct result *result, *next;
	int error = 0;

	HASH_ITER(hh, waiting, result, next) {
		error = send_result(fd, result);
		if (error != 0)
			break;
		remove_result(result);
		add(&nagios_counts.sent);
	}
	return error == EAGAIN ? 0 : error;
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

/* Logs when writing begins to fail, and when it works again; limited, because Nagios
 * may be restarted again and again. */
static void
tell_trouble(const char *path, int error, int64_t now)
{
	static struct log_limit limit;

	if (error == trouble)
		return;
	trouble = error;
	if (error != 0)
		log_limited(&limit, now,
		            "can't tell Nagios by %s: %s (results that "
		            "wait: %u)",
		            path, reason(error), HASH_COUNT(waiting));
	else
		log_limited(&limit, now, "Nagios is told again by %s", path);
}

/* Drops the waiting results. */
static void
stop(void)
{
	struct result *result, *next;

	HASH_ITER(hh, waiting, result, next)
		remove_result(result);
	count_waiting();
	trouble = 0;
}

/* Writes the waiting results; without a path, drops them. */
static void
tick(const struct event_settings *settings, int64_t now)
{
	const char *path = settings->nagios_commands;
	int fd, error;

	if (waiting == NULL)
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

const struct event_sink event_nagios = {.tell = tell, .tick = tick, .stop = stop};

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "tools/sflowget/report.h"
#include "tools/sflowget/source_daemon.h"

#define NEAR_MOST_MS 2000 /* for another look at all names */

/* Sleeps until that time. Returns false when nobody reads the output any more. */
static bool
sleep_until(int64_t then_ms)
{
	struct pollfd out = {.fd = 1};
	int64_t left;

	while ((left = then_ms - clock_ms()) > 0) {
		poll(&out, 1, left < 1000000 ? (int)left : 1000000);
		if ((out.revents & (POLLERR | POLLNVAL)) != 0)
			return false;
	}
	return true;
}

static bool
offer(void *context, const struct ganglia_host *host, bool *metrics)
{
	near_offer(context, host->name);
	*metrics = false;
	return true;
}

/* Looks for a name that may have been meant. Who was asked for the one agent has told of
 * no other; so the names of all of them are looked at once more, for a moment. */
static void
look_for_near(struct report *r, const struct options *o, int64_t deadline_ms)
{
	struct ganglia_visitor visitor = {.host = offer, .context = &r->near_agent};
	struct daemon_query query = {.hosts_only = true};
	int64_t most_ms = clock_ms() + NEAR_MOST_MS;
	char fault[DAEMON_FAULT];

	if (!r->told && r->collected.near_agent != NULL && r->collected.hosts == 0 &&
	    !r->collected.former)
		daemon_read(&o->daemon, &query, &visitor,
		            deadline_ms < most_ms ? deadline_ms : most_ms, fault);
}

/* What the daemon is called before the fault, or "" where the fault names it. */
static const char *
before_fault(const struct options *o, const char *fault, char room[DAEMON_ADDRESS + 16])
{
	room[0] = '\0';
	if (strstr(fault, o->daemon.host) == NULL)
		snprintf(room, DAEMON_ADDRESS + 16, "%s:%u: ", o->daemon.host,
		         o->daemon.port);
	return room;
}

static enum status
ask(struct report *r, const struct options *o)
{
	int64_t now = clock_ms(), wall_ms = now + clock_wall_offset();
	int64_t deadline_ms = now + (int64_t)(o->deadline_s * 1000);
	char fault[DAEMON_FAULT] = "", who[DAEMON_ADDRESS + 16];
	enum daemon_result result;
	enum status status;

	report_begin(r, wall_ms);
	result = source_daemon_read(&o->daemon, &o->wanted, &r->sink, deadline_ms,
	                            wall_ms, fault);
	if (result == DAEMON_DONE)
		look_for_near(r, o, deadline_ms);
	status = report_end(r, result == DAEMON_DONE);
	if (result == DAEMON_DONE || !report_written())
		return status;
	complain("%s%s", before_fault(o, fault, who), fault);
	return result == DAEMON_LATE ? STATUS_DEADLINE : STATUS_SOURCE;
}

static bool
enough(void *context, const struct item_host *host, enum item_wish *wish)
{
	(void)context;
	(void)host;
	(void)wish;
	return false;
}

/* Tells munin-node-configure whether there is a daemon that a plugin could ask. */
static enum status
autoconf(const struct options *o)
{
	struct item_sink sink = {.host = enough};
	char fault[DAEMON_FAULT] = "", who[DAEMON_ADDRESS + 16];

	if (source_daemon_read(&o->daemon, &o->wanted, &sink,
	                       clock_ms() + (int64_t)(o->deadline_s * 1000), 0,
	                       fault) == DAEMON_DONE)
		puts("yes");
	else
		printf("no (%s%s)\n", before_fault(o, fault, who), fault);
	return report_written() ? STATUS_FOUND : STATUS_SOURCE;
}

enum status
run_daemon(const struct options *o)
{
	int64_t next = clock_ms();
	enum status status;
	struct report r;

	if (o->task == TASK_AUTOCONF)
		return autoconf(o);
	report_init(&r, o);
	do {
		status = ask(&r, o);
		next += (int64_t)(o->interval_s * 1000);
		if (next < clock_ms()) /* the round took longer than an interval */
			next = clock_ms();
	} while (o->watch && !ferror(stdout) && sleep_until(next));
	report_free(&r);
	return status;
}

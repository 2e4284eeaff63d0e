#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "common/clock.h"
#include "tools/sflowget/datagrams.h"
#include "tools/sflowget/report.h"
#include "tools/sflowget/source_collector.h"

#define WAIT_MS 200   /* between two looks at what has come */
#define SETTLE_MS 500 /* the time to wait for the other datagrams of the same poll */

struct listening {
	const struct options *options;
	struct datagram_port *port;
	struct gather *gather;
	struct report report;
	int64_t began_ms, end_ms; /* of clock_ms(); 0: no end */
	int64_t shown_s;          /* of the progress line */
	int64_t next_ms;          /* when the next round of a watch is due */
	int64_t newest_ms;        /* time of the newest value, by the wall clock */
	int64_t printed_ms;       /* time of the newest value that was printed */
	int64_t news_ms;          /* since when there is a newer one, by clock_ms(); 0:
	                           * there is none */
	bool heard;               /* a datagram came since the last look */
	bool complete;            /* the last look has found all */
};

static int64_t
wall_now(void)
{
	return clock_ms() + clock_wall_offset();
}

static bool
input(void *context, const void *bytes, size_t len, const struct address *from,
      int64_t wall_ms)
{
	struct listening *l = context;

	gather_input(l->gather, bytes, len, from, wall_ms);
	l->heard = true;
	return true;
}

/* The progress line ----------------------------------------------------------------- */

static void
show_progress(struct listening *l)
{
	int64_t s = (clock_ms() - l->began_ms) / 1000;

	if (s == l->shown_s || isatty(STDERR_FILENO) == 0)
		return;
	l->shown_s = s;
	fprintf(stderr, "\rUDP port %u: %" PRIu64 " datagrams, %" PRId64 " s",
	        l->options->port, gather_good(l->gather), s);
	if (l->end_ms != 0)
		fprintf(stderr, " of %.0f s", l->options->deadline_s);
	fputs("\033[K", stderr);
	fflush(stderr);
}

static void
hide_progress(struct listening *l)
{
	if (l->shown_s >= 0 && isatty(STDERR_FILENO) != 0)
		fputs("\r\033[K", stderr);
	l->shown_s = -1;
}

/* Looking ---------------------------------------------------------------------------- */

/* Looks at an answer: it is complete when all that was asked for by name is there, and,
 * if there are patterns, when a whole round of the agent's counters has come. Of many
 * agents some may not have a metric, so that only the rounds count. */
static bool
look_at(void *context, struct answer *a)
{
	struct listening *l = context;
	size_t i;

	if ((!wanted_many(a->wanted) && !answer_whole(a)) ||
	    ((wanted_has_pattern(a->wanted) || wanted_many(a->wanted)) &&
	     !gather_round(l->gather, a->host.address)))
		l->complete = false;
	for (i = 0; i < a->count; i++)
		if (a->lines[i].item != NULL &&
		    a->lines[i].item->heard_ms > l->newest_ms)
			l->newest_ms = a->lines[i].item->heard_ms;
	return true;
}

/* Returns whether all that is wanted is there, so that it can be printed. */
static bool
look(struct listening *l)
{
	struct collected c = {
	    .wanted = &l->options->wanted, .ready = look_at, .context = l};
	struct item_sink sink = collected_sink(&c);

	if (!l->heard)
		return l->complete;
	l->heard = false;
	l->complete = true;
	gather_items(l->gather, &l->options->wanted, &sink);
	l->complete = l->complete && c.answers > 0;
	collected_end(&c);
	return l->complete;
}

static enum status
print(struct listening *l, bool tell)
{
	hide_progress(l);
	l->printed_ms = l->newest_ms;
	l->news_ms = 0;
	report_begin(&l->report, wall_now());
	gather_items(l->gather, &l->options->wanted, &l->report.sink);
	return report_end(&l->report, tell);
}

/* Waits for datagrams and takes them. Returns false when the time is over. */
static bool
wait_for_more(struct listening *l)
{
	struct datagram_sink sink = {.datagram = input, .context = l};
	int64_t left = l->end_ms != 0 ? l->end_ms - clock_ms() : WAIT_MS;

	if (left <= 0)
		return false;
	show_progress(l);
	datagrams_wait(l->port, left < WAIT_MS ? (int)left : WAIT_MS, &sink);
	gather_tick(l->gather, wall_now());
	return true;
}

/* Watching --------------------------------------------------------------------------- */

/* Whether the next round of a watch is due: when new values have come, or every
 * interval. */
static bool
is_time(struct listening *l)
{
	int64_t now = clock_ms();

	look(l);
	if (l->options->watch_paced) {
		if (now < l->next_ms)
			return false;
		l->next_ms = now + (int64_t)(l->options->interval_s * 1000);
		return true;
	}
	if (l->newest_ms > l->printed_ms && l->news_ms == 0)
		l->news_ms = now;
	return l->news_ms != 0 && now - l->news_ms >= SETTLE_MS;
}

static enum status
watch(struct listening *l, enum status status)
{
	l->end_ms = 0;
	l->next_ms = clock_ms() + (int64_t)(l->options->interval_s * 1000);
	while (status != STATUS_SOURCE && wait_for_more(l))
		if (is_time(l))
			status = print(l, false);
	return status;
}

/* Listening ------------------------------------------------------------------------- */

static enum status
listen_for(struct listening *l)
{
	enum status status;

	bool to_the_end =
	    l->options->task == TASK_AGENTS || l->options->task == TASK_SERVERS;

	while (wait_for_more(l)) {
		if (to_the_end || !look(l))
			continue;
		status = print(l, true);
		return l->options->watch ? watch(l, status) : status;
	}
	gather_name_all(l->gather);
	status = print(l, true);
	if (to_the_end || status == STATUS_SOURCE)
		return status;
	return complain_of_deadline(l->options, gather_good(l->gather), NULL);
}

enum status
run_listen(const struct options *o)
{
	struct listening l = {.options = o, .shown_s = -1};
	enum status status = STATUS_SOURCE;
	char fault[DATAGRAMS_FAULT];

	l.port = datagrams_open(o->bind.type != ADDRESS_UNKNOWN ? &o->bind : NULL,
	                        o->port, fault);
	l.gather = gather_new(o->raw);
	l.began_ms = clock_ms();
	l.end_ms = l.began_ms + (int64_t)(o->deadline_s * 1000);
	report_init(&l.report, o);
	if (l.port == NULL)
		complain("%s", fault);
	else if (l.gather == NULL)
		complain("out of memory");
	else
		status = listen_for(&l);
	datagrams_close(l.port);
	gather_free(l.gather);
	report_free(&l.report);
	return status;
}

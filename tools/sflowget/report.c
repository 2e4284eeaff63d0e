#include "tools/sflowget/report.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sflow/wire/deltas.h"
#include "tools/sflowget/escape.h"
#include "tools/sflowget/fields.h"

void
complain(const char *format, ...)
{
	va_list arguments;

	fputs("sflowget: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	putc('\n', stderr);
}

void
complain_of_port(const struct options *o)
{
	complain("%s: there is nothing for UDP port %u; --port says another", o->file,
	         o->port);
}

enum status
complain_of_deadline(const struct options *o, uint64_t datagrams, const char *agent)
{
	complain("%.10g s have passed, with %" PRIu64 " datagrams%s%s", o->deadline_s,
	         datagrams, agent != NULL ? " of " : "", agent != NULL ? agent : "");
	return STATUS_DEADLINE;
}

static bool
pipe_is_closed(void)
{
	struct pollfd out = {.fd = STDOUT_FILENO};

	return poll(&out, 1, 0) == 1 && (out.revents & POLLERR) != 0;
}

/* errno may be another one by now, because a write may have failed some time ago. */
bool
report_written(void)
{
	static bool told;
	bool fine;

	errno = 0;
	fine = fflush(stdout) == 0 && !ferror(stdout);
	if (!fine && !told && errno != EPIPE && !pipe_is_closed())
		complain("standard output: %s",
		         errno != 0 ? strerror(errno) : "not all was written");
	told = told || !fine;
	return fine;
}

/* Lists -------------------------------------------------------------------------- */

static bool
list_agent(void *context, const struct item_host *host, enum item_wish *wish)
{
	const struct report *r = context;
	bool wanted = wanted_host(r->collected.wanted, host) == WANTED;

	*wish = wanted ? ITEM_HOST : ITEM_NOTHING;
	return true;
}

static bool
list_known(void *context, const struct item_host *host)
{
	struct report *r = context;

	r->agents++;
	return list_add(&r->list, host);
}

/* Prints the link of a plugin for each of an agent's groups that has a number. */
static void
suggest(struct printer *p, struct answer *a)
{
	size_t i, j;

	for (i = 0; i < a->item_count; i++) {
		const struct item *item = &a->items[i];

		if (!item->is_number || item->constant || item->group[0] == '\0')
			continue;
		for (j = 0; j < i; j++)
			if (strcmp(a->items[j].group, item->group) == 0 &&
			    a->items[j].is_number && !a->items[j].constant)
				break;
		if (j < i)
			continue;
		put_visible(p->out, a->host.name);
		putc('_', p->out);
		put_escaped(p->out, item->group, "", "");
		putc('\n', p->out);
	}
}

static void
list_metrics(struct printer *p, struct answer *a)
{
	size_t i, n;

	for (i = 0; i < a->count; i++) {
		const struct item *item = a->lines[i].item;

		if (item == NULL)
			continue;
		n = put_visible(p->out, item->metric);
		fprintf(p->out, "%*s  %-7s ", n < 32 ? (int)(32 - n) : 0, "",
		        item->type);
		n = put_visible(p->out, item->units);
		fprintf(p->out, "%*s  ", n < 12 ? (int)(12 - n) : 0, "");
		put_visible(p->out, item->title);
		putc('\n', p->out);
	}
}

static const struct output output_metrics = {.answer = list_metrics};
static const struct output output_suggest = {.answer = suggest};

/* Rounds ---------------------------------------------------------------------------- */

static const struct output *
output_of(const struct options *o)
{
	return o->task == TASK_METRICS   ? &output_metrics
	       : o->task == TASK_SUGGEST ? &output_suggest
	                                 : o->output;
}

/* Whether the answer has a value that is made of two samples. */
static bool
has_deltas(const struct answer *a)
{
	size_t i;

	for (i = 0; i < a->count; i++)
		if (a->lines[i].item != NULL &&
		    metric_is_of_deltas(a->lines[i].item->metric))
			return true;
	return false;
}

/* Ends a line that says that something isn't there. */
static void
tell_near(const struct near *near)
{
	const char *name = near != NULL ? near_found(near) : NULL;

	if (name != NULL) {
		fputs("; is it ", stderr);
		put_visible(stderr, name);
		putc('?', stderr);
	}
	putc('\n', stderr);
}

/* Returns what may have been meant by the metric; NULL: it was not looked for. */
static const struct near *
near_of(const struct report *r, const char *asked)
{
	size_t i;

	for (i = 0; i < r->collected.near_count; i++)
		if (strcmp(r->near_metrics[i].asked, asked) == 0)
			return &r->near_metrics[i];
	return NULL;
}

/* A metric that needs two samples may come with the next one, where the host, or its
 * collector, has just begun. */
static void
tell_no_metric(const struct report *r, const struct answer *a, const char *asked)
{
	bool host = a->host.began_s > 0;
	int64_t began_s = host ? a->host.began_s : a->host.collector_began_s;

	fputs(": there is no such metric", stderr);
	if (began_s > 0 && metric_is_of_deltas(asked) && !has_deltas(a))
		fprintf(stderr,
		        " yet: it needs two samples, and the %s began %" PRId64
		        " s ago\n",
		        host ? "host" : "collector", began_s);
	else
		tell_near(near_of(r, asked));
}

static void
tell_missing(const struct report *r, const struct answer *a)
{
	size_t i;

	for (i = 0; i < a->count; i++) {
		const struct answer_line *line = &a->lines[i];

		if (line->state == ANSWER_VALUE)
			continue;
		fputs("sflowget: ", stderr);
		put_visible(stderr, a->host.name);
		fputs(": ", stderr);
		put_visible(stderr, line->asked);
		if (line->state == ANSWER_OLD && line->item->ceased)
			fputs(": it is no longer sent\n", stderr);
		else if (line->state == ANSWER_OLD)
			fprintf(stderr, ": its value is %" PRId64 " s old\n",
			        line->item->age_s);
		else if (fields_is_raw(line->asked) && strchr(line->asked, '/') == NULL)
			fputs(": not there, or more than once: */ before it "
			      "finds all\n",
			      stderr);
		else
			tell_no_metric(r, a, line->asked);
	}
}

/* Notes which of the metrics one of many agents has. */
static void
note_seen(struct report *r, const struct answer *a)
{
	const struct wanted *w = a->wanted;
	size_t i, j;

	for (i = 0; i < a->count; i++) {
		if (a->lines[i].state != ANSWER_VALUE)
			continue;
		r->any = true;
		for (j = 0; j < w->count; j++)
			r->seen[j] =
			    r->seen[j] || wanted_fits(w->metrics[j], a->lines[i].asked);
	}
}

static bool
print_answer(void *context, struct answer *a)
{
	struct report *r = context;

	if (wanted_many(a->wanted)) {
		note_seen(r, a);
		if (answer_empty(a))
			return true; /* it is of another kind */
	} else if (!answer_whole(a)) {
		r->whole = r->whole && output_of(r->options)->lenient;
		if (!r->told)
			tell_missing(r, a);
	}
	output_of(r->options)->answer(&r->printer, a);
	return !ferror(r->printer.out);
}

/* Says which metrics none of many agents has. */
static void
tell_unseen(struct report *r, bool tell)
{
	const struct wanted *w = r->collected.wanted;
	size_t i;

	r->whole = r->whole && (r->any || output_of(r->options)->lenient);
	if (tell && !r->any && w->count == 0)
		complain("no agent has a value that is new enough");
	for (i = 0; i < w->count; i++) {
		if (r->seen[i])
			continue;
		r->whole = r->whole && output_of(r->options)->lenient;
		if (!tell)
			continue;
		fputs("sflowget: ", stderr);
		put_visible(stderr, w->metrics[i]);
		fputs(": no agent has a value of that", stderr);
		tell_near(near_of(r, w->metrics[i]));
	}
}

void
report_init(struct report *r, const struct options *o)
{
	const struct wanted *w = &o->wanted;
	size_t i;

	*r = (struct report){.options = o};
	r->printer = (struct printer){.out = stdout,
	                              .interval_s = o->interval_s,
	                              .human = o->human,
	                              .munin = o->munin,
	                              .munin_host = o->munin_host};
	r->collected =
	    (struct collected){.wanted = w, .ready = print_answer, .context = r};
	r->collected.near_metrics = r->near_metrics;
	for (i = 0; i < w->count && i < REPORT_NEAR; i++)
		r->near_metrics[r->collected.near_count++].asked = w->metrics[i];
	if (w->agent != NULL && !w->pattern) {
		r->near_agent.asked = w->agent;
		r->collected.near_agent = &r->near_agent;
	}
	r->seen = calloc(w->count + 1, sizeof(*r->seen));
	r->collected.failed = r->seen == NULL;
	servers_init(&r->servers, w, (size_t)o->count);
}

void
report_free(struct report *r)
{
	free(r->seen);
	r->seen = NULL;
}

void
report_begin(struct report *r, int64_t wall_ms)
{
	const struct output *output = output_of(r->options);

	r->whole = true;
	r->any = false;
	r->agents = 0;
	if (r->seen != NULL)
		memset(r->seen, 0, r->options->wanted.count * sizeof(*r->seen));
	r->collected.wall_ms = wall_ms;
	r->collected.answers = r->collected.hosts = 0;
	r->collected.former = false;
	r->sink = collected_sink(&r->collected);
	if (r->options->task == TASK_AGENTS)
		r->sink = (struct item_sink){
		    .host = list_agent, .host_end = list_known, .context = r};
	else if (r->options->task == TASK_SERVERS)
		r->sink = servers_sink(&r->servers);
	else if (output->begin != NULL)
		output->begin(&r->printer);
}

static void
tell_no_agent(const struct report *r)
{
	const struct wanted *w = r->collected.wanted;

	fputs("sflowget: ", stderr);
	if (w->agent == NULL) {
		fputs("there is no agent", stderr);
		if (w->cluster != NULL) {
			fputs(" in cluster ", stderr);
			put_visible(stderr, w->cluster);
		}
		putc('\n', stderr);
		return;
	}
	put_visible(stderr, w->agent);
	if (r->collected.former) {
		fputs(r->collected.is_now[0] != '\0' ? ": it is now called "
		                                     : ": it was removed",
		      stderr);
		put_visible(stderr, r->collected.is_now);
		putc('\n', stderr);
		return;
	}
	fputs(": there is no such agent", stderr);
	if (w->cluster != NULL && r->near_agent.exact) {
		fputs(" in cluster ", stderr);
		put_visible(stderr, w->cluster);
	}
	tell_near(&r->near_agent);
}

/* Prints what a round has collected where the output does not print each agent at once.
 * Returns whether there was anything. */
static bool
print_collected(struct report *r)
{
	const struct output *output = output_of(r->options);
	bool found = r->servers.agents > 0;

	switch (r->options->task) {
	case TASK_AGENTS:
		list_print(&r->list, r->options->list, r->printer.out);
		return r->agents > 0;
	case TASK_SERVERS:
		if (output == &output_json)
			servers_print_json(&r->servers, r->printer.out);
		else
			servers_print(&r->servers, r->options->human, r->printer.out);
		return found;
	default:
		if (output->end != NULL)
			output->end(&r->printer);
		return r->collected.answers > 0;
	}
}

/* Says what was not found: the agent, or metrics that none of many agents has. */
static void
tell_not_found(struct report *r, bool found, bool tell)
{
	if (r->options->task == TASK_SERVERS) {
		if (found || !tell)
			return;
		if (!r->servers.any) {
			tell_no_agent(r);
			return;
		}
		fputs("sflowget: ", stderr);
		put_visible(stderr, r->options->servers_metric);
		if (r->servers.texts) {
			fputs(": its values are texts, which have no highest\n",
			      stderr);
			return;
		}
		fputs(": no agent has a value of that", stderr);
		tell_near(&r->servers.near);
	} else if (!found) {
		if (tell)
			tell_no_agent(r);
	} else if (r->options->task != TASK_AGENTS &&
	           wanted_many(r->collected.wanted)) {
		tell_unseen(r, tell);
	}
}

enum status
report_end(struct report *r, bool tell)
{
	bool found = print_collected(r);

	collected_end(&r->collected);
	tell_not_found(r, found, tell && !r->told);
	r->told = true;
	if (!report_written())
		return STATUS_SOURCE;
	if (r->collected.failed || r->printer.failed || r->list.failed ||
	    r->servers.ranking.failed) {
		complain("out of memory");
		return STATUS_SOURCE;
	}
	return found && r->whole ? STATUS_FOUND : STATUS_NOT_FOUND;
}

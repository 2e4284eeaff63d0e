#include "tools/check_sflow/report.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#define LINE_MAX_BYTES \
	512 /* first: what fits on a pager, and in Nagios's lists */
#define DATA_MAX_BYTES 3600
#define MORE_MAX_BYTES 3800
#define ROOM_OF_END 48 /* for what says that something is left out */

/* A text that takes a piece as a whole, or not at all. */
struct text {
	char *bytes;
	size_t len, size;
	size_t taken, left_out; /* pieces */
};

static bool put(struct text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static bool
put(struct text *text, const char *format, ...)
{
	size_t room = text->size - text->len;
	va_list list;
	int len;

	va_start(list, format);
	len = vsnprintf(text->bytes + text->len, room, format, list);
	va_end(list);
	if (len < 0 || (size_t)len >= room) {
		text->bytes[text->len] = '\0';
		text->left_out++;
		return false;
	}
	text->len += (size_t)len;
	text->taken++;
	return true;
}

/* Items in words ----------------------------------------------------------------------- */

/* The range that is to blame. */
static const char *
blamed(const struct item *item)
{
	if (item->thresholds == NULL || item->state == CHECK_OK ||
	    item->state == CHECK_UNKNOWN)
		return NULL;
	return item->state == CHECK_CRITICAL ? item->thresholds->critical.text
	                                     : item->thresholds->warning.text;
}

static void
put_item(struct text *to, const struct item *item)
{
	switch (item->kind) {
	case ITEM_VALUE_OF:
		put(to, "%s %s%s%s", item->metric, item->value,
		    *item->units != '\0' ? " " : "", item->units);
		break;
	case ITEM_AGE:
	case ITEM_DOWN:
		if (*item->host == '\0') {
			put(to, "all are down");
			break;
		}
		put(to, item->kind == ITEM_AGE ? "heard" : "down, last heard");
		if (item->seconds == GANGLIA_UNKNOWN)
			put(to, " nobody knows when");
		else
			put(to, " %" PRId64 " s ago", item->seconds);
		break;
	case ITEM_MISSING:
		put(to,
		    *item->host != '\0' ? "%s is not there"
		                        : "%s is on no host",
		    item->metric);
		break;
	case ITEM_TEXT:
		put(to, "%s is no number", item->metric);
		break;
	case ITEM_OLD:
		put(to, "%s is old: %" PRId64 " s", item->metric,
		    item->seconds);
		break;
	}
	if (blamed(item) != NULL)
		put(to,
		    item->state == CHECK_CRITICAL ? " (critical: %s)"
		                                  : " (warning: %s)",
		    blamed(item));
}

/* All is about one host, which is named once. */
static bool
is_alone(const struct check *check)
{
	return options_one_host(check->options) && check->hosts == 1;
}

/* Which host it is about; its cluster, too, where several have that name. */
static void
put_host(struct text *to, const struct check *check, const struct item *item)
{
	if (is_alone(check) || *item->host == '\0')
		return;
	if (options_one_host(check->options))
		put(to, "%s (cluster %s) ", item->host, item->cluster);
	else
		put(to, "%s ", item->host);
}

/* "HOST WORDS", as a whole or not at all. */
static bool
put_whole(struct text *to, const struct check *check, const struct item *item,
          const char *before, const char *after)
{
	char bytes[3 * ITEM_NAME + ITEM_VALUE + ITEM_UNITS + 256];
	struct text one = {bytes, 0, sizeof(bytes), 0, 0};

	put_host(&one, check, item);
	put_item(&one, item);
	return put(to, "%s%s%s", before, bytes, after);
}

/* The worst first. ------------------------------------------------------------------------ */

static const enum check_state worst_first[] = {CHECK_CRITICAL, CHECK_WARNING,
                                               CHECK_UNKNOWN, CHECK_OK};

/* Calls for each item of that state. */
static void
each(const struct check *check, enum check_state state, struct text *to,
     void (*call)(struct text *to, const struct check *check,
                  const struct item *item))
{
	size_t i;

	for (i = 0; i < check->items.count; i++)
		if (check->items.kept[i].state == state)
			call(to, check, &check->items.kept[i]);
}

/* The first line ------------------------------------------------------------------------ */

static void
put_in_line(struct text *to, const struct check *check, const struct item *item)
{
	size_t size = to->size;

	to->size -= ROOM_OF_END;
	put_whole(to, check, item, to->len > 0 ? ", " : "", "");
	to->size = size;
}

static void
put_count(struct text *to, size_t count, const char *what)
{
	if (count > 0)
		put(to, ", %zu %s", count, what);
}

static void
line_of_items(struct text *line, const struct check *check,
              enum check_state state)
{
	char bytes[LINE_MAX_BYTES];
	struct text items = {bytes, 0, sizeof(bytes) / 2, 0, 0};
	size_t more;

	bytes[0] = '\0';
	each(check, state, &items, put_in_line);
	more = check->items.in_state[state] - items.taken;
	put(line, "%s", bytes);
	if (more > 0)
		put(line, "%s%zu more", items.len > 0 ? " and " : "", more);
}

static void
line_of_one(struct text *line, const struct check *check,
            enum check_state state)
{
	if (is_alone(check))
		put(line, "%s: ", check->items.kept[0].host);
	line_of_items(line, check, state);
}

static void
line_of_many(struct text *line, const struct check *check,
             enum check_state state)
{
	if (state != CHECK_OK && check->hosts_in[state] > 0)
		put(line, "%zu of ", check->hosts_in[state]);
	put(line, "%zu host%s", check->hosts, check->hosts == 1 ? "" : "s");
	if (state != CHECK_OK) {
		put(line, ": ");
		line_of_items(line, check, state);
	}
	put_count(line, check->hosts_down, "down");
	put_count(line, check->hosts_without, "without a value");
}

static void
line_of_down(struct text *line, const struct check *check,
             enum check_state state)
{
	const struct thresholds *thresholds =
	    &check->options->wishes[0].thresholds;
	const char *range = NULL;
	int64_t down, all;

	check_down(check, &down, &all);
	if (state == CHECK_CRITICAL)
		range = thresholds->critical.text;
	else if (state == CHECK_WARNING)
		range = thresholds->warning.text;
	put(line, "%" PRId64 " of %" PRId64 " hosts down", down, all);
	if (range != NULL)
		put(line, " (%s: %.32s)",
		    state == CHECK_CRITICAL ? "critical" : "warning", range);
}

/* A part of the command line, which may be from anywhere. */
static void
put_given(struct text *to, const char *before, const char *given)
{
	char safe[ITEM_NAME];

	if (given == NULL)
		return;
	item_text(safe, sizeof(safe), given);
	put(to, "%s%s", before, safe);
}

static void
line_of_none(struct text *line, const struct check *check)
{
	const struct options *options = check->options;

	put(line, "no host");
	put_given(line, " ", options->host);
	put_given(line, " matches ", options->host_regex);
	put_given(line, " in cluster ", options->cluster);
}

static void
make_line(struct text *line, const struct check *check, enum check_state state)
{
	if (!check_found(check))
		line_of_none(line, check);
	else if (check->options->mode == MODE_HOSTS_DOWN)
		line_of_down(line, check, state);
	else if (options_one_host(check->options))
		line_of_one(line, check, state);
	else
		line_of_many(line, check, state);
}

/* Performance data ----------------------------------------------------------------------- */

/* What the guidelines know of Ganglia's units. */
static const char *
unit_of(const struct item *item)
{
	static const struct {
		const char *units, *known;
	} table[] = {
	    {"s", "s"},     {"sec", "s"},   {"seconds", "s"}, {"ms", "ms"},
	    {"msec", "ms"}, {"us", "us"},   {"%", "%"},       {"percent", "%"},
	    {"bytes", "B"}, {"Bytes", "B"}, {"B", "B"},       {"KB", "KB"},
	    {"MB", "MB"},   {"GB", "GB"},   {"TB", "TB"},
	};
	size_t i;

	if (item->kind == ITEM_AGE)
		return "s";
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (strcmp(item->units, table[i].units) == 0)
			return table[i].known;
	return item->counter ? "c" : "";
}

/* Inside of its quotes: a quote is doubled, and there can be no "=". */
static void
put_label(struct text *to, const char *label)
{
	for (; *label != '\0'; label++) {
		if (*label == '\'')
			put(to, "''");
		else
			put(to, "%c", *label == '=' ? '_' : *label);
	}
}

static const char *
range_text(const struct range *range)
{
	return range->text != NULL ? range->text : "";
}

static void
put_datum(struct text *data, const struct check *check, const struct item *item)
{
	char bytes[8 * ITEM_NAME + ITEM_VALUE];
	struct text one = {bytes, 0, sizeof(bytes), 0, 0};
	bool many = !options_one_host(check->options) || check->hosts > 1;

	if (item->kind != ITEM_VALUE_OF &&
	    (item->kind != ITEM_AGE || item->seconds == GANGLIA_UNKNOWN))
		return;
	put(&one, " '");
	if (many && options_one_host(check->options)) {
		put_label(&one, item->cluster);
		put(&one, ":");
	}
	if (many) {
		put_label(&one, item->host);
		put(&one, ":");
	}
	put_label(&one, item->kind == ITEM_AGE ? "heartbeat" : item->metric);
	if (item->kind == ITEM_AGE)
		put(&one, "'=%" PRId64, item->seconds);
	else
		put(&one, "'=%s", item->value);
	put(&one, "%s;%s;%s", unit_of(item),
	    range_text(&item->thresholds->warning),
	    range_text(&item->thresholds->critical));
	if (item->kind == ITEM_AGE)
		put(&one, ";0");
	if (one.left_out == 0)
		put(data, "%s", bytes);
	else
		data->left_out++;
}

/* A range without its "%". */
static void
put_bare(struct text *to, const struct range *range, bool percent)
{
	const char *at;

	put(to, ";");
	if (range->text == NULL || range->percent != percent)
		return;
	for (at = range->text; *at != '\0'; at++)
		if (*at != '%')
			put(to, "%c", *at);
}

static void
data_of_down(struct text *data, const struct check *check)
{
	const struct thresholds *thresholds =
	    &check->options->wishes[0].thresholds;
	int64_t down, all;

	check_down(check, &down, &all);
	put(data, " 'down'=%" PRId64, down);
	put_bare(data, &thresholds->warning, false);
	put_bare(data, &thresholds->critical, false);
	put(data, ";0;%" PRId64, all);
	if (!thresholds->warning.percent && !thresholds->critical.percent)
		return;
	put(data, " 'down_percent'=%.2f%%", 100.0 * (double)down / (double)all);
	put_bare(data, &thresholds->warning, true);
	put_bare(data, &thresholds->critical, true);
	put(data, ";0;100");
}

static void
make_data(struct text *data, const struct check *check)
{
	size_t i;

	if (!check_found(check))
		return;
	if (check->options->mode == MODE_HOSTS_DOWN)
		data_of_down(data, check);
	for (i = 0; i < check->items.count; i++)
		put_datum(data, check, &check->items.kept[i]);
}

/* Lines of more -------------------------------------------------------------------------- */

static void
put_more(struct text *more, const struct check *check, const struct item *item)
{
	const char *state = check_state_name(item->state);
	char before[32] = "", after[64] = "\n";

	if (check->options->mode == MODE_VALUES && item->kind != ITEM_DOWN)
		snprintf(before, sizeof(before), "%s: ", state);
	if (check->options->verbose > 1 && item->kind == ITEM_VALUE_OF)
		snprintf(after, sizeof(after), ", %" PRId64 " s old\n",
		         item->seconds);
	put_whole(more, check, item, before, after);
}

static void
more_of_top(struct text *more, const struct check *check)
{
	size_t i;

	if (check->options->top == 0)
		return;
	put_given(more, "Highest ", check->options->top_metric);
	put(more, check->top.count > 0 ? ":\n" : ": on no host\n");
	for (i = 0; i < check->top.count; i++)
		put(more, "%s %s%s%s\n", check->top.hosts[i].host,
		    check->top.hosts[i].value,
		    *check->top.hosts[i].units != '\0' ? " " : "",
		    check->top.hosts[i].units);
}

static size_t
problems(const struct check *check)
{
	const size_t *in_state = check->items.in_state;

	return in_state[CHECK_WARNING] + in_state[CHECK_CRITICAL] +
	       in_state[CHECK_UNKNOWN];
}

/* Where the first line can't have said all of it. */
static void
make_more(struct text *more, const struct check *check, int64_t took_ms)
{
	const struct options *options = check->options;
	size_t i, states = sizeof(worst_first) / sizeof(worst_first[0]);

	more_of_top(more, check);
	if (options->mode == MODE_HOSTS_DOWN)
		each(check, CHECK_OK, more, put_more);
	else if (problems(check) > 1 || options->verbose > 0)
		for (i = 0; i < states; i++)
			if (worst_first[i] != CHECK_OK || options->verbose > 0)
				each(check, worst_first[i], more, put_more);
	if (options->verbose > 2) {
		put_given(more, "Asked: ", options->server_text);
		put(more, ", %zu hosts, %" PRId64 " ms\n", check->hosts,
		    took_ms);
	}
}

/* All of it ------------------------------------------------------------------------------ */

static int
print(FILE *out, enum check_state state, const char *line, const char *data,
      const char *more, size_t left_out)
{
	fprintf(out, "SFLOW %s - %s", check_state_name(state), line);
	if (*data != '\0')
		fprintf(out, " |%s", data);
	fprintf(out, "\n%s", more);
	if (left_out > 0)
		fprintf(out, "%zu more left out\n", left_out);
	return fflush(out) == 0 && !ferror(out) ? 0 : -1;
}

int
report_print(FILE *out, const struct check *check, enum check_state state,
             int64_t took_ms)
{
	char line_bytes[LINE_MAX_BYTES] = "", data_bytes[DATA_MAX_BYTES] = "",
	     more_bytes[MORE_MAX_BYTES] = "";
	struct text line = {line_bytes, 0, sizeof(line_bytes), 0, 0};
	struct text data = {data_bytes, 0, sizeof(data_bytes), 0, 0};
	struct text more = {more_bytes, 0, sizeof(more_bytes), 0, 0};

	make_line(&line, check, state);
	make_data(&data, check);
	make_more(&more, check, took_ms);
	return print(out, state, line_bytes, data_bytes, more_bytes,
	             check->items.left_out + data.left_out + more.left_out);
}

int
report_fault(FILE *out, enum check_state state, const char *fault)
{
	char safe[DAEMON_FAULT];

	item_text(safe, sizeof(safe), fault);
	return print(out, state, safe, "", "", 0);
}

#include "tools/check_sflow/report.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "tools/check_sflow/down.h"
#include "tools/check_sflow/fold.h"
#include "tools/check_sflow/performance.h"
#include "tools/number.h"

#define LINE_MAX_BYTES 512 /* the first line: fits on a pager, and in Nagios's lists */
#define DATA_MAX_BYTES 3600
#define MORE_MAX_BYTES 3800
#define ROOM_OF_MORE 24 /* of " and 50000 more" */
#define DOWN_LINE 160   /* the first line of --hosts-down, for a short message */
#define DOWN_NAMES 5    /* in it; a run of names is one */
#define TIME_BYTES 64
#define DAY_S 86400
#define DIGITS 4       /* of the median and quartiles */
#define ROOM_OF_END 48 /* for the text that says that something is left out */

/* Items in words ----------------------------------------------------------------------- */

/* Returns the text of the range that alerts; NULL: none does. */
static const char *
blamed(const struct item *item)
{
	if (item->thresholds == NULL || item->state == CHECK_OK ||
	    item->state == CHECK_UNKNOWN)
		return NULL;
	return item->state == CHECK_CRITICAL ? item->thresholds->critical.text
	                                     : item->thresholds->warning.text;
}

/* Writes when something was `seconds` ago, in the time zone here; a day ago or longer with
 * the date. */
static void
put_time(struct text_room *to, const struct check *check, int64_t seconds)
{
	time_t then = (time_t)(check->wall_s - seconds);
	char text[TIME_BYTES], safe[TIME_BYTES];
	struct tm tm;

	if (check->wall_s == 0 || localtime_r(&then, &tm) == NULL ||
	    strftime(text, sizeof(text),
	             seconds < DAY_S ? "%H:%M:%S %Z" : "%Y-%m-%d %H:%M:%S %Z",
	             &tm) == 0)
		return;
	item_text(safe, sizeof(safe), text);
	text_put(to, ", at %s", safe);
}

static void
put_item(struct text_room *to, const struct check *check, const struct item *item)
{
	switch (item->kind) {
	case ITEM_VALUE_OF:
		text_put(to, "%s %s%s%s", item->metric, item->value,
		         *item->units != '\0' ? " " : "", item->units);
		break;
	case ITEM_AGE:
	case ITEM_DOWN:
		if (*item->host == '\0') {
			text_put(to, "all are down");
			break;
		}
		text_put(to, item->kind == ITEM_AGE ? "heard" : "down, last heard");
		if (item->seconds == GANGLIA_UNKNOWN)
			text_put(to, " nobody knows when");
		else
			text_put(to, " %" PRId64 " s ago", item->seconds);
		if (item->at_most)
			text_put(to, " at most");
		else if (item->seconds != GANGLIA_UNKNOWN)
			put_time(to, check, item->seconds);
		break;
	case ITEM_MISSING:
		text_put(to,
		         *item->host != '\0' ? "%s is not there" : "%s is on no host",
		         item->metric);
		if (*item->value != '\0')
			text_put(to, ", is it %s?", item->value);
		break;
	case ITEM_AWAITED:
		text_put(to, "%s awaits a second sample: %s began %" PRId64 " s ago",
		         item->metric,
		         item->of_collector ? "the collector" : "the host",
		         item->seconds);
		break;
	case ITEM_TEXT:
		text_put(to, "%s is no number", item->metric);
		break;
	case ITEM_OLD:
		if (item->seconds == GANGLIA_UNKNOWN) {
			text_put(to, "%s is no longer sent", item->metric);
			break;
		}
		text_put(to, "%s is old: %" PRId64 " s", item->metric, item->seconds);
		put_time(to, check, item->seconds);
		break;
	}
	if (blamed(item) != NULL)
		text_put(to,
		         item->state == CHECK_CRITICAL ? " (critical: %s)"
		                                       : " (warning: %s)",
		         blamed(item));
}

/* Whether all items are about one host, which is then named only once. */
static bool
is_alone(const struct check *check)
{
	return options_one_host(check->options) && check->hosts == 1;
}

/* Writes which host the item is about; with its cluster where several hosts have that
 * name. */
static void
put_host(struct text_room *to, const struct check *check, const struct item *item)
{
	if (is_alone(check) || *item->host == '\0')
		return;
	if (options_one_host(check->options))
		text_put(to, "%s (cluster %s) ", item->host, item->cluster);
	else
		text_put(to, "%s ", item->host);
}

/* Writes an item with its host, as a whole or not at all. */
static bool
put_whole(struct text_room *to, const struct check *check, const struct item *item,
          const char *before, const char *after)
{
	char bytes[3 * ITEM_NAME + ITEM_VALUE + ITEM_UNITS + 256];
	struct text_room one = {bytes, 0, sizeof(bytes), 0, 0};

	put_host(&one, check, item);
	put_item(&one, check, item);
	return text_put(to, "%s%s%s", before, bytes, after);
}

/* The order of items: the worst first ---------------------------------------------- */

/* Calls `call` for each item of that state. */
static void
each(const struct check *check, enum check_state state, struct text_room *to,
     void (*call)(struct text_room *to, const struct check *check,
                  const struct item *item))
{
	size_t i;

	for (i = 0; i < check->items.count; i++)
		if (check->items.kept[i].state == state)
			call(to, check, &check->items.kept[i]);
}

/* The first line ------------------------------------------------------------------------ */

static void
put_in_line(struct text_room *to, const struct check *check, const struct item *item)
{
	size_t size = to->size;

	to->size -= ROOM_OF_END;
	put_whole(to, check, item, to->len > 0 ? ", " : "", "");
	to->size = size;
}

static void
put_count(struct text_room *to, size_t count, const char *what)
{
	if (count > 0)
		text_put(to, ", %zu %s", count, what);
}

static void
line_of_items(struct text_room *line, const struct check *check, enum check_state state)
{
	char bytes[LINE_MAX_BYTES];
	struct text_room items = {bytes, 0, sizeof(bytes) / 2, 0, 0};
	size_t more;

	bytes[0] = '\0';
	each(check, state, &items, put_in_line);
	more = check->items.in_state[state] - items.taken;
	text_put(line, "%s", bytes);
	if (more > 0)
		text_put(line, "%s%zu more", items.len > 0 ? " and " : "", more);
}

static void
line_of_one(struct text_room *line, const struct check *check, enum check_state state)
{
	if (is_alone(check))
		text_put(line, "%s: ", check->items.kept[0].host);
	line_of_items(line, check, state);
}

static void
line_of_many(struct text_room *line, const struct check *check, enum check_state state)
{
	if (state != CHECK_OK && check->hosts_in[state] > 0)
		text_put(line, "%zu of ", check->hosts_in[state]);
	text_put(line, "%zu host%s", check->hosts, check->hosts == 1 ? "" : "s");
	if (state != CHECK_OK) {
		text_put(line, ": ");
		line_of_items(line, check, state);
	}
	put_count(line, check->hosts_down, "down");
	put_count(line, check->hosts_without, "without a value");
}

/* Writes the first names of hosts that are down, so that the line stays short, and how many
 * more there are. */
static void
put_down_names(struct text_room *line, const struct check *check, int64_t down,
               size_t reserved)
{
	size_t before = strlen("SFLOW CRITICAL - ") + line->len + reserved, i, told;
	const char *names[ITEMS];
	char bytes[DOWN_LINE];
	struct text_room room = {bytes, 0, 0, 0, 0};

	for (i = 0; i < check->items.count; i++)
		names[i] = check->items.kept[i].host;
	if (before + strlen(": ") >= DOWN_LINE)
		return;
	bytes[0] = '\0';
	room.size = DOWN_LINE - before - strlen(": ");
	told = fold_names(&room, names, check->items.count, DOWN_NAMES);
	if (told == 0)
		return;
	text_put(line, ": %s", bytes);
	if (down > (int64_t)told)
		text_put(line, " and %" PRId64 " more", down - (int64_t)told);
}

static void
line_of_down(struct text_room *line, const struct check *check, enum check_state state)
{
	const struct thresholds *thresholds = &check->options->wishes[0].thresholds;
	const char *range = NULL;
	char blame[64] = "";
	int64_t down, all;

	down_count(check, &down, &all);
	if (state == CHECK_CRITICAL)
		range = thresholds->critical.text;
	else if (state == CHECK_WARNING)
		range = thresholds->warning.text;
	if (range != NULL)
		snprintf(blame, sizeof(blame), " (%s: %.32s)",
		         state == CHECK_CRITICAL ? "critical" : "warning", range);
	text_put(line, "%" PRId64 " of %" PRId64 " hosts down", down, all);
	if (down > 0)
		put_down_names(line, check, down, strlen(blame) + ROOM_OF_MORE);
	text_put(line, "%s", blame);
}

/* Writes a part of the command line, made harmless: Nagios may have it from anywhere. */
static void
put_given(struct text_room *to, const char *before, const char *given)
{
	char safe[ITEM_NAME];

	if (given == NULL)
		return;
	item_text(safe, sizeof(safe), given);
	text_put(to, "%s%s", before, safe);
}

static void
line_of_none(struct text_room *line, const struct check *check)
{
	const struct options *options = check->options;

	if (check->former.known) {
		put_given(line, "", options->host);
		put_given(line, " in cluster ", options->cluster);
		if (check->former.is[0] != '\0')
			put_given(line, " is now called ", check->former.is);
		else
			text_put(line, " was removed");
		return;
	}
	if (check->unheard.ago != GANGLIA_UNKNOWN) {
		put_given(line, "", options->host);
		put_given(line, " in cluster ", options->cluster);
		text_put(line,
		         " is not heard yet: the collector began %" PRId64 " s ago",
		         check->unheard.ago);
		return;
	}
	text_put(line, "no host");
	put_given(line, " ", options->host);
	put_given(line, " matches ", options->host_regex);
	put_given(line, " in cluster ", options->cluster);
	if (options->host != NULL && near_found(&check->near_host) != NULL) {
		put_given(line, ", is it ", near_found(&check->near_host));
		text_put(line, "?");
	}
}

static void
make_line(struct text_room *line, const struct check *check, enum check_state state)
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

/* More lines ----------------------------------------------------------------------- */

static void
put_more(struct text_room *more, const struct check *check, const struct item *item)
{
	const char *state = check_state_name(item->state);
	char before[32] = "", after[64] = "\n";

	if (check->options->mode == MODE_VALUES && item->kind != ITEM_DOWN)
		snprintf(before, sizeof(before), "%s: ", state);
	if (check->options->verbose > 1 && item->kind == ITEM_VALUE_OF &&
	    item->seconds == GANGLIA_UNKNOWN)
		strcpy(after, ", no longer sent\n");
	else if (check->options->verbose > 1 && item->kind == ITEM_VALUE_OF)
		snprintf(after, sizeof(after), ", %" PRId64 " s old\n", item->seconds);
	put_whole(more, check, item, before, after);
}

/* Writes a text from outside, made harmless, behind a blank. */
static void
put_safe(struct text_room *to, const char *text)
{
	char safe[ITEM_NAME];

	if (*text == '\0')
		return;
	item_text(safe, sizeof(safe), text);
	text_put(to, " %s", safe);
}

/* How all values are spread: between two of these numbers a quarter of them is each. */
static void
more_of_spread(struct text_room *more, struct check *check)
{
	static const char *const names[SPREAD] = {"lowest", "1/4 to", "median",
	                                          "3/4 to", "highest"};
	char line[SPREAD * (NUMBER_TEXT + 16)], number[NUMBER_TEXT];
	struct text_room room = {line, 0, sizeof(line), 0, 0};
	double spread[SPREAD];
	size_t i;

	if (!ranking_spread(&check->top, spread))
		return;
	for (i = 0; i < SPREAD; i++)
		text_put(&room, "%s %s %s", i > 0 ? "," : "", names[i],
		         number_digits(spread[i], DIGITS, number));
	text_put(more, "%" PRIu64 " values of %zu hosts:%s\n", check->top.all,
	         check->top_hosts, line);
}

static void
more_of_top(struct text_room *more, struct check *check)
{
	const struct options *options = check->options;
	size_t i;

	if (options->top == 0)
		return;
	put_given(more, "Highest ", options->top_metric);
	text_put(more, check->top.count > 0 ? ":\n" : ": on no host\n");
	for (i = 0; i < check->top.count; i++) {
		const struct ranked *r = &check->top.highest[i];
		char bytes[4 * ITEM_NAME];
		struct text_room one = {bytes, 0, sizeof(bytes), 0, 0};

		put_safe(&one, r->host);
		if (options_top_is_pattern(options))
			put_safe(&one, r->metric);
		put_safe(&one, r->value);
		put_safe(&one, r->units);
		text_put(more, "%s\n", bytes + 1);
	}
	more_of_spread(more, check);
	if (check->top.failed)
		text_put(more, "and more, for which there was no memory\n");
}

static size_t
problems(const struct check *check)
{
	const size_t *in_state = check->items.in_state;

	return in_state[CHECK_WARNING] + in_state[CHECK_CRITICAL] +
	       in_state[CHECK_UNKNOWN];
}

/* Writes more lines, where the first line could not say all. */
static void
make_more(struct text_room *more, struct check *check, int64_t took_ms)
{
	const struct options *options = check->options;
	size_t i, states = CHECK_STATES;

	more_of_top(more, check);
	if (options->mode == MODE_HOSTS_DOWN)
		each(check, CHECK_OK, more, put_more);
	else if (problems(check) > 1 || options->verbose > 0)
		for (i = 0; i < states; i++)
			if (check_worst_first[i] != CHECK_OK || options->verbose > 0)
				each(check, check_worst_first[i], more, put_more);
	if (options->verbose > 2) {
		put_given(more, "Asked: ", options->server_text);
		text_put(more, ", %zu hosts, %" PRId64 " ms\n", check->hosts, took_ms);
	}
}

/* The whole output ----------------------------------------------------------------- */

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
report_print(FILE *out, struct check *check, enum check_state state, int64_t took_ms)
{
	char line_bytes[LINE_MAX_BYTES] = "", data_bytes[DATA_MAX_BYTES] = "",
	     more_bytes[MORE_MAX_BYTES] = "";
	struct text_room line = {line_bytes, 0, sizeof(line_bytes), 0, 0};
	struct text_room data = {data_bytes, 0, sizeof(data_bytes), 0, 0};
	struct text_room more = {more_bytes, 0, sizeof(more_bytes), 0, 0};

	make_line(&line, check, state);
	performance_put(&data, check);
	make_more(&more, check, took_ms);
	return print(out, state, line_bytes, data_bytes, more_bytes,
	             check->items.left_out + data.left_out + more.left_out);
}

int
report_fault(FILE *out, enum check_state state, const char *fault)
{
	char safe[DAEMON_FAULT];

	item_own_text(safe, sizeof(safe), fault);
	return print(out, state, safe, "", "", 0);
}

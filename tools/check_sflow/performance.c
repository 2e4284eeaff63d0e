#include "tools/check_sflow/performance.h"

#include <inttypes.h>
#include <string.h>

#include "tools/check_sflow/down.h"

/* Returns the unit of the guidelines for Ganglia's unit. */
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

/* Writes a label inside its quotes: a quote is doubled, and there must be no "=". */
static void
put_label(struct text_room *to, const char *label)
{
	for (; *label != '\0'; label++) {
		if (*label == '\'')
			text_put(to, "''");
		else
			text_put(to, "%c", *label == '=' ? '_' : *label);
	}
}

static const char *
range_text(const struct range *range)
{
	return range->text != NULL ? range->text : "";
}

static void
put_datum(struct text_room *data, const struct check *check, const struct item *item)
{
	char bytes[8 * ITEM_NAME + ITEM_VALUE];
	struct text_room one = {bytes, 0, sizeof(bytes), 0, 0};
	bool many = !options_one_host(check->options) || check->hosts > 1;

	if (item->kind != ITEM_VALUE_OF &&
	    (item->kind != ITEM_AGE || item->seconds == GANGLIA_UNKNOWN))
		return;
	text_put(&one, " '");
	if (many && options_one_host(check->options)) {
		put_label(&one, item->cluster);
		text_put(&one, ":");
	}
	if (many) {
		put_label(&one, item->host);
		text_put(&one, ":");
	}
	put_label(&one, item->kind == ITEM_AGE ? "heartbeat" : item->metric);
	if (item->kind == ITEM_AGE)
		text_put(&one, "'=%" PRId64, item->seconds);
	else
		text_put(&one, "'=%s", item->value);
	text_put(&one, "%s;%s;%s", unit_of(item),
	         range_text(&item->thresholds->warning),
	         range_text(&item->thresholds->critical));
	if (item->kind == ITEM_AGE)
		text_put(&one, ";0");
	if (one.left_out == 0)
		text_put(data, "%s", bytes);
	else
		data->left_out++;
}

/* Writes a range without its "%". */
static void
put_bare(struct text_room *to, const struct range *range, bool percent)
{
	const char *at;

	text_put(to, ";");
	if (range->text == NULL || range->percent != percent)
		return;
	for (at = range->text; *at != '\0'; at++)
		if (*at != '%')
			text_put(to, "%c", *at);
}

/* Below 1 it has three significant digits, as rates have: 1 of 50,000 is not 0.00 %. */
static void
put_percent(struct text_room *data, double percent)
{
	int decimals = percent > 0 && percent < 1 ? 3 : 2;
	double size;

	for (size = percent; decimals > 2 && size < 0.1; size *= 10)
		decimals++;
	text_put(data, " 'down_percent'=%.*f%%", decimals, percent);
}

static void
data_of_down(struct text_room *data, const struct check *check)
{
	const struct thresholds *thresholds = &check->options->wishes[0].thresholds;
	int64_t down, all;

	down_count(check, &down, &all);
	text_put(data, " 'down'=%" PRId64, down);
	put_bare(data, &thresholds->warning, false);
	put_bare(data, &thresholds->critical, false);
	text_put(data, ";0;%" PRId64, all);
	if (!thresholds->warning.percent && !thresholds->critical.percent)
		return;
	put_percent(data, 100.0 * (double)down / (double)all);
	put_bare(data, &thresholds->warning, true);
	put_bare(data, &thresholds->critical, true);
	text_put(data, ";0;100");
}

/* Writes the data of the items in that state. There is not room for all, so that what alerts
 * comes first. */
static void
data_in(struct text_room *data, const struct check *check, enum check_state state)
{
	size_t i;

	for (i = 0; i < check->items.count; i++)
		if (check->items.kept[i].state == state)
			put_datum(data, check, &check->items.kept[i]);
}

void
performance_put(struct text_room *data, const struct check *check)
{
	size_t i;

	if (!check_found(check) || check->options->no_data)
		return;
	if (check->options->mode == MODE_HOSTS_DOWN)
		data_of_down(data, check);
	for (i = 0; i < CHECK_STATES; i++)
		data_in(data, check, check_worst_first[i]);
}

#include "tools/sflowget/servers.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "tools/sflowget/escape.h"
#include "tools/sflowget/human.h"
#include "tools/number.h"

#define DIGITS 4      /* of the quartiles, which are between two values */
#define DIGITS_JSON 6 /* a float has no more */

static const char *const spread_names[SPREAD] = {"lowest", "first_quartile", "median",
                                                 "third_quartile", "highest"};

void
servers_init(struct servers *s, const struct wanted *wanted, size_t most)
{
	*s = (struct servers){.wanted = wanted,
	                      .ranking = {.most = most != 0 ? most : SERVERS_COUNT}};
	if (wanted->count > 0)
		s->near.asked = wanted->metrics[0];
}

/* The sink ------------------------------------------------------------------------- */

/* Of an agent that is down no value is one of now. */
static bool
take_host(void *context, const struct item_host *host, enum item_wish *wish)
{
	struct servers *s = context;
	bool is_wanted = wanted_host(s->wanted, host) == WANTED;

	s->any = s->any || is_wanted;
	if (host->down || !is_wanted)
		*wish = ITEM_NOTHING;
	s->host = *host;
	s->counted = false;
	return true;
}

static bool
take_item(void *context, const struct item *item)
{
	struct servers *s = context;
	struct ranked value = {.number = item->number,
	                       .age_s = item->age_s,
	                       .cluster = s->host.cluster,
	                       .host = s->host.name,
	                       .metric = item->metric,
	                       .value = item->text,
	                       .units = item->units};

	near_offer(&s->near, item->metric);
	if (!wanted_metric(s->wanted, item) || wanted_too_old(s->wanted, item))
		return true;
	s->texts = s->texts || !item->is_number;
	if (!item->is_number)
		return true;
	s->agents += !s->counted;
	s->counted = true;
	return ranking_add(&s->ranking, &value);
}

static bool
end_host(void *context, const struct item_host *host)
{
	(void)context;
	(void)host;
	return true;
}

struct item_sink
servers_sink(struct servers *s)
{
	return (struct item_sink){
	    .host = take_host, .item = take_item, .host_end = end_host, .context = s};
}

/* For people ----------------------------------------------------------------------- */

struct widths {
	size_t host, metric, value, units;
};

static size_t
wider(size_t width, const char *text)
{
	size_t n = visible_width(text);

	return n > width ? n : width;
}

static void
put(FILE *out, const char *text, size_t width, bool right)
{
	size_t n = visible_width(text);
	int blanks = n < width ? (int)(width - n) : 0;

	fprintf(out, "%*s", right ? blanks : 0, "");
	put_visible(out, text);
	fprintf(out, "%*s  ", right ? 0 : blanks, "");
}

static void
put_row(FILE *out, const struct ranked *r, const struct widths *w)
{
	put(out, r->value, w->value, true);
	put(out, r->units, w->units, false);
	put(out, r->host, w->host, false);
	if (r->cluster[0] == '\0') {
		put_visible(out, r->metric);
	} else {
		put(out, r->metric, w->metric, false);
		put_visible(out, r->cluster);
	}
	putc('\n', out);
}

/* A number of the spread as text; with `human`, in the units of the highest value. */
static void
put_spread(FILE *out, double number, const struct ranked *highest, bool scaled)
{
	char text[NUMBER_TEXT], value[NUMBER_TEXT], units[HUMAN_UNITS];
	struct item item = {.number = number, .text = text, .units = highest->units};

	number_digits(number, DIGITS, text);
	if (!scaled) {
		fputs(text, out);
		return;
	}
	human(&item, value, units);
	fprintf(out, "%s%s%s", value, strcmp(units, item.units) != 0 ? " " : "",
	        strcmp(units, item.units) != 0 ? units : "");
}

static void
put_summary(struct servers *s, bool scaled, FILE *out)
{
	double spread[SPREAD];
	size_t i;

	if (!ranking_spread(&s->ranking, spread))
		return;
	fprintf(out, "%" PRIu64 " value%s of %zu agent%s:", s->ranking.all,
	        s->ranking.all == 1 ? "" : "s", s->agents, s->agents == 1 ? "" : "s");
	for (i = 0; i < SPREAD; i++) {
		fprintf(out, "%s %s ", i > 0 ? "," : "",
		        i == SPREAD_FIRST   ? "1/4 to"
		        : i == SPREAD_THIRD ? "3/4 to"
		                            : spread_names[i]);
		put_spread(out, spread[i], &s->ranking.highest[0], scaled);
	}
	putc('\n', out);
}

/* Makes the value's texts those that people read, in the rooms of the caller. */
static void
scale(struct ranked *r, char value[NUMBER_TEXT], char units[HUMAN_UNITS])
{
	struct item item = {.number = r->number, .text = r->value, .units = r->units};

	human(&item, value, units);
	r->value = value;
	r->units = units;
}

void
servers_print(struct servers *s, bool scaled, FILE *out)
{
	char value[NUMBER_TEXT], units[HUMAN_UNITS];
	struct widths w = {0, 0, 0, 0};
	struct ranked r;
	size_t i, pass;

	for (pass = 0; pass < 2; pass++) {
		for (i = 0; i < s->ranking.count; i++) {
			r = s->ranking.highest[i];
			if (scaled)
				scale(&r, value, units);
			if (pass == 1)
				put_row(out, &r, &w);
			w.host = wider(w.host, r.host);
			w.metric = wider(w.metric, r.metric);
			w.value = wider(w.value, r.value);
			w.units = wider(w.units, r.units);
		}
	}
	put_summary(s, scaled, out);
	ranking_clear(&s->ranking);
	s->agents = 0;
}

/* JSON ----------------------------------------------------------------------------- */

static void
add_server(struct json *j, const struct ranked *r)
{
	json_open(j, NULL, '{');
	json_text(j, "agent", r->host);
	json_text(j, "cluster", r->cluster);
	json_text(j, "metric", r->metric);
	json_raw(j, "value", r->value);
	json_text(j, "units", r->units);
	json_signed(j, "age", r->age_s);
	json_close(j, '}');
}

void
servers_print_json(struct servers *s, FILE *out)
{
	struct json j = {.file = out};
	char text[NUMBER_TEXT];
	double spread[SPREAD];
	size_t i;

	json_open(&j, NULL, '{');
	json_open(&j, "servers", '[');
	for (i = 0; i < s->ranking.count; i++)
		add_server(&j, &s->ranking.highest[i]);
	json_close(&j, ']');
	json_signed(&j, "values", (int64_t)s->ranking.all);
	json_signed(&j, "agents", (int64_t)s->agents);
	if (ranking_spread(&s->ranking, spread))
		for (i = 0; i < SPREAD; i++)
			json_raw(&j, spread_names[i],
			         number_digits(spread[i], DIGITS_JSON, text));
	json_close(&j, '}');
	putc('\n', out);
	ranking_clear(&s->ranking);
	s->agents = 0;
}

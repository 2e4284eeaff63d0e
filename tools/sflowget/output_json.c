/* JSON: an object for each round, on one line. And CSV, by RFC 4180. */
#include <inttypes.h>

#include "common/json.h"
#include "tools/sflowget/escape.h"
#include "tools/sflowget/output.h"

static void
add_metric(struct json *j, const struct answer_line *line)
{
	const struct item *item = line->item;

	json_open(j, NULL, '{');
	json_text(j, "name", item->metric);
	if (item->is_number)
		json_raw(j, "value", item->text);
	else
		json_text(j, "value", item->text);
	json_text(j, "units", item->units);
	json_text(j, "type", item->type);
	json_text(j, "group", item->group);
	json_text(j, "title", item->title);
	json_signed(j, "age", item->age_s);
	json_signed(j, "tmax", item->tmax_s);
	if (line->state == ANSWER_OLD)
		json_bool(j, "old", true);
	json_close(j, '}');
}

static void
add_lines(struct json *j, const char *key, const struct answer *a, bool missing)
{
	size_t i;

	json_open(j, key, '[');
	for (i = 0; i < a->count; i++) {
		if ((a->lines[i].state == ANSWER_MISSING) != missing)
			continue;
		if (missing)
			json_text(j, NULL, a->lines[i].asked);
		else
			add_metric(j, &a->lines[i]);
	}
	json_close(j, ']');
}

static void
begin(struct printer *p)
{
	p->count = 0;
	fputs("{\"agents\":[", p->out);
}

static void
add_answer(struct json *j, const struct answer *a)
{
	char time[32];

	snprintf(time, sizeof(time), "%" PRId64 ".%03d", a->wall_ms / 1000,
	         (int)(a->wall_ms % 1000));
	json_open(j, NULL, '{');
	json_text(j, "agent", a->host.name);
	json_text(j, "address", a->host.address);
	json_text(j, "cluster", a->host.cluster);
	json_raw(j, "time", time);
	json_signed(j, "age", a->host.age_s);
	json_bool(j, "down", a->host.down);
	add_lines(j, "metrics", a, false);
	add_lines(j, "missing", a, true);
	json_close(j, '}');
}

static void
answer(struct printer *p, struct answer *a)
{
	struct json j = {.file = p->out, .comma = p->count++ > 0};

	add_answer(&j, a);
}

static void
end(struct printer *p)
{
	fputs("]}\n", p->out);
}

const struct output output_json = {.option = "json",
                                   .begin = begin,
                                   .answer = answer,
                                   .end = end,
                                   .about = "an object of JSON on one line"};

/* CSV ------------------------------------------------------------------------------ */

static void
csv_begin(struct printer *p)
{
	if (p->count++ == 0) /* only in the first round */
		fputs("time,cluster,agent,address,metric,value,units,type,"
		      "group,title,age\r\n",
		      p->out);
}

static void
csv_line(FILE *out, const struct answer *a, const struct item *item)
{
	const char *texts[] = {a->host.cluster, a->host.name, a->host.address,
	                       item->metric,    item->text,   item->units,
	                       item->type,      item->group,  item->title};
	size_t i;

	fprintf(out, "%" PRId64, a->wall_ms / 1000);
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		putc(',', out);
		put_csv(out, texts[i]);
	}
	fprintf(out, ",%" PRId64 "\r\n", item->age_s);
}

static void
csv_answer(struct printer *p, struct answer *a)
{
	size_t i;

	for (i = 0; i < a->count; i++)
		if (a->lines[i].state == ANSWER_VALUE)
			csv_line(p->out, a, a->lines[i].item);
}

const struct output output_csv = {.option = "csv",
                                  .begin = csv_begin,
                                  .answer = csv_answer,
                                  .about = "comma-separated values, with a header"};

/* JSON: an object for each round, on one line. And CSV, by RFC 4180. */
#include <inttypes.h>

#include "tools/sflowget/escape.h"
#include "tools/sflowget/output.h"

static void
put_pair(FILE *out, const char *name, const char *text)
{
	fprintf(out, ",\"%s\":", name);
	put_json(out, text);
}

static void
put_metric(FILE *out, const struct answer_line *line)
{
	const struct item *item = line->item;

	fputs("{\"name\":", out);
	put_json(out, item->metric);
	fputs(",\"value\":", out);
	if (item->is_number)
		fputs(item->text, out);
	else
		put_json(out, item->text);
	put_pair(out, "units", item->units);
	put_pair(out, "type", item->type);
	put_pair(out, "group", item->group);
	put_pair(out, "title", item->title);
	fprintf(out, ",\"age\":%" PRId64 ",\"tmax\":%" PRId64 "%s}",
	        item->age_s, item->tmax_s,
	        line->state == ANSWER_OLD ? ",\"old\":true" : "");
}

static void
put_lines(FILE *out, const struct answer *a, bool missing)
{
	const char *between = "";
	size_t i;

	for (i = 0; i < a->count; i++) {
		if ((a->lines[i].state == ANSWER_MISSING) != missing)
			continue;
		fputs(between, out);
		between = ",";
		if (missing)
			put_json(out, a->lines[i].asked);
		else
			put_metric(out, &a->lines[i]);
	}
}

static void
begin(struct printer *p)
{
	p->count = 0;
	fputs("{\"agents\":[", p->out);
}

static void
answer(struct printer *p, struct answer *a)
{
	fputs(p->count++ > 0 ? ",{\"agent\":" : "{\"agent\":", p->out);
	put_json(p->out, a->host.name);
	put_pair(p->out, "address", a->host.address);
	put_pair(p->out, "cluster", a->host.cluster);
	fprintf(p->out,
	        ",\"time\":%" PRId64 ".%03d,\"age\":%" PRId64
	        ",\"down\":%s,\"metrics\":[",
	        a->wall_ms / 1000, (int)(a->wall_ms % 1000), a->host.age_s,
	        a->host.down ? "true" : "false");
	put_lines(p->out, a, false);
	fputs("],\"missing\":[", p->out);
	put_lines(p->out, a, true);
	fputs("]}", p->out);
}

static void
end(struct printer *p)
{
	fputs("]}\n", p->out);
}

const struct output output_json = {
    .option = "json", .begin = begin, .answer = answer, .end = end,
    .about = "an object of JSON on one line"};

/* CSV ------------------------------------------------------------------------------ */

static void
csv_begin(struct printer *p)
{
	if (p->count++ == 0) /* once, whatever number of rounds */
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

const struct output output_csv = {
    .option = "csv", .begin = csv_begin, .answer = csv_answer,
    .about = "comma-separated values, with a header"};

/* Aligned columns, for people. */
#include <inttypes.h>
#include <string.h>

#include "tools/sflowget/escape.h"
#include "tools/sflowget/human.h"
#include "tools/number.h"
#include "tools/sflowget/output.h"

#define VALUE_WIDTH 40 /* a longer text does not make the column wider */

struct widths {
	size_t name, value, units;
};

static void
widen(size_t *width, const char *text, size_t most)
{
	size_t n = visible_width(text);

	if (n > *width && n <= most)
		*width = n;
}

/* The texts of an item's value and units. */
struct texts {
	const char *value, *units;
	char value_room[NUMBER_TEXT], units_room[HUMAN_UNITS];
};

static void
set_texts(struct texts *texts, const struct printer *p, const struct item *item)
{
	texts->value = item->text;
	texts->units = item->units;
	if (!p->human || !item->is_number)
		return;
	human(item, texts->value_room, texts->units_room);
	texts->value = texts->value_room;
	texts->units = texts->units_room;
}

static struct widths
measure(const struct printer *p, const struct answer *a)
{
	struct widths w = {strlen("METRIC"), strlen("VALUE"), strlen("UNITS")};
	struct texts texts;
	size_t i;

	for (i = 0; i < a->count; i++) {
		const struct item *item = a->lines[i].item;

		widen(&w.name, a->lines[i].asked, SIZE_MAX);
		if (item == NULL)
			continue;
		set_texts(&texts, p, item);
		widen(&w.value, texts.value, VALUE_WIDTH);
		widen(&w.units, texts.units, VALUE_WIDTH);
	}
	return w;
}

static void
put_left(FILE *out, const char *text, size_t width)
{
	size_t n = put_visible(out, text);

	fprintf(out, "%*s  ", n < width ? (int)(width - n) : 0, "");
}

static void
put_right(FILE *out, const char *text, size_t width)
{
	size_t n = visible_width(text);

	fprintf(out, "%*s", n < width ? (int)(width - n) : 0, "");
	put_visible(out, text);
	fputs("  ", out);
}

static void
put_age(FILE *out, int64_t s)
{
	if (s < 120)
		fprintf(out, "%" PRId64 " s", s);
	else if (s < 7200)
		fprintf(out, "%" PRId64 " min", s / 60);
	else if (s < 172800)
		fprintf(out, "%" PRId64 " h", s / 3600);
	else
		fprintf(out, "%" PRId64 " days", s / 86400);
}

static void
put_line(const struct printer *p, const struct answer_line *line,
         const struct widths *w)
{
	const struct item *item = line->item;
	struct texts texts;
	FILE *out = p->out;

	put_left(out, line->asked, w->name);
	if (item == NULL) {
		fputs("-\n", out);
		return;
	}
	set_texts(&texts, p, item);
	(item->is_number ? put_right : put_left)(out, texts.value, w->value);
	put_left(out, texts.units, w->units);
	if (item->ceased) {
		fputs("no longer sent\n", out);
		return;
	}
	put_age(out, item->age_s);
	fputs(line->state == ANSWER_OLD ? ", too old\n" : "\n", out);
}

static void
table(struct printer *p, struct answer *a)
{
	struct widths w = measure(p, a);
	size_t i;

	if (p->count++ > 0)
		putc('\n', p->out);
	put_visible(p->out, a->host.name);
	fputs("  ", p->out);
	put_visible(p->out, a->host.address);
	if (a->host.cluster[0] != '\0') {
		fputs("  ", p->out);
		put_visible(p->out, a->host.cluster);
	}
	fputs(a->host.down ? "  down, last heard " : "  last heard ", p->out);
	put_age(p->out, a->host.age_s);
	fputs(" ago\n", p->out);
	put_left(p->out, "METRIC", w.name);
	put_left(p->out, "VALUE", w.value);
	put_left(p->out, "UNITS", w.units);
	fputs("AGE\n", p->out);
	for (i = 0; i < a->count; i++)
		put_line(p, &a->lines[i], &w);
}

const struct output output_table = {
    .option = "table", .answer = table, .about = "for people; the default"};

/* Values without names, one per line; or all on one line, for rrdtool and for Cacti. */
#include <string.h>

#include "tools/sflowget/escape.h"
#include "tools/sflowget/output.h"

#define CACTI_NAME 64 /* bytes of a name; Cacti does not take longer ones */

static void
value(struct printer *p, struct answer *a)
{
	size_t i;

	for (i = 0; i < a->count; i++) {
		if (a->lines[i].state == ANSWER_VALUE)
			put_visible(p->out, a->lines[i].item->text);
		putc('\n', p->out);
	}
}

static void
put_number(FILE *out, const struct answer_line *line)
{
	double number;

	fputs(answer_number(line, &number) ? line->item->text : "U", out);
}

static void
rrd(struct printer *p, struct answer *a)
{
	size_t i;

	putc('N', p->out);
	for (i = 0; i < a->count; i++) {
		putc(':', p->out);
		put_number(p->out, &a->lines[i]);
	}
	putc('\n', p->out);
}

/* To Cacti a text is no value: it is left out, or unknown if it was asked for by
 * name. */
static void
cacti(struct printer *p, struct answer *a)
{
	char name[CACTI_NAME];
	bool first = true;
	double number;
	size_t i;

	for (i = 0; i < a->count; i++) {
		const struct answer_line *line = &a->lines[i];

		if (!answer_number(line, &number) && wanted_has_pattern(a->wanted))
			continue;
		fprintf(p->out, "%s%s:", first ? "" : " ",
		        plain_name(line->asked, "_-", true, name, sizeof(name)));
		put_number(p->out, line);
		first = false;
	}
	putc('\n', p->out);
}

const struct output output_value = {
    .option = "value", .answer = value, .about = "values alone, one per line"};
const struct output output_rrd = {.option = "rrd",
                                  .exact = true,
                                  .answer = rrd,
                                  .about = "N:VALUE:VALUE, for rrdtool update"};
const struct output output_cacti = {
    .option = "cacti",
    .answer = cacti,
    .about = "NAME:VALUE NAME:VALUE, for a data input method of Cacti"};

/* What munin-node asks a plugin for: the graph ("config"), or its values. It ignores
 * all values of a plugin that fails, so a missing value is unknown, and no failure. */
#include <string.h>

#include "tools/sflowget/escape.h"
#include "tools/sflowget/fields.h"
#include "tools/sflowget/output.h"

#define NAME_BYTES 128

/* Whether a line is on the graph. Metrics that were found by a pattern or a group are
 * if they are no constants, and have the units of the first one. */
static bool
is_shown(const struct answer *a, size_t i, const char **units)
{
	const struct answer_line *line = &a->lines[i];

	if (!wanted_has_pattern(a->wanted))
		return line->item == NULL || line->item->is_number;
	if (line->item == NULL || !line->item->is_number || line->item->constant)
		return false;
	if (*units == NULL)
		*units = line->item->units;
	return strcmp(*units, line->item->units) == 0;
}

static char *
field_name(const struct answer_line *line, char name[NAME_BYTES])
{
	return plain_name(line->asked, "_", false, name, NAME_BYTES);
}

static const char *
vlabel(const char *units)
{
	return units == NULL || units[strspn(units, " ")] == '\0' ? "value" : units;
}

static void
put_graph(const struct printer *p, const struct answer *a, const struct item *first)
{
	const char *units = first != NULL ? first->units : "";
	const char *group = first != NULL ? first->group : "";
	char category[NAME_BYTES];

	if (p->munin_host) {
		fputs("host_name ", p->out);
		put_visible(p->out, a->host.name);
		putc('\n', p->out);
	}
	fputs("graph_title ", p->out);
	put_visible(p->out, group[0] != '\0' ? group : "sFlow");
	fprintf(p->out, " of ");
	put_visible(p->out, a->host.name);
	fputs("\ngraph_vlabel ", p->out);
	put_visible(p->out, vlabel(units));
	fprintf(p->out, "\ngraph_args --base %s\ngraph_scale yes\n",
	        strcmp(units, "KB") == 0 ? "1024" : "1000");
	fprintf(p->out, "graph_category %s\n",
	        group[0] != '\0'
	            ? plain_name(group, "_", true, category, sizeof(category))
	            : "sflow");
}

static void
put_config(const struct printer *p, const struct answer_line *line)
{
	char name[NAME_BYTES];
	bool counter = fields_is_counter(line->asked);

	field_name(line, name);
	fprintf(p->out, "%s.label ", name);
	put_visible(p->out, line->asked);
	fprintf(p->out, "\n%s.type %s\n", name, counter ? "DERIVE" : "GAUGE");
	if (counter)
		fprintf(p->out, "%s.min 0\n", name);
	if (line->item == NULL || line->item->title[0] == '\0')
		return;
	fprintf(p->out, "%s.info ", name);
	put_visible(p->out, line->item->title);
	putc('\n', p->out);
}

static void
put_value(const struct printer *p, const struct answer_line *line)
{
	char name[NAME_BYTES];
	double number;

	fprintf(p->out, "%s.value %s\n", field_name(line, name),
	        answer_number(line, &number) ? line->item->text : "U");
}

static const struct item *
first_shown(const struct answer *a)
{
	const char *units = NULL;
	size_t i;

	for (i = 0; i < a->count; i++)
		if (is_shown(a, i, &units) && a->lines[i].item != NULL)
			return a->lines[i].item;
	return NULL;
}

static void
answer(struct printer *p, struct answer *a)
{
	const char *units = NULL;
	size_t i;

	if (p->munin == MUNIN_CONFIG)
		put_graph(p, a, first_shown(a));
	for (i = 0; i < a->count; i++) {
		if (!is_shown(a, i, &units))
			continue;
		if (p->munin == MUNIN_CONFIG)
			put_config(p, &a->lines[i]);
		else
			put_value(p, &a->lines[i]);
	}
}

const struct output output_munin = {.option = "munin",
                                    .lenient = true,
                                    .answer = answer,
                                    .about = "as a plugin of munin-node"};

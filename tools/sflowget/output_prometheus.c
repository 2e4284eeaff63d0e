/* Prometheus's text format, version 0.0.4. The lines of a family have to stand
 * together, so the answers are kept until the end. The part of a metric's name before
 * its last dot (a port, a virtual machine) or slash is the label "part", and its family is
 * another one than that of the whole agent's metric of that name: a sum over a family
 * counts nothing twice. Lines have no times, so values that are too old are left out.
 */
#include <stdlib.h>
#include <string.h>

#include "tools/sflowget/escape.h"
#include "tools/sflowget/fields.h"
#include "tools/sflowget/output.h"

#define FAMILY "sflow_"
#define PART_FAMILY "sflow_each_"
#define NAME_BYTES 256

/* A line of the output. */
struct series {
	char *family;
	const struct answer *answer;
	const struct item *item;
	size_t before; /* length of the part before the last dot or slash */
};

static void
answer(struct printer *p, struct answer *a)
{
	struct answer *grown;

	if (p->count == p->room) {
		p->room = 2 * p->room + 16;
		grown = reallocarray(p->kept, p->room, sizeof(*grown));
		if (grown == NULL) {
			p->failed = true;
			p->room = p->count;
			return;
		}
		p->kept = grown;
	}
	p->kept[p->count++] = *a;
	memset(a, 0, sizeof(*a));
}

/* Compares series by family and labels. No two series of a family may have the same
 * labels. */
static int
by_series(const void *left, const void *right)
{
	const struct series *one = left, *other = right;
	int order = strcmp(one->family, other->family);

	if (order == 0)
		order = strcmp(one->answer->host.cluster, other->answer->host.cluster);
	if (order == 0)
		order = strcmp(one->answer->host.name, other->answer->host.name);
	if (order == 0 && one->before == other->before)
		order = memcmp(one->item->metric, other->item->metric, one->before);
	else if (order == 0)
		order = one->before < other->before ? -1 : 1;
	return order;
}

static void
put_label(FILE *out, const char *name, const char *text, size_t len)
{
	char *copy = strndup(text, len);

	if (copy == NULL)
		return;
	fprintf(out, "%s=\"", name);
	put_escaped(out, copy, "\"\\", "\\");
	putc('"', out);
	free(copy);
}

static void
put_family(FILE *out, const struct series *s)
{
	const struct item *item = s->item;

	fprintf(out, "# HELP %s ", s->family);
	put_escaped(out, item->about[0] != '\0' ? item->about : item->metric, "\\",
	            "\\");
	if (item->units[strspn(item->units, " ")] != '\0') {
		fputs(" (", out);
		put_escaped(out, item->units, "\\", "\\");
		putc(')', out);
	}
	fprintf(out, "\n# TYPE %s %s\n", s->family,
	        fields_is_counter(item->metric) ? "counter" : "gauge");
}

static void
put_series(FILE *out, const struct series *s)
{
	const struct item_host *host = &s->answer->host;

	fprintf(out, "%s{", s->family);
	put_label(out, "agent", host->name, strlen(host->name));
	if (host->cluster[0] != '\0') {
		putc(',', out);
		put_label(out, "cluster", host->cluster, strlen(host->cluster));
	}
	if (s->before > 0) {
		putc(',', out);
		put_label(out, "part", s->item->metric, s->before);
	}
	fprintf(out, "} %s\n", s->item->text);
}

static bool
set_series(struct series *s, const struct answer *a, const struct answer_line *line)
{
	char name[NAME_BYTES], family[sizeof(PART_FAMILY) + NAME_BYTES];
	const char *last = fields_split(line->item->metric, &s->before);

	snprintf(family, sizeof(family), "%s%s", s->before > 0 ? PART_FAMILY : FAMILY,
	         plain_name(last, "_", true, name, sizeof(name)));
	s->family = strdup(family);
	s->answer = a;
	s->item = line->item;
	return s->family != NULL;
}

/* Returns all numbers of all answers, in memory that the caller frees; NULL without
 * memory. */
static struct series *
all_series(const struct printer *p, size_t *count)
{
	struct series *series;
	size_t i, j, room = 1;
	double number;

	for (i = 0; i < p->count; i++)
		room += p->kept[i].count;
	series = calloc(room, sizeof(*series));
	*count = 0;
	for (i = 0; series != NULL && i < p->count; i++)
		for (j = 0; j < p->kept[i].count; j++)
			if (answer_number(&p->kept[i].lines[j], &number) &&
			    set_series(&series[*count], &p->kept[i],
			               &p->kept[i].lines[j]))
				(*count)++;
	return series;
}

static void
end(struct printer *p)
{
	size_t count, i;
	struct series *series = all_series(p, &count);

	if (series == NULL)
		p->failed = true;
	else
		qsort(series, count, sizeof(*series), by_series);
	for (i = 0; series != NULL && i < count; i++) {
		if (i == 0 || strcmp(series[i].family, series[i - 1].family) != 0)
			put_family(p->out, &series[i]);
		if (i == 0 || by_series(&series[i], &series[i - 1]) != 0)
			put_series(p->out, &series[i]);
	}
	for (i = 0; series != NULL && i < count; i++)
		free(series[i].family);
	free(series);
	for (i = 0; i < p->count; i++)
		answer_clear(&p->kept[i]);
	free(p->kept);
	p->kept = NULL;
	p->count = p->room = 0;
}

const struct output output_prometheus = {.option = "prometheus",
                                         .answer = answer,
                                         .end = end,
                                         .about = "Prometheus's text format"};

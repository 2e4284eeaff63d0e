/* collectd's plain-text protocol, for its exec plugin:
 *
 *     PUTVAL "node1/cpu/percent-user" interval=30 N:12.5
 *
 * A metric that collectd's own plugins have, too, gets their name. Rates are gauges:
 * collectd's if_octets and the like can't be used, because they are counters, of which
 * collectd makes rates itself. A raw counter is a "derive".
 */
#include <string.h>

#include "tools/sflowget/escape.h"
#include "tools/sflowget/fields.h"
#include "tools/number.h"
#include "tools/sflowget/output.h"

#define NAME_BYTES 128 /* collectd's DATA_MAX_NAME_LEN */

static const struct {
	const char *metric;
	const char *name; /* plugin and type, by types.db(5) */
	int scale;
} known[] = {
    {"cpu_user", "cpu/percent-user", 1},
    {"cpu_nice", "cpu/percent-nice", 1},
    {"cpu_system", "cpu/percent-system", 1},
    {"cpu_idle", "cpu/percent-idle", 1},
    {"cpu_wio", "cpu/percent-wait", 1},
    {"cpu_intr", "cpu/percent-interrupt", 1},
    {"cpu_sintr", "cpu/percent-softirq", 1},
    {"cpu_steal", "cpu/percent-steal", 1},
    {"mem_free", "memory/memory-free", 1024}, /* KB; collectd has bytes */
    {"mem_buffers", "memory/memory-buffered", 1024},
    {"mem_cached", "memory/memory-cached", 1024},
    {"swap_free", "swap/swap-free", 1024},
    {"proc_run", "processes/ps_state-running", 1},
};

/* Three metrics that are one value to collectd. */
static const char *const loads[] = {"load_one", "load_five", "load_fifteen"};
#define LOADS (sizeof(loads) / sizeof(loads[0]))

/* Writes a part of an identifier. In it slashes and dashes separate parts. */
static void
put_name(FILE *out, const char *text, size_t len, const char *also)
{
	char part[NAME_BYTES], name[NAME_BYTES];

	snprintf(part, sizeof(part), "%.*s",
	         (int)(len < NAME_BYTES ? len : NAME_BYTES - 1), text);
	fputs(plain_name(part, also, true, name, sizeof(name)), out);
}

static void
put_begin(const struct printer *p, const struct answer *a)
{
	fputs("PUTVAL \"", p->out);
	put_name(p->out, a->host.name, strlen(a->host.name), "_-.:");
	putc('/', p->out);
}

static void
put_end(const struct printer *p)
{
	char number[NUMBER_TEXT];

	fprintf(p->out, "\" interval=%s N", number_text(p->interval_s, number));
}

/* Prints the three loads as one value. Returns false where not all of them are there:
 * then they are printed one by one. */
static bool
put_load(const struct printer *p, const struct answer *a)
{
	const struct item *items[LOADS] = {NULL};
	double number;
	size_t i, j;

	for (i = 0; i < a->count; i++)
		for (j = 0; j < LOADS; j++)
			if (answer_number(&a->lines[i], &number) &&
			    strcmp(a->lines[i].item->metric, loads[j]) == 0)
				items[j] = a->lines[i].item;
	if (items[0] == NULL || items[1] == NULL || items[2] == NULL)
		return false;
	put_begin(p, a);
	fputs("load/load", p->out);
	put_end(p);
	fprintf(p->out, ":%s:%s:%s\n", items[0]->text, items[1]->text, items[2]->text);
	return true;
}

static bool
is_load(const char *metric)
{
	size_t j;

	for (j = 0; j < LOADS; j++)
		if (strcmp(metric, loads[j]) == 0)
			return true;
	return false;
}

static bool
put_known(const struct printer *p, const struct answer *a, const struct item *item)
{
	char number[NUMBER_TEXT];
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(item->metric, known[i].metric) != 0)
			continue;
		put_begin(p, a);
		fputs(known[i].name, p->out);
		put_end(p);
		number_text(item->number * known[i].scale, number);
		fprintf(p->out, ":%s\n", known[i].scale > 1 ? number : item->text);
		return true;
	}
	return false;
}

static void
put_other(const struct printer *p, const struct answer *a, const struct item *item)
{
	bool counter = fields_is_counter(item->metric);
	size_t before;
	const char *name = fields_split(item->metric, &before);

	put_begin(p, a);
	fputs("sflow", p->out);
	if (before > 0) {
		putc('-', p->out);
		put_name(p->out, item->metric, before, "_-.:");
	}
	fputs(counter ? "/derive-" : "/gauge-", p->out);
	put_name(p->out, name, strlen(name), "_-.:");
	put_end(p);
	fprintf(p->out, ":%s\n", item->text);
}

static void
answer(struct printer *p, struct answer *a)
{
	bool load = put_load(p, a);
	double number;
	size_t i;

	for (i = 0; i < a->count; i++) {
		const struct item *item = a->lines[i].item;

		if (!answer_number(&a->lines[i], &number) ||
		    (load && is_load(item->metric)))
			continue;
		if (!put_known(p, a, item))
			put_other(p, a, item);
	}
}

const struct output output_collectd = {.option = "collectd",
                                       .answer = answer,
                                       .about =
                                           "PUTVAL lines, for collectd's exec plugin"};

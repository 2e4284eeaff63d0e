/* print-metrics - prints THE table as the middle of sflow-metrics(7), in mdoc
 * and tbl: each kind of counters, its structures, and the metrics that they
 * become. The rest of the page is man/sflow-metrics.7.in.
 */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sflow/collector/collector.h"
#include "sflow/wire/datagram.h"
#include "sflow/wire/records.h"

#define NAME_LONG 24

/* What stands before the metrics of a kind, where something does; what is
 * missing here has the number of its data source there. */
static const char *const prefixes[KIND_COUNT] = {
    [KIND_VM] = "VM",          [KIND_JVM] = "JVM",       [KIND_APP] = "APPLICATION",
    [KIND_INTERFACE] = "PORT", [KIND_ETHERNET] = "PORT", [KIND_LAG] = "PORT",
    [KIND_OPTICS] = "PORT",    [KIND_QUEUE] = "PORT",    [KIND_VLAN] = "vlanN",
    [KIND_CUSTOM] = "SET",     [KIND_WIFI] = "PORT",     [KIND_INFINIBAND] = "PORT",
    [KIND_LEGACY] = "PORT",    [KIND_SWITCH] = "PORT",   [KIND_OVS] = "PORT",
};

/* Text -------------------------------------------------------------------- */

/* Text that is no macro, and no escape. */
static void
put(const char *text)
{
	const char *at;

	for (at = text; *at != '\0'; at++)
		if (*at == '\\')
			fputs("\\e", stdout);
		else if (*at == '\'' || (*at == '.' && at == text))
			printf("\\&%c", *at);
		else
			putchar(*at);
}

/* A name that is not broken at the end of a line, unless it is very long, and
 * then before a capital. */
static void
put_name(const char *name)
{
	bool is_long = strlen(name) > NAME_LONG;
	const char *at;

	fputs("\\%", stdout);
	for (at = name; *at != '\0'; at++) {
		if (is_long && at > name && islower((unsigned char)at[-1]) &&
		    isupper((unsigned char)*at))
			fputs("\\:", stdout);
		putchar(*at);
	}
}

static void
put_capitals(const char *text)
{
	for (; *text != '\0'; text++)
		putchar(toupper((unsigned char)*text));
}

static const char *
prefix_of(enum kind kind)
{
	return prefixes[kind] != NULL ? prefixes[kind] : "N";
}

/* Where the values come from -------------------------------------------- */

/* The field, in the metric's unit. */
static void
put_scaled(const struct field *field)
{
	put_name(field->name);
	if (field->scale == 1.0 / 1073741824)
		fputs(" / 2^30", stdout);
	else if (field->scale < 1)
		printf(" / %.0f", round(1 / field->scale));
	else if (field->scale > 1)
		printf(" x %.0f", field->scale);
}

/* The fields from `first` to the one before `end`. */
static void
put_sum(const struct field *first, const struct field *end)
{
	const struct field *field;

	for (field = first; field < end; field++) {
		put_name(field->name);
		if (field + 1 < end)
			fputs(" + ", stdout);
	}
}

static void
put_names(const struct field *field, const char *what)
{
	size_t i;

	put_name(field->name);
	printf(", %s", what);
	for (i = 0; i < field->names->count; i++) {
		fputs(i == 0 ? " " : ", ", stdout);
		put_name(field->names->texts[i]);
	}
}

/* What a formula makes of the field, and whether its partner follows. */
static const struct {
	const char *words;
	bool partner;
} phrases[] = {
    [RATE] = {" per second", false},
    [SHARE] = {" as a share", false},
    [SUBSHARE] = {" as a share that is part of another", false},
    [BUSY] = {" ms in % of the time", false},
    [RATIO] = {" per ", true},
    [LOAD] = {" x 8 per second in % of ", true},
    [PERCENT] = {" in % of ", true},
    [TEXT] = {"", false},
};

static void
put_phrase(const struct field *field)
{
	bool percent = field->formula == RATIO && field->scale == 100;
	const char *words = phrases[percent ? PERCENT : field->formula].words;

	if (percent)
		put_name(field->name);
	else
		put_scaled(field);
	if (words != NULL)
		fputs(words, stdout);
	if (phrases[field->formula].partner)
		put_name(field[field->partner].name);
}

static void
put_formula(const struct field *field)
{
	switch (field->formula) {
	case SUM:
		put_sum(field + field->partner, field);
		fputs(" per second", stdout);
		break;
	case SINCE:
		fputs("now - ", stdout);
		put_name(field->name);
		break;
	case NAMED:
		put_names(field, "one of");
		break;
	case FLAGS:
		put_names(field, "those that are set of");
		break;
	default:
		put_phrase(field);
	}
}

/* Tables ---------------------------------------------------------------- */

/* Which columns a structure needs, beside those of names and titles. */
struct columns {
	bool any; /* of its fields becomes a metric */
	bool units, constants;
};

static struct columns
columns_of(const struct layout *layout)
{
	struct columns columns = {false, false, false};
	size_t i;

	for (i = 0; i < layout->count; i++) {
		const struct metric *metric = &layout->fields[i].metric;

		if (metric->name == NULL)
			continue;
		columns.any = true;
		columns.units = columns.units || metric->units[0] != '\0';
		columns.constants = columns.constants || metric->slope == ZERO;
	}
	return columns;
}

static void
print_row(const struct layout *layout, const struct field *field,
          const struct columns *columns)
{
	const struct metric *metric = &field->metric;

	put(metric->name);
	printf("\t%s", metric_type_name(metric->type));
	if (columns->constants)
		printf("\t%s", metric->slope == ZERO ? "yes" : "");
	if (columns->units) {
		putchar('\t');
		put(metric->units);
	}
	fputs("\tT{\n", stdout);
	put(metric->title);
	fputs(":\n", stdout);
	if (layout == &port_totals)
		printf("the sum of PORT.%s", metric->name);
	else
		put_formula(field);
	puts("\nT}");
}

static void
print_table(const struct layout *layout, const struct columns *columns)
{
	const struct field *field;

	puts(".Pp\n.TS\nnokeep;");
	printf("lB lB%s%s lBx\nlB l%s%s lx.\n", columns->constants ? " lB" : "",
	       columns->units ? " lB" : "", columns->constants ? " l" : "",
	       columns->units ? " l" : "");
	printf("metric\ttype%s%s\ttitle: value\n", columns->constants ? "\tconst" : "",
	       columns->units ? "\tunits" : "");
	for (field = layout->fields; field < layout->fields + layout->count; field++)
		if (field->metric.name != NULL)
			print_row(layout, field, columns);
	puts(".TE");
}

/* Fields that are read, and no metric comes of them. */
static void
print_rest(const struct layout *layout)
{
	const struct field *field;
	size_t count = 0;

	for (field = layout->fields; field < layout->fields + layout->count; field++) {
		if (field->metric.name != NULL || field->elements != NULL ||
		    (layout->names && field == layout->fields))
			continue;
		fputs(count++ == 0 ? ".Pp\nNo metrics: " : ", ", stdout);
		put_name(field->name);
	}
	if (count != 0)
		puts(".");
}

/* The groups that its metrics are in, in their order. */
static void
print_groups(const struct layout *layout)
{
	const char *last = "";
	size_t i, count = 0;

	for (i = 0; i < layout->count; i++) {
		const char *group = layout->fields[i].metric.group;

		if (group == NULL || strcmp(group, last) == 0)
			continue;
		fputs(count++ == 0 ? "Group " : ", ", stdout);
		put(group);
		last = group;
	}
	puts(".");
}

/* Structures ------------------------------------------------------------ */

/* What its metrics are called where there are several of it. */
static void
print_part(const struct layout *layout)
{
	printf("There may be several, with metrics\n.Va %s.%sN.METRIC :\n"
	       "N is %s.\n",
	       prefix_of(layout->kind), layout->each,
	       layout->numbered ? layout->fields[0].name : "its place, from 0 on");
}

static void
print_notes(const struct layout *layout)
{
	if (layout->each != NULL)
		print_part(layout);
	if (layout->alone)
		puts("Only where it is a host of its own.");
	if (layout->names)
		printf("What it is about goes by its\n.Em %s .\n",
		       layout->fields[0].name);
	else if (layout->facts)
		puts("Relations, which are kept; no metrics.");
}

static void
print_fields(const struct layout *layout)
{
	struct columns columns = columns_of(layout);
	const struct field *field;

	if (columns.any)
		print_groups(layout);
	print_notes(layout);
	if (columns.any)
		print_table(layout, &columns);
	if (!layout->facts)
		print_rest(layout);
	for (field = layout->fields; field < layout->fields + layout->count; field++)
		if (field->elements != NULL) {
			printf(".Pp\nEach of its\n.Em %s .\n", field->name);
			print_fields(field->elements);
		}
}

static void
print_structure(const struct layout *layout)
{
	printf(".Ss %s (%u:%u)", layout->name, layout->tag >> 12, layout->tag & 0xfff);
	if (layout->beside != 0)
		printf(" beside %s", layout_find(layout->beside, NULL, 0)->name);
	putchar('\n');
	print_fields(layout);
}

/* Kinds ----------------------------------------------------------------- */

static void
print_naming(enum kind kind)
{
	switch (kinds[kind].naming) {
	case NAMING_ALWAYS:
		printf("Named\n.Va %s.METRIC .\n", prefix_of(kind));
		break;
	case NAMING_FIRST:
		printf("Named\n.Va METRIC ;\n%s\n.Va %s.METRIC .\n",
		       strcmp(prefix_of(kind), "PORT") == 0
		           ? "of a port"
		           : "the second and later ones of a host",
		       prefix_of(kind));
		break;
	case NAMING_MACHINE:
		puts("Named\n.Va METRIC .");
		break;
	}
}

static void
print_kind(enum kind kind)
{
	size_t i;

	fputs(".Sh ", stdout);
	put_capitals(kinds[kind].name);
	fputs("\nAbout ", stdout);
	put(kinds[kind].about);
	printf(".\n.Ic accept\ntakes it as\n.Ic %s ,\nwhich is %s by default.\n",
	       kinds[kind].name, collector_defaults.accept[kind] ? "on" : "off");
	print_naming(kind);
	for (i = 0; i < layouts_count; i++)
		if (layouts[i].kind == kind)
			print_structure(&layouts[i]);
	if (port_totals.kind == kind) {
		puts(".Ss Sums over all ports\nNamed\n.Va METRIC .");
		print_fields(&port_totals);
	}
}

int
main(void)
{
	enum kind kind;

	for (kind = 0; kind < KIND_COUNT; kind++)
		print_kind(kind);
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}

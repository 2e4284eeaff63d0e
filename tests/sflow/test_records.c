#include "tests/sflow/unit.h"

#include <ctype.h>
#include <stdlib.h>

#include "sflow/collector/collector.h"
#include "sflow/wire/datagram.h"
#include "sflow/wire/records.h"

#define TEXT_MOST 64 /* bytes of a name, without its NUL */

/* Bytes on the wire by the specification: without and with the optional tail;
 * of structures with strings or lists, the least. host_adapters is read as it
 * is, so nothing is required of it. */
/* clang-format off */
static const struct {
	uint32_t tag;
	size_t required, whole;
} lengths[] = {
    {1, 88, 88},      {2, 52, 52},      {3, 72, 72},      {4, 80, 80},
    {5, 28, 28},      {6, 80, 80},      {7, 56, 56},      {8, 24, 24},
    {9, 64, 64},      {10, 20, 20},     {11, 20, 20},     {1001, 28, 28},
    {1002, 12, 12},   {1003, 52, 52},   {1004, 12, 12},   {1005, 4, 4},
    {2000, 32, 32},   {2001, 0, 0},     {2002, 8, 8},     {2003, 68, 80},
    {2004, 72, 72},   {2005, 52, 52},   {2006, 40, 40},   {2007, 76, 76},
    {2008, 100, 100}, {2009, 60, 60},   {2010, 28, 28},   {2100, 28, 28},
    {2101, 12, 12},   {2102, 16, 16},   {2103, 52, 52},   {2104, 40, 40},
    {2105, 12, 12},   {2106, 100, 108}, {2200, 144, 144}, {2201, 60, 60},
    {2202, 48, 48},   {2203, 40, 40},   {2204, 140, 140}, {2205, 92, 92},
    {2206, 20, 20},   {2207, 24, 24},   {3000, 24, 24},   {3001, 12, 12},
    {3002, 4, 4},     {3003, 12, 12},
    {SFLOW_TAG(4413, 1), 8, 8},
    {SFLOW_TAG(4413, 2), 24, 24},
    {SFLOW_TAG(4413, 3), 144, 144},
    {SFLOW_TAG(5703, 1), 48, 48},
};
/* clang-format on */

/* What gmond's own collector decodes. */
static const uint32_t gmond_tags[] = {2000, 2003, 2004, 2005, 2006,
                                      2100, 2101, 2102, 2103, 2104,
                                      2106, 2200, 2201, 2204, SFLOW_TAG(5703, 1)};

static size_t
length_of(const struct layout *layout, bool whole)
{
	size_t i, length = 0;

	for (i = 0; i < layout->count; i++)
		if (whole || !layout->fields[i].tail)
			length += field_size(&layout->fields[i]);
	return length;
}

static size_t
length_of_rows(const struct layout *layout, size_t rows)
{
	size_t i, length = 0;

	for (i = 0; i < rows; i++)
		length += field_size(&layout->fields[i]);
	return length;
}

static void
lengths_are_those_of_the_specification(void **state)
{
	size_t i, j;

	(void)state;
	for (i = 0; i < layouts_count; i++) {
		for (j = 0; j < COUNT_OF(lengths); j++)
			if (lengths[j].tag == layouts[i].tag)
				break;
		if (j == COUNT_OF(lengths))
			fail_msg("%s has no length here", layouts[i].name);
		assert_int_equal(length_of(&layouts[i], false), lengths[j].required);
		assert_int_equal(length_of(&layouts[i], true), lengths[j].whole);
	}
}

static void
every_structure_is_known(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(lengths); i++)
		if (layout_find(lengths[i].tag, &lengths[i].tag, 1) == NULL)
			fail_msg("%u is missing", lengths[i].tag);
}

static void
nothing_that_gmond_decodes_is_missing(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(gmond_tags); i++)
		if (layout_find(gmond_tags[i], &gmond_tags[i], 1) == NULL)
			fail_msg("%u is missing", gmond_tags[i]);
}

static void
layouts_are_sorted_and_unique(void **state)
{
	size_t i, j;

	(void)state;
	for (i = 1; i < layouts_count; i++) {
		const struct layout *a = &layouts[i - 1], *b = &layouts[i];

		assert_true(a->tag <= b->tag);
		if (a->tag == b->tag)
			assert_int_not_equal(a->beside, 0);
		for (j = 0; j < i; j++)
			assert_false(layouts[j].tag == b->tag &&
			             layouts[j].beside == b->beside);
	}
}

static void
readings_agree_on_the_wire(void **state)
{
	size_t i, j;

	(void)state;
	for (i = 1; i < layouts_count; i++) {
		const struct layout *a = &layouts[i - 1], *b = &layouts[i];

		if (a->tag != b->tag)
			continue;
		assert_string_equal(a->name, b->name);
		assert_int_equal(a->count, b->count);
		for (j = 0; j < a->count; j++) {
			assert_string_equal(a->fields[j].name, b->fields[j].name);
			assert_int_equal(a->fields[j].type, b->fields[j].type);
		}
	}
}

/* Calls `check` for every row of a structure, and of its lists' elements. */
static void
for_rows_of(const struct layout *layout,
            void (*check)(const struct layout *layout, size_t row))
{
	size_t row;

	for (row = 0; row < layout->count; row++) {
		check(layout, row);
		if (layout->fields[row].type == FIELD_LIST)
			for_rows_of(layout->fields[row].elements, check);
	}
}

/* Calls `check` for every row of the table. */
static void
for_each_row(void (*check)(const struct layout *layout, size_t row))
{
	size_t i;

	for (i = 0; i < layouts_count; i++)
		for_rows_of(&layouts[i], check);
	for_rows_of(&port_totals, check);
}

/* Only an element, which is no record, has none of the wire's tags. */
static void
check_list(const struct layout *layout, size_t row)
{
	const struct field *field = &layout->fields[row];
	const struct layout *elements = field->elements;
	size_t i;

	if (field->type == FIELD_REST) /* of any size */
		return;
	assert_int_equal(field->type == FIELD_LIST, elements != NULL);
	if (elements == NULL)
		return;
	assert_int_equal(elements->tag, 0);
	assert_non_null(elements->each);
	assert_in_range(strlen(elements->each), 1, 5); /* and ten digits */
	assert_true(layout_size(elements) > 0);
	for (i = 0; i < elements->count; i++)
		assert_true(elements->fields[i].type < FIELD_STRING ||
		            elements->fields[i].type == FIELD_MAC);
}

static void
elements_of_lists_have_one_size(void **state)
{
	(void)state;
	for_each_row(check_list);
}

static void
check_again(const struct layout *layout, size_t row)
{
	const struct field *field = &layout->fields[row];

	if (!field->again)
		return;
	assert_int_not_equal(row, 0);
	assert_string_equal(field->name, layout->fields[row - 1].name);
	assert_int_equal(field->type, layout->fields[row - 1].type);
	assert_int_equal(field->tail, layout->fields[row - 1].tail);
	assert_non_null(field->metric.name);
}

static void
fields_are_read_again_behind_themselves(void **state)
{
	(void)state;
	for_each_row(check_again);
}

/* A name is a string, and stands first; a part's number is a word. */
static void
first_fields_tell_who_it_is(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < layouts_count; i++) {
		const struct layout *l = &layouts[i];

		if (l->names)
			assert_int_equal(l->fields[0].type, FIELD_STRING);
		if (l->numbered)
			assert_int_equal(l->fields[0].type, FIELD_U32);
		assert_int_equal(l->each != NULL, l->numbered);
	}
}

static void
check_facts(const struct layout *layout, size_t row)
{
	if (layout->facts)
		assert_null(layout->fields[row].metric.name);
}

static void
facts_have_no_metrics(void **state)
{
	(void)state;
	for_each_row(check_facts);
}

static void
check_tail(const struct layout *layout, size_t row)
{
	const struct field *field = &layout->fields[row];

	assert_in_range(layout->count, 1, RECORD_FIELDS_MAX);
	assert_true(layout->kind < KIND_COUNT);
	if (row > 0 && layout->fields[row - 1].tail && !field->tail)
		fail_msg("%s.%s follows a tail", layout->name, field->name);
}

static void
tails_are_at_the_end(void **state)
{
	(void)state;
	for_each_row(check_tail);
}

/* What a row of this formula needs of its partner. */
static bool
partner_fits(const struct field *field, const struct field *partner)
{
	switch (field->formula) {
	case RATIO:
		return partner->formula == RATE || partner->formula == RATIO ||
		       partner->formula == DELTA;
	case PERCENT:
		return partner->formula == GAUGE && partner->type == field->type;
	case SUM:
		return partner->formula == RATE && partner->scale == 1;
	case LOAD:
		return partner->formula == GAUGE && partner->type == FIELD_U64 &&
		       field->type == FIELD_U64;
	case RATE: /* packets, and their octets */
		return partner->formula == RATE && partner->type == FIELD_U64 &&
		       field->type == FIELD_U32 && !partner->again;
	case SHARE: /* milliseconds of CPUs, and how many there are */
	case SUBSHARE:
	case BUSY:
		return field->cpu &&
		       (partner->formula == GAUGE || partner->formula == NOTHING) &&
		       partner->type == FIELD_U32;
	default:
		return false;
	}
}

static void
check_partner(const struct layout *layout, size_t row)
{
	const struct field *field = &layout->fields[row], *partner;
	long at = (long)row + field->partner;
	bool has = field->formula == RATIO || field->formula == PERCENT ||
	           field->formula == SUM || field->formula == LOAD;

	if (!has && field->formula != RATE && !field->cpu)
		assert_int_equal(field->partner, 0);
	if (has)
		assert_int_not_equal(field->partner, 0);
	if (field->partner == 0)
		return;
	assert_true(at >= 0 && (size_t)at < layout->count);
	partner = &layout->fields[at];
	assert_true(!partner->tail || field->tail);
	if (!partner_fits(field, partner))
		fail_msg("%s.%s and %s", layout->name, field->name, partner->name);
}

static void
partners_are_in_the_record_and_fit(void **state)
{
	(void)state;
	for_each_row(check_partner);
}

static void
check_formula(const struct layout *layout, size_t row)
{
	const struct field *field = &layout->fields[row];
	bool number = field->type == FIELD_U32 || field->type == FIELD_U64;
	bool listed = field->formula == NAMED || field->formula == FLAGS;
	bool text = field->formula == TEXT || listed;
	bool none = field->formula == NOTHING || field->formula == DELTA;

	(void)layout;
	assert_int_equal(none, field->metric.name == NULL);
	if (none)
		return;
	assert_int_equal(text, field->metric.type == STRING);
	assert_int_equal(listed, field->names != NULL);
	if (field->formula == TEXT)
		assert_true(field->type == FIELD_STRING || field->type == FIELD_UUID ||
		            field->type == FIELD_MAC || field->type == FIELD_U64);
	else if (field->formula == GAUGE)
		assert_true(number || field->type == FIELD_F32 ||
		            field->type == FIELD_F64 || field->type == FIELD_I32 ||
		            field->type == FIELD_PCT);
	else if (field->formula == FLAGS)
		assert_true(field->type == FIELD_U8 && field->names->count == 8);
	else
		assert_true(number);
	if (!text)
		assert_true(field->scale > 0);
}

static void
formulas_fit_their_fields(void **state)
{
	(void)state;
	for_each_row(check_formula);
}

static void
check_names(const struct layout *layout, size_t row)
{
	const struct names *names = layout->fields[row].names;
	size_t i, all = 0;

	if (names == NULL)
		return;
	assert_in_range(names->count, 1, 64);
	for (i = 0; i < names->count; i++) {
		assert_non_null(names->texts[i]);
		assert_in_range(strlen(names->texts[i]), 1, TEXT_MOST);
		all += strlen(names->texts[i]) + 1;
	}
	/* a mask leaves nothing that has no text */
	assert_true(names->mask < names->count);
	if (layout->fields[row].formula == FLAGS)
		assert_in_range(all, 1, TEXT_SIZE); /* with all commas */
}

static void
enumerations_have_texts(void **state)
{
	(void)state;
	for_each_row(check_names);
}

/* "%.Nf" */
static bool
is_decimal(const char *format)
{
	return strlen(format) == 4 && strncmp(format, "%.", 2) == 0 &&
	       isdigit((unsigned char)format[2]) && format[3] == 'f';
}

static void
check_format(const struct layout *layout, size_t row)
{
	const struct field *field = &layout->fields[row];
	const struct metric *m = &field->metric;

	if (m->name == NULL)
		return;
	if (m->type == STRING) {
		assert_string_equal(m->format, "%s");
	} else if (m->type == FLOAT || m->type == DOUBLE) {
		assert_true(is_decimal(m->format));
	} else {
		assert_string_equal(m->format, "%u");
		/* Only what is whole on the wire is a whole number. */
		assert_true(field->formula == GAUGE || field->formula == SINCE);
		assert_true(field->type == FIELD_U32 && field->scale == 1);
	}
	(void)layout;
}

static void
formats_fit_types(void **state)
{
	(void)state;
	for_each_row(check_format);
}

static bool
has_only(const char *text, const char *also)
{
	for (; *text != '\0'; text++)
		if (!isalnum((unsigned char)*text) && strchr(also, *text) == NULL)
			return false;
	return true;
}

static void
check_texts(const struct layout *layout, size_t row)
{
	const struct metric *m = &layout->fields[row].metric;

	if (m->name == NULL)
		return;
	assert_in_range(strlen(m->name), 1, TEXT_MOST);
	assert_in_range(strlen(m->title), 1, TEXT_MOST - 1);
	assert_in_range(strlen(m->group), 1, TEXT_MOST);
	assert_true(strlen(m->units) <= TEXT_MOST);
	assert_true(has_only(m->name, "_"));
	assert_true(has_only(m->title, " _/-,."));
	assert_true(has_only(m->group, " "));
	assert_true(has_only(m->units, "%/"));
}

static void
texts_are_short_and_safe(void **state)
{
	(void)state;
	for_each_row(check_texts);
}

static bool
same_metric(const struct metric *a, const struct metric *b)
{
	return a->type == b->type && strcmp(a->units, b->units) == 0 &&
	       a->slope == b->slope && strcmp(a->format, b->format) == 0 &&
	       strcmp(a->group, b->group) == 0 && strcmp(a->title, b->title) == 0;
}

/* What has one name has to be told apart by its prefix, or part. A port's always
 * has one; the sums over all ports are those of the machine itself, and are told
 * only where it tells none. */
static bool
may_meet(const struct layout *a, const struct layout *b)
{
	return a->kind == b->kind && a != &port_totals && b != &port_totals;
}

/* Two metrics of a kind have one name only where a newer structure took the
 * place of an older one: then they are the same metric. */
static void
check_pair(const struct layout *a, size_t i, const struct layout *b, size_t j)
{
	const struct metric *m = &a->fields[i].metric, *n = &b->fields[j].metric;

	if ((a == b && i == j) || m->name == NULL || n->name == NULL ||
	    !may_meet(a, b) || strcmp(m->name, n->name) != 0)
		return;
	if (!((a->tag == 2200 && b->tag == 2204) || (a->tag == 2204 && b->tag == 2200)))
		fail_msg("%s is in %s and in %s", m->name, a->name, b->name);
	if (!same_metric(m, n))
		fail_msg("%s differs between 2200 and 2204", m->name);
}

static const struct layout *other; /* that rows are checked against */
static size_t other_row;

static void
check_against_other(const struct layout *layout, size_t row)
{
	check_pair(other, other_row, layout, row);
}

static void
check_against_all(const struct layout *layout, size_t row)
{
	other = layout;
	other_row = row;
	for_each_row(check_against_other);
}

/* A virtual machine that is a host of its own shows what a host shows. */
static void
names_are_unique_within_a_kind(void **state)
{
	(void)state;
	for_each_row(check_against_all);
}

/* The sums over a switch's ports are what a server calls its network. */
static void
check_total(const struct layout *layout, size_t row)
{
	const struct metric *m = &layout->fields[row].metric;
	size_t i;

	if (layout->tag != 2006 || m->name == NULL)
		return;
	for (i = 0; i < port_totals.count; i++)
		if (strcmp(port_totals.fields[i].metric.name, m->name) == 0)
			assert_true(same_metric(m, &port_totals.fields[i].metric));
}

/* And each is a row of if_counters, by its metric's name. */
static void
totals_are_the_metrics_of_a_server(void **state)
{
	static const uint32_t tag = 1;
	const struct layout *l = layout_find(tag, &tag, 1);
	size_t i, row;

	(void)state;
	for_each_row(check_total);
	assert_int_equal(port_totals.count, 4);
	for (i = 0; i < port_totals.count; i++) {
		const char *name = port_totals.fields[i].metric.name;

		for (row = 0; row < l->count; row++)
			if (l->fields[row].metric.name != NULL &&
			    strcmp(l->fields[row].metric.name, name) == 0)
				break;
		if (row == l->count)
			fail_msg("%s is in no if_counters", name);
	}
}

static void
what_is_beside_decides(void **state)
{
	static const uint32_t jvm[] = {2000, 2101, 2102, 2106};
	static const uint32_t vm[] = {2000, 2101, 2102, 2103, 2104};
	static const uint32_t host[] = {2000, 2003};
	static const uint32_t http[] = {2206, 2201, 2203}, workers[] = {2206};
	static const uint32_t memcache[] = {2203, 2204};
	static const uint32_t ovs[] = {2203, 2207}, resources[] = {2203};

	(void)state;
	assert_int_equal(layout_find(2000, jvm, 4)->kind, KIND_JVM);
	assert_int_equal(layout_find(2101, jvm, 4)->kind, KIND_JVM);
	assert_int_equal(layout_find(2102, jvm, 4)->kind, KIND_JVM);
	assert_int_equal(layout_find(2000, vm, 5)->kind, KIND_VM);
	assert_true(layout_find(2000, vm, 5)->alone);
	assert_int_equal(layout_find(2101, vm, 5)->kind, KIND_VM);
	assert_int_equal(layout_find(2102, vm, 5)->kind, KIND_VM);
	assert_int_equal(layout_find(2000, host, 2)->kind, KIND_HOST);
	assert_int_equal(layout_find(2206, http, 3)->kind, KIND_HTTP);
	assert_int_equal(layout_find(2206, workers, 1)->kind, KIND_APP);
	assert_int_equal(layout_find(2203, http, 3)->kind, KIND_HTTP);
	assert_int_equal(layout_find(2203, memcache, 2)->kind, KIND_MEMCACHE);
	assert_int_equal(layout_find(2203, ovs, 2)->kind, KIND_OVS);
	assert_int_equal(layout_find(2203, resources, 1)->kind, KIND_APP);
}

static void
unknown_tags_have_no_layout(void **state)
{
	static const uint32_t tags[] = {
	    0, 1999, 2011, 4095, SFLOW_TAG(1, 2003), SFLOW_TAG(5703, 2), 0xffffffff};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(tags); i++)
		assert_null(layout_find(tags[i], &tags[i], 1));
}

/* How many fields are there when a structure comes in `len` zero bytes; the
 * block is of just this size, so that ASan sees what is read beyond. */
static size_t
decode_zeros(const struct layout *layout, size_t len)
{
	struct field_value values[RECORD_FIELDS_MAX];
	uint8_t *bytes = calloc(1, len + 1);
	size_t present = layout_decode(layout, cursor_of(bytes + 1, len), values);

	free(bytes);
	return present;
}

static void
short_structures_give_their_whole_fields(void **state)
{
	size_t i, len, required;

	(void)state;
	for (i = 0; i < layouts_count; i++) {
		const struct layout *l = &layouts[i];

		required = length_of(l, false);
		for (len = 0; len < required; len++) {
			size_t rows = decode_zeros(l, len);

			assert_false(layout_is_whole(l, rows));
			/* a MAC address may lack its padding */
			assert_in_range(length_of_rows(l, rows), 0, len + 2);
			assert_true(length_of_rows(l, rows + 1) > len);
		}
		for (; len <= length_of(l, true); len++)
			assert_int_equal(decode_zeros(l, len),
			                 l->count - (length_of(l, true) - len + 3) / 4);
		assert_int_equal(decode_zeros(l, len + 100), l->count);
		assert_true(layout_is_whole(l, l->count));
	}
}

static void
host_descr_is_read_with_its_strings(void **state)
{
	static const uint8_t descr[] = "\0\0\0\5node1\0\0\0"
				       "0123456789abcdef"
				       "\0\0\0\3"
				       "\0\0\0\2"
				       "\0\0\0\4"
				       "6.1\0";
	static const uint8_t short_name[] = "\0\0\0\6node1";
	const struct layout *layout = layout_find(2000, NULL, 0);
	struct field_value v[RECORD_FIELDS_MAX];

	(void)state;
	assert_int_equal(layout_decode(layout, cursor_of(descr, sizeof(descr) - 1), v),
	                 5);
	assert_int_equal(v[0].number, 5);
	assert_memory_equal(v[0].bytes, "node1", 5);
	assert_memory_equal(v[1].bytes, "0123456789abcdef", 16);
	assert_int_equal(v[2].number, 3);
	assert_int_equal(v[3].number, 2);
	assert_memory_equal(v[4].bytes, "6.1", 4);
	assert_int_equal(layout_decode(layout, /* not even the name */
	                               cursor_of(short_name, sizeof(short_name) - 1),
	                               v),
	                 0);
}

static const uint8_t two_adapters[] = {
    0, 0, 0, 2,             /* adapters */
    0, 0, 0, 7, 0, 0, 0, 1, /* an ifIndex, one address */
    2, 0, 0, 0, 0, 1, 0, 0, /* and padding */
    0, 0, 0, 9, 0, 0, 0, 2, /* another, two */
    2, 0, 0, 0, 0, 2, 0, 0, 2, 0, 0, 0, 0, 3, 0, 0};

/* A walk over so many bytes of them. */
static bool
begin_adapters(struct series *series, size_t len)
{
	const struct layout *layout = layout_find(2001, NULL, 0);
	struct field_value v[RECORD_FIELDS_MAX];

	assert_int_equal(layout_decode(layout, cursor_of(two_adapters, len), v), 1);
	return series_begin(series, &layout->fields[0], v);
}

static void
elements_of_a_series_come_one_by_one(void **state)
{
	struct field_value v[RECORD_FIELDS_MAX], mac[RECORD_FIELDS_MAX];
	struct series all, macs;

	(void)state;
	assert_true(begin_adapters(&all, sizeof(two_adapters)));
	assert_int_equal(all.left, 2);
	assert_true(series_next(&all, v));
	assert_int_equal(v[0].number, 7);
	assert_true(series_next(&all, v));
	assert_int_equal(v[0].number, 9);
	assert_true(series_begin(&macs, &all.elements->fields[1], &v[1]));
	assert_true(series_next(&macs, mac));
	assert_memory_equal(mac[0].bytes, two_adapters + 28, 6);
	assert_true(series_next(&macs, mac));
	assert_memory_equal(mac[0].bytes, two_adapters + 36, 6);
	assert_false(series_next(&macs, mac));
	assert_false(series_next(&all, v));
	assert_int_equal(all.left, 0);
	assert_int_equal(cursor_left(&all.rest), 0);
}

/* How many are whole in so many bytes; what isn't stays. */
static void
series_ends_behind_the_last_that_is_whole(void **state)
{
	struct field_value v[RECORD_FIELDS_MAX];
	struct series series;
	size_t len, whole, count;

	(void)state;
	for (len = 0; len < 4; len++) {
		assert_false(begin_adapters(&series, len));
		assert_int_equal(cursor_left(&series.rest), len);
		assert_false(series_next(&series, v));
	}
	for (; len <= sizeof(two_adapters); len++) {
		assert_true(begin_adapters(&series, len));
		for (count = 0; series_next(&series, v); count++)
			;
		/* the last padding may be missing */
		whole = len >= sizeof(two_adapters) - 2 ? 2 : len >= 18;
		assert_int_equal(count, whole);
		assert_int_equal(series.left, 2 - whole);
		if (whole < 2 && len >= 20)
			assert_int_equal(cursor_left(&series.rest),
			                 len - (whole == 1 ? 20 : 4));
	}
}

/* Those of a list of queues, after four words of the port's. */
static void
lists_are_walked_as_series_are(void **state)
{
	static const uint8_t buffers[] = {[19] = 2, [23] = 50, [27] = 60, [31] = 0};
	const struct layout *layout = layout_find(SFLOW_TAG(4413, 2), NULL, 0);
	struct field_value v[RECORD_FIELDS_MAX], queue[RECORD_FIELDS_MAX];
	struct series series;

	(void)state;
	assert_int_equal(layout_decode(layout, cursor_of(buffers, sizeof(buffers)), v),
	                 6);
	assert_true(series_begin(&series, &layout->fields[4], &v[4]));
	assert_int_equal(series.left, 2);
	assert_true(series_next(&series, queue));
	assert_int_equal(queue[0].number, 50);
	assert_true(series_next(&series, queue));
	assert_int_equal(queue[0].number, 60);
	assert_false(series_next(&series, queue));
	assert_true(series_begin(&series, &layout->fields[5], &v[5]));
	assert_false(series_next(&series, queue));
}

/* Whoever gave its name may do with that what he wants. */
static void
layout_of_one_row_has_a_name_of_its_own(void **state)
{
	char name[] = "tcp_443", title[] = "HTTPS";
	struct field row = {
	    .type = FIELD_F64,
	    .formula = GAUGE,
	    .scale = 2,
	    .metric = {name, FLOAT, "%", BOTH, "%.1f", "traffic", title, false}};
	struct layout *layout = layout_new(KIND_APP, &row);
	const struct metric *metric;

	(void)state;
	assert_non_null(layout);
	memset(name, 'x', sizeof(name) - 1);
	memset(title, 'x', sizeof(title) - 1);
	assert_string_equal(layout->name, "tcp_443");
	assert_int_equal(layout->kind, KIND_APP);
	assert_int_equal(layout->tag, 0);
	assert_int_equal(layout->count, 1);
	assert_string_equal(layout->fields[0].name, "tcp_443");
	assert_int_equal(layout->fields[0].type, FIELD_F64);
	assert_int_equal(layout->fields[0].formula, GAUGE);
	assert_near(layout->fields[0].scale, 2);
	metric = &layout->fields[0].metric;
	assert_string_equal(metric->name, "tcp_443");
	assert_int_equal(metric->type, FLOAT);
	assert_string_equal(metric->units, "%");
	assert_int_equal(metric->slope, BOTH);
	assert_string_equal(metric->format, "%.1f");
	assert_string_equal(metric->group, "traffic");
	assert_string_equal(metric->title, "HTTPS");
	layout_free(layout);
	layout_free(NULL);
}

static void
kinds_have_names(void **state)
{
	int kind;

	(void)state;
	for (kind = 0; kind < KIND_COUNT; kind++) {
		const char *name = kinds[kind].name;

		assert_int_equal(kind_parse(name, strlen(name)), kind);
		assert_int_equal(kind_parse(name, strlen(name) - 1), -1);
	}
	assert_int_equal(kind_parse("hosts", 4), KIND_HOST);
	assert_int_equal(kind_parse("", 0), -1);
}

/* Custom metrics have no structure but what the agent names. */
static void
kinds_are_of_some_structure(void **state)
{
	bool used[KIND_COUNT] = {[KIND_CUSTOM] = true};
	size_t i;
	int kind;

	(void)state;
	for (i = 0; i < layouts_count; i++)
		used[layouts[i].kind] = true;
	for (kind = 0; kind < KIND_COUNT; kind++) {
		if (!used[kind])
			fail_msg("nothing is of %s", kinds[kind].name);
		assert_in_range(strlen(kinds[kind].about), 1, 80);
	}
}

/* gmond-sflow.conf(5): what would surprise a site has to be asked for. */
static void
default_is_all_but_what_would_surprise(void **state)
{
	static const char *const off[] = {"ip", "ethernet", "lag", "legacy", "custom"};
	bool is_off;
	size_t i;
	int kind;

	(void)state;
	for (kind = 0; kind < KIND_COUNT; kind++) {
		is_off = false;
		for (i = 0; i < COUNT_OF(off); i++)
			is_off = is_off || strcmp(off[i], kinds[kind].name) == 0;
		if (collector_defaults.accept[kind] == is_off)
			fail_msg("%s", kinds[kind].name);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lengths_are_those_of_the_specification),
	    cmocka_unit_test(every_structure_is_known),
	    cmocka_unit_test(nothing_that_gmond_decodes_is_missing),
	    cmocka_unit_test(elements_of_lists_have_one_size),
	    cmocka_unit_test(fields_are_read_again_behind_themselves),
	    cmocka_unit_test(first_fields_tell_who_it_is),
	    cmocka_unit_test(facts_have_no_metrics),
	    cmocka_unit_test(layouts_are_sorted_and_unique),
	    cmocka_unit_test(readings_agree_on_the_wire),
	    cmocka_unit_test(tails_are_at_the_end),
	    cmocka_unit_test(partners_are_in_the_record_and_fit),
	    cmocka_unit_test(formulas_fit_their_fields),
	    cmocka_unit_test(enumerations_have_texts),
	    cmocka_unit_test(formats_fit_types),
	    cmocka_unit_test(texts_are_short_and_safe),
	    cmocka_unit_test(names_are_unique_within_a_kind),
	    cmocka_unit_test(totals_are_the_metrics_of_a_server),
	    cmocka_unit_test(what_is_beside_decides),
	    cmocka_unit_test(unknown_tags_have_no_layout),
	    cmocka_unit_test(short_structures_give_their_whole_fields),
	    cmocka_unit_test(host_descr_is_read_with_its_strings),
	    cmocka_unit_test(elements_of_a_series_come_one_by_one),
	    cmocka_unit_test(series_ends_behind_the_last_that_is_whole),
	    cmocka_unit_test(lists_are_walked_as_series_are),
	    cmocka_unit_test(layout_of_one_row_has_a_name_of_its_own),
	    cmocka_unit_test(kinds_have_names),
	    cmocka_unit_test(kinds_are_of_some_structure),
	    cmocka_unit_test(default_is_all_but_what_would_surprise),
	};

	return cmocka_run_group_tests_name("records", tests, NULL, NULL);
}

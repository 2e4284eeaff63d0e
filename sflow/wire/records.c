#include "sflow/wire/records.h"

#include <stdlib.h>
#include <string.h>

#include "sflow/address.h"

static bool
among(uint32_t tag, const uint32_t *tags, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (tags[i] == tag)
			return true;
	return false;
}

/* A binary search. */
size_t
layouts_place(const struct layout *sorted, size_t count, uint32_t tag)
{
	size_t low = 0, high = count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (sorted[middle].tag < tag)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct layout *
layout_find(uint32_t tag, const uint32_t *tags, size_t count)
{
	size_t i;

	for (i = layouts_place(layouts, layouts_count, tag);
	     i < layouts_count && layouts[i].tag == tag; i++)
		if (layouts[i].beside == 0 || among(layouts[i].beside, tags, count))
			return &layouts[i];
	return NULL;
}

#define FIELD_SIZE(type_, bytes_) [FIELD_##type_] = (bytes_),

size_t
field_size(const struct field *field)
{
	static const uint8_t sizes[] = {FIELD_TYPES(FIELD_SIZE)};

	return field->again ? 0 : sizes[field->type];
}

size_t
layout_size(const struct layout *layout)
{
	size_t i, size = 0;

	for (i = 0; i < layout->count && !layout->fields[i].tail; i++)
		size += field_size(&layout->fields[i]);
	return size;
}

static void
read_bytes(struct cursor *c, size_t len, struct field_value *v)
{
	v->bytes = cursor_opaque(c, len);
	v->number = len;
}

/* Begins a walk over elements that follow their count. Returns false where even the
 * count is missing. */
static bool
series_of(struct series *series, const struct layout *elements, struct cursor c)
{
	*series = (struct series){elements, c, 0};
	series->left = cursor_u32(&c);
	if (c.failed)
		return false;
	series->rest = c;
	return true;
}

/* A count of more elements than the rest of the record has room for fails before it is
 * multiplied or used. */
static void
read_list(const struct field *field, struct cursor *c, struct field_value *v)
{
	size_t size = layout_size(field->elements);

	v->number = cursor_u32(c);
	if (v->number > cursor_left(c) / size)
		c->failed = true;
	else
		v->bytes = cursor_take(c, v->number * size);
}

/* The elements vary in size, so only a walk over them tells where they end. The padding
 * of the last one may be missing. */
static void
read_series(const struct field *field, struct cursor *c, struct field_value *v)
{
	size_t size = layout_size(field->elements);
	struct field_value values[RECORD_FIELDS_MAX];
	struct series series;

	if (!series_of(&series, field->elements, *c) ||
	    series.left > (cursor_left(&series.rest) + 3) / size) {
		c->failed = true;
		return;
	}
	while (series_next(&series, values))
		;
	c->failed = series.left > 0;
	v->bytes = c->at;
	v->number = (uint64_t)(series.rest.at - c->at);
	c->at = series.rest.at;
}

/* An address of type UNKNOWN has no bytes. The length of one of a type that there is not
 * is not known, so reading it fails. */
static void
read_address(struct cursor *c, struct field_value *v)
{
	uint32_t type = cursor_u32(c);

	if (type > ADDRESS_IPV6)
		c->failed = true;
	else
		read_bytes(c, address_size(type), v);
}

static inline void read_field(const struct field *field, struct cursor *c,
                              struct field_value *v);

static void
read_union(const struct field *field, struct cursor *c, struct field_value *v)
{
	uint64_t arm = v[-1].number;

	if (arm < field->elements->count)
		read_field(&field->elements->fields[arm], c, v);
	else
		c->failed = true;
}

/* Splits the word of a compact data source or interface into its two numbers. */
static uint64_t
split(uint32_t word, unsigned lower_bits)
{
	return (uint64_t)(word >> lower_bits) << 32 | (word & ((1U << lower_bits) - 1));
}

/* Reads a field that is a number of more than one byte; returns false for other types. */
static inline bool
read_number(enum field_type type, struct cursor *c, uint64_t *number)
{
	switch (type) {
	case FIELD_U32:
	case FIELD_I32:
	case FIELD_PCT:
	case FIELD_F32:
		*number = cursor_u32(c);
		return true;
	case FIELD_U64:
	case FIELD_F64:
	case FIELD_SOURCE_EXPANDED:
	case FIELD_INTERFACE_EXPANDED:
		*number = cursor_u64(c);
		return true;
	case FIELD_SOURCE:
		*number = split(cursor_u32(c), SOURCE_INDEX_BITS);
		return true;
	case FIELD_INTERFACE:
		*number = split(cursor_u32(c), INTERFACE_VALUE_BITS);
		return true;
	default:
		return false;
	}
}

static void
read_other(const struct field *field, struct cursor *c, struct field_value *v)
{
	const uint8_t *byte;
	uint32_t len;

	switch (field->type) {
	case FIELD_U8:
		byte = cursor_take(c, 1);
		v->number = byte == NULL ? 0 : *byte;
		break;
	case FIELD_STRING:
	case FIELD_OPAQUE:
		v->bytes = cursor_string(c, &len);
		v->number = len;
		break;
	case FIELD_UUID:
	case FIELD_IPV6:
		read_bytes(c, 16, v);
		break;
	case FIELD_IPV4:
		read_bytes(c, 4, v);
		break;
	case FIELD_ADDRESS:
		read_address(c, v);
		break;
	case FIELD_MAC:
		read_bytes(c, 6, v);
		break;
	case FIELD_LIST:
		read_list(field, c, v);
		break;
	case FIELD_REST:
		read_bytes(c, cursor_left(c), v);
		break;
	case FIELD_SERIES:
		read_series(field, c, v);
		break;
	case FIELD_UNION:
		read_union(field, c, v);
		break;
	default: /* read_number() reads it */
		break;
	}
}

/* Reads one field. `v` stands in an array behind the values of the rows before, as
 * read_union() needs it. Nearly all rows are numbers, so these are read inline and from
 * a cursor whose address is not taken, which the compiler can keep in registers. */
static inline void
read_field(const struct field *field, struct cursor *c, struct field_value *v)
{
	struct cursor other;

	v->bytes = NULL;
	if (read_number(field->type, c, &v->number))
		return;
	other = *c;
	read_other(field, &other, v);
	*c = other;
}

size_t
layout_read(const struct layout *layout, struct cursor *body,
            struct field_value *values)
{
	struct cursor c = *body;
	size_t i;

	for (i = 0; i < layout->count; i++) {
		if (layout->fields[i].again)
			values[i] = values[i - 1];
		else
			read_field(&layout->fields[i], &c, &values[i]);
		if (c.failed)
			break;
		body->at = c.at;
	}
	return i;
}

size_t
layout_decode(const struct layout *layout, struct cursor body,
              struct field_value *values)
{
	return layout_read(layout, &body, values);
}

bool
layout_is_whole(const struct layout *layout, size_t rows)
{
	return rows == layout->count || layout->fields[rows].tail;
}

struct cursor
list_next(const struct field *list, struct field_value *value)
{
	size_t size = layout_size(list->elements);
	struct cursor element = cursor_of(value->bytes, size);

	if (value->number == 0)
		return (struct cursor){.failed = true};
	value->number--;
	value->bytes += size;
	return element;
}

bool
series_begin(struct series *series, const struct field *field,
             const struct field_value *value)
{
	struct cursor c = cursor_of(value->bytes, value->number);

	if (field->type != FIELD_LIST)
		return series_of(series, field->elements, c);
	c.end = c.at + value->number * layout_size(field->elements);
	*series = (struct series){field->elements, c, value->number};
	return true;
}

bool
series_next(struct series *series, struct field_value *values)
{
	struct cursor c = series->rest;

	if (series->left == 0 ||
	    layout_read(series->elements, &c, values) < series->elements->count)
		return false;
	series->rest = c;
	series->left--;
	return true;
}

const char *
names_text(const struct names *names, uint64_t number)
{
	if (names->mask != 0)
		number &= names->mask;
	return number < names->count ? names->texts[number] : NULL;
}

char *
names_flags(const struct names *names, uint64_t bits, char text[TEXT_SIZE])
{
	char *at = text;
	size_t i;

	strcpy(at, "none");
	for (i = 0; i < names->count; i++)
		if ((bits >> i & 1) != 0) {
			if (at > text)
				*at++ = ',';
			at = stpcpy(at, names->texts[i]);
		}
	return text;
}

const char *
metric_type_name(enum metric_type type)
{
	static const char *const names[] = {[STRING] = "string",
	                                    [UINT16] = "uint16",
	                                    [UINT32] = "uint32",
	                                    [FLOAT] = "float",
	                                    [DOUBLE] = "double"};

	return names[type];
}

int
kind_parse(const char *name, size_t len)
{
	int kind;

	for (kind = 0; kind < KIND_COUNT; kind++)
		if (strlen(kinds[kind].name) == len &&
		    memcmp(kinds[kind].name, name, len) == 0)
			return kind;
	return -1;
}

/* A layout of layout_new(), and all that it points to. The layout is first, so freeing
 * it frees all. */
struct one_row {
	struct layout layout;
	struct field field;
	char texts[];
};

struct layout *
layout_new(enum kind kind, const struct field *row)
{
	const struct metric *metric = &row->metric;
	size_t name_size = strlen(metric->name) + 1;
	size_t title_size = strlen(metric->title) + 1;
	struct one_row *one = malloc(sizeof(*one) + name_size + title_size);

	if (one == NULL)
		return NULL;
	one->field = *row;
	one->field.metric.name = memcpy(one->texts, metric->name, name_size);
	one->field.metric.title =
	    memcpy(one->texts + name_size, metric->title, title_size);
	one->field.name = one->field.metric.name;
	one->layout = (struct layout){
	    .name = one->field.name, .kind = kind, .fields = &one->field, .count = 1};
	return &one->layout;
}

void
layout_free(struct layout *layout)
{
	free(layout);
}

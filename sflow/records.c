#include "sflow/records.h"

#include <string.h>

static bool
among(uint32_t tag, const uint32_t *tags, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (tags[i] == tag)
			return true;
	return false;
}

/* The first row of a tag: the table is sorted, so half of it falls away at
 * each step. */
static size_t
lower_bound(uint32_t tag)
{
	size_t low = 0, high = layouts_count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (layouts[middle].tag < tag)
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

	for (i = lower_bound(tag); i < layouts_count && layouts[i].tag == tag;
	     i++)
		if (layouts[i].beside == 0 ||
		    among(layouts[i].beside, tags, count))
			return &layouts[i];
	return NULL;
}

size_t
field_size(const struct field *field)
{
	static const size_t sizes[] = {
	    [FIELD_U8] = 1,   [FIELD_U32] = 4,    [FIELD_U64] = 8,
	    [FIELD_I32] = 4,  [FIELD_PCT] = 4,    [FIELD_F32] = 4,
	    [FIELD_F64] = 8,  [FIELD_STRING] = 4, [FIELD_UUID] = 16,
	    [FIELD_MAC] = 8,  [FIELD_LIST] = 4,   [FIELD_REST] = 0};

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

/* A count that is more than there is room for fails before anything is made of
 * it. */
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

static void
read_field(const struct field *field, struct cursor *c, struct field_value *v)
{
	const uint8_t *byte;
	uint32_t len;

	v->bytes = NULL;
	switch (field->type) {
	case FIELD_U8:
		byte = cursor_take(c, 1);
		v->number = byte == NULL ? 0 : *byte;
		break;
	case FIELD_U32:
	case FIELD_I32:
	case FIELD_PCT:
	case FIELD_F32:
		v->number = cursor_u32(c);
		break;
	case FIELD_U64:
	case FIELD_F64:
		v->number = cursor_u64(c);
		break;
	case FIELD_STRING:
		v->bytes = cursor_string(c, &len);
		v->number = len;
		break;
	case FIELD_UUID:
		read_bytes(c, 16, v);
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
	}
}

size_t
layout_decode(const struct layout *layout, struct cursor body,
              struct field_value *values)
{
	size_t i;

	for (i = 0; i < layout->count; i++) {
		const struct field *field = &layout->fields[i];

		if (field->tail && cursor_left(&body) < field_size(field))
			break;
		if (field->again)
			values[i] = values[i - 1];
		else
			read_field(field, &body, &values[i]);
	}
	return body.failed ? 0 : i;
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

const char *
metric_type_name(enum metric_type type)
{
	static const char *const names[] = {
	    [STRING] = "string", [UINT16] = "uint16", [UINT32] = "uint32",
	    [FLOAT] = "float",   [DOUBLE] = "double"};

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

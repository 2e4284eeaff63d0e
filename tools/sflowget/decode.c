#include "tools/sflowget/decode_internal.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sflow/wire/flows.h"

/* The path --------------------------------------------------------------------- */

static void
path_set(struct decode *d, const char *structure)
{
	snprintf(d->path, sizeof(d->path), "%s", structure);
}

size_t
path_enter(struct decode *d, const char *name)
{
	size_t mark = strlen(d->path);

	snprintf(d->path + mark, sizeof(d->path) - mark, ".%s", name);
	return mark;
}

size_t
path_enter_place(struct decode *d, uint32_t place)
{
	size_t mark = strlen(d->path);

	snprintf(d->path + mark, sizeof(d->path) - mark, "[%u]", place);
	return mark;
}

void
path_leave(struct decode *d, size_t mark)
{
	d->path[mark] = '\0';
}

/* Fields ----------------------------------------------------------------------- */

static void show_values(struct decode *d, const struct layout *layout,
                        const struct field_value *values, size_t count);

static void
show_element(struct decode *d, const struct layout *layout,
             const struct field_value *values)
{
	bool holds = layout->fields[0].name[0] != '\0';

	if (holds)
		d->print->open(d, NULL, '{');
	show_values(d, layout, values, layout->count);
	if (holds)
		d->print->close(d, '}');
}

/* Shows all elements that are whole. */
static void
show_elements(struct decode *d, const struct field *list, struct series *series)
{
	struct field_value values[RECORD_FIELDS_MAX];
	size_t mark = path_enter(d, list->name), inner;
	uint32_t place;

	d->print->open(d, list->name, '[');
	for (place = 0; series_next(series, values); place++) {
		inner = path_enter_place(d, place);
		show_element(d, list->elements, values);
		path_leave(d, inner);
	}
	d->print->close(d, ']');
	path_leave(d, mark);
}

static void
show_list(struct decode *d, const struct field *list, const struct field_value *value)
{
	struct series series;

	series_begin(&series, list, value);
	show_elements(d, list, &series);
}

static void
show_field(struct decode *d, const struct field *field, const struct field_value *value)
{
	struct shown shown;

	shown_of(field, value, &shown);
	d->print->value(d, field->name, &shown);
}

/* Shows a union. The value before it says which of its fields it is. */
static void
show_arm(struct decode *d, const struct field *field, const struct field_value *value)
{
	show_field(d, &field->elements->fields[value[-1].number], value);
}

/* Whether the field is a list of all bytes to the end. */
static bool
is_open_list(const struct field *field)
{
	return field->type == FIELD_REST && field->elements != NULL;
}

/* Shows the values, except for an open list, which show_fields() does last. */
static void
show_values(struct decode *d, const struct layout *layout,
            const struct field_value *values, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		const struct field *field = &layout->fields[i];

		if (field->again || is_open_list(field))
			continue;
		if (field->type == FIELD_LIST || field->type == FIELD_SERIES)
			show_list(d, field, &values[i]);
		else if (field->type == FIELD_UNION)
			show_arm(d, field, &values[i]);
		else
			show_field(d, field, &values[i]);
	}
}

/* What is missing of a structure. */
struct missing {
	const char *name;  /* NULL: nothing */
	uint32_t elements; /* of the list of that name */
};

/* Returns the first field that isn't whole. Nothing is missing where the structure ends
 * before its tail, as older agents send it. */
static struct missing
missing_of(const struct layout *layout, size_t count, const struct cursor *body)
{
	const struct field *field = &layout->fields[count];
	struct missing missing = {NULL, 0};

	if (count < layout->count && (!field->tail || cursor_left(body) > 0))
		missing.name = field->name;
	return missing;
}

/* Shows an open list. Returns what is behind those of its elements that are whole. */
static struct cursor
show_open_list(struct decode *d, const struct field *list,
               const struct field_value *value, struct missing *missing)
{
	struct series series;
	bool counted = series_begin(&series, list, value);

	if (counted)
		show_elements(d, list, &series);
	if (!counted || series.left > 0)
		*missing = (struct missing){list->name, (uint32_t)series.left};
	return series.rest;
}

/* Shows all fields that are whole, as the object "fields". Returns what is behind them.
 * Sets *last to the number in the last field. */
static struct cursor
show_fields(struct decode *d, const struct layout *layout, struct cursor body,
            struct missing *missing, uint32_t *last)
{
	struct field_value values[RECORD_FIELDS_MAX];
	size_t count = layout_read(layout, &body, values);

	*missing = missing_of(layout, count, &body);
	*last = count == 0 ? 0 : (uint32_t)values[count - 1].number;
	path_set(d, layout->name);
	d->print->open(d, "fields", '{');
	show_values(d, layout, values, count);
	if (count == layout->count && is_open_list(&layout->fields[count - 1]))
		body = show_open_list(d, &layout->fields[count - 1], &values[count - 1],
		                      missing);
	if (layout == flow_find(FLOW_SAMPLED_HEADER) && count > HEADER_BYTES)
		decode_packet(d, (uint32_t)values[HEADER_PROTOCOL].number,
		              values[HEADER_BYTES].bytes, values[HEADER_BYTES].number);
	d->print->close(d, '}');
	return body;
}

/* Blocks ----------------------------------------------------------------------- */

static void
show_rest(struct decode *d, const struct cursor *body)
{
	if (cursor_left(body) > 0)
		d->print->rest(d, body->at, cursor_left(body));
}

static void
show_missing(struct decode *d, const struct missing *missing)
{
	char text[DECODE_PATH];

	if (missing->name == NULL)
		return;
	if (missing->elements > 0)
		snprintf(text, sizeof(text), "%u more of %s are not there",
		         missing->elements, missing->name);
	else
		snprintf(text, sizeof(text), "it ends before %s", missing->name);
	d->print->note(d, text);
}

/* Reads a format, a length and that many bytes. Returns false, and leaves *c as it is,
 * when they aren't all there. */
static bool
next_block(struct cursor *c, uint32_t *tag, struct cursor *body)
{
	struct cursor ahead = *c;

	*tag = cursor_u32(&ahead);
	*body = cursor_sub(&ahead, cursor_u32(&ahead));
	if (ahead.failed)
		return false;
	*c = ahead;
	return true;
}

static void
show_record(struct decode *d, enum sample_records kind, uint32_t tag,
            struct cursor body)
{
	const struct layout *layout =
	    kind == RECORDS_FLOWS ? flow_find(tag) : layout_find(tag, NULL, 0);
	struct block block = {tag, layout == NULL ? NULL : layout->name,
	                      cursor_left(&body)};
	struct missing missing = {NULL, 0};
	uint32_t last;

	d->print->block(d, &block);
	if (layout != NULL)
		body = show_fields(d, layout, body, &missing, &last);
	show_missing(d, &missing);
	show_rest(d, &body);
	d->print->block_end(d);
}

static void
show_records(struct decode *d, enum sample_records kind, uint32_t count,
             struct cursor *body)
{
	struct cursor record;
	uint32_t tag;

	d->print->open(d, "records", '[');
	for (; count > 0 && next_block(body, &tag, &record); count--)
		show_record(d, kind, tag, record);
	d->print->close(d, ']');
	if (count > 0)
		d->print->note(d, datagram_error_text(DATAGRAM_RECORD));
}

static void
show_sample(struct decode *d, uint32_t tag, struct cursor body)
{
	const struct sample_layout *sample = sample_find(tag);
	struct block block = {tag, sample == NULL ? NULL : sample->layout.name,
	                      cursor_left(&body)};
	struct missing missing = {NULL, 0};
	uint32_t count;

	d->print->block(d, &block);
	if (sample != NULL) {
		body = show_fields(d, &sample->layout, body, &missing, &count);
		if (missing.name == NULL && sample->records != RECORDS_NONE)
			show_records(d, sample->records, count, &body);
	}
	show_missing(d, &missing);
	show_rest(d, &body);
	d->print->block_end(d);
}

/* Shows all samples. Returns 0, or the enum datagram_error that says why not all are
 * there. */
static int
show_samples(struct decode *d, struct cursor *body)
{
	struct missing missing;
	struct cursor sample;
	uint32_t count, tag;

	*body = show_fields(d, &datagram_layout, *body, &missing, &count);
	d->print->open(d, "samples", '[');
	for (; count > 0 && next_block(body, &tag, &sample); count--)
		show_sample(d, tag, sample);
	d->print->close(d, ']');
	return count == 0 ? 0 : DATAGRAM_SAMPLE;
}

/* The interface ----------------------------------------------------------------- */

static void
set_when(struct decode *d, int64_t wall_ms)
{
	int ms = (int)(wall_ms % 1000 + 1000) % 1000;
	time_t seconds = (wall_ms - ms) / 1000;
	struct tm tm;
	size_t len;

	if (gmtime_r(&seconds, &tm) == NULL)
		memset(&tm, 0, sizeof(tm));
	len = strftime(d->when, sizeof(d->when), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(d->when + len, sizeof(d->when) - len, ".%03dZ", ms);
}

struct decode *
decode_new(FILE *out, bool json)
{
	struct decode *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->out = d->json.file = out;
	d->print = json ? &json_printer : &text_printer;
	return d;
}

void
decode_free(struct decode *d)
{
	free(d);
}

int
decode_datagram(struct decode *d, const void *bytes, size_t len,
                const struct address *from, int64_t wall_ms)
{
	struct block block = {0, datagram_layout.name, len};
	struct cursor body = cursor_of(bytes, len);
	struct datagram datagram;
	int error = datagram_open(&datagram, bytes, len);

	set_when(d, wall_ms);
	d->from[0] = '\0';
	if (from != NULL && from->type != ADDRESS_UNKNOWN)
		address_text(from, d->from);
	d->print->block(d, &block);
	if (error == 0)
		error = show_samples(d, &body);
	if (error != 0)
		d->print->note(d, datagram_error_text(error));
	show_rest(d, &body);
	d->print->block_end(d);
	return error == 0 ? 0 : -1;
}

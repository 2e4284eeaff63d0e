/* The names of fields, and their texts. */
#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "sflow/wire/datagram.h"
#include "sflow/text.h"
#include "tools/sflowget/decode_internal.h"
#include "tools/sflowget/fields_internal.h"

#define PATH_SIZE 128 /* bytes of a field's path in its record */
#define NAME_SIZE 256 /* bytes of what stands before the path */
#define HEX_BYTES 256 /* more bytes of a block are not shown */
#define VALUE_SIZE (2 * HEX_BYTES + 8)

/* A record whose fields are being given to the sink, and their names. */
struct telling {
	const struct kept_record *record;
	const struct wanted *wanted;
	const struct item_sink *sink;
	int64_t wall_ms;
	char forms[3][NAME_SIZE]; /* of the structure's name, the shortest first; "":
	                           * another record has it, too */
};

/* Names that are asked for ---------------------------------------------------------- */

static const struct layout *
find_structure(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < layouts_count; i++)
		if (strlen(layouts[i].name) == len &&
		    memcmp(layouts[i].name, name, len) == 0)
			return &layouts[i];
	return NULL;
}

static const struct field *
find_field(const struct layout *layout, const char *name)
{
	size_t i;

	for (i = 0; i < layout->count; i++)
		if (strcmp(layout->fields[i].name, name) == 0)
			return &layout->fields[i];
	return NULL;
}

/* Returns the name behind the sub-agent and the data source, or a pattern of them. */
static const char *
behind_source(const char *asked)
{
	const char *slash = strrchr(asked, '/');

	if (slash == NULL || slash == asked ||
	    strspn(asked, "0123456789:*?[]-/") < (size_t)(slash - asked))
		return asked;
	return slash + 1;
}

bool
fields_is_raw(const char *asked)
{
	const char *name = behind_source(asked);
	size_t len = strcspn(name, ".#");
	const struct layout *layout = find_structure(name, len);
	const char *dot = strchr(name, '.');

	if (name != asked)
		return true;
	if (layout == NULL || dot == NULL)
		return false;
	return wanted_is_pattern(dot) || strchr(dot + 1, '.') != NULL ||
	       find_field(layout, dot + 1) != NULL;
}

/* Whether the field is a counter. */
static bool
counts(const struct field *field)
{
	switch (field->formula) {
	case DELTA:
	case RATE:
	case SHARE:
	case SUBSHARE:
	case BUSY:
	case RATIO:
	case LOAD:
		return field->type == FIELD_U32 || field->type == FIELD_U64;
	default:
		return false;
	}
}

bool
fields_is_counter(const char *asked)
{
	const char *name = behind_source(asked), *dot = strchr(name, '.');
	const struct field *field = NULL;
	const struct layout *layout;

	layout = find_structure(name, strcspn(name, ".#"));
	if (layout != NULL && dot != NULL)
		field = find_field(layout, dot + 1);
	return field != NULL && counts(field);
}

const char *
fields_split(const char *name, size_t *before)
{
	const char *mark = strrchr(name, fields_is_raw(name) ? '/' : '.');

	*before = 0;
	if (mark == NULL || mark == name || mark[1] == '\0')
		return name;
	*before = (size_t)(mark - name);
	return mark + 1;
}

/* Names ----------------------------------------------------------------------------- */

static bool
alike(const struct kept_record *one, const struct kept_record *other)
{
	return one->key.place == other->key.place &&
	       strcmp(one->layout->name, other->layout->name) == 0;
}

static bool
same_source(const struct kept_record *one, const struct kept_record *other)
{
	return one->key.class == other->key.class && one->key.index == other->key.index;
}

static void
set_forms(struct telling *t, const struct kept_record *all)
{
	const struct kept_record *r = t->record, *other;
	bool alone = true, of_source = true;
	char name[NAME_SIZE / 2];

	LL_FOREACH(all, other) {
		if (other == r || other->layout == NULL || !alike(r, other))
			continue;
		alone = false;
		of_source = of_source && !same_source(r, other);
	}
	snprintf(name, sizeof(name), r->key.place > 1 ? "%s#%" PRIu32 : "%s",
	         r->layout->name, r->key.place);
	snprintf(t->forms[0], NAME_SIZE, "%s", alone ? name : "");
	t->forms[1][0] = '\0';
	if (of_source)
		snprintf(t->forms[1], NAME_SIZE, "%" PRIu32 ":%" PRIu32 "/%s",
		         r->key.class, r->key.index, name);
	snprintf(t->forms[2], NAME_SIZE, "%" PRIu32 "/%" PRIu32 ":%" PRIu32 "/%s",
	         r->key.sub_agent, r->key.class, r->key.index, name);
}

static bool
is_asked(const struct wanted *w, const char *name)
{
	size_t i;

	for (i = 0; i < w->count; i++)
		if (fields_is_raw(w->metrics[i]) &&
		    (strcmp(w->metrics[i], name) == 0 ||
		     fnmatch(w->metrics[i], name, 0) == 0))
			return true;
	return false;
}

/* Chooses the shortest of the field's names that is asked for; false where none is. */
static bool
choose_name(const struct telling *t, const char *path, char name[NAME_SIZE + PATH_SIZE])
{
	size_t i;

	for (i = 0; i < 3; i++) {
		snprintf(name, NAME_SIZE + PATH_SIZE, "%s.%s", t->forms[i], path);
		if (t->forms[i][0] != '\0' && is_asked(t->wanted, name))
			return true;
	}
	return false;
}

/* Texts ----------------------------------------------------------------------------- */

static const char *
type_name(enum field_type type)
{
	switch (type) {
	case FIELD_U8:
		return "uint8";
	case FIELD_U32:
	case FIELD_LIST:
		return "uint32";
	case FIELD_U64:
		return "uint64";
	case FIELD_I32:
	case FIELD_PCT:
		return "int32";
	case FIELD_F32:
		return "float";
	case FIELD_F64:
		return "double";
	default:
		return "string";
	}
}

/* Sets an item's value as --decode prints it. */
static void
set_value(struct item *item, const struct field *field, const struct field_value *v,
          char text[VALUE_SIZE])
{
	struct shown shown;
	size_t i;

	shown_of(field, v, &shown);
	snprintf(text, VALUE_SIZE, "%s", shown.plain);
	if (shown.as == SHOWN_TEXT)
		text_value(shown.bytes, shown.len, text);
	for (i = 0; shown.as == SHOWN_HEX && i < shown.len && i < HEX_BYTES; i++)
		snprintf(text + 2 * i, 3, "%02x", shown.bytes[i]);
	item->text = text;
	item->type = type_name(field->type);
	item->is_number = shown.as == SHOWN_NUMBER;
	if (item->is_number)
		item->number = strtod(text, NULL);
}

/* Records ---------------------------------------------------------------------------- */

static bool
tell(const struct telling *t, const char *path, const struct field *field,
     const struct field_value *v)
{
	char name[NAME_SIZE + PATH_SIZE], text[VALUE_SIZE];
	struct item item = {.metric = name,
	                    .units = "",
	                    .group = t->record->layout->name,
	                    .about = "",
	                    .title = "",
	                    .heard_ms = t->record->heard_ms,
	                    .age_s = (t->wall_ms - t->record->heard_ms) / 1000};

	if (!choose_name(t, path, name))
		return true;
	set_value(&item, field, v, text);
	return t->sink->item(t->sink->context, &item);
}

static bool tell_list(const struct telling *t, const struct field *list,
                      struct field_value v, const char *path);

static bool
tell_fields(const struct telling *t, const struct layout *layout, struct cursor body,
            const char *before)
{
	struct field_value values[RECORD_FIELDS_MAX];
	size_t present = layout_decode(layout, body, values), i;
	char path[PATH_SIZE];

	for (i = 0; i < present; i++) {
		const struct field *field = &layout->fields[i];

		snprintf(path, sizeof(path), "%s%s", before, field->name);
		if (field->again)
			continue;
		if (!tell(t, path, field, &values[i]) ||
		    (field->type == FIELD_LIST &&
		     !tell_list(t, field, values[i], path)))
			return false;
	}
	return true;
}

static bool
tell_list(const struct telling *t, const struct field *list, struct field_value v,
          const char *path)
{
	char before[PATH_SIZE];
	struct cursor element;
	unsigned i;

	for (i = 0; v.number > 0; i++) {
		element = list_next(list, &v);
		snprintf(before, sizeof(before), "%.100s.%u.", path, i);
		if (!tell_fields(t, list->elements, element, before))
			return false;
	}
	return true;
}

bool
record_items(const struct kept_record *all, const struct kept_record *record,
             const struct wanted *wanted, int64_t wall_ms, const struct item_sink *sink)
{
	struct telling t = {
	    .record = record, .wanted = wanted, .sink = sink, .wall_ms = wall_ms};

	if (record->layout == NULL)
		return true;
	set_forms(&t, all);
	return tell_fields(&t, record->layout, cursor_of(record->bytes, record->len),
	                   "");
}

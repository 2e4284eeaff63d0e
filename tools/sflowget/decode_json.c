#include "sflow/wire/datagram.h"
#include "tools/sflowget/decode_internal.h"

/* An element of a list has no name. */
static const char *
key_of(const char *name)
{
	return name == NULL || name[0] == '\0' ? NULL : name;
}

static void
put_format(struct json *j, const struct block *block)
{
	char format[32];

	snprintf(format, sizeof(format), "%u:%u", SFLOW_ENTERPRISE(block->tag),
	         SFLOW_FORMAT(block->tag));
	json_text(j, "format", format);
	if (block->structure != NULL)
		json_text(j, "structure", block->structure);
}

static void
put_block(struct decode *d, const struct block *block)
{
	struct json *j = &d->json;

	json_open(j, NULL, '{');
	if (d->depth++ > 0) {
		put_format(j, block);
	} else {
		json_text(j, "time", d->when);
		if (d->from[0] != '\0')
			json_text(j, "from", d->from);
	}
	json_number(j, "length", block->len);
}

static void
put_block_end(struct decode *d)
{
	json_close(&d->json, '}');
	if (--d->depth == 0) {
		putc('\n', d->out);
		d->json.comma = false;
	}
}

static void
put_open(struct decode *d, const char *name, char bracket)
{
	json_open(&d->json, key_of(name), bracket);
}

static void
put_close(struct decode *d, char bracket)
{
	json_close(&d->json, bracket);
}

static void
put_value(struct decode *d, const char *name, const struct shown *shown)
{
	char about[DECODE_PATH];

	switch (shown->as) {
	case SHOWN_NUMBER:
		json_raw(&d->json, key_of(name), shown->plain);
		break;
	case SHOWN_WORD:
		json_text(&d->json, key_of(name), shown->plain);
		break;
	case SHOWN_TEXT:
		json_bytes(&d->json, key_of(name), shown->bytes, shown->len);
		break;
	case SHOWN_HEX:
		json_hex(&d->json, key_of(name), shown->bytes, shown->len);
		break;
	}
	if (shown->about[0] == '\0')
		return;
	snprintf(about, sizeof(about), "%s_text", name);
	json_text(&d->json, about, shown->about);
}

static void
put_rest(struct decode *d, const uint8_t *bytes, size_t len)
{
	json_number(&d->json, "rest_length", len);
	json_hex(&d->json, "rest", bytes, len);
}

static void
put_note(struct decode *d, const char *text)
{
	json_text(&d->json, "note", text);
}

const struct printer json_printer = {
    .block = put_block,
    .block_end = put_block_end,
    .open = put_open,
    .close = put_close,
    .value = put_value,
    .rest = put_rest,
    .note = put_note,
};

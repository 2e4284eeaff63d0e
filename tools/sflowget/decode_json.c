#include "common/utf8.h"
#include "sflow/wire/datagram.h"
#include "tools/sflowget/decode_internal.h"

/* Names are ours: nothing in them needs escaping. NULL and "" are none. */
static void
put_name(struct decode *d, const char *name)
{
	if (d->comma)
		putc(',', d->out);
	d->comma = true;
	if (name != NULL && name[0] != '\0')
		fprintf(d->out, "\"%s\":", name);
}

/* What is no UTF-8 is taken for ISO-8859-1. */
static void
put_string(FILE *out, const uint8_t *bytes, size_t len)
{
	const uint8_t *end = bytes + len;
	uint32_t character;
	size_t size;

	putc('"', out);
	for (; bytes < end; bytes += size == 0 ? 1 : size) {
		size = utf8_take(bytes, (size_t)(end - bytes), &character);
		if (size == 0 || *bytes < ' ' || *bytes == 0x7f) {
			fprintf(out, "\\u%04x", *bytes);
		} else {
			if (*bytes == '"' || *bytes == '\\')
				putc('\\', out);
			fwrite(bytes, 1, size, out);
		}
	}
	putc('"', out);
}

static void
put_block(struct decode *d, const struct block *block)
{
	put_name(d, NULL);
	putc('{', d->out);
	d->comma = false;
	if (d->depth++ == 0) {
		put_name(d, "time");
		fprintf(d->out, "\"%s\"", d->when);
		if (d->from[0] != '\0') {
			put_name(d, "from");
			fprintf(d->out, "\"%s\"", d->from);
		}
	} else {
		put_name(d, "format");
		fprintf(d->out, "\"%u:%u\"", SFLOW_ENTERPRISE(block->tag),
		        SFLOW_FORMAT(block->tag));
		if (block->structure != NULL) {
			put_name(d, "structure");
			fprintf(d->out, "\"%s\"", block->structure);
		}
	}
	put_name(d, "length");
	fprintf(d->out, "%zu", block->len);
}

static void
put_block_end(struct decode *d)
{
	putc('}', d->out);
	d->comma = true;
	if (--d->depth == 0) {
		putc('\n', d->out);
		d->comma = false;
	}
}

static void
put_open(struct decode *d, const char *name, char bracket)
{
	put_name(d, name);
	putc(bracket, d->out);
	d->comma = false;
}

static void
put_close(struct decode *d, char bracket)
{
	putc(bracket, d->out);
	d->comma = true;
}

static void
put_value(struct decode *d, const char *name, const struct shown *shown)
{
	put_name(d, name);
	switch (shown->as) {
	case SHOWN_NUMBER:
		fputs(shown->plain, d->out);
		break;
	case SHOWN_WORD:
		fprintf(d->out, "\"%s\"", shown->plain);
		break;
	case SHOWN_TEXT:
		put_string(d->out, shown->bytes, shown->len);
		break;
	case SHOWN_HEX:
		putc('"', d->out);
		put_hex(d->out, shown->bytes, shown->len);
		putc('"', d->out);
		break;
	}
	if (shown->about[0] != '\0')
		fprintf(d->out, ",\"%s_text\":\"%s\"", name, shown->about);
}

static void
put_rest(struct decode *d, const uint8_t *bytes, size_t len)
{
	put_name(d, "rest_length");
	fprintf(d->out, "%zu", len);
	put_name(d, "rest");
	putc('"', d->out);
	put_hex(d->out, bytes, len);
	putc('"', d->out);
}

static void
put_note(struct decode *d, const char *text)
{
	put_name(d, "note");
	fprintf(d->out, "\"%s\"", text);
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

#include "sflow/datagram.h"
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

/* Bytes of the character of UTF-8 (RFC 3629) that these begin with; 0 where they
 * begin with none. */
static size_t
utf8_length(const uint8_t *bytes, size_t len)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	uint8_t first = bytes[0];
	size_t size = first < 0x80 ? 1 : first < 0xc0 ? 0 : first < 0xe0 ? 2 :
	              first < 0xf0 ? 3 : first < 0xf8 ? 4 : 0;
	uint32_t c = size < 2 ? first : first & (0x7fu >> size);
	size_t i;

	if (size > len)
		return 0;
	for (i = 1; i < size; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (bytes[i] & 0x3fu);
	}
	if (c < least[size] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	return size;
}

/* What is no UTF-8 is taken for ISO-8859-1. */
static void
put_string(FILE *out, const uint8_t *bytes, size_t len)
{
	const uint8_t *end = bytes + len;
	size_t size;

	putc('"', out);
	for (; bytes < end; bytes += size == 0 ? 1 : size) {
		size = utf8_length(bytes, (size_t)(end - bytes));
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

#include "sflow/wire/datagram.h"
#include "tools/sflowget/decode_internal.h"

static void
indent(struct decode *d)
{
	fprintf(d->out, "%*s", (int)(2 * d->depth), "");
}

static void
put_block(struct decode *d, const struct block *block)
{
	indent(d);
	fputs(block->structure == NULL ? "unknown" : block->structure, d->out);
	if (block->tag != 0)
		fprintf(d->out, " %u:%u", SFLOW_ENTERPRISE(block->tag),
		        SFLOW_FORMAT(block->tag));
	fprintf(d->out, " %zu bytes", block->len);
	if (d->depth == 0) {
		if (d->from[0] != '\0')
			fprintf(d->out, " from %s", d->from);
		fprintf(d->out, " at %s", d->when);
	}
	putc('\n', d->out);
	d->depth++;
}

static void
put_block_end(struct decode *d)
{
	d->depth--;
}

/* Prints nothing: each value has its path in front of it. */
static void
put_open(struct decode *d, const char *name, char bracket)
{
	(void)d, (void)name, (void)bracket;
}

static void
put_close(struct decode *d, char bracket)
{
	(void)d, (void)bracket;
}

/* Prints bytes in quotes. Only printable ASCII is printed as it is, so that a terminal
 * shows all bytes and each can be recognized. */
static void
put_quoted(FILE *out, const uint8_t *bytes, size_t len)
{
	size_t i;

	putc('"', out);
	for (i = 0; i < len; i++) {
		uint8_t c = bytes[i];

		if (c < ' ' || c > '~') {
			fprintf(out, "\\x%02x", c);
		} else {
			if (c == '"' || c == '\\')
				putc('\\', out);
			putc(c, out);
		}
	}
	putc('"', out);
}

static void
put_value(struct decode *d, const char *name, const struct shown *shown)
{
	indent(d);
	fprintf(d->out, "%s%s%s ", d->path, name[0] == '\0' ? "" : ".", name);
	if (shown->as == SHOWN_TEXT)
		put_quoted(d->out, shown->bytes, shown->len);
	else if (shown->as == SHOWN_HEX && shown->len > 0)
		put_hex(d->out, shown->bytes, shown->len);
	else if (shown->as == SHOWN_HEX)
		putc('-', d->out);
	else
		fputs(shown->plain, d->out);
	if (shown->about[0] != '\0')
		fprintf(d->out, " (%s)", shown->about);
	putc('\n', d->out);
}

static void
put_rest(struct decode *d, const uint8_t *bytes, size_t len)
{
	indent(d);
	fprintf(d->out, "rest %zu bytes ", len);
	put_hex(d->out, bytes, len);
	putc('\n', d->out);
}

static void
put_note(struct decode *d, const char *text)
{
	indent(d);
	fprintf(d->out, "note: %s\n", text);
}

const struct printer text_printer = {
    .block = put_block,
    .block_end = put_block_end,
    .open = put_open,
    .close = put_close,
    .value = put_value,
    .rest = put_rest,
    .note = put_note,
};

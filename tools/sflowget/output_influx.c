/* InfluxDB's line protocol: a line for each value, with the time when it was heard. The
 * part of a metric's name before its last dot (a port, a virtual machine) is the tag
 * "part".
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tools/sflowget/escape.h"
#include "tools/sflowget/fields.h"
#include "tools/sflowget/output.h"

#define MEASUREMENT "sflow"
#define KEY_BYTES 1024 /* the longest value of a tag, or key of a field */

/* Writes a tag's value or a field's key. A backslash can't be escaped in it, and at its
 * end would escape what follows. */
static void
put_key(FILE *out, const char *text, size_t len)
{
	char key[KEY_BYTES], *at;

	snprintf(key, sizeof(key), "%.*s", (int)(len < KEY_BYTES ? len : KEY_BYTES - 1),
	         text);
	for (at = key; (at = strchr(at, '\\')) != NULL;)
		*at = '_';
	put_escaped(out, key, ",= ", "\\");
}

/* Writes a tag, unless it is empty, which would be an error. */
static void
put_tag(FILE *out, const char *name, const char *text, size_t len)
{
	if (len == 0)
		return;
	fprintf(out, ",%s=", name);
	put_key(out, text, len);
}

static bool
is_integer(const struct item *item)
{
	return strstr(item->type, "int") != NULL &&
	       item->text[strspn(item->text, "-0123456789")] == '\0' &&
	       item->number < 9.2e18 && item->number > -9.2e18;
}

static void
put_value(FILE *out, const struct item *item)
{
	if (item->is_number) {
		fputs(item->text, out);
		fputs(is_integer(item) ? "i" : "", out);
		return;
	}
	putc('"', out);
	put_escaped(out, item->text, "\"\\", "\\");
	putc('"', out);
}

static void
answer(struct printer *p, struct answer *a)
{
	size_t i, before;

	for (i = 0; i < a->count; i++) {
		const struct item *item = a->lines[i].item;
		const char *name;

		if (a->lines[i].state != ANSWER_VALUE)
			continue;
		name = fields_split(item->metric, &before);
		fputs(MEASUREMENT, p->out);
		put_tag(p->out, "agent", a->host.name, strlen(a->host.name));
		put_tag(p->out, "cluster", a->host.cluster, strlen(a->host.cluster));
		put_tag(p->out, "part", item->metric, before);
		putc(' ', p->out);
		put_key(p->out, name, strlen(name));
		putc('=', p->out);
		put_value(p->out, item);
		fprintf(p->out, " %" PRId64 "000000\n", item->heard_ms);
	}
}

const struct output output_influx = {
    .option = "influx", .answer = answer, .about = "InfluxDB's line protocol"};

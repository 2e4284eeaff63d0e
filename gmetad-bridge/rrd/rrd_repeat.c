#include "gmetad-bridge/rrd/rrd_repeat.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gmetad-bridge/counters.h"

/* A value of a line: "TIME:VALUE[:NUM][~[!]SPAN]". */
struct token {
	const char *text; /* from the ':' on */
	size_t len;
	uint32_t time_s;
	unsigned span_s; /* 0: none is given */
};

/* Reads the next value, and returns where the one after it begins. Each ends with a blank, the
 * last one with '\n'. */
static const char *
read_token(const char *at, struct token *t)
{
	char *end;

	*t = (struct token){.time_s = (uint32_t)strtoul(at, &end, 10)};
	t->text = end;
	t->len = strcspn(end, "~ \n");
	at = end + t->len;
	if (*at == '~') {
		t->span_s = (unsigned)strtoul(at + 1 + (at[1] == '!'), &end, 10);
		at = end;
	}
	return at + 1;
}

static void
add_line(struct rrd_output *o, const char *line, size_t len, unsigned values)
{
	if (!rrd_block_add(&o->block, line, len, values))
		counter_add(&counters.rrd_dropped, values);
}

static void
end_line(struct rrd_output *o)
{
	if (o->len == 0)
		return;
	o->line[o->len++] = '\n';
	add_line(o, o->line, o->len, o->values);
	o->len = 0;
	o->values = 0;
}

static void
add_value(struct rrd_output *o, uint32_t time_s, const struct token *t)
{
	if (o->len + t->len + 16 > RRD_LINE)
		end_line(o);
	if (o->len == 0) {
		memcpy(o->line, o->begin, o->begin_len);
		o->len = o->begin_len;
	}
	o->len += (size_t)snprintf(o->line + o->len, sizeof(o->line) - o->len,
	                           " %" PRIu32 "%.*s", time_s, (int)t->len, t->text);
	o->values++;
}

/* Writes a value, and before it repeats it so often as the file's heartbeat asks; not at or
 * before `last_s`, for the file has a value there. */
static void
repeat_value(struct rrd_output *o, const struct token *t, unsigned heartbeat_s,
             unsigned step_s, int64_t last_s)
{
	unsigned span_s = t->span_s != 0 ? t->span_s : step_s;
	unsigned back_s =
	    heartbeat_s > 0 ? (span_s - 1) / heartbeat_s * heartbeat_s : 0;

	for (; back_s > 0; back_s -= heartbeat_s)
		if ((int64_t)t->time_s - back_s > last_s)
			add_value(o, t->time_s - back_s, t);
	add_value(o, t->time_s, t);
}

struct rrd_input
rrd_line_read(const char *text, size_t len)
{
	struct rrd_input in = {.text = text, .end = text + len};
	const char *path = text + strlen(RRD_UPDATE);

	in.values = (const char *)memchr(path, ' ', (size_t)(in.end - path)) + 1;
	in.path_len = (size_t)(in.values - path) - 1;
	if (memchr(path, '\\', in.path_len) != NULL) { /* it has escaped blanks */
		in.path_len = rrd_line_path(text, len);
		in.values = path + in.path_len + 1;
	}
	return in;
}

bool
rrd_line_is_of_sums(const struct rrd_input *in)
{
	const char *at =
	    (const char *)memchr(in->values, ':', (size_t)(in->end - in->values)) + 1;

	while (at < in->end && *at != ':' && *at > ' ' && *at != '~')
		at++;
	return at < in->end && *at == ':';
}

void
rrd_line_plain(struct rrd_output *o, const struct rrd_input *in)
{
	const char *at = in->values;
	unsigned values = 1;

	while ((at = memchr(at, ' ', (size_t)(in->end - at))) != NULL) {
		values++;
		at++;
	}
	add_line(o, in->text, (size_t)(in->end - in->text), values);
}

void
rrd_line_repeat(struct rrd_output *o, const struct rrd_input *in, unsigned heartbeat_s,
                unsigned step_s, int64_t last_s)
{
	const char *at = in->values;
	struct token t;

	o->begin = in->text;
	o->begin_len = strlen(RRD_UPDATE) + in->path_len;
	while (at < in->end) {
		at = read_token(at, &t);
		repeat_value(o, &t, heartbeat_s, step_s, last_s);
	}
	end_line(o);
}

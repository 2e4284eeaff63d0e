/* Has rrdcached write what it has for the files of a folder, and forget these. */
#include "gmetad-bridge/rrd/rrd_cached.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "common/buffer.h"
#include "gmetad-bridge/rrd/rrd_order.h"

#define COMMANDS 500 /* in a BATCH */

/* Commands for all files of a folder. They are given to rrdcached some at a time, because it
 * may have an error for each of them. */
struct commands {
	struct rrd_cached *cached;
	const char *word;
	const struct rrd_lines *lines;
	struct buffer text;
	unsigned count; /* in `text` */
	enum rrd_result result;
	char *why; /* of RRD_FAILED */
};

static void
refuse_order(struct commands *c, const char *why)
{
	snprintf(c->why, RRD_ORDER_TEXT, "%s", why);
	c->result = RRD_FAILED;
}

/* Looks at an answer. rrdcached may not know a file, or have nothing of it. */
static void
judge(struct commands *c, size_t head, size_t len)
{
	struct connection *connection = &c->cached->connection;
	struct rrd_cached_answer a = {.at = connection->received + head,
	                              .end = connection->received + len};

	for (rrd_cached_error(&a); a.number != 0 && c->result == RRD_DONE;
	     rrd_cached_error(&a))
		if (strncmp(a.message, "Permission denied", 17) == 0)
			refuse_order(c, "rrdcached does not allow FLUSH and FORGET");
	connection_take(connection, len);
}

/* Gives the commands to rrdcached. */
static void
give_commands(struct commands *c)
{
	size_t head, len;

	if (c->text.failed)
		refuse_order(c, "no memory");
	else if (c->text.len > 0 &&
	         rrd_cached_batch(c->cached, c->text.bytes, c->text.len, &head, &len) !=
	             RRD_DONE)
		c->result = RRD_BROKEN;
	else if (c->text.len > 0)
		judge(c, head, len);
	c->text.len = 0;
	c->count = 0;
}

static bool
add_command(void *context, const char *file)
{
	struct commands *c = context;
	char escaped[2 * NAME_MAX];
	size_t len = strlen(file);

	if (len < 4 || strcmp(file + len - 4, ".rrd") != 0)
		return true;
	buffer_text(&c->text, c->word);
	buffer_add(&c->text, c->lines->begin + strlen(RRD_UPDATE),
	           c->lines->len - strlen(RRD_UPDATE));
	buffer_add(&c->text, escaped, rrd_escape(file, len, escaped));
	buffer_text(&c->text, "\n");
	if (++c->count == COMMANDS)
		give_commands(c);
	return c->result == RRD_DONE;
}

enum rrd_result
rrd_cached_forget(void *state, const struct rrd_place *place, const char *host,
                  const struct rrd_lines *lines, bool flush, char *why)
{
	static const char *const words[] = {"FORGET ", "FLUSH "};
	struct commands commands = {
	    .cached = state, .lines = lines, .result = RRD_DONE, .why = why};
	int i;

	if (rrd_cached_connect(state) != RRD_DONE)
		return RRD_BROKEN;
	if (!commands.cached->connection.local)
		refuse_order(&commands, "rrdcached is on another machine");
	for (i = flush; i >= 0 && commands.result == RRD_DONE; i--) {
		commands.word = words[i];
		if (rrd_folder_each(place, host, add_command, &commands) == 0)
			give_commands(&commands);
	}
	buffer_free(&commands.text);
	return commands.result;
}

/* Has rrdcached make a file, or makes it for it. */
#include "gmetad-bridge/rrd/rrd_cached.h"

#include <inttypes.h>
#include <rrd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/buffer.h"
#include "common/clock.h"
#include "gmetad-bridge/counters.h"
#include "gmetad-bridge/rrd/rrd_words.h"

#define EXISTS "File exists"

/* Writes the command that makes a file. Returns false without memory, or if it is too
 * long. */
static bool
describe(const struct rrd_file *file, struct buffer *line)
{
	char text[128];
	size_t i;

	buffer_text(line, "CREATE ");
	buffer_text(line, file->escaped);
	snprintf(text, sizeof(text), " -s %u -b %" PRIu32 " -O DS:sum:GAUGE:%u:U:U",
	         file->step_s, file->start_s, 8 * file->step_s);
	buffer_text(line, text);
	snprintf(text, sizeof(text), " DS:num:GAUGE:%u:U:U", 8 * file->step_s);
	if (file->sums)
		buffer_text(line, text);
	for (i = 0; file->archives[i] != NULL; i++) {
		buffer_text(line, " ");
		buffer_text(line, file->archives[i]);
	}
	buffer_text(line, "\n");
	return !line->failed && line->len < RRD_LINE;
}

/* Makes the file on this machine, where rrdcached runs, too. */
static enum rrd_result
make_here(struct rrd_cached *c, const struct rrd_file *file)
{
	char why[RRD_WHY];

	if (access(file->path, F_OK) == 0)
		return RRD_DONE;
	if (rrd_make_file(c->rrd->config->rrd.rootdir, file->path, file) == 0) {
		counter_add(&counters.rrd_created, 1);
		return RRD_DONE;
	}
	rrd_words(RRD_LIBRRD, rrd_get_error(), why);
	log_limited(&c->made, clock_ms(), "RRDs: can't make %s: %s", file->path, why);
	return RRD_FAILED;
}

static enum rrd_result
not_made(struct rrd_cached *c, const struct rrd_file *file,
         const struct rrd_cached_answer *a)
{
	char why[RRD_WHY];

	if (rrd_cached_says(a, EXISTS))
		return RRD_DONE;
	if (c->connection.local &&
	    (strncmp(a->message, "No permission to recursively", 28) == 0 ||
	     strncmp(a->message, "Permission denied", 17) == 0))
		return make_here(c, file);
	rrd_cached_words(a, why);
	log_limited(&c->made, clock_ms(), "RRDs: rrdcached can't make %s: %s",
	            file->path, why);
	return RRD_FAILED;
}

enum rrd_result
rrd_cached_create(void *state, const struct rrd_file *file)
{
	struct rrd_cached *c = state;
	struct buffer line = {0};
	struct rrd_cached_answer a = {0};
	enum rrd_result result;
	size_t head, len;

	if (!describe(file, &line)) {
		log_limited(&c->made, clock_ms(),
		            "RRDs: can't make %s: too many archives, or no memory",
		            file->path);
		buffer_free(&line);
		return RRD_FAILED;
	}
	result = rrd_cached_batch(c, line.bytes, line.len, &head, &len);
	buffer_free(&line);
	if (result != RRD_DONE)
		return result;
	a.at = c->connection.received + head;
	a.end = c->connection.received + len;
	rrd_cached_error(&a);
	if (a.number == 0)
		counter_add(&counters.rrd_created, 1);
	else
		result = not_made(c, file, &a);
	connection_take(&c->connection, len);
	return result;
}

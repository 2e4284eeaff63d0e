/* An order is a block in the queues of the writers that have its folders: one writer, or
 * two. Each that comes to it settles what it has gathered for them. The last one that comes
 * carries the order out, while the other one waits. All orders are queued by one thread at a
 * time, so they are in the same order in all queues, and no two writers wait for each other.
 */
#include "gmetad-bridge/rrd/rrd_order.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "gmetad-bridge/rrd/rrd_sink.h"

#define LOOK_MS \
	100 /* a waiting writer looks this often whether rrd_stop() was called */

struct rrd_order {
	enum rrd_order_kind kind;
	bool replace;
	struct rrd_place place;
	char cluster[TEXT_SIZE], host[TEXT_SIZE], to[TEXT_SIZE]; /* names of folders */
	struct rrd_lines lines[2];                               /* of both */
	struct rrd_bell bell; /* its lock is for the members below */
	unsigned references;
	unsigned awaited; /* writers that have not come yet */
	enum rrd_order_result result;
	char text[RRD_ORDER_TEXT];
};

/* Making and ending ------------------------------------------------------------- */

void
rrd_order_release(struct rrd_order *o)
{
	unsigned left;

	if (o == NULL)
		return;
	pthread_mutex_lock(&o->bell.lock);
	left = --o->references;
	pthread_mutex_unlock(&o->bell.lock);
	if (left > 0)
		return;
	rrd_bell_free(&o->bell);
	free(o);
}

enum rrd_order_result
rrd_order_result(struct rrd_order *o, char text[RRD_ORDER_TEXT])
{
	enum rrd_order_result result;

	pthread_mutex_lock(&o->bell.lock);
	result = o->result;
	strcpy(text, o->text);
	pthread_mutex_unlock(&o->bell.lock);
	return result;
}

static void __attribute__((format(printf, 3, 4)))
finish(struct rrd_order *o, enum rrd_order_result result, const char *format, ...)
{
	va_list args;

	pthread_mutex_lock(&o->bell.lock);
	va_start(args, format);
	vsnprintf(o->text, sizeof(o->text), format, args);
	va_end(args);
	o->result = result;
	pthread_cond_broadcast(&o->bell.ring);
	pthread_mutex_unlock(&o->bell.lock);
}

void
rrd_order_end(struct rrd_order *o)
{
	char text[RRD_ORDER_TEXT];

	if (rrd_order_result(o, text) == RRD_ORDER_WAITS) {
		finish(o, RRD_ORDER_FAILED, "the bridge ends");
		log_line("RRDs: the folder %s/%s stays: the bridge ends", o->cluster,
		         o->host);
	}
	rrd_order_release(o);
}

static struct rrd_order *
make(struct rrd *rrd, enum rrd_order_kind kind, const char *cluster, const char *host,
     const char *to, bool replace)
{
	struct rrd_order *o = calloc(1, sizeof(*o));

	if (o == NULL)
		return NULL;
	o->kind = kind;
	o->replace = replace;
	o->references = 1;
	rrd_bell_init(&o->bell);
	if (rrd_line_lines(rrd, cluster, host, &o->lines[0]) &&
	    rrd_line_lines(rrd, cluster, to, &o->lines[1])) {
		snprintf(o->cluster, sizeof(o->cluster), "%s", cluster);
		rrd_folder_name(rrd, host, o->host);
		rrd_folder_name(rrd, to, o->to);
		o->place = (struct rrd_place){.root = rrd->config->rrd.rootdir,
		                              .cluster = o->cluster};
		return o;
	}
	rrd_order_release(o);
	return NULL;
}

/* Queues the order for both writers. Returns false without memory. */
static bool
queue(struct rrd *rrd, struct rrd_order *o)
{
	unsigned first = o->lines[0].writer, second = o->lines[1].writer;
	struct rrd_block *blocks[] = {rrd_block_new(0), rrd_block_new(0)};

	if (blocks[0] == NULL || blocks[1] == NULL) {
		free(blocks[0]);
		free(blocks[1]);
		return false;
	}
	blocks[0]->order = blocks[1]->order = o;
	o->awaited = first != second ? 2 : 1;
	o->references += o->awaited;
	rrd_put(rrd, first, blocks[0]);
	if (first != second)
		rrd_put(rrd, second, blocks[1]);
	else
		free(blocks[1]);
	return true;
}

struct rrd_order *
rrd_order(struct rrd *rrd, enum rrd_order_kind kind, const char *cluster,
          const char *host, const char *to, bool replace)
{
	struct rrd_order *o =
	    make(rrd, kind, cluster, host, kind == RRD_MOVE ? to : host, replace);

	if (o == NULL)
		return NULL;
	if (kind == RRD_MOVE && strcmp(o->host, o->to) == 0) {
		finish(o, RRD_ORDER_DONE, "%s", ""); /* they differ in their case */
		return o;
	}
	if (queue(rrd, o))
		return o;
	rrd_order_release(o);
	return NULL;
}

bool
rrd_folder_is_used(const struct rrd *rrd, const char *cluster, const char *host)
{
	const struct rrd_place place = {.root = rrd->config->rrd.rootdir,
	                                .cluster = cluster};
	char folder[TEXT_SIZE];
	struct rrd_lines lines;

	rrd_folder_name(rrd, host, folder);
	return rrd_line_lines(rrd, cluster, host, &lines) &&
	       rrd_folder_has_files(&place, folder);
}

bool
rrd_folder_is_same(const struct rrd *rrd, const char *host, const char *other)
{
	char one[TEXT_SIZE], two[TEXT_SIZE];

	rrd_folder_name(rrd, host, one);
	rrd_folder_name(rrd, other, two);
	return strcmp(one, two) == 0;
}

/* Carrying out: in a writer's thread -------------------------------------------------- */

/* What becomes of the lines of a folder: they are dropped where its files will be
 * removed. */
static bool
drops(const struct rrd_order *o, const struct rrd_lines *lines)
{
	return o->kind == RRD_REMOVE || (o->replace && lines == &o->lines[1]);
}

/* Removes the folder, or moves it. */
static void
carry_out(struct rrd_order *o)
{
	int result = o->kind == RRD_REMOVE
	                 ? rrd_folder_remove(&o->place, o->host)
	                 : rrd_folder_move(&o->place, o->host, o->to, o->replace);

	if (result == 0)
		finish(o, RRD_ORDER_DONE, "%s", "");
	else if (errno == ENOENT)
		finish(o, RRD_ORDER_NOTHING, "there is no folder %s", o->host);
	else if (o->kind == RRD_MOVE && (errno == ENOTEMPTY || errno == EEXIST))
		finish(o, RRD_ORDER_FAILED, "the folder %s has files", o->to);
	else
		finish(o, RRD_ORDER_FAILED, "%s: %s", o->host, strerror(errno));
}

static void
tell(struct rrd_order *o)
{
	static struct log_limit limit;
	char text[RRD_ORDER_TEXT];
	enum rrd_order_result result = rrd_order_result(o, text);

	if (result == RRD_ORDER_FAILED)
		log_limited(&limit, clock_ms(), "RRDs: the folder %s/%s stays: %s",
		            o->cluster, o->host, text);
	else if (result == RRD_ORDER_DONE && o->kind == RRD_MOVE)
		log_limited(&limit, clock_ms(), "RRDs: the folder %s/%s is %s now",
		            o->cluster, o->host, o->to);
	else if (result == RRD_ORDER_DONE)
		log_limited(&limit, clock_ms(), "RRDs: the folder %s/%s is removed",
		            o->cluster, o->host);
}

/* Has rrdcached write what it has of the folders, and forget their files, with pauses
 * while it can't be reached. Returns false where it can't do that. */
static bool
forget(struct rrd_writer *w, struct rrd_order *o)
{
	const struct rrd_sink *sink = w->rrd->sink;
	char why[RRD_ORDER_TEXT] = "the bridge ends";
	enum rrd_result result = RRD_DONE;
	unsigned failures = 0, i;

	for (i = 0; i < 2 && sink->forget != NULL && result == RRD_DONE; i++) {
		const char *host = i == 0 ? o->host : o->to;

		while ((result = sink->forget(w->state, &o->place, host, &o->lines[i],
		                              !drops(o, &o->lines[i]), why)) ==
		       RRD_BROKEN) {
			rrd_pause(w->rrd, &w->bell, ++failures);
			if (rrd_time_left(w->rrd, 1) == 0)
				break;
		}
	}
	if (result == RRD_DONE)
		return true;
	finish(o, RRD_ORDER_FAILED, "%s", why);
	return false;
}

static void
take_turn(struct rrd_writer *w, struct rrd_order *o)
{
	unsigned i;

	for (i = 0; i < 2; i++)
		if (!rrd_create_settle(w->rrd->creator, &o->lines[i],
		                       drops(o, &o->lines[i]))) {
			finish(o, RRD_ORDER_FAILED, "the bridge ends");
			return;
		}
	if (forget(w, o))
		carry_out(o);
	tell(o);
}

void
rrd_order_turn(struct rrd_writer *w, struct rrd_order *o)
{
	bool last;
	unsigned i;

	for (i = 0; i < 2 && w->rrd->sink->settle_folder != NULL; i++)
		w->rrd->sink->settle_folder(w->state, &o->lines[i],
		                            drops(o, &o->lines[i]));
	pthread_mutex_lock(&o->bell.lock);
	last = --o->awaited == 0;
	while (!last && o->result == RRD_ORDER_WAITS && rrd_time_left(w->rrd, 1) > 0)
		rrd_bell_wait(&o->bell, LOOK_MS);
	pthread_mutex_unlock(&o->bell.lock);
	if (last)
		take_turn(w, o);
	rrd_order_end(o);
}

/* The creator: a thread that makes missing files, one after the other, so that updates
 * of other files go on. The lines of such a file wait, in their order; all of them
 * together have a quarter of the queue's bound.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/thread.h"
#include "gmetad-bridge/counters.h"
#include "gmetad-bridge/rrd/rrd_room.h"
#include "gmetad-bridge/rrd/rrd_sink.h"
#include "sflow/hash.h"

#define SHARE 4 /* the part of the queue's bound: a quarter */

/* The pause after a file that could not be made; after so many FAILURES in a row the
 * longer one, so that a full disk does not keep the processor busy. */
#define FAILURES 100
#define FAILED_PAUSE_MS 10
#define FAILED_PAUSE_MAX_MS 1000

#define SETTLE_MS 100 /* between two looks whether the files of a folder are made */

/* A file to be made, and its lines. */
struct order {
	UT_hash_handle hh;
	struct order *prev, *next;
	struct rrd_block *lines; /* that wait; NULL: none */
	bool made;               /* it is made, or is being made */
	size_t bytes;            /* that it has of the queue's bound */
	size_t len;
	char path[]; /* escaped */
};

struct rrd_creator {
	struct rrd *rrd;
	pthread_t thread;
	struct rrd_bell bell; /* its lock is for the members up to `room` */
	bool closing;
	struct order *table, *orders;
	size_t bytes;
	struct log_limit full;
	struct rrd_room room;

	/* the thread's own */
	void *state;     /* the sink's */
	unsigned failed; /* failures in a row */
};

/* Orders: the caller holds the bell's lock --------------------------------------- */

static bool
reserve(struct rrd_creator *c, struct order *order, size_t bytes)
{
	if (c->bytes + bytes > c->rrd->config->rrd.queue_bytes / SHARE ||
	    !rrd_reserve(c->rrd, bytes))
		return false;
	c->bytes += bytes;
	order->bytes += bytes;
	return true;
}

static void
remove_order(struct rrd_creator *c, struct order *order)
{
	HASH_DELETE(hh, c->table, order);
	DL_DELETE(c->orders, order);
	c->bytes -= order->bytes;
	rrd_unreserve(c->rrd, order->bytes);
	free(order->lines);
	free(order);
}

static struct order *
add_order(struct rrd_creator *c, const char *path, size_t len)
{
	struct order *order = calloc(1, sizeof(*order) + len + 1);

	if (order == NULL)
		return NULL;
	order->len = len;
	memcpy(order->path, path, len);
	HASH_ADD(hh, c->table, path[0], len, order);
	if (order->hh.tbl == NULL) {
		free(order);
		return NULL;
	}
	DL_APPEND(c->orders, order);
	if (!reserve(c, order, sizeof(*order) + len)) {
		remove_order(c, order);
		return NULL;
	}
	pthread_cond_broadcast(&c->bell.ring);
	return order;
}

/* Appends a line to those that wait for the file. Where there is no room, or `order` is
 * NULL, the line is dropped and its values are counted. */
static void
add_line(struct rrd_creator *c, struct order *order, const char *line, size_t len)
{
	unsigned values = rrd_line_values(line, len);

	if (order != NULL && reserve(c, order, len) &&
	    rrd_block_add(&order->lines, line, len, values))
		return;
	counter_add(&counters.rrd_dropped, values);
	log_limited(&c->full, clock_ms(),
	            "RRDs: dropped, too many files wait to be made: %.*s",
	            (int)rrd_line_path(line, len), line + strlen(RRD_UPDATE));
	if (order != NULL && order->lines == NULL && !order->made)
		remove_order(c, order);
}

static struct order *
find_order(const struct rrd_creator *c, const char *line, size_t len)
{
	struct order *order;

	HASH_FIND(hh, c->table, line + strlen(RRD_UPDATE), rrd_line_path(line, len),
	          order);
	return order;
}

static bool
is_there(const struct rrd_creator *c, const char *path)
{
	return c->rrd->sink->is_there != NULL && c->rrd->sink->is_there(path);
}

/* Orders the file of a line, where there is room for it. */
static void
order_file(struct rrd_creator *c, const char *line, size_t len, const char *path)
{
	const struct config *config = rrd_config(c->rrd);

	if (rrd_room_for(&c->room, &config->rrd, path, clock_ms()))
		add_line(
		    c,
		    add_order(c, line + strlen(RRD_UPDATE), rrd_line_path(line, len)),
		    line, len);
	else
		counter_add(&counters.rrd_refused, rrd_line_values(line, len));
	config_release(config);
}

bool
rrd_create_line(struct rrd_creator *c, const char *line, size_t len)
{
	char path[RRD_LINE + 1];
	struct order *order;
	bool there = false;

	rrd_unescape(line + strlen(RRD_UPDATE), rrd_line_path(line, len), path);
	pthread_mutex_lock(&c->bell.lock);
	order = find_order(c, line, len);
	if (order != NULL)
		add_line(c, order, line, len);
	else if (is_there(c, path))
		there = true;
	else
		order_file(c, line, len, path);
	pthread_mutex_unlock(&c->bell.lock);
	return !there;
}

void
rrd_create_queue(struct rrd_creator *c, struct rrd_block *block)
{
	char *line = block->bytes, *end = line + block->len, *keep = line, *next;
	struct order *order;
	size_t len;

	pthread_mutex_lock(&c->bell.lock);
	for (; c->table != NULL && line < end; line = next) {
		next = (char *)memchr(line, '\n', (size_t)(end - line)) + 1;
		len = (size_t)(next - line);
		order = find_order(c, line, len);
		if (order != NULL) {
			block->values -= rrd_line_values(line, len);
			add_line(c, order, line, len);
			continue;
		}
		memmove(keep, line, len);
		keep += len;
	}
	pthread_mutex_unlock(&c->bell.lock);
	memmove(keep, line, (size_t)(end - line));
	block->len = (size_t)(keep - block->bytes) + (size_t)(end - line);
}

/* Whether the order is for a file of the folder. An order has the path that stands in a
 * line behind "UPDATE ". */
static bool
is_in(const struct order *order, const struct rrd_lines *lines)
{
	size_t len = lines->len - strlen(RRD_UPDATE);

	return order->len > len &&
	       memcmp(order->path, lines->begin + strlen(RRD_UPDATE), len) == 0;
}

/* Drops the orders for files of the folder, or puts them before all others. Returns whether
 * there are any left. The caller holds the bell's lock. */
static bool
hurry(struct rrd_creator *c, const struct rrd_lines *lines, bool drop)
{
	struct order *order, *next, *mine = NULL;
	bool any = false;

	DL_FOREACH_SAFE(c->orders, order, next) {
		if (!is_in(order, lines))
			continue;
		if (drop && !order->made) {
			remove_order(c, order);
			continue;
		}
		any = true;
		DL_DELETE(c->orders, order);
		DL_APPEND(mine, order);
	}
	DL_CONCAT(mine, c->orders);
	c->orders = mine;
	return any;
}

bool
rrd_create_settle(struct rrd_creator *c, const struct rrd_lines *lines, bool drop)
{
	bool waits;

	pthread_mutex_lock(&c->bell.lock);
	while ((waits = hurry(c, lines, drop)) && rrd_time_left(c->rrd, 1) > 0)
		rrd_bell_wait(&c->bell, SETTLE_MS);
	pthread_mutex_unlock(&c->bell.lock);
	return !waits;
}

/* The thread ---------------------------------------------------------------------- */

static struct order *
next_order(struct rrd_creator *c)
{
	struct order *order;

	pthread_mutex_lock(&c->bell.lock);
	while (c->orders == NULL && !c->closing)
		pthread_cond_wait(&c->bell.ring, &c->bell.lock);
	order = rrd_time_left(c->rrd, 1) > 0 ? c->orders : NULL;
	if (order != NULL)
		order->made = true; /* from here on nobody else removes it */
	pthread_mutex_unlock(&c->bell.lock);
	return order;
}

/* Removes an order. The values of its lines are added to the counter; NULL: not
 * counted. */
static void
end_order(struct rrd_creator *c, struct order *order, atomic_uint_fast64_t *counter)
{
	pthread_mutex_lock(&c->bell.lock);
	if (order->lines != NULL && counter != NULL)
		counter_add(counter, order->lines->values);
	remove_order(c, order);
	pthread_mutex_unlock(&c->bell.lock);
}

/* Takes the waiting lines. Where there are none, shows the file and removes the order
 * while it holds the lock: so a line that comes later finds either the order or the
 * file. */
static struct rrd_block *
take_lines(struct rrd_creator *c, struct order *order)
{
	struct rrd_block *lines;

	pthread_mutex_lock(&c->bell.lock);
	lines = order->lines;
	order->lines = NULL;
	if (lines == NULL) {
		if (c->rrd->sink->show != NULL)
			c->rrd->sink->show(c->state);
		remove_order(c, order);
	}
	pthread_mutex_unlock(&c->bell.lock);
	return lines;
}

/* Writes lines of a file that is made. */
static void
fill(struct rrd_creator *c, struct rrd_block *lines)
{
	rrd_write(c->rrd, &c->bell, c->rrd->sink->fill, c->state, lines);
	free(lines);
}

/* Fills in what is needed to make the file, from its first line "UPDATE PATH
 * TIME:VALUE[:NUM] ...". `path` is the memory for its path. */
static void
describe(const struct order *order, const struct config *config,
         char path[RRD_LINE + 1], struct rrd_file *file)
{
	char metric[RRD_LINE + 1], *value, *end, *base;
	size_t len = rrd_unescape(order->path, order->len, path);

	value = order->lines->bytes + strlen(RRD_UPDATE) + order->len + 1;
	end = value + strcspn(value, " \n");
	base = strrchr(path, '/') + 1;
	len -= (size_t)(base - path) + strlen(".rrd");
	memcpy(metric, base, len);
	metric[len] = '\0';
	*file = (struct rrd_file){
	    .escaped = order->path,
	    .path = path,
	    .umask = config->rrd.umask,
	    .step_s = config->rrd.step_s,
	    .start_s = (uint32_t)strtoul(value, NULL, 10) - 1,
	    .archives = config_archives(config, metric),
	};
	value = memchr(value, ':', (size_t)(end - value));
	file->sums =
	    value != NULL && memchr(value + 1, ':', (size_t)(end - value - 1)) != NULL;
}

static void
pause_after_failure(struct rrd_creator *c)
{
	int64_t ms = ++c->failed < FAILURES ? FAILED_PAUSE_MS : FAILED_PAUSE_MAX_MS;
	int64_t now = clock_ms(), until = now + ms;

	pthread_mutex_lock(&c->bell.lock);
	for (; now < until && !c->closing; now = clock_ms())
		rrd_bell_wait(&c->bell, until - now);
	pthread_mutex_unlock(&c->bell.lock);
}

static void
make(struct rrd_creator *c, struct order *order, const struct config *config)
{
	char path[RRD_LINE + 1];
	struct rrd_file file;
	struct rrd_block *lines;
	enum rrd_result result;
	unsigned failures = 0;

	pthread_mutex_lock(&c->bell.lock); /* writers may append to the lines */
	describe(order, config, path, &file);
	pthread_mutex_unlock(&c->bell.lock);
	if (file.archives == NULL) {
		end_order(c, order, NULL);
		return;
	}
	while ((result = c->rrd->sink->create(c->state, &file)) == RRD_BROKEN) {
		rrd_pause(c->rrd, &c->bell, ++failures);
		if (rrd_time_left(c->rrd, 1) == 0)
			return; /* rrd_creator_stop() counts its values */
	}
	if (result == RRD_FAILED) {
		end_order(c, order, &counters.rrd_failed);
		pause_after_failure(c);
		return;
	}
	c->failed = 0;
	while ((lines = take_lines(c, order)) != NULL)
		fill(c, lines);
}

static void *
make_files(void *argument)
{
	struct rrd_creator *c = argument;
	const struct config *config;
	struct order *order;

	while ((order = next_order(c)) != NULL) {
		config = rrd_config(c->rrd);
		make(c, order, config);
		config_release(config);
	}
	return NULL;
}

/* Start and end -------------------------------------------------------------------- */

struct rrd_creator *
rrd_creator_start(struct rrd *rrd)
{
	struct rrd_creator *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->rrd = rrd;
	rrd_bell_init(&c->bell);
	c->state = rrd->sink->open(rrd, NULL);
	if (c->state != NULL &&
	    thread_start(&c->thread, "rrd-creator", make_files, c) == 0)
		return c;
	if (c->state != NULL)
		rrd->sink->close(c->state);
	rrd_bell_free(&c->bell);
	free(c);
	return NULL;
}

void
rrd_creator_stop(struct rrd_creator *c)
{
	if (c == NULL)
		return;
	pthread_mutex_lock(&c->bell.lock);
	c->closing = true;
	pthread_cond_broadcast(&c->bell.ring);
	pthread_mutex_unlock(&c->bell.lock);
	pthread_join(c->thread, NULL);
	while (c->orders != NULL)
		end_order(c, c->orders, &counters.rrd_dropped);
	c->rrd->sink->close(c->state);
	rrd_room_free(&c->room);
	rrd_bell_free(&c->bell);
	free(c);
}

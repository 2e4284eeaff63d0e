#include "gmetad-bridge/rrd/rrd.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <utlist.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/thread.h"
#include "gmetad-bridge/counters.h"
#include "gmetad-bridge/rrd/rrd_files.h"
#include "gmetad-bridge/rrd/rrd_link.h"
#include "gmetad-bridge/rrd/rrd_sink.h"

#define PAUSE_MS 100 /* after the first failure; then twice as long */
#define PAUSE_MAX_MS 10000
#define PAUSE_ENDING_MS 100
#define WRITERS_MAX 64
#define SETTLE_MS 1000

/* Threads --------------------------------------------------------------------- */

void
rrd_bell_init(struct rrd_bell *bell)
{
	pthread_condattr_t attributes;

	pthread_mutex_init(&bell->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&bell->ring, &attributes);
	pthread_condattr_destroy(&attributes);
}

void
rrd_bell_free(struct rrd_bell *bell)
{
	pthread_cond_destroy(&bell->ring);
	pthread_mutex_destroy(&bell->lock);
}

void
rrd_bell_ring(struct rrd_bell *bell)
{
	pthread_mutex_lock(&bell->lock);
	pthread_cond_broadcast(&bell->ring);
	pthread_mutex_unlock(&bell->lock);
}

void
rrd_bell_wait(struct rrd_bell *bell, int64_t ms)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += ms / 1000;
	t.tv_nsec += ms % 1000 * 1000000;
	if (t.tv_nsec >= 1000000000) {
		t.tv_nsec -= 1000000000;
		t.tv_sec++;
	}
	pthread_cond_timedwait(&bell->ring, &bell->lock, &t);
}

bool
rrd_is_ending(struct rrd *rrd)
{
	return atomic_load_explicit(&rrd->deadline_ms, memory_order_acquire) !=
	       INT64_MAX;
}

int64_t
rrd_time_left(struct rrd *rrd, int64_t ms)
{
	int64_t left;

	if (!rrd_is_ending(rrd))
		return ms;
	left = atomic_load(&rrd->deadline_ms) - clock_ms();
	return left < 0 ? 0 : left < ms ? left : ms;
}

void
rrd_pause(struct rrd *rrd, struct rrd_bell *bell, unsigned failures)
{
	int64_t ms = PAUSE_MAX_MS, now = clock_ms(), until;

	if (failures < 8)
		ms = (int64_t)PAUSE_MS << (failures > 0 ? failures - 1 : 0);
	until = now + (ms < PAUSE_MAX_MS ? ms : PAUSE_MAX_MS);
	pthread_mutex_lock(&bell->lock);
	for (; now < until && !rrd_is_ending(rrd); now = clock_ms())
		rrd_bell_wait(bell, until - now);
	if (now < until)
		rrd_bell_wait(bell, rrd_time_left(rrd, PAUSE_ENDING_MS));
	pthread_mutex_unlock(&bell->lock);
}

/* The queue --------------------------------------------------------------------- */

bool
rrd_reserve(struct rrd *rrd, size_t bytes)
{
	size_t queued = atomic_load(&rrd->queued);

	do {
		if (queued + bytes > rrd->config->rrd.queue_bytes)
			return false;
	} while (!atomic_compare_exchange_weak(&rrd->queued, &queued, queued + bytes));
	counter_add(&counters.rrd_queued, bytes);
	return true;
}

void
rrd_unreserve(struct rrd *rrd, size_t bytes)
{
	atomic_fetch_sub(&rrd->queued, bytes);
	counter_add(&counters.rrd_queued, -(uint64_t)bytes);
}

struct rrd_block *
rrd_block_new(size_t size)
{
	struct rrd_block *block = malloc(sizeof(*block) + size);

	if (block != NULL)
		*block = (struct rrd_block){.size = size};
	return block;
}

bool
rrd_block_add(struct rrd_block **block, const char *line, size_t len, uint64_t values)
{
	struct rrd_block *b = *block;
	size_t size = b != NULL ? b->size : 0;

	if (b == NULL || b->size - b->len < len) {
		size = size * 2 + len;
		b = realloc(b, sizeof(*b) + size);
		if (b == NULL)
			return false;
		if (*block == NULL)
			*b = (struct rrd_block){0};
		b->size = size;
		*block = b;
	}
	memcpy(b->bytes + b->len, line, len);
	b->len += len;
	b->values += values;
	return true;
}

static void
say_full(struct rrd *rrd, uint64_t values)
{
	log_limited(&rrd->full, clock_ms(),
	            "RRDs: %" PRIu64 " values dropped, %zu bytes wait to be written",
	            values, atomic_load(&rrd->queued));
}

void
rrd_put(struct rrd *rrd, unsigned writer, struct rrd_block *block)
{
	struct rrd_writer *w = &rrd->writers[writer];
	struct rrd_block *cut;

	if (!rrd_reserve(rrd, block->len)) {
		counter_add(&counters.rrd_dropped, block->values);
		say_full(rrd, block->values);
		free(block);
		return;
	}
	cut = realloc(block, sizeof(*block) + block->len);
	if (cut != NULL) {
		block = cut;
		block->size = block->len;
	}
	pthread_mutex_lock(&w->bell.lock);
	DL_APPEND(w->blocks, block);
	pthread_cond_broadcast(&w->bell.ring);
	pthread_mutex_unlock(&w->bell.lock);
}

/* Writers ------------------------------------------------------------------------ */

/* Takes the writer's next block; NULL where there is none yet, or at the deadline. */
static struct rrd_block *
next_block(struct rrd_writer *w)
{
	struct rrd_block *block = NULL;

	pthread_mutex_lock(&w->bell.lock);
	if (w->blocks == NULL && !rrd_is_ending(w->rrd))
		rrd_bell_wait(&w->bell, SETTLE_MS);
	if (w->blocks != NULL && rrd_time_left(w->rrd, 1) > 0) {
		block = w->blocks;
		DL_DELETE(w->blocks, block);
	}
	pthread_mutex_unlock(&w->bell.lock);
	return block;
}

static void
settle(struct rrd_writer *w, bool all)
{
	if (w->rrd->sink->settle != NULL)
		w->rrd->sink->settle(w->state, all);
}

void
rrd_write(struct rrd *rrd, struct rrd_bell *bell, rrd_write_function *write,
          void *state, struct rrd_block *block)
{
	enum rrd_result result;
	unsigned failures = 0;

	while ((result = write(state, block)) != RRD_DONE) {
		failures = result == RRD_BROKEN ? failures + 1 : 0;
		if (failures > 0)
			rrd_pause(rrd, bell, failures);
		if (failures > 0 && rrd_time_left(rrd, 1) == 0) {
			counter_add(&counters.rrd_dropped, block->values);
			return;
		}
	}
}

/* Writes the lines of a block, and frees it. */
static void
write_lines(struct rrd_writer *w, struct rrd_block *block)
{
	size_t len = block->len;

	block = rrd_files_ready(w->files, block, clock_ms());
	if (block != NULL)
		rrd_write(w->rrd, &w->bell, w->rrd->sink->write, w->state, block);
	rrd_unreserve(w->rrd, len);
	free(block);
}

static void *
write_blocks(void *argument)
{
	struct rrd_writer *w = argument;
	struct rrd_block *block;

	while ((block = next_block(w)) != NULL || !rrd_is_ending(w->rrd)) {
		if (block != NULL && block->order != NULL) {
			rrd_order_turn(w, block->order);
			free(block);
		} else if (block != NULL) {
			write_lines(w, block);
		}
		settle(w, false);
		rrd_faults_tell(clock_ms(), false);
	}
	settle(w, true);
	return NULL;
}

static int
start_writer(struct rrd *rrd, struct rrd_writer *w)
{
	w->files = rrd_files_new(rrd);
	w->state = w->files != NULL ? rrd->sink->open(rrd, w->files) : NULL;
	if (w->state == NULL) {
		log_line("RRDs: no memory");
		return -1;
	}
	w->runs = thread_start(&w->thread, "rrd-writer", write_blocks, w) == 0;
	return w->runs ? 0 : -1;
}

/* Waits for a writer's end. Counts the values that are left as dropped, and returns how
 * many they are. */
static uint64_t
stop_writer(struct rrd_writer *w)
{
	struct rrd_block *block, *next;
	uint64_t values = 0;

	if (w->runs)
		pthread_join(w->thread, NULL);
	DL_FOREACH_SAFE(w->blocks, block, next) {
		values += block->values;
		rrd_unreserve(w->rrd, block->len);
		if (block->order != NULL)
			rrd_order_end(block->order);
		free(block);
	}
	if (w->state != NULL)
		w->rrd->sink->close(w->state);
	rrd_files_free(w->files);
	rrd_bell_free(&w->bell);
	counter_add(&counters.rrd_dropped, values);
	return values;
}

/* Start and end ------------------------------------------------------------------ */

static char *
make_prefix(const char *root)
{
	size_t len = strlen(root), begin = strlen(RRD_UPDATE);
	char *prefix = malloc(begin + 2 * len + 2);

	if (prefix == NULL)
		return NULL;
	while (len > 0 && root[len - 1] == '/')
		len--;
	strcpy(prefix, RRD_UPDATE);
	len = begin + rrd_escape(root, len, prefix + begin);
	memcpy(prefix + len, "/", 2);
	return prefix;
}

static struct rrd *
make(const struct config *config)
{
	struct rrd *rrd = calloc(1, sizeof(*rrd));
	unsigned i, count = config->rrd.connections;

	if (rrd == NULL)
		return NULL;
	count = count < 1 ? 1 : count > WRITERS_MAX ? WRITERS_MAX : count;
	rrd->prefix = make_prefix(config->rrd.rootdir);
	rrd->writers = calloc(count, sizeof(*rrd->writers));
	if (rrd->prefix == NULL || rrd->writers == NULL) {
		free(rrd->prefix);
		free(rrd->writers);
		free(rrd);
		return NULL;
	}
	rrd->config = config_hold(config);
	rrd->latest = config_hold(config);
	rrd->sink = config->rrd.rrdcached != NULL ? &rrd_cached : &rrd_direct;
	rrd->prefix_len = strlen(rrd->prefix);
	rrd->block_size = config->rrd.queue_bytes / (4 * count);
	if (rrd->block_size > RRD_BLOCK)
		rrd->block_size = RRD_BLOCK;
	atomic_init(&rrd->queued, 0);
	atomic_init(&rrd->deadline_ms, INT64_MAX);
	pthread_mutex_init(&rrd->lock, NULL);
	rrd->count = count;
	for (i = 0; i < count; i++) {
		rrd->writers[i].rrd = rrd;
		rrd_bell_init(&rrd->writers[i].bell);
	}
	return rrd;
}

struct rrd *
rrd_start(const struct config *config)
{
	struct rrd *rrd = make(config);
	unsigned i;
	bool fine;

	if (rrd == NULL) {
		log_line("RRDs: no memory");
		return NULL;
	}
	rrd_faults_clear();
	rrd_link_begin(rrd->config->rrd.rrdcached);
	rrd->creator = rrd_creator_start(rrd);
	fine = rrd->creator != NULL;
	for (i = 0; fine && i < rrd->count; i++)
		fine = start_writer(rrd, &rrd->writers[i]) == 0;
	if (fine)
		return rrd;
	rrd_stop(rrd, clock_ms());
	return NULL;
}

const struct config *
rrd_config(struct rrd *rrd)
{
	const struct config *config;

	pthread_mutex_lock(&rrd->lock);
	config = config_hold(rrd->latest);
	pthread_mutex_unlock(&rrd->lock);
	return config;
}

void
rrd_reload(struct rrd *rrd, const struct config *config)
{
	const struct config *was;

	pthread_mutex_lock(&rrd->lock);
	was = rrd->latest;
	rrd->latest = config_hold(config);
	pthread_mutex_unlock(&rrd->lock);
	config_release(was);
}

void
rrd_stop(struct rrd *rrd, int64_t deadline_ms)
{
	uint64_t dropped = counter_get(&counters.rrd_dropped);
	unsigned i;

	if (rrd == NULL)
		return;
	atomic_store(&rrd->deadline_ms,
	             deadline_ms < INT64_MAX ? deadline_ms : INT64_MAX - 1);
	for (i = 0; i < rrd->count; i++)
		rrd_bell_ring(&rrd->writers[i].bell);
	for (i = 0; i < rrd->count; i++)
		stop_writer(&rrd->writers[i]);
	rrd_faults_tell(clock_ms(), true);
	rrd_creator_stop(rrd->creator); /* last, because the writers give it lines */
	dropped = counter_get(&counters.rrd_dropped) - dropped;
	if (dropped > 0)
		log_line("RRDs: %" PRIu64 " values were not written in time", dropped);
	rrd_link_begin(NULL);
	config_release(rrd->latest);
	config_release(rrd->config);
	pthread_mutex_destroy(&rrd->lock);
	free(rrd->prefix);
	free(rrd->writers);
	free(rrd);
}

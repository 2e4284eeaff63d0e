#include "sflow/store.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

/* A host that is up, yet silent for so long, is told of again so often. */
#define SILENT_MS 40000
#define TELL_AGAIN_MS 10000

struct value {
	double number;
	char *text;           /* of a STRING; owned */
	int64_t heard_ms;
	int64_t delivered_ms; /* 0: not yet */
	int64_t described_ms; /* 0: not yet */
	bool there;           /* there is a value at all */
	bool fresh;           /* not read since it came */
	bool changed;         /* differs from what was delivered */
};

struct store_block {
	struct store_block *prev, *next;
	struct store_block *fresh_prev, *fresh_next;
	bool fresh; /* some value may be: it is among its host's fresh ones */
	struct store_host *host;
	const struct layout *layout;
	unsigned interval_s;
	char prefix[TEXT_SIZE];
	char part[STORE_PART];
	const char *group;
	struct value values[];
};

struct store_host {
	struct store_host *prev, *next; /* of all hosts */
	struct store_host *queue_prev, *queue_next;
	struct store *store;
	pthread_mutex_t lock; /* for what follows, up to the next remark */
	struct store_block *blocks;
	struct store_block *fresh; /* those with values that nobody has read */
	size_t metrics; /* in all blocks; the filling thread's */
	int64_t heard_ms;
	int64_t started_s;
	int64_t told_ms; /* when publishers were last told of it */
	bool up;
	/* set once, by the filling thread, before the host is first queued */
	char key[TEXT_SIZE];
	char name[TEXT_SIZE];
	bool announced;
	/* under the store's lock */
	bool gone;
	/* so that a busy host takes no lock to find that it is queued */
	atomic_bool queued;
};

struct store {
	pthread_mutex_t lock; /* for the lists and counts */
	struct store_host *hosts;
	struct store_host *queue;
	size_t count; /* all hosts */
	size_t gone;  /* those among them that are gone */
	size_t waiting; /* in the queue */
	size_t max;
	size_t max_metrics;  /* of a host */
	unsigned describe_s; /* set once */
};

struct store *
store_new(size_t max_hosts, size_t max_metrics)
{
	struct store *store = calloc(1, sizeof(*store));

	if (store == NULL)
		return NULL;
	store->max = max_hosts;
	store->max_metrics = max_metrics;
	pthread_mutex_init(&store->lock, NULL);
	return store;
}

void
store_describe_every(struct store *store, unsigned seconds)
{
	store->describe_s = seconds;
}

static void
block_free(struct store_block *block)
{
	size_t i;

	for (i = 0; i < block->layout->count; i++)
		free(block->values[i].text);
	free(block);
}

static void
host_free(struct store_host *host)
{
	struct store_block *block, *next;

	DL_FOREACH_SAFE(host->blocks, block, next)
		block_free(block);
	pthread_mutex_destroy(&host->lock);
	free(host);
}

/* Takes the host off the store's lists; the caller holds the store's lock. */
static void
unlink_host(struct store_host *host)
{
	DL_DELETE(host->store->hosts, host);
	if (atomic_load(&host->queued)) {
		DL_DELETE2(host->store->queue, host, queue_prev, queue_next);
		host->store->waiting--;
	}
	host->store->count--;
	host->store->gone -= host->gone;
}

void
store_free(struct store *store)
{
	struct store_host *host, *next;

	if (store == NULL)
		return;
	DL_FOREACH_SAFE(store->hosts, host, next) {
		unlink_host(host);
		host_free(host);
	}
	pthread_mutex_destroy(&store->lock);
	free(store);
}

size_t
store_waiting(struct store *store)
{
	size_t waiting;

	pthread_mutex_lock(&store->lock);
	waiting = store->waiting;
	pthread_mutex_unlock(&store->lock);
	return waiting;
}

size_t
store_count(struct store *store)
{
	size_t count;

	pthread_mutex_lock(&store->lock);
	count = store->count - store->gone;
	pthread_mutex_unlock(&store->lock);
	return count;
}

struct store_host *
store_host_add(struct store *store, const char *key)
{
	struct store_host *host = NULL;

	pthread_mutex_lock(&store->lock);
	if (store->count < store->max)
		host = calloc(1, sizeof(*host));
	if (host != NULL) {
		host->store = store;
		pthread_mutex_init(&host->lock, NULL);
		strncpy(host->key, key, sizeof(host->key) - 1);
		DL_APPEND(store->hosts, host);
		store->count++;
	}
	pthread_mutex_unlock(&store->lock);
	return host;
}

/* Puts the host at the queue's end, if it is not in it. The caller holds the
 * store's lock. */
static void
append(struct store_host *host)
{
	if (atomic_exchange(&host->queued, true))
		return;
	DL_APPEND2(host->store->queue, host, queue_prev, queue_next);
	host->store->waiting++;
}

static void
enqueue(struct store_host *host)
{
	if (atomic_load(&host->queued))
		return;
	pthread_mutex_lock(&host->store->lock);
	append(host);
	pthread_mutex_unlock(&host->store->lock);
}

void
store_host_announce(struct store_host *host, const char *name)
{
	strncpy(host->name, name, sizeof(host->name) - 1);
	host->announced = true;
	enqueue(host);
}

bool
store_host_announced(const struct store_host *host)
{
	return host->announced;
}

void
store_host_gone(struct store_host *host)
{
	struct store *store;
	bool unseen;

	if (host == NULL)
		return;
	store = host->store;
	pthread_mutex_lock(&store->lock);
	host->gone = true;
	store->gone++;
	unseen = !host->announced;
	if (unseen)
		unlink_host(host);
	else
		append(host); /* under the lock: a publisher may free it next */
	pthread_mutex_unlock(&store->lock);
	if (unseen)
		host_free(host);
}

static size_t
metrics_of(const struct layout *layout)
{
	size_t i, n = 0;

	for (i = 0; i < layout->count; i++)
		n += layout->fields[i].metric.name != NULL;
	return n;
}

struct store_block *
store_block_add(struct store_host *host, const struct layout *layout,
                const struct store_instance *instance)
{
	size_t metrics = metrics_of(layout);
	struct store_block *block;

	if (host->metrics + metrics > host->store->max_metrics)
		return NULL;
	block = calloc(1, sizeof(*block) +
	                      layout->count * sizeof(block->values[0]));
	if (block == NULL)
		return NULL;
	host->metrics += metrics;
	block->host = host;
	block->layout = layout;
	strncpy(block->prefix, instance->prefix, sizeof(block->prefix) - 1);
	strncpy(block->part, instance->part, sizeof(block->part) - 1);
	block->group = instance->group;
	pthread_mutex_lock(&host->lock);
	DL_APPEND(host->blocks, block);
	pthread_mutex_unlock(&host->lock);
	return block;
}

/* The caller holds the host's lock, in both. */
static void
mark_fresh(struct store_block *block)
{
	if (block->fresh)
		return;
	block->fresh = true;
	DL_APPEND2(block->host->fresh, block, fresh_prev, fresh_next);
}

static void
mark_read(struct store_block *block)
{
	if (!block->fresh)
		return;
	block->fresh = false;
	DL_DELETE2(block->host->fresh, block, fresh_prev, fresh_next);
}

void
store_block_remove(struct store_block *block)
{
	if (block == NULL)
		return;
	pthread_mutex_lock(&block->host->lock);
	mark_read(block);
	block->host->metrics -= metrics_of(block->layout);
	DL_DELETE(block->host->blocks, block);
	pthread_mutex_unlock(&block->host->lock);
	block_free(block);
}

struct store_host *
store_block_host(const struct store_block *block)
{
	return block->host;
}

/* Values made from the clock hold still unless they move by more than two
 * seconds: rounding on both sides makes them jitter. */
static bool
holds_still(double was, double is)
{
	return is - was <= 2 && was - is <= 2;
}

static bool
set_text(struct value *v, const char *text)
{
	char *copy;

	if (v->text != NULL && strcmp(v->text, text) == 0)
		return false;
	copy = strdup(text);
	if (copy == NULL)
		return false;
	free(v->text);
	v->text = copy;
	return true;
}

static bool
set_number(struct value *v, enum formula formula, double number)
{
	if (v->there && (v->number == number ||
	                 (formula == SINCE && holds_still(v->number, number))))
		return false;
	v->number = number;
	return true;
}

static void
set_value(struct value *v, const struct field *field,
          const struct derived *derived, int64_t now)
{
	bool changed = field->metric.type == STRING
	                   ? set_text(v, derived->text)
	                   : set_number(v, field->formula, derived->number);

	v->there = field->metric.type != STRING || v->text != NULL;
	v->changed = v->changed || changed;
	v->fresh = true;
	v->heard_ms = now;
}

void
store_block_set(struct store_block *block, const struct derived *values,
                size_t count, unsigned interval_s, int64_t now)
{
	size_t i;

	pthread_mutex_lock(&block->host->lock);
	if (block->interval_s != interval_s) {
		block->interval_s = interval_s;
		for (i = 0; i < block->layout->count; i++)
			block->values[i].described_ms = 0;
	}
	for (i = 0; i < count; i++)
		if (values[i].valid)
			set_value(&block->values[i], &block->layout->fields[i],
			          &values[i], now);
	mark_fresh(block);
	pthread_mutex_unlock(&block->host->lock);
}

void
store_host_heard(struct store_host *host, int64_t started_s, int64_t now)
{
	pthread_mutex_lock(&host->lock);
	host->heard_ms = host->told_ms = now;
	host->up = true;
	if (started_s != 0 &&
	    !holds_still((double)host->started_s, (double)started_s))
		host->started_s = started_s;
	pthread_mutex_unlock(&host->lock);
	if (host->announced)
		enqueue(host);
}

void
store_host_tick(struct store_host *host, bool up, int64_t now)
{
	bool tell;

	pthread_mutex_lock(&host->lock);
	tell = host->up != up || (up && now - host->heard_ms >= SILENT_MS &&
	                          now - host->told_ms >= TELL_AGAIN_MS);
	host->up = up;
	if (tell)
		host->told_ms = now;
	pthread_mutex_unlock(&host->lock);
	if (tell && host->announced)
		enqueue(host);
}

struct store_host *
store_take(struct store *store)
{
	struct store_host *host;

	pthread_mutex_lock(&store->lock);
	host = store->queue;
	if (host != NULL) {
		DL_DELETE2(store->queue, host, queue_prev, queue_next);
		store->waiting--;
		atomic_store(&host->queued, false);
	}
	pthread_mutex_unlock(&store->lock);
	return host;
}

void
store_done(struct store_host *host)
{
	struct store *store = host->store;
	bool gone;

	pthread_mutex_lock(&store->lock);
	/* Gone since it was taken: it is queued, and comes once more. */
	gone = host->gone && !atomic_load(&host->queued);
	if (gone)
		unlink_host(host);
	pthread_mutex_unlock(&store->lock);
	if (gone)
		host_free(host);
}

void
store_again(struct store_host *host)
{
	struct store *store = host->store;

	pthread_mutex_lock(&store->lock);
	if (!atomic_exchange(&host->queued, true)) {
		DL_PREPEND2(store->queue, host, queue_prev, queue_next);
		store->waiting++;
	}
	pthread_mutex_unlock(&store->lock);
}

void
store_host_info(struct store_host *host, struct store_info *info)
{
	info->key = host->key;
	info->name = host->name;
	pthread_mutex_lock(&host->store->lock);
	info->gone = host->gone;
	pthread_mutex_unlock(&host->store->lock);
	pthread_mutex_lock(&host->lock);
	info->heard_ms = host->heard_ms;
	info->up = host->up;
	info->started_s = (uint32_t)host->started_s;
	pthread_mutex_unlock(&host->lock);
}

#define TMAX_LEAST 60u
#define DMAX_LEAST 600u
#define CONSTANT_TMAX 5 /* times that of a metric that varies */

unsigned
store_tmax(unsigned interval_s, enum metric_slope slope)
{
	unsigned tmax = 2 * interval_s > TMAX_LEAST ? 2 * interval_s : TMAX_LEAST;

	return slope == ZERO ? CONSTANT_TMAX * tmax : tmax;
}

unsigned
store_dmax(unsigned interval_s)
{
	return store_tmax(interval_s, BOTH) * (DMAX_LEAST / TMAX_LEAST);
}

/* Older than a fraction of `life_s` seconds: time to send it again. */
static bool
about_to_expire(int64_t since_ms, unsigned life_s, int64_t now)
{
	return since_ms == 0 || now - since_ms >= (int64_t)life_s * 500;
}

/* How long metadata lasts that was delivered for this block, in seconds. */
static unsigned
description_life(const struct store_block *block)
{
	unsigned dmax = store_dmax(block->interval_s);
	unsigned every = block->host->store->describe_s;

	return every != 0 && 2 * every < dmax ? 2 * every : dmax;
}

/* "prefix.part.name", or what there is of it. Returns where the name begins. */
static const char *
compose(char *out, const struct store_block *block, const char *inside,
        const char *between, const char *name)
{
	char *at = out;

	if (block->prefix[0] != '\0') {
		at = stpcpy(at, block->prefix);
		if (block->part[0] != '\0')
			at = stpcpy(stpcpy(at, inside), block->part);
		at = stpcpy(at, between);
	}
	strcpy(at, name);
	return at;
}

static void
describe(const struct store_block *block, const struct metric *metric,
         struct store_reading *r)
{
	r->metric.title = compose(r->title, block, " ", ": ", metric->title);
	if (block->group == NULL)
		strcpy(r->group, metric->group);
	else
		snprintf(r->group, sizeof(r->group), "%s %s", block->group,
		         block->prefix);
}

/* Nothing in the reading belongs to the block, which may go meanwhile. */
static void
copy_value(const struct store_block *block, const struct metric *metric,
           const struct value *v, struct store_reading *r)
{
	r->metric = *metric;
	r->number = v->number;
	r->heard_ms = v->heard_ms;
	r->tmax_s = store_tmax(block->interval_s, metric->slope);
	r->dmax_s = store_dmax(block->interval_s);
	r->metric.name = compose(r->name, block, ".", ".", metric->name);
	r->metric.title = "";
	if (r->describe)
		describe(block, metric, r);
	if (metric->type == STRING)
		strcpy(r->text, v->text);
}

static void
read_value(const struct store_block *block, const struct metric *metric,
           struct value *v, int64_t now, struct store_reading *r)
{
	r->describe = about_to_expire(v->described_ms, description_life(block),
	                              now);
	copy_value(block, metric, v, r);
	if (r->describe)
		v->described_ms = now;
	v->delivered_ms = now;
	v->changed = false;
}

bool
store_block_peek(struct store_block *block, size_t row,
                 struct store_reading *r)
{
	struct value *v = &block->values[row];
	bool there;

	pthread_mutex_lock(&block->host->lock);
	there = v->there;
	r->describe = true;
	if (there)
		copy_value(block, &block->layout->fields[row].metric, v, r);
	pthread_mutex_unlock(&block->host->lock);
	return there;
}

static bool
is_due(const struct store_block *block, const struct metric *metric,
       const struct value *v, int64_t now)
{
	return metric->slope != ZERO || v->changed || v->described_ms == 0 ||
	       about_to_expire(v->delivered_ms,
	                       store_tmax(block->interval_s, ZERO), now);
}

/* All that is due of the block, or as much as there is room for. */
static size_t
read_block(struct store_block *block, int64_t now,
           struct store_reading *readings, size_t room)
{
	size_t i, n = 0;

	for (i = 0; i < block->layout->count && n < room; i++) {
		const struct metric *metric = &block->layout->fields[i].metric;
		struct value *v = &block->values[i];

		if (!v->fresh)
			continue;
		v->fresh = false;
		if (is_due(block, metric, v, now))
			read_value(block, metric, v, now, &readings[n++]);
	}
	if (i == block->layout->count)
		mark_read(block);
	return n;
}

size_t
store_read(struct store_host *host, int64_t now,
           struct store_reading readings[STORE_READ])
{
	size_t n = 0;

	pthread_mutex_lock(&host->lock);
	while (host->fresh != NULL && n < STORE_READ)
		n += read_block(host->fresh, now, readings + n, STORE_READ - n);
	pthread_mutex_unlock(&host->lock);
	return n;
}

void
store_forget(struct store_host *host)
{
	struct store_block *block;
	size_t i;

	pthread_mutex_lock(&host->lock);
	DL_FOREACH(host->blocks, block) {
		for (i = 0; i < block->layout->count; i++) {
			struct value *v = &block->values[i];

			v->fresh = v->there;
			v->described_ms = 0;
			v->delivered_ms = 0;
		}
		mark_fresh(block);
	}
	pthread_mutex_unlock(&host->lock);
}

/* What the store knows of a host: blocks, one per (data source, structure), with a
 * value per row of the table.
 */
#include <stdalign.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <utlist.h>

#include "sflow/store/store_internal.h"

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

/* The whole of a time of which `low` is the lower half, and which is not after
 * `latest`. */
static int64_t
whole_time(int64_t latest, uint32_t low)
{
	return latest - (uint32_t)((uint32_t)latest - low);
}

/* Blocks -------------------------------------------------------------------------- */

/* A row without a metric never has a value. */
static bool
is_text(const struct field *field)
{
	return field->metric.name != NULL && field->metric.type == STRING;
}

static void
block_free(struct store_block *block)
{
	size_t i;

	for (i = 0; i < block->layout->count; i++)
		if (is_text(&block->layout->fields[i]))
			free(block->values[i].text);
	free(block->label);
	free(block->marks);
	free(block);
}

void
store_blocks_free(struct store_host *host)
{
	struct store_block *block, *next;

	DL_FOREACH_SAFE(host->blocks, block, next)
		block_free(block);
}

static size_t
metrics_of(const struct layout *layout)
{
	size_t i, n = 0;

	for (i = 0; i < layout->count; i++)
		n += layout->fields[i].metric.name != NULL;
	return n;
}

static bool
add_label(struct store_block *block, const struct store_instance *instance)
{
	size_t len = strnlen(instance->prefix, TEXT_SIZE - 1);

	if (len == 0)
		return true;
	block->label = calloc(1, sizeof(*block->label) + len + 1);
	if (block->label == NULL)
		return false;
	memcpy(block->label->prefix, instance->prefix, len);
	strncpy(block->label->part, instance->part, STORE_PART - 1);
	block->label->group = instance->group;
	return true;
}

/* So that what is behind it may be anything. */
static size_t
aligned(size_t size)
{
	return (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
}

static struct store_block *
block_new(struct store_host *host, const struct layout *layout)
{
	bool published = host->store->use == STORE_FOR_PUBLISHER;
	struct store_block *block;
	size_t size = aligned(sizeof(*block) +
	                      layout->count * sizeof(block->values[0]));
	size_t news = sizeof(*block->news) +
	              layout->count * sizeof(block->news->told[0]);

	block = calloc(1, size + (published ? news : 0));
	if (block == NULL)
		return NULL;
	block->host = host;
	block->layout = layout;
	if (published) {
		block->news = (struct news *)((char *)block + size);
		block->news->block = block;
	}
	return block;
}

struct store_block *
store_block_add(struct store_host *host, const struct layout *layout,
                const struct store_instance *instance)
{
	size_t metrics = metrics_of(layout);
	struct store_block *block;

	if (host->metrics + metrics > atomic_load(&host->store->max_metrics))
		return NULL;
	block = block_new(host, layout);
	if (block == NULL)
		return NULL;
	if (!add_label(block, instance)) {
		free(block);
		return NULL;
	}
	host->metrics += metrics;
	pthread_mutex_lock(&host->lock);
	DL_APPEND(host->blocks, block);
	pthread_mutex_unlock(&host->lock);
	return block;
}

/* The caller holds the host's lock, in both. */
static void
mark_fresh(struct store_block *block)
{
	if (block->news == NULL || block->fresh)
		return;
	block->fresh = true;
	DL_APPEND(block->host->fresh, block->news);
}

static void
mark_read(struct store_block *block)
{
	if (!block->fresh)
		return;
	block->fresh = false;
	DL_DELETE(block->host->fresh, block->news);
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

/* Setting ------------------------------------------------------------------------- */

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
	if ((v->flags & VALUE_THERE) != 0 &&
	    (v->number == number ||
	     (formula == SINCE && holds_still(v->number, number))))
		return false;
	v->number = number;
	return true;
}

static void
set_value(struct value *v, const struct field *field,
          const struct derived *derived, int64_t now)
{
	bool changed = is_text(field) ? set_text(v, derived->text)
	                              : set_number(v, field->formula,
	                                           derived->number);

	if (is_text(field) && v->text == NULL)
		return; /* no memory */
	v->flags |= VALUE_THERE | VALUE_FRESH;
	if (changed)
		v->flags |= VALUE_CHANGED;
	v->heard = (uint32_t)now;
}

/* Whether nobody is to be told of the value any more. */
static bool
is_expired(const struct store_block *block, const struct value *v, int64_t now)
{
	int64_t life = (int64_t)store_dmax(block->interval_s) * 1000;

	return now - whole_time(block->heard_ms, v->heard) > life;
}

/* What came no more is no more: after 49 days it would seem to be new. */
static void
drop_value(struct value *v, const struct field *field)
{
	if (is_text(field))
		free(v->text);
	*v = (struct value){.flags = 0};
}

/* The block's time is still that of what came before. */
static void
set_row(struct store_block *block, size_t i, const struct derived *derived,
        int64_t now)
{
	const struct field *field = &block->layout->fields[i];
	struct value *v = &block->values[i];

	if (derived != NULL && derived->valid && field->metric.name != NULL)
		set_value(v, field, derived, now);
	else if ((v->flags & VALUE_THERE) != 0 && is_expired(block, v, now))
		drop_value(v, field);
}

void
store_block_set(struct store_block *block, const struct derived *values,
                size_t count, unsigned interval_s, int64_t now)
{
	bool paced = block->interval_s != interval_s;
	size_t i;

	pthread_mutex_lock(&block->host->lock);
	block->interval_s = interval_s;
	for (i = 0; i < block->layout->count; i++) {
		if (paced)
			block->values[i].flags &= (uint8_t)~VALUE_DESCRIBED;
		set_row(block, i, i < count ? &values[i] : NULL, now);
	}
	block->heard_ms = now;
	mark_fresh(block);
	pthread_mutex_unlock(&block->host->lock);
}

/* Looking ------------------------------------------------------------------------- */

/* A value as it stands; the caller holds the host's lock. */
static void
view(const struct store_block *block, size_t row, struct store_value *value)
{
	const struct metric *metric = &block->layout->fields[row].metric;
	const struct value *v = &block->values[row];
	const struct label *label = block->label;

	*value = (struct store_value){
	    .metric = metric,
	    .prefix = label != NULL ? label->prefix : "",
	    .part = label != NULL ? label->part : "",
	    .group = label != NULL ? label->group : NULL,
	    .heard_ms = whole_time(block->heard_ms, v->heard),
	    .tmax_s = store_tmax(block->interval_s, metric->slope),
	    .dmax_s = store_dmax(block->interval_s)};
	if (metric->type == STRING)
		value->text = v->text;
	else
		value->number = v->number;
	if (metric->type != STRING && block->marks != NULL)
		value->mark = &block->marks[row];
}

void
store_look(struct store_look *look, struct store_host *host, bool marks,
           int64_t now)
{
	*look = (struct store_look){.host = host,
	                            .block = host->blocks,
	                            .marks = marks,
	                            .now = now};
}

static void
add_marks(struct store_block *block)
{
	if (block->marks == NULL)
		block->marks =
		    calloc(block->layout->count, sizeof(block->marks[0]));
}

bool
store_look_next(struct store_look *look, struct store_value *value)
{
	for (; look->block != NULL;
	     look->block = look->block->next, look->row = 0) {
		struct store_block *block = look->block;

		while (look->row < block->layout->count) {
			size_t row = look->row++;
			const struct value *v = &block->values[row];

			if ((v->flags & VALUE_THERE) == 0 ||
			    is_expired(block, v, look->now))
				continue;
			if (look->marks && !is_text(&block->layout->fields[row]))
				add_marks(block);
			view(block, row, value);
			return true;
		}
	}
	return false;
}

/* "prefix.part.name", or what there is of it. Returns the length; *name_at is
 * where the name begins. */
static size_t
compose(char *out, const struct store_value *value, const char *inside,
        const char *between, const char *name, const char **name_at)
{
	char *at = out;

	if (value->prefix[0] != '\0') {
		at = stpcpy(at, value->prefix);
		if (value->part[0] != '\0')
			at = stpcpy(stpcpy(at, inside), value->part);
		at = stpcpy(at, between);
	}
	*name_at = at;
	return (size_t)(stpcpy(at, name) - out);
}

size_t
store_value_name(const struct store_value *value, char name[STORE_NAME])
{
	const char *at;

	return compose(name, value, ".", ".", value->metric->name, &at);
}

size_t
store_value_title(const struct store_value *value, char title[STORE_NAME])
{
	const char *at;

	return compose(title, value, " ", ": ", value->metric->title, &at);
}

size_t
store_value_group(const struct store_value *value, char group[STORE_NAME])
{
	char *at = group;

	if (value->group != NULL)
		at = stpcpy(stpcpy(stpcpy(at, value->group), " "),
		            value->prefix);
	else
		at = stpcpy(at, value->metric->group);
	return (size_t)(at - group);
}

/* Reading what is new --------------------------------------------------------------- */

/* Delivered never, or longer ago than a half of `life_s` seconds: time to send it
 * again. */
static bool
about_to_expire(bool delivered, uint32_t at, unsigned life_s, int64_t now)
{
	return !delivered ||
	       now - whole_time(now, at) >= (int64_t)life_s * 500;
}

/* How long metadata lasts that was delivered for this block, in seconds. */
static unsigned
description_life(const struct store_block *block)
{
	unsigned dmax = store_dmax(block->interval_s);
	unsigned every = block->host->store->describe_s;

	return every != 0 && 2 * every < dmax ? 2 * every : dmax;
}

/* Nothing in the reading belongs to the block, which may go meanwhile. */
static void
copy_value(const struct store_block *block, size_t row,
           struct store_reading *r)
{
	struct store_value value;

	view(block, row, &value);
	r->metric = *value.metric;
	r->number = value.number;
	r->heard_ms = value.heard_ms;
	r->tmax_s = value.tmax_s;
	r->dmax_s = value.dmax_s;
	compose(r->name, &value, ".", ".", value.metric->name, &r->metric.name);
	r->metric.title = "";
	if (r->describe) {
		compose(r->title, &value, " ", ": ", value.metric->title,
		        &r->metric.title);
		store_value_group(&value, r->group);
	}
	if (value.metric->type == STRING)
		strcpy(r->text, value.text);
}

static void
read_value(struct store_block *block, size_t row, int64_t now,
           struct store_reading *r)
{
	struct value *v = &block->values[row];
	struct told *told = &block->news->told[row];

	r->describe = about_to_expire((v->flags & VALUE_DESCRIBED) != 0,
	                              told->described,
	                              description_life(block), now);
	copy_value(block, row, r);
	if (r->describe)
		told->described = (uint32_t)now;
	told->delivered = (uint32_t)now;
	v->flags |= VALUE_DESCRIBED | VALUE_DELIVERED;
	v->flags &= (uint8_t)~VALUE_CHANGED;
}

bool
store_block_peek(struct store_block *block, size_t row,
                 struct store_reading *r)
{
	bool there;

	pthread_mutex_lock(&block->host->lock);
	there = (block->values[row].flags & VALUE_THERE) != 0;
	r->describe = true;
	if (there)
		copy_value(block, row, r);
	pthread_mutex_unlock(&block->host->lock);
	return there;
}

static bool
is_due(const struct store_block *block, size_t row, int64_t now)
{
	const struct metric *metric = &block->layout->fields[row].metric;
	const struct value *v = &block->values[row];

	return metric->slope != ZERO || (v->flags & VALUE_CHANGED) != 0 ||
	       (v->flags & VALUE_DESCRIBED) == 0 ||
	       about_to_expire((v->flags & VALUE_DELIVERED) != 0,
	                       block->news->told[row].delivered,
	                       store_tmax(block->interval_s, ZERO), now);
}

/* All that is due of the block, or as much as there is room for. */
static size_t
read_block(struct store_block *block, int64_t now,
           struct store_reading *readings, size_t room)
{
	size_t i, n = 0;

	for (i = 0; i < block->layout->count && n < room; i++) {
		struct value *v = &block->values[i];

		if ((v->flags & VALUE_FRESH) == 0)
			continue;
		v->flags &= (uint8_t)~VALUE_FRESH;
		if (is_due(block, i, now))
			read_value(block, i, now, &readings[n++]);
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
		n += read_block(host->fresh->block, now, readings + n,
		                STORE_READ - n);
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
			bool there = (v->flags & VALUE_THERE) != 0;

			v->flags = there ? VALUE_THERE | VALUE_FRESH : 0;
		}
		mark_fresh(block);
	}
	pthread_mutex_unlock(&host->lock);
}

/* The values of a host as they stand, and those that are to be delivered.
 */
#include <stdio.h>
#include <utlist.h>

#include "sflow/store/store_internal.h"

/* Looking ------------------------------------------------------------------------- */

/* What all values of a block have in common; the caller holds the host's lock, here and
 * below. */
static void
view_block(struct store_block *block, struct store_value *value)
{
	const struct label *label = block->label;

	*value = (struct store_value){
	    .prefix = label != NULL ? label->prefix : "",
	    .part = label != NULL ? label->part : "",
	    .group = label != NULL ? label->group : NULL,
	    .tmax_s = store_tmax(block->interval_s, BOTH),
	    .dmax_s = store_dmax(block->interval_s),
	    .block = block,
	    .cells = block_columns(block)};
}

/* And the rest, of one of them. */
static void
view_row(size_t row, struct store_value *value)
{
	const struct store_block *block = value->block;
	const struct metric *metric = &block->layout->fields[row].metric;
	const struct value *v = &block->values[row];

	value->metric = metric;
	value->heard_ms = whole_time(block->heard_ms, v->heard);
	value->row = row;
	if (metric->slope == ZERO)
		value->tmax_s = store_tmax(block->interval_s, ZERO);
	if (metric->type == STRING)
		value->text = v->text;
	else
		value->number = v->number;
}

void
store_look(struct store_look *look, struct store_host *host, int64_t now)
{
	*look = (struct store_look){
	    .host = host, .block = host->blocks, .now = now};
}

bool
store_look_next(struct store_look *look, struct store_value *value)
{
	struct store_block *block;

	for (; (block = look->block) != NULL;
	     look->block = block->next, look->row = 0) {
		if (look->row == 0)
			view_block(block, &look->of_block);
		while (look->row < block->layout->count) {
			size_t row = look->row++;
			const struct value *v = &block->values[row];

			if ((v->flags & VALUE_THERE) == 0 ||
			    is_expired(block, v, look->of_block.dmax_s,
			               look->now))
				continue;
			*value = look->of_block;
			view_row(row, value);
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
copy_value(struct store_block *block, size_t row,
           struct store_reading *r)
{
	struct store_value value;

	view_block(block, &value);
	view_row(row, &value);
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

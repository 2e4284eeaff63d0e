/* The values of a host: blocks, one per (data source, structure), with a value per row of
 * the table.
 */
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

/* Blocks -------------------------------------------------------------------------- */

static void
block_free(struct store_block *block)
{
	const struct store *store = block->host->store;
	size_t i;

	for (i = 0; i < block->layout->count; i++)
		if (is_text(&block->layout->fields[i]))
			free(block->values[i].text);
	for (i = 0; i < store->column_count; i++)
		if (!store->columns[i].options.with_blocks)
			free(block_columns(block)[i]);
	free(block->label);
	free(block);
}

void
store_blocks_free(struct store_host *host)
{
	struct store_block *block, *next;

	atomic_fetch_sub(&host->store->metrics, host->metrics);
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

/* Returns how many bytes of a block of this layout are the column's cells; 0 where they
 * do not come with blocks. */
static size_t
cells_size(const struct store_column *column, const struct layout *layout)
{
	return column->options.with_blocks
	           ? aligned(layout->count * column->options.cell_size)
	           : 0;
}

/* Returns the bytes of what is behind a block's values: its places in the lists of news,
 * pointers to the columns' cells, and the cells that come with the block. */
static size_t
size_behind(const struct store *store, const struct layout *layout)
{
	size_t i, size = store->feed_count * sizeof(struct news) +
	                 store->column_count * sizeof(void *);

	for (i = 0; i < store->column_count; i++)
		size += cells_size(&store->columns[i], layout);
	return size;
}

static void
place_behind(const struct store *store, struct store_block *block)
{
	void **columns = block_columns(block);
	char *at = (char *)(columns + store->column_count);
	size_t i;

	for (i = 0; i < store->column_count; i++) {
		const struct store_column *column = &store->columns[i];

		if (column->options.with_blocks)
			columns[i] = at;
		at += cells_size(column, block->layout);
	}
	for (i = 0; i < store->feed_count; i++)
		block_news(block)[i].block = block;
}

static struct store_block *
block_new(struct store_host *host, const struct layout *layout)
{
	struct store_block *block;
	size_t size =
	    aligned(sizeof(*block) + layout->count * sizeof(block->values[0]));

	block = calloc(1, size + size_behind(host->store, layout));
	if (block == NULL)
		return NULL;
	block->host = host;
	block->layout = layout;
	place_behind(host->store, block);
	return block;
}

/* Returns how many metrics there may be in all, so that the host gets more. */
static size_t
most_metrics(const struct store_host *host)
{
	size_t most = atomic_load(&host->store->most_metrics);

	return atomic_load(&host->confirmed) ? most : share_of_strangers(most);
}

/* Counts so many more metrics of the host, if it may have them. Under its lock. */
static bool
take_metrics(struct store_host *host, size_t metrics)
{
	struct store *store = host->store;

	if (host->metrics + metrics > atomic_load(&store->max_metrics))
		return false;
	if (atomic_fetch_add(&store->metrics, metrics) + metrics > most_metrics(host)) {
		atomic_fetch_sub(&store->metrics, metrics);
		return false;
	}
	host->metrics += metrics;
	return true;
}

static void
return_metrics(struct store_host *host, size_t metrics)
{
	host->metrics -= metrics;
	atomic_fetch_sub(&host->store->metrics, metrics);
}

bool
store_is_tight(const struct store *store)
{
	return is_tight(atomic_load(&store->metrics),
	                atomic_load(&store->most_metrics));
}

bool
store_host_is_full(const struct store_host *host)
{
	return host->metrics < atomic_load(&host->store->max_metrics) &&
	       atomic_load(&host->store->metrics) >=
	           most_metrics(host) - most_metrics(host) / 64;
}

struct store_block *
store_block_add(struct store_host *host, const struct layout *layout,
                const struct store_instance *instance)
{
	struct store_block *block = block_new(host, layout);
	bool fits;

	if (block == NULL)
		return NULL;
	if (!add_label(block, instance)) {
		free(block);
		return NULL;
	}
	pthread_mutex_lock(&host->lock);
	fits = take_metrics(host, metrics_of(layout));
	if (fits)
		DL_APPEND(host->blocks, block);
	pthread_mutex_unlock(&host->lock);
	if (fits)
		return block;
	block_free(block);
	return NULL;
}

void
store_block_remove(struct store_block *block)
{
	unsigned feed;

	if (block == NULL)
		return;
	pthread_mutex_lock(&block->host->lock);
	for (feed = 0; feed < block->host->store->feed_count; feed++)
		block_has_no_news(block, feed);
	return_metrics(block->host, metrics_of(block->layout));
	DL_DELETE(block->host->blocks, block);
	pthread_mutex_unlock(&block->host->lock);
	block_free(block);
}

struct store_host *
store_block_host(const struct store_block *block)
{
	return block->host;
}

bool
store_block_number(const struct store_block *block, size_t row, double *number)
{
	const struct value *v = &block->values[row];
	bool there;

	if (block->layout->fields[row].metric.name == NULL)
		return false;
	pthread_mutex_lock(&block->host->lock); /* users change the flags */
	*number = v->number;
	there = (v->flags & VALUE_THERE) != 0;
	pthread_mutex_unlock(&block->host->lock);
	return there;
}

bool
store_block_together(const struct store_block *block, size_t row, size_t other)
{
	return block->values[row].heard == block->values[other].heard;
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

/* Sets a value of a field that has a metric. */
static void
set_value(struct value *v, const struct field *field, const struct derived *derived,
          int64_t now)
{
	bool first = (v->flags & (VALUE_THERE | VALUE_PACED)) != VALUE_THERE;
	bool changed;

	if (field->metric.type == STRING) {
		changed = set_text(v, derived->text);
		if (v->text == NULL)
			return; /* no memory */
	} else {
		changed = set_number(v, field->formula, derived->number);
	}
	v->flags = (uint8_t)with_news((v->flags | VALUE_THERE) & ~VALUE_PACED,
	                              first     ? STORE_FIRST
	                              : changed ? STORE_CHANGED
	                                        : STORE_SAME);
	v->heard = (uint32_t)now;
}

/* Whether the value is past a DMAX, by the pace before or by this one; or it was stale,
 * and would not be any more. A value that nobody should see does not come back because
 * its source is slower from now on. */
static bool
is_over(const struct store_block *block, const struct value *v,
        const struct store_pace *before, int64_t now)
{
	const struct store_pace *pace = &block->pace;
	unsigned interval_s = before->interval_s < pace->interval_s ? before->interval_s
	                                                            : pace->interval_s;
	int64_t silent_ms = now - whole_time(block->heard_ms, v->heard);

	return is_expired(block, v, store_dmax(interval_s), now) ||
	       (before->silent_ms > 0 && silent_ms > before->silent_ms &&
	        silent_ms <= pace->silent_ms);
}

/* Drops a value that has not come again, if it is over: after 49 days its `heard`, which
 * is half of a time, would look new. The caller sets the block's heard_ms afterwards. */
static void
drop_what_is_over(struct store_block *block, size_t row,
                  const struct store_pace *before, int64_t now)
{
	struct value *v = &block->values[row];

	if (!is_over(block, v, before, now))
		return;
	if (is_text(&block->layout->fields[row]))
		free(v->text);
	*v = (struct value){.flags = 0};
}

/* Sets how often the block's values come. With its interval all TMAX and DMAX change, so
 * the values become STORE_FIRST when they come again. Returns the pace until now. */
static struct store_pace
set_pace(struct store_block *block, struct store_pace pace)
{
	struct store_pace before = block->pace;
	size_t i;

	block->pace = pace;
	for (i = 0; before.interval_s != pace.interval_s && i < block->layout->count;
	     i++)
		block->values[i].flags |= VALUE_PACED;
	return before;
}

void
store_block_set(struct store_block *block, const struct derived *values, size_t count,
                struct store_pace pace, int64_t now)
{
	const struct layout *layout = block->layout;
	struct store_pace before;
	unsigned feed;
	size_t i;

	pthread_mutex_lock(&block->host->lock);
	before = set_pace(block, pace);
	for (i = 0; i < layout->count; i++) {
		struct value *v = &block->values[i];

		if (i < count && values[i].valid &&
		    layout->fields[i].metric.name != NULL)
			set_value(v, &layout->fields[i], &values[i], now);
		else if ((v->flags & VALUE_THERE) != 0)
			drop_what_is_over(block, i, &before, now);
	}
	block->heard_ms = now;
	for (feed = 0; feed < block->host->store->feed_count; feed++)
		block_has_news(block, feed);
	pthread_mutex_unlock(&block->host->lock);
}

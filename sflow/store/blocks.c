/* What the store knows of a host: blocks, one per (data source, structure), with a
 * value per row of the table.
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

/* Bytes of the column's cells where they come with a block of this layout. */
static size_t
cells_size(const struct store_column *column, const struct layout *layout)
{
	return column->options.with_blocks
	           ? aligned(layout->count * column->options.cell_size)
	           : 0;
}

/* What is behind the values: pointers to the columns' cells, the cells that come with
 * the block, and the news. */
static size_t
size_behind(const struct store *store, const struct layout *layout)
{
	size_t i, size = store->column_count * sizeof(void *);

	for (i = 0; i < store->column_count; i++)
		size += cells_size(&store->columns[i], layout);
	if (store->feed_count > 0)
		size += sizeof(struct news) + layout->count * sizeof(struct told);
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
	if (store->feed_count > 0) {
		block->news = (struct news *)at;
		block->news->block = block;
	}
}

static struct store_block *
block_new(struct store_host *host, const struct layout *layout)
{
	struct store_block *block;
	size_t size = aligned(sizeof(*block) +
	                      layout->count * sizeof(block->values[0]));

	block = calloc(1, size + size_behind(host->store, layout));
	if (block == NULL)
		return NULL;
	block->host = host;
	block->layout = layout;
	place_behind(host->store, block);
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
	else if ((v->flags & VALUE_THERE) != 0 &&
	         is_expired(block, v, store_dmax(block->interval_s), now))
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

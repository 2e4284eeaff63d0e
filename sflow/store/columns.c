/* Columns: what each user of the store remembers of the values.
 */
#include <stdlib.h>

#include "sflow/store/store_internal.h"

struct store_column *
store_column(struct store *store, const struct store_column_options *options)
{
	struct store_column *column = NULL;

	pthread_mutex_lock(&store->lock);
	if (store->count == 0 && store->column_count < STORE_COLUMNS_MAX) {
		column = &store->columns[store->column_count];
		column->options = *options;
		column->number = store->column_count++;
	}
	pthread_mutex_unlock(&store->lock);
	return column;
}

void *
store_cell(const struct store_column *column, const struct store_value *value)
{
	void **cells = &value->cells[column->number];

	if (*cells == NULL)
		*cells = calloc(value->block->layout->count, column->options.cell_size);
	if (*cells == NULL)
		return NULL;
	return (char *)*cells + value->row * column->options.cell_size;
}

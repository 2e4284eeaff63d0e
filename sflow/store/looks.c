/* Looks at the values of a host: at all of them, or at those that are new to a feed.
 */
#include <string.h>
#include <utlist.h>

#include "sflow/store/store_internal.h"

/* Looking ------------------------------------------------------------------------- */

/* Returns the time of which it is asked what is stale: of a host that is down, the time at
 * which it went down. What it sent until then is not stale, the host is down. */
static int64_t
time_of_look(const struct store_look *look)
{
	const struct store_host *host = look->host;
	int64_t down_ms = host->heard_ms + host->down_after_ms;

	return host->up || look->now < down_ms ? look->now : down_ms;
}

/* Fills in what all values of a block have in common. In this file the caller holds the
 * host's lock, except for store_block_peek() and store_news_again(). */
static void
view_block(struct store_look *look, struct store_block *block,
           struct store_value *value)
{
	const struct label *label = block->label;

	look->block = block;
	look->row = 0;
	look->tmax_s[BOTH] = store_tmax(block->pace.interval_s, BOTH);
	look->tmax_s[ZERO] = store_tmax(block->pace.interval_s, ZERO);
	look->stale_ms = block->pace.silent_ms > 0
	                     ? time_of_look(look) - block->pace.silent_ms
	                     : INT64_MIN;
	value->prefix = label != NULL ? label->prefix : "";
	value->part = label != NULL ? label->part : "";
	value->group = label != NULL ? label->group : NULL;
	value->dmax_s = store_dmax(block->pace.interval_s);
	value->block = block;
	value->host_up = look->host->up;
	value->cells = block_columns(block);
}

/* Whether a value that came then is stale. The time in which nobody listened does not
 * count. */
static bool
is_stale(const struct store_look *look, int64_t heard_ms)
{
	int64_t until_ms = look->deaf_since_ms + look->deaf_ms;

	if (heard_ms >= look->stale_ms)
		return false;
	if (heard_ms <= look->deaf_since_ms)
		return heard_ms + look->deaf_ms < look->stale_ms;
	return heard_ms > until_ms || until_ms < look->stale_ms;
}

/* Fills in what view_block() leaves out: the value of one row. */
static inline void
view_row(const struct store_look *look, size_t row, struct store_value *value)
{
	const struct store_block *block = look->block;
	const struct metric *metric = &block->layout->fields[row].metric;
	const struct value *v = &block->values[row];

	value->metric = metric;
	value->heard_ms = whole_time(block->heard_ms, v->heard);
	value->stale = is_stale(look, value->heard_ms);
	value->row = row;
	value->tmax_s = look->tmax_s[metric->slope];
	if (metric->type == STRING)
		value->text = v->text;
	else
		value->number = v->number;
}

void
store_look(struct store_look *look, struct store_host *host, int64_t now)
{
	*look = (struct store_look){.host = host,
	                            .now = now,
	                            .deaf_since_ms =
	                                atomic_load(&host->store->deaf_since_ms),
	                            .deaf_ms = atomic_load(&host->store->deaf_ms)};
}

/* Moves to the next block; false where there is none. */
static bool
next_block(struct store_look *look, struct store_value *value)
{
	struct store_block *next =
	    look->block != NULL ? look->block->next : look->host->blocks;

	if (next != NULL)
		view_block(look, next, value);
	return next != NULL;
}

bool
store_look_next(struct store_look *look, struct store_value *value)
{
	do {
		const struct store_block *block = look->block;

		while (block != NULL && look->row < block->layout->count) {
			size_t row = look->row++;
			const struct value *v = &block->values[row];

			if ((v->flags & VALUE_THERE) == 0 ||
			    is_expired(block, v, value->dmax_s, look->now))
				continue;
			view_row(look, row, value);
			return true;
		}
	} while (next_block(look, value));
	return false;
}

/* Writes prefix, part and name, as many of them as there are: `inside` stands between
 * prefix and part, `between` before the name. Returns the length; *name_at is where the
 * name begins in `out`. */
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
		at = stpcpy(stpcpy(stpcpy(at, value->group), " "), value->prefix);
	else
		at = stpcpy(at, value->metric->group);
	return (size_t)(at - group);
}

/* Copies ------------------------------------------------------------------------------ */

void
store_value_copy(const struct store_value *value, bool describe,
                 struct store_reading *r)
{
	r->metric = *value->metric;
	r->describe = describe;
	r->heard_ms = value->heard_ms;
	r->tmax_s = value->tmax_s;
	r->dmax_s = value->dmax_s;
	compose(r->name, value, ".", ".", value->metric->name, &r->metric.name);
	r->metric.title = "";
	if (describe) {
		compose(r->title, value, " ", ": ", value->metric->title,
		        &r->metric.title);
		store_value_group(value, r->group);
	}
	if (value->metric->type == STRING)
		strcpy(r->text, value->text);
	else
		r->number = value->number;
}

bool
store_block_peek(struct store_block *block, size_t row, struct store_reading *r)
{
	struct store_look look = {.host = block->host, .now = INT64_MIN / 2};
	struct store_value value;
	bool there;

	pthread_mutex_lock(&block->host->lock);
	there = (block->values[row].flags & VALUE_THERE) != 0;
	if (there) {
		view_block(&look, block, &value);
		view_row(&look, row, &value);
		store_value_copy(&value, true, r);
	}
	pthread_mutex_unlock(&block->host->lock);
	return there;
}

/* What is new ------------------------------------------------------------------------- */

void
store_look_at_news(struct store_look *look, struct store_feed *feed,
                   struct store_host *host)
{
	*look = (struct store_look){.host = host, .feed = feed, .now = INT64_MIN / 2};
}

/* Moves to the first of the blocks that have news; false where none has. */
static bool
next_with_news(struct store_look *look, struct store_value *value)
{
	struct news *first = look->host->places[look->feed->number].news;

	if (first != NULL)
		view_block(look, first->block, value);
	return first != NULL;
}

bool
store_look_next_news(struct store_look *look, struct store_value *value,
                     enum store_news *news)
{
	unsigned feed = look->feed->number;

	do {
		struct store_block *block = look->block;

		while (block != NULL && look->row < block->layout->count) {
			size_t row = look->row++;
			struct value *v = &block->values[row];

			*news = value_news(v, feed);
			if (*news == STORE_OLD)
				continue;
			set_value_news(v, feed, STORE_OLD);
			view_row(look, row, value);
			return true;
		}
		if (block != NULL)
			block_has_no_news(block, feed);
	} while (next_with_news(look, value));
	return false;
}

void
store_news_again(struct store_feed *feed, struct store_host *host)
{
	struct store_block *block;
	size_t i;

	pthread_mutex_lock(&host->lock);
	DL_FOREACH(host->blocks, block) {
		for (i = 0; i < block->layout->count; i++) {
			struct value *v = &block->values[i];

			if ((v->flags & VALUE_THERE) != 0)
				set_value_news(v, feed->number, STORE_FIRST);
		}
		block_has_news(block, feed->number);
	}
	pthread_mutex_unlock(&host->lock);
}

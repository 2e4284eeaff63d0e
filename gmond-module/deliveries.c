#include "gmond-module/deliveries.h"

/* When a value and its metadata were last delivered: the lower half of a time in ms.
 * Valid from the first delivery on. */
struct mark {
	uint32_t delivered;
	uint32_t described;
};

bool
deliveries_open(struct deliveries *d, struct store *store)
{
	const struct store_column_options marks = {.cell_size = sizeof(struct mark),
	                                           .with_blocks = true};

	*d = (struct deliveries){.feed = store_feed(store),
	                         .marks = store_column(store, &marks)};
	return d->feed != NULL && d->marks != NULL;
}

/* Whether half of the `life_s` seconds has passed since `at`, so that it is time to
 * deliver it again. */
static bool
about_to_expire(uint32_t at, unsigned life_s, int64_t now)
{
	return (uint32_t)now - at >= (int64_t)life_s * 500;
}

/* Returns how long the value's metadata lasts, in seconds. */
static unsigned
description_life(const struct deliveries *d, const struct store_value *value)
{
	unsigned dmax = value->dmax_s;

	return d->describe_s != 0 && d->describe_s < dmax / 2 ? 2 * d->describe_s
	                                                      : dmax;
}

/* Whether the value is older than its DMAX. */
static bool
is_expired(const struct store_value *value, int64_t now)
{
	return now - value->heard_ms > (int64_t)value->dmax_s * 1000;
}

/* Leaves out a value that has expired. Where gmond has forgotten a host that comes back,
 * all values of the host are new; delivered now, an old one would be shown for another
 * DMAX. If it comes again, all of it is due. */
static void
forget(struct mark *mark, const struct store_value *value)
{
	mark->delivered = mark->described = (uint32_t)value->heard_ms;
}

static bool
is_due(const struct store_value *value, const struct mark *mark, enum store_news news,
       int64_t now)
{
	return value->metric->slope != ZERO || news != STORE_SAME ||
	       about_to_expire(mark->delivered, value->tmax_s, now);
}

/* Copies the value and marks it as delivered, if it is to be delivered; returns whether
 * it is. */
static bool
deliver(const struct deliveries *d, const struct store_value *value,
        enum store_news news, int64_t now, struct store_reading *reading)
{
	struct mark *mark = store_cell(d->marks, value);
	bool describe;

	if (is_expired(value, now)) {
		forget(mark, value);
		return false;
	}
	if (!is_due(value, mark, news, now))
		return false;
	describe = news == STORE_FIRST ||
	           about_to_expire(mark->described, description_life(d, value), now);
	store_value_copy(value, describe, reading);
	mark->delivered = (uint32_t)now;
	if (describe)
		mark->described = (uint32_t)now;
	return true;
}

size_t
deliveries_read(struct deliveries *d, struct store_host *host, int64_t now,
                struct store_reading readings[DELIVERIES_READ])
{
	struct store_state state;
	struct store_value value;
	struct store_look look;
	enum store_news news;
	size_t n = 0;

	store_lock(host, &state);
	store_look_at_news(&look, d->feed, host);
	while (n < DELIVERIES_READ && store_look_next_news(&look, &value, &news))
		n += deliver(d, &value, news, now, &readings[n]);
	store_unlock(host);
	return n;
}

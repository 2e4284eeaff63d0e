#include "gmond-module/ages.h"

#include "common/clock.h"

#define EVERY_MS 10000 /* between two looks */

static struct {
	struct store *store;
	struct store_walk walk;
	bool walking;
	int64_t began_ms; /* the last look */
} ages;

void
ages_start(struct store *store)
{
	ages.store = store;
	ages.walking = false;
	ages.began_ms = 0;
}

bool
ages_due(int64_t now)
{
	return ages.walking || now - ages.began_ms >= EVERY_MS;
}

/* Returns for how many seconds a value that is not stale may be shown as not renewed, so
 * that nobody takes it for old before the next look. */
static int64_t
longest_age(const struct store_value *value)
{
	return 4 * (int64_t)value->tmax_s - READERS_WAIT_S - EVERY_MS / 1000;
}

/* Returns for how many seconds a value that is stale is shown as not renewed: beyond
 * four TMAX, and beyond its DMAX, so that gmetad neither draws it nor adds it up. */
static int64_t
stale_age(const struct store_value *value)
{
	int64_t old = 4 * (int64_t)value->tmax_s;

	return (old > value->dmax_s ? old : value->dmax_s) + 1;
}

/* Whether gmond has the value's true age: a value is delivered whenever it comes, but not
 * a constant that is the same. */
static bool
is_told(const struct store_value *value, int64_t silent_ms)
{
	return value->metric->slope != ZERO && silent_ms < longest_age(value) * 1000;
}

static void
set_age(const struct gmond_host *host, const struct store_value *value, int64_t now)
{
	int64_t age_s = value->stale ? stale_age(value) : longest_age(value);
	int64_t silent_ms = now - value->heard_ms;
	apr_time_t edge, heard;
	struct gmond_metric *metric;
	char name[STORE_NAME];

	if (!value->stale && is_told(value, silent_ms))
		return;
	store_value_name(value, name);
	metric = apr_hash_get(host->values, name, APR_HASH_KEY_STRING);
	edge = apr_time_now() - apr_time_from_sec(age_s);
	heard = apr_time_now() - silent_ms * 1000;
	if (metric == NULL || (metric->last_heard > edge) != value->stale)
		return;
	metric->last_heard = value->stale || heard < edge ? edge : heard;
}

/* What a host that is down has sent until then is left as it is: gmetad takes nothing of
 * it, and check_sflow sees in it for how long the host has been silent. */
static void
look_at(apr_hash_t *hosts, struct store_host *from, int64_t now)
{
	const struct gmond_host *host;
	struct store_state state;
	struct store_value value;
	struct store_look look;

	store_lock(from, &state);
	host = apr_hash_get(hosts, state.key, APR_HASH_KEY_STRING);
	store_look(&look, from, now);
	while (host != NULL && store_look_next(&look, &value))
		if (state.up || value.stale)
			set_age(host, &value, now);
	store_unlock(from);
}

void
ages_look(apr_hash_t *hosts, int64_t now, int64_t deadline_ms)
{
	struct store_host *from;

	if (!ages.walking) {
		ages.began_ms = now;
		ages.walk = (struct store_walk){0};
	}
	ages.walking = true;
	while (ages.walking && clock_ms() < deadline_ms) {
		from = store_next(ages.store, &ages.walk, STORE_ANY_CLUSTER);
		ages.walking = from != NULL;
		if (from != NULL)
			look_at(hosts, from, now);
		store_release(from);
	}
}

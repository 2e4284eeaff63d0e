/* The publisher that saves values into the tables of the gmond that has loaded this
 * module.
 *
 * gmond's save functions free a metric's memory, which the thread that prints the XML
 * may be reading. That thread holds hosts_mutex for the whole dump, so here all is
 * saved under that lock. gmond's main thread never waits for it for long: during a dump
 * the news stay in the store.
 */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "gmond-module/ages.h"
#include "gmond-module/deliveries.h"
#include "gmond-module/gmond.h"
#include "gmond-module/message.h"
#include "gmond-module/publisher.h"

#define PUBLISH_MS 900 /* between two rounds; handlers run every second or more often */
#define PUBLISH_MOST_MS 500 /* a round takes no longer; the rest waits for the next */
#define LOCK_US 50000       /* gmond's main thread waits so long for a dump's end */
#define LOCK_MOST_US 500000 /* the same, where one dump follows the other */

#define TELL_AGAIN_S 10 /* the store tells of a silent host that is up so often */

/* Whether gmond's hosts have the layout of struct gmond_host. */
enum layout_known { LAYOUT_UNKNOWN, LAYOUT_FITS, LAYOUT_DIFFERS };

static struct gmond gmond;
static struct deliveries deliveries;
static enum layout_known layout;        /* of hosts */
static enum layout_known metric_layout; /* of metrics */
static int64_t published_ms;
static bool locked;            /* this file holds hosts_mutex */
static int64_t locked_ms;      /* when it last got it */
static int64_t wall_offset_ms; /* in this round */
static atomic_uint_fast64_t values;

static int
start(struct store *store, cfg_t *config, apr_pool_t *pool)
{
	(void)config;
	(void)pool;
	layout = metric_layout = LAYOUT_UNKNOWN;
	published_ms = locked_ms = 0;
	ages_start(store);
	if (!deliveries_open(&deliveries, store)) {
		log_line("the store has no room for what is delivered");
		return -1;
	}
	if (gmond_find(&gmond))
		return 0;
	log_line("deliver = direct is impossible: this gmond does not export "
	         "the functions it needs; use deliver = channel");
	return -1;
}

/* Takes the lock, or returns false where it is not free soon. It waits for a dump that
 * is nearly over, but not for one that hangs. Where one reader follows the other, the
 * lock is free only for an instant. So the longer it was not got, the longer this
 * waits; otherwise gmond would get no news, and hosts would seem silent. */
static bool
lock_soon(void)
{
	int64_t wait_us = (clock_ms() - locked_ms) * 1000 / 20;

	if (locked)
		return true;
	if (wait_us < LOCK_US)
		wait_us = LOCK_US;
	if (wait_us > LOCK_MOST_US)
		wait_us = LOCK_MOST_US;
	if (apr_thread_mutex_timedlock(*gmond.hosts_mutex, wait_us) != APR_SUCCESS)
		return false;
	locked = true;
	locked_ms = clock_ms();
	return true;
}

static void
unlock(void)
{
	if (locked)
		apr_thread_mutex_unlock(*gmond.hosts_mutex);
	locked = false;
}

/* Finds gmond's host; NULL where it has none. The caller holds the lock. */
static struct gmond_host *
look_up(const struct store_info *info)
{
	return apr_hash_get(*gmond.hosts, info->key, APR_HASH_KEY_STRING);
}

/* Adds the host to gmond, or notes that it was heard. gmond's function takes the lock
 * itself, so the caller must not hold it. */
static struct gmond_host *
host_get(const struct store_info *info)
{
	static apr_sockaddr_t nowhere; /* an argument that is not used for a spoof */
	char host[MESSAGE_HOST];
	Ganglia_metric_id id = {.host = message_host(info, host), .spoof = TRUE};

	return gmond.host_get(host, &nowhere, &id);
}

static void
probe_layout(const struct gmond_host *host, const struct store_info *info,
             apr_time_t before)
{
	if (layout != LAYOUT_UNKNOWN || host == NULL)
		return;
	layout = host_layout_fits(&gmond, host, info->key, info->name, before,
	                          apr_time_now())
	             ? LAYOUT_FITS
	             : LAYOUT_DIFFERS;
	if (layout == LAYOUT_DIFFERS)
		log_line("this gmond keeps its hosts in another way than 3.7.2: "
		         "hosts that are gone stay until gmond's host_dmax");
}

/* Returns the time when something was heard, by gmond's clock. */
static apr_time_t
heard_at(int64_t heard_ms)
{
	return (heard_ms + wall_offset_ms) * 1000;
}

/* Returns for how long a host that is up may be shown as silent, in microseconds.
 * Readers add their own waiting time to a TN, and the store tells of a silent host only
 * every 10 s, so that both have to pass before it is four times TMAX. */
static apr_time_t
longest_silence(void)
{
	int silence_s = 4 * *gmond.host_tmax - READERS_WAIT_S - TELL_AGAIN_S;

	return apr_time_from_sec(silence_s > 0 ? silence_s : 0);
}

/* Returns the latest time at which gmond may have last heard the host from this module.
 * If gmond has a later time, it has heard the host from another gmond on that
 * machine. */
static apr_time_t
lately(const struct store_info *info)
{
	apr_time_t heard = heard_at(info->heard_ms);
	apr_time_t lively = apr_time_now() - longest_silence();

	return (heard > lively ? heard : lively) + APR_USEC_PER_SEC;
}

/* Removes the host from gmond, unless gmond hears it from another gmond, too. The
 * caller holds the lock. */
static void
remove_host(const struct store_info *info)
{
	struct gmond_host *host = look_up(info);

	if (host == NULL || layout != LAYOUT_FITS || host->last_heard > lately(info))
		return;
	apr_hash_set(*gmond.hosts, host->ip, APR_HASH_KEY_STRING, NULL);
	free(host->location);
	apr_pool_destroy(host->pool);
}

/* Sets when the host was last heard. gmond has one TMAX for all hosts, and calls a host
 * down when it was not heard for four times that, however often the host sends. So a
 * host that is up is never shown as silent for so long that a reader could take it for
 * down before it reads again, and one that is down is at once shown as silent for more
 * than four times TMAX. */
static void
save_heard(struct gmond_host *host, const struct store_info *info)
{
	apr_time_t shown = lately(info) - APR_USEC_PER_SEC;
	apr_time_t down = apr_time_now() - apr_time_from_sec(4 * *gmond.host_tmax + 1);

	if (host->last_heard <= lately(info))
		host->last_heard = info->up ? shown : down;
}

static void
save_heartbeat(struct gmond_host *host, const struct store_info *info, char *spoof)
{
	struct message message;

	if (layout == LAYOUT_FITS)
		save_heard(host, info);
	if (info->started_s == 0)
		return;
	message_heartbeat(&message, spoof, info->started_s);
	gmond.update_vidals(host, &message.value);
}

/* Copies the number from one value message to another of the same type. */
static void
copy_number(Ganglia_value_msg *to, const Ganglia_value_msg *from)
{
	switch (from->id) {
	case gmetric_ushort:
		to->Ganglia_value_msg_u.gu_short.us =
		    from->Ganglia_value_msg_u.gu_short.us;
		break;
	case gmetric_uint:
		to->Ganglia_value_msg_u.gu_int.ui = from->Ganglia_value_msg_u.gu_int.ui;
		break;
	case gmetric_float:
		to->Ganglia_value_msg_u.gf.f = from->Ganglia_value_msg_u.gf.f;
		break;
	default:
		to->Ganglia_value_msg_u.gd.d = from->Ganglia_value_msg_u.gd.d;
		break;
	}
}

/* Changes a value in gmond's memory. When gmond itself saves a value that it has
 * already, it frees it and makes it anew, which costs ten times as much as all the
 * rest. Returns false where that has to be done: for a new metric, or a text that has
 * changed. */
static bool
update_value(struct gmond_host *host, const Ganglia_value_msg *message,
             apr_time_t heard)
{
	const Ganglia_gmetric_string *text = &message->Ganglia_value_msg_u.gstr;
	Ganglia_gmetric_string *known;
	struct gmond_metric *metric;

	if (metric_layout != LAYOUT_FITS)
		return false;
	metric = apr_hash_get(host->values, text->metric_id.name, APR_HASH_KEY_STRING);
	if (metric == NULL || metric->message.value.id != message->id)
		return false;
	known = &metric->message.value.Ganglia_value_msg_u.gstr;
	if (message->id == gmetric_string && strcmp(known->str, text->str) != 0)
		return false;
	if (message->id != gmetric_string) {
		copy_number(&metric->message.value, message);
		known->fmt = text->fmt; /* a constant of ours; gmond frees pools only */
	}
	metric->last_heard = heard;
	return true;
}

static void
save_value(struct gmond_host *host, Ganglia_value_msg *message, apr_time_t heard)
{
	apr_time_t before;

	if (update_value(host, message, heard))
		return;
	before = apr_time_now();
	gmond.value_save(host, message);
	if (layout == LAYOUT_FITS && metric_layout == LAYOUT_UNKNOWN)
		metric_layout =
		    metric_layout_fits(host, message, before, apr_time_now())
			? LAYOUT_FITS
			: LAYOUT_DIFFERS;
	update_value(host, message, heard); /* sets when it was heard */
}

/* Saves all that is new of a host. The caller holds the lock. */
static void
save_news(struct gmond_host *host, struct store_host *from,
          const struct store_info *info, int64_t now)
{
	static struct store_reading readings[DELIVERIES_READ];
	char spoof[MESSAGE_HOST];
	struct message message;
	size_t count, i;

	message_host(info, spoof);
	while ((count = deliveries_read(&deliveries, from, now, readings)) > 0) {
		for (i = 0; i < count; i++) {
			if (readings[i].describe) {
				message_metadata(&message, spoof, &readings[i]);
				gmond.metadata_save(host, &message.metadata);
			}
			message_value(&message, spoof, &readings[i]);
			save_value(host, &message.value,
			           heard_at(readings[i].heard_ms));
		}
		atomic_fetch_add(&values, count);
	}
	save_heartbeat(host, info, spoof);
}

/* Adds a host that gmond does not know, or not any more. The lock is not held
 * meanwhile, because gmond takes it. Returns the host with the lock held, or NULL
 * without it. */
static struct gmond_host *
make_host(struct store_host *from, const struct store_info *info)
{
	apr_time_t before = apr_time_now();
	struct gmond_host *host;

	unlock();
	host = host_get(info);
	probe_layout(host, info, before);
	store_news_again(deliveries.feed, from);
	if (host == NULL || !lock_soon())
		return NULL;
	if (layout == LAYOUT_FITS)
		host->last_heard = heard_at(info->heard_ms);
	return host;
}

/* Publishes one host; returns false when a dump is under way. It keeps the lock for the
 * next host: a reader that waits for it would otherwise get it in between, and keep it
 * for seconds. */
static bool
publish_host(struct store_host *from, int64_t now)
{
	struct store_info info;
	struct gmond_host *host;

	store_host_info(from, &info);
	if (!lock_soon())
		return false;
	if (info.gone) {
		remove_host(&info);
		return true;
	}
	host = look_up(&info);
	if (host == NULL)
		host = make_host(from, &info);
	if (host == NULL)
		return false;
	save_news(host, from, &info, now);
	if (layout == LAYOUT_DIFFERS && info.up) {
		unlock();
		host_get(&info); /* the only way to note that it was heard */
	}
	return true;
}

/* Publishes the hosts that wait, as many as there is time for. */
static void
publish(int64_t now)
{
	int64_t begun = clock_ms();
	struct store_host *host;
	size_t left;

	for (left = store_waiting(deliveries.feed);
	     left > 0 && clock_ms() - begun < PUBLISH_MOST_MS; left--) {
		host = store_take(deliveries.feed);
		if (host == NULL)
			return;
		if (!publish_host(host, now)) {
			store_again(deliveries.feed, host);
			return;
		}
		store_done(deliveries.feed, host);
	}
}

static void
handler_runs(int64_t now)
{
	if (*gmond.hosts == NULL || *gmond.hosts_mutex == NULL ||
	    now - published_ms < PUBLISH_MS)
		return;
	published_ms = now;
	if (store_waiting(deliveries.feed) == 0 || locked_ms == 0)
		locked_ms = now; /* the lock was not needed until now */
	wall_offset_ms = clock_wall_offset();
	if (store_waiting(deliveries.feed) > 0 && lock_soon())
		publish(now);
	if (metric_layout == LAYOUT_FITS && ages_due(now) && lock_soon())
		ages_look(*gmond.hosts, now, clock_ms() + PUBLISH_MOST_MS);
	unlock();
}

static uint64_t
delivered(void)
{
	return atomic_load(&values);
}

const struct publisher direct_publisher = {
    .start = start, .handler_runs = handler_runs, .delivered = delivered};

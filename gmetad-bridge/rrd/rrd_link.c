#include "gmetad-bridge/rrd/rrd_link.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "common/log.h"

#define WHY 256

int rrd_link_tell_ms = 60000;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
	const char *address;
	bool answered; /* ever */
	unsigned lost; /* connections */
	int64_t since_ms;
	char why[WHY];   /* of the newest loss */
	bool told;       /* the log says that it can't be reached */
	int64_t told_ms; /* when it last said so; 0: never */
} rrdcached;

void
rrd_link_begin(const char *address)
{
	pthread_mutex_lock(&lock);
	memset(&rrdcached, 0, sizeof(rrdcached));
	rrdcached.address = address;
	pthread_mutex_unlock(&lock);
}

/* The caller of these holds the lock: that keeps the lines in their order. */

static void
tell_loss(int64_t now)
{
	int64_t for_s = (now - rrdcached.since_ms) / 1000;

	if (rrdcached.told_ms != 0 && now - rrdcached.told_ms < rrd_link_tell_ms)
		return;
	if (!rrdcached.told)
		log_line("rrdcached at %s: %s; values wait", rrdcached.address,
		         rrdcached.why);
	else
		log_line("rrdcached at %s: %s, since %" PRId64 " s ago; values wait",
		         rrdcached.address, rrdcached.why, for_s);
	rrdcached.told = true;
	rrdcached.told_ms = now;
}

static void
tell_end(int64_t now)
{
	if (rrdcached.told)
		log_line("rrdcached at %s: connected again, after %" PRId64 " s",
		         rrdcached.address, (now - rrdcached.since_ms) / 1000);
	rrdcached.told = false;
}

void
rrd_link_lose(bool *lost, const char *why, int64_t now)
{
	pthread_mutex_lock(&lock);
	if (rrdcached.lost == 0)
		rrdcached.since_ms = now;
	if (!*lost)
		rrdcached.lost++;
	*lost = true;
	snprintf(rrdcached.why, sizeof(rrdcached.why), "%s", why);
	tell_loss(now);
	pthread_mutex_unlock(&lock);
}

void
rrd_link_answer(bool *lost, int64_t now)
{
	pthread_mutex_lock(&lock);
	rrdcached.answered = true;
	if (*lost && --rrdcached.lost == 0)
		tell_end(now);
	*lost = false;
	pthread_mutex_unlock(&lock);
}

void
rrd_link_rest(bool *lost)
{
	pthread_mutex_lock(&lock);
	if (*lost)
		rrdcached.lost--;
	*lost = false;
	pthread_mutex_unlock(&lock);
}

void
rrd_link_show(struct json *j, int64_t now, int64_t wall_ms)
{
	pthread_mutex_lock(&lock);
	if (rrdcached.address == NULL) {
		pthread_mutex_unlock(&lock);
		return;
	}
	if (rrdcached.lost > 0) {
		json_text(j, "rrdcached", rrdcached.why);
		json_signed(j, "rrdcached_since", wall_ms - (now - rrdcached.since_ms));
	} else {
		json_text(j, "rrdcached",
		          rrdcached.answered ? "connected" : "not asked yet");
	}
	pthread_mutex_unlock(&lock);
}

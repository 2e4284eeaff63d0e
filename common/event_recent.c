/* The newest events of each kind, for /status: what happened here lately, without the
 * log. By kind, so that datagrams that are malformed by the thousand, or hosts that join,
 * hide none that went down.
 */
#include <pthread.h>

#include "common/event_sink.h"

#define KEPT 8 /* events of each kind */

static struct recent {
	struct {
		struct event event;
		int64_t wall_offset_ms;
	} kept[KEPT];  /* a ring */
	unsigned next; /* place of the next one; the newest stands before it */
	unsigned count;
} recent[EVENT_KIND_COUNT];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of recent */

static void
tell(const struct event_settings *settings, const struct event *event, int64_t now,
     int64_t wall_offset_ms)
{
	struct recent *r = &recent[event->kind];

	(void)settings;
	(void)now;
	pthread_mutex_lock(&lock);
	r->kept[r->next].event = *event;
	r->kept[r->next].wall_offset_ms = wall_offset_ms;
	r->next = (r->next + 1) % KEPT;
	if (r->count < KEPT)
		r->count++;
	pthread_mutex_unlock(&lock);
}

static void
stop(void)
{
	int kind;

	pthread_mutex_lock(&lock);
	for (kind = 0; kind < EVENT_KIND_COUNT; kind++)
		recent[kind].count = 0;
	pthread_mutex_unlock(&lock);
}

static void
show_event(struct json *json, const struct event *event, int64_t wall_offset_ms)
{
	char agent[ADDRESS_TEXT], text[EVENT_TEXT];

	json_open(json, NULL, '{');
	json_signed(json, "time", event->last_ms + wall_offset_ms);
	json_text(json, "host", event->host);
	json_text(json, "agent", address_text(&event->agent, agent));
	json_text(json, "text", event_text(event, text));
	json_close(json, '}');
}

/* An array for each kind that happened, the newest event first. */
static void
show(struct json *json)
{
	const struct recent *r;
	unsigned back, at;
	int kind;

	json_open(json, "events", '{');
	pthread_mutex_lock(&lock);
	for (kind = 0; kind < EVENT_KIND_COUNT; kind++) {
		r = &recent[kind];
		if (r->count == 0)
			continue;
		json_open(json, event_kinds[kind].word, '[');
		for (back = 1; back <= r->count; back++) {
			at = (r->next + KEPT - back) % KEPT;
			show_event(json, &r->kept[at].event,
			           r->kept[at].wall_offset_ms);
		}
		json_close(json, ']');
	}
	pthread_mutex_unlock(&lock);
	json_close(json, '}');
}

const struct event_sink event_recent = {.tell = tell, .stop = stop, .show = show};

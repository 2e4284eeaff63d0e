#include "common/event_waiting.h"

#include <stdlib.h>
#include <string.h>

#include "common/event_sink.h"
#include "sflow/hash.h"
#include <utlist.h>

enum class { DEATHS, RETURNS, REST };
_Static_assert(REST + 1 == EVENT_CLASSES, "a list for each class");

/* Whose event it is, and what it makes out of date. */
struct waiter_key {
	uint32_t cluster;
	enum event_kind kind; /* EVENT_DOWN stands for each state */
	char host[TEXT_SIZE];
};

struct waiter {
	struct waiting_event waiting;
	struct waiter_key key;
	enum class class;
	struct waiter *prev, *next; /* in the list of its class */
	UT_hash_handle hh;
};

static bool
is_state(enum event_kind kind)
{
	return kind == EVENT_JOINED || kind == EVENT_LATE || kind == EVENT_DOWN ||
	       kind == EVENT_RETURNED || kind == EVENT_MOVED || kind == EVENT_GONE ||
	       kind == EVENT_REMOVED;
}

static struct waiter *
find(const struct event_waiting *w, const struct event *event, struct waiter_key *key)
{
	struct waiter *waiter;

	memset(key, 0, sizeof(*key)); /* padding is part of it */
	key->cluster = event->cluster;
	key->kind = w->one_per_host || is_state(event->kind) ? EVENT_DOWN : event->kind;
	strcpy(key->host, event->host);
	HASH_FIND(hh, w->by_key, key, sizeof(*key), waiter);
	return waiter;
}

/* Returns the class of an event that takes the place of `before`, if that is not NULL. The
 * end of a host of which not even the death was told stands before new hosts. */
static enum class class_of(enum event_kind kind, const struct waiter *before) {
	if (kind == EVENT_GONE && before != NULL &&
	    before->class != REST) return RETURNS;
	return kind == EVENT_DOWN       ? DEATHS
	       : kind == EVENT_RETURNED ? RETURNS
	                                : REST;
}

static void
drop(struct event_waiting *w, struct waiter *waiter)
{
	HASH_DEL(w->by_key, waiter);
	DL_DELETE(w->lists[waiter->class], waiter);
	w->counts[waiter->class]--;
	w->count--;
	free(waiter);
}

/* Makes room for an event of this class. Returns false where all that wait are of no
 * lower class. */
static bool
make_room(struct event_waiting *w, enum class class)
{
	enum class lower;

	if (w->count < w->max)
		return true;
	for (lower = REST; lower > class; lower--)
		if (w->lists[lower] != NULL) {
			drop(w, w->lists[lower]);
			w->left_out++;
			return true;
		}
	return false;
}

static struct waiter *
add(struct event_waiting *w, const struct waiter_key *key)
{
	struct waiter *waiter = calloc(1, sizeof(*waiter));

	if (waiter == NULL)
		return NULL;
	waiter->key = *key;
	HASH_ADD(hh, w->by_key, key, sizeof(waiter->key), waiter);
	if (waiter->hh.tbl != NULL)
		return waiter;
	free(waiter);
	return NULL;
}

void
event_waiting_add(struct event_waiting *w, const struct event *event,
                  int64_t wall_offset_ms)
{
	struct waiter_key key;
	struct waiter *waiter = find(w, event, &key);
	enum class class = class_of(event->kind, waiter);

	if (waiter != NULL && event->kind == EVENT_LATE)
		return; /* what waits says more */
	if (waiter != NULL && waiter->class == class) {
		waiter->waiting = (struct waiting_event){*event, wall_offset_ms};
		return; /* it keeps its turn */
	}
	if (waiter != NULL)
		drop(w, waiter);
	waiter = make_room(w, class) ? add(w, &key) : NULL;
	if (waiter == NULL) {
		w->left_out++;
		return;
	}
	waiter->waiting = (struct waiting_event){*event, wall_offset_ms};
	waiter->class = class;
	DL_APPEND(w->lists[class], waiter);
	w->counts[class]++;
	w->count++;
}

bool
event_waiting_is_full(const struct event_waiting *w)
{
	return w->counts[DEATHS] + EVENTS_AT_ONCE > w->max;
}

static struct waiter *
first(const struct event_waiting *w)
{
	enum class class = DEATHS;

	while (class < REST && w->lists[class] == NULL)
		class ++;
	return w->lists[class];
}

const struct waiting_event *
event_waiting_next(const struct event_waiting *w)
{
	const struct waiter *waiter = first(w);

	return waiter != NULL ? &waiter->waiting : NULL;
}

void
event_waiting_remove(struct event_waiting *w)
{
	drop(w, first(w));
}

void
event_waiting_free(struct event_waiting *w)
{
	while (w->count > 0)
		event_waiting_remove(w);
}

#include "sflow/collector/kept.h"

#include <stdlib.h>
#include <string.h>

#include "sflow/collector/collector_internal.h"

/* The time when a host was last heard changes with each datagram. It is saved when
 * something else has changed, or when the saved time is older than this. */
#define HEARD_AGAIN_MS 300000

/* A removed host that is still to be deleted where it was saved. */
struct forgotten {
	struct forgotten *next;
	struct host_key key;
};

bool
host_has_news(const struct host *host)
{
	const struct kept *kept = &host->kept;
	const struct member *m = &host->member;
	uint32_t apart = kept->interval_ms > m->interval_ms
	                     ? kept->interval_ms - m->interval_ms
	                     : m->interval_ms - kept->interval_ms;

	if (!host_is_named(host) || host->shown == NULL || host->key.apart)
		return false;
	return !kept->saved || kept->down != host->told_down ||
	       apart > m->interval_ms / 4 ||
	       m->heard_ms - kept->heard_ms >= HEARD_AGAIN_MS;
}

void
host_note_saved(struct host *host)
{
	const struct member *m = &host->member;

	host->kept = (struct kept){.stored = true,
	                           .saved = true,
	                           .down = host->told_down,
	                           .interval_ms = m->interval_ms,
	                           .heard_ms = m->heard_ms};
}

/* Fills in only what identifies the host. */
static void
save_key(const struct host_key *key, struct collector_saved *saved)
{
	*saved = (struct collector_saved){.agent = key->agent,
	                                  .machine = key->machine,
	                                  .sub_agent = key->sub_agent,
	                                  .source_class = key->source.class,
	                                  .source_index = key->source.index};
}

void
host_save(const struct collector *c, struct host *host, struct collector_saved *saved)
{
	struct store_info info = {.started_s = 0};
	const struct member *m = &host->member;

	save_key(&host->key, saved);
	host->kind->describe(host, saved);
	strcpy(saved->shown, host->name);
	if (host->shown != NULL)
		store_host_info(host->shown, &info);
	saved->first_ms = host->first_ms + c->wall_ms;
	saved->heard_ms = m->heard_ms + c->wall_ms;
	saved->started_s = info.started_s;
	if (m->interval_ms != INTERVAL_UNKNOWN_MS) {
		saved->interval_ms = m->interval_ms;
		saved->jitter_ms = m->jitter_ms;
	}
	saved->loss = m->loss;
	saved->down = host->told_down;
	host_note_saved(host);
}

void
host_unsaved(struct host *host)
{
	host->kept = (struct kept){0};
}

size_t
hosts_save_forgotten(struct hosts *hosts, struct collector_saved *saved, size_t room)
{
	struct forgotten *forgotten;
	size_t n = 0;

	while (n < room && (forgotten = hosts->forgotten) != NULL) {
		save_key(&forgotten->key, &saved[n]);
		saved[n++].gone = true;
		hosts->forgotten = forgotten->next;
		free(forgotten);
	}
	return n;
}

void
hosts_drop_forgotten(struct hosts *hosts)
{
	struct forgotten *forgotten;

	while ((forgotten = hosts->forgotten) != NULL) {
		hosts->forgotten = forgotten->next;
		free(forgotten);
	}
}

void
hosts_forget(struct hosts *hosts, struct host *host)
{
	struct forgotten *forgotten;

	if (!host->kept.stored || !hosts->keep)
		return;
	host->kept.stored = host->kept.saved = false;
	forgotten = malloc(sizeof(*forgotten));
	if (forgotten == NULL)
		return; /* it stays saved, and is too old when it is restored */
	forgotten->key = host->key;
	forgotten->next = hosts->forgotten;
	hosts->forgotten = forgotten;
}

/* kept.h - what is kept of a host over a restart, and what of that is to be saved. */
#ifndef SFLOW_KEPT_H
#define SFLOW_KEPT_H

#include "sflow/collector/host.h"

/* Whether what is known of it is not what was saved. */
bool host_has_news(const struct host *host);

/* Writes what is to be saved of it, and takes note that it was. */
void host_save(const struct collector *collector, struct host *host,
               struct collector_saved *saved);

/* It is to be saved anew, as if it never was. */
void host_unsaved(struct host *host);

/* Fills in the keys of hosts to be forgotten, at most `room`, and drops them here.
 * Returns how many. */
size_t hosts_save_forgotten(struct hosts *hosts,
                            struct collector_saved *saved, size_t room);

/* Drops them all: what was saved of them is lost. */
void hosts_drop_forgotten(struct hosts *hosts);

/* The host is no more: it is to be forgotten where it was saved, if it was. */
void hosts_forget(struct hosts *hosts, struct host *host);

/* What is known of it now is what is saved. */
void host_note_saved(struct host *host);

#endif

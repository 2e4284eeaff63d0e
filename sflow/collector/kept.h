/* kept.h - what is saved of a host for a restart of the program, and when that has to
 * be saved again. */
#ifndef SFLOW_KEPT_H
#define SFLOW_KEPT_H

#include "sflow/collector/host.h"

/* Whether the host has to be saved: its state is not what was last saved. */
bool host_has_news(const struct host *host);

/* Writes what is to be saved of the host, and notes that it is saved. */
void host_save(const struct collector *collector, struct host *host,
               struct collector_saved *saved);

/* Notes that nothing is saved of the host, so that it is saved again. */
void host_unsaved(struct host *host);

/* Writes up to `room` hosts that are to be deleted where they were saved, and drops
 * them from the list of these hosts. Returns how many. */
size_t hosts_save_forgotten(struct hosts *hosts, struct collector_saved *saved,
                            size_t room);

/* Empties that list, because what was saved is lost. */
void hosts_drop_forgotten(struct hosts *hosts);

/* Adds a host that ends to that list, if something is saved of it. */
void hosts_forget(struct hosts *hosts, struct host *host);

/* Notes that the present state of the host is what is saved. */
void host_note_saved(struct host *host);

#endif

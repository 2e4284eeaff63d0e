/* machines.h - virtual machines that are hosts of their own (vm = host). A machine is
 * known by its UUID, wherever it is heard from; one without a UUID by where it is: its
 * data source.
 */
#ifndef SFLOW_MACHINES_H
#define SFLOW_MACHINES_H

#include <stdbool.h>
#include <stdint.h>

#include "sflow/collector/agents.h"
#include "sflow/collector/host.h"

/* The host that the virtual machine behind this data source is; NULL: it is none. */
struct host *machine_host(const struct source *source);

/* The virtual machine's host in the store. It joins when it is heard for the first
 * time. NULL where it has none now, and *refused says whether a bound was met. */
struct store_host *machine_enter(struct collector *collector,
                                 struct source *source, int64_t now,
                                 bool *refused);

/* The source has another name or UUID now. Its host is renamed; where another UUID
 * says that it is another machine, the host is gone, and that machine joins with its
 * next values. */
void machine_called(struct collector *collector, struct source *source,
                    int64_t now);

/* The machine is a host as it was saved. 0, or -1 where it is one already, or can't be.
 * The source has its name and UUID. */
int machine_restore(struct collector *collector, struct source *source,
                    const struct collector_saved *saved, int64_t now);

/* A sample of it came, `lost` before it did not. */
void machine_heard(struct collector *collector, struct source *source,
                   uint32_t lost, int64_t now);

/* The cluster that the machine belongs to. */
unsigned machine_cluster(const struct collector *collector,
                         const struct source *source);

/* It is a host no more. Another source may stand for its UUID. */
void machine_remove(struct collector *collector, struct source *source);

/* The same, and frees all that is known of it as a machine. */
void machine_forget(struct collector *collector, struct source *source);

#endif

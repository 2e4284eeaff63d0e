/* machines.h - virtual machines that are hosts of their own (vm = host). A machine is
 * known by its UUID, whichever agent reports it; a machine without a UUID by its data
 * source.
 */
#ifndef SFLOW_MACHINES_H
#define SFLOW_MACHINES_H

#include <stdbool.h>
#include <stdint.h>

#include "sflow/collector/agents.h"
#include "sflow/collector/host.h"

/* Returns the host of the virtual machine that this data source is; NULL: it is not a
 * virtual machine, or not a host. */
struct host *machine_host(const struct source *source);

/* Returns the data source of a host, which has to be a virtual machine. */
struct source *machine_source(const struct host *host);

/* Returns the host that the source is, or will be with its first values. NULL without
 * memory. */
struct host *machine_prepare(struct collector *collector, struct source *source,
                             int64_t now);

/* Returns the virtual machine's host in the store. A machine that is heard for the
 * first time becomes a host. NULL where it has none now, and *refused says whether that
 * is because of a bound or for want of memory. */
struct store_host *machine_enter(struct collector *collector, struct source *source,
                                 int64_t now, bool *refused);

/* Called when the source has got another name or UUID. Its host is renamed. Where the
 * UUID is that of another machine, the host is removed, and the other machine becomes a
 * host with its next values. */
void machine_called(struct collector *collector, struct source *source, int64_t now);

/* Makes the machine a host as it was saved. The source must have its name and UUID
 * already. Returns 0, or -1 where the machine is a host already, or can't be one. */
int machine_restore(struct collector *collector, struct source *source,
                    const struct collector_saved *saved, int64_t now);

/* Notes that a sample of the machine came, and that `lost` before it were lost. */
void machine_heard(struct collector *collector, struct source *source, uint32_t lost,
                   int64_t now);

/* Returns the cluster that the machine belongs to. */
unsigned machine_cluster(const struct collector *collector,
                         const struct source *source);

/* Ends the machine's host, and releases its UUID for another source. */
void machine_remove(struct collector *collector, struct source *source);

/* The same, and frees all that machines.c keeps of the source. */
void machine_forget(struct collector *collector, struct source *source);

#endif

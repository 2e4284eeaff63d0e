/* collector.h - the one place that joins the library: datagrams in, hosts and
 * metrics in the store out.
 *
 * No socket, no clock, no logging: the caller gives each datagram with its time
 * of arrival, calls collector_tick() about once a second, and fetches what is
 * worth a line in its log. Input, tick and events belong to one thread; the
 * store and the statistics may be read by others at any time.
 */
#ifndef SFLOW_COLLECTOR_H
#define SFLOW_COLLECTOR_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sflow/address.h"
#include "sflow/collector/stats.h"
#include "sflow/event.h"
#include "sflow/names.h"
#include "sflow/wire/records.h"
#include "sflow/store/store.h"
#include "sflow/text.h"

/* What becomes of a virtual machine's metrics. */
enum vm_hosts {
	VM_PREFIX, /* "NAME.vcpu_util" on its hypervisor */
	VM_HOST,   /* it is a host of its own, keyed by its UUID */
	VM_NO
};

#define CLUSTERS_MAX 256
#define CLUSTER_OF_AGENT UINT32_MAX

/* Agents of these networks belong to the cluster of this number. */
struct cluster_rule {
	const struct network_list *agents; /* NULL: all */
	unsigned cluster;
};

struct collector_config {
	const struct network_list *allow; /* packet sources; the caller's */
	const struct network_list *deny;  /* not these; NULL: none */
	bool same_address;                /* they must be the agent's own */
	const struct cluster_rule *clusters; /* the first that fits counts; the
	                                      * caller's */
	size_t cluster_count;
	unsigned cluster;                 /* where none fits */
	unsigned vm_cluster;              /* of VMs that are hosts of their own;
	                                   * CLUSTER_OF_AGENT: as their agent */
	const char *reserved;             /* no agent's host gets this name, in */
	unsigned reserved_cluster;        /* this cluster; NULL: none. The caller's */
	bool keep;                        /* collector_save() will be called */
	unsigned max_agents;
	unsigned max_sources;             /* data sources per agent */
	unsigned max_metrics;             /* per host */
	bool accept[KIND_COUNT];
	bool multiple[KIND_COUNT];        /* prefix the first instance, too */
	enum vm_hosts vm;
	const regex_t *ports;             /* only ports of these names, and */
	const regex_t *ports_except;      /* not of these; NULL: any. The caller's */
	int64_t host_dmax_ms;             /* a silent host is gone after it */
	const struct name_list *names;    /* for agents without one; the caller's */
	bool lower_case;                  /* of all names of hosts */
	unsigned misses;                  /* that mean down; 0: as losses want */
};

/* The numbers in collector_defaults that are not 0. The table of settings has them from
 * here as text. */
#define DEFAULT_MAX_AGENTS 4096
#define DEFAULT_MAX_SOURCES 1024
#define DEFAULT_MAX_METRICS 40000
#define DEFAULT_HOST_DMAX_S 86400

/* No "multiple", VMs by prefix, all ports. Not accepted: what many servers send already
 * and would double a site's metrics, and what an agent names itself. */
extern const struct collector_config collector_defaults;

struct collector;

/* Copies the configuration. NULL without memory. */
struct collector *collector_new(const struct collector_config *config);
void collector_free(struct collector *collector);

/* One datagram of `len` bytes from the packet source `from`, at `now`, in
 * milliseconds of a clock that never goes back. Returns 0 when it was taken,
 * or a negative enum datagram_error; COLLECTOR_REFUSED when `allow` or a bound
 * refused it. Whatever the bytes are, what is good in them is used. */
#define COLLECTOR_REFUSED (-100)
int collector_input(struct collector *collector, const void *buf, size_t len,
                    const struct address *from, int64_t now);

/* The passing of time: hosts without a name get their address as name, and
 * what was silent for too long is forgotten. */
void collector_tick(struct collector *collector, int64_t now);

/* Who has values and no name yet gets one now: whoever asks will not wait for it. */
void collector_name_all(struct collector *collector, int64_t now);

/* Wall-clock time minus `now`, in milliseconds; 0 until it is set. */
void collector_set_wall(struct collector *collector, int64_t offset_ms);

/* The next event; false when there is none. Of each kind so many wait as event_kinds
 * says; of a flood the rest is dropped, for the statistics count it all. */
bool collector_event(struct collector *collector, struct event *event);

/* Another configuration from now on; what was learned stays. Hosts go over to the
 * clusters that are theirs now, under another name where one there has theirs. What
 * is not accepted any more goes, and what is called otherwise comes with its next
 * sample. Agents that send no name get the one that they are given now. `keep` and, for
 * hosts that are there, `lower_case` stay as they were. */
void collector_reconfigure(struct collector *collector,
                           const struct collector_config *config, int64_t now);

/* Over a restart ------------------------------------------------------------------ */

/* What is kept of a host over a restart: of an agent, or of a virtual machine
 * that is a host of its own. Times are of the wall clock, in ms. */
struct collector_saved {
	bool machine;           /* it is such a virtual machine; then: */
	uint32_t sub_agent, source_class, source_index;
	uint8_t uuid[16];
	/* of both: */
	struct address agent;
	char name[TEXT_SIZE];   /* as it calls itself; "" where it does not */
	char shown[TEXT_SIZE];  /* as it is shown */
	int64_t first_ms;       /* first heard */
	int64_t heard_ms;       /* last heard */
	uint32_t started_s;     /* 0: not known */
	uint32_t interval_ms, jitter_ms; /* 0: not known */
	double loss;
	bool down;
	bool gone;              /* forget it: only the key counts */
};

/* Copies up to `room` hosts whose saved form has changed since they were last
 * copied, and returns how many; what they say holds in this order. When a host was
 * last heard is as old as five minutes, if nothing else changes. It is called until
 * it returns 0: then all hosts were looked at once, and what has changed meanwhile
 * comes in the next round. */
size_t collector_save(struct collector *collector,
                      struct collector_saved *saved, size_t room);

/* All are to be copied again, as if none ever was: what was copied was lost. */
void collector_unsaved(struct collector *collector);

/* A host that was kept, before the first datagram, or as soon as possible. It is as it
 * was: down, or up and expected from now on as if it had just been heard, while what
 * is shown is when it was. Returns 0; -1 at a bound, when it was silent for too long,
 * or is not wanted, or is there already. */
int collector_restore(struct collector *collector,
                      const struct collector_saved *saved, int64_t now);

struct store *collector_store(struct collector *collector);
const struct collector_stats *
collector_stats(const struct collector *collector);

#endif

/* collector.h - the one place that joins the library: datagrams in, hosts and
 * metrics in the store out.
 *
 * No socket, no clock, no logging: the caller gives each datagram with its time
 * of arrival, calls collector_tick() about once a second, and fetches events, which
 * it may log. Only one thread at a time may call these functions; the store may be
 * used as store.h says, and the statistics may be read, by any thread at any time.
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
#include "sflow/port_speeds.h"
#include "sflow/wire/records.h"
#include "sflow/store/store.h"
#include "sflow/text.h"

/* What becomes of a virtual machine's metrics. */
enum vm_hosts {
	VM_PREFIX, /* they are the hypervisor's, as "NAME.vcpu_util" */
	VM_HOST,   /* the machine is a host of its own, keyed by its UUID */
	VM_NO      /* they are dropped */
};

#define CLUSTERS_MAX 256
#define CLUSTER_OF_AGENT UINT32_MAX /* see `vm_cluster` */

/* Agents of these networks belong to the cluster of this number. */
struct cluster_rule {
	const struct network_list *agents; /* NULL: all */
	unsigned cluster;
};

struct collector_config {
	/* What the pointers point to stays the caller's. */
	const struct network_list *allow;    /* packet sources that are allowed */
	const struct network_list *deny;     /* but not these; NULL: none */
	bool same_address;                   /* the packet source must be the agent's
	                                   * address */
	const struct cluster_rule *clusters; /* the first rule that fits counts */
	size_t cluster_count;
	unsigned cluster;          /* where no rule fits */
	unsigned vm_cluster;       /* of VMs that are hosts of their own;
	                                   * CLUSTER_OF_AGENT: their agent's */
	const char *reserved;      /* no agent's host gets this name in the */
	unsigned reserved_cluster; /* reserved_cluster; NULL: none */
	bool keep;                 /* collector_save() will be called */
	unsigned max_agents;
	unsigned max_sources; /* data sources per agent */
	unsigned max_metrics; /* per host */
	unsigned max_memory;  /* MB that the metrics of all hosts may take; 0: it is up
	                       * to the program, which sets the next one */
	size_t max_metrics_in_all; /* 0: no bound */
	bool accept[KIND_COUNT];
	bool multiple[KIND_COUNT]; /* the first instance has a prefix, too */
	enum vm_hosts vm;
	const regex_t *ports;             /* only ports of these names; NULL: all */
	const regex_t *ports_except;      /* no ports of these names; NULL: none */
	const regex_t *totals_except;     /* ports that the totals leave out; NULL:
	                                   * none */
	int64_t host_dmax_ms;             /* after so much silence a host is gone */
	const struct name_list *names;    /* for agents that send no name */
	const struct port_speeds *speeds; /* of ports; NULL: as they say */
	bool lower_case;                  /* names of hosts are made lower case */
	bool successors;                  /* a host may take the name of one that it
	                                   * succeeds */
	unsigned misses;                  /* so many missing heartbeats mean down;
	                                   * 0: it depends on the measured loss */
};

/* Those defaults that are numbers other than 0. The table of settings uses them, too,
 * as text. */
#define DEFAULT_MAX_AGENTS 4096
#define DEFAULT_MAX_SOURCES 1024
#define DEFAULT_MAX_METRICS 40000
#define DEFAULT_HOST_DMAX_S 86400

/* The defaults: no "multiple", VMs by prefix, all ports. Two groups of kinds are not
 * accepted: counters that many servers send already and that would double a site's
 * metrics, and metrics that agents name themselves. */
extern const struct collector_config collector_defaults;

struct collector;

/* Creates a collector with a copy of the configuration; what its pointers point to has
 * to live until another configuration is set, or the collector is freed. NULL without
 * memory. */
struct collector *collector_new(const struct collector_config *config);

/* Frees the collector with its store. NULL is fine. */
void collector_free(struct collector *collector);

/* Takes one datagram of `len` bytes from the packet source `from`. `now`, here and
 * below, is in milliseconds of a clock that never goes back. Returns 0; a negative enum
 * datagram_error where the datagram is malformed, after the samples before the fault
 * have been used; or COLLECTOR_REFUSED where `allow`, `deny`, `same_address` or a bound
 * refused it. */
#define COLLECTOR_REFUSED (-100)
int collector_input(struct collector *collector, const void *buf, size_t len,
                    const struct address *from, int64_t now);

/* Does what is due as time passes: finds hosts late or down, gives agents that sent no
 * name another one, and forgets what was silent for too long. */
void collector_tick(struct collector *collector, int64_t now);

/* Says that nobody listened from `since_ms` to `until_ms`, which is now: no host is
 * missed, and no value is stale, for what may have been lost in that time. */
void collector_deaf(struct collector *collector, int64_t since_ms, int64_t until_ms);

/* Sets which share of the datagrams gets lost on this machine lately, besides what the
 * agents' own numbers tell: as long as it does, more missing heartbeats mean down. */
void collector_set_loss(struct collector *collector, double share);

/* Gives a name to each host that has values and no name yet, without waiting until it
 * sends one: for a program that shows its hosts at once. */
void collector_name_all(struct collector *collector, int64_t now);

/* Sets the wall-clock time minus `now`, in milliseconds. It is 0 until it is set. */
void collector_set_wall(struct collector *collector, int64_t offset_ms);

/* Takes the oldest waiting event; false when there is none. Of each kind at most as
 * many wait as event_kinds says. Further ones are dropped; the statistics count them
 * all the same. */
bool collector_event(struct collector *collector, struct event *event);

/* Sets another configuration; what was learned stays. Hosts move to the clusters that
 * they belong to now; where another host there has its name, a host gets another name.
 * Metrics that the new configuration does not accept are removed. A metric whose name
 * changes appears with its next sample. Agents that send no name get the one that the
 * new configuration gives them. `keep` does not change, and `lower_case` does not
 * change the names of hosts that are there. */
void collector_reconfigure(struct collector *collector,
                           const struct collector_config *config, int64_t now);

/* What the administrator orders ------------------------------------------------------ */

/* Why an order is refused. */
enum collector_refusal {
	COLLECTOR_NO_HOST = -200, /* no host of the cluster has that name */
	COLLECTOR_OWN_HOST,       /* the name is reserved */
	COLLECTOR_IS_UP,          /* the host is up */
	COLLECTOR_HAS_MACHINES,   /* it reports virtual machines that are hosts */
	COLLECTOR_BAD_NAME,       /* a host can't have the new name */
	COLLECTOR_SAME_NAME,      /* it has the new name already */
	COLLECTOR_NAME_TAKEN,     /* another host has it */
	COLLECTOR_FULL            /* there are too many renamings, or no memory */
};

/* Whether a host of the cluster has that name, or the name in lower case where that is
 * configured; writes the name by which it is shown. */
bool collector_has_host(const struct collector *collector, unsigned cluster,
                        const char *name, char shown[TEXT_SIZE]);

/* Removes a host that is late or down, and all that is known of it, with its renaming, and
 * adds EVENT_REMOVED. If it sends again, it joins like a host that was never there. Returns
 * 0, or a negative enum collector_refusal. */
int collector_remove_host(struct collector *collector, unsigned cluster,
                          const char *name, int64_t now);

/* Gives a host another name, with EVENT_RENAMED. A renaming makes that last: from now on
 * a host of the cluster that would be called as this one would be by itself, is called `to`.
 * Where `to` is that name, the renaming ends. Returns 0, or a negative enum
 * collector_refusal. */
int collector_rename_host(struct collector *collector, unsigned cluster,
                          const char *name, const char *to, int64_t now);

/* A host, or whoever would be called `name` in the cluster, is called `is`. */
struct collector_renaming {
	unsigned cluster;
	char name[TEXT_SIZE];
	char is[TEXT_SIZE];
};

/* Copies up to `room` of the lasting renamings, and returns how many there are.
 * collector_renamings_version() returns a number that is another one when they have
 * changed. */
size_t collector_renamings(const struct collector *collector,
                           struct collector_renaming *list, size_t room);
uint64_t collector_renamings_version(const struct collector *collector);

/* Sets a lasting renaming that was saved; called before hosts are restored. Returns 0, or
 * -1 where the names can't be those of hosts, at the bound, or without memory. */
int collector_restore_renaming(struct collector *collector,
                               const struct collector_renaming *renaming);

/* Takes the next host that collector_reconfigure() has given another name, from `name` to
 * `is`; false when there are no more. What is not taken is forgotten with the next
 * configuration. */
bool collector_next_renamed(struct collector *collector,
                            struct collector_renaming *renamed);

/* Over a restart ------------------------------------------------------------------ */

/* What is kept of a host over a restart of the program. The host is an agent, or a
 * virtual machine that is a host of its own. Times are of the wall clock, in ms. */
struct collector_saved {
	bool machine; /* it is a virtual machine; then it also has: */
	uint32_t sub_agent, source_class, source_index;
	uint8_t uuid[16];
	/* agents and virtual machines have: */
	struct address agent;
	char name[TEXT_SIZE];  /* what it calls itself; "": it sends no name */
	char shown[TEXT_SIZE]; /* the name under which it is shown */
	int64_t first_ms;      /* first heard */
	int64_t heard_ms;      /* last heard */
	uint32_t started_s;    /* 0: not known */
	uint32_t interval_ms, jitter_ms; /* 0: not known */
	double loss;
	bool down;
	bool gone; /* to be deleted where it was saved; only its agent and
	                         * its data source are filled in */
};

/* Copies up to `room` hosts whose saved form has changed since they were last copied.
 * Returns how many. They have to be saved in this order. heard_ms alone makes a host
 * change only every five minutes, so the saved one may be that old. Call it until it
 * returns 0: then each host was looked at once. A host that changes meanwhile comes in
 * the next round. */
size_t collector_save(struct collector *collector, struct collector_saved *saved,
                      size_t room);

/* Makes collector_save() copy all hosts again, because what was saved is lost. */
void collector_unsaved(struct collector *collector);

/* Adds a host that was saved. Call it before the first datagram, or as soon as
 * possible. A host that was down is down. A host that was up is up, and its next
 * heartbeat is expected as if it had been heard at `now`; but it is shown as last heard
 * when it really was. Returns 0; or -1 at a bound, and for a host that was silent for
 * too long, is not wanted by the configuration, or is there already. */
int collector_restore(struct collector *collector, const struct collector_saved *saved,
                      int64_t now);

/* Return the collector's store and its statistics, which live as long as it does. */
struct store *collector_store(struct collector *collector);
const struct collector_stats *collector_stats(const struct collector *collector);

#endif

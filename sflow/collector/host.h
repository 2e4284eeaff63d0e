/* host.h - a host. Each agent is one, and so is each virtual machine that is a host of
 * its own (vm = host). A host has a name that no other host of its cluster has, a
 * heartbeat, and a host in the store; its state is kept over a restart of the program.
 *
 * A struct host is embedded in its agent or machine, which owns it. The functions below
 * work for both.
 */
#ifndef SFLOW_HOST_H
#define SFLOW_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sflow/address.h"
#include "sflow/collector/collector.h"
#include "sflow/collector/members.h"
#include "sflow/collector/renamings.h"
#include "sflow/store/store.h"
#include "sflow/text.h"
#include "sflow/wire/datagram.h"

struct host;

/* Identifies a host, in the program and where hosts are saved. */
struct host_key {
	struct address agent;   /* the agent that it is, or that reports it */
	struct address packets; /* the source of its packets, where several agents say
	                          * that they are this one; else of type 0 */
	bool apart;             /* it is not the first of those, and is not saved */
	bool machine;           /* it is a virtual machine; then it also has: */
	uint32_t sub_agent;
	struct source_id source; /* the data source that stands for it */
};

/* What differs between agents and virtual machines. */
struct host_kind {
	/* Writes the host's key in the store. No two hosts there have the same. */
	void (*store_key)(const struct host *host, char key[TEXT_SIZE]);

	/* Whether the host's agent is confirmed; see agents.h. */
	bool (*is_confirmed)(const struct host *host);

	/* Removes all metrics from the host in the store, before it leaves the store. */
	void (*detach)(struct host *host);

	/* Fills in what is saved besides the struct host itself: what the agent or
	 * machine calls itself, and its UUID. */
	void (*describe)(const struct host *host, struct collector_saved *saved);
};

/* The state of a host when it was last saved; see collector_save(). */
struct kept {
	bool stored; /* something is saved under the host's key */
	bool saved;  /* what is saved is known, and has the values below */
	bool down;
	uint32_t interval_ms;
	int64_t heard_ms;
};

struct host {
	const struct host_kind *kind;
	struct host_key key;
	char *name; /* "": none yet */
	unsigned cluster;
	bool moves;           /* between host_depart() and host_arrive() */
	int64_t first_ms;     /* first heard */
	struct member member; /* whether it is up, and when last heard, */
	int64_t own_ms;       /* and when last by a datagram that surely was its own */
	uint64_t before;      /* whose name it has taken: a hash of what the other's key
	                    * says; 0: nobody's */
	bool by_uuid;         /* it has taken it at once, because both have one UUID */
	bool contested;       /* it was heard beside the one of the name that it
	                       * sends, or the program began with both */
	bool waits;        /* it has no name as long as it may yet succeed the host that
	                    * has the name that it sends */
	bool told_down;    /* an event said that it is down, and none that it is back */
	int64_t silent_ms; /* when it was last heard before it came back */
	struct kept kept;
	struct store_host *shown; /* its host in the store; NULL: none now */
};

/* What all hosts have in common. All zero: there are no hosts. */
struct hosts {
	struct taken_name *names;
	struct renamings renamings;
	bool keep; /* hosts are saved */
	/* Removed hosts, still to be deleted where saved. */
	struct forgotten *forgotten;
	double loss;  /* share of all datagrams that get lost, */
	double heard; /* as measured over so many, at most */
	/* share of all lost polls after which the next one is lost, too */
	double again;
	int64_t again_ms; /* when a row of them was last counted */
};

/* Writes an address for use in a key or name, without colons: gmond splits its keys at
 * the first one. */
void host_address_key(const struct address *address, char key[TEXT_SIZE]);

/* Writes what the agent is called where it has no name: its address, followed by the
 * source of its packets where that tells it apart. */
void host_agent_key(const struct host *host, char key[TEXT_SIZE]);

/* Writes a text that only this host has: its agent's address, followed by the data
 * source where the host is a virtual machine. */
void host_place(const struct host *host, char place[TEXT_SIZE]);

/* Begins a host that was first heard at `now`: up, without a name, in no cluster but
 * number 0, and not in the store. */
void host_init(struct host *host, const struct host_kind *kind,
               const struct host_key *key, double loss, int64_t now);

static inline bool
host_is_named(const struct host *host)
{
	return host->name[0] != '\0';
}

/* Takes a name in the cluster for the host, so that no other host there gets it; for
 * none where `host` is NULL. Returns false when it is taken already. */
bool hosts_take_name(struct hosts *hosts, unsigned cluster, const char *name,
                     struct host *host);

/* Takes, for a host whose name is taken, the name followed by a number that makes it another
 * one; or what the administrator has given to hosts of one of these names. Writes it. */
void hosts_take_numbered(struct hosts *hosts, struct host *host, char name[TEXT_SIZE]);

/* Notes that a taken name is that of another host now. */
void hosts_give_name(struct hosts *hosts, unsigned cluster, const char *name,
                     struct host *to);

/* Whether a host of the cluster has the name, or it is kept from them. */
bool hosts_is_taken(const struct hosts *hosts, unsigned cluster, const char *name);

/* Returns the host that has the name in the cluster; NULL where there is none. The name
 * is as host_spelling() writes it. */
struct host *hosts_find(const struct hosts *hosts, unsigned cluster, const char *name);

/* Writes a name as hosts are shown by it: in lower case, where that is configured. */
void host_spelling(const struct collector *collector, const char *name,
                   char spelled[TEXT_SIZE]);

/* Writes what a host of the cluster is called that calls itself `name`: so, or otherwise
 * where the administrator has renamed it. */
void host_called(const struct collector *collector, unsigned cluster, const char *name,
                 char called[TEXT_SIZE]);

/* Gives a taken name back. A name that is not taken is fine. */
void hosts_return_name(struct hosts *hosts, unsigned cluster, const char *name);

/* Frees the names, the renamings and the list of forgotten hosts. */
void hosts_free(struct hosts *hosts);

/* Notes in the store that the host is confirmed. */
void host_confirm(struct host *host);

/* Returns the host's host in the store, and adds it there if it has none. NULL at the
 * store's bound, or without memory. If the host has a name, readers see it from then
 * on. */
struct store_host *host_enter(struct collector *collector, struct host *host);

/* Removes the host from the store, with all its metrics. It keeps its name. */
void host_leave(struct host *host);

/* Gives a host that has no name the name `wanted`; where another host of the cluster
 * has that, a name that begins with it. Without memory the host has no name
 * afterwards. */
void host_set_name(struct collector *collector, struct host *host, const char *wanted);

/* The same where `wanted` is what the host was called, whatever it calls itself: no
 * renaming applies to it. */
void host_keep_name(struct collector *collector, struct host *host, const char *wanted);

/* Gives a host that has a name the name `wanted`, to which no renaming applies, with the
 * event that it was renamed. It stays in the store, where its values go on under the new
 * name; where the store can't do that, it leaves, and enters anew without values. */
void host_call(struct collector *collector, struct host *host, const char *wanted,
               int64_t now);

/* As host_set_name(), for a host that may have a name already. To readers another name is another
 * host, so the host leaves the store at once. Adds an event that the host has joined,
 * or was renamed, with its new name; no event where it keeps its name. */
void host_rename(struct collector *collector, struct host *host, const char *wanted,
                 int64_t now);

/* Ends the host: gives its name back, removes it and its metrics from the store, and
 * has it deleted where it was saved. The struct may get a name, and be a host, again. */
void host_remove(struct collector *collector, struct host *host);

/* Makes `to` the host that `from` was until now: `to` gets its name, its host in the
 * store without the metrics, and when it was first and last heard. Before that, `to`
 * must have no name and no host in the store. */
void host_hand_over(struct collector *collector, struct host *from, struct host *to);

/* Adds an event of membership about the host. Returns the event. */
struct event *host_tell(struct collector *collector, const struct host *host,
                        enum event_kind kind, int64_t now);

/* Adds an event of another category about the host. Where the host has no name, the
 * event is about its agent. Returns the event. */
struct event *host_tell_names(struct collector *collector, const struct host *host,
                              enum event_kind kind);

/* These move hosts to other clusters, in two steps, so that two hosts of one name may
 * change places: all hosts that move depart, and give their names back, before the
 * first one arrives. Where the new cluster has another host of its name, the host gets
 * another name and leaves the store for a new place there. */
void host_depart(struct collector *collector, struct host *host, unsigned cluster);
void host_arrive(struct collector *collector, struct host *host, int64_t now);

/* Notes that a datagram with news of the host came, and that `lost` before it were
 * lost. The host, or its agent, started at `started_s` by the wall clock; 0: not known.
 * Adds an event where the host was down and so has returned. */
void host_heard(struct collector *collector, struct host *host, uint32_t lost,
                int64_t started_s, int64_t now);

/* Notes that time has passed: finds out whether a host with a name is late or down, and
 * adds an event where that is new. Returns true where readers see the host, so that it
 * counts among the hosts in its state. */
bool host_tick(struct collector *collector, struct host *host, int64_t now);

/* Shows the heartbeat of a host that has just entered the store: up or down, when it
 * was last heard, and when it started. */
void host_show_member(const struct collector *collector, struct host *host,
                      int64_t started_s, int64_t now);

/* Over a restart (see also kept.h) ---------------------------------------------- */

/* Restores the heartbeat. Nobody listened until now, so a host that was up has missed
 * nothing yet: its next heartbeat is expected from `now` on. */
void host_restore_member(const struct collector *collector, struct host *host,
                         const struct collector_saved *saved, int64_t now);

/* Gives the host the name `wanted`, as host_keep_name() does, and adds it to the store with
 * what was saved of it. `heard` says that it was heard before it was restored, so it is to be saved again.
 * Returns 0, or -1 when it can't be added to the store. */
int host_restore(struct collector *collector, struct host *host,
                 const struct collector_saved *saved, const char *wanted, bool heard,
                 int64_t now);

#endif

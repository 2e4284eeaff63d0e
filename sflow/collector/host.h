/* host.h - a host: what an agent is, and a virtual machine that is a host of its own
 * (vm = host). It has a name that no other host of its cluster has, a heartbeat, a
 * place in the store, and what of it is kept over a restart.
 *
 * A host belongs to the agent or machine that it is embedded in. That calls it by the
 * functions below, each of which does one thing for both.
 */
#ifndef SFLOW_HOST_H
#define SFLOW_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sflow/address.h"
#include "sflow/collector/collector.h"
#include "sflow/collector/members.h"
#include "sflow/store/store.h"
#include "sflow/text.h"
#include "sflow/wire/datagram.h"

struct host;

/* Who it is, here and where it is saved. */
struct host_key {
	struct address agent;    /* whose host it is, or that tells of it */
	bool machine;            /* it is a virtual machine; then: */
	uint32_t sub_agent;
	struct source_id source; /* the data source that stands for it */
};

/* What differs between agents and virtual machines. */
struct host_kind {
	/* Writes the host's key in the store, which no other living host has. */
	void (*store_key)(const struct host *host, char key[TEXT_SIZE]);

	/* Takes all metrics out of the store that are in this host, which leaves it. */
	void (*detach)(struct host *host);

	/* Fills in what is saved of it besides the host itself: the name by which it
	 * calls itself, and its UUID. */
	void (*describe)(const struct host *host,
	                 struct collector_saved *saved);
};

/* A host as it was when it was last saved; see collector_save(). */
struct kept {
	bool stored; /* something is saved under its key; and */
	bool saved;  /* it is what follows */
	bool down;
	uint32_t interval_ms;
	int64_t heard_ms;
};

struct host {
	const struct host_kind *kind;
	struct host_key key;
	char *name;               /* "" while it has none */
	unsigned cluster;         /* that it belongs to */
	bool moves;               /* between host_depart() and host_arrive() */
	int64_t first_ms;         /* first heard */
	struct member member;     /* whether it is up, and when last heard */
	struct kept kept;
	struct store_host *shown; /* its host in the store; NULL: none now */
};

/* What is true of all hosts. All zero: there are none. */
struct hosts {
	struct taken_name *names;
	bool keep;                   /* hosts are saved */
	struct forgotten *forgotten; /* saved ones that are no more */
	double loss;                 /* share of all datagrams that get lost */
};

/* Writes an address as part of a key or name: gmond splits these at a colon. */
void host_address_key(const struct address *address, char key[TEXT_SIZE]);

/* Writes what tells this host from all others: its agent's address, and the data
 * source behind it where it is a virtual machine. */
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

/* Takes a name so that no host of the cluster can have it. False when one has it
 * already. And gives it back; one that nobody has is fine. */
bool hosts_take_name(struct hosts *hosts, unsigned cluster, const char *name);
void hosts_return_name(struct hosts *hosts, unsigned cluster,
                       const char *name);

/* Frees the names and the list of forgotten hosts. */
void hosts_free(struct hosts *hosts);

/* Its host in the store, which is added where there is none. NULL at the store's bound,
 * or without memory. Who has a name is seen by readers from then on. */
struct store_host *host_enter(struct collector *collector, struct host *host);

/* Its host leaves the store, with all its metrics. The name stays its own. */
void host_leave(struct host *host);

/* Gives a host that has no name the name `wanted`, or one much like it where another
 * host of the cluster is called that. Without memory it has none then. */
void host_set_name(struct collector *collector, struct host *host,
                   const char *wanted);

/* The same of a host that may have a name. With another name it is another host to
 * readers, so the old one leaves the store at once. Tells that it has joined, or was
 * renamed, by the name that it got; nothing where that is the one it had. */
void host_rename(struct collector *collector, struct host *host,
                 const char *wanted, int64_t now);

/* It is a host no more: its name is free, its metrics and its host in the store are
 * gone, and it is forgotten where it was saved. It may get a name again. */
void host_remove(struct collector *collector, struct host *host);

/* `to`, which has neither a name nor a place in the store, is the host that `from` was
 * until now: it has its name, its place, without the metrics, and its past. */
void host_hand_over(struct collector *collector, struct host *from,
                    struct host *to);

/* Tells of it; the kind is one of membership. Returns the event. */
struct event *host_tell(struct collector *collector, const struct host *host,
                        enum event_kind kind, int64_t now);

/* Tells of its names; the kind is not one of membership. Where it has no name itself, the
 * event is its agent's. Returns the event. */
struct event *host_tell_names(struct collector *collector,
                              const struct host *host, enum event_kind kind);

/* Another cluster, in two steps, so that two hosts of one name may change places: all
 * hosts that move depart, and give their names back, before the first arrives. Where
 * that cluster has another host of its name it gets another one, and begins anew. */
void host_depart(struct collector *collector, struct host *host,
                 unsigned cluster);
void host_arrive(struct collector *collector, struct host *host, int64_t now);

/* A single host follows to another cluster. False where a host there has its name, and
 * then nothing changes. */
bool host_follow(struct collector *collector, struct host *host,
                 unsigned cluster);

/* A datagram with news of it came, `lost` before it did not. It, or its agent, started
 * at `started_s` by the wall clock; 0: not known. One that was down has returned. */
void host_heard(struct collector *collector, struct host *host, uint32_t lost,
                int64_t started_s, int64_t now);

/* Time has passed: a host with a name may be late or down. True where it is seen by
 * readers, so that it counts among the hosts in its state. */
bool host_tick(struct collector *collector, struct host *host, int64_t now);

/* A host that was just entered is shown as it is known: up or down, and since when. */
void host_show_member(const struct collector *collector, struct host *host,
                      int64_t started_s, int64_t now);

/* Over a restart (see also kept.h) ---------------------------------------------- */

/* It is as it was saved, as a heartbeat: nobody listened until now, so one that was up
 * is expected from now on. */
void host_restore_member(const struct collector *collector, struct host *host,
                         const struct collector_saved *saved, int64_t now);

/* It gets the name `wanted`, and enters the store as it is known. `heard`: it was
 * heard before it was restored, so it has news. 0, or -1 when it can't be shown. */
int host_restore(struct collector *collector, struct host *host,
                 const struct collector_saved *saved, const char *wanted,
                 bool heard, int64_t now);

#endif

/* event.h - events: what happened, to whom, when, and by how much. The collector makes
 * them, and programs pass them on.
 *
 * An event is a plain struct, which can be copied and points to nothing but constants.
 * A new kind is a row of event_kinds, a text, and a member of `of` where it has fields
 * that no other kind has. Events of thresholds fit in, too: the subject is a metric,
 * values.limit is the threshold, and the event lasts.
 */
#ifndef SFLOW_EVENT_H
#define SFLOW_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sflow/address.h"
#include "sflow/text.h"
#include "sflow/wire/records.h"

enum event_kind {
	EVENT_MALFORMED, /* a datagram, sample or record is malformed */
	EVENT_SHORT,     /* an agent's first record of a structure that is too short */
	EVENT_UNKNOWN,   /* an agent's first sample or record of an unknown format */
	EVENT_INSTANCE,  /* a host has a second instance, which gets a prefix */
	EVENT_AT_BOUND,  /* an agent, a data source or metrics were refused */
	EVENT_NOT_ALLOWED,  /* datagrams of a source are not taken; once a minute */
	EVENT_SAME_NAME,    /* the host calls itself like another one */
	EVENT_SAME_UUID,    /* two virtual machines have one UUID */
	EVENT_SAME_ADDRESS, /* two senders say that they are one agent */
	EVENT_FLIPPING,     /* a host changes a name all the time */
	EVENT_SPEED,        /* a port's speed is wrong */
	EVENT_JOINED,       /* a host got its first name */
	EVENT_LATE,         /* a heartbeat is missing */
	EVENT_DOWN,         /* so many heartbeats are missing that the host is down */
	EVENT_RETURNED,     /* a host that was down was heard */
	EVENT_RESTARTED,    /* an agent has restarted */
	EVENT_RENAMED,      /* a host got another name */
	EVENT_MOVED,        /* a host goes on elsewhere: a virtual machine on another
	                     * hypervisor, or a successor under the same name */
	EVENT_GONE,         /* a host was silent for too long */
	EVENT_REMOVED,      /* the administrator has removed a host */
	EVENT_KIND_COUNT
};

/* What an event is about. A sink chooses events by their category. */
enum event_category {
	EVENT_OF_WIRE,      /* the contents of datagrams */
	EVENT_OF_NAMES,     /* names that are not unique, or change */
	EVENT_OF_BOUNDS,    /* a bound that was reached */
	EVENT_OF_MEMBERSHIP /* hosts that come and go; has `of.membership` */
};

/* What was refused, and why. */
enum event_bound {
	EVENT_BOUND_AGENTS, /* by max_agents, and so on */
	EVENT_BOUND_SOURCES,
	EVENT_BOUND_METRICS,
	EVENT_BOUND_MEMORY
};

/* Why datagrams are not taken: the settings `allow`, `deny` and `same_address`. */
enum event_refused {
	EVENT_REFUSED_NOT_IN_ALLOW,
	EVENT_REFUSED_IN_DENY,
	EVENT_REFUSED_OTHER_ADDRESS,
	EVENT_REFUSED_COUNT
};

#define EVENT_TEXT 320
#define EVENT_METRIC 130 /* bytes of "prefix.part.metric", with its NUL */
#define EVENT_NO_CLUSTER UINT32_MAX

/* Times are milliseconds of the clock of the event's maker: the collector's `now`. An
 * event of a single moment has four equal times.
 *
 * An event that lasts is made twice: when it begins, with end_ms 0, and when it is
 * over; both have the same kind, subject and begin_ms. */
struct event {
	enum event_kind kind;
	struct address agent; /* from whose datagrams the event comes; where they can't
	                       * be read, the source of the packet */
	/* the subject: */
	uint32_t cluster;          /* the host's; EVENT_NO_CLUSTER without one */
	char host[TEXT_SIZE];      /* as it is shown; "": the subject is the agent */
	char metric[EVENT_METRIC]; /* of the host; "": the subject is the host */

	int64_t begin_ms; /* when it began */
	int64_t last_ms; /* the latest time at which it lasted; values.now is of then */
	int64_t peak_ms; /* when values.peak was first reached */
	int64_t end_ms;  /* when it was first seen to be over; 0: it lasts */

	/* What is measured, in the units of the metric. In an event of membership: how
	 * many heartbeats are missing, and how many mean down. All 0: nothing is. */
	struct event_values {
		double now;   /* at last_ms */
		double peak;  /* the value farthest beyond the limit, since begin_ms */
		double limit; /* with which the value is compared */
	} values;

	/* What only one kind, or events of membership, have. Strings may be "". */
	union {
		struct event_malformed {
			int error; /* a negative enum datagram_error */
		} malformed;
		struct event_short {
			const struct layout *layout;
			const char *field; /* inside which it ends; a constant */
			unsigned bytes;    /* that it has */
		} is_short;
		struct event_unknown {
			uint32_t tag;     /* the format */
			const char *what; /* "sample", "counters"; a constant */
		} unknown;
		struct event_instance {
			enum kind kind;
			char prefix[TEXT_SIZE]; /* of the second instance's metrics */
		} instance;
		struct event_at_bound {
			enum event_bound bound;
		} at_bound;
		struct event_not_allowed {
			enum event_refused reason;
			unsigned others; /* sources since the last such event, */
			bool more;       /* and more than these */
		} not_allowed;
		struct event_same_name {
			struct address other;   /* the agent of the host that has it; of
			                          * an unknown type where none has */
			char wanted[TEXT_SIZE]; /* the name that both would have */
			bool lower_case;        /* which makes one name of two */
		} same_name;
		struct event_same_address {
			struct address sources[2]; /* of their packets */
			int64_t apart_ms;          /* between their clocks */
		} same_address;
		struct event_flipping {
			bool source;          /* the name is a data source's */
			char name[TEXT_SIZE]; /* the newest name */
		} flipping;
		struct event_speed {
			uint64_t bits;        /* per second, as the agent says */
			uint32_t index;       /* of the port, */
			char port[TEXT_SIZE]; /* and its name */
		} speed;
		struct event_membership {
			int64_t heard_ms;         /* when it was last heard before */
			uint32_t interval_ms;     /* between expected heartbeats */
			char old_name[TEXT_SIZE]; /* EVENT_RENAMED */
			struct address old_agent; /* EVENT_MOVED */
		} membership;
	} of;
};

/* A row for each kind. */
struct event_kind_info {
	const char *word; /* "joined", "late", ... */
	enum event_category category;
	size_t waiting_max; /* so many may wait to be fetched */
	/* Writes the event's text; `agent` is its agent's address. */
	void (*text)(const struct event *event, const char *agent,
	             char text[EVENT_TEXT]);
};

extern const struct event_kind_info event_kinds[EVENT_KIND_COUNT];

/* Writes the event as a line for a log, without a newline. Returns `text`. */
char *event_text(const struct event *event, char text[EVENT_TEXT]);

/* Returns for how many seconds the host had been silent. For events of membership
 * only. */
long event_silence_s(const struct event *event);

#endif

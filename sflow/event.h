/* event.h - what happened: to whom, when, and by how much. The collector tells of it,
 * and programs give it to whoever wants to hear it.
 *
 * An event is a plain struct, which is copied as it is and points to nothing but
 * constants. A new kind is a row of event_kinds, a text, and a member of `of` where it
 * has fields that no other kind has. So it can carry a threshold that a metric has
 * crossed: the metric is its subject, the threshold is values.limit, and it lasts.
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
	EVENT_MALFORMED, /* a datagram, sample or record */
	EVENT_UNKNOWN,   /* an agent's first sample or record of a format */
	EVENT_INSTANCE,  /* a host's second instance has to be told apart */
	EVENT_AT_BOUND,  /* an agent, a data source or metrics were refused */
	EVENT_SAME_NAME, /* the host calls itself as another one does */
	EVENT_SAME_UUID, /* two virtual machines have one UUID */
	EVENT_FLIPPING,  /* a host changes a name all the time */
	EVENT_JOINED,    /* a host got its name */
	EVENT_LATE,      /* a heartbeat is missing */
	EVENT_DOWN,      /* so many are missing that it must be down */
	EVENT_RETURNED,  /* a host that was down was heard */
	EVENT_RESTARTED, /* an agent has begun again */
	EVENT_RENAMED,   /* a host got another name */
	EVENT_MOVED,     /* a virtual machine is on another hypervisor */
	EVENT_GONE,      /* a host was silent for too long */
	EVENT_KIND_COUNT
};

/* What an event is about; by it sinks choose what they want. */
enum event_category {
	EVENT_OF_WIRE,      /* what datagrams hold */
	EVENT_OF_NAMES,     /* what is told apart by name */
	EVENT_OF_BOUNDS,    /* what there is too much of */
	EVENT_OF_MEMBERSHIP /* which hosts there are: has `of.membership` */
};

/* What was refused. */
enum event_bound {
	EVENT_BOUND_AGENTS, /* by max_agents, and so on */
	EVENT_BOUND_SOURCES,
	EVENT_BOUND_METRICS
};

#define EVENT_TEXT 320
#define EVENT_METRIC 130 /* bytes of "prefix.part.metric", with its NUL */
#define EVENT_NO_CLUSTER UINT32_MAX

/* Times are milliseconds of the clock of whoever tells the event: the collector's
 * `now`. A moment has four equal times.
 *
 * An event that lasts is told when it begins, with end_ms 0, and once more when it is
 * over; both have the same kind, subject and begin_ms. */
struct event {
	enum event_kind kind;
	struct address agent; /* whose datagrams tell of it; of one that can't be
	                       * read, the source of the packet */
	/* the subject: */
	uint32_t cluster;          /* the host's; EVENT_NO_CLUSTER without one */
	char host[TEXT_SIZE];      /* as it is shown; "": it is the agent */
	char metric[EVENT_METRIC]; /* of the host; "": it is the host */

	int64_t begin_ms; /* the first time that it was so */
	int64_t last_ms;  /* the latest time that it was so; values.now is of then */
	int64_t peak_ms;  /* the first time that values.peak was reached */
	int64_t end_ms;   /* the first time that it was so no more; 0: it lasts */

	/* What is measured, in the units of the metric; of membership, the heartbeats
	 * that are missing, and how many mean down. All 0 where nothing is. */
	struct event_values {
		double now;   /* at last_ms */
		double peak;  /* the farthest beyond the limit, since begin_ms */
		double limit; /* that it is compared with */
	} values;

	/* What only its kind has. Strings are "" where there is nothing to say. */
	union {
		struct event_malformed {
			int error; /* a negative enum datagram_error */
		} malformed;
		struct event_unknown {
			uint32_t tag;     /* the format */
			const char *what; /* "sample", "counters"; a constant */
		} unknown;
		struct event_instance {
			enum kind kind;
			char prefix[TEXT_SIZE]; /* of the second's metrics */
		} instance;
		struct event_at_bound {
			enum event_bound bound;
		} at_bound;
		struct event_flipping {
			bool source;            /* one of its data sources' */
			char name[TEXT_SIZE];   /* that it would have now */
		} flipping;
		struct event_membership {
			int64_t heard_ms;     /* when it was last heard before */
			uint32_t interval_ms; /* at which it is expected */
			char old_name[TEXT_SIZE]; /* EVENT_RENAMED */
		} membership;
	} of;
};

/* A row for each kind. */
struct event_kind_info {
	const char *word; /* "joined", "late", ... */
	enum event_category category;
	size_t waiting_max; /* so many may wait to be fetched */
	void (*text)(const struct event *event, const char *agent,
	             char text[EVENT_TEXT]);
};

extern const struct event_kind_info event_kinds[EVENT_KIND_COUNT];

/* The event as a line for a log, without a newline. Returns `text`. */
char *event_text(const struct event *event, char text[EVENT_TEXT]);

/* For how many seconds the host had been silent. Of membership only. */
long event_silence_s(const struct event *event);

#endif

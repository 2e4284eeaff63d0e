/* check.h - compares what Ganglia says with what was asked for. Its memory is the same
 * for one host and for 50,000, but for --top, which keeps a number for each value.
 */
#ifndef CHECK_CHECK_H
#define CHECK_CHECK_H

#include "common/near.h"
#include "tools/check_sflow/items.h"
#include "tools/check_sflow/options.h"
#include "tools/ganglia_xml.h"
#include "tools/ranking.h"

struct check {
	const struct options *options;

	/* The hosts that were asked for. */
	size_t hosts, hosts_down;
	size_t hosts_in[ITEM_STATES]; /* by the worst state of each host */
	size_t hosts_without; /* hosts that lack a metric, if many are asked for */
	uint64_t wishes_seen; /* a bit for each wish */
	bool awaits;          /* one host, and a metric that is made of two samples */

	/* The host that is being read. */
	struct {
		bool wanted;
		enum check_state worst;
		bool down;
		int64_t newest_s; /* the smallest TN of its metrics */
		uint64_t seen;    /* a bit for each wish that it has a value of */
		bool lacks;       /* it lacks a value that was wished */
		bool deltas;      /* it has a metric that is made of two samples */
		int64_t pace_s;   /* the smallest TMAX of its metrics */
		bool in_top;      /* it has a value of --top */
	} now;

	/* The host that may have had only one sample, if the collector began just now. */
	struct {
		bool any;
		char cluster[ITEM_NAME];
		int64_t now_s;  /* the daemon's wall clock */
		int64_t pace_s; /* two samples should come in that time */
	} young;

	/* The host that was asked for, where it is not there. */
	struct {
		bool young;    /* one of its cluster has just begun: the collector? */
		int64_t now_s; /* the daemon's wall clock; 0: not known */
		int64_t started_s; /* of the collector that began first; 0: not known */
		int64_t ago; /* the collector began; GANGLIA_UNKNOWN: that is not why */
	} unheard;

	int64_t wall_s;    /* by the wall clock now; 0: not known. The caller sets it */
	int64_t started_s; /* when the collector began; 0: not known */
	bool several;      /* collectors: then it is not known which one has the host */

	/* Counts, where Ganglia has told them: of all, and of the wanted clusters. */
	struct {
		int64_t up, down;
		bool any;
	} grid, clusters;

	/* What became of the host that was asked for. */
	struct {
		bool known;
		char is[ITEM_NAME]; /* "": it was removed */
	} former;

	/* What may have been meant by a host that is not there, and by a metric of the one
	 * host, by its wish. Of names that are read anyway; nobody is asked for more. */
	struct near near_host, near_metrics[OPTIONS_WISHES];

	struct ranking top;
	size_t top_hosts; /* that have a value of it */
	struct items items;
};

/* Begins a check, and fills in the query and the visitor for daemon_read(). check_free()
 * frees what it has allocated. */
void check_begin(struct check *check, const struct options *options,
                 struct daemon_query *query, struct ganglia_visitor *visitor);

/* Called when all was read, or enough: judges what could not be judged before. Returns
 * the worst state. */
enum check_state check_end(struct check *check);

void check_free(struct check *check);

/* Whether any host was found. */
bool check_found(const struct check *check);

#endif

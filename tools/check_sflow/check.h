/* check.h - what Ganglia says, against what was asked for. Its memory is the same for
 * one host and for 50,000.
 */
#ifndef CHECK_CHECK_H
#define CHECK_CHECK_H

#include "tools/check_sflow/items.h"
#include "tools/check_sflow/options.h"
#include "tools/ganglia_xml.h"

struct check {
	const struct options *options;

	/* Hosts that were asked for. */
	size_t hosts, hosts_down;
	size_t hosts_in[ITEM_STATES]; /* by the worst of each */
	size_t hosts_without;         /* that lack a metric; of many hosts */
	uint64_t wishes_seen;         /* a bit each */

	/* The host that is being read. */
	struct {
		bool wanted;
		enum check_state worst;
		bool down;
		int64_t newest_s;  /* the smallest TN of its metrics */
		uint64_t seen;     /* wishes */
		bool lacks;        /* a value that was wished */
	} now;

	/* Where counts were told: of all, and of the clusters that are wanted. */
	struct {
		int64_t up, down;
		bool any;
	} grid, clusters;

	struct top top;
	struct items items;
};

/* Makes it ready for daemon_read(): what to ask, and who is told. */
void check_begin(struct check *check, const struct options *options,
                 struct daemon_query *query, struct ganglia_visitor *visitor);

/* All was read, or enough: judges what can be judged only now. Returns the worst. */
enum check_state check_end(struct check *check);

/* Where it is about hosts that are down: how many there are, and of how many. */
void check_down(const struct check *check, int64_t *down, int64_t *all);

/* Whether any host was found. */
bool check_found(const struct check *check);

#endif

/* summary.h - the sums of a cluster's metrics over its hosts, as gmetad makes them:
 * of each numeric metric of hosts that are up the sum and the number of hosts.
 *
 * They are made anew at each step by one thread (steps.c) and published whole; a
 * reader holds the set it works on.
 */
#ifndef BRIDGE_SUMMARY_H
#define BRIDGE_SUMMARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sflow/store/store.h"

/* Names of one cluster, or of the grid; others are left out. The last of them are
 * for names without a prefix, which a strange host can't make many of. */
#define SUMMARY_METRICS_MAX 20000
#define SUMMARY_METRICS_KEPT 2000

struct summary_metric {
	const char *name;
	double sum;
	unsigned hosts;
	const struct metric *metric; /* type, units, slope, format, and as title
	                              * that without a prefix; copied, so it
	                              * lives as long as the summary */
	const char *group, *title;
};

/* Of one cluster. */
struct summary {
	unsigned cluster;
	unsigned up, down;
	size_t count;
	struct summary_metric **metrics; /* in the order in which they came */
};

/* Of all clusters, by their number, and of the grid, which is summaries[count]. */
struct summaries {
	int64_t made_s; /* by the wall clock */
	size_t count;
	struct summary *summaries;
};

/* Building: one thread -------------------------------------------------------- */

struct summary_builder;

/* For clusters of the numbers below `clusters`; NULL without memory. */
struct summary_builder *summary_builder_new(size_t clusters);
void summary_builder_free(struct summary_builder *builder);

/* A host of this cluster; then, where it is up, each of its values. A cluster whose
 * number the builder has no room for makes it larger, up to CLUSTERS_MAX. A value
 * is added as it is shown, rounded to its metric's decimals, for gmetad adds what it
 * reads. Texts are left out. */
void summary_host(struct summary_builder *builder, unsigned cluster, bool up);
void summary_value(struct summary_builder *builder, unsigned cluster,
                   const struct store_value *value);

/* Makes them the current ones, and begins anew. Without memory the last ones stay
 * current. */
void summary_publish(struct summary_builder *builder, int64_t wall_s);

/* Reading: any thread ----------------------------------------------------------- */

/* The current ones, held until summaries_release(); never NULL once published. NULL
 * may be released, too. */
const struct summaries *summaries_hold(void);
void summaries_release(const struct summaries *summaries);

/* Of the cluster of this number; NULL where it has none. */
const struct summary *summaries_find(const struct summaries *summaries,
                                     unsigned cluster);

/* gmetad's text of a sum: as many decimals as its metric, none for integers. Returns
 * the length. */
#define SUMMARY_TEXT 320
size_t summary_text(const struct summary_metric *metric,
                    char text[SUMMARY_TEXT]);

#endif

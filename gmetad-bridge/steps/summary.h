/* summary.h - the sums of a cluster's metrics over its hosts, as gmetad makes them: for
 * each numeric metric the sum over the hosts that are up, and the number of these
 * hosts.
 *
 * One thread (steps.c) makes them anew in each step, and publishes them as a whole; a
 * reader holds the set that it works on.
 */
#ifndef BRIDGE_SUMMARY_H
#define BRIDGE_SUMMARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sflow/store/store.h"

/* At most so many metrics of a cluster, or of the grid, have sums; further ones are
 * left out. The last SUMMARY_METRICS_KEPT places are for names without a prefix, of
 * which a single host can't make many. */
#define SUMMARY_METRICS_MAX 20000
#define SUMMARY_METRICS_KEPT 2000

struct summary_metric {
	const char *name;
	double sum;
	unsigned hosts;
	const struct metric *metric; /* type, units, slope, format, and the title
	                              * without a prefix; a copy that lives as
	                              * long as the summary */
	const char *group, *title;
};

/* The sums of one cluster. */
struct summary {
	unsigned cluster;
	unsigned up, down; /* hosts */
	size_t count;
	struct summary_metric **metrics; /* in the order in which they came */
};

/* The sums of all clusters, by their numbers, and of the grid, which is
 * summaries[count]. */
struct summaries {
	int64_t made_s; /* by the wall clock */
	size_t count;
	struct summary *summaries;
};

/* Building: one thread -------------------------------------------------------- */

struct summary_builder;

/* Makes a builder for clusters of numbers below `clusters`; NULL without memory. */
struct summary_builder *summary_builder_new(size_t clusters);
void summary_builder_free(struct summary_builder *builder);

/* summary_host() counts a host of this cluster. If it is up, summary_value() then adds
 * each of its values. A cluster of a higher number makes the builder larger, up to
 * CLUSTERS_MAX. A value is added as it is shown, rounded to its metric's decimals,
 * because gmetad adds up what it reads. Texts are left out. */
void summary_host(struct summary_builder *builder, unsigned cluster, bool up);
void summary_value(struct summary_builder *builder, unsigned cluster,
                   const struct store_value *value);

/* Makes these sums the current ones, and begins anew. `wall_s` is the wall clock.
 * Without memory the last sums stay current. */
void summary_publish(struct summary_builder *builder, int64_t wall_s);

/* Reading: any thread ----------------------------------------------------------- */

/* Returns the current sums, held for the caller until summaries_release(); never NULL
 * once some were published. NULL may be released, too. */
const struct summaries *summaries_hold(void);
void summaries_release(const struct summaries *summaries);

/* Returns the sums of the cluster of this number; NULL where there are none. */
const struct summary *summaries_find(const struct summaries *summaries,
                                     unsigned cluster);

/* Writes a sum as gmetad does, with as many decimals as a value of its metric has, none
 * for integers. Returns the length. */
#define SUMMARY_TEXT 320
size_t summary_text(const struct summary_metric *metric, char text[SUMMARY_TEXT]);

#endif

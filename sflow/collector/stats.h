/* stats.h - the collector's statistics, a line each: the member of struct
 * collector_stats, which is also the key in the bridge's /status, and the metric that
 * is made of it. The metric belongs to the host that stands for the program itself.
 */
#ifndef SFLOW_STATS_H
#define SFLOW_STATS_H

#include <stdatomic.h>

/* METRIC(member, metric, meaning, units, title), or PLAIN(member, what) for a statistic
 * that is no metric. The meaning is one of
 *     NOW         the number as it is
 *     PER_SECOND  the rate of a total since the start
 *     PER_MINUTE  the same, for what is rare */
#define COLLECTOR_STATS(METRIC, PLAIN) \
	METRIC(datagrams, "sflow_datagrams", PER_SECOND, "datagrams/sec", \
	       "sFlow datagrams received") \
	PLAIN(datagrams_lost, "by their sequence numbers") \
	METRIC(samples, "sflow_samples", PER_SECOND, "samples/sec", \
	       "sFlow samples received") \
	METRIC(samples_lost, "sflow_samples_lost", PER_SECOND, "samples/sec", \
	       "sFlow samples lost on the way, by their sequence numbers") \
	PLAIN(flow_samples, \
	      "samples of packets and transactions, without those stale") \
	METRIC(malformed, "sflow_malformed", PER_SECOND, "errors/sec", \
	       "Malformed sFlow datagrams, samples and records") \
	METRIC(unknown, "sflow_unknown_records", PER_SECOND, "records/sec", \
	       "sFlow records of unknown structure, skipped") \
	METRIC(not_allowed, "sflow_not_allowed", PER_SECOND, "datagrams/sec", \
	       "sFlow datagrams from sources that are not in the list `allow`") \
	METRIC(refused, "sflow_refused", PER_SECOND, "refusals/sec", \
	       "New sFlow agents and data sources refused at a bound") \
	PLAIN(stale, "samples that are duplicates, or were overtaken") \
	PLAIN(undecided, "datagrams of another clock than their agent's, until it is " \
	                 "known whose it is") \
	PLAIN(resets, "records with a counter that was reset") \
	METRIC(agents, "sflow_agents", NOW, "agents", "sFlow agents known") \
	METRIC(up, "sflow_hosts_up", NOW, "hosts", "sFlow hosts that are up") \
	METRIC(late, "sflow_hosts_late", NOW, "hosts", \
	       "sFlow hosts of which a heartbeat is missing") \
	METRIC(down, "sflow_hosts_down", NOW, "hosts", "sFlow hosts that are down") \
	METRIC(events, "sflow_events", PER_MINUTE, "events/min", \
	       "sFlow hosts that joined, left, restarted and so on")

/* Any thread may read these. */
struct collector_stats {
#define MEMBER(member, ...) atomic_uint_fast64_t member;
	COLLECTOR_STATS(MEMBER, MEMBER)
#undef MEMBER
};

#endif

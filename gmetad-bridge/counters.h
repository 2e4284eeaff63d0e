/* counters.h - the bridge's counters of itself since its start, a line each: the member
 * of `counters`, its key in /status, and the metric that is made of it, which belongs
 * to the bridge's own host. Any thread may add to them and read them.
 */
#ifndef BRIDGE_COUNTERS_H
#define BRIDGE_COUNTERS_H

#include <stdatomic.h>
#include <stdint.h>

/* METRIC(member, key, metric, meaning, units, title), or PLAIN(member, key) for a
 * counter that is no metric. The meanings are those of collector/stats.h, and
 * AMOUNT_NOW: the number as it is, which may need more than 32 bits. There is a list
 * for each object of /status; the counter of the sockets is in "ingest", too, and its
 * metric has the same name as in gmond. */
#define COUNTERS_OF_SOCKETS(METRIC, PLAIN) \
	METRIC(kernel_drops, "kernel_drops", "sflow_kernel_drops", PER_SECOND, \
	       "datagrams/sec", \
	       "sFlow datagrams dropped by the kernel, for want of room in the " \
	       "socket's buffer")

#define COUNTERS_OF_INGEST(METRIC, PLAIN) \
	METRIC(received, "received", "bridge_received", PER_SECOND, "datagrams/sec", \
	       "Datagrams received, of whatever kind") \
	METRIC(rate_limited, "rate_limited", "bridge_rate_limited", PER_SECOND, \
	       "datagrams/sec", \
	       "Datagrams dropped because their source sends too many")

#define COUNTERS_OF_READERS(METRIC, PLAIN) \
	METRIC(readers, "now", "bridge_readers", NOW, "readers", \
	       "Readers of XML that are being served") \
	METRIC(requests, "requests", "bridge_requests", PER_SECOND, "requests/sec", \
	       "Requests of readers that were answered") \
	METRIC(requests_cut, "requests_cut", "bridge_requests_cut", PER_SECOND, \
	       "requests/sec", "Readers cut off, for they took nothing, or went") \
	METRIC(refused, "refused", "bridge_readers_refused", PER_SECOND, \
	       "readers/sec", "Readers refused: not trusted, or too many") \
	METRIC(xml_bytes, "xml_bytes", "bridge_xml_bytes", PER_SECOND, "bytes/sec", \
	       "XML sent to readers")

/* Values count as written when librrd or rrdcached has confirmed them. */
#define COUNTERS_OF_RRD(METRIC, PLAIN) \
	PLAIN(steps, "steps") \
	METRIC(steps_missed, "steps_missed", "bridge_steps_missed", PER_MINUTE, \
	       "steps/min", \
	       "Steps of the RRDs left out, for the one before took too long") \
	METRIC(rrd_queued, "queued", "bridge_rrd_queued", AMOUNT_NOW, "bytes", \
	       "Updates of RRDs that wait") \
	METRIC(rrd_updates, "updates", "bridge_rrd_updates", PER_SECOND, \
	       "updates/sec", "Values written to RRDs") \
	METRIC(rrd_dropped, "dropped", "bridge_rrd_dropped", PER_SECOND, \
	       "updates/sec", "Values for RRDs dropped, for the queue was full") \
	METRIC(rrd_failed, "failed", "bridge_rrd_failed", PER_SECOND, "updates/sec", \
	       "Values that could not be written to RRDs") \
	METRIC(rrd_refused, "refused", "bridge_rrd_refused", PER_SECOND, \
	       "updates/sec", \
	       "Values for RRDs that may not be made: no room on the disk, or too " \
	       "many of a host") \
	METRIC(rrd_created, "created", "bridge_rrd_created", PER_SECOND, "files/sec", \
	       "RRD files created")

/* "open" is 1 while the file is open, else 0. */
#define COUNTERS_OF_STATE(METRIC, PLAIN) \
	PLAIN(state_open, "open") \
	METRIC(state_saved, "saved", "bridge_state_saved", PER_SECOND, "hosts/sec", \
	       "Hosts saved for the next start") \
	METRIC(state_failed, "failed", "bridge_state_failed", PER_MINUTE, "tries/min", \
	       "Times that hosts could not be saved")

#define BRIDGE_COUNTERS(METRIC, PLAIN) \
	COUNTERS_OF_SOCKETS(METRIC, PLAIN) \
	COUNTERS_OF_INGEST(METRIC, PLAIN) \
	COUNTERS_OF_READERS(METRIC, PLAIN) \
	COUNTERS_OF_RRD(METRIC, PLAIN) \
	COUNTERS_OF_STATE(METRIC, PLAIN)

struct counters_of_bridge {
#define MEMBER(member, ...) atomic_uint_fast64_t member;
	BRIDGE_COUNTERS(MEMBER, MEMBER)
#undef MEMBER
};

extern struct counters_of_bridge counters;

static inline void
counter_add(atomic_uint_fast64_t *counter, uint64_t n)
{
	atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

static inline uint64_t
counter_get(const atomic_uint_fast64_t *counter)
{
	return atomic_load_explicit(counter, memory_order_relaxed);
}

#endif

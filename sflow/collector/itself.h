/* itself.h - what our programs tell of themselves, by the same names in each: the
 * metrics that are made of the collector's statistics.
 *
 * ROW(ID, name, meaning, units, title), where the meaning is one of
 *     NOW         as it stands
 *     PER_SECOND  of a total
 *     PER_MINUTE  of a total of what is rare
 */
#ifndef SFLOW_ITSELF_H
#define SFLOW_ITSELF_H

#include <stdint.h>

#include "sflow/collector/collector.h"

#define ITSELF_ROWS(ROW) \
	ROW(AGENTS, "sflow_agents", NOW, "agents", "sFlow agents known") \
	ROW(UP, "sflow_hosts_up", NOW, "hosts", "sFlow hosts that are up") \
	ROW(LATE, "sflow_hosts_late", NOW, "hosts", \
	    "sFlow hosts of which a heartbeat is missing") \
	ROW(DOWN, "sflow_hosts_down", NOW, "hosts", \
	    "sFlow hosts that are down") \
	ROW(EVENTS, "sflow_events", PER_MINUTE, "events/min", \
	    "sFlow hosts that joined, left, restarted and so on") \
	ROW(DATAGRAMS, "sflow_datagrams", PER_SECOND, "datagrams/sec", \
	    "sFlow datagrams received") \
	ROW(SAMPLES, "sflow_samples", PER_SECOND, "samples/sec", \
	    "sFlow samples received") \
	ROW(SAMPLES_LOST, "sflow_samples_lost", PER_SECOND, "samples/sec", \
	    "sFlow samples lost on the way, by their sequence numbers") \
	ROW(KERNEL_DROPS, "sflow_kernel_drops", PER_SECOND, "datagrams/sec", \
	    "sFlow datagrams dropped by the kernel, for want of room in the " \
	    "socket's buffer") \
	ROW(MALFORMED, "sflow_malformed", PER_SECOND, "errors/sec", \
	    "Malformed sFlow datagrams, samples and records") \
	ROW(UNKNOWN, "sflow_unknown_records", PER_SECOND, "records/sec", \
	    "sFlow records of unknown structure, skipped") \
	ROW(NOT_ALLOWED, "sflow_not_allowed", PER_SECOND, "datagrams/sec", \
	    "sFlow datagrams from sources that are not in the list `allow`") \
	ROW(REFUSED, "sflow_refused", PER_SECOND, "refusals/sec", \
	    "New sFlow agents and data sources refused at a bound")

#define ITSELF_ID(id, name, meaning, units, title) ITSELF_##id,
enum itself { ITSELF_ROWS(ITSELF_ID) ITSELF_COUNT };
#undef ITSELF_ID

/* The number that the row is made of. `kernel_drops` is not the collector's to
 * know. */
static inline uint64_t
itself_number(enum itself row, const struct collector_stats *stats,
              uint64_t kernel_drops)
{
	switch (row) {
	case ITSELF_AGENTS:
		return atomic_load(&stats->agents);
	case ITSELF_UP:
		return atomic_load(&stats->up);
	case ITSELF_LATE:
		return atomic_load(&stats->late);
	case ITSELF_DOWN:
		return atomic_load(&stats->down);
	case ITSELF_EVENTS:
		return atomic_load(&stats->events);
	case ITSELF_DATAGRAMS:
		return atomic_load(&stats->datagrams);
	case ITSELF_SAMPLES:
		return atomic_load(&stats->samples);
	case ITSELF_SAMPLES_LOST:
		return atomic_load(&stats->samples_lost);
	case ITSELF_KERNEL_DROPS:
		return kernel_drops;
	case ITSELF_MALFORMED:
		return atomic_load(&stats->malformed);
	case ITSELF_UNKNOWN:
		return atomic_load(&stats->unknown);
	case ITSELF_NOT_ALLOWED:
		return atomic_load(&stats->not_allowed);
	case ITSELF_REFUSED:
		return atomic_load(&stats->refused);
	case ITSELF_COUNT:
		break;
	}
	return 0;
}

#endif
